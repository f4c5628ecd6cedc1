"""No reply is needed, and why; or after all one is."""

from bot import journal, rights, watches
from bot.models import Actor, Mention, Verdict
from bot.store import Store


def close_mention(
    store: Store, mention_id: int, verdict: Verdict, *, by: Actor, click: str, note: str = ""
) -> Mention:
    """Say that no reply is needed. Not while a reply is on its way."""
    mention = journal.mention(store, mention_id)
    click = journal.submission(click, verdict.value, note)
    if store.has_event(click):
        return mention
    journal.refuse_while_sending(store, mention)
    person = rights.colleague(store, by)
    mention.close(verdict, person, now=store.now)
    detail = {"verdict": verdict.value, "note": note.strip()}
    journal.write(store, mention, "closed", by=person, click=click, **detail)
    return mention


def reopen_mention(store: Store, mention_id: int, *, by: Actor, click: str) -> Mention:
    mention = journal.mention(store, mention_id)
    if not store.has_event(click):
        person = rights.colleague(store, by)
        mention.reopen()
        watches.watch_again(store, mention)
        journal.write(store, mention, "reopened", by=person, click=click)
    return mention

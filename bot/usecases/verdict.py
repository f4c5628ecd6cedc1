"""No reply is needed, and why; or after all one is."""

from bot import journal, rights, trust, watches
from bot.models import Actor, Mention, Verdict
from bot.store import Store


def close_mention(
    store: Store, mention_id: int, verdict: Verdict, *, by: Actor, click: str, note: str = ""
) -> Mention:
    """Say that no reply is needed. Not while a reply is on its way. While a colleague's waits to be
    approved, only whoever may approve it does: it is for them to say that it is not wanted.
    """  # noqa: D205 (one sentence that is long)
    mention = journal.mention(store, mention_id)
    click = journal.submission(click, verdict.value, note)
    if store.has_event(click):
        return mention
    journal.refuse_while_sending(store, mention)
    person = rights.colleague(store, by)
    if not trust.is_trusted(store, person):
        trust.refuse_while_held(store, store.latest_reply(mention_id), person)
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

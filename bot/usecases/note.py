"""A remark for colleagues in a mention's history. It never leaves Slack."""

from bot import journal, rights
from bot.errors import EmptyNote
from bot.models import Actor, Mention
from bot.store import Store


def add_note(store: Store, mention_id: int, text: str, *, by: Actor, click: str) -> Mention:
    mention = journal.mention(store, mention_id)
    if not text.strip():
        raise EmptyNote
    click = journal.submission(click, text)
    if not store.has_event(click):
        person = rights.colleague(store, by)
        journal.write(store, mention, "noted", by=person, click=click, text=text.strip())
    return mention

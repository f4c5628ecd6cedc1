"""One person takes a mention, or lets it go."""

from bot import journal, rights
from bot.models import Actor, Mention
from bot.store import Store


def claim_mention(store: Store, mention_id: int, *, by: Actor, click: str) -> Mention:
    """Make `by` the owner. The slower of two people reads who was first (AlreadyClaimed).

    The same click delivered twice changes nothing the second time.
    """
    mention = journal.mention(store, mention_id)
    if not store.has_event(click):
        person = rights.colleague(store, by)
        mention.claim(person, now=store.now)
        journal.write(store, mention, "claimed", by=person, click=click)
    return mention


def release_mention(
    store: Store, mention_id: int, *, by: Actor, click: str, is_admin: bool = False
) -> Mention:
    mention = journal.mention(store, mention_id)
    if not store.has_event(click):
        person = rights.colleague(store, by)
        owner = mention.owner
        mention.release(person, now=store.now, is_admin=is_admin)
        journal.write(store, mention, "released", by=person, click=click)
        journal.redraw_home(store, owner)
    return mention

"""Where a mention is handled, for deciding who may take part in that from elsewhere.

Who is in a channel Slack alone knows: `bot/switchboard.py` asks it, outside of any transaction.
"""

from dataclasses import dataclass

from bot import journal, rights
from bot.errors import UnknownMention
from bot.models import Actor, Standing
from bot.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The channel of a mention's card, and one person who would act on it."""

    card_id: int
    channel: str
    """Its id; as somebody wrote it while the card is not posted."""
    at: tuple[str | None, str | None]
    """Channel and ts of the card."""
    colleague: bool
    """Whether the person works here. A guest does not, also where guests may act."""
    untouched: bool
    """No card of the mention was ever posted, so nobody has said anything about it."""


def room_of(store: Store, mention_id: int, *, by: Actor) -> Room:
    """Raises UnknownMention, and what `rights` says of whoever may only look."""
    card = store.current_card(journal.mention(store, mention_id).id)
    if card is None:
        raise UnknownMention(number=mention_id)
    person = store.person(by.slack_id)
    rights.refuse_onlooker(store, person)
    return Room(
        card_id=card.id,
        channel=card.channel_id or card.channel,
        at=(card.channel_id, card.ts),
        colleague=person is not None and person.standing == Standing.COLLEAGUE,
        untouched=card.channel_id is None and card.came_from_id is None,
    )

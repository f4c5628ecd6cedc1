"""What a card shows, and what becomes of it in Slack. Called by the worker."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from bot import amendments, conversation, journal, posts
from bot.conversation import Exchange
from bot.errors import NotConnected
from bot.models import Card, Event, Mention, MentionState, Reply, ReplyState
from bot.slack.amendments import Amending
from bot.slack.cards import CardView, Labels, Links
from bot.slack.conversation import Above
from bot.store import Store
from platforms.base import Platform

FAMILIAR_FOR = timedelta(days=30)


Kinds = Callable[[str], type[Platform]]
"""What a platform can do, by its name; raises NotConnected when it is switched off now."""


def card_view(
    store: Store, card_id: int, *, label: Labels, link: Links, kind: Kinds
) -> CardView | None:
    """Everything that a card shows now; None when there is no such card."""
    card = store.card(card_id)
    mention = store.mention(card.mention_id) if card else None
    if card is None or mention is None:
        return None
    moved_on = store.next_card(card)
    origin = card.came_from
    reply = store.latest_reply(mention.id)
    exchange = conversation.exchange(store, mention)
    return CardView(
        card=card,
        mention=mention,
        post=exchange.newest,
        turns=exchange.turns,
        waits_again=exchange.waits_for_answer,
        above=_above(store, mention, link),
        reply=reply,
        besides=tuple(posts.public_beside(store, reply)) if reply else (),
        looked_for=_is_looked_for(store, reply),
        wording=conversation.answered_post(store, reply).fingerprint if reply else "",
        platform=label(mention.platform),
        place=place_of(mention, card),
        now=store.now,
        came_from=origin,
        came_from_place=_whence(store, origin) if origin else "",
        next_link=link(moved_on.channel_id, moved_on.ts) if moved_on else "",
        next_channel=_where(moved_on),
        earlier=_earlier(store, mention),
        amending=_amending(store, exchange, kind),
    )


def _amending(store: Store, exchange: Exchange, kind: Kinds) -> Amending:
    """What can be done about our public replies, and to those of which we know where they are."""
    mention, public = exchange.mention, exchange.ours
    done = mention.state in (MentionState.GONE, MentionState.CLOSED)
    latest = amendments.latest(store, mention.id)
    said = Amending(can_correct=bool(public) and not done, latest=latest)
    if not any(one.external_id for one in public):
        return said
    try:
        platform = kind(mention.platform)
    except NotConnected:
        return said
    return replace(said, can_change=platform.can_edit, can_take_down=platform.can_delete)


def _is_looked_for(store: Store, reply: Reply | None) -> bool:
    if reply is None or reply.state != ReplyState.SENDING:
        return False
    delivery = store.delivery(reply.outbox_key)
    return delivery is not None and delivery.looks > 0


def place_of(mention: Mention, card: Card) -> str:
    """The department, or the channel that somebody sent it to."""
    return mention.department.name if mention.department else _written(card)


def _written(card: Card) -> str:
    """A card's channel as people write it."""
    if card.came_from is not None and not card.channel.startswith("#"):
        return card.came_from.moved_to
    return card.channel


def _whence(store: Store, origin: Card) -> str:
    """Where a card came from, as people write it; a private channel is not named elsewhere."""
    moves = (one for one in store.events(origin.mention_id) if one.at == origin.moved_at)
    return "a private channel" if any(one.left_private for one in moves) else _written(origin)


def _above(store: Store, mention: Mention, link: Links) -> Above | None:
    """The post that the mention answers, the best we know of it."""
    if mention.parent_id is None or mention.gone_at is not None:
        return None
    ours = posts.reply_published_as(store, mention.platform, mention.parent_id)
    if ours is not None:
        whom = ours.mention.author if ours.mention.author_handle else "a deleted post"
        who = f"our reply to {whom}"
        return _with_card(store, Above(who=who, text=ours.text, url=ours.url), ours.mention, link)
    known = store.known_mentions(mention.platform, [mention.parent_id]).get(mention.parent_id)
    if known is not None and known.gone_at is None:
        above = Above(who=known.author, text=known.text, url=known.url)
        return _with_card(store, above, store.head(known), link)
    who = f"@{mention.parent_handle}" if mention.parent_handle else ""
    return Above(who=who, text=mention.parent_text, url=mention.parent_url)


def _with_card(store: Store, above: Above, mention: Mention, link: Links) -> Above:
    card = store.current_card(mention.id)
    there = link(card.channel_id, card.ts) if card else ""
    return replace(above, card=there, number=mention.id)


def record_posted(store: Store, card_id: int, channel_id: str, ts: str) -> None:
    """Remember where a card is; the stub that points to it is drawn again."""
    card = store.card(card_id)
    assert card is not None
    card.channel_id, card.ts = channel_id, ts
    if card.came_from is not None:
        journal.show_card(store, card.came_from)
    if card.told_event_id == 0 and len(store.events(card.mention_id)) > 1:
        journal.show_thread(store, card)


def show_again(store: Store, card_id: int) -> None:
    """What is posted may be out of date."""
    card = store.card(card_id)
    assert card is not None
    journal.show_card(store, card)


def record_lost(store: Store, card_id: int) -> None:
    """Somebody deleted the card in Slack: it is posted anew."""
    card = store.card(card_id)
    assert card is not None
    card.ts = None
    journal.show_card(store, card)


def _where(card: Card | None) -> str:
    return (card.channel_id or card.channel) if card else ""


def went_on_to(store: Store, card: Card) -> str:
    """The channel to which a card was sent on; "" for one that was not."""
    return _where(store.next_card(card))


def untold_events(store: Store, card_id: int) -> tuple[Card, list[Event]] | None:
    """The card, when it is posted, and the lines of history that its thread lacks."""
    card = store.card(card_id)
    if card is None or card.ts is None:
        return None
    return card, _events(store, card, after=card.told_event_id)


def record_told(store: Store, card_id: int, event_id: int) -> None:
    """The thread tells the history up to this event; what it still lacks is asked for."""
    card = store.card(card_id)
    assert card is not None
    card.told_event_id = max(card.told_event_id, event_id)
    if _events(store, card, after=card.told_event_id):
        journal.show_thread(store, card)


def _events(store: Store, card: Card, *, after: int) -> list[Event]:
    """A card that was moved on tells nothing of what is said and done elsewhere since, and one that
    came out of a private channel nothing of before.
    """  # noqa: D205 (one sentence that is long)
    found: Sequence[Event] = store.events(card.mention_id, after=after)
    if card.came_from is not None and card.came_from.moved_at is not None:
        found = journal.told_from(found, arrived=card.came_from.moved_at)
    return [one for one in found if card.moved_at is None or one.at <= card.moved_at]


def _earlier(store: Store, mention: Mention) -> str:
    """What a colleague would say of the author: "2nd time this month, last answered by Ben"."""
    before = store.earlier_from(mention, since=mention.published_at - FAMILIAR_FOR)
    if not before:
        return ""
    answered = next((name for name in before if name), None)
    by = f", last answered by {answered}" if answered else ""
    return f"{_ordinal(len(before) + 1)} time in 30 days{by}"


def _ordinal(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}" + {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")

"""A mention's history, and what is drawn again when a line is added to it.

Every use case that changes a mention ends here: the line is written, and the card, its thread and
the App Homes that show the mention are asked for in the same transaction.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot import lanes, outbox
from bot.errors import ReplyOnItsWay, UnknownMention
from bot.models import Actor, Card, Event, Mention, Person, ReplyState, Standing
from bot.models.mention import fingerprint
from bot.store import Store

ON_THEIR_WAY = (ReplyState.QUEUED, ReplyState.SENDING, ReplyState.UNCERTAIN)
NAME_LASTS = timedelta(days=1)


def person(store: Store, actor: Actor) -> Person:
    """The row of whoever acts; a new face is written down and looked up in Slack."""
    found = store.person(actor.slack_id)
    if found is None:
        found = store.add(Person(slack_id=actor.slack_id, name=actor.name, aliases=[]))
        store.flush()
    if found.looked_up_at is None or store.now - found.looked_up_at > NAME_LASTS:
        ask_for_name(store, found)
    return found


def ask_for_name(store: Store, person: Person) -> None:
    key = f"person:{person.id}"
    outbox.enqueue(store, "person", key, lane=lanes.PEOPLE, payload={"person": person.id})


def mention(store: Store, mention_id: int) -> Mention:
    """The mention with this number, or a refusal that says how to find it."""
    found = store.mention(mention_id)
    if found is None:
        raise UnknownMention(number=mention_id)
    return found


def refuse_while_sending(store: Store, mention: Mention) -> None:
    """Nobody closes or moves a mention while a reply to it may still go out."""
    reply = store.latest_reply(mention.id)
    if reply is not None and reply.state in ON_THEIR_WAY:
        raise ReplyOnItsWay(who=reply.author.name)


def write(
    store: Store,
    mention: Mention,
    kind: str,
    *,
    by: Person | None = None,
    click: str | None = None,
    **detail: Any,
) -> None:
    """Add a line to the history and have everything that shows this mention drawn again.

    What happens to a later post of a conversation is told with the mention that began it.
    """
    mention = store.head(mention)
    note(store, mention, kind, by=by, click=click, **detail)
    card = store.current_card(mention.id)
    if card is not None:
        show_card(store, card)
        show_thread(store, card)
    for shown_to in {by, mention.owner} - {None}:
        redraw_home(store, shown_to)


def note(
    store: Store,
    mention: Mention,
    kind: str,
    *,
    by: Person | None = None,
    click: str | None = None,
    **detail: Any,
) -> None:
    """Add a line to the history that is told in the thread with the next one."""
    line = {
        "mention_id": mention.id, "at": store.now, "actor_id": by.id if by else None,
        "kind": kind, "detail": detail, "click": click,
    }  # fmt: skip
    store.insert(Event, [line])
    store.happened.append((mention.id, f"{kind} by {by.slack_id or by.name}" if by else kind))


def submission(window: str, *words: str) -> str:
    """What a submission is known by. Who changed the words, because Slack held it for lost though
    it was not, submits another one.
    """  # noqa: D205 (two sentences that belong together)
    return f"{window}:{fingerprint(' '.join(words))}"


def told_from(events: Sequence[Event], *, arrived: datetime) -> list[Event]:
    """What may be told where a mention is since then: nothing of what was before it last left a
    private channel, not even to another one.
    """  # noqa: D205 (two sentences that belong together)
    left = (one.id for one in events if one.left_private and one.at <= arrived)
    first = max(left, default=0)
    return [one for one in events if one.id >= first]


def redraw(store: Store, mention: Mention) -> None:
    card = store.current_card(store.head(mention).id)
    if card is not None:
        show_card(store, card)


def open_card(store: Store, mention: Mention, channel: str, *, came_from: Card | None) -> Card:
    """Put the mention into a channel."""
    card = Card(mention_id=mention.id, channel=channel, came_from=came_from, told_event_id=0)
    store.add(card)
    store.flush()
    show_card(store, card)
    return card


def show_card(store: Store, card: Card) -> None:
    """Have the card posted or, when it is posted, updated."""
    lane = lanes.posts(card.channel) if card.ts is None else lanes.UPDATES
    outbox.enqueue(store, "card", f"card:{card.id}", lane=lane, payload={"card": card.id})


def show_new_cards(store: Store, cards: Iterable[Card]) -> None:
    """Have cards posted that nobody has seen yet."""
    wanted = [(f"card:{one.id}", lanes.posts(one.channel), {"card": one.id}) for one in cards]
    outbox.enqueue_all(store, "card", wanted)


def show_thread(store: Store, card: Card) -> None:
    """Have the newest lines of the history posted under the card."""
    lane = lanes.posts(card.channel)
    outbox.enqueue(store, "thread", f"thread:{card.id}", lane=lane, payload={"card": card.id})


def redraw_home(store: Store, person: Person | None, *, even_if_unseen: bool = False) -> None:
    """Have somebody's App Home drawn again, if they ever opened it."""
    if person is None or person.slack_id is None:
        return
    key = f"home:{person.slack_id}"
    if even_if_unseen or store.has_delivery(key):
        outbox.enqueue(store, "home", key, lane=lanes.HOMES, payload={"person": person.id})


def warn(store: Store, problem: str, *, once: str = "") -> None:
    """Tell those who can mend it: the admins, or where nobody is one, the channel of the department
    that takes everything. Once a day for each problem, or once for what `once` names.
    """  # noqa: D205 (two sentences that belong together)
    digest = hashlib.sha256(problem.encode()).hexdigest()[:16]
    catch_all = [one.channel for one in store.departments() if one.catch_all]
    for place in store.admins() or catch_all:
        key = f"alarm:{place}:{once or f'{store.now:%Y-%m-%d}:{digest}'}"
        tell(store, place, key, f"Switchboard needs you: {problem}")


def tell(
    store: Store,
    slack_id: str,
    key: str,
    text: str,
    *,
    about: Mention | None = None,
    link: str = "",
) -> None:
    """Send somebody a direct message, once for each key; with a link to the card of `about`.

    `link`: what there is to look at elsewhere.
    """
    if not store.has_delivery(key):
        payload: dict[str, Any] = {"channel": slack_id, "text": text, "link": link}
        payload["mention"] = about.id if about else None
        outbox.enqueue(store, "notice", key, lane=lanes.posts(slack_id), payload=payload)


def tell_person(
    store: Store, person: Person, key: str, text: str, *, about: Mention, link: str = ""
) -> None:
    """`tell`, where somebody has a place in Slack to be told and has not left it.

    The text stays when the post is deleted, so it says "mention 7" and never the author's name.
    """
    if person.slack_id and person.standing != Standing.LEFT:
        tell(store, person.slack_id, key, text, about=about, link=link)

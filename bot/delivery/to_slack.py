"""Cards, threads, App Homes, notices and names: the deliveries that go to Slack."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot import lanes, logs
from bot.delivery.sender import Sender
from bot.models import Event
from bot.outbox import Lease
from bot.slack.blocks import Block, is_web_link, line, link_leaf, notice, plain, rich
from bot.slack.cards import CardView, Drawn, Labels, draw_bare_card, draw_card
from bot.slack.faces import Face
from bot.slack.home import HomeView, draw_home
from bot.slack.threads import draw_thread
from bot.slack.workspace import (
    ChannelClosedError,
    NobodyError,
    PicturesRefusedError,
    Posted,
    Workspace,
)
from bot.store import Store
from bot.usecases import cards, people
from bot.usecases.home import home_view
from platforms.base import GoneError, RejectedError

log = logging.getLogger(__name__)


class CardSender(Sender[CardView, Posted]):
    """A mention's card: posted once, then updated in place."""

    def __init__(self, workspace: Workspace, label: Labels, kind: cards.Kinds) -> None:
        self._workspace = workspace
        self._label = label
        self._kind = kind

    def draw(self, store: Store, lease: Lease) -> CardView | None:
        view = cards.card_view(
            store, lease.payload["card"],
            label=self._label, link=self._workspace.link_to, kind=self._kind,
        )  # fmt: skip
        logs.about(view.mention.id if view else None)
        return view

    def find(self, parcel: CardView, *, since: datetime) -> Posted | None:
        if parcel.card.ts is not None:
            return None
        return self._workspace.find(parcel.card.channel, _mark(parcel), since=since)

    def send(self, parcel: CardView) -> Posted:
        if self._workspace.is_private(parcel.next_channel):
            parcel = replace(parcel, next_is_private=True)
        try:
            return self._send(parcel, draw_card(parcel))
        except PicturesRefusedError:
            return self._send(parcel, draw_card(parcel, images=False))
        except RejectedError:
            log.exception("Slack refused the card of mention %d", parcel.mention.id)
            return self._send(parcel, draw_bare_card(parcel))

    def record(self, store: Store, parcel: CardView, receipt: Posted) -> str:
        if not receipt.ts:
            cards.record_lost(store, parcel.card.id)
            return lanes.posts(parcel.card.channel)
        if parcel.card.ts is None:
            cards.record_posted(store, parcel.card.id, receipt.channel_id, receipt.ts)
        return lanes.UPDATES

    def found(self, store: Store, parcel: CardView, receipt: Posted) -> str:
        """It shows what was true when it was posted, so it is drawn once more."""
        lane = self.record(store, parcel, receipt)
        cards.show_again(store, parcel.card.id)
        return lane

    def _send(self, view: CardView, drawn: Drawn) -> Posted:
        card = view.card
        if card.channel_id is None or card.ts is None:
            return self._workspace.post(card.channel, drawn, mark=_mark(view))
        at = Posted(card.channel_id, card.ts)
        try:
            self._workspace.update(at, drawn)
        except GoneError:
            return Posted(card.channel_id, "")
        return at


@dataclass(frozen=True, slots=True)
class Lines:
    """The part of a history that goes into a card's thread."""

    card_id: int
    at: Posted
    events: list[Event]
    first: bool
    went_on_to: str = ""
    """The channel to which the card was sent on."""

    @property
    def mark(self) -> dict[str, Any]:
        last = self.events[-1]
        return {"card": self.card_id, "upto": last.id, "at": _moment(last)}


class ThreadSender(Sender[Lines, int]):
    """The newest lines of a mention's history, in one message under its card.

    The receipt is the last event that stands there. After a crash that may be an earlier one than
    the last of now: more can have happened since the call left. After starting from a copy a line
    may stand there in one message with lines that the copy does not know.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def draw(self, store: Store, lease: Lease) -> Lines | None:
        found = cards.untold_events(store, lease.payload["card"])
        if found is None or not found[1]:
            return None
        card, events = found
        logs.about(card.mention_id)
        assert card.channel_id is not None
        assert card.ts is not None
        at = Posted(card.channel_id, card.ts)
        where = cards.went_on_to(store, card)
        return Lines(card.id, at, events, first=card.told_event_id == 0, went_on_to=where)

    def find(self, parcel: Lines, *, since: datetime) -> int | None:
        found = self._workspace.marks(parcel.at.channel_id, since=since, thread=parcel.at.ts)
        marks = [mark for _, mark in found if mark.get("card") == parcel.card_id]
        told = (one.id for one in parcel.events if any(_is_told(one, mark) for mark in marks))
        return max(told, default=None)

    def send(self, parcel: Lines) -> int:
        discreet = self._workspace.is_private(parcel.went_on_to)
        drawn = draw_thread(parcel.events, first=parcel.first, discreet=discreet)
        at = parcel.at
        self._workspace.post(at.channel_id, drawn, mark=parcel.mark, thread=at.ts)
        return parcel.events[-1].id

    def record(self, store: Store, parcel: Lines, receipt: int) -> None:
        cards.record_told(store, parcel.card_id, receipt)


class HomeSender(Sender[HomeView, None]):
    """Somebody's App Home. Publishing twice is harmless."""

    def __init__(self, workspace: Workspace, label: Labels) -> None:
        self._workspace = workspace
        self._label = label

    def draw(self, store: Store, lease: Lease) -> HomeView | None:
        return home_view(
            store, lease.payload["person"], label=self._label, link=self._workspace.link_to
        )

    def send(self, parcel: HomeView) -> None:
        self._workspace.show_home(parcel.slack_id, draw_home(parcel))


@dataclass(frozen=True, slots=True)
class Notice:
    channel: str
    key: str
    text: str
    card: str = ""
    """The address of the card it is about."""
    link: str = ""
    """What there is to look at elsewhere."""


class NoticeSender(Sender[Notice, Posted]):
    """A direct message to one person."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def draw(self, store: Store, lease: Lease) -> Notice:
        number = lease.payload.get("mention")
        logs.about(number)
        card = store.current_card(number) if number else None
        there = self._workspace.link_to(card.channel_id, card.ts) if card else ""
        told = lease.payload
        return Notice(told["channel"], lease.key, told["text"], there, told.get("link", ""))

    def send(self, parcel: Notice) -> Posted:
        blocks: list[Block] = [{"type": "section", "text": plain(parcel.text, 3000)}]
        links = {parcel.link: "Look at it there", parcel.card: "Go to its card"}
        blocks += [
            rich(line(link_leaf(url, label))) for url, label in links.items() if is_web_link(url)
        ]
        drawn = Drawn(notice(parcel.text), blocks)
        try:
            return self._workspace.post(parcel.channel, drawn, mark={"key": parcel.key})
        except ChannelClosedError as error:
            if parcel.channel.startswith("#"):
                raise
            raise RejectedError("Whoever was to be told is not here any more.") from error


@dataclass(frozen=True, slots=True)
class Unknown:
    person_id: int
    slack_id: str


class NameSender(Sender[Unknown, Face | None]):
    """Asks Slack how somebody is called, and whether they are still there."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def draw(self, store: Store, lease: Lease) -> Unknown | None:
        person = store.person_by_id(lease.payload["person"])
        if person is None or person.slack_id is None:
            return None
        return Unknown(person.id, person.slack_id)

    def send(self, parcel: Unknown) -> Face | None:
        try:
            return self._workspace.face(parcel.slack_id)
        except NobodyError:
            return None

    def record(self, store: Store, parcel: Unknown, receipt: Face | None) -> None:
        if receipt is None:
            people.lose_sight_of(store, parcel.slack_id)
            return
        people.record_name(store, parcel.person_id, receipt.name)
        people.record_standing(store, parcel.person_id, receipt.standing)


def _is_told(event: Event, mark: dict[str, Any]) -> bool:
    """Whether it stands in the message with this mark, or in one before it.

    The number alone does not tell: after starting from a copy it may have been another line's.
    """
    at = _moment(event)
    return event.id <= int(mark.get("upto", 0)) and at <= mark.get("at", at)


def _moment(event: Event) -> str:
    """In UTC, so that the later one is the greater one."""
    return event.at.isoformat(timespec="microseconds")


def _mark(view: CardView) -> dict[str, Any]:
    return {"card": view.card.id}

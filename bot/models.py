"""The tables, and the rules that one row can hold by itself.

A rule is a method (`mention.claim(by)`), so that whoever changes a row meets it. The version
column decides races: of two transactions that read the same version only one can write.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from bot.errors import (
    AlreadyAnswered,
    AlreadyClaimed,
    AlreadyClosed,
    ClaimedByYou,
    NotClaimed,
    NotClosed,
    NothingToRetry,
    NotYours,
    PostGone,
)
from bot.wording import ago

BigId = BigInteger().with_variant(Integer, "sqlite")


class UTCDateTime(TypeDecorator[datetime]):
    """Aware UTC in and out; SQLite gives naive values back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError(f"A time without a zone was to be stored: {value!r}")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            return value.replace(tzinfo=UTC)
        return value and value.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UTCDateTime(),
        dict[str, Any]: JSON(),
        list[str]: JSON(),
        list[dict[str, Any]]: JSON(),
    }


@dataclass(frozen=True, slots=True)
class Actor:
    """Who pressed something in Slack, as its payload tells."""

    slack_id: str
    name: str


class Setting(Base):
    """One part of the company's configuration that has no table of its own."""

    __tablename__ = "setting"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[dict[str, Any]]


class Department(Base):
    __tablename__ = "department"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    channel: Mapped[str] = mapped_column(String(80))
    """As written in the configuration: "#support" or a channel's id."""
    purpose: Mapped[str] = mapped_column(Text, default="")
    position: Mapped[int]
    catch_all: Mapped[bool] = mapped_column(default=False)
    retired: Mapped[bool] = mapped_column(default=False)
    """No longer in the configuration; it keeps its mentions and gets no new ones."""
    rules: Mapped[list["Rule"]] = relationship(
        order_by="Rule.position", cascade="all, delete-orphan"
    )
    members: Mapped[list["Person"]] = relationship(secondary="member")


class Rule(Base):
    __tablename__ = "rule"
    id: Mapped[int] = mapped_column(primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    position: Mapped[int]
    conditions: Mapped[dict[str, Any]]


class Member(Base):
    """Who answers for which department."""

    __tablename__ = "member"
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)


class Person(Base):
    """Somebody in the company: known by name from the configuration, by id from Slack, or both."""

    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    slack_id: Mapped[str | None] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    aliases: Mapped[list[str]] = mapped_column(default=list)
    named: Mapped[bool] = mapped_column(default=False)
    """True for people of the configuration, whose name in a post decides where it goes."""
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    looked_up_at: Mapped[datetime | None]
    """When Slack last told us the name."""


class MentionState(StrEnum):
    WAITING = "waiting"
    CLAIMED = "claimed"
    ANSWERED = "answered"
    CLOSED = "closed"
    GONE = "gone"


class Verdict(StrEnum):
    """Why no reply is needed. The value is what people read."""

    NOT_ABOUT_US = "not about us"
    NOT_INVITING = "not inviting us"
    ANSWERED_ELSEWHERE = "already answered"
    SPAM = "spam"
    ABUSE = "abuse"
    DUPLICATE = "duplicate"


OPEN_STATES = (MentionState.WAITING, MentionState.CLAIMED)


class Mention(Base):
    """A post about the brand, and where the company stands with it."""

    __tablename__ = "mention"
    __table_args__ = (
        UniqueConstraint("platform", "external_id"),
        Index("ix_mention_open", "state", "department_id", "id"),
        Index("ix_mention_owner", "owner_id", "state"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    platform: Mapped[str] = mapped_column(String(32))
    external_id: Mapped[str] = mapped_column(String(255))
    address: Mapped[str] = mapped_column(String(255))
    url: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    search_text: Mapped[str] = mapped_column(Text)
    """Case-folded text and names, for looking things up the same way on every database."""
    author_id: Mapped[str] = mapped_column(String(255))
    author_handle: Mapped[str] = mapped_column(String(255))
    author_key: Mapped[str] = mapped_column(String(255), index=True)
    """The handle, case-folded."""
    author_name: Mapped[str] = mapped_column(String(255), default="")
    author_followers: Mapped[int | None]
    community: Mapped[str | None] = mapped_column(String(255))
    language: Mapped[str | None] = mapped_column(String(16))
    parent_id: Mapped[str | None] = mapped_column(String(255))
    root_id: Mapped[str | None] = mapped_column(String(255))
    media: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    can_reply: Mapped[bool] = mapped_column(default=True)
    cannot_reply_reason: Mapped[str] = mapped_column(Text, default="")
    published_at: Mapped[datetime] = mapped_column(index=True)
    found_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    feeling: Mapped[str | None] = mapped_column(String(16))
    feeling_words: Mapped[str] = mapped_column(String(40), default="")
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    """None when somebody sent it to a channel that is no department's."""
    why: Mapped[str] = mapped_column(Text)
    state: Mapped[MentionState] = mapped_column(String(16), default=MentionState.WAITING)
    waiting_since: Mapped[datetime]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    claimed_at: Mapped[datetime | None]
    verdict: Mapped[str | None] = mapped_column(String(32))
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None] = mapped_column(index=True)
    """When the first reply was published."""
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    gone_at: Mapped[datetime | None]

    department: Mapped[Department | None] = relationship(lazy="joined")
    owner: Mapped[Person | None] = relationship(foreign_keys=[owner_id], lazy="joined")
    closed_by: Mapped[Person | None] = relationship(foreign_keys=[closed_by_id], lazy="joined")
    answered_by: Mapped[Person | None] = relationship(foreign_keys=[answered_by_id], lazy="joined")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy's own attribute)

    def claim(self, by: Person, *, now: datetime) -> None:
        """Make `by` the owner, or say who was first and when."""
        self.refuse_if_done(now)
        if self.owner is not None:
            when = ago(now - (self.claimed_at or now))
            if self.owner_id == by.id:
                raise ClaimedByYou(when=when)
            raise AlreadyClaimed(owner=self.owner.name, when=when)
        self._give_to(by, now)

    def release(self, by: Person, *, now: datetime, is_admin: bool = False) -> None:
        self.refuse_if_done(now)
        if self.owner is None:
            raise NotClaimed
        if self.owner_id != by.id and not is_admin:
            raise NotYours(owner=self.owner.name)
        self._put_back()

    def take_for_reply(self, by: Person, *, now: datetime) -> bool:
        """Whoever replies to a mention that nobody holds, holds it. True when that happened."""
        if self.state == MentionState.GONE:
            raise PostGone(platform=self.platform)
        if self.state == MentionState.CLOSED:
            self.refuse_if_done(now)
        if self.owner is not None:
            return False
        self._give_to(by, now)
        return True

    def move_to(self, department: Department | None) -> None:
        """Let another desk have it: it waits there, and nobody holds it."""
        self.department = department
        if self.state == MentionState.CLAIMED:
            self._put_back()

    def close(self, verdict: Verdict, by: Person, *, now: datetime) -> None:
        self.refuse_if_done(now)
        self.state = MentionState.CLOSED
        self.verdict, self.closed_by, self.closed_at = verdict.value, by, now

    def reopen(self) -> None:
        if self.state != MentionState.CLOSED:
            raise NotClosed
        self.verdict, self.closed_by, self.closed_at = None, None, None
        self.state = MentionState.CLAIMED if self.owner else MentionState.WAITING

    def mark_answered(self, by: Person, *, now: datetime) -> None:
        if self.state != MentionState.GONE:
            self.state = MentionState.ANSWERED
        if self.answered_at is None:
            self.answered_at, self.answered_by = now, by

    def mark_gone(self, *, now: datetime) -> None:
        """Keep that it was there, and nothing of what it said."""
        self.state, self.gone_at = MentionState.GONE, now
        self.text, self.search_text, self.media = "", "", []

    def refuse_if_done(self, now: datetime) -> None:
        """Raise the refusal that tells who finished this and how."""
        if self.state == MentionState.GONE:
            raise PostGone(platform=self.platform)
        if self.state == MentionState.CLOSED:
            who = self.closed_by.name if self.closed_by else "Somebody"
            raise AlreadyClosed(who=who, when=ago(now - (self.closed_at or now)))
        if self.state == MentionState.ANSWERED:
            who = self.answered_by.name if self.answered_by else "Somebody"
            raise AlreadyAnswered(who=who, when=ago(now - (self.answered_at or now)))

    def _give_to(self, person: Person, now: datetime) -> None:
        self.owner, self.claimed_at = person, now
        if self.state == MentionState.WAITING:
            self.state = MentionState.CLAIMED

    def _put_back(self) -> None:
        self.owner, self.claimed_at = None, None
        self.state = MentionState.WAITING


class Card(Base):
    """A mention's message in one Slack channel. Moved on, it stays there as a stub."""

    __tablename__ = "card"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    mention_id: Mapped[int] = mapped_column(BigId, ForeignKey("mention.id"), index=True)
    channel: Mapped[str] = mapped_column(String(80))
    """Where it belongs, as written: "#support" or a channel's id."""
    channel_id: Mapped[str | None] = mapped_column(String(32))
    ts: Mapped[str | None] = mapped_column(String(32))
    """Where it is: Slack's id of channel and message, None until it is posted."""
    came_from_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("card.id"))
    moved_at: Mapped[datetime | None]
    moved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    moved_to: Mapped[str] = mapped_column(String(120), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it was sent on from here."""
    told_event_id: Mapped[int] = mapped_column(BigId, default=0)
    """The last event that stands in its thread."""

    moved_by: Mapped[Person | None] = relationship(lazy="joined")
    came_from: Mapped["Card | None"] = relationship(remote_side=[id])

    __table_args__ = (Index("ix_card_message", "channel_id", "ts"),)


class Event(Base):
    """One line of a mention's history."""

    __tablename__ = "event"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    mention_id: Mapped[int] = mapped_column(BigId, ForeignKey("mention.id"), index=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(32))
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    click: Mapped[str | None] = mapped_column(String(128), unique=True)
    """Slack's id of the click or submission that caused it: the same one writes one event."""

    actor: Mapped[Person | None] = relationship(lazy="joined")


class ReplyState(StrEnum):
    DRAFT = "draft"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


REPLY_MOVES: dict[ReplyState, frozenset[ReplyState]] = {
    ReplyState.DRAFT: frozenset({ReplyState.QUEUED}),
    ReplyState.QUEUED: frozenset({ReplyState.SENDING, ReplyState.FAILED}),
    ReplyState.SENDING: frozenset(
        {ReplyState.SENDING, ReplyState.QUEUED, ReplyState.SENT, ReplyState.FAILED}
        | {ReplyState.UNCERTAIN}
    ),
    ReplyState.UNCERTAIN: frozenset({ReplyState.SENT, ReplyState.QUEUED, ReplyState.FAILED}),
    ReplyState.FAILED: frozenset({ReplyState.QUEUED, ReplyState.DRAFT}),
    ReplyState.SENT: frozenset(),
}
"""Every way a reply can go. `Reply.move` is the only thing that changes `Reply.state`."""


class Reply(Base):
    """Our answer to a mention, from the first typed letter to its link."""

    __tablename__ = "reply"
    __table_args__ = (
        Index(
            "ix_reply_one_draft",
            "mention_id",
            "author_id",
            unique=True,
            sqlite_where=text("state = 'draft'"),
            postgresql_where=text("state = 'draft'"),
        ),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    mention_id: Mapped[int] = mapped_column(BigId, ForeignKey("mention.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[ReplyState] = mapped_column(String(16), default=ReplyState.DRAFT)
    submission: Mapped[str | None] = mapped_column(String(128), unique=True)
    """Slack's id of the modal it was submitted from: one submission, one reply."""
    queued_at: Mapped[datetime | None]
    first_tried_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    external_id: Mapped[str | None] = mapped_column(String(255))
    url: Mapped[str] = mapped_column(Text, default="")
    problem: Mapped[str] = mapped_column(Text, default="")
    """Why it was not sent, as a sentence for its author."""

    author: Mapped[Person] = relationship(lazy="joined")
    mention: Mapped[Mention] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy's own attribute)

    def move(self, to: ReplyState) -> None:
        """Go on to another state; NothingToRetry when there is no such way."""
        if to not in REPLY_MOVES[ReplyState(self.state)]:
            raise NothingToRetry
        self.state = to


class DeliveryState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


class Delivery(Base):
    """One thing to send: a row of the outbox. See `bot/outbox.py`."""

    __tablename__ = "delivery"
    __table_args__ = (Index("ix_delivery_due", "state", "lane", "due_at", "id"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(160), unique=True)
    kind: Mapped[str] = mapped_column(String(32))
    lane: Mapped[str] = mapped_column(String(120))
    """What shares one pace and one order: a channel, all updates, a platform."""
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[DeliveryState] = mapped_column(String(16), default=DeliveryState.WAITING)
    wanted: Mapped[int] = mapped_column(default=1)
    """Counts the requests for this row: one that came while it was sent is sent again."""
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    looks: Mapped[int] = mapped_column(default=0)
    """How often we looked for it since it may have been sent."""
    token: Mapped[str | None] = mapped_column(String(32))
    leased_until: Mapped[datetime | None]
    tried_at: Mapped[datetime | None]
    """Set before the call leaves: from here on it may have been sent."""
    problem: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class Lane(Base):
    """When a lane is next free, by the generic cell rate algorithm (see `bot/outbox.py`)."""

    __tablename__ = "lane"
    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    full_until: Mapped[datetime]


class Source(Base):
    """How far a platform was read, and how it does."""

    __tablename__ = "source"
    platform: Mapped[str] = mapped_column(String(32), primary_key=True)
    cursor: Mapped[str | None] = mapped_column(Text)
    due_at: Mapped[datetime]
    last_success_at: Mapped[datetime | None]
    last_mention_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str] = mapped_column(Text, default="")
    problem_since: Mapped[datetime | None]
    gap: Mapped[str] = mapped_column(Text, default="")

"""A mention, and the rules that it can hold by itself."""

from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.errors import (
    AlreadyAnswered,
    AlreadyClaimed,
    AlreadyClosed,
    ClaimedByYou,
    NotClaimed,
    NotClosed,
    NotYours,
    PostGone,
)
from bot.models.base import Base, BigId
from bot.models.company import Department, Person
from bot.search import words_of
from bot.wording import ago


class MentionState(StrEnum):
    WAITING = "waiting"
    CLAIMED = "claimed"
    ANSWERED = "answered"
    CLOSED = "closed"
    GONE = "gone"
    FOLLOW_UP = "follow-up"
    """Its author went on in a conversation: it belongs to the mention that it `follows`."""


class Verdict(StrEnum):
    """Why no reply is needed. The value is what people read."""

    NOT_ABOUT_US = "not about us"
    NOT_INVITING = "not inviting us"
    ANSWERED_ELSEWHERE = "already answered"
    SPAM = "spam"
    ABUSE = "abuse"
    DUPLICATE = "duplicate"


OPEN_STATES = (MentionState.WAITING, MentionState.CLAIMED)
JUDGED_FOR_GOOD = (Verdict.SPAM.value, Verdict.ABUSE.value)
"""Whoever got one of these may go on writing: it stays closed."""


class Mention(Base):
    """A post about the brand, and where the company stands with it.

    What its author writes later in the same conversation is a row of its own that `follows` this
    one, so that every post is recognised, edited and deleted in one way. Such a row has no card, no
    department and no state but FOLLOW_UP and GONE: where the company stands is told by the first.
    """

    __tablename__ = "mention"
    __table_args__ = (
        UniqueConstraint("platform", "external_id"),
        Index("ix_mention_open", "state", "department_id", "id"),
        Index("ix_mention_owner", "owner_id", "state"),
        Index(
            "ix_mention_follows_id",
            "follows_id",
            sqlite_where=text("follows_id IS NOT NULL"),
            postgresql_where=text("follows_id IS NOT NULL"),
        ),
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
    search_words: Mapped[str] = mapped_column(Text, default="", server_default="")
    """Its words alone, for the index (see `bot/search.py`)."""
    author_id: Mapped[str] = mapped_column(String(255))
    author_handle: Mapped[str] = mapped_column(String(255))
    author_key: Mapped[str] = mapped_column(String(255), index=True)
    """The handle, case-folded."""
    author_name: Mapped[str] = mapped_column(String(255), default="")
    author_followers: Mapped[int | None]
    community: Mapped[str | None] = mapped_column(String(255))
    language: Mapped[str | None] = mapped_column(String(16))
    parent_id: Mapped[str | None] = mapped_column(String(255))
    root_id: Mapped[str | None] = mapped_column(String(255), index=True)
    follows_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("mention.id"))
    """The mention with which the conversation began; None for that one itself."""
    parent_handle: Mapped[str] = mapped_column(String(255), default="")
    parent_text: Mapped[str] = mapped_column(Text, default="")
    parent_url: Mapped[str] = mapped_column(Text, default="")
    """Of the post that this one answers: how it begins, as far as the platform showed it."""
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
    erased_at: Mapped[datetime | None]
    """When all that we had of its author was erased."""

    department: Mapped[Department | None] = relationship(lazy="joined")
    owner: Mapped[Person | None] = relationship(foreign_keys=[owner_id], lazy="joined")
    closed_by: Mapped[Person | None] = relationship(foreign_keys=[closed_by_id], lazy="joined")
    answered_by: Mapped[Person | None] = relationship(foreign_keys=[answered_by_id], lazy="joined")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy's own attribute)

    @property
    def fingerprint(self) -> str:
        """Tells one wording of the post from another."""
        return fingerprint(self.text)

    @property
    def author(self) -> str:
        """The author as people write them; of one whose post is gone nothing is kept."""
        return f"@{self.author_handle}" if self.author_handle else "(deleted)"

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
            raise PostGone
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

    def wait_again(self, for_: Person | None, *, since: datetime, now: datetime) -> None:
        """Its author wrote again: what was done with waits for `for_`, or for anybody."""
        done = self.state in (MentionState.ANSWERED, MentionState.CLOSED)
        if not done or self.verdict in JUDGED_FOR_GOOD:
            return
        self.verdict, self.closed_by, self.closed_at = None, None, None
        self.waiting_since = since
        self._put_back()
        if for_ is not None:
            self._give_to(for_, now)

    def mark_answered(self, by: Person, *, now: datetime, still_waits: bool = False) -> None:
        """`still_waits`: what was answered is not the last that its author wrote."""
        if self.state != MentionState.GONE and not still_waits:
            self.state = MentionState.ANSWERED
        if self.answered_at is None:
            self.answered_at, self.answered_by = now, by

    def reword(self, text: str, *, now: datetime) -> None:
        """Its author edited it."""
        self.text, self.edited_at = text, now
        self.search_text = search_text(text, self.author_handle, self.author_name)
        self.search_words = words_of(self.search_text)

    def lose_answer(self, *, now: datetime) -> None:
        """The reply that answered it was taken down: somebody has to decide what comes next."""
        if self.state == MentionState.ANSWERED:
            self._put_back()
            self.waiting_since = now

    def mark_gone(self, *, now: datetime, goes_on: bool = False) -> None:
        """Keep that it was there, and nothing of what it said or who said it.

        `goes_on`: its author wrote more, which is still there and may be answered.
        """
        self.state, self.gone_at = self.state if goes_on else MentionState.GONE, now
        self.text, self.search_text, self.search_words, self.media = "", "", "", []
        self.parent_handle, self.parent_text, self.parent_url = "", "", ""
        self.url, self.feeling_words = "", ""
        if not goes_on:
            self.forget_author()

    def forget_author(self) -> None:
        """X wants what is deleted there to be deleted here within a day, profiles too
        (https://docs.x.com/developer-terms/policy).
        """  # noqa: D205 (one sentence that is long)
        self.author_id = self.author_handle = self.author_key = self.author_name = ""
        self.author_followers, self.why = None, ""
        self.community = None  # on Reddit it may be the author's own profile, named after them

    def refuse_if_done(self, now: datetime) -> None:
        """Raise the refusal that tells who finished this and how."""
        if self.state == MentionState.GONE:
            raise PostGone
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


def search_text(text: str, handle: str, name: str) -> str:
    """What a mention is found by, the same on every database."""
    return f"{text} @{handle} {name}".casefold()


def fingerprint(text: str) -> str:
    """A short name for a text, the same for texts that differ in white space only."""
    return sha256(" ".join(text.split()).encode()).hexdigest()[:12]

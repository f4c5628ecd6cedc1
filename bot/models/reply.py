"""A reply, and the one place that says which way it can go."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.errors import NothingToRetry
from bot.models.base import Base, BigId
from bot.models.company import Person
from bot.models.mention import Mention


class ReplyState(StrEnum):
    DRAFT = "draft"
    HELD = "held"
    """It waits for a second pair of eyes."""
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    TAKEN_DOWN = "taken down"


REPLY_MOVES: dict[ReplyState, frozenset[ReplyState]] = {
    # From draft to sent: somebody posted it by hand.
    ReplyState.DRAFT: frozenset({ReplyState.QUEUED, ReplyState.HELD, ReplyState.SENT}),
    # From held to failed: somebody sent it back, and its author has the text again.
    ReplyState.HELD: frozenset({ReplyState.QUEUED, ReplyState.FAILED}),
    # From queued to held: its writer may not speak for the company any more.
    ReplyState.QUEUED: frozenset({ReplyState.SENDING, ReplyState.FAILED, ReplyState.HELD}),
    ReplyState.SENDING: frozenset(
        {ReplyState.SENDING, ReplyState.QUEUED, ReplyState.SENT, ReplyState.FAILED}
        | {ReplyState.UNCERTAIN}
    ),
    # From uncertain to held: in a copy of the database it was held, and nobody knows of a yes.
    ReplyState.UNCERTAIN: frozenset(
        {ReplyState.SENT, ReplyState.QUEUED, ReplyState.FAILED, ReplyState.HELD}
    ),
    ReplyState.FAILED: frozenset({ReplyState.QUEUED, ReplyState.HELD}),
    ReplyState.SENT: frozenset({ReplyState.TAKEN_DOWN}),
    ReplyState.TAKEN_DOWN: frozenset(),
}
"""Every way a reply can go. `Reply.move` is the only thing that changes `Reply.state`."""


class Reply(Base):
    """Our answer to a mention, from the first typed letter to its link."""

    __tablename__ = "reply"
    __table_args__ = (
        Index("ix_reply_external_id", "external_id"),
        Index(
            "ix_reply_one_draft",
            "mention_id",
            "author_id",
            unique=True,
            sqlite_where=text("state = 'draft'"),
            postgresql_where=text("state = 'draft'"),
        ),
        Index(
            "ix_reply_held",
            "mention_id",
            sqlite_where=text("state = 'held'"),
            postgresql_where=text("state = 'held'"),
        ),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    mention_id: Mapped[int] = mapped_column(BigId, ForeignKey("mention.id"), index=True)
    answers_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("mention.id"))
    """The later post of the mention's author that it answers; None: the mention itself."""
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[ReplyState] = mapped_column(String(16), default=ReplyState.DRAFT)
    submission: Mapped[str | None] = mapped_column(String(128), unique=True)
    """Slack's id of the modal it was submitted from: one submission, one reply."""
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """The second pair of eyes, where one was needed."""
    queued_at: Mapped[datetime | None]
    first_tried_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    external_id: Mapped[str | None] = mapped_column(String(255))
    url: Mapped[str] = mapped_column(Text, default="")
    problem: Mapped[str] = mapped_column(Text, default="")
    """Why it was not sent, as a sentence for its author."""
    sent_back_at: Mapped[datetime | None]
    """When somebody who should approve it sent it back; None once anything else became of it."""
    about: Mapped[str] = mapped_column(String(16), default="")
    """The fingerprint of the post as its writer read it; "" when that is not known."""
    removed_at: Mapped[datetime | None]
    """When we saw that the platform shows it no more."""

    author: Mapped[Person] = relationship(foreign_keys=[author_id], lazy="joined")
    approved_by: Mapped[Person | None] = relationship(foreign_keys=[approved_by_id])
    mention: Mapped[Mention] = relationship(foreign_keys=[mention_id])
    answers: Mapped[Mention | None] = relationship(foreign_keys=[answers_id])

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy's own attribute)

    @property
    def post(self) -> Mention:
        """What it answers: a later post of the mention's author, or the mention itself."""
        return self.answers or self.mention

    @property
    def outbox_key(self) -> str:
        return f"reply:{self.id}"

    def aim(self, mention: Mention, post: Mention) -> None:
        """Let it answer a post of this conversation, the mention itself or a later one."""
        self.mention, self.answers = mention, None if post is mention else post

    def move(self, to: ReplyState) -> None:
        """Go on to another state; NothingToRetry when there is no such way."""
        if to not in REPLY_MOVES[ReplyState(self.state)]:
            raise NothingToRetry
        self.state, self.sent_back_at = to, None

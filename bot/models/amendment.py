"""A public reply is to be changed or taken down: who wants it, why, and what became of it.

Rows stay: those that are done are the versions that the public could read.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.errors import NothingToDecide, NotYourWish, SecondPersonNeeded
from bot.models.base import Base, BigId
from bot.models.company import Person
from bot.models.reply import Reply


class AmendmentKind(StrEnum):
    CHANGE = "change"
    REMOVAL = "removal"


class AmendmentState(StrEnum):
    DRAFT = "draft"
    ASKED = "asked"
    """A removal that waits for a second person."""
    QUEUED = "queued"
    DONE = "done"
    REFUSED = "refused"
    """By the platform, for good."""
    WITHDRAWN = "withdrawn"


AMENDMENT_MOVES: dict[AmendmentState, frozenset[AmendmentState]] = {
    AmendmentState.DRAFT: frozenset({AmendmentState.QUEUED, AmendmentState.ASKED}),
    AmendmentState.ASKED: frozenset({AmendmentState.QUEUED, AmendmentState.WITHDRAWN}),
    AmendmentState.QUEUED: frozenset({AmendmentState.DONE, AmendmentState.REFUSED}),
    AmendmentState.DONE: frozenset(),
    # From refused to queued: an admin mended what was wrong, and has it tried once more.
    AmendmentState.REFUSED: frozenset({AmendmentState.QUEUED}),
    AmendmentState.WITHDRAWN: frozenset(),
}
"""Every way an amendment can go. `Amendment.move` is the only thing that changes its state."""

_DRAFT, _OPEN = text("state = 'draft'"), text("state IN ('asked', 'queued')")


class Amendment(Base):
    """A change or a removal of one public reply."""

    __tablename__ = "amendment"
    __table_args__ = (
        Index(
            "ix_amendment_one_open",
            "mention_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index(
            "ix_amendment_one_draft",
            "reply_id",
            "asked_by_id",
            unique=True,
            sqlite_where=_DRAFT,
            postgresql_where=_DRAFT,
        ),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    mention_id: Mapped[int] = mapped_column(BigId, ForeignKey("mention.id"), index=True)
    reply_id: Mapped[int] = mapped_column(BigId, ForeignKey("reply.id"), index=True)
    kind: Mapped[AmendmentKind] = mapped_column(String(16))
    state: Mapped[AmendmentState] = mapped_column(String(16), default=AmendmentState.DRAFT)
    text: Mapped[str] = mapped_column(Text, default="")
    """What the reply is to say; "" where it is to be taken down."""
    earlier: Mapped[str] = mapped_column(Text, default="")
    """What it said when that was asked for."""
    reason: Mapped[str] = mapped_column(Text, default="")
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime | None]
    submission: Mapped[str | None] = mapped_column(String(128), unique=True)
    """Slack's id of the modal it was submitted from: one submission, one amendment."""
    agreed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """The second person, without whom nothing is taken down."""
    agreed_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(Text, default="")
    """Why the platform did not do it (yet), as a sentence."""

    reply: Mapped[Reply] = relationship(lazy="joined")
    asked_by: Mapped[Person] = relationship(foreign_keys=[asked_by_id], lazy="joined")
    agreed_by: Mapped[Person | None] = relationship(foreign_keys=[agreed_by_id], lazy="joined")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy's own attribute)

    @property
    def outbox_key(self) -> str:
        return f"amend:{self.id}"

    @property
    def is_removal(self) -> bool:
        return self.kind == AmendmentKind.REMOVAL

    @property
    def is_open(self) -> bool:
        return self.state in (AmendmentState.ASKED, AmendmentState.QUEUED)

    def move(self, to: AmendmentState) -> None:
        """Go on to another state; NothingToDecide when there is no such way."""
        if to not in AMENDMENT_MOVES[AmendmentState(self.state)]:
            raise NothingToDecide
        self.state = to

    def agree(self, by: Person, *, now: datetime) -> None:
        """A second person wants it too: nobody takes down alone what the company said."""
        if self.state != AmendmentState.ASKED:
            raise NothingToDecide
        if by.id == self.asked_by_id:
            raise SecondPersonNeeded
        self.move(AmendmentState.QUEUED)
        self.agreed_by, self.agreed_at = by, now

    def withdraw(self, by: Person, *, now: datetime, is_admin: bool = False) -> None:
        if self.state != AmendmentState.ASKED:
            raise NothingToDecide
        if by.id != self.asked_by_id and not is_admin:
            raise NotYourWish(who=self.asked_by.name)
        self.move(AmendmentState.WITHDRAWN)
        self.settled_at = now

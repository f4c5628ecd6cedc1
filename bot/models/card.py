"""A mention's cards in Slack, and the lines of its history."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.models.base import Base, BigId
from bot.models.company import Person


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

    __table_args__ = (
        Index("ix_card_message", "channel_id", "ts"),
        Index(
            "ix_card_came_from_id",
            "came_from_id",
            sqlite_where=text("came_from_id IS NOT NULL"),
            postgresql_where=text("came_from_id IS NOT NULL"),
        ),
    )


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

    @property
    def left_private(self) -> bool:
        """The mention was sent on from a private channel; what was said there stays there."""
        return self.kind == "moved" and bool(self.detail.get("private"))

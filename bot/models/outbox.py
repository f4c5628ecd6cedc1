"""What waits to be sent, its lanes, and how far each source was read."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.models.base import Base, BigId


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
    paused: Mapped[bool] = mapped_column(default=False)
    """True while the problem is one that goes on until somebody mends it, or until midnight."""
    silent_since: Mapped[datetime | None]
    """When the last mention was published, while it has been quiet for too long since."""
    gap: Mapped[str] = mapped_column(Text, default="")
    """What could not be read and never will be, the last time that happened."""
    gap_at: Mapped[datetime | None]


class Failure(Base):
    """How often something failed, by where and by the class of its error. Only grows."""

    __tablename__ = "failure"
    place: Mapped[str] = mapped_column(String(120), primary_key=True)
    """A lane by the name that may be shown, or "read:" and a source."""
    kind: Mapped[str] = mapped_column(String(80), primary_key=True)
    times: Mapped[int]

"""What platforms billed: sums of a day, what was billed today already, and who was looked up."""

from datetime import date, datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.models.base import Base


class Spending(Base):
    """What one kind of thing cost on one platform on one day. Days are UTC, as platforms bill."""

    __tablename__ = "spending"
    platform: Mapped[str] = mapped_column(String(32), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    write: Mapped[bool]
    units: Mapped[int]
    """How many were billed: each one once a day."""
    shown: Mapped[int]
    """How many came, the same ones again included."""
    mills: Mapped[int]
    """Thousandths of a dollar."""


class Receipt(Base):
    """Something that was billed today: coming again it costs nothing. Kept for that day only."""

    __tablename__ = "receipt"
    platform: Mapped[str] = mapped_column(String(32), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    resource: Mapped[str] = mapped_column(String(128), primary_key=True)


class KnownAuthor(Base):
    """Somebody who was paid for: who they were when they were looked up."""

    __tablename__ = "author"
    platform: Mapped[str] = mapped_column(String(32), primary_key=True)
    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    handle: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(255))
    url: Mapped[str] = mapped_column(Text)
    followers: Mapped[int | None]
    looked_up_at: Mapped[datetime] = mapped_column(index=True)

"""A button press that `python app.py check` waits for."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from bot.models.base import Base


class Press(Base):
    """A one-time code on a button, and whether it came back. Gone when the check is over."""

    __tablename__ = "press"
    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    asked_at: Mapped[datetime]
    pressed_at: Mapped[datetime | None]

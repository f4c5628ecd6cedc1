"""When a post is looked at again: one that was found, or a reply of ours."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.models.base import Base, BigId
from bot.models.mention import Mention
from bot.models.reply import Reply


class Watch(Base):
    """One post that its platform is asked about from time to time. See `bot/watches.py`."""

    __tablename__ = "watch"
    __table_args__ = (Index("ix_watch_due", "platform", "due_at"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    platform: Mapped[str] = mapped_column(String(32))
    mention_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("mention.id"), unique=True)
    reply_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("reply.id"), unique=True)
    """One of the two is set."""
    asked_at: Mapped[datetime]
    """When the platform last told us about it."""
    due_at: Mapped[datetime | None]
    """When its next look is planned, or done when it is time for one; None: never again."""

    mention: Mapped[Mention | None] = relationship()
    reply: Mapped[Reply | None] = relationship()

    @property
    def external_id(self) -> str:
        """What its platform is asked for; "" for a reply of which no more is known than a link."""
        post = self.mention or self.reply
        return (post.external_id if post else None) or ""

"""Replies: the deliveries that become public. At most once by themselves."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from bot.delivery.sender import Sender
from bot.errors import NotConnected
from bot.models import DeliveryState, Reply, ReplyState
from bot.outbox import Lease
from bot.retry import REPLIES
from bot.store import Store
from bot.usecases import publish
from bot.usecases.reply import keep_as_draft, target_of
from platforms.base import (
    GoneError,
    PausedError,
    Platform,
    PlatformError,
    PublishedReply,
    Target,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply as its platform needs it."""

    reply_id: int
    platform: str
    to: Target
    text: str

    @property
    def key(self) -> str:
        return f"reply-{self.reply_id}"


class ReplySender(Sender[Answer, PublishedReply]):
    """Publishes what somebody wrote. In doubt it looks, and then asks a person."""

    patience = REPLIES
    only_once = True

    def __init__(self, open_platform: Callable[[str], Platform]) -> None:
        """`open_platform`: a fresh adapter by name; raises NotConnected when it is off now."""
        self._open = open_platform

    def draw(self, store: Store, lease: Lease) -> Answer | None:
        reply = store.reply(lease.payload["reply"])
        if reply is None or reply.state not in (ReplyState.QUEUED, ReplyState.SENDING):
            return None
        to = target_of(reply.post)
        return Answer(reply.id, reply.mention.platform, to, reply.text)

    def mark(self, store: Store, lease: Lease) -> None:
        publish.mark_sending(store, _reply(store, lease))

    def find(self, parcel: Answer, *, since: datetime) -> PublishedReply | None:
        with closing(self._platform(parcel)) as platform:
            return platform.find_reply(parcel.to, parcel.text, key=parcel.key, since=since)

    def send(self, parcel: Answer) -> PublishedReply:
        with closing(self._platform(parcel)) as platform:
            return platform.reply(parcel.to, parcel.text, key=parcel.key)

    def record(self, store: Store, parcel: Answer, receipt: PublishedReply) -> None:
        reply = store.reply(parcel.reply_id)
        if reply is not None and reply.state != ReplyState.SENT:
            publish.record_sent(store, reply, receipt)

    def postponed(self, store: Store, lease: Lease, problem: str) -> None:
        publish.back_in_queue(store, _reply(store, lease), problem)

    def refuse(self, store: Store, lease: Lease, error: PlatformError) -> DeliveryState:
        reply = _reply(store, lease)
        keep_as_draft(store, reply)
        publish.record_failed(store, reply, str(error), gone=isinstance(error, GoneError))
        return DeliveryState.FAILED

    def doubt(self, store: Store, lease: Lease) -> None:
        publish.record_uncertain(store, _reply(store, lease))

    def _platform(self, parcel: Answer) -> Platform:
        try:
            return self._open(parcel.platform)
        except NotConnected as error:
            raise PausedError(str(error)) from error


def _reply(store: Store, lease: Lease) -> Reply:
    reply = store.reply(lease.payload["reply"])
    assert reply is not None
    return reply

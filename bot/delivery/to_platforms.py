"""Replies: the deliveries that become public. At most once by themselves, and only under a post
that still says what their writer has read.
"""  # noqa: D205 (two sentences that belong together)

import logging
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import leaving, logs
from bot.delivery.sender import Sender
from bot.errors import NotConnected, PostGone
from bot.models import DeliveryState, Reply, ReplyState
from bot.models.mention import fingerprint
from bot.outbox import Lease
from bot.retry import REPLIES
from bot.store import Store
from bot.usecases import publish, watch
from bot.usecases.reply import target_of
from bot.wording import storable
from platforms.base import (
    GoneError,
    PausedError,
    Platform,
    PlatformError,
    PublishedReply,
    RejectedError,
    SourceState,
    Target,
    TemporaryError,
)

log = logging.getLogger(__name__)

FRESH = timedelta(seconds=90)
"""A post that its platform showed so lately is not asked for again: on X each look costs money."""
TRIES = 3
"""How often a reply waits for a platform that cannot be asked about the post."""
EDITED = (
    "The author changed the post after you wrote this. "
    "Read what it says now, then press Try again, or change the text."
)
SPENT = (
    "It costs more than is left of today's budget for replies. "
    "Ask an admin to raise it, or press Try again after midnight UTC."
)


class PostEditedError(RejectedError):
    """The post does not say any more what the writer of the reply has read."""

    def __init__(self, state: SourceState | None = None) -> None:
        """`state`: what the platform told just now; None when it was known already."""
        super().__init__(EDITED)
        self.state = state


class SilencedError(RejectedError):
    """Whoever wrote it may not speak for the company any more, and nobody else let it go."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply as its platform needs it."""

    reply_id: int
    platform: str
    to: Target
    text: str
    about: str
    """The fingerprint of the post as its writer read it; "" when that is not known."""
    gone: bool
    fresh: bool
    """The platform showed the post just now."""
    attempts: int

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
        logs.about(reply.mention_id)
        post = reply.post
        return Answer(
            reply.id, post.platform, target_of(post), reply.text, reply.about,
            gone=post.gone_at is not None,
            fresh=store.now - watch.asked_at(store, post) < FRESH,
            attempts=lease.attempts,
        )  # fmt: skip

    def check(self, parcel: Answer) -> bool:
        """Refuse what would stand under a post that is gone or says something else now, and what
        today's budget does not pay for: others may have left since it was submitted.
        """  # noqa: D205 (one sentence that is long)
        if parcel.gone:
            raise GoneError(str(PostGone()))
        if parcel.about not in ("", fingerprint(parcel.to.text)):
            raise PostEditedError
        self._refuse_if_spent(parcel)
        if parcel.fresh:
            return False
        state = self._state(parcel)
        if state is not None and state.gone:
            raise GoneError(str(PostGone()))
        if state is not None and _reads_differently(state, parcel):
            raise PostEditedError(state)
        return True

    def checked(self, store: Store, parcel: Answer) -> None:
        watch.note_asked(store, parcel.reply_id)

    def mark(self, store: Store, lease: Lease) -> None:
        reply = _reply(store, lease)
        if leaving.has_lost_its_voice(store, reply.author, second=reply.approved_by):
            raise SilencedError(f"{reply.author.name} may not reply for the company any more.")
        publish.mark_sending(store, reply)

    def find(self, parcel: Answer, *, since: datetime) -> PublishedReply | None:
        with closing(opened(self._open, parcel.platform)) as platform:
            return platform.find_reply(parcel.to, parcel.text, key=parcel.key, since=since)

    def send(self, parcel: Answer) -> PublishedReply:
        with closing(opened(self._open, parcel.platform)) as platform:
            return platform.reply(parcel.to, parcel.text, key=parcel.key)

    def record(self, store: Store, parcel: Answer, receipt: PublishedReply) -> None:
        reply = store.reply(parcel.reply_id)
        if reply is not None and reply.state not in (ReplyState.SENT, ReplyState.TAKEN_DOWN):
            publish.record_sent(store, reply, receipt)

    def postponed(self, store: Store, lease: Lease, problem: str) -> None:
        publish.back_in_queue(store, _reply(store, lease), problem)

    def looked_for(self, store: Store, lease: Lease) -> None:
        publish.show_looked_for(store, _reply(store, lease))

    def refuse(self, store: Store, lease: Lease, error: PlatformError) -> DeliveryState:
        reply = _reply(store, lease)
        if isinstance(error, SilencedError):
            leaving.hold_back(store, reply, str(error))
            return DeliveryState.DONE
        leaving.keep_as_draft(store, reply)
        if isinstance(error, PostEditedError) and error.state is not None:
            watch.record_state(store, reply.post, error.state)
        publish.record_failed(store, reply, str(error), gone=isinstance(error, GoneError))
        return DeliveryState.FAILED

    def doubt(self, store: Store, lease: Lease) -> None:
        publish.record_uncertain(store, _reply(store, lease))

    def _refuse_if_spent(self, parcel: Answer) -> None:
        with closing(opened(self._open, parcel.platform)) as platform:
            charge = platform.price(parcel.text)
            if charge is not None and not platform.ledger.allows_reply(charge.mills):
                raise RejectedError(SPENT)

    def _state(self, parcel: Answer) -> SourceState | None:
        """What the platform says of the post now; None when it knows no more than we do.

        A platform that cannot be asked would mostly refuse the reply as well, so the reply waits
        for a while. After that, or where it may not be asked (a limit, a budget), the reply goes
        out unchecked: no answer at all would be worse, and what is gone is refused there anyway.
        """
        asked = parcel.to.external_id
        try:
            with closing(opened(self._open, parcel.platform)) as platform:
                states = platform.refresh([asked])
                return next((one for one in states if one.external_id == asked), None)
        except TemporaryError as error:
            limited = isinstance(error, PausedError) or error.retry_after is not None
            if not limited and parcel.attempts < TRIES:
                raise
            log.warning("reply %d goes out unchecked: %s", parcel.reply_id, error)
            return None


def opened(open_platform: Callable[[str], Platform], name: str) -> Platform:
    """A fresh adapter; PausedError when the platform is off now, so that the row waits for it."""
    try:
        return open_platform(name)
    except NotConnected as error:
        raise PausedError(str(error)) from error


def _reads_differently(state: SourceState, parcel: Answer) -> bool:
    if state.text is None:
        return False
    return fingerprint(storable(state.text)) != fingerprint(parcel.to.text)


def _reply(store: Store, lease: Lease) -> Reply:
    reply = store.reply(lease.payload["reply"])
    assert reply is not None
    return reply

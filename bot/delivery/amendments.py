"""Changes and removals of what is public already. Doing one twice is harmless, so in doubt it is
done once more.
"""  # noqa: D205 (two sentences that belong together)

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

from bot import amendments, leaving, logs
from bot.delivery.sender import Sender
from bot.delivery.to_platforms import SilencedError, opened
from bot.models import Amendment, AmendmentState, DeliveryState
from bot.outbox import Lease
from bot.retry import REPLIES
from bot.store import Store
from bot.usecases import amended
from bot.usecases.reply import target_of
from platforms.base import Platform, PlatformError, PublishedReply, Target, UncertainError


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """An amendment as its platform needs it."""

    amendment_id: int
    platform: str
    published: PublishedReply
    to: Target
    text: str | None
    """None: take it down."""


class AmendmentSender(Sender[Wish, None]):
    """Has a public reply changed or taken down."""

    patience = REPLIES
    looks = ()

    def __init__(self, open_platform: Callable[[str], Platform]) -> None:
        """`open_platform`: a fresh adapter by name; raises NotConnected when it is off now."""
        self._open = open_platform

    def draw(self, store: Store, lease: Lease) -> Wish | None:
        amendment = _amendment(store, lease.payload["amendment"])
        if amendment.state != AmendmentState.QUEUED:
            return None
        reply = amendment.reply
        logs.about(reply.mention_id)
        return Wish(
            amendment_id=amendment.id,
            platform=reply.mention.platform,
            published=PublishedReply(external_id=reply.external_id or "", url=reply.url),
            to=target_of(reply.post),
            text=None if amendment.is_removal else amendment.text,
        )

    def mark(self, store: Store, lease: Lease) -> None:
        """What left already while its writer might speak is done once more all the same."""
        wish = _amendment(store, lease.payload["amendment"])
        who, second = wish.asked_by, wish.agreed_by
        if lease.tried_at is None and leaving.has_lost_its_voice(store, who, second=second):
            raise SilencedError(
                f"{who.name} may not reply for the company any more. Read it, and say it yourself "
                "with Change our reply…, or ask an admin to retry it under /mentions stuck."
            )

    def send(self, parcel: Wish) -> None:
        with closing(opened(self._open, parcel.platform)) as platform:
            try:
                _do(parcel, platform)
            except UncertainError as error:
                told = f"{platform.label} did not say whether it was done; look there."
                raise UncertainError(told) from error

    def record(self, store: Store, parcel: Wish, receipt: None) -> None:
        amendment = _amendment(store, parcel.amendment_id)
        if amendment.state == AmendmentState.QUEUED:
            amended.record_done(store, amendment)

    def postponed(self, store: Store, lease: Lease, problem: str) -> None:
        amended.record_postponed(store, _amendment(store, lease.payload["amendment"]), problem)

    def refuse(self, store: Store, lease: Lease, error: PlatformError) -> DeliveryState:
        amended.record_refused(store, _amendment(store, lease.payload["amendment"]), str(error))
        return DeliveryState.FAILED


def _do(wish: Wish, platform: Platform) -> None:
    if wish.text is None:
        platform.delete(wish.published)
    else:
        platform.edit(wish.published, wish.text, to=wish.to)


def _amendment(store: Store, amendment_id: int) -> Amendment:
    found = amendments.numbered(store, amendment_id)
    assert found is not None
    return found

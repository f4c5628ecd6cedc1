"""What a kind of delivery must know: how to draw it, look for it, send it and write it down."""

from abc import ABC, abstractmethod
from datetime import datetime
from typing import Generic, TypeVar

from bot.models import DeliveryState
from bot.outbox import Lease
from bot.retry import CARDS, Patience
from bot.store import Store
from platforms.base import PlatformError

Parcel = TypeVar("Parcel")
Receipt = TypeVar("Receipt")


class Sender(ABC, Generic[Parcel, Receipt]):
    """One kind of delivery. `draw`, `checked`, `mark`, `record`, `found` and `refuse` run inside a
    transaction; `find`, `check` and `send` reach the network and never run inside one.
    """  # noqa: D205 (two sentences that belong together)

    patience: Patience = CARDS
    looks: tuple[float, ...] = (5.0, 30.0, 120.0)
    """After an uncertain outcome: seconds before each look whether it is there."""
    only_once: bool = False
    """True: when it cannot be found after all looks, a person decides; False: it is sent again."""

    @abstractmethod
    def draw(self, store: Store, lease: Lease) -> Parcel | None:
        """What to send, as of now; None when there is nothing to send any more."""

    def check(self, parcel: Parcel) -> bool:
        """Ask the other side whether it may still go out; RejectedError when not. True: asked."""
        return False

    def checked(self, store: Store, parcel: Parcel) -> None:
        """Write down that the other side was asked and knows of no reason against it."""

    def mark(self, store: Store, lease: Lease) -> None:
        """The call leaves now."""

    def find(self, parcel: Parcel, *, since: datetime) -> Receipt | None:
        """Look for what may have been sent since then."""
        return None

    @abstractmethod
    def send(self, parcel: Parcel) -> Receipt:
        """Make the call, once."""

    def record(self, store: Store, parcel: Parcel, receipt: Receipt) -> str | None:
        """Write down that it is there; returns the lane for a later request, if another one."""
        return None

    def found(self, store: Store, parcel: Parcel, receipt: Receipt) -> str | None:
        """Write down that it was there already. What stands there may be older than the parcel."""
        return self.record(store, parcel, receipt)

    def postponed(self, store: Store, lease: Lease, problem: str) -> None:
        """It surely did not leave and will be tried again."""

    def looked_for(self, store: Store, lease: Lease) -> None:
        """It may be there, and is looked for from now on."""

    def refuse(self, store: Store, lease: Lease, error: PlatformError) -> DeliveryState:
        """It will never work."""
        return DeliveryState.FAILED

    def doubt(self, store: Store, lease: Lease) -> None:
        """Nobody can tell whether it is there, and it must not be sent twice."""

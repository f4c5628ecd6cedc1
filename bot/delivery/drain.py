"""The drain: take a row, look whether it is there already, check, mark, send, settle.

Every network call stands between two short transactions. Whatever a sender raises is decided here,
in one place, for every kind: later, refused for good, or in doubt.
"""

import logging
import random
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from bot import deliveries, figures, journal, lanes, logs, outbox
from bot.database import Database
from bot.delivery.sender import Sender
from bot.models import DeliveryState
from bot.outbox import Lease
from bot.retry import next_try
from bot.slack.workspace import ChannelClosedError
from bot.store import Store
from platforms.base import (
    PausedError,
    PlatformError,
    RejectedError,
    TemporaryError,
    UncertainError,
)

log = logging.getLogger(__name__)

PAUSE_SECONDS = 30.0
PUNCTUAL = timedelta(milliseconds=10)
UNKNOWN_SECONDS = 600.0


class Drain:
    """Sends what is due. Safe to call from many threads and processes at once."""

    def __init__(
        self,
        database: Database,
        senders: Mapping[str, Sender[Any, Any]],
        *,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._senders = senders
        self._jitter = jitter
        self._quickest: dict[str, float] = {}
        """Seconds of the shortest call of each kind."""

    def lease(self, limit: int, *, ahead: timedelta = outbox.NOW) -> list[Lease]:
        """Take up to `limit` rows; `ahead`: before their lanes open (see `bot/outbox.py`)."""
        return self._database.write(outbox.lease, limit=limit, paces=lanes.pace_of, ahead=ahead)

    def lease_in(self, lane: str, *, ahead: timedelta = outbox.NOW) -> Lease | None:
        return self._database.write(outbox.lease_in, lane, paces=lanes.pace_of, ahead=ahead)

    def due_lanes(self) -> list[str]:
        return self._database.read(outbox.due_lanes, paces=lanes.pace_of)

    def seconds_until_due(
        self, lane: str | None = None, *, ahead: timedelta = outbox.NOW
    ) -> float | None:
        """Seconds until something (of one lane) can be leased, not below 0; None: nothing waits."""
        return self._database.read(_seconds_until_due, lane, ahead)

    def deliver(self, lease: Lease) -> None:
        """Send one leased row, and write down what became of it."""
        sender = self._senders.get(lease.kind)
        if sender is None:  # a newer release asked for it: while it is taken back others go first
            problem = f"This release knows nothing of “{lease.kind}”; it waits for a newer one."
            self._database.write(
                outbox.postpone, lease, seconds=UNKNOWN_SECONDS, problem=problem, counts=False
            )
            return
        with logs.work():  # what is drawn says which mention it is about
            self._deliver(sender, lease)

    def run_until_idle(self, *, limit: int = 8) -> int:
        """Send all that is due now, one after the other; how many were sent or tried."""
        done = 0
        while leases := self.lease(limit):
            for lease in leases:
                self.deliver(lease)
            done += len(leases)
        return done

    def _deliver(self, sender: Sender[Any, Any], lease: Lease) -> None:
        try:
            self._attempt(sender, lease)
        except TemporaryError as error:
            log.info("delivery %s not sent: %s", lease.key, error)
            self._decide(lease, error, self._later, sender, lease, error)
        except RejectedError as error:
            self._decide(lease, error, self._refused, sender, lease, error)
        except UncertainError as error:
            log.warning("delivery %s in doubt: %s", lease.key, error)
            self._decide(lease, error, self._in_doubt, sender, lease, str(error), error.retry_after)
        except Exception as error:
            # A bug must not stop the outbox: the row waits, and the log has the whole story.
            log.exception("delivery %s failed", lease.key)
            self._decide(lease, error, self._broken, sender, lease)

    def _attempt(self, sender: Sender[Any, Any], lease: Lease) -> None:
        parcel = self._database.read(sender.draw, lease)
        if parcel is None:
            self._database.write(outbox.settle, lease)
            return
        if lease.tried_at is not None:
            receipt = self._look(sender, lease, parcel)
            if receipt is not None:
                # Wanted only once, it stands there as it is: every change asks for it again. Only a
                # card's `found` differs from `record`. A copy lacks what was asked for after it, so
                # `bot/usecases/restored.py` raises `wanted`.
                record = sender.found if lease.wanted > 1 else sender.record
                self._database.write(self._done, record, lease, parcel, receipt)
                log.info("delivery %s was there already", lease.key)
                return
            # To look may take longer than a lease can spare.
            if not self._database.write(outbox.renew, lease):
                return
        if sender.check(parcel):
            self._database.write(sender.checked, parcel)
        if not self._database.write(self._mark, sender, lease):
            log.warning("delivery %s did not leave: its lease was nearly over", lease.key)
            return
        receipt, left = self._send(sender, lease, parcel)
        self._database.write(self._done, sender.record, lease, parcel, receipt, left=left)
        log.info("delivery %s sent", lease.key)

    def _send(self, sender: Sender[Any, Any], lease: Lease, parcel: Any) -> tuple[Any, datetime]:
        """Send when the lane opens; the receipt, and when the call left at the latest.

        Where it was held up on its way nobody can tell. So all that it took longer than the
        quickest one before it counts as the way there (of the first one all): then no two ever
        arrive closer than their pace.
        """
        early = (lease.not_before - self._database.now()).total_seconds()
        if early > 0:
            # It was taken no longer ahead. A clock that was set back since must not keep the call
            # till its lease is over.
            time.sleep(min(early, outbox.AHEAD.total_seconds()))
        left, begun = self._database.now(), time.perf_counter()
        receipt = sender.send(parcel)
        took = time.perf_counter() - begun
        quickest = min(took, self._quickest.get(lease.kind, 0.0))
        self._quickest[lease.kind] = quickest or took
        return receipt, left + timedelta(seconds=took - quickest)

    def _look(self, sender: Sender[Any, Any], lease: Lease, parcel: Any) -> Any:
        """Look whether it is there; raises UncertainError while that is open."""
        assert lease.tried_at is not None
        try:
            receipt = sender.find(parcel, since=lease.tried_at)
        except TemporaryError as error:
            doubt = UncertainError(str(error))
            doubt.retry_after = error.retry_after
            raise doubt from error
        except RejectedError as error:
            if not sender.only_once:
                raise
            raise UncertainError(f"It may have been sent; looking for it: {error}") from error
        if receipt is None and lease.looks < len(sender.looks):
            raise UncertainError("It may have been sent; it cannot be seen yet.")
        if receipt is None and sender.only_once:
            raise UncertainError("It may have been sent; it cannot be found.")
        return receipt

    def _mark(self, store: Store, sender: Sender[Any, Any], lease: Lease) -> bool:
        if not outbox.mark(store, lease, paces=lanes.pace_of):
            return False
        sender.mark(store, lease)
        return True

    def _done(
        self,
        store: Store,
        record: Callable[[Store, Any, Any], str | None],
        lease: Lease,
        parcel: Any,
        receipt: Any,
        *,
        left: datetime | None = None,
    ) -> None:
        lane = record(store, parcel, receipt)
        # The row first and then its lane, as whoever marks it: else two could wait for each other.
        outbox.settle(store, lease, lane=lane)
        if left is not None and left - lease.not_before > PUNCTUAL:
            outbox.count_from(store, lease.lane, left, paces=lanes.pace_of)

    def _decide(
        self, lease: Lease, error: Exception, fate: Callable[..., None], *args: Any
    ) -> None:
        """Write a failure down, unless the lease was lost: then another worker decides."""

        def act(store: Store) -> None:
            figures.count_failure(store, lease.lane, error)
            if deliveries.held(store, lease.id, lease.token) is not None:
                fate(store, *args)

        self._database.write(act)

    def _later(
        self, store: Store, sender: Sender[Any, Any], lease: Lease, error: TemporaryError
    ) -> None:
        problem, asked = str(error), error.retry_after
        wait = next_try(
            lease.attempts + 1, sender.patience, retry_after=asked, jitter=self._jitter()
        )
        if isinstance(error, PausedError):
            wait = asked = PAUSE_SECONDS
            journal.warn(store, problem)
        if wait is None:
            self._refused(store, sender, lease, RejectedError(f"{problem} We tried for a day."))
            return
        if asked is not None and not isinstance(error, ChannelClosedError):
            # The whole lane waits, so this row keeps its place in it.
            outbox.hold_lane(store, lease.lane, seconds=asked, paces=lanes.pace_of)
            wait = None
        outbox.postpone(store, lease, seconds=wait, problem=problem, counts=asked is None)
        sender.postponed(store, lease, problem)

    def _refused(
        self, store: Store, sender: Sender[Any, Any], lease: Lease, error: PlatformError
    ) -> None:
        state = sender.refuse(store, lease, error)
        if outbox.give_up(store, lease, state=state, problem=str(error)):
            log.warning("delivery %s refused: %s", lease.key, error)

    def _broken(self, store: Store, sender: Sender[Any, Any], lease: Lease) -> None:
        problem = "This is a fault of Switchboard; its log tells more."
        row = deliveries.held(store, lease.id, lease.token)
        if row is not None and row.tried_at is None:
            self._later(store, sender, lease, TemporaryError(problem))
        else:
            self._in_doubt(store, sender, lease, problem)

    def _in_doubt(
        self,
        store: Store,
        sender: Sender[Any, Any],
        lease: Lease,
        problem: str,
        retry_after: float | None = None,
    ) -> None:
        """Look for it soon; after the last look a person decides, or it is sent again."""
        wait: float | None
        if lease.looks < len(sender.looks):
            wait = max(sender.looks[lease.looks], retry_after or 0.0)
        elif sender.only_once:
            sender.doubt(store, lease)
            outbox.give_up(store, lease, state=DeliveryState.UNCERTAIN, problem=problem)
            return
        else:
            wait = next_try(
                lease.looks, sender.patience, retry_after=retry_after, jitter=self._jitter()
            )
        if wait is None:
            self._refused(store, sender, lease, RejectedError(f"{problem} We tried for a day."))
            return
        outbox.look_later(store, lease, seconds=wait, problem=problem)
        sender.looked_for(store, lease)


def _seconds_until_due(store: Store, lane: str | None, ahead: timedelta) -> float | None:
    moment = outbox.next_moment(store, paces=lanes.pace_of, lane=lane, ahead=ahead)
    return None if moment is None else max(0.0, (moment - store.now).total_seconds())

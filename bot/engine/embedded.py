"""The default engine: threads in this process. SQLite or PostgreSQL, no other server."""

import logging
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait

from sqlalchemy.exc import SQLAlchemyError

from bot import disk, outbox
from bot.delivery.drain import Drain

log = logging.getLogger(__name__)

HANDS = 16
LONGEST_NAP = 1.0
"""Seconds: how late a delivery of another process is noticed at worst."""


class EmbeddedEngine:
    """One thread leases, a few send."""

    def __init__(self, drain: Drain, *, hands: int = HANDS) -> None:
        self._drain = drain
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._hands = hands
        self._pool = ThreadPoolExecutor(hands, thread_name_prefix="deliver")
        self._in_hand: set[Future[None]] = set()
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        self._woken.set()

    def stop(self, *, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        self._stopping.set()
        self._woken.set()
        self._thread.join(timeout)
        wait(set(self._in_hand), timeout=max(0.0, deadline - time.monotonic()))
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            try:
                if not self._take():
                    self._woken.wait(self._nap())
            except SQLAlchemyError as error:
                disk.log_failure(log, error)
                self._stopping.wait(LONGEST_NAP)

    def _take(self) -> bool:
        """Lease as much as there are free hands; False when nothing is due."""
        free = self._hands - len(self._in_hand)
        leases = self._drain.lease(free, ahead=outbox.AHEAD) if free > 0 else []
        for lease in leases:
            future = self._pool.submit(self._drain.deliver, lease)
            self._in_hand.add(future)
            future.add_done_callback(self._put_down)
        return bool(leases)

    def _put_down(self, future: "Future[None]") -> None:
        self._in_hand.discard(future)
        self._woken.set()
        error = None if future.cancelled() else future.exception()
        if error is not None:
            log.error("a delivery could not be settled: %s", error, exc_info=error)

    def _nap(self) -> float:
        """Seconds until something is due, as far as we know."""
        until = self._drain.seconds_until_due(ahead=outbox.AHEAD)
        if until is None or len(self._in_hand) >= self._hands:
            return LONGEST_NAP
        return min(LONGEST_NAP, max(0.02, until))

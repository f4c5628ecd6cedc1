"""Carries what people did to the bot's door, and repeats events that were not acknowledged.

Events are tried again at once, after a minute and after five more (docs.slack.dev/apis/events-api);
clicks, submissions and commands are not: the person sees an error.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.sandbox.door import ACK_SECONDS, Answered, Delivery, Door, DoublingDoor, Kind
from bot.sandbox.records import Json

# Seconds before each repeat.
RETRIES = (0.0, 60.0, 300.0)


@dataclass(frozen=True, slots=True)
class _Undelivered:
    delivery: Delivery
    due_at: float


class Courier:
    """The way to the bot. `ack_seconds` may be shortened by tests."""

    def __init__(self, door: Door, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._undelivered: list[_Undelivered] = []
        self._threads: list[threading.Thread] = []
        self.way = DoublingDoor(door)
        self.ack_seconds = ACK_SECONDS

    def connect(self, door: Door) -> None:
        self.way.door = door

    def bring(self, kind: Kind, payload: Json) -> Answered:
        """Deliver an interaction or a command, once."""
        return self.way.deliver(Delivery(kind, payload), seconds=self.ack_seconds)

    def tell(self, payload: Json) -> Answered:
        """Deliver an event; when it fails, repeat it at once in the background."""
        answered = self._try(Delivery("events_api", payload))
        if answered.error:
            thread = threading.Thread(target=self.retry_now, kwargs={"only_due": True})
            self._threads.append(thread)
            thread.start()
        return answered

    def retry_now(self, *, only_due: bool = False) -> list[Answered]:
        """Repeat every event that is still owed, or only those whose time has come."""
        now = self._clock()
        with self._lock:
            chosen = [owed for owed in self._undelivered if owed.due_at <= now or not only_due]
            self._undelivered = [owed for owed in self._undelivered if owed not in chosen]
        return [self._try(owed.delivery) for owed in chosen]

    @property
    def owed(self) -> int:
        """How many events still wait for a repeat."""
        return len(self._undelivered)

    def wait(self) -> None:
        """Return when no repeat is under way in the background."""
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _try(self, delivery: Delivery) -> Answered:
        answered = self.way.deliver(delivery, seconds=self.ack_seconds)
        if answered.error and delivery.attempt < len(RETRIES):
            due_at = self._clock() + RETRIES[delivery.attempt]
            again = replace(delivery, attempt=delivery.attempt + 1, reason=answered.error)
            with self._lock:
                self._undelivered.append(_Undelivered(again, due_at))
        return answered

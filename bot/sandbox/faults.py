"""Failures on demand: what the Web API does instead of answering, a given number of times.

Nothing happened in the workspace after 429, 500, 503, html (a proxy's page with status 200),
user_not_found (Slack's word for whom it does not know), drop_before (the connection is closed) and
hang (closed after some seconds). What was asked for did happen after drop_after (closed instead of
an answer), half (half of the answer, then closed) and slow (the answer comes after some seconds).
"""

import threading
from dataclasses import dataclass
from typing import Literal, get_args

How = Literal[
    "429", "500", "503", "drop_before", "drop_after", "hang", "slow", "half", "html",
    "user_not_found",
]  # fmt: skip
HOWS: tuple[str, ...] = get_args(How)


@dataclass(slots=True)
class Fault:
    """One failure. `seconds` is for hang and slow, `retry_after` for 429 (None: no header)."""

    method: str
    how: str
    times: int
    channel: str
    seconds: float
    retry_after: int | None


class Faults:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        if fault.how not in HOWS:
            raise ValueError(f"How should it fail? One of {', '.join(HOWS)}, not {fault.how}.")
        with self._lock:
            self._waiting.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def left(self) -> int:
        """How many were ordered, and no call has met them yet."""
        with self._lock:
            return len(self._waiting)

    def take(self, method: str, channel: str) -> Fault | None:
        """Return the failure this call is to meet, and count it."""
        with self._lock:
            for fault in self._waiting:
                if fault.method == method and fault.channel in ("", channel):
                    fault.times -= 1
                    if not fault.times:
                        self._waiting.remove(fault)
                    return fault
        return None

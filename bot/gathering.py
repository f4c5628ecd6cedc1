"""Threads that ask the same thing at the same moment are answered together.

One of them asks for all, and who comes meanwhile is gathered for the next round: what a round
costs, a commit above all, is paid once for everybody in it. It knows nothing of databases.
"""

import threading
import time
from collections.abc import Callable, Collection, Sequence
from typing import Generic, TypeVar

Asked = TypeVar("Asked")

PAUSE = 0.001
LONGEST_PAUSE = 0.008
"""Seconds. Whoever is alone never waits; in a crowd, those who are nearly there come along."""


class Gathering(Generic[Asked]):
    """`grant` is given what was asked for, in its order, and tells what of it is granted.

    When it raises, the thread that asked for all raises that, and nothing is granted to the others.
    """

    def __init__(self, grant: Callable[[Sequence[Asked]], Collection[Asked]]) -> None:
        self._grant = grant
        self._lock = threading.Lock()
        self._waiting: list[_Turn[Asked]] = []
        self._led = False
        self._crowded = False

    def ask(self, what: Asked) -> bool:
        """Wait until it is granted, or not."""
        turn = _Turn(what)
        with self._lock:
            self._waiting.append(turn)
            turn.leads, self._led = not self._led, True
        if not turn.leads:
            turn.wait()
        if turn.leads:
            self._lead()
        return turn.granted

    def _lead(self) -> None:
        if self._crowded:
            self._wait_for_company()
        with self._lock:
            turns, self._waiting = self._waiting, []
        self._crowded = len(turns) > 1
        try:
            granted = self._grant([turn.what for turn in turns])
            for turn in turns:
                turn.granted = turn.what in granted
        finally:
            self._pass_on()
            for turn in turns:
                turn.wake()

    def _wait_for_company(self) -> None:
        """Until nobody more comes. Meanwhile the others have the processor for themselves."""
        came, until = 0, time.monotonic() + LONGEST_PAUSE
        while came < len(self._waiting) and time.monotonic() < until:
            came = len(self._waiting)
            time.sleep(PAUSE)

    def _pass_on(self) -> None:
        """Let the one who has waited longest lead the next round."""
        with self._lock:
            self._led = bool(self._waiting)
            if self._led:
                self._waiting[0].leads = True
                self._waiting[0].wake()


class _Turn(Generic[Asked]):
    """One thread that asked, and what it was told."""

    def __init__(self, what: Asked) -> None:
        self.what = what
        self.leads = False
        self.granted = False
        self._told = threading.Lock()
        self._told.acquire()

    def wait(self) -> None:
        self._told.acquire()

    def wake(self) -> None:
        if self._told.locked():
            self._told.release()

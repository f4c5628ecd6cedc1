"""The crash rig's Switchboard with ENGINE=procrastinate: what it sends, the real engine sends.

Time is moved here, so nothing may wait for it really: what a lane's pace holds back is left to the
sweep, which the rig asks for as soon as it has moved the clock.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from procrastinate.exceptions import AppNotOpen

from bot.engine import procrastinated
from bot.engine.procrastinated import ProcrastinateEngine
from bot.outbox import LEASE
from tests.rigs.office import Switchboard
from tests.town import Town

HINTED_SECONDS = 0.1
"""So long a hint may take; if it died with whoever had it, the sweep must find its lane."""
PATIENCE_SECONDS = 60.0
"""Nothing that is in hand takes longer, on any machine."""


class HintedSwitchboard(Switchboard):
    """Its engine runs as long as it lives, while people press as well as when time passes."""

    def deliver(self, *, at_most: timedelta = timedelta(minutes=10)) -> None:
        """Let the engine send all that is due, and then what somebody who died still held."""
        self._let_pass(at_most)
        self.clock.move(LEASE)
        self._let_pass(at_most)

    def _open_door(self) -> None:
        procrastinated.LONGEST_WAIT = 0.0
        self._engine = ProcrastinateEngine(self.drain, self.database.url)
        self._engine.start()
        super()._open_door()

    def _let_pass(self, at_most: timedelta) -> None:
        end = self.clock.now() + at_most
        while True:
            wait = self._come_to_rest()
            if wait is None or self.clock.now() + timedelta(seconds=wait) > end:
                return
            self.clock.move(timedelta(seconds=wait + 0.001))
            self._sweep()

    def _come_to_rest(self) -> float | None:
        """Wait till nothing is due and nothing in hand; seconds until something will be due."""
        begun = time.monotonic()
        while time.monotonic() - begun < PATIENCE_SECONDS:
            wait = self.drain.seconds_until_due()
            if wait == 0.0 and not _within(HINTED_SECONDS, self._is_looking):
                self._sweep()
            elif wait != 0.0 and not self._is_looking():
                return wait
            _within(PATIENCE_SECONDS, lambda: not self._is_looking())
        raise AssertionError("the engine does not come to rest")

    def _is_looking(self) -> bool:
        return bool(self._engine._looking)

    def _sweep(self) -> None:
        loop = self._engine._loop
        with suppress(AppNotOpen):  # it has only just begun
            if loop is not None:
                asyncio.run_coroutine_threadsafe(self._engine._sweep(0), loop).result(
                    PATIENCE_SECONDS
                )

    def _warm_up_sending(self) -> None:
        Town.deliver(self)


def _within(seconds: float, holds: Callable[[], bool]) -> bool:
    """Whether it held within so many real seconds: other threads go by these."""
    end = time.monotonic() + seconds
    while not (there := holds()) and time.monotonic() < end:
        time.sleep(0.002)
    return there

"""One platform, one look: which posts are due, what the platform says of them, write it down. The
network is never inside a transaction, and one platform's trouble never reaches another.
"""  # noqa: D205 (two sentences that belong together)

import logging
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta

from bot.database import Database
from bot.usecases.watch import Turn, is_anything_due, put_off, record_turn, take_turn
from platforms.base import Platform, SourceState, TemporaryError

log = logging.getLogger(__name__)

PAUSE = timedelta(minutes=5)
"""How long a platform that cannot be asked is left alone, unless it says how long."""


class Watcher:
    """Looks again at a platform's posts. Safe to run from many threads and processes at once."""

    def __init__(
        self,
        database: Database,
        kind: type[Platform],
        open_platform: Callable[[], Platform],
        *,
        every: timedelta,
    ) -> None:
        """`open_platform` gives a fresh adapter. `every`: the shortest time between two looks."""
        self._database = database
        self._kind = kind
        self.name = kind.name
        self._open = open_platform
        self._every = every

    def run(self) -> int:
        """Ask about what is due, one request's worth; how many posts had changed."""
        if not self._database.read(is_anything_due, self.name):
            return 0
        turn = self._database.write(take_turn, self._kind, every=self._every)
        if not turn.external_ids:
            return 0
        try:
            states = self._ask(turn)
        except TemporaryError as error:
            log.warning("watch %s: %s", self.name, error)
            wait = max(PAUSE, timedelta(seconds=error.retry_after or 0))
            self._database.write(put_off, self.name, wait=wait)
            return 0
        changed = self._database.write(record_turn, turn, states)
        if changed:
            log.info("watch %s: %d changed", self.name, changed)
        return changed

    def _ask(self, turn: Turn) -> list[SourceState]:
        with closing(self._open()) as platform:
            return list(platform.refresh(turn.external_ids))

"""One source, one round: read the cursor, fetch, write what came. The network is never inside a
transaction, and one source's trouble never reaches another.
"""  # noqa: D205 (two sentences that belong together)

import logging
from collections.abc import Callable
from datetime import timedelta

from bot import figures, journal
from bot.database import Database
from bot.language.reading import read
from bot.store import Store
from bot.usecases import spending
from bot.usecases.configure import current_config
from bot.usecases.record import Recorded, record_page, unseen
from platforms.base import Page, PausedError, Platform, Query, TemporaryError

log = logging.getLogger(__name__)

LONGEST_PAUSE = timedelta(hours=1)


class Ingest:
    """Reads one platform. `open_platform` gives a fresh adapter: they are not shared by threads."""

    def __init__(
        self,
        database: Database,
        name: str,
        open_platform: Callable[[], Platform],
        *,
        every: timedelta,
    ) -> None:
        self._database = database
        self.name = name
        self._open = open_platform
        self._every = every
        self._platform: Platform | None = None

    def run(self) -> Recorded | None:
        """Do one round if it is due and nobody else has it; None when not, or when it failed."""
        if not self._database.write(_take_turn, self.name, every=self._every):
            return None
        try:
            return self._round()
        except PausedError as error:
            self._database.write(_pause, self.name, str(error))
            self._fail(error, str(error), wait=error.retry_after)
        except TemporaryError as error:
            self._fail(error, str(error), wait=error.retry_after)
        except Exception as error:
            # Whatever a platform answers, the other sources and this one's next round go on.
            log.exception("source %s failed", self.name)
            self._fail(error, "It answered something unexpected; the log tells more.", wait=None)
        return None

    def close(self) -> None:
        """Let go of the connections; the next round opens a new adapter."""
        if self._platform is not None:
            self._platform.close()
            self._platform = None

    def _round(self) -> Recorded | None:
        platform = self._platform = self._platform or self._open()
        why = self._database.read(
            spending.why_not_reading, self.name, label=platform.label, least=platform.least_bill
        )
        if why is not None:
            self._database.write(_pause, self.name, why)
            return None
        query, cursor = self._database.read(_query, self.name)
        page = platform.fetch(query, cursor=cursor)
        own = query.own_accounts
        fresh = self._database.read(unseen, platform, page, own_accounts=own)
        readings = {post.external_id: read(post.text, language=post.language) for post in fresh}
        recorded = self._database.write(record_page, platform, page, readings, own_accounts=own)
        _tell(self.name, page, recorded)
        return recorded

    def _fail(self, error: Exception, problem: str, *, wait: float | None) -> None:
        self.close()
        self._database.write(figures.count_failure, f"read:{self.name}", error)
        self._database.write(_note_failure, self.name, problem, wait=wait, every=self._every)
        log.warning("source %s: %s", self.name, problem)


def _tell(name: str, page: Page, recorded: Recorded) -> None:
    if recorded.new or recorded.changed:
        log.info("source %s: %d new, %d changed", name, recorded.new, recorded.changed)
    if page.gap:
        log.warning("source %s has a gap: %s", name, page.gap)


def _take_turn(store: Store, name: str, *, every: timedelta) -> bool:
    """Move the source's due time on; only one of many clocks that ring can."""
    source = store.source(name, alone=True)
    if source.due_at > store.now:
        return False
    source.due_at = store.now + every
    return True


def _query(store: Store, name: str) -> tuple[Query, str | None]:
    brand = current_config(store).brand
    own = frozenset(handle.casefold() for handle in brand.accounts.get(name, ()))
    query = Query(terms=brand.terms, own_accounts=own, communities=brand.communities)
    return query, store.source(name).cursor


def _pause(store: Store, name: str, why: str) -> None:
    """Nothing is read till somebody acts or a new day begins: those who can act are told."""
    source = store.source(name)
    source.paused = True
    source.problem, source.problem_since = why, source.problem_since or store.now
    journal.warn(store, why)


def _note_failure(
    store: Store, name: str, problem: str, *, wait: float | None, every: timedelta
) -> None:
    """Write the trouble down, and wait longer each time, at most an hour."""
    source = store.source(name)
    source.failures += 1
    source.problem, source.problem_since = problem, source.problem_since or store.now
    pause = min(every * 2 ** min(source.failures, 10), LONGEST_PAUSE)
    source.due_at = store.now + max(pause, timedelta(seconds=wait or 0))

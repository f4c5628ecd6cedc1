"""A worker to watch while it sends, and other processes that use the same database."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime

import pytest

from bot.database import Database
from bot.sandbox.world import MovableClock
from tests.bot.ledger import Outbox
from tests.bot.worker import Worker

Others = Callable[[int], list[Database]]


@pytest.fixture
def others(database_url: str, clock: MovableClock) -> Iterator[Others]:
    """Opens the same database so many times more, as other processes would."""
    with ExitStack() as opened:

        def open_them(number: int) -> list[Database]:
            each = (Database(database_url, clock=clock.now) for _ in range(number))
            return [opened.enter_context(closing(one)) for one in each]

        yield open_them


@pytest.fixture
def worker(database_url: str) -> Iterator[Worker]:
    opened = Worker(database_url)
    yield opened
    opened.close()


@pytest.fixture
def worker_today(database_url: str) -> Iterator[Worker]:
    """One whose clock starts now: X's search takes nothing that is off by more than a week."""
    opened = Worker(database_url, start=datetime.now(UTC))
    yield opened
    opened.close()


@pytest.fixture
def box(database: Database, clock: MovableClock) -> Outbox:
    return Outbox(database, clock)

"""A worker to watch while it sends."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.bot.worker import Worker


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

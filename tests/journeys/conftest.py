"""A town for posts on X."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.town import Town


@pytest.fixture
def town_today(database_url: str) -> Iterator[Town]:
    """A town whose clock starts now: X's search takes nothing that is off by more than a week."""
    opened = Town(database_url, start=datetime.now(UTC))
    yield opened
    opened.close()

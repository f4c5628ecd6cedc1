"""Each platform's way of counting, text by text."""

import pytest

from tests.platforms.conftest import open_at
from tests.platforms.counting import COUNTED, Counted
from tests.platforms.scripted import Scripted


@pytest.mark.parametrize("row", COUNTED, ids=lambda row: f"{row.platform}-{row.text[:12]!a}")
def test_counts_as_the_platform_counts(row: Counted, scripted: Scripted) -> None:
    platform = open_at(scripted.url, row.platform)
    assert platform.measure(row.text).used == row.used
    platform.close()

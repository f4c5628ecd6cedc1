"""docs/platforms.md says what the tests hold."""

import importlib

import pytest

from tests.platforms.document import COMMAND, ROOT, WRITTEN, page
from tests.platforms.fates import FATES
from tests.platforms.gaps import HELD


def test_page_is_up_to_date() -> None:
    assert WRITTEN.read_text(encoding="utf-8") == page(), f"Next: run {COMMAND} and commit the page"


@pytest.mark.parametrize("test", sorted({test for one in (*FATES, *HELD) for test in one.tests}))
def test_test_that_is_referred_to_is_there(test: str) -> None:
    path, _, name = test.partition("::")
    module = path.removesuffix(".py").replace("/", ".")
    assert (ROOT / path).exists()
    assert hasattr(importlib.import_module(module), name), f"{test} has another name by now"

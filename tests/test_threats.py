"""docs/threats.md names tests that exist."""

import importlib
import re
from pathlib import Path

import pytest

import app

PAGE = (Path(app.__file__).parent / "docs" / "threats.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ")][1:]


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_a_test_that_holds_against_a_threat_is_there(path: str, name: str):
    module = importlib.import_module(path.removesuffix(".py").replace("/", "."))
    assert hasattr(module, name), f"{path} has no {name} any more. Next: name the test that has."


def test_every_threat_is_held_by_a_test():
    assert len(ROWS) > 15
    bare = [row for row in ROWS if not re.search(r"`tests/[\w/]+\.py::\w+` ?", row)]
    assert not bare, "a threat without a test is a hope"

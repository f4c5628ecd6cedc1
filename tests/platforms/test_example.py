"""The platform that CONTRIBUTING shows is taken out of the page, and keeps what every other does.

It speaks as the stand-in's town square does, so it is tried under that name.
"""

import importlib
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import platforms
from bot.sandbox.square import Square
from platforms.base import Platform
from tests.platforms import test_contract, test_faults
from tests.platforms.conftest import PATIENCE, Open
from tests.platforms.document import ROOT
from tests.platforms.faults.row import Fault
from tests.platforms.scripted import Scripted

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("### Another platform")[2]
PLATFORM, ITS_TEST = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)[:2]
PROMISES = [
    promise
    for promise in vars(test_contract).values()
    if test_contract.every_platform.mark in getattr(promise, "pytestmark", ())
]
ROWS = [
    replace(row, says=row.says.replace("Town Square", "Board"))
    for row in test_faults.STAND_IN
    if row.platform == "square"
]


@pytest.fixture
def board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The module, found in the folder of platforms as a new file there would be."""
    (tmp_path / "board.py").write_text(PLATFORM, encoding="utf-8")
    monkeypatch.setattr(platforms, "__path__", [*platforms.__path__, str(tmp_path)])
    importlib.invalidate_caches()
    assert platforms.available()["board"].label == "Board"
    yield sys.modules["platforms.board"]
    sys.modules.pop("platforms.board", None)
    vars(platforms).pop("board", None)


@pytest.fixture
def opened(base_url: str, board: Any) -> Iterator[Open]:
    """Opens the example, whatever it is asked for."""
    settings = board.BoardSettings.model_validate({"BOARD_URL": f"{base_url}/square"})
    with ExitStack() as open_ones:

        def open_one(_: str, *, fault: str = "") -> Platform:
            timeout = (5.0, 0.25) if fault.startswith("hang") else PATIENCE
            return open_ones.enter_context(closing(board.Board(settings, timeout=timeout)))

        yield open_one


@pytest.mark.parametrize("promise", PROMISES, ids=lambda each: each.__name__.removeprefix("test_"))
def test_example_keeps_the_contract(
    promise: Callable[..., None],
    square: Square,
    opened: Open,
    request: pytest.FixtureRequest,
) -> None:
    given = {"name": "square", "square": square, "opened": opened}
    code = promise.__code__
    wanted = code.co_varnames[: code.co_argcount]
    promise(**{one: given.get(one) or request.getfixturevalue(one) for one in wanted})


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_example_stands_its_faults(row: Fault, square: Square, opened: Open) -> None:
    test_faults.test_network_fails_and_recovers(row, square, opened)


def test_its_own_test_passes(board: Any, scripted: Scripted) -> None:
    names = vars(test_faults) | vars(importlib.import_module("tests.platforms.scripted"))
    space: dict[str, Any] = {**names, **vars(board)}
    exec(ITS_TEST, space)
    (test,) = (each for name, each in space.items() if name in re.findall(r"def (\w+)", ITS_TEST))
    test(scripted)


def test_there_is_something_to_keep() -> None:
    assert len(PROMISES) > 8
    assert len(ROWS) > 30

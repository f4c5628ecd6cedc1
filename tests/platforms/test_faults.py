"""Each row of the table of faults, made to happen: what is raised, and in which words."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest

import platforms
from bot.sandbox.square import Square
from platforms._bluesky_line import Line
from platforms.base import Platform, Target, TemporaryError
from tests.platforms.conftest import PATIENCE, QUERY, Open, customer_posts, environment, now, only
from tests.platforms.faults import FAULTS, WELL
from tests.platforms.faults.common import DONE
from tests.platforms.faults.row import TEXT, Fault
from tests.platforms.scripted import Scripted, silence
from tests.platforms.test_contract import NAMES

IMPATIENCE = (5.0, 0.25)
STAND_IN = [row for row in FAULTS if isinstance(row.answer, str) and row.answer != "nobody"]
AWAY = [row for row in FAULTS if row.answer == "nobody"]
SCRIPTED = [row for row in FAULTS if not isinstance(row.answer, str)]

OpenAt = Callable[..., Platform]


@pytest.fixture(autouse=True)
def no_session_of_another_test() -> None:
    """Sessions are kept for the process, and a port may be given twice."""
    Line._accounts.clear()


@pytest.fixture
def open_at() -> Iterator[OpenAt]:
    """Opens a platform at an address."""
    with ExitStack() as open_ones:

        def open_one(url: str, name: str, timeout: tuple[float, float] = PATIENCE) -> Platform:
            kind: Any = platforms.available()[name]
            well = WELL.get(name)
            own = well.variables if well else None
            settings = kind.Settings.model_validate(own(url) if own else environment(url))
            return open_ones.enter_context(closing(kind(settings, timeout=timeout)))

        yield open_one


@pytest.mark.parametrize("row", STAND_IN, ids=str)
def test_network_fails_and_recovers(row: Fault, square: Square, opened: Open) -> None:
    customer_posts(square, row.platform, "who can help?")
    platform = opened(row.platform, fault=row.answer)
    to, since = only(platform), now()
    square.order_fault(row.platform, str(row.answer), on="write" if row.call == "reply" else "read")
    expect(row, platform, to)
    out = row.call == "reply" and row.answer in DONE
    assert len(square.replies_by_brand(row.platform)) == out, "sent more than once, or too soon"
    if row.call == "reply":
        found = platform.find_reply(to, TEXT, key="k1", since=since)
        assert (found is not None) == out
    if not out:
        call(row, platform, to)


@pytest.mark.parametrize("row", AWAY, ids=str)
def test_nobody_is_there(row: Fault, square: Square, opened: Open, open_at: OpenAt) -> None:
    customer_posts(square, row.platform, "who can help?")
    to = only(opened(row.platform))
    with socket.socket() as nobody_listens:
        nobody_listens.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody_listens.getsockname()[1]}"
        expect(row, open_at(url, row.platform), to)


@pytest.mark.parametrize("row", SCRIPTED, ids=str)
def test_server_says(row: Fault, scripted: Scripted, open_at: OpenAt) -> None:
    well = WELL[row.platform]
    asked = row.path or well.asks[row.call]
    for path, answer in {**well.answers(), **row.also}.items():
        scripted.on(path, answer)
    scripted.on(asked, *row.answers)
    timeout = IMPATIENCE if silence() in row.answers else PATIENCE
    platform = open_at(scripted.url, row.platform, timeout)
    expect(row, platform, well.to)
    if row.call == "reply" and row.error is not None:
        assert len(scripted.asked_for(well.asks["reply"])) <= 1, "the library sent it again"
    if row.call == "read" and row.error is TemporaryError:
        scripted.on(asked, well.answers()[asked])
        call(row, platform, well.to)


def expect(row: Fault, platform: Platform, to: Target) -> None:
    """Make the row's call and compare what it raises."""
    if row.error is None:
        call(row, platform, to)
        return
    with pytest.raises(row.error) as raised:
        call(row, platform, to)
    assert meaning(raised.value) is row.error
    assert str(raised.value) == row.says
    if row.wait is not None:
        assert isinstance(raised.value, TemporaryError)
        assert raised.value.retry_after == pytest.approx(row.wait, abs=3)


def meaning(error: Exception) -> type:
    """The class that this error has in the contract; a platform may have narrower ones."""
    return next(one for one in type(error).__mro__ if one.__module__ == "platforms.base")


def call(row: Fault, platform: Platform, to: Target) -> object:
    if row.call == "read":
        return platform.fetch(QUERY, cursor=None)
    if row.call == "reply":
        return platform.reply(to, TEXT, key="k1")
    if row.call == "find":
        return platform.find_reply(to, TEXT, key="k1", since=now())
    return list(platform.refresh([to.external_id]))


def test_every_platform_has_its_rows() -> None:
    assert {*NAMES, *WELL} == set(platforms.available()), (
        "A platform has no faults in tests/platforms/faults. Next: give it a file there, as"
        " of_hackernews.py for one that only reads or of_mastodon.py for one that replies."
    )

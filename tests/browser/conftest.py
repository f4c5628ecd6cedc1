"""The sandbox's page in a real browser, over a stand-in workspace with a scripted bot behind it.

Skipped where there is no Chromium: `playwright install chromium`, or the one of the system. With
CI set, that is a failure: there nobody would notice.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from playwright.sync_api import Browser, Error, Page, sync_playwright

from bot.sandbox import square_api
from bot.sandbox.server import SlackStandIn
from bot.sandbox.square import Square
from tests.bot.sandbox.scripted_bot import ScriptedBot
from tests.browser.windows import Windows, launch

Open = Callable[..., Page]


@dataclass
class Outside:
    """What the page talks to."""

    slack: SlackStandIn
    square: Square
    bot: ScriptedBot = field(default_factory=ScriptedBot)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        try:
            started = launch(playwright)
        except Error as error:
            told = f"There is no Chromium here: {error.message.splitlines()[0]}"
            if os.environ.get("CI"):
                pytest.fail(told)
            pytest.skip(told)
        yield started
        started.close()


@pytest.fixture(scope="session")
def windows(browser: Browser) -> Windows:
    return Windows(browser)


@pytest.fixture
def outside() -> Iterator[Outside]:
    square = Square()
    routes = [*square_api.routes(square), web.get("/sandbox/controls", _no_controls)]
    slack = SlackStandIn(extra_routes=routes)
    slack.add_person("ana", "Ana Lima", is_admin=True)
    slack.add_person("ben", "Ben Okafor")
    slack.add_channel("support")
    slack.add_channel("billing")
    slack.start()
    made = Outside(slack, square)
    slack.connect(made.bot)
    yield made
    slack.stop()


@pytest.fixture
def open_page(windows: Windows, outside: Outside) -> Iterator[Open]:
    """Opens a window as somebody; no window may have logged an error by the end of the test."""
    with windows.open() as opened:

        def open_as(person: str = "ana", *, width: int = 1280, height: int = 800) -> Page:
            return opened(f"{outside.slack.url}/?as={person}", width=width, height=height)

        yield open_as


@pytest.fixture
def page(open_page: Open) -> Page:
    return open_page()


async def _no_controls(_: web.Request) -> web.Response:
    return web.json_response({"controls": []})

"""The sandbox's page in a real browser, over a stand-in workspace with a scripted bot behind it.

Skipped where there is no Chromium: `playwright install chromium`, or the one of the system.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from playwright.sync_api import Browser, Error, Page, sync_playwright

from bot.sandbox import square_api
from bot.sandbox.server import SlackStandIn
from bot.sandbox.square import Square
from tests.bot.sandbox.scripted_bot import ScriptedBot

QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
# Of the page's own making would be a fault; a refused connection is what some tests ask for.
EXPECTED = re.compile("ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION_RESET")

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
            started = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=QUIET
            )
        except Error as error:
            pytest.skip(f"There is no Chromium here: {error.message.splitlines()[0]}")
        yield started
        started.close()


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
def open_page(browser: Browser, outside: Outside) -> Iterator[Open]:
    """Opens a window as somebody; no window may have logged an error by the end of the test."""
    windows = []
    complaints: list[str] = []

    def opened(person: str = "ana", *, width: int = 1280, height: int = 800) -> Page:
        window = browser.new_context(viewport={"width": width, "height": height})
        windows.append(window)
        page = window.new_page()
        page.set_default_timeout(5000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else 0)
        page.goto(f"{outside.slack.url}/?as={person}")
        page.get_by_role("tab", name="#support").wait_for()
        return page

    yield opened
    for window in windows:
        window.close()
    assert [said for said in complaints if not EXPECTED.search(said)] == []


@pytest.fixture
def page(open_page: Open) -> Page:
    return open_page()


async def _no_controls(_: web.Request) -> web.Response:
    return web.json_response({"controls": []})

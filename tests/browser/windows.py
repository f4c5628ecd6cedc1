"""Windows of a real browser, and what makes a test end badly: an error in one of them."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, Page, Playwright

QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
# Of the page's own making would be a fault; a refused connection is what some tests ask for.
EXPECTED = re.compile("ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION_RESET")

OpenWindow = Callable[..., Page]
"""Opens an address: opened(url, width=1280, height=800)."""


def launch(playwright: Playwright) -> Browser:
    """Chromium: the one of the system, else Playwright's own. Raises Error when there is none."""
    return playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)


@contextmanager
def windows(browser: Browser) -> Iterator[OpenWindow]:
    """Open windows, each of somebody else; none may have logged an error by the end."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opened(url: str, *, width: int = 1280, height: int = 800) -> Page:
        # Whatever moves is drawn sixty times a second, and without a graphics card.
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="light",
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)  # a machine may be busy
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else 0)
        page.goto(url)
        page.get_by_role("tab", name="#support").wait_for()
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [said for said in complaints if not EXPECTED.search(said)] == []

"""Windows of a real browser, and what makes a test end badly: an error in one of them."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright

QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
# Of the page's own making would be a fault; a refused connection is what some tests ask for.
EXPECTED = re.compile("ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION_RESET")
PATIENCE_MS = 20_000
"""How long a page may take for a step; a machine may be busy."""

OpenWindow = Callable[..., Page]
"""Opens an address: opened(url, width=1280, height=800)."""


def launch(playwright: Playwright) -> Browser:
    """Chromium: the one of the system, else Playwright's own. Raises Error when there is none."""
    return playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)


class Windows:
    """Windows of one browser, each of somebody else. What was left is used again: to open a new one
    takes three times as long.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._left: list[_Window] = []

    @contextmanager
    def open(self) -> Iterator[OpenWindow]:
        """Open windows till the end; none may have logged an error by then."""
        used: list[_Window] = []

        def opened(url: str, *, width: int = 1280, height: int = 800) -> Page:
            window = self._left.pop() if self._left else _Window(self._browser)
            used.append(window)
            window.page.set_viewport_size({"width": width, "height": height})
            window.page.goto(url)
            window.page.get_by_role("tab", name="#support").wait_for()
            return window.page

        yield opened
        complaints = [said for window in used for said in window.leave()]
        self._left += used
        assert complaints == []


class _Window:
    """It shares nothing with another. What a page stored is not at the next one's address, which
    has another port; where the mouse is, and who listens, stays.
    """

    def __init__(self, browser: Browser) -> None:
        # Whatever moves is drawn sixty times a second, and without a graphics card.
        context = browser.new_context(color_scheme="light", reduced_motion="reduce")
        self.page = context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self._complaints: list[str] = []
        self.page.on("pageerror", lambda error: self._complaints.append(str(error)))
        self.page.on("console", self._hear)

    def leave(self) -> list[str]:
        """Leave what it shows; the errors that were logged there."""
        self.page.unroute_all()
        self.page.goto("about:blank")
        told = [said for said in self._complaints if not EXPECTED.search(said)]
        self._complaints.clear()
        return told

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self._complaints.append(said.text)

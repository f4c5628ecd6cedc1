"""The README's pictures, taken at the sandbox: python -m tests.browser.pictures docs/pictures"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, FloatRect, Locator, Page, expect, sync_playwright

from tests.browser.desk import MANY, Desk
from tests.browser.sandbox import Sandbox
from tests.browser.windows import launch

PATIENCE_MS = 60_000
MOST_BYTES = 150_000
CUSTOMERS = ("lena_f", "ben_from_5b", "opsgirl", "rudi", "grumpy_otter", "noor", "daily_ledger")
OUTAGE, REFUND = "Third day without internet", "you charged me twice"
PRAISE, THANKS = "the courier carried it up", "Thank you. We told the courier."
SORRY = "So sorry, Mara. A technician is with you by noon, and this month is on us."
PAID = "You are right, Lena. The 49 € are on their way back to you."


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=PATIENCE_MS)
    sandbox = Sandbox()
    try:
        with sync_playwright() as playwright:
            browser = launch(playwright)
            _answer_one(folder, browser, sandbox.url)
            _read_the_week(folder, browser, sandbox.url)
            browser.close()
    finally:
        sandbox.stop()
    for picture in sorted(folder.glob("*.png")):
        size = picture.stat().st_size
        print(f"{picture}: {size // 1000} kB")
        assert size < MOST_BYTES, "too large for a README"


def _answer_one(folder: Path, browser: Browser, url: str) -> None:
    with _at(browser, url, "ana", height=730) as ana:
        ana.post("mara_k")
        card = ana.card(OUTAGE)
        expect(card).to_be_visible()
        expect(ana.public("mara_k on X")).to_be_visible()
        halves = ana.page.get_by_role("main")
        halves.screenshot(path=folder / "card.png")

        ana.press(card, "Reply")
        ana.modal.get_by_label("Your reply").fill(SORRY)
        _take(ana.modal, folder / "modal.png", margin=24)

        ana.press(ana.modal, "Reply")
        expect(card).to_contain_text("Answered by Ana Lima")
        reply = ana.public("acme on X")
        expect(reply).to_contain_text(SORRY)
        reply.scroll_into_view_if_needed()
        halves.screenshot(path=folder / "answered.png")


def _read_the_week(folder: Path, browser: Browser, url: str) -> None:
    with _at(browser, url, "ana", height=1300) as ana:
        for handle in CUSTOMERS:
            ana.post(handle)
        _wait_for_cards(ana.page, len(CUSTOMERS) + 1)
        ana.reply(ana.card(PRAISE), THANKS)
        ana.go_to("#billing, 1 unread")
        ana.reply(ana.card(REFUND), PAID)
        expect(ana.card(REFUND)).to_contain_text("Answered by Ana Lima")
        ana.wait_till_told("/mentions stats", f"{len(CUSTOMERS) + 1} mentions, 3 answered")
        ana.press_in_bar("Jump to Monday 09:00")
        ana.go_to("#leadership, 1 unread")
        summary = ana.card("The week of")
        expect(summary).to_contain_text("Thanks to")
        ana.page.get_by_role("button", name="Dismiss").click()
        _take(summary, folder / "summary.png", margin=0)


def _wait_for_cards(page: Page, number: int) -> None:
    """The summary links to the cards that are there when it is posted."""
    for _ in range(MANY):
        rooms = [one["id"] for one in _state(page)["channels"] if not one["is_im"]]
        messages = [message for room in rooms for message in _state(page, room)["messages"]]
        cards = [one for one in messages if one["is_bot"] and not one["is_ephemeral"]]
        if len(cards) == number:
            return
        page.wait_for_timeout(500)
    raise AssertionError(f"{len(cards)} of {number} cards came")


def _state(page: Page, channel: str = "") -> dict[str, Any]:
    where = {"person": "ana"} | ({"channel": channel} if channel else {})
    state: dict[str, Any] = page.request.get("/sandbox/state", params=where).json()
    return state


@contextmanager
def _at(browser: Browser, url: str, person: str, *, height: int) -> Iterator[Desk]:
    context = browser.new_context(
        base_url=url,
        viewport={"width": 1200, "height": height},
        color_scheme="light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{url}/?as={person}")
    page.get_by_role("button", name="Put away this hint").click()
    yield Desk(page)
    context.close()


def _take(what: Locator, path: Path, *, margin: int) -> None:
    box = what.bounding_box()
    assert box is not None
    clip: FloatRect = {
        "x": box["x"] - margin,
        "y": box["y"] - margin,
        "width": box["width"] + 2 * margin,
        "height": box["height"] + 2 * margin,
    }
    what.page.mouse.move(0, 0)
    what.page.screenshot(path=path, clip=clip)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

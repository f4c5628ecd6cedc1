"""One window of the sandbox's page, and what people do at it. For journeys and for pictures."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from playwright.sync_api import Locator, Page, Route, expect
from playwright.sync_api import TimeoutError as TooSlowError

MANY = 60
STATE = "**/sandbox/state*"


class Desk:
    """Somebody's window, with the town square beside it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.messages = page.get_by_label("Messages", exact=True).get_by_role("article")
        self.modal = page.get_by_role("dialog")
        self.home = page.locator("#home")
        self.thread = page.get_by_role("complementary", name="Thread")
        self.only_me = self.messages.filter(has_text="Only visible to you").last

    # -- in the town square

    def post(self, handle: str) -> None:
        """A customer posts what is ready made."""
        self.page.get_by_role("button", name=f"@{handle}").click()

    def write(self, text: str, *, by: str, on: str) -> None:
        """A customer writes a post of their own."""
        form = self.page.locator(".write")
        if form.get_attribute("open") is None:
            form.get_by_text("Write one yourself").click()
        form.get_by_label("As", exact=True).fill(by)
        form.get_by_label("On", exact=True).select_option(on)
        form.get_by_label("Post", exact=True).fill(text)
        form.get_by_role("button", name="Post").click()

    def public(self, who: str) -> Locator:
        """The newest post of "acme on X"."""
        return self.page.get_by_role("article", name=who).last

    def answer(self, text: str) -> None:
        """The customer answers the brand's newest reply."""
        self.public("acme on").get_by_role("button", name="Answer as the customer").click()
        form = self.page.locator("form.inline")
        form.get_by_role("textbox").fill(text)
        form.get_by_role("button", name="Post").click()

    def press_in_bar(self, label: str) -> None:
        """Press what breaks something, or mends it, or moves the clock."""
        with self.page.expect_response(lambda answer: answer.request.method == "POST"):
            self.page.get_by_role("button", name=label).click()

    # -- in the workspace

    def go_to(self, channel: str) -> None:
        self.page.get_by_role("tab", name=channel).click()

    def card(self, words: str) -> Locator:
        """The newest message of the open channel with these words."""
        return self.messages.filter(has_text=words).last

    def press(self, where: Locator, label: str) -> None:
        where.get_by_role("button", name=label, exact=True).click()

    def pick(self, card: Locator, entry: str) -> None:
        """Choose behind ⋯; what arrives meanwhile may close the menu, and people open it again."""
        item = self.page.get_by_role("menuitem", name=entry)
        for patience_ms in (2_000, 5_000):
            self.press(card, "More actions")
            with suppress(TooSlowError):
                item.click(timeout=patience_ms)
                return
        self.press(card, "More actions")
        item.click()

    def choose(self, label: str, beginning: str) -> None:
        """Choose in the modal's list what begins so."""
        box = self.modal.get_by_label(label)
        option = box.locator("option", has_text=re.compile(f"^{beginning}"))
        box.select_option(option.get_attribute("value"))

    def reply(self, card: Locator, text: str) -> None:
        self.press(card, "Reply")
        self.modal.get_by_label("Your reply").fill(text)
        self.press(self.modal, "Reply")
        expect(self.modal).to_have_count(0)

    def wait_till_told(self, command: str, words: str) -> Locator:
        """Ask again and again until the answer says so."""
        for _ in range(MANY):
            told = self.ask(command)
            told.wait_for()
            if words in told.inner_text():
                return told
        raise AssertionError(f"{command} never said {words}, but: {told.inner_text()}")

    def ask(self, command: str) -> Locator:
        """Type a slash command; its answer is the newest thing only I see."""
        self.page.get_by_label("Message or slash command").fill(command)
        with self.page.expect_response("**/sandbox/command"):
            self.page.keyboard.press("Enter")
        return self.only_me

    @contextmanager
    def seeing_nothing_new(self) -> Iterator[None]:
        """For a while, what changes does not reach this window."""
        held: list[Route] = []

        def hold(route: Route) -> None:
            held.append(route)

        self.page.route(STATE, hold)
        yield
        for route in held:
            route.continue_()
        self.page.unroute(STATE, hold)

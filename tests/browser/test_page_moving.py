"""Moving about on the page: channels, people, commands, narrow screens, a server that is gone."""

import pytest
from playwright.sync_api import Page, expect

from bot.sandbox.workspace import BOT_USER_ID
from tests.browser.conftest import Open, Outside
from tests.browser.shown import post


def test_a_lamp_lights_where_something_is_unread_until_it_is_looked_at(
    outside: Outside, page: Page
) -> None:
    post(outside, text="A refund, please", channel="billing")

    page.get_by_role("tab", name="#billing, 1 unread").click()

    expect(page.get_by_role("article")).to_contain_text("A refund, please")
    expect(page.get_by_role("tab", name="#billing", exact=True)).to_be_visible()


def test_the_first_direct_message_is_told_by_name(outside: Outside, page: Page) -> None:
    workspace = outside.slack.inside.workspace
    direct = workspace.direct(outside.slack.person("ana").id)
    workspace.post(direct, BOT_USER_ID, "Mara wrote back.")

    expect(page.get_by_text("New in ")).to_have_text("New in Switchboard")


def test_arrow_keys_move_between_channels(page: Page) -> None:
    page.get_by_role("tab", name="#support").focus()

    page.keyboard.press("ArrowDown")

    expect(page.get_by_role("tab", name="#billing")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("heading", name="#billing")).to_be_visible()


def test_the_address_remembers_who_is_looking_and_at_what(outside: Outside, page: Page) -> None:
    page.get_by_role("radio", name="Ben").check()
    page.get_by_role("tab", name="#billing").click()
    page.reload()

    expect(page.get_by_role("radio", name="Ben")).to_be_checked()
    expect(page.get_by_role("heading", name="#billing")).to_be_visible()
    page.get_by_label("Message or slash command").fill("Hello")
    page.keyboard.press("Enter")
    expect(page.get_by_role("article")).to_contain_text("Ben Okafor")


def test_a_slash_offers_the_commands_and_enter_sends_them(outside: Outside, page: Page) -> None:
    box = page.get_by_label("Message or slash command")
    box.press_sequentially("/m")
    expect(page.get_by_role("option")).to_contain_text(["/mentions"])
    page.keyboard.press("Tab")
    page.keyboard.type("invoice")

    with page.expect_response("**/sandbox/command"):
        page.keyboard.press("Enter")

    told = outside.bot.last
    assert (told["command"], told["text"]) == ("/mentions", "invoice")
    expect(box).to_have_value("")

    box.fill("/foo bar")
    page.keyboard.press("Enter")
    only_me = page.get_by_role("article").filter(has_text="Only visible to you")
    known = "There are /mentions and /departments."
    expect(only_me).to_contain_text(f"/foo is not a command here. {known}")
    expect(box).to_have_value("/foo bar")
    expect(page.locator(".toast")).to_have_count(0)


def test_typed_markup_is_only_text(outside: Outside, page: Page) -> None:
    page.get_by_label("Message or slash command").fill("<!channel> 2 < 3")
    page.keyboard.press("Enter")

    expect(page.get_by_role("article").locator(".text")).to_have_text("<!channel> 2 < 3")


def test_a_narrow_screen_shows_one_side_and_tells_of_the_other(
    outside: Outside, open_page: Open
) -> None:
    phone = open_page(width=390, height=844)
    phone.get_by_role("tab", name="Town square").click()
    expect(phone.get_by_role("tab", name="#support")).to_be_hidden()

    post(outside, text="Somebody waits")

    phone.get_by_role("button", name="Show").click()
    expect(phone.get_by_text("Somebody waits")).to_be_in_viewport()


@pytest.mark.parametrize("width", [320, 390, 820, 1280])
def test_nothing_is_wider_than_the_screen(outside: Outside, open_page: Open, width: int) -> None:
    page = open_page(width=width)
    post(outside, text="Donaudampfschifffahrtsgesellschaftskapitän" * 5)
    expect(page.get_by_role("article")).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_page_says_so_when_the_sandbox_has_stopped(outside: Outside, page: Page) -> None:
    outside.slack.stop()

    expect(page.get_by_role("alert")).to_contain_text("Start it again with: make sandbox")

"""Modals on the page: what was typed survives, mistakes stand under the field, Esc closes."""

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from bot.sandbox.records import View
from tests.browser.conftest import Outside
from tests.browser.shown import Json, actions, button, change, field, modal, plain, post, said


@pytest.fixture
def view(outside: Outside, page: Page) -> View:
    """A reply modal, open in front of Ana."""
    opened = modal("Reply on X", said("Help"), field("Your reply", max_length=280))
    return outside.slack.inside.views.open(outside.slack.person("ana").id, opened)


@pytest.fixture
def dialog(page: Page, view: View) -> Locator:
    found = page.get_by_role("dialog", name="Reply on X")
    expect(found).to_be_visible()
    return found


def test_typed_text_survives_an_update_and_the_cursor_stays(
    outside: Outside, page: Page, view: View, dialog: Locator
) -> None:
    page.keyboard.type("Hello Mara")
    expect(dialog.locator("output")).to_have_text("10 of 280")

    warned = modal("Reply on X", said("Ben writes too"), field("Your reply", max_length=280))
    outside.slack.inside.views.update(view, warned)

    expect(dialog).to_contain_text("Ben writes too")
    page.keyboard.type(", so sorry")
    expect(dialog.get_by_label("Your reply")).to_have_value("Hello Mara, so sorry")


def test_submit_sends_the_last_letter_too(outside: Outside, page: Page, dialog: Locator) -> None:
    page.keyboard.type("Hello")
    page.keyboard.press("Control+Enter")

    expect(dialog).to_have_count(0)
    values = outside.bot.last["view"]["state"]["values"]
    assert values["text"]["text"]["value"] == "Hello"


def test_mistakes_stand_under_the_field_and_the_text_is_kept(
    outside: Outside, page: Page, dialog: Locator
) -> None:
    wrong = {"response_action": "errors", "errors": {"text": "Too long for X (312 of 280)."}}
    outside.bot.answer = lambda payload: wrong
    page.keyboard.type("Hello")
    dialog.get_by_role("button", name="Reply").click()

    reply = dialog.get_by_label("Your reply")
    expect(dialog.get_by_role("alert").first).to_have_text("Too long for X (312 of 280).")
    expect(reply).to_have_accessible_description("Too long for X (312 of 280).")
    expect(reply).to_be_focused()
    expect(reply).to_have_value("Hello")


def test_a_bot_that_does_not_answer_is_told_of_in_the_modal(
    outside: Outside, page: Page, dialog: Locator
) -> None:
    outside.bot.failures = ["timeout"]
    page.keyboard.type("Hello")
    dialog.get_by_role("button", name="Reply").click()

    expect(dialog.get_by_text("did not answer in time")).to_be_visible()
    expect(dialog.get_by_label("Your reply")).to_have_value("Hello")


def test_escape_closes_the_top_one_and_what_lies_below_is_as_it_was(
    outside: Outside, page: Page, dialog: Locator
) -> None:
    with page.expect_response("**/sandbox/type"):
        page.keyboard.type("Hello", delay=0)
    above: Json = {"type": "modal", "title": plain("Preview"), "blocks": [said("So it looks")]}
    outside.slack.inside.views.push(outside.slack.person("ana").id, above)
    expect(page.get_by_role("dialog", name="Preview")).to_be_visible()
    expect(dialog).to_be_hidden()

    page.keyboard.press("Escape")
    expect(dialog.get_by_label("Your reply")).to_have_value("Hello")

    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert outside.bot.last["type"] == "view_closed"


def test_what_is_typed_right_before_escape_is_kept(page: Page, dialog: Locator) -> None:
    told: list[Request] = []

    def note(request: Request) -> None:
        told.append(request)

    page.on("request", note)
    dialog.get_by_label("Your reply").fill("Sorry one two")
    # The browser itself hides a dialog at the second Escape, whatever the page is still telling.
    with page.expect_request("**/close"):
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")

    expect(dialog).to_have_count(0)
    typed, closed = [one for one in told if one.url.endswith(("/type", "/close"))]
    assert typed.url.endswith("/type"), "closed before the last keys were told"
    assert typed.post_data_json["text"] == "Sorry one two"
    assert closed.url.endswith("/close")


def test_the_keyboard_goes_back_to_what_opened_the_modal(outside: Outside, page: Page) -> None:
    """Also when its card was drawn without the button meanwhile, and with it again."""
    card = post(outside, said("Help"), actions(button("Claim"), button("Reply")))
    shown, dialog = page.get_by_role("article"), page.get_by_role("dialog")
    opener = shown.get_by_role("button", name="Reply", exact=True)
    opener.focus()
    for leave in ("Escape", "Cancel", "Close"):
        opened = modal("Reply on X", field("Your reply"))
        outside.slack.inside.views.open(outside.slack.person("ana").id, opened)
        expect(dialog.get_by_label("Your reply")).to_be_focused()
        change(outside, card, said(f"No buttons before {leave}"))
        expect(shown).to_contain_text(f"No buttons before {leave}")
        change(outside, card, said(leave), actions(button("Reply")))
        expect(shown).not_to_contain_text("No buttons")

        if leave == "Escape":
            page.keyboard.press("Escape")
        else:
            dialog.get_by_role("button", name=leave).click()
        expect(dialog).to_have_count(0)
        expect(opener).to_be_focused()


def test_focus_stays_inside(page: Page, dialog: Locator) -> None:
    outside = "!!document.activeElement.closest('main, header.bar, footer.strip')"
    for _ in range(6):
        page.keyboard.press("Tab")
        assert not page.evaluate(outside), "Tab led out of the modal"

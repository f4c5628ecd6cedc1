"""Messages on the page: what is shown, what is pressed, and what stays when a card is redrawn."""

from playwright.sync_api import Page, expect

from bot.sandbox.workspace import BOT_USER_ID
from tests.browser.conftest import Open, Outside
from tests.browser.shown import actions, button, change, menu, plain, post, said

HOSTILE = "<!channel> <img src=x onerror=alert(1)> &amp; *bold* \u202eexe.gnp"


def test_the_words_of_the_public_are_shown_letter_by_letter(outside: Outside, page: Page) -> None:
    post(outside, said(HOSTILE, style="rich_text_quote"))

    quote = page.get_by_role("article").locator("blockquote")
    expect(quote).to_have_text(HOSTILE)
    assert quote.locator("*").count() == 0, "something in the public's words became an element"


def test_mrkdwn_marks_links_and_names_but_opens_only_the_web(outside: Outside, page: Page) -> None:
    ben = outside.slack.person("ben").id
    text = f"*Claimed* by <@{ben}>, <javascript:alert(1)|see> <https://acme.example|there> 2 &lt; 3"
    post(outside, text=text)

    card = page.get_by_role("article")
    expect(card).to_contain_text("Claimed by @Ben Okafor, see there 2 < 3")
    expect(card.locator("strong")).to_have_text("Claimed")
    expect(card.get_by_role("link")).to_have_text(["there"])
    expect(card.get_by_role("link")).to_have_attribute("target", "_blank")


def test_a_pressed_button_tells_the_bot_who_pressed_what(outside: Outside, page: Page) -> None:
    message = post(outside, said("Help"), actions(button("Claim", style="primary", value="7")))

    with page.expect_response("**/sandbox/click"):
        page.get_by_role("button", name="Claim").click()

    told = outside.bot.last
    assert told["user"]["id"] == outside.slack.person("ana").id
    assert told["container"]["message_ts"] == message.ts
    assert [(each["action_id"], each["value"]) for each in told["actions"]] == [("claim", "7")]


def test_a_menu_is_worked_with_the_keyboard_alone(outside: Outside, page: Page) -> None:
    post(outside, said("Help"), actions(menu("History", "Add a note…")))

    page.get_by_role("button", name="More actions").press("Enter")
    expect(page.get_by_role("menuitem", name="History")).to_be_focused()
    page.keyboard.press("ArrowDown")
    with page.expect_response("**/sandbox/choose"):
        page.keyboard.press("Enter")

    assert outside.bot.last["actions"][0]["selected_option"]["value"] == "Add a note…"


def test_what_needs_confirming_is_asked_first(outside: Outside, page: Page) -> None:
    ask = {"title": plain("Drop it?"), "text": plain("It is gone afterwards.")}
    confirm = {**ask, "confirm": plain("Yes, drop"), "deny": plain("Keep")}
    post(outside, said("Help"), actions(button("Drop", confirm=confirm)))

    page.get_by_role("button", name="Drop").click()
    page.get_by_role("alertdialog", name="Drop it?").get_by_role("button", name="Keep").click()
    assert outside.bot.told == []
    expect(page.get_by_role("button", name="Drop")).to_be_focused()

    page.get_by_role("button", name="Drop").click()
    with page.expect_response("**/sandbox/click"):
        page.get_by_role("button", name="Yes, drop").click()
    assert outside.bot.last["actions"][0]["action_id"] == "drop"


def test_a_redrawn_card_keeps_the_open_menu_and_the_typed_text(
    outside: Outside, page: Page
) -> None:
    card = post(outside, said("Help"), actions(button("Claim"), menu("History", "Note")))
    page.get_by_label("Message or slash command").fill("half a sent")
    page.get_by_role("button", name="More actions").click()

    change(outside, card, said("Claimed by Ben"), actions(menu("History", "Note")))

    expect(page.get_by_role("article")).to_contain_text("Claimed by Ben")
    expect(page.get_by_role("menuitem", name="History")).to_be_focused()
    expect(page.get_by_label("Message or slash command")).to_have_value("half a sent")


def test_who_has_scrolled_up_stays_there_when_something_arrives(
    outside: Outside, page: Page
) -> None:
    for number in range(40):
        post(outside, text=f"Line {number}")
    messages = page.get_by_label("Messages", exact=True)
    expect(page.get_by_text("Line 39", exact=True)).to_be_in_viewport()

    messages.evaluate("place => { place.scrollTop = 0 }")
    post(outside, text="One more")

    expect(messages.get_by_text("One more")).to_be_attached()
    assert messages.evaluate("place => place.scrollTop") == 0


def test_what_is_only_for_me_is_marked_and_can_be_dismissed(
    outside: Outside, open_page: Open
) -> None:
    ana, ben = open_page("ana"), open_page("ben")
    workspace, support = outside.slack.inside.workspace, outside.slack.channel("support")
    me = outside.slack.person("ana").id
    workspace.post(support, BOT_USER_ID, "Ben claimed this.", ephemeral_to=me)
    post(outside, text="All of you may read this")

    expect(ben.get_by_text("All of you may read this")).to_be_visible()
    assert ben.get_by_text("Ben claimed this.").count() == 0
    mine = ana.get_by_role("article").filter(has_text="Only visible to you")
    expect(mine).to_contain_text("Ben claimed this.")
    mine.get_by_role("button", name="Dismiss").click()
    expect(mine).to_have_count(0)


def test_a_thread_opens_beside_and_takes_answers(outside: Outside, page: Page) -> None:
    card = post(outside, said("Help"))
    support = outside.slack.channel("support")
    outside.slack.inside.workspace.post(support, BOT_USER_ID, "Ben claimed", thread_ts=card.ts)

    page.get_by_role("button", name="1 reply").click()
    thread = page.get_by_role("complementary", name="Thread")
    expect(thread).to_contain_text("Ben claimed")
    page.keyboard.type("Thanks")
    page.keyboard.press("Enter")

    expect(page.get_by_role("button", name="2 replies")).to_be_visible()
    assert outside.slack.thread(card)[-1].text == "Thanks"
    page.keyboard.press("Escape")
    expect(thread).to_be_hidden()

"""The town square on the page: customers post and change their minds, answers arrive."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, Outside
from tests.browser.shown import actions, button, change, post, said


def test_a_click_publishes_a_ready_made_post_and_the_answer_appears_under_it(
    outside: Outside, page: Page
) -> None:
    page.get_by_role("button", name="@mara_k").click()
    post = page.get_by_role("article", name="mara_k on X")
    expect(post).to_contain_text("Third day without internet")

    asked = outside.square.posts("x")[0]
    outside.square.post("x", "acme", "So sorry, Mara.", reply_to=asked.id)

    expect(page.get_by_role("article", name="acme on X")).to_contain_text("So sorry, Mara.")
    expect(page.get_by_text("your answer now stands under the post")).to_be_visible()


def test_one_can_write_as_anybody_anywhere(outside: Outside, page: Page) -> None:
    page.get_by_text("Write one yourself").click()
    form = page.locator(".write")
    form.get_by_label("As", exact=True).fill("nosy_neighbour")
    form.get_by_label("On", exact=True).select_option("Reddit")
    form.get_by_label("Community").fill("vienna")
    form.get_by_label("Post", exact=True).fill("<b>Acme</b> again")
    form.get_by_role("button", name="Post").click()

    shown = page.get_by_role("article", name="nosy_neighbour on Reddit")
    expect(shown).to_contain_text("<b>Acme</b> again")
    expect(shown).to_contain_text("vienna")


def test_a_customer_edits_answers_and_deletes(outside: Outside, page: Page) -> None:
    outside.square.post("x", "mara_k", "@acme help")
    post = page.get_by_role("article", name="mara_k on X").first

    post.get_by_role("button", name="Edit").click()
    page.get_by_role("textbox", name="New text").fill("@acme help, please")
    page.keyboard.press("Enter")
    expect(post).to_contain_text("edited")

    post.get_by_role("button", name="Answer").click()
    page.keyboard.type("Anybody?")
    page.keyboard.press("Enter")
    expect(page.get_by_role("article", name="mara_k on X")).to_have_count(2)

    post.get_by_role("button", name="Delete").click()
    expect(post).to_contain_text("Deleted by its author.")
    assert outside.square.posts("x")[0].deleted


def test_the_hint_follows_who_replies_at_once_and_needs_somebody_to_approve(
    outside: Outside, open_page: Open
) -> None:
    page = open_page("ben")
    step = page.get_by_role("complementary", name="Try this").locator(".next")
    page.get_by_role("button", name="@mara_k").click()
    expect(step).to_have_text("Press Claim on its card")

    card = post(outside, said("Help"), actions(button("Claim"), button("Reply")))
    page.get_by_role("button", name="Reply", exact=True).click()
    expect(step).to_have_text("Press Reply and answer")

    change(outside, card, said("It waits"), actions(button("Approve")))
    expect(step).to_have_text("Now switch to Ana, who reads it and presses Approve")
    page.get_by_role("radio", name="Ana").check()
    expect(step).to_have_text("Press Approve on its card")

    change(outside, card, said("Answered"))
    asked = outside.square.posts("x")[0]
    outside.square.post("x", "acme", "So sorry, Mara.", reply_to=asked.id)
    expect(page.get_by_text("That is all there is to it")).to_be_visible()


def test_faults_are_ordered_and_called_off(outside: Outside, page: Page) -> None:
    page.get_by_role("button", name="X is down").click()
    expect(page.get_by_text("The next 5 requests to X fail")).to_be_visible()
    assert outside.square.faults()["x"] == ["503"]

    page.get_by_role("button", name="All well again").click()
    expect(page.get_by_text("Everything answers as it should")).to_be_visible()
    assert outside.square.faults()["x"] == []

"""Every journey once, in a real browser, at the sandbox exactly as `make sandbox` starts it.

The other files here test the page over a scripted bot; here the whole product stands behind it.
"""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.desk import Desk
from tests.browser.sandbox import Sandbox
from tests.browser.windows import PATIENCE_MS, Windows

OUTAGE = "Third day without internet"
TWICE = "you charged me twice"
SORRY = "So sorry, Mara. A technician is on the way, and this month is on us."

SitDown = Callable[..., Desk]


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    """Cards take seconds, as in Slack."""
    expect.set_options(timeout=PATIENCE_MS)
    yield
    expect.set_options(timeout=None)


@pytest.fixture
def sit_down(windows: Windows) -> Iterator[SitDown]:
    """Somebody sits down at a sandbox that nobody has used."""
    sandbox = Sandbox()

    def sat_down(person: str) -> Desk:
        return Desk(opened(f"{sandbox.url}/?as={person}"))

    try:
        with windows.open() as opened:
            yield sat_down
            assert "Traceback" not in sandbox.log()
    finally:
        sandbox.stop()


@pytest.fixture
def ana(sit_down: SitDown) -> Desk:
    return sit_down("ana")


@pytest.fixture
def ben(sit_down: SitDown) -> Desk:
    return sit_down("ben")


def test_one_claims_the_other_is_told_and_the_answer_is_public(ana: Desk, ben: Desk) -> None:
    ana.post("mara_k")
    card, bens = ana.card(OUTAGE), ben.card(OUTAGE)
    expect(card).to_contain_text("X · @mara_k")
    expect(card).to_contain_text('Why here: keyword "without internet", rule 1 of Support')
    expect(card).to_contain_text("Waiting since today at")

    expect(bens).to_be_visible()
    with ben.seeing_nothing_new():
        ana.press(card, "Claim")
        expect(card).to_contain_text("Claimed by Ana Lima, today at")
        ben.press(bens, "Claim")
    expect(ben.only_me).to_contain_text("Ana Lima claimed this")
    expect(bens).to_contain_text("Claimed by Ana Lima")

    ana.press(card, "Reply")
    reply = ana.modal.get_by_label("Your reply")
    expect(ana.modal).to_contain_text("This will be public as @acme on X.")
    reply.fill("x" * 300)
    ana.press(ana.modal, "Reply")
    expect(reply).to_have_accessible_description(re.compile("too long for X: 300 of 280"))
    with ana.page.expect_response("**/sandbox/type"):
        reply.fill(SORRY)
    ana.press(ana.modal, "Cancel")
    expect(ana.modal).to_have_count(0)

    ana.press(card, "Reply")
    expect(reply).to_have_value(SORRY)
    expect(ana.modal).to_contain_text("What you wrote before is kept here.")
    ana.press(ana.modal, "Reply")
    expect(ana.modal).to_have_count(0)
    expect(ana.public("acme on X")).to_contain_text(SORRY)
    expect(card).to_contain_text("Answered by Ana Lima after")
    expect(card).to_contain_text(SORRY)
    expect(bens).to_contain_text("Answered by Ana Lima")
    expect(card.get_by_role("button", name="Claim")).to_have_count(0)
    card.get_by_role("button", name="replies").click()
    expect(ana.thread).to_contain_text("Ana Lima's reply is public.")


def test_the_customer_answers_and_the_same_card_waits_for_whoever_answered(ana: Desk) -> None:
    ana.post("mara_k")
    card = ana.card(OUTAGE)
    ana.reply(card, SORRY)
    expect(card).to_contain_text("Answered by Ana Lima")
    expect(ana.public("acme on X")).to_contain_text(SORRY)

    ana.answer("Nobody was here.")
    expect(card).to_contain_text("Nobody was here.")
    expect(card).to_contain_text("Ana Lima answered before and holds it")
    expect(ana.page.get_by_role("tab", name="Switchboard, 1 unread")).to_be_visible()
    expect(ana.messages).to_have_count(1)
    ana.reply(card, "He rings at two.")
    expect(ana.public("acme on X")).to_contain_text("He rings at two.")


def test_a_mention_is_sent_on_closed_opened_again_and_noted(ana: Desk) -> None:
    ana.write("Acme, where is my refund? My router came back to you.", by="nosy", on="Town Square")
    ana.go_to("#billing, 1 unread")
    card = ana.card("where is my refund")
    ana.press(card, "Send to…")
    ana.choose("Department", "Support")
    ana.modal.get_by_label("What should they know?").fill("it is about the router")
    ana.press(ana.modal, "Send")
    expect(ana.modal).to_have_count(0)

    stub = ana.card("Sent to Support by Ana Lima: “it is about the router”")
    stub.get_by_role("link", name="Follow it there").click()
    expect(ana.page.get_by_role("heading", name="#support")).to_be_visible()
    moved = ana.card("where is my refund")
    expect(moved).to_be_focused()
    expect(moved).to_contain_text("From #billing, Ana Lima: “it is about the router”")

    ana.pick(moved, "No reply needed…")
    ana.modal.get_by_label("Already answered").check()
    ana.press(ana.modal, "Close it")
    expect(moved).to_contain_text("No reply needed: already answered · Ana Lima")
    ana.press(moved, "Undo")
    expect(moved).to_contain_text("Waiting since")

    ana.pick(moved, "Add a note…")
    ana.modal.get_by_label("Note").fill("She rang us, too.")
    ana.press(ana.modal, "Add it")
    moved.get_by_role("button", name=re.compile(r"^\d+ repl")).click()
    for told in (
        "Ana Lima sent this to Support: “it is about the router”",
        "Ana Lima: no reply needed (already answered).",
        "Ana Lima opened this again.",
        "Ana Lima noted: “She rang us, too.”",
    ):
        expect(ana.thread).to_contain_text(told)


def test_what_is_public_is_changed_and_then_taken_down_by_two(ana: Desk, ben: Desk) -> None:
    ana.write("Acme, where is my refund?", by="nosy", on="Town Square")
    ana.go_to("#billing, 1 unread")
    card = ana.card("where is my refund")
    ana.reply(card, "It is 49 € and went out today.")
    public = ana.public("acme on Town Square")
    expect(public).to_contain_text("It is 49 €")
    expect(card).to_contain_text("Answered by Ana Lima")

    ana.pick(card, "Change our reply…")
    expect(ana.modal).to_contain_text("may have been read, copied or quoted already")
    ana.modal.get_by_label("What should it say?").fill("It is 94 € and went out today.")
    ana.modal.get_by_label("Why is it changed?").fill("The sum was wrong.")
    ana.press(ana.modal, "Change it")
    expect(public).to_contain_text("It is 94 €")
    expect(card).to_contain_text("Changed by Ana Lima: “The sum was wrong.”")

    ana.pick(card, "Take our reply down…")
    ana.modal.get_by_label("Why should it be taken down?").fill("It is about somebody else.")
    ana.press(ana.modal, "Ask for it")
    ben.go_to("#billing, 1 unread")
    bens = ben.card("asks to take our reply down: “It is about somebody else.”")
    ben.press(bens, "Take it down")
    ben.press(ben.page.get_by_role("alertdialog"), "Take it down")
    taken_down = "Our reply was taken down. Ana Lima asked, Ben Okafor agreed"
    expect(ana.card(taken_down)).to_contain_text("Waiting since")
    expect(public).not_to_contain_text("It is 94 €")


def test_an_admin_decides_who_may_reply_and_the_reply_that_waits_goes_on_waiting(
    ana: Desk, ben: Desk
) -> None:
    ana.post("mara_k")
    ben.reply(ben.card(OUTAGE), SORRY)
    expect(ben.card(OUTAGE)).to_contain_text("waits for a second pair of eyes")

    ana.go_to("#general")
    told = ana.ask("/mentions policy")
    expect(told).to_contain_text("The first 3 replies of each person wait")
    ana.press(told, "Change…")
    number = ana.modal.get_by_label("First replies of each person")
    expect(number).to_have_value("3")
    number.fill("21")
    ana.modal.get_by_label("Only these people").check()
    ana.modal.get_by_label("Ben Okafor").check()
    ana.press(ana.modal, "Change it")
    expect(number).to_have_accessible_description(re.compile("at most 20"))
    number.fill("1")
    ana.press(ana.modal, "Change it")
    expect(ana.modal).to_contain_text("None of these could approve")
    ana.modal.get_by_label("Ana Lima").check()
    ana.press(ana.modal, "Change it")
    expect(ana.modal).to_contain_text("Only these may reply: Ana Lima and Ben Okafor.")
    expect(ana.modal).to_contain_text("1 reply waits for a second pair of eyes now.")
    ana.modal.get_by_text("Close", exact=True).click()
    expect(ana.modal).to_have_count(0)

    ben.go_to("#general")
    answer = ben.ask("/mentions policy")
    expect(answer).to_contain_text("Last changed by Ana Lima")
    expect(answer.get_by_role("button", name="Change…")).to_have_count(0)
    ana.go_to("#support")
    ana.press(ana.card(OUTAGE), "Approve")
    expect(ana.public("acme on X")).to_contain_text(SORRY)


def test_slash_commands_find_things_for_the_asker_alone(ana: Desk, sit_down: SitDown) -> None:
    ana.go_to("#general")
    ana.page.get_by_role("button", name="Post 20 at once").click()
    ana.wait_till_told("/mentions stats", "Last 7 days: 20 mentions, 0 answered")
    open_ = ana.ask("/mentions open")
    expect(open_).to_contain_text("Open: 20 mentions, 1 to 10")
    ana.press(open_, "Next")
    expect(open_).to_contain_text("Open: 20 mentions, 11 to 20")
    ana.press(open_, "Previous")
    expect(open_).to_contain_text("1 to 10")
    expect(ana.ask("/mentions search login")).to_contain_text("@grumpy_otter")
    expect(ana.ask("/mentions from @lena_f")).to_contain_text(TWICE)
    expect(ana.ask("/mentions 1")).to_contain_text("This came in.")
    expect(ana.ask("/mentions 999")).to_contain_text("There is no mention number 999 here.")
    expect(ana.ask("/mentions xyzzy")).to_contain_text("No mention contains “xyzzy”.")
    expect(ana.ask("/mentions open moon")).to_contain_text('There is no department "moon".')
    expect(ana.ask("/mentions help")).to_contain_text("/mentions stats: the last seven days")
    expect(ana.ask("/departments")).to_contain_text("Invoices, refunds, payments.")

    ben = sit_down("ben")
    ben.go_to("#general")
    expect(ben.page.get_by_text("Nothing here yet.")).to_be_visible()


def test_app_home_shows_what_waits_for_me_and_lets_me_claim_it(ana: Desk) -> None:
    ana.post("lena_f")
    ana.go_to("#billing, 1 unread")
    expect(ana.card(TWICE)).to_be_visible()

    ana.go_to("App Home")
    expect(ana.home).to_contain_text("Nothing waits for you.")
    expect(ana.home).to_contain_text("Choose the departments you answer for")
    ana.home.get_by_label("Billing").check()
    expect(ana.home).to_contain_text(TWICE)
    ana.press(ana.home, "Claim")
    expect(ana.home.get_by_role("button", name="Release")).to_be_visible()
    expect(ana.home).to_contain_text("Nothing waits here.")

    ana.home.get_by_role("link", name="No. 1").click()
    expect(ana.card(TWICE)).to_contain_text("Claimed by Ana Lima")


def test_on_monday_leadership_reads_the_week_and_claims_what_waits(ana: Desk) -> None:
    ana.post("mara_k")
    ana.reply(ana.card(OUTAGE), SORRY)
    expect(ana.card(OUTAGE)).to_contain_text("Answered by Ana Lima")
    ana.post("lena_f")
    ana.go_to("#billing, 1 unread")
    expect(ana.card(TWICE)).to_be_visible()

    ana.press_in_bar("Jump to Monday 09:00")
    ana.go_to("#leadership, 1 unread")
    summary = ana.card("The week of")
    expect(summary).to_contain_text("2 mentions · 50 % answered")
    expect(summary).to_contain_text("Still waiting: 1")
    expect(summary).to_contain_text("Ana Lima (1 reply)")
    ana.press(summary, "Claim")

    summary.get_by_role("link", name="card").first.click()
    expect(ana.card(TWICE)).to_contain_text("Claimed by Ana Lima")


def test_what_breaks_outside_loses_nothing(ana: Desk) -> None:
    ana.press_in_bar("X is down")
    ana.post("mara_k")
    ana.post("noor")
    expect(ana.card("hire people without a degree")).to_be_visible()
    expect(ana.card(OUTAGE)).to_have_count(0)
    ana.press_in_bar("All well again")
    expect(ana.card(OUTAGE)).to_be_visible()

    ana.press_in_bar("Slack answers 429")
    for handle in ("lena_f", "rudi", "eva"):
        ana.post(handle)
    ana.reply(ana.card(OUTAGE), SORRY)
    expect(ana.public("acme on X")).to_contain_text(SORRY)
    for channel in ("#billing", "#sales"):
        ana.go_to(f"{channel}, 1 unread")
        expect(ana.messages).to_have_count(1)
    ana.go_to("#support")
    expect(ana.card("student discount")).to_be_visible()

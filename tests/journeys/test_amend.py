"""What we said in public is changed, corrected or taken down; all can see by whom and why."""

import json
from datetime import timedelta
from typing import Any

import pytest

from bot import conversation
from bot.config import Policy
from bot.sandbox.payloads import submission
from bot.sandbox.people import Person
from bot.sandbox.records import Ack, View
from bot.sandbox.square import Post
from tests.bot.worker import on_sqlite
from tests.journeys.steps import field_text, open_modal, open_reply, pick, reply, thread_text
from tests.town import Town, buttons, menu, words

REFUND = "Where is my refund, @acme? You promised it on Monday."
WRONG, RIGHT = "It is 49 € and went out today.", "It is 94 € and went out today."
TYPO = "The sum was wrong."
CHANGE, TAKE_DOWN = "Change our reply…", "Take our reply down…"


def public(town: Town, on: str = "square") -> list[str]:
    return [post.text for post in town.square.replies_by_brand(on)]


def writes(town: Town, method: str, on: str = "square") -> int:
    return sum(one.network == on and one.method == method for one in town.square.requests)


def change(town: Town, who: Person, text: str = RIGHT, reason: str = TYPO) -> Ack:
    modal = open_modal(town, who, town.card("billing"), CHANGE)
    return who.submit(modal, {"new_text": text, "reason": reason})


def ask_to_take_down(town: Town, who: Person, reason: str = "It names a customer.") -> Ack:
    modal = open_modal(town, who, town.card("billing"), TAKE_DOWN)
    return who.submit(modal, {"reason": reason})


def answered(town: Town, *, on: str = "square", text: str = WRONG) -> Post:
    """A customer asked, and Ben answered."""
    post = town.post(REFUND, on=on)
    reply(town, town.ben, text)
    return post


# -- changing


def test_a_changed_reply_reads_differently_and_its_history_tells_both(town: Town):
    answered(town)
    (before,) = town.square.replies_by_brand("square")
    modal = open_modal(town, town.ben, town.card("billing"), CHANGE)
    shown = words(modal)
    assert f"Public on Town Square now, written by Ben Okafor: {WRONG}" in shown
    assert "This changes what everybody reads as Acme on Town Square." in shown
    assert "may have been read, copied or quoted already" in shown
    assert "Up to 500. Each character counts 1." in shown
    assert "What you wrote before" not in shown
    assert field_text(modal, "new_text") == WRONG

    ack = town.ben.submit(modal, {"new_text": f" {RIGHT} ", "reason": TYPO})
    assert ack.errors == {}
    town.deliver()

    (after,) = town.square.replies_by_brand("square")
    assert (after.id, after.text) == (before.id, RIGHT)
    card = town.card("billing")
    assert RIGHT in words(card)
    assert WRONG not in words(card)
    assert f"Changed by Ben Okafor: “{TYPO}”" in words(card)
    assert CHANGE in menu(card), "a change can be changed"
    told = thread_text(town, card)
    assert f"Ben Okafor is having our reply changed: “{TYPO}”" in told
    assert f"Ben Okafor changed our reply: “{TYPO}” It said before: “{WRONG}”" in told
    assert f"It says now: “{RIGHT}”" in told
    assert town.slack.dms(town.ben) == []


@pytest.mark.parametrize("on", ["reddit"])
def test_where_people_answer_from_home_it_is_changed_there(town: Town, on: str):
    answered(town, on=on)
    (before,) = town.square.replies_by_brand(on)
    assert change(town, town.ben).ok
    town.deliver()
    (after,) = town.square.replies_by_brand(on)
    assert (after.id, after.text) == (before.id, RIGHT)
    assert "Changed by Ben Okafor" in words(town.card("billing"))


def test_while_it_is_changed_the_card_says_so_and_offers_nothing_else(town: Town):
    answered(town)
    town.square.order_fault("square", "429", on="write")
    change(town, town.ben)
    town.deliver(at_most=timedelta(seconds=30))
    card = town.card("billing")
    assert "Changing our reply… Not done yet: Town Square asks us to slow down." in words(card)
    assert f"Ben Okafor wants it to say: {RIGHT}" in words(card)
    assert CHANGE not in menu(card)
    assert TAKE_DOWN not in menu(card)
    town.deliver()
    assert public(town) == [RIGHT]
    assert "Changing" not in words(town.card("billing"))


@on_sqlite
@pytest.mark.parametrize("how", ["drop_after", "drop_before", "503_after"])
def test_in_doubt_it_is_simply_done_once_more(town: Town, how: str):
    answered(town)
    town.square.order_fault("square", how, on="write")
    change(town, town.ben)
    town.deliver()
    assert public(town) == [RIGHT]
    assert writes(town, "PUT") == 2
    assert "Changed by Ben Okafor" in words(town.card("billing"))
    assert buttons(town.card("billing")) == [], "nobody has to decide anything"


def test_only_who_wrote_it_or_holds_it_or_looks_after_all_may_change_it(town: Town):
    answered(town)
    pick(town.ana, town.card("billing"), CHANGE)
    assert "Only Ben Okafor, who wrote it, whoever holds this, or an admin" in town.told(town.ana)
    assert town.slack.open_views(town.ana) == []

    modal = open_modal(town, town.ben, town.card("billing"), CHANGE)
    town.configure(admins=(town.ana.id,), policy=Policy(approve_first=0))
    assert change(town, town.ana).ok
    town.deliver()
    assert public(town) == [RIGHT]
    (note,) = town.slack.dms(town.ben)
    assert f"Ana Lima changed your reply to mention 1: “{TYPO}”" in words(note)

    # Ben, whose window was open all the time, is told of it before his own text replaces hers
    town.ben.submit(modal, {"new_text": "94 €, sorry.", "reason": "Shorter."})
    held = town.modal(town.ben)
    assert "Ana Lima changed this reply meanwhile. Nothing is changed yet" in words(held)
    assert RIGHT in words(held)
    assert field_text(held, "new_text") == "94 €, sorry."
    assert field_text(held, "reason") == "Shorter."
    assert town.ben.submit(held).ok
    town.deliver()
    assert public(town) == ["94 €, sorry."]


@on_sqlite
@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"new_text": "x" * 501}, "new_text", "501 of 500. Shorten it by 1; it is kept here."),
        ({"new_text": " \n"}, "new_text", "an empty reply cannot be published"),
        ({"new_text": WRONG}, "new_text", "This is what the reply says already."),
        ({"reason": "  "}, "reason", "Say why"),
    ],
)
def test_a_wrong_change_is_refused_under_its_field_and_kept(
    town: Town, typed: dict[str, Any], field: str, said: str
):
    answered(town)
    modal = open_modal(town, town.ben, town.card("billing"), CHANGE)
    ack = town.ben.submit(modal, {"new_text": RIGHT, "reason": TYPO} | typed)
    assert said in ack.errors[field]
    town.ben.close(modal)
    town.deliver()
    assert public(town) == [WRONG]
    again = open_modal(town, town.ben, town.card("billing"), CHANGE)
    assert field_text(again, "new_text") == typed.get("new_text", RIGHT)


@on_sqlite
@pytest.mark.parametrize("metadata", ["", "[]", "5", '{"r":"x","seen":""}', '{"m":1,"seen":""}'])
def test_a_window_that_is_none_of_ours_is_told_so_and_is_no_fault(
    town: Town, metadata: str, caplog: pytest.LogCaptureFixture
):
    answered(town)
    modal = open_modal(town, town.ben, town.card("billing"), CHANGE)
    payload = submission(town.slack.inside, town.ben.member, modal)
    payload["view"]["private_metadata"] = metadata
    body = town.slack.courier.bring("interactive", payload).body
    errors = (json.loads(body) if isinstance(body, str) else body)["errors"]
    assert "I cannot read what Slack told of this" in errors["new_text"]
    assert caplog.records == [], "it is written down as a fault of ours"


def test_what_was_typed_and_not_submitted_is_there_again(town: Town):
    answered(town)
    modal = open_modal(town, town.ben, town.card("billing"), CHANGE)
    town.ben.type(modal, "new_text", "text", "It is 94")
    town.ben.close(modal)
    again = open_modal(town, town.ben, town.card("billing"), CHANGE)
    assert field_text(again, "new_text") == "It is 94"
    assert "What you wrote before is kept here." in words(again)
    assert field_text(open_reply_again(town), "text") == "", "a change is no further reply"


def open_reply_again(town: Town) -> View:
    return open_modal(town, town.ben, town.card("billing"), "Reply again…")


def test_one_submission_is_one_change(town: Town):
    answered(town)
    modal = open_modal(town, town.ben, town.card("billing"), CHANGE)
    town.slack.duplicate_next()
    town.ben.submit(modal, {"new_text": RIGHT, "reason": TYPO})
    assert town.slack.replay_last().status == 200
    town.deliver()
    assert writes(town, "PUT") == 1
    assert thread_text(town, town.card("billing")).count("changed our reply") == 1


def test_what_the_platform_refuses_comes_back_to_whoever_typed_it(town: Town):
    answered(town)
    (ours,) = town.square.replies_by_brand("square")
    change(town, town.ben)
    town.square.delete("square", ours.id)
    town.deliver()
    card = town.card("billing")
    assert "Our reply was not changed: Our reply is not there any more." in words(card)
    assert "Ben Okafor's text is kept." in words(card)
    (note,) = town.slack.dms(town.ben)
    assert f"Your text is kept: {RIGHT}" in words(note)
    again = open_modal(town, town.ben, card, CHANGE)
    assert field_text(again, "new_text") == RIGHT
    assert field_text(again, "reason") == TYPO


def test_a_platform_that_fails_for_a_day_gives_the_text_back(town: Town):
    answered(town)
    town.square.order_fault("square", "500", on="write", times=1000)
    change(town, town.ben)
    town.deliver(at_most=timedelta(hours=20))
    assert "Changing our reply…" in words(town.card("billing"))
    town.deliver(at_most=timedelta(hours=20))
    card = town.card("billing")
    assert "Our reply was not changed: Town Square did not say whether it was done" in words(card)
    assert "We tried for a day." in words(card)
    assert field_text(open_modal(town, town.ben, card, CHANGE), "new_text") == RIGHT


def test_a_restart_in_the_middle_changes_it_once(town: Town):
    answered(town)
    change(town, town.ben)
    town.restart()
    town.deliver()
    assert public(town) == [RIGHT]
    assert writes(town, "PUT") == 1


# -- correcting


def test_what_cannot_be_changed_is_corrected_by_one_more_reply(town_today: Town):
    town = town_today
    answered(town, on="x")
    card = town.card("billing")
    assert CHANGE not in menu(card)
    modal = open_modal(town, town.ben, card, "Correct our reply…")
    assert "What we said there cannot be changed from here." in words(modal)
    assert "This will be public as @acme on X." in words(modal)
    assert field_text(modal) == "Correction: "
    assert "What you wrote before" not in words(modal)
    untouched = town.ben.submit(modal, {"text": "Correction: "})
    assert "Write what you want to say" in untouched.errors["text"]

    assert town.ben.submit(modal, {"text": "Correction: it is 94 €."}).ok
    town.deliver()
    assert public(town, "x") == [WRONG, "Correction: it is 94 €."]
    shown = words(town.card("billing"))
    assert "Correction: it is 94 €." in shown

    # the first one can still be taken down: which one is meant is asked
    which = open_modal(town, town.ana, town.card("billing"), TAKE_DOWN)
    (choice,) = (one for one in which.blocks if one.get("block_id") == "which")
    texts = [one["text"]["text"] for one in choice["element"]["options"]]
    assert texts == ["Correction: it is 94 €.", WRONG]
    town.ana.submit(which, {"which": choice["element"]["options"][1]["value"]})
    step = town.modal(town.ana)
    assert WRONG in words(step)
    assert town.ana.submit(step, {"reason": "The correction is out."}).ok
    town.deliver()
    card = town.card("billing")
    assert WRONG in words(card), "the card quotes what would go, which is not the newest reply"
    town.ben.click(card, "agree")
    town.deliver()
    assert public(town, "x") == ["Correction: it is 94 €."]
    card = town.card("billing")
    assert "Answered by *Ben Okafor*" in words(card), "another answer of ours is still public"
    assert "Our reply was taken down. Ana Lima asked, Ben Okafor agreed" in words(card)


def test_what_somebody_posted_by_hand_can_only_be_corrected(town_today: Town):
    town = town_today
    town.post("Nobody at Acme answers my question about the invoice.", on="x")
    town.ben.submit(open_reply(town, town.ben), {"text": WRONG})
    town.ben.submit(town.modal(town.ben), {"posted_at": "https://x.com/acme/status/99"})
    town.deliver()
    there = menu(town.card("billing"))
    assert "Correct our reply…" in there
    assert TAKE_DOWN not in there
    modal = open_modal(town, town.ben, town.card("billing"), "Correct our reply…")
    assert "X does not let us answer this post from here." in words(modal)


# -- taking down


@pytest.mark.parametrize("on", ["square", "reddit"])
def test_a_second_person_agrees_and_the_reply_is_gone(town: Town, on: str):
    answered(town, on=on)
    label = "Town Square" if on == "square" else "Reddit"
    modal = open_modal(town, town.ana, town.card("billing"), TAKE_DOWN)
    assert f"Public on {label} now, written by Ben Okafor: {WRONG}" in words(modal)
    assert "Nothing happens before a colleague agrees on the card" in words(modal)
    assert "change it instead" in words(modal)
    assert town.ana.submit(modal, {"reason": "It names a customer."}).ok
    town.deliver()

    assert public(town, on) == [WRONG], "nothing happens before somebody agrees"
    card = town.card("billing")
    assert "Ana Lima asks to take our reply down: “It names a customer.”" in words(card)
    assert f"Until somebody else agrees, it stays public on {label}." in words(card)
    assert buttons(card) == ["Take it down", "Withdraw"]
    (note,) = town.slack.dms(town.ben)
    assert "asks to take down a reply to mention 1: “It names a customer.”" in words(note)

    assert town.cat.click(card, "agree").ok
    town.deliver()
    assert public(town, on) == []
    card = town.card("billing")
    shown = words(card)
    assert "Our reply was taken down. Ana Lima asked, Cat Novak agreed: “It names" in shown
    assert "Waiting since" in shown
    assert WRONG not in shown
    assert buttons(card) == ["Claim", "Reply", "Send to…"]
    assert TAKE_DOWN not in menu(card)
    told = thread_text(town, card)
    assert "Ana Lima asks to take our reply down, and somebody has to agree" in told
    assert "Cat Novak agreed to take our reply down." in told
    assert f"“{WRONG}” Ana Lima asked, Cat Novak agreed: “It names a customer.”" in told
    assert "was taken down. Ana Lima asked for it, Cat Novak agreed" in words(
        town.slack.dms(town.ben)[-1]
    )
    row = town.mention()
    assert (row.owner, row.answered_at, row.answered_by) == (None, None, None)

    reply(town, town.cat, RIGHT)
    assert public(town, on) == [RIGHT]
    shown = words(town.card("billing"))
    assert "Answered by *Cat Novak*" in shown
    assert "taken down" not in shown


def test_nobody_takes_down_alone(town: Town):
    answered(town)
    ask_to_take_down(town, town.ben)
    town.deliver()
    card = town.card("billing")
    town.ben.click(card, "agree")
    assert "somebody else has to agree" in town.told(town.ben)
    town.ana.click(card, "withdraw")
    assert "Ben Okafor asked for this; only they or an admin can withdraw" in town.told(town.ana)
    town.deliver()
    assert public(town) == [WRONG]

    assert town.ben.click(card, "withdraw").ok
    town.deliver()
    card = town.card("billing")
    assert buttons(card) == []
    assert "asks to take" not in words(card)
    assert "Ben Okafor withdrew the wish" in thread_text(town, card)
    town.ana.click(card, "agree", stale=True, value="1")
    assert "Nobody has to decide about this any more" in town.told(town.ana)
    assert town.slack.dms(town.ben) == []


def test_guests_and_strangers_decide_nothing_of_the_kind(town: Town):
    answered(town)
    ask_to_take_down(town, town.ben)
    town.deliver()
    card = town.card("billing")
    outsiders = (("gus", "is_guest", "guests"), ("sid", "is_stranger", "people from other"))
    for name, kind, who in outsiders:
        outsider = town.slack.add_person(name, name.title(), **{kind: True})
        town.slack.inside.workspace.join(town.slack.channel("billing"), outsider.id)
        outsider.click(card, "agree")
        assert f"Here {who}" in town.told(outsider)
    town.deliver()
    assert public(town) == [WRONG]
    town.ben.click(card, "withdraw")
    town.deliver()
    ack = ask_to_take_down(town, outsider)
    assert "may read along, not act" in ack.errors["reason"]


def test_asked_twice_it_is_one_wish_and_agreed_twice_it_goes_once(town: Town):
    answered(town)
    other = open_modal(town, town.cat, town.card("billing"), TAKE_DOWN)
    town.slack.duplicate_next()
    ask_to_take_down(town, town.ana)
    late = town.cat.submit(other, {"reason": "Me too."})
    assert "has asked to take a reply down." in late.errors["reason"]
    town.deliver()
    card = town.card("billing")
    town.slack.duplicate_next()
    town.ben.click(card, "agree")
    town.cat.click(card, "agree")
    assert "Nobody has to decide about this any more" in town.told(town.cat)
    town.deliver()
    assert public(town) == []
    assert writes(town, "DELETE") == 1
    assert thread_text(town, town.card("billing")).count("agreed to take") == 1


def test_a_reply_that_was_changed_meanwhile_stays(town: Town):
    answered(town)
    ask_to_take_down(town, town.ana)
    modal = open_modal_stale(town, town.ben)
    town.deliver()
    card = town.card("billing")
    assert town.ben.submit(modal, {"new_text": RIGHT, "reason": TYPO}).ok
    town.cat.click(card, "agree")
    assert "Nobody has to decide about this any more" in town.told(town.cat)
    town.deliver()
    assert public(town) == [RIGHT]
    card = town.card("billing")
    assert buttons(card) == []
    assert "so the wish to take it down has ended" in thread_text(town, card)

    # and the other way round: what goes is not changed any more
    ask_to_take_down(town, town.ana)
    late = open_modal_stale(town, town.ben)
    town.deliver()
    town.cat.click(town.card("billing"), "agree")
    ack = town.ben.submit(late, {"new_text": "Something else", "reason": TYPO})
    assert "A reply of ours is being taken down." in ack.errors["new_text"]
    town.deliver()
    assert public(town) == []
    gone = town.ben.submit(late, {"new_text": "Something else", "reason": TYPO})
    assert "There is no such reply of ours in public any more." in gone.errors["new_text"]


def open_modal_stale(town: Town, person: Person) -> View:
    """The window to change the reply, from a card that has not been drawn again yet."""
    return open_modal(town, person, town.card("billing"), CHANGE)


@on_sqlite
@pytest.mark.parametrize("how", ["drop_after", "drop_before", "429"])
def test_a_removal_that_fails_is_done_once_more(town: Town, how: str):
    answered(town)
    ask_to_take_down(town, town.ana)
    town.deliver()
    town.square.order_fault("square", how, on="write")
    town.cat.click(town.card("billing"), "agree")
    town.deliver()
    assert public(town) == []
    assert "Our reply was taken down." in words(town.card("billing"))


def test_a_reply_that_is_gone_already_counts_as_taken_down(town: Town):
    answered(town)
    ask_to_take_down(town, town.ana)
    town.deliver()
    (ours,) = town.square.replies_by_brand("square")
    town.square.delete("square", ours.id)
    town.cat.click(town.card("billing"), "agree")
    town.deliver()
    assert "Our reply was taken down." in words(town.card("billing"))
    assert town.slack.dms(town.ana) == []


def test_under_a_post_that_is_gone_our_reply_can_still_be_taken_down(town: Town):
    answered(town)
    town.database.write(lambda store: conversation.lose(store, store.mention(1)))
    town.deliver()
    card = town.card("billing")
    assert list(menu(card))[:2] == [CHANGE, TAKE_DOWN]
    ask_to_take_down(town, town.ana)
    town.deliver()
    card = town.card("billing")
    assert WRONG in words(card), "whoever is to agree reads what would go"
    town.cat.click(card, "agree")
    town.deliver()
    assert public(town) == []
    shown = words(town.card("billing"))
    assert "Our reply was taken down." in shown
    assert "Waiting" not in shown

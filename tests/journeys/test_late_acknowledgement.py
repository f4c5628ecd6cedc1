"""Slack told somebody that their reply was not taken, and it was: what they changed since stays."""

import pytest

from bot.sandbox import payloads
from bot.sandbox.people import Person
from bot.sandbox.records import View
from tests.journeys.steps import (
    field_text,
    open_modal,
    open_reply,
    pick,
    reply,
    thread_text,
)
from tests.town import Town, buttons, words

REFUND = "Where is my refund, @acme? You promised it on Monday."
SORRY = "Sorry for the wait: it went out today."
BETTER = "Sorry for the wait: it went out on Friday."


def submit_late(town: Town, person: Person, view: View, text: str = "", **typed: str) -> None:
    """Switchboard takes it, and Slack gave up waiting: the window stays open with an error."""
    for name, value in ({"text": text} | typed if text else typed).items():
        (field,) = view.values[name].values()
        field["value"] = value
    payload = payloads.submission(town.slack.inside, person.member, view)
    assert town.slack.courier.bring("interactive", payload).status == 200
    assert town.slack.open_views(person) == [view]


def public(town: Town) -> list[str]:
    return [post.text for post in town.square.replies_by_brand("square")]


@pytest.fixture
def window(town: Town) -> View:
    """Ben's, whose first text was taken."""
    town.post(REFUND)
    opened = open_reply(town, town.ben)
    submit_late(town, town.ben, opened, SORRY)
    return opened


def test_the_same_text_once_more_is_the_same_reply(town: Town, window: View):
    assert town.ben.submit(window, {"text": f" {SORRY}\n"}).ok
    assert town.slack.open_views(town.ben) == []
    town.deliver()
    assert public(town) == [SORRY]


def test_while_the_first_text_is_on_its_way_the_changed_one_is_kept(town: Town, window: View):
    for _ in range(2):  # pressed at once a second time, by somebody who does not read
        ack = town.ben.submit(town.modal(town.ben), {"text": BETTER})
    assert "Ben Okafor's reply to this is on its way; wait" in ack.errors["text"]
    told = words(town.modal(town.ben))
    assert f"What you submitted first was taken after all, and is on its way: “{SORRY}”" in told
    assert "What you changed since stands below, is kept, and is not sent." in told
    assert "Once the card says that the first one is public, press ⋯ there, then Change our" in told
    town.ben.close(town.modal(town.ben))
    town.deliver()
    assert public(town) == [SORRY]
    assert pick(town.ben, town.card("billing"), "Reply again…").ok
    assert field_text(town.modal(town.ben)) == BETTER


def test_once_the_first_text_is_public_the_changed_one_can_still_be_one_more(
    town: Town, window: View
):
    town.deliver()
    town.ben.submit(window, {"text": BETTER})
    back = town.modal(town.ben)
    assert f"and is public: “{SORRY}”" in words(back)
    assert "press ⋯ on its card, then Change our reply… Reply here sends one more." in words(back)
    assert field_text(back) == BETTER
    town.deliver()
    assert public(town) == [SORRY]
    town.slack.duplicate_next()
    assert town.ben.submit(back).ok
    town.deliver()
    assert public(town) == [SORRY, BETTER]
    assert town.slack.open_views(town.ben) == []


def test_what_came_back_meanwhile_is_sent_as_it_is_changed(town: Town, window: View):
    (post,) = town.square.posts("square")
    town.square.lock("square", post.id)
    town.deliver()
    town.ben.submit(window, {"text": BETTER})
    told = words(town.modal(town.ben))
    assert "The first one came back: The thread is locked: " in told
    assert "Press Reply once more to send this one." in told
    town.square._put(post)
    assert town.ben.submit(town.modal(town.ben)).ok
    town.deliver()
    assert public(town) == [BETTER]


def test_what_waits_to_be_approved_is_replaced_at_the_second_press(town: Town):
    town.configure(admins=(town.ana.id,))
    town.post(REFUND)
    window = open_reply(town, town.ben)
    submit_late(town, town.ben, window, SORRY)
    town.deliver()
    town.ben.submit(window, {"text": BETTER})
    back = town.modal(town.ben)
    assert f"and waits to be approved: “{SORRY}”" in words(back)
    assert "Press Reply once more, and it takes that one's place." in words(back)
    assert town.ben.submit(back).ok
    town.deliver()
    assert f"changed the reply; it waits for a second pair of eyes: “{BETTER}”" in thread_text(
        town, town.card("billing")
    )
    town.ana.click(town.card("billing"), "approve")
    town.deliver()
    assert public(town) == [BETTER]


@pytest.mark.parametrize(("typed", "kept"), [(SORRY[:9], ""), (BETTER, BETTER)])
def test_what_is_typed_after_it_and_never_pressed_is_a_draft(
    town: Town, window: View, typed: str, kept: str
):
    """Of how the text came about Slack may tell late; that is none."""
    town.ben.type(window, "text", "text", typed)
    town.ben.close(window)
    town.deliver()
    pick(town.ben, town.card("billing"), "Reply again…")
    assert field_text(town.modal(town.ben)) == kept


def test_a_post_that_is_gone_by_then_refuses_both_and_the_text_stays(town: Town, window: View):
    (post,) = town.square.posts("square")
    town.square.delete("square", post.id)
    town.deliver()
    ack = town.ben.submit(window, {"text": BETTER})
    assert "This post is gone" in ack.errors["text"]
    assert field_text(town.modal(town.ben)) == BETTER
    assert buttons(town.card("billing")) == []


def test_of_a_note_that_is_changed_both_wordings_stay(town: Town):
    town.post(REFUND)
    note = open_modal(town, town.ben, town.card("billing"), "Add a note…")
    submit_late(town, town.ben, note, "Called her.")
    for _ in range(2):
        submit_late(town, town.ben, note, "Called her; she is at work.")
    town.deliver()
    told = thread_text(town, town.card("billing"))
    assert told.count("Ben Okafor noted: “Called her.”") == 1
    assert told.count("Ben Okafor noted: “Called her; she is at work.”") == 1


def test_what_a_change_says_since_is_kept_for_the_next_one(town: Town):
    town.post(REFUND)
    reply(town, town.ben, SORRY)
    change = open_modal(town, town.ben, town.card("billing"), "Change our reply…")
    submit_late(town, town.ben, change, new_text=BETTER, reason="The day.")
    ack = town.ben.submit(change, {"new_text": f"{BETTER} Ben", "reason": "The day."})
    assert "Your first text was taken after all. This one is kept" in ack.errors["new_text"]
    town.ben.close(change)
    town.deliver()
    assert public(town) == [BETTER]
    change = open_modal(town, town.ben, town.card("billing"), "Change our reply…")
    assert field_text(change, "new_text") == f"{BETTER} Ben"


def test_who_changes_why_a_reply_should_be_taken_down_is_told_what_was_asked(town: Town):
    town.post(REFUND)
    reply(town, town.ben, SORRY)
    removal = open_modal(town, town.ben, town.card("billing"), "Take our reply down…")
    submit_late(town, town.ben, removal, reason="The day.")
    ack = town.ben.submit(removal, {"reason": "The day is wrong."})
    assert "Asked for already; your reason is: “The day.” Withdraw it" in ack.errors["reason"]
    assert field_text(town.modal(town.ben), "reason") == "The day is wrong."
    assert town.ben.submit(town.modal(town.ben), {"reason": " The day. "}).ok
    town.deliver()
    assert thread_text(town, town.card("billing")).count("The day.") == 1


def test_the_link_that_is_found_meanwhile_stands_on_the_card(town_today: Town):
    town = town_today
    town.post("Nobody at Acme answers my question about the invoice.", on="x")
    assert town.ben.submit(open_reply(town, town.ben), {"text": SORRY}).ok
    step = town.modal(town.ben)
    submit_late(town, town.ben, step, posted_at="")
    town.deliver()
    assert town.ben.submit(step, {"posted_at": "https://x.com/acme/status/9"}).ok
    town.deliver()
    assert "https://x.com/acme/status/9|See it there" in words(town.card("billing"))

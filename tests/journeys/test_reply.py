"""What somebody writes in the modal becomes public once, or is kept for them."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from bot.models import Actor
from bot.sandbox.records import View
from bot.sandbox.square import Post
from bot.usecases.reply import save_draft
from tests.journeys.steps import (
    field_text,
    open_modal,
    open_reply,
    pick,
    reply,
    thread_text,
)
from tests.town import Town, buttons, menu, words

REFUND = "Where is my refund, @acme? You promised it on Monday."
SORRY = "Sorry for the wait: it went out today."


def public(town: Town, on: str = "square") -> list[str]:
    """Every reply of ours that the public can read."""
    return [post.text for post in town.square.replies_by_brand(on)]


def writes(town: Town, on: str) -> int:
    """How often a platform was asked to publish something."""
    return sum(one.network == on and one.method == "POST" for one in town.square.requests)


def field_of(view: View) -> dict[str, object]:
    return next(one for one in view.blocks if one["block_id"] == "text")


def test_a_reply_goes_from_the_modal_to_the_customer(town: Town):
    post = town.post(REFUND)

    modal = open_reply(town, town.ben)
    assert modal.body["title"]["text"] == "Reply on Town Square"
    assert REFUND in words(modal)
    assert "This will be public as Acme on Town Square." in words(modal)
    hint = field_of(modal)["hint"]
    assert hint["text"] == "Up to 500. Each character counts 1."  # type: ignore[index]

    ack = town.ben.submit(modal, {"text": f"  {SORRY}\n"})
    assert ack.ok
    assert town.slack.open_views(town.ben) == []

    town.deliver()
    answer = town.square.replies_by_brand("square")[-1]
    assert (answer.text, answer.reply_to) == (SORRY, post.id)
    card = town.card("billing")
    shown = words(card)
    assert "Answered by *Ben Okafor* after 1 min" in shown
    assert SORRY in shown
    assert f"https://square.example/posts/{answer.id}|See it there" in shown
    assert buttons(card) == []
    ours = ["Change our reply…", "Take our reply down…"]
    assert list(menu(card)) == ["Reply again…", *ours, "Add a note…", "Open on Town Square"]
    told = thread_text(town, card)
    assert f"Ben Okafor sent a reply on its way: “{SORRY}”" in told
    assert "Ben Okafor's reply is public." in told
    owner = town.mention().owner
    assert owner is not None, "who replies to an unclaimed mention holds it"
    assert owner.name == "Ben Okafor"


def test_the_card_says_that_the_reply_is_on_its_way(town: Town):
    town.post(REFUND)
    town.square.order_fault("square", "429", on="write")
    town.ben.submit(open_reply(town, town.ben), {"text": SORRY})
    town.drain.run_until_idle()
    town.deliver(at_most=timedelta(minutes=1))

    card = town.card("billing")
    assert "Ben Okafor's reply is not out yet: " in words(card)
    assert "asks us to slow down" in words(card)
    assert buttons(card) == []
    assert "Release" not in menu(card)

    town.deliver()
    assert public(town) == [SORRY]
    assert "slow down" not in words(town.card("billing"))


def test_a_press_that_slack_delivers_twice_opens_one_window_and_says_nothing(town: Town):
    town.post(REFUND)
    town.slack.duplicate_next()
    assert town.ben.click(town.card("billing"), "reply").ok
    assert len(town.slack.open_views(town.ben)) == 1
    assert town.slack.ephemerals(town.ben) == []


def test_replies_stand_under_the_customers_post_on_every_platform(town_today: Town):
    town = town_today
    asked: dict[str, Post] = {}
    for on, who in (("x", "@acme on X"), ("reddit", "@acme on Reddit"), ("square", "Acme on Town")):
        asked[on] = town.post(f"Acme still owes me a refund, @acme ({on}).", on=on)
        modal = open_reply(town, town.ana)
        assert f"This will be public as {who}" in words(modal)
        town.ana.submit(modal, {"text": f"We looked it up ({on})."})
        town.deliver()
    comment = town.square.post("reddit", "tobi_w", "Acme did it to me", reply_to=asked["reddit"].id)
    town.read("reddit")
    town.deliver()

    for on, post in asked.items():
        (answer,) = town.square.replies_by_brand(on)
        assert answer.reply_to == post.id, on
        assert on in answer.text
    assert comment.id not in [one.reply_to for one in town.square.replies_by_brand("reddit")]


def test_x_counts_as_x_does_and_refuses_before_anything_is_sent(town_today: Town):
    town = town_today
    town.post("Where is my refund, @acme?", on="x")
    modal = open_reply(town, town.ben)
    assert "Up to 280. A link counts 23" in words(modal)

    link = " https://example.com/a/very/long/address/that/nobody/would/type?because=it&is=long"
    for text, used in (
        ("a" * 281, 281),
        ("a" * 257 + link, 281),
        ("a" * 279 + "🙃", 281),
        ("a" * 279 + "👩‍👩‍👧", 281),
        ("返" * 141, 282),
    ):
        ack = town.ben.submit(modal, {"text": text})
        assert f"too long for X: {used} of 280" in ack.errors["text"], text[-3:]
        assert f"Shorten it by {used - 280}" in ack.errors["text"]
    two = town.ben.submit(modal, {"text": "Buy $ACME, sell $OTHR"})
    assert "one $cashtag" in two.errors["text"]
    assert writes(town, "x") == 0

    longest = "a" * 256 + link
    assert town.ben.submit(modal, {"text": longest}).errors == {}
    town.deliver()
    assert public(town, "x") == [longest]


def test_an_empty_reply_is_refused_under_the_field(town: Town):
    town.post(REFUND)
    modal = open_reply(town, town.ben)
    empty = town.ben.submit(modal, {"text": ""})
    assert empty.error == "not_submitted", "Slack itself does not let an empty field pass"
    spaces = town.ben.submit(modal, {"text": "   \n\t "})
    assert "Write what you want to say" in spaces.errors["text"]
    assert len(town.slack.open_views(town.ben)) == 1
    town.deliver()
    assert public(town) == []
    assert buttons(town.card("billing"))[0] == "Claim"


def test_what_was_typed_is_there_again(town: Town):
    town.post(REFUND)

    # closed in the middle of a sentence
    modal = open_reply(town, town.ben)
    assert "What you wrote before" not in words(modal)
    town.ben.type(modal, "text", "text", "Sorry for the")
    town.ben.close(modal)
    assert field_text(open_reply(town, town.ana)) == "", "a draft is its writer's own"
    modal = open_reply(town, town.ben)
    assert field_text(modal) == "Sorry for the"
    assert "What you wrote before is kept here." in words(modal)

    # refused under the field, then closed
    long = SORRY * 20
    assert "it is kept here" in town.ben.submit(modal, {"text": long}).errors["text"]
    town.ben.close(modal)
    modal = open_reply(town, town.ben)
    assert field_text(modal) == long

    # sent: nothing is left over
    town.ben.submit(modal, {"text": SORRY})
    town.deliver()
    assert field_text(open_modal(town, town.ben, town.card("billing"), "Reply again…")) == ""


def test_somebody_who_claimed_meanwhile_is_told_of_once(town: Town):
    town.post(REFUND)
    modal = open_reply(town, town.ana)
    town.ben.click(town.card("billing"), "claim")
    town.deliver()

    town.ana.submit(modal, {"text": SORRY})
    town.deliver()
    modal = town.modal(town.ana)
    assert "Ben Okafor claimed this" in words(modal)
    assert "may be writing too" in words(modal)
    assert field_text(modal) == SORRY
    assert public(town) == []
    again = town.slack.replay_last()
    assert (again.status, public(town)) == (200, []), "Slack's retry confirms nothing"

    assert town.ana.submit(modal).ok
    town.deliver()
    assert public(town) == [SORRY]
    assert "Answered by *Ana Lima*" in words(town.card("billing"))


def test_one_submission_is_one_public_reply(town: Town):
    town.post(REFUND)
    modal = open_reply(town, town.ben)
    town.slack.duplicate_next()
    town.ben.submit(modal, {"text": SORRY})
    town.deliver()
    assert town.slack.replay_last().status == 200
    town.deliver()
    assert public(town) == [SORRY]
    assert writes(town, "square") == 1


def test_one_more_reply_can_be_sent_by_somebody_else(town: Town):
    post = town.post(REFUND)
    reply(town, town.ben, SORRY)
    card = town.card("billing")
    town.ana.click(card, "claim", stale=True)
    assert "Ben Okafor answered this" in town.told(town.ana)
    assert "⋯ and then Reply again" in town.told(town.ana)

    modal = open_modal(town, town.ana, card, "Reply again…")
    assert "Ben Okafor has answered this already" in words(modal)
    town.ana.submit(modal, {"text": "And a voucher is in the mail."})
    town.deliver()

    answers = town.square.replies_by_brand("square")
    assert [one.text for one in answers] == [SORRY, "And a voucher is in the mail."]
    assert {one.reply_to for one in answers} == {post.id}
    assert "And a voucher" in words(town.card("billing"))
    answered_by = town.mention().answered_by
    assert answered_by is not None
    assert answered_by.name == "Ben Okafor", "the first answer is the one that was waited for"


def test_a_second_writer_waits_while_a_reply_is_on_its_way(town: Town):
    town.post(REFUND)
    other = open_reply(town, town.ana)
    town.ben.submit(open_reply(town, town.ben), {"text": SORRY})
    town.ana.submit(other, {"text": "Hello"})  # is told of Ben first
    ack = town.ana.submit(town.modal(town.ana), {"text": "Hello"})
    assert "Ben Okafor's reply to this is on its way" in ack.errors["text"]
    town.deliver()
    assert public(town) == [SORRY]


def test_what_the_platform_refuses_comes_back_to_its_author(town: Town):
    post = town.post(REFUND)
    town.square.lock("square", post.id)
    reply(town, town.ben, SORRY)

    card = town.card("billing")
    assert "Not sent: The thread is locked" in words(card)
    assert "Ben Okafor's text is kept." in words(card)
    assert SORRY in words(card)
    assert buttons(card) == ["Try again", "Change the text"]
    (note,) = town.slack.dms(town.ben)
    assert "was not sent. The thread is locked" in words(note)
    assert SORRY in words(note)
    assert town.slack.dms(town.ana) == []

    town.ben.click(card, "reply")
    assert field_text(town.modal(town.ben)) == SORRY
    town.ben.close(town.modal(town.ben))
    town.square._put(post)
    town.ben.click(town.card("billing"), "try_again")
    town.deliver()

    assert public(town) == [SORRY]
    assert "Answered by *Ben Okafor*" in words(town.card("billing"))
    town.ben.click(card, "try_again", stale=True)
    assert "not waiting for a decision any more" in town.told(town.ben)
    again = open_modal(town, town.ben, town.card("billing"), "Reply again…")
    assert field_text(again) == "", "what is public is nobody's draft"


def test_what_went_out_while_its_text_was_changed_is_told_before_another_one_leaves(town: Town):
    post = town.post(REFUND)
    town.square.lock("square", post.id)
    reply(town, town.ana, SORRY)
    modal = open_reply(town, town.ana)
    town.square._put(post)
    town.ben.click(town.card("billing"), "try_again")
    town.deliver()

    town.ana.submit(modal, {"text": "It went out on Friday."})
    town.deliver()
    assert public(town) == [SORRY]
    back = town.modal(town.ana)
    assert f"Ana Lima has answered this already: “{SORRY}” Yours would be one more" in words(back)
    assert "Nothing is sent yet" in words(back)
    assert field_text(back) == "It went out on Friday."
    assert town.ana.submit(back).ok
    town.deliver()
    assert public(town) == [SORRY, "It went out on Friday."]


def test_a_window_tells_of_a_reply_that_is_on_its_way(town: Town):
    town.post(REFUND)
    card = town.card("billing")
    town.ben.submit(open_reply(town, town.ben), {"text": SORRY})
    town.ana.click(card, "reply", stale=True)
    assert f"Ben Okafor's reply to this is on its way: “{SORRY}”" in words(town.modal(town.ana))


def test_an_old_card_sends_no_reply_after_a_newer_one(town: Town):
    post = town.post(REFUND)
    town.square.lock("square", post.id)
    reply(town, town.ben, SORRY)
    card = town.card("billing")
    town.square._put(post)
    reply(town, town.ana, "It went out on Friday.")
    town.cat.click(card, "try_again", stale=True)
    assert "Ana Lima has written a newer reply to this" in town.told(town.cat)
    town.deliver()
    assert public(town) == ["It went out on Friday."]


def test_when_nobody_knows_a_person_decides(town: Town):
    decisions = {"It is there": "drop_after", "Send again": "drop_before", "Drop": "drop_before"}
    for decision, how in decisions.items():
        town.post(f"My refund, @acme, please: {decision}")
        town.square.order_fault("square", how, on="write")
        town.square.order_fault("square", "500", on="read", times=3)
        reply(town, town.ben, f"Answer to {decision}")
        town.square.clear_faults()
        card = town.card("billing")
        assert "We can't tell whether Ben Okafor's reply went out. Look under" in words(card)
        assert buttons(card) == ["It is there", "Send again", "Drop"]
        assert "We can't tell whether your reply" in words(town.slack.dms(town.ben)[-1])
        seen = len(public(town))
        town.ana.click(card, decision.lower().replace(" ", "_").replace("send", "try"))
        town.deliver()
        expected = {"It is there": "Answered by *Ben Okafor*", "Send again": "Answered by *Ben"}
        assert expected.get(decision, "Not sent: Ana Lima dropped it.") in words(
            town.card("billing")
        )
        assert len(public(town)) == seen + (decision == "Send again")

    assert public(town) == ["Answer to It is there", "Answer to Send again"]
    kept = open_reply(town, town.ben)
    assert field_text(kept) == "Answer to Drop", "what was dropped is a draft again"


def test_a_post_that_was_deleted_meanwhile_leaves_nothing_behind(town: Town):
    post = town.post(REFUND)
    modal = open_reply(town, town.ben)
    town.square.delete("square", post.id)
    town.ben.submit(modal, {"text": SORRY})
    town.deliver()

    card = town.card("billing")
    assert "The author deleted this post on Town Square, or it was removed there." in words(card)
    assert "refund" not in words(card) + card.text
    assert buttons(card) == []
    assert (town.mention().text, town.mention().search_text) == ("", "")
    assert "was not sent" in words(town.slack.dms(town.ben)[-1])
    town.ana.click(card, "claim", stale=True)
    assert "its author deleted it" in town.told(town.ana)
    pick(town.ana, card, "Add a note…")
    assert "refund" not in words(town.modal(town.ana))


def test_what_x_lets_nobody_answer_from_here_is_posted_by_hand(town_today: Town):
    town = town_today
    post = town.post("Nobody at Acme answers my question about the invoice.", on="x")
    modal = open_reply(town, town.ben)
    shown = words(modal)
    assert "X does not let us answer this post from here." in shown
    assert "only people who mention us" in shown
    assert "281 of 280" in town.ben.submit(modal, {"text": "a" * 281}).errors["text"]

    assert town.ben.submit(modal, {"text": SORRY}).ok
    step = town.modal(town.ben)
    assert SORRY in words(step)
    (button,) = (one for block in step.blocks for one in block.get("elements", ()) if "url" in one)
    composer = urlsplit(button["url"])
    assert composer.hostname == "x.com"
    assert parse_qs(composer.query) == {"in_reply_to": [str(post.id)], "text": [SORRY]}
    wrong = town.ben.submit(step, {"posted_at": "https://example.org/x.com/1"})
    assert "no link to X" in wrong.errors["posted_at"]
    there = "https://twitter.com/acme/status/99"
    assert town.ben.submit(step, {"posted_at": there}).ok
    town.deliver()

    card = town.card("billing")
    assert "Answered by *Ben Okafor*" in words(card)
    assert there in words(card)
    assert f"Ben Okafor answered this there: “{SORRY}”" in thread_text(town, card)
    assert field_text(open_modal(town, town.ben, card, "Reply again…")) == ""
    assert writes(town, "x") == 0


def test_typing_that_slack_tells_too_late_is_no_draft(town: Town):
    town.post("No internet, @acme")
    town.ana.click(town.card(), "reply")
    modal = town.modal(town.ana)
    town.ana.type(modal, "text", "text", "We are on it.")
    town.ana.submit(modal, {"text": "We are on it."})
    town.deliver()
    town.database.write(
        save_draft, 1, "We are on it.", by=Actor(town.ana.id, "ana"), submission=f"view:{modal.id}"
    )
    assert town.database.read(lambda store: store.draft(1, store.reply(1).author_id)) is None

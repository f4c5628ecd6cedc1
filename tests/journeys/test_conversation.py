"""The author answers our reply: the same card, the same thread, and the person who answered."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot import journal
from bot.conversation import lose
from bot.models import Mention, MentionState
from bot.store import Store
from bot.usecases.configure import current_config
from bot.usecases.summary import queue_due_summary
from tests.bot.worker import on_sqlite
from tests.journeys.steps import (
    author_answers,
    field_text,
    open_modal,
    open_reply,
    option_named,
    our_reply,
    reply,
    send_to,
    thread_text,
)
from tests.town import Town, buttons, menu, words

REFUND = "Where is my refund, @acme? You promised it on Monday."
SORRY = "Sorry for the wait: it went out today."
SLACK_TAKES = 13_200
"""Characters of one message over all its blocks, as measured."""
STILL = "Nothing has arrived here so far."


def in_order(shown: str, *parts: str) -> bool:
    """Whether these stand on a message one after the other."""
    places = [shown.find(part) for part in parts]
    assert -1 not in places, f"missing: {parts[places.index(-1)]!r} in {shown}"
    return places == sorted(places)


def rows(town: Town) -> int:
    return town.database.read(
        lambda store: store.session.scalar(select(func.count()).select_from(Mention)) or 0
    )


@pytest.fixture
def answered(town: Town) -> Town:
    """Ben has answered Mara."""
    town.post(REFUND)
    reply(town, town.ben, SORRY)
    return town


def test_what_the_author_answers_comes_back_to_the_card_and_to_whoever_answered(answered: Town):
    town = answered
    before = town.card("billing")

    author_answers(town, STILL)

    (card,) = town.slack.messages("billing")
    assert card.ts == before.ts, "there is a second card"
    shown = words(card)
    assert in_order(shown, REFUND, "Ben Okafor wrote", SORRY, "@mara_k wrote", STILL)
    assert "● Waiting again since" in shown
    assert "*Ben Okafor* answered before and holds it" in shown
    assert buttons(card) == ["Reply", "Send to…"]
    assert f"@mara_k wrote: “{STILL}”" in thread_text(town, card)
    (told,) = town.slack.dms(town.ben)
    assert f"@mara_k answered you on Town Square: “{STILL}”" in words(told)
    assert f"/p{card.ts.replace('.', '')}" in str(told.blocks), "the message leads to the card"
    mention = town.mention()
    assert mention.owner is not None
    assert (mention.state, mention.owner.name) == (MentionState.CLAIMED, "Ben Okafor")
    assert mention.waiting_since > mention.published_at


def test_the_next_reply_answers_the_newest_post(answered: Town):
    town = answered
    newest = author_answers(town, STILL)

    modal = open_reply(town, town.ben)
    assert in_order(words(modal), REFUND, SORRY, STILL)
    assert "answered this already" not in words(modal), "that is what is answered now"
    town.ben.submit(modal, {"text": "Then I call the bank."})
    town.deliver()

    assert our_reply(town).reply_to == newest.id
    card = town.card("billing")
    assert in_order(words(card), REFUND, SORRY, STILL, "Answered by *Ben", "Then I call the bank.")
    assert buttons(card) == []
    assert words(card).count("Then I call the bank.") == 1


def test_a_conversation_of_many_turns_stays_on_one_card_and_fits(answered: Town):
    town = answered
    for number in range(1, 7):
        newest = author_answers(town, f"question {number} " + "word " * 80)
        reply(town, town.ben, f"answer {number} " + "word " * 80)
        assert our_reply(town).reply_to == newest.id
    (card,) = town.slack.messages("billing")
    shown = words(card)
    assert "… 8 posts in between: the thread tells them all." in shown
    assert in_order(shown, REFUND, "question 5", "answer 5", "question 6", "answer 6")
    assert "question 4" not in shown
    assert "question 1" in thread_text(town, card)
    assert not [one.error for one in town.slack.requests if one.error]
    assert len(town.square.replies_by_brand("square")) == 7


def test_however_much_is_said_at_once_slack_takes_it(town: Town):
    long = "@acme refund " + "wörd " * 2000
    town.post(long)
    reply(town, town.ben, "Sorry. " * 70)
    for number in range(12):
        below = our_reply(town).id
        town.square.post("square", "mara_k", f"{number} {long}", reply_to=below)
    town.read("square")
    town.deliver()
    reply(town, town.ben, "Thanks. " * 60)
    (card,) = town.slack.messages("billing")
    assert "11 @acme refund" in words(card)
    assert "0 @acme refund" in thread_text(town, card)
    assert not [one.error for one in town.slack.requests if one.error]
    for message in (card, *town.slack.thread(card)):
        assert len(words(message)) < SLACK_TAKES


def test_the_author_who_answers_twice_in_a_row_is_told_of_twice_and_answered_once(answered: Town):
    town = answered
    first = author_answers(town, STILL)
    second = town.post("And my name is Mara, @acme, not Maria.", reply_to=first.id)
    third = town.post("Hello?", reply_to=our_reply(town).id)
    assert len(town.slack.messages("billing")) == 1
    assert len(town.slack.dms(town.ben)) == 3
    shown = words(town.card("billing"))
    assert in_order(shown, SORRY, first.text, second.text, third.text)

    reply(town, town.ben, "Sorry, Mara.")
    assert our_reply(town).reply_to == third.id
    assert "Answered by *Ben Okafor*" in words(town.card("billing"))


def test_two_answers_read_in_one_round_are_both_there(answered: Town):
    town = answered
    first = town.square.post("square", "mara_k", STILL, reply_to=our_reply(town).id)
    town.clock.move(timedelta(seconds=1))
    town.square.post("square", "mara_k", "Hello, @acme?", reply_to=first.id)
    town.read("square")
    town.deliver()
    assert in_order(words(town.card("billing")), SORRY, STILL, "Hello, @acme?")
    assert len(town.slack.messages("billing")) == 1


def test_an_answer_that_arrives_while_ours_is_on_its_way_still_waits(answered: Town):
    town = answered
    first = author_answers(town, STILL)
    town.ben.submit(open_reply(town, town.ben), {"text": "Then I call the bank."})
    town.clock.move(timedelta(seconds=1))
    town.square.post("square", "mara_k", "@acme Never mind, it is here.", reply_to=first.id)
    town.read("square")  # before anything leaves
    town.deliver()

    assert our_reply(town).reply_to == first.id, "that is what Ben had read"
    card = town.card("billing")
    shown = words(card)
    assert in_order(shown, STILL, "Never mind, it is here.", "Waiting again since")
    assert "Then I call the bank." in shown
    assert buttons(card) == ["Reply", "Send to…"]
    reply(town, town.ben, "Good to hear.")
    assert "Answered by *Ben Okafor*" in words(town.card("billing"))


def test_the_author_who_writes_again_while_the_reply_is_written_is_read_first(answered: Town):
    town = answered
    author_answers(town, STILL)
    modal = open_reply(town, town.ben)
    newest = author_answers(town, "Ah, there it is. Thanks!")

    town.ben.submit(modal, {"text": "Then I call the bank."})
    town.deliver()
    modal = town.modal(town.ben)
    assert "@mara_k wrote again meanwhile" in words(modal)
    assert "Ah, there it is. Thanks!" in words(modal)
    assert field_text(modal) == "Then I call the bank."
    assert len(town.square.replies_by_brand("square")) == 1

    town.ben.submit(modal, {"text": "Have a nice day."})
    town.deliver()
    answer = our_reply(town)
    assert (answer.text, answer.reply_to) == ("Have a nice day.", newest.id)


def test_the_same_answer_read_again_changes_nothing(answered: Town):
    town = answered
    author_answers(town, STILL)
    before = town.card("billing")
    town.database.write(lambda store: setattr(store.source("square"), "cursor", None))
    town.read("square")
    town.deliver()
    assert town.card("billing") == before
    assert len(town.slack.dms(town.ben)) == 1
    assert thread_text(town, before).count(STILL) == 1


def test_after_a_transfer_it_comes_to_the_card_where_people_work_now(answered: Town):
    town = answered
    author_answers(town, STILL)
    town.ben.click(town.card("billing"), "send_to")
    modal = town.modal(town.ben)
    support = option_named(modal, "department", "Support")
    town.ben.submit(modal, {"department": support})
    town.deliver()
    author_answers(town, "Anybody?")

    card = town.card("support")
    assert in_order(words(card), SORRY, STILL, "Anybody?", "Waiting again since")
    assert buttons(card) == ["Claim", "Reply", "Send to…"], "Ben sent it on: it is not his"
    assert STILL not in words(town.card("billing"))
    assert len(town.slack.dms(town.ben)) == 1


def close(town: Town, verdict: str, channel: str = "billing") -> None:
    modal = open_modal(town, town.ana, town.card(channel), "No reply needed…")
    town.ana.submit(modal, {"verdict": verdict})
    town.deliver()


def test_what_was_closed_waits_again_for_whoever_answered(answered: Town):
    town = answered
    author_answers(town, "Thank you.")
    close(town, "already answered")
    assert "No reply needed: already answered" in words(town.card("billing"))
    author_answers(town, STILL)
    card = town.card("billing")
    assert "No reply needed: " not in words(card)
    assert in_order(words(card), "Thank you.", STILL, "Waiting again since")
    assert buttons(card) == ["Reply", "Send to…"]


def test_what_was_judged_to_be_abuse_stays_closed_and_is_shown(answered: Town):
    town = answered
    author_answers(town, "You are all robots.")
    close(town, "abuse")
    author_answers(town, "Robots!")
    card = town.card("billing")
    assert "No reply needed: abuse" in words(card)
    assert "Robots!" in words(card)
    assert len(town.slack.dms(town.ben)) == 1, "nobody is called for that"
    assert "“Robots!”" in thread_text(town, card)


def test_an_answer_whose_first_post_is_gone_still_waits(answered: Town):
    """Its author deletes what they asked, and goes on with us."""
    town = answered
    first = author_answers(town, STILL)
    post = town.square.posts("square")[0]
    town.square.delete("square", post.id)
    town.database.write(lose_first)
    town.deliver()
    card = town.card("billing")
    assert "The author deleted this post on Town Square, or it was removed there." in words(card)
    assert REFUND not in words(card)
    assert STILL in words(card)
    reply(town, town.ben, "Then I call the bank.")
    assert our_reply(town).reply_to == first.id


def lose_first(store: Store) -> None:
    """The platform told that the first post is not there any more."""
    lose(store, journal.mention(store, 1))


def test_the_answer_that_its_author_deletes_meanwhile_can_be_followed_by_another_text(
    answered: Town,
):
    town = answered
    answer = author_answers(town, STILL)
    modal = open_reply(town, town.ben)
    town.square.delete("square", answer.id)
    town.ben.submit(modal, {"text": "Then I call the bank."})
    town.deliver()

    card = town.card("billing")
    assert STILL not in words(card)
    assert "Not sent: " in words(card)
    assert REFUND in words(card), "the first post is still there"
    assert "was not sent" in words(town.slack.dms(town.ben)[-1])
    town.ben.click(card, "try_again")
    town.deliver()
    assert our_reply(town).reply_to == town.square.posts("square")[0].id


def test_an_answer_to_a_post_that_is_gone_altogether_is_a_mention_that_says_so(town: Town):
    post = town.post(REFUND)
    reply(town, town.ben, SORRY)
    town.database.write(lose_first)
    town.square.delete("square", post.id)
    author_answers(town, "@acme " + STILL)
    card = town.card("support")
    assert STILL in words(card)
    assert f"In answer to our reply to a deleted post: “{SORRY}”" in words(card)


def test_somebody_else_under_our_reply_gets_a_card_that_says_where_it_stands(answered: Town):
    town = answered
    first = town.card("billing")
    author_answers(town, "Same here, and I want a refund too.", by="tobi_w")
    assert len(town.slack.messages("billing")) == 2
    card = town.card("billing")
    assert f"In answer to our reply to @mara_k: “{SORRY}”" in words(card)
    assert f"/p{first.ts.replace('.', '')}|Card No. 1>" in words(card)
    assert "Same here" not in words(town.slack.messages("billing")[0])
    assert town.slack.dms(town.ben) == []
    reply(town, town.ana, "We are looking into it.")
    assert our_reply(town).author.handle == "acme"
    author_answers(town, "Thanks.", by="tobi_w")
    assert len(town.slack.messages("billing")) == 2
    assert "answered you" in words(town.slack.dms(town.ana)[-1])


def test_an_edited_answer_changes_the_card(town_today: Town):
    town = town_today
    town.post(REFUND, on="x")
    reply(town, town.ben, SORRY)
    answer = author_answers(town, STILL, on="x")
    town.square.edit("x", answer.id, "It has arrived after all.")
    town.read("x")
    town.deliver()
    card = town.card("billing")
    assert STILL not in words(card)
    assert "It has arrived after all." in words(card)
    assert "The author edited the post." in thread_text(town, card)
    assert len(town.slack.messages("billing")) == 1


@on_sqlite
@pytest.mark.parametrize("on", ["x", "reddit", "bluesky", "square"])
def test_on_every_platform_the_answer_comes_back_and_is_answered_where_it_stands(
    town_today: Town, on: str
):
    town = town_today
    post = town.post("Acme still owes me a refund, @acme.", on=on)
    reply(town, town.ben, SORRY)
    assert our_reply(town, on).reply_to == post.id
    for turn in ("Nothing has arrived here.", "It is Friday now."):
        newest = author_answers(town, turn, on=on)
        assert len(town.slack.messages("billing")) == 1, f"{on} brought it as something new"
        reply(town, town.ben, f"We look into it: {turn}")
        assert our_reply(town, on).reply_to == newest.id
    shown = words(town.card("billing"))
    assert in_order(shown, SORRY, "Nothing has arrived here.", "It is Friday now.", "Answered by")
    assert rows(town) == 3
    assert not [one.error for one in town.slack.requests if one.error]


def test_what_we_posted_by_hand_is_known_as_ours_when_the_author_answers_it(town_today: Town):
    town = town_today
    post = town.post("Nobody at Acme answers my question about the invoice.", on="x")
    town.ben.submit(open_reply(town, town.ben), {"text": SORRY})
    by_hand = town.square.post("x", "acme", SORRY, reply_to=post.id)
    there = f"https://x.com/acme/status/{by_hand.id}"
    town.ben.submit(town.modal(town.ben), {"posted_at": there})
    town.deliver()

    newest = author_answers(town, STILL, on="x")
    (card,) = town.slack.messages("billing")
    assert in_order(words(card), SORRY, STILL)
    assert "This will be public as @acme on X." in words(open_reply(town, town.ben)), (
        "the author mentions us now, so X lets us answer from here"
    )
    town.ben.submit(town.modal(town.ben), {"text": "Then I call the bank."})
    town.deliver()
    assert our_reply(town, "x").reply_to == newest.id


def test_numbers_count_the_conversation_once(answered: Town):
    town = answered
    author_answers(town, STILL)
    town.ana.command("/mentions", "stats", "general")
    assert "1 mention, 1 answered" in town.told(town.ana)
    assert "median first reply 1 min" in town.told(town.ana)
    town.ana.command("/mentions", "search arrived", "general")
    assert "No. 1" in words(town.slack.ephemerals(town.ana)[-1])
    town.ana.command("/mentions", "from mara_k", "general")
    assert "1 mention" in words(town.slack.ephemerals(town.ana)[-1])
    town.ana.command("/mentions", "open", "general")
    assert "Open: 1 mention" in words(town.slack.ephemerals(town.ana)[-1])


def test_lists_and_the_summary_tell_what_was_said_last(answered: Town):
    town = answered
    town.clock.move(timedelta(hours=2))
    author_answers(town, STILL)
    town.ben.open_home()
    town.deliver()
    assert STILL in words(town.slack.home(town.ben))
    town.ana.command("/mentions", "open", "general")
    assert STILL in words(town.slack.ephemerals(town.ana)[-1])
    town.ana.command("/mentions", "2", "general")
    assert "No. 1" in words(town.slack.ephemerals(town.ana)[-1])

    town.clock.move_to_weekday(0, 10)
    town.database.write(queue_due_summary, town.database.read(current_config))
    town.deliver()
    summary = words(town.card("leadership"))
    assert "1 mention" in summary
    assert "median first reply 1 min" in summary
    assert in_order(summary, "Longest still waiting", REFUND, SORRY, "wrote again", STILL)


@pytest.mark.parametrize("told", [True, False], ids=["told by Slack", "asked of Slack"])
def test_whoever_has_left_the_company_holds_nothing(answered: Town, told: bool):
    town = answered
    if not told:
        town.slack.inside.events -= {"user_change"}
    town.slack.deactivate("ben")
    author_answers(town, STILL)
    card = town.card("billing")
    assert "● Waiting again since" in words(card)
    assert buttons(card) == ["Claim", "Reply", "Send to…"]
    taken_back = "Ben Okafor is not in Slack any more" in thread_text(town, card)
    assert taken_back is not told, "it came back to him until Slack was asked"
    author_answers(town, "Anybody?")
    assert town.mention().owner is None


NASTY = "<!channel> <@U1> *bold* `x` <https://evil.example|bank> \u202egnp.exe {text} &amp;"


def test_hostile_words_stay_words(town: Town):
    parent = town.post(f"Acme refund {NASTY}", by="trickster")
    town.post(f"@acme {NASTY} refund", by="mara_k", reply_to=parent.id)
    reply(town, town.ben, SORRY)
    author_answers(town, NASTY * 40)
    card = town.card("billing")
    assert "In answer to @trickster: “Acme refund <!channel>" in words(card)
    assert "\u202e" not in words(card)
    assert not [one.error for one in town.slack.requests if one.error]
    for block in card.blocks:
        for element in block.get("elements", ()):
            if element.get("type") == "mrkdwn":
                assert "evil" not in element["text"]
    (told,) = town.slack.dms(town.ben)
    assert "<!channel>" not in told.text, "the notification is escaped"
    assert menu(card)["Add a note…"]
    assert send_to(town, town.ben, card, reason="x").errors

"""Two of us answered the same post, and neither knew: it is told to whoever was second."""

from datetime import timedelta

import pytest

from bot.models import Actor
from bot.sandbox.people import Person
from bot.sandbox.records import View
from bot.seen import Seen
from bot.usecases.by_hand import record_by_hand
from bot.usecases.reply import save_draft
from tests.journeys.steps import open_modal, open_reply, reply
from tests.town import Town, buttons, words

QUESTION = "Nobody at Acme answers my question about the invoice."
REFUND = "Where is my refund, @acme? You promised it on Monday."
SORRY = "Sorry for the wait: it went out today."
HELLO = "Hello, we are looking into it."


def write(town: Town, person: Person, text: str) -> View:
    """As far as the window that leads to the platform."""
    assert person.submit(open_reply(town, person), {"text": text}).ok
    return town.modal(person)


def posted(town: Town, person: Person, step: View, number: int) -> None:
    assert person.submit(step, {"posted_at": f"https://x.com/acme/status/{number}"}).ok
    town.deliver()


def test_who_posts_by_hand_after_a_colleague_did_is_told(town_today: Town):
    town = town_today
    town.post(QUESTION, on="x")
    anas = write(town, town.ana, SORRY)
    bens = write(town, town.ben, HELLO)
    posted(town, town.ana, anas, 7)
    assert town.slack.open_views(town.ana) == [], "nobody else answered by then"
    town.clock.move(timedelta(hours=2))
    posted(town, town.ben, bens, 8)
    told = words(town.modal(town.ben))
    assert "It counts as posted." in told
    assert f"Ana Lima has answered this already: “{SORRY}” That makes two answers" in told
    card = words(town.card("billing"))
    assert "Answered by *Ben Okafor* after 2 h" in card
    assert "answered this too" in card
    assert "https://x.com/acme/status/7|See it there" in card


def test_who_is_about_to_post_by_hand_is_told_before(town_today: Town):
    town = town_today
    town.post(QUESTION, on="x")
    window = open_reply(town, town.ben)
    posted(town, town.ana, write(town, town.ana, SORRY), 7)
    assert town.ben.submit(window, {"text": HELLO}).ok
    back = town.modal(town.ben)
    assert f"Ana Lima has answered this already: “{SORRY}” Yours would be one more" in words(back)
    assert "press Next once more" in words(back)
    assert town.ben.submit(back).ok
    posted(town, town.ben, town.modal(town.ben), 8)
    assert town.slack.open_views(town.ben) == [], "known before is not told once more"


def test_who_adds_to_an_answer_knows_of_it(town_today: Town):
    town = town_today
    town.post(QUESTION, on="x")
    posted(town, town.ana, write(town, town.ana, SORRY), 7)
    window = open_modal(town, town.ben, town.card("billing"), "Reply again…")
    assert town.ben.submit(window, {"text": HELLO}).ok
    posted(town, town.ben, town.modal(town.ben), 8)
    assert town.slack.open_views(town.ben) == []
    assert "*Ana Lima* answered this too" in words(town.card("billing"))


def by_hand(town: Town, person: Person) -> None:
    """Somebody's window from before is submitted now."""
    actor = Actor(person.id, person.name)
    town.database.write(save_draft, 1, HELLO, by=actor)
    town.database.write(
        record_by_hand, 1, "https://square.example/posts/99", by=actor, submission="w", seen=Seen()
    )
    town.deliver()


@pytest.fixture
def in_doubt(town: Town) -> Town:
    """Nobody knows whether Ben's reply is out."""
    town.post(REFUND)
    town.square.order_fault("square", "drop_after", on="write")
    town.square.order_fault("square", "500", on="read", times=3)
    reply(town, town.ben, SORRY)
    town.square.clear_faults()
    return town


def test_what_is_in_doubt_stays_on_the_card_though_a_colleague_answered_by_hand(in_doubt: Town):
    town = in_doubt
    town.ana.click(town.card("billing"), "claim", stale=True)
    by_hand(town, town.ana)
    card = town.card("billing")
    assert buttons(card) == ["It is there", "Send again", "Drop"]
    assert "*Ana Lima* answered this too" in words(card)
    town.cat.click(card, "try_again")
    assert "Ana Lima has written a newer reply to this" in town.told(town.cat)
    town.cat.click(card, "it_is_there")
    town.deliver()
    shown = words(town.card("billing"))
    assert "answered this too" in shown
    assert "Answered by" in shown


def test_what_waits_to_be_approved_stays_on_the_card_and_adds_no_second_answer(town: Town):
    town.configure(admins=(town.ana.id,))
    town.post(REFUND)
    reply(town, town.ben, SORRY)
    town.ana.click(town.card("billing"), "claim", stale=True)
    by_hand(town, town.ana)
    card = town.card("billing")
    assert "*Ana Lima* answered this too" in words(card)
    assert "Approve" in buttons(card)
    town.ana.click(card, "approve")
    assert "Ana Lima has written a newer reply to this" in town.told(town.ana)
    town.deliver()
    assert town.square.replies_by_brand("square") == []


def test_an_admin_who_says_where_it_is_reads_that_there_is_another_one(in_doubt: Town):
    town = in_doubt
    town.configure(admins=(town.cat.id,))
    town.ana.click(town.card("billing"), "claim", stale=True)
    by_hand(town, town.ana)
    town.cat.command("/mentions", "stuck", "general")
    town.cat.click(town.slack.ephemerals(town.cat)[-1], "stuck_posted")
    there = f"https://square.example/posts/{town.square.replies_by_brand('square')[-1].id}"
    assert town.cat.submit(town.modal(town.cat), {"posted_at": there}).ok
    told = words(town.modal(town.cat))
    assert "It counts as sent now. Its card links to it. Ana Lima has answered this" in told

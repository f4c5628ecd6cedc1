"""The first replies of somebody new wait on their card for a second pair of eyes."""

import pytest

from tests.journeys.steps import field_text, open_reply, reply, send_to, thread_text
from tests.town import Town, buttons, words

REFUND = "Where is my refund, @acme? You promised it on Monday."
SORRY = "Sorry for the wait: it went out today."


@pytest.fixture
def town(town: Town) -> Town:
    """Ana is an admin, and Ben has answered for the first time."""
    town.configure(admins=(town.ana.id,))
    town.post(REFUND)
    reply(town, town.ben, SORRY)
    return town


def public(town: Town) -> list[str]:
    return [post.text for post in town.square.replies_by_brand("square")]


def test_it_waits_on_its_card_and_leaves_once_somebody_approved(town: Town):
    card = town.card("billing")
    shown = words(card)
    assert "*Ben Okafor*'s reply waits for a second pair of eyes" in shown
    assert SORRY in shown
    assert buttons(card) == ["Approve", "Send back…", "Send to…"]
    assert public(town) == []
    (told,) = town.slack.dms(town.ana)
    assert "waits for a second pair of eyes" in words(told)

    town.ben.click(card, "approve")
    assert "somebody else approves it: an admin" in town.told(town.ben)
    town.cat.click(card, "approve")
    assert "ask an admin" in town.told(town.cat)
    town.slack.duplicate_next()
    town.ana.click(card, "approve")
    town.deliver()
    assert public(town) == [SORRY]
    assert "Answered by *Ben Okafor*" in words(town.card("billing"))
    assert "Ana Lima approved the reply" in thread_text(town, town.card("billing"))
    town.ana.click(card, "approve", stale=True)
    assert "not waiting for a decision any more" in town.told(town.ana)


def test_sent_back_its_author_reads_why_and_has_the_text_again(town: Town):
    card = town.card("billing")
    town.ana.click(card, "send_back")
    modal = town.modal(town.ana)
    assert SORRY in words(modal)
    assert town.ana.submit(modal, {"reason": "Say <!here> sorry first"}).ok
    town.deliver()
    card = town.card("billing")
    assert "Not sent: Ana Lima sent it back, saying “Say &lt;!here&gt; sorry first”" in words(card)
    assert buttons(card) == ["Try again", "Change the text"]
    assert "Say <!here> sorry first" in words(town.slack.dms(town.ben)[-1])
    modal = open_reply(town, town.ben)
    assert field_text(modal) == SORRY
    town.ben.submit(modal, {"text": f"We are sorry. {SORRY}"})
    town.deliver()
    town.ana.click(town.card("billing"), "approve")
    town.deliver()
    assert public(town) == [f"We are sorry. {SORRY}"]


def test_sent_on_meanwhile_it_is_approved_where_it_is_now(town: Town):
    assert send_to(town, town.cat, town.card("billing"), reason="Yours?", channel="C0SALES00").ok
    town.deliver()
    card = town.card("sales")
    assert buttons(card)[:2] == ["Approve", "Send back…"]
    town.ana.click(card, "approve")
    town.deliver()
    assert public(town) == [SORRY]
    assert "Answered by *Ben Okafor*" in words(town.card("sales"))

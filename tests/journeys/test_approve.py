"""The first replies of somebody new wait on their card for a second pair of eyes."""

from typing import Any

import pytest

from bot.config import Policy
from bot.sandbox.people import Person
from bot.sandbox.records import Message
from tests.journeys.steps import (
    field_text,
    open_reply,
    option_named,
    pick,
    reply,
    send_to,
    thread_text,
)
from tests.town import Town, buttons, words

REFUND = "Where is my refund, @acme? You promised it on Monday."
SORRY = "Sorry for the wait: it went out today."
BETTER = f"We are sorry. {SORRY}"
HELD = ["Approve", "Send back…", "Change the text", "Send to…"]


@pytest.fixture
def town(town: Town) -> Town:
    """Ana is an admin, and Ben has answered for the first time."""
    town.configure(admins=(town.ana.id,))
    town.post(REFUND)
    reply(town, town.ben, SORRY)
    return town


def primary(card: Message) -> list[dict[str, Any]]:
    """The buttons that stand out."""
    elements = [one for block in card.blocks for one in block.get("elements", ())]
    return [one for one in elements if one.get("style") == "primary"]


def public(town: Town) -> list[str]:
    return [post.text for post in town.square.replies_by_brand("square")]


def test_it_waits_on_its_card_and_leaves_once_somebody_approved(town: Town):
    card = town.card("billing")
    shown = words(card)
    assert "*Ben Okafor*'s reply waits for a second pair of eyes" in shown
    assert SORRY in shown
    assert buttons(card) == HELD
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
    assert buttons(card) == ["Change the text", "Ask again as it is"]
    assert [one["text"]["text"] for one in primary(card)] == ["Change the text"]
    told = words(town.slack.dms(town.ben)[-1])
    assert "Say <!here> sorry first" in told
    assert "Press Change the text on the card" in told
    modal = open_reply(town, town.ben)
    assert field_text(modal) == SORRY
    town.ben.submit(modal, {"text": BETTER})
    town.deliver()
    town.ana.click(town.card("billing"), "approve")
    town.deliver()
    assert public(town) == [BETTER]


def test_who_may_not_decide_is_told_before_they_write_why(town: Town):
    town.cat.click(town.card("billing"), "send_back")
    assert "Approving is for those whose first replies are out" in town.told(town.cat)
    assert town.slack.open_views(town.cat) == []


def test_somebody_new_closes_nothing_that_waits_unless_it_is_their_own(town: Town):
    assert town.cat.react(town.card("billing"), "white_check_mark").ok
    assert "waits until it is approved by" in town.told(town.cat)
    town.deliver()
    assert buttons(town.card("billing")) == HELD, "it still waits for a second pair of eyes"
    assert town.ben.react(town.card("billing"), "white_check_mark").ok
    town.deliver()
    assert "No reply needed: already answered" in words(town.card("billing"))
    assert public(town) == []


def test_its_author_changes_it_and_the_new_words_are_approved(town: Town):
    first = town.card("billing")
    (approve,) = primary(first)
    assert town.ben.open_home().ok
    town.deliver()
    ours = town.slack.home(town.ben)
    assert ours is not None
    for shown in (first, ours):
        assert town.ben.click(shown, "reply").ok
        modal = town.modal(town.ben)
        assert "Your reply waits to be approved. What you send from here takes" in words(modal)
        assert field_text(modal) == SORRY
    assert town.ben.submit(modal, {"text": BETTER}).ok
    town.deliver()
    card = town.card("billing")
    assert BETTER in words(card)
    assert buttons(card) == HELD
    told = thread_text(town, card)
    assert f"Ben Okafor changed the reply; it waits for a second pair of eyes: “{BETTER}”" in told
    told = words(town.slack.dms(town.ana)[-1])
    assert "Ben Okafor's changed reply to mention 1 waits for a second pair of eyes" in told
    town.ana.click(card, "approve", value=approve["value"], stale=True)
    assert "not waiting for a decision any more" in town.told(town.ana)
    town.deliver()
    assert public(town) == [], "Ana had read other words"
    town.ana.click(card, "approve")
    town.deliver()
    assert public(town) == [BETTER]


def test_its_author_never_approves_it_and_is_told_how_it_leaves_once_nobody_has_to(town: Town):
    town.configure(policy=Policy(approve_first=0))
    town.ben.click(town.card("billing"), "approve")
    assert "Yours leave at once by now: press Change the text" in town.told(town.ben)
    town.deliver()
    assert public(town) == []
    modal = open_reply(town, town.ben)
    assert (field_text(modal), "read by somebody else" in words(modal)) == (SORRY, False)
    assert town.ben.submit(modal).ok
    town.deliver()
    assert public(town) == [SORRY]
    assert "Answered by *Ben Okafor*" in words(town.card("billing"))


def test_sent_on_meanwhile_it_is_approved_where_it_is_now(town: Town):
    assert send_to(town, town.cat, town.card("billing"), reason="Yours?", channel="C0SALES00").ok
    town.deliver()
    card = town.card("sales")
    assert buttons(card)[:2] == ["Approve", "Send back…"]
    town.ana.click(card, "approve")
    town.deliver()
    assert public(town) == [SORRY]
    assert "Answered by *Ben Okafor*" in words(town.card("sales"))


def send_back(town: Town, reason: str = "Warmer, please.") -> None:
    town.ana.click(town.card("billing"), "send_back")
    assert town.ana.submit(town.modal(town.ana), {"reason": reason}).ok
    town.deliver()


def test_sent_back_it_waits_again_when_its_author_insists(town: Town):
    send_back(town)
    assert town.ben.click(town.card("billing"), "try_again").ok
    town.deliver()
    assert buttons(town.card("billing")) == HELD
    town.ana.click(town.card("billing"), "approve")
    town.square.lock("square", town.square.posts("square")[0].id)
    town.deliver()
    now = buttons(town.card("billing"))
    assert now == ["Try again", "Change the text"], "the platform refused it, nobody sent it back"


def test_who_changes_what_was_sent_back_to_a_colleague_begins_with_its_text(town: Town):
    send_back(town)
    modal = open_reply(town, town.ana)
    assert field_text(modal) == SORRY
    assert "Ben Okafor wrote this, and it was not sent. From you it goes out" in words(modal)
    town.ana.submit(modal, {"text": BETTER})
    town.deliver()
    assert public(town) == [BETTER]
    assert "Answered by *Ana Lima*" in words(town.card("billing"))


def test_the_window_says_who_reads_it_first(town: Town):
    town.post("And mine, @acme? The refund, I mean.", by="tobi_w")
    before = "Your first 3 replies are read by somebody else first (Ana Lima); then it is public."
    asks = {who.name: before in words(open_reply(town, who)) for who in (town.ana, town.cat)}
    assert asks == {"ana": False, "cat": True}


@pytest.mark.parametrize(
    ("who", "told"),
    [
        ("cat", "Ben Okafor's reply to this waits until it is approved by an admin. You can add"),
        ("ana", "Ben Okafor's reply to this waits for a second pair of eyes. Approve it, or send"),
    ],
)
def test_nobody_gets_a_window_to_write_past_it(town: Town, who: str, told: str):
    person: Person = getattr(town, who)
    person.click(town.card("billing"), "reply", stale=True)
    assert told in town.told(person)
    assert not town.slack.open_views(person)


def test_what_was_typed_meanwhile_is_refused_with_the_same_words_and_kept(town: Town):
    town.ana.click(town.card("billing"), "approve")
    town.deliver()
    town.post("And mine, @acme? The refund, I mean.", by="tobi_w")
    window = open_reply(town, town.cat)
    reply(town, town.ben, SORRY)
    ack = town.cat.submit(window, {"text": "Tomorrow."})
    assert "waits until it is approved by Ana Lima" in str(ack.errors)
    town.deliver()
    town.ana.click(town.card("billing"), "approve")
    town.deliver()
    assert public(town) == [SORRY, SORRY]
    assert pick(town.cat, town.card("billing"), "Reply again…").ok
    assert field_text(town.modal(town.cat)) == "Tomorrow."


def test_lists_say_that_it_waits(town: Town):
    for who, asked in ((town.ben, "mine"), (town.cat, "open"), (town.cat, "refund")):
        who.command("/mentions", asked, "general")
        assert "Ben Okafor's reply waits for approval" in words(town.slack.ephemerals(who)[-1])
    town.ana.click(town.card("billing"), "approve")
    town.deliver()
    town.cat.command("/mentions", "refund", "general")
    assert "waits for approval" not in words(town.slack.ephemerals(town.cat)[-1])


def at_home(town: Town, person: Person) -> str:
    return words(town.slack.home(person))


def test_app_home_shows_what_waits_for_whom(town: Town):
    for person in (town.ana, town.ben, town.cat):
        assert person.open_home().ok
    town.deliver()
    assert "Your reply waits for approval" in at_home(town, town.ben)
    assert "Waits for your approval" not in at_home(town, town.ben) + at_home(town, town.cat)
    ours = town.slack.home(town.ben)
    assert ours is not None
    assert buttons(ours) == ["Change the text", "Release"]

    shown = town.slack.home(town.ana)
    assert shown is not None
    assert "Waits for your approval" in words(shown)
    assert "Ben Okafor's reply waits for approval" in words(shown)
    assert SORRY not in words(shown), "who may not see the channel reads no drafts of it"
    card = town.card("billing")
    assert buttons(shown) == ["Read it on its card"]
    assert f"/archives/{card.channel}/p{card.ts.replace('.', '')}" in str(shown.blocks)

    send_back(town)
    assert "approval" not in at_home(town, town.ana) + at_home(town, town.ben)
    town.ben.click(town.card("billing"), "try_again")
    town.deliver()
    assert "Waits for your approval" in at_home(town, town.ana), "drawn again without a visit"
    town.ana.click(town.card("billing"), "approve")
    town.deliver()
    assert "approval" not in at_home(town, town.ana) + at_home(town, town.ben)


def test_what_was_closed_asks_nobody_to_approve_it(town: Town):
    assert pick(town.ana, town.card("billing"), "No reply needed…").ok
    modal = town.modal(town.ana)
    spam = option_named(modal, "verdict", "Spam")
    town.ana.submit(modal, {"verdict": spam})
    town.deliver()
    assert town.ana.open_home().ok
    town.deliver()
    assert "Waits for your approval" not in at_home(town, town.ana)
    town.ana.command("/mentions", "refund", "general")
    assert "waits for approval" not in words(town.slack.ephemerals(town.ana)[-1])

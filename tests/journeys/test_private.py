"""What colleagues say in a private channel is shown in that channel only; the post is public."""

from datetime import timedelta

import pytest

from bot.config import Policy
from bot.models import Actor
from bot.usecases.note import add_note
from tests.journeys.steps import open_modal, send_to, thread_text
from tests.town import Town, words

REFUND = "Where is my refund, @acme? You promised it on Monday."
NOTE = "She is the sister of our landlord."
REASON = "Handle with care"


@pytest.fixture
def town(town: Town) -> Town:
    """Ana sent a mention to a private channel without Cat, where she wrote a note about it."""
    secret = town.slack.add_channel("secret", private=True, members=["ana", "ben"])
    town.post(REFUND)
    send_to(town, town.ana, town.card("billing"), channel=secret.id, reason=REASON)
    town.deliver()
    card = town.card("secret")
    town.ana.submit(open_modal(town, town.ana, card, "Add a note…"), {"text": NOTE})
    town.deliver()
    return town


def asked(town: Town, who: str, text: str) -> str:
    person = town.slack.person(who)
    town.slack.inside.workspace.join(town.slack.channel("general"), person.id)
    person.command("/mentions", text, "general")
    return words(town.slack.ephemerals(person)[-1])


def test_who_is_in_the_private_channel_reads_all_of_it_anywhere(town: Town):
    told = asked(town, "ben", "1")
    assert REFUND in told
    assert NOTE in told


def test_who_is_not_in_it_reads_the_public_post_and_nothing_of_ours(town: Town):
    told = asked(town, "cat", "1")
    assert REFUND in told
    assert "a channel that you are not in" in told
    for command in ("1", "open", "search refund", "from mara_k", "mine", "stats"):
        told = asked(town, "cat", command)
        assert NOTE not in told, command
        assert REASON not in told, command
    town.cat.open_home()
    town.deliver()
    assert NOTE not in words(town.slack.home(town.cat))


def test_while_slack_does_not_tell_who_is_in_it_nothing_is_shown(town: Town):
    town.slack.fail("conversations.info", "500")
    assert NOTE not in asked(town, "ben", "1")


@pytest.mark.parametrize("may_act", [False, True])
def test_a_guest_reads_what_is_said_in_the_channels_they_are_in(town: Town, may_act: bool):
    town.configure(policy=Policy(guests_may_reply=may_act))
    town.slack.add_person("gus", "Gus Gast", is_guest=True)
    town.post("No internet, @acme", by="tobi_w")
    modal = open_modal(town, town.ana, town.card(), "Add a note…")
    town.ana.submit(modal, {"text": "Third time."})
    town.deliver()
    assert "Third time." not in asked(town, "gus", "2")
    town.slack.person("gus").join("support")
    assert "Third time." in asked(town, "gus", "2")


def test_where_it_came_from_nothing_tells_which_private_channel_it_went_to_and_why(town: Town):
    stub = town.card("billing")
    told = f"{words(stub)} {stub.text} {thread_text(town, stub)}"
    assert "Sent to a private channel by Ana Lima." in told
    assert "Ana Lima sent this to a private channel." in told
    assert REASON not in told
    assert "secret" not in told
    assert REASON in words(town.card("secret"))


def test_the_thread_of_a_card_that_was_sent_on_tells_nothing_of_what_came_after(town: Town):
    town.post("My invoice is wrong, @acme", by="tobi_w")
    card = town.card("billing")
    send_to(town, town.ana, card, channel=town.slack.channel("secret").id)
    town.clock.move(timedelta(seconds=1))
    town.database.write(add_note, 2, NOTE, by=Actor(town.ana.id, "ana"), click="n")
    town.deliver()
    assert NOTE in thread_text(town, town.card("secret"))
    assert NOTE not in thread_text(town, card)


def test_answers_are_seen_by_the_asker_alone(town: Town):
    before = len(town.slack.messages("general"))
    asked(town, "ana", "1")
    assert len(town.slack.messages("general")) == before
    assert town.slack.ephemerals(town.cat) == []

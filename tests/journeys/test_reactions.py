"""Where people already triage with emoji, a card takes them."""

import pytest

from bot.models import MentionState
from tests.journeys.steps import send_to
from tests.town import Town, words


@pytest.mark.parametrize(
    ("emoji", "shown"),
    [
        ("eyes", "Claimed by *Ben Okafor*"),
        ("white_check_mark", "No reply needed: already answered"),
    ],
)
def test_an_emoji_on_a_card_does_what_it_says(town: Town, emoji: str, shown: str):
    town.post("No internet, @acme")
    assert town.ben.react(town.card(), emoji).ok
    town.deliver()
    assert shown in words(town.card())


def test_the_slower_one_is_told_and_other_emoji_do_nothing(town: Town):
    town.post("No internet, @acme")
    town.ben.click(town.card(), "claim")
    town.deliver()
    town.ana.react(town.card(), "tada")
    assert town.slack.ephemerals("ana") == []
    town.ana.react(town.card(), "raised_hand")
    assert "Ben Okafor claimed this" in town.told(town.ana)


def test_an_emoji_elsewhere_is_nobodys_business(town: Town):
    town.post("No internet, @acme")
    town.ben.say("general", "lunch?")
    (said,) = town.slack.messages("general")
    assert town.ana.react(said, "eyes").ok
    town.deliver()
    assert town.slack.ephemerals("ana") == []
    assert town.mention().owner is None


@pytest.mark.parametrize("private", [True, False])
def test_an_emoji_on_what_a_card_left_behind_does_nothing_at_its_new_desk(
    town: Town, private: bool
):
    there = town.slack.add_channel("lawyers", private=private, members=["ana", "ben"])
    town.post("No internet, @acme")
    send_to(town, town.ana, town.card(), channel=there.id)
    town.deliver()
    stub = town.card()
    town.cat.react(stub, "white_check_mark")
    assert town.mention().state == MentionState.WAITING
    town.ben.click(town.card("lawyers"), "claim")
    town.deliver()
    town.cat.react(stub, "eyes")
    assert town.slack.ephemerals("cat") == [], "nobody is told who has it"

"""What colleagues say in a private channel is shown in that channel only; the post is public."""

from datetime import timedelta

import pytest

from bot.config import Policy
from bot.models import Actor
from bot.usecases.configure import current_config
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


PUBLIC_REASON = "Now you, please"


def send_out(town: Town, channel: str = "general") -> None:
    where = town.slack.channel(channel).id
    sent = send_to(town, town.ana, town.card("secret"), channel=where, reason=PUBLIC_REASON)
    assert sent.errors == {}
    town.deliver()


def test_what_was_said_there_does_not_go_along_to_where_others_are(town: Town):
    send_out(town)
    card = town.card("general")
    told = f"{words(card)} {card.text} {thread_text(town, card)}"
    assert f"From a private channel, Ana Lima: “{PUBLIC_REASON}”" in words(card)
    assert f"Ana Lima sent this to #general: “{PUBLIC_REASON}”" in told
    for person in ("cat", "ben"):
        told += asked(town, person, "1")
    for private in (NOTE, REASON, "secret"):
        assert private not in told
    town.cat.submit(open_modal(town, town.cat, card, "Add a note…"), {"text": "I ask Sam."})
    town.deliver()
    assert "I ask Sam." in thread_text(town, town.card("general"))
    assert "I ask Sam." in asked(town, "cat", "1")


def test_what_was_said_does_not_go_along_to_another_private_channel_or_beyond(town: Town):
    town.slack.add_channel("other", private=True, members=["ana", "cat"])
    send_out(town, "other")
    assert NOTE not in thread_text(town, town.card("other")) + asked(town, "cat", "1")
    send_to(town, town.cat, town.card("other"), channel=town.slack.channel("general").id)
    town.deliver()
    told = thread_text(town, town.card("general")) + asked(town, "cat", "1")
    for private in (NOTE, REASON, PUBLIC_REASON, "secret", "other"):
        assert private not in told


@pytest.fixture
def outside(town: Town) -> Town:
    """Billing is at work in the private channel without Cat, who says that she answers for it."""
    config = town.database.read(current_config)
    billing = (
        one.model_copy(update={"channel": "#secret"}) if one.name == "Billing" else one
        for one in config.departments
    )
    town.configure(departments=tuple(billing), policy=Policy(approve_first=0))
    town.post("My refund is wrong, @acme", by="tobi_w")
    department = town.database.read(lambda store: store.department("Billing"))
    assert department is not None
    town.cat.open_home()
    town.deliver()
    home = town.slack.home(town.cat)
    town.cat.choose(home, "departments_i_answer_for", [str(department.id)])
    town.deliver()
    return town


def let_in(town: Town, who: str) -> None:
    town.slack.inside.workspace.join(town.slack.channel("secret"), town.slack.person(who).id)


@pytest.mark.parametrize("button", ["send_to", "reply"])
def test_who_is_not_in_it_neither_takes_it_away_nor_reads_what_is_unsent(
    outside: Town, button: str
):
    town = outside
    assert town.cat.click(town.slack.home(town.cat), button).ok
    assert "in a channel that you are not in" in words(town.modal(town.cat))
    let_in(town, "cat")
    assert town.cat.click(town.slack.home(town.cat), button).ok
    assert "My refund is wrong" in words(town.modal(town.cat))


@pytest.mark.parametrize("button", ["send_to", "reply"])
def test_while_slack_does_not_tell_who_is_in_it_only_the_card_itself_can_be_pressed(
    outside: Town, button: str
):
    town = outside
    town.slack.fail("conversations.info", "500")
    let_in(town, "cat")
    assert town.cat.click(town.slack.home(town.cat), button).ok
    assert "Slack did not tell me" in words(town.modal(town.cat))
    assert town.ben.click(town.card("secret"), button).ok
    assert "My refund is wrong" in words(town.modal(town.ben))


def test_a_window_that_was_open_before_takes_nothing_away_from_there(town: Town):
    town.post("My invoice is wrong, @acme", by="tobi_w")
    card = town.card("billing")
    assert town.cat.click(card, "send_to").ok
    window = town.modal(town.cat)
    send_to(town, town.ana, card, channel=town.slack.channel("secret").id)
    town.deliver()
    ack = town.cat.submit(window, {"channel": town.slack.channel("general").id})
    assert "in a channel that you are not in" in ack.errors["channel"]
    assert town.cat.click(card, "reply", stale=True).ok
    assert "in a channel that you are not in" in town.told(town.cat)


def test_the_same_submission_once_more_is_no_refusal_though_it_went_where_they_are_not(town: Town):
    town.post("My invoice is wrong, @acme", by="tobi_w")
    secret = town.slack.channel("secret")
    assert send_to(town, town.cat, town.card("billing"), channel=secret.id).errors == {}
    again = town.slack.replay_last()
    assert again.status == 200
    assert not again.body


def test_answers_are_seen_by_the_asker_alone(town: Town):
    before = len(town.slack.messages("general"))
    asked(town, "ana", "1")
    assert len(town.slack.messages("general")) == before
    assert town.slack.ephemerals(town.cat) == []

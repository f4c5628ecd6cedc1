"""What people do reaches the bot as Slack would send it, and what their client forbids does not."""

from typing import Any

import pytest
import requests
from slack_sdk import WebClient

from bot.sandbox.people import Person
from bot.sandbox.records import Message, NotFoundError, RefusedError
from bot.sandbox.server import SlackStandIn
from tests.bot.sandbox.conftest import MovedClock
from tests.bot.sandbox.scripted_bot import ScriptedBot
from tests.bot.sandbox.tiny_app import CARD

Json = dict[str, Any]


def answer(bot: ScriptedBot, **body: Any) -> requests.Response:
    return requests.post(bot.last["response_url"], json=body, timeout=5)


# Who they are


def test_the_bot_hears_of_who_somebody_is_now_if_it_asked_to(
    slack: SlackStandIn, bot: ScriptedBot
) -> None:
    slack.change_person("ben", is_guest=True)
    assert bot.last["event"]["type"] == "user_change"
    assert bot.last["event"]["user"]["is_restricted"] is True
    slack.deactivate("ben")
    assert bot.last["event"]["user"]["deleted"] is True
    heard = len(bot.told)
    slack.inside.events -= {"user_change"}
    slack.change_person("ben", is_guest=False)
    slack.inside.events |= {"user_change"}
    slack.inside.scopes -= {"users:read"}
    slack.change_person("ben", real_name="Benjamin Okafor")
    assert len(bot.told) == heard, "nobody subscribed to it, or without the scope"


# Buttons and menus


def test_a_choice_carries_the_whole_option(ana: Person, card: Message, bot: ScriptedBot) -> None:
    ana.choose(card, "more", "note")
    assert bot.last["actions"][0]["selected_option"]["value"] == "note"
    with pytest.raises(RefusedError, match="it offers history, note"):
        ana.choose(card, "more", "nonsense")


def test_a_button_that_is_gone_cannot_be_pressed_but_by_a_stale_client(
    ana: Person, card: Message, bot: ScriptedBot, client: WebClient
) -> None:
    client.chat_update(channel=card.channel, ts=card.ts, text="Answered")
    with pytest.raises(RefusedError, match="no reply to use here any more"):
        ana.click(card, "reply")
    assert bot.told == []
    assert ana.click(card, "reply", stale=True).ok
    assert bot.last["actions"][0]["value"] == "7"


def test_nobody_presses_what_they_cannot_see(slack: SlackStandIn, client: WebClient) -> None:
    slack.add_channel("vip", private=True, members=["ben"])
    client.chat_postMessage(channel=slack.channel("vip").id, text="Secret", blocks=CARD)
    with pytest.raises(NotFoundError):
        slack.person("ana").click(slack.messages("vip")[0], "reply")


@pytest.mark.parametrize(
    ("failure", "error"),
    [("http_timeout", "operation_timeout"), ("http_error", "dispatch_failed")],
)
def test_a_click_without_an_acknowledgement_is_an_error_for_the_person(
    ana: Person, card: Message, bot: ScriptedBot, failure: str, error: str
) -> None:
    bot.failures = [failure]
    ack = ana.click(card, "reply")
    assert (ack.ok, ack.error) == (False, error)
    assert ack.notice
    assert len(bot.told) == 1, "clicks are never repeated by Slack"


# response_url


def test_an_answer_at_a_response_url_is_for_the_one_who_clicked(
    slack: SlackStandIn, ana: Person, card: Message, bot: ScriptedBot
) -> None:
    ana.click(card, "reply")
    assert answer(bot, text="Only you").status_code == 200
    assert [message.text for message in slack.ephemerals(ana)] == ["Only you"]
    answer(bot, text="All of you", response_type="in_channel")
    assert [message.text for message in slack.messages("support")] == ["A mention", "All of you"]


def test_a_response_url_replaces_and_deletes_its_message(
    slack: SlackStandIn, ana: Person, card: Message, bot: ScriptedBot
) -> None:
    ana.click(card, "reply")
    answer(bot, text="Changed", replace_original=True)
    assert [message.text for message in slack.messages("support")] == ["Changed"]
    answer(bot, delete_original=True)
    assert slack.messages("support") == []


def test_buttons_in_ephemeral_messages_work(
    slack: SlackStandIn, ana: Person, bot: ScriptedBot, client: WebClient
) -> None:
    client.chat_postEphemeral(channel="C0SUPPORT", user=ana.id, text="Sure?", blocks=CARD)
    (asked,) = slack.ephemerals(ana)
    with pytest.raises(RefusedError, match="cannot see"):
        slack.person("ben").click(asked, "reply")
    ana.click(asked, "reply")
    assert bot.last["container"]["is_ephemeral"]
    assert "message" not in bot.last
    answer(bot, text="Done", replace_original=True)
    assert [message.text for message in slack.ephemerals(ana)] == ["Done"]


def test_a_response_url_takes_five_answers(ana: Person, card: Message, bot: ScriptedBot) -> None:
    ana.click(card, "reply")
    assert [answer(bot, text="Again").status_code for _ in range(6)] == [200] * 5 + [400]


def test_a_response_url_dies_after_half_an_hour(
    ana: Person, card: Message, bot: ScriptedBot, clock: MovedClock
) -> None:
    ana.click(card, "reply")
    clock.move(30 * 60 + 1)
    assert answer(bot, text="Late").json() == {"ok": False, "error": "used_url"}


# Commands, messages, reactions


@pytest.mark.parametrize(
    ("body", "alone", "together"),
    [
        ("Only you", ["Only you"], []),
        ({"text": "Only you", "response_type": "ephemeral"}, ["Only you"], []),
        ({"text": "All", "response_type": "in_channel"}, [], ["All"]),
        (None, [], []),
    ],
)
def test_the_answer_to_a_command(
    slack: SlackStandIn, ana: Person, bot: ScriptedBot, body: Any, alone: Any, together: Any
) -> None:
    bot.answer = lambda _: body
    assert ana.command("/mentions", "open", "general").ok
    assert [message.text for message in slack.ephemerals(ana)] == alone
    assert [message.text for message in slack.messages("general")] == together


def test_an_answer_with_bad_blocks_is_shown_to_nobody(
    slack: SlackStandIn, ana: Person, bot: ScriptedBot
) -> None:
    bot.answer = lambda _: {"text": "Hi", "blocks": [{"type": "nonsense"}]}
    ack = ana.command("/mentions")
    assert (ack.ok, ack.error) == (False, "invalid_blocks")
    assert slack.ephemerals(ana) == []


def test_a_reaction_is_told_once(ana: Person, card: Message, bot: ScriptedBot) -> None:
    ana.react(card, "eyes")
    event = bot.last["event"]
    assert (event["reaction"], event["item"]["ts"]) == ("eyes", card.ts)
    with pytest.raises(RefusedError, match="already"):
        ana.react(card, "eyes")


def test_what_people_write_is_told_only_to_an_app_that_asked(
    slack: SlackStandIn, ana: Person, card: Message, bot: ScriptedBot
) -> None:
    ana.say("support", "I know her", thread_ts=card.ts)
    assert bot.told == []
    assert [message.text for message in slack.thread(card)] == ["I know her"]
    slack.inside.events |= {"message.channels"}
    ana.say("support", "Really")
    assert bot.last["event"]["text"] == "Really"
    assert bot.last["event"]["channel_type"] == "channel"


def test_who_is_not_in_a_channel_does_not_write_there(
    slack: SlackStandIn, bot: ScriptedBot
) -> None:
    guest = slack.add_person("gus", "Gus Gast", is_guest=True)
    with pytest.raises(RefusedError, match="join first"):
        guest.say("support", "Hello")
    guest.join("support")
    assert guest.say("support", "Hello").ok


def test_a_command_without_a_channel_is_typed_to_the_bot(
    slack: SlackStandIn, ana: Person, bot: ScriptedBot
) -> None:
    bot.answer = lambda _: "Hello"
    ana.command("/mentions")
    assert bot.last["channel_name"] == "directmessage"
    assert slack.ephemerals(ana)[0].channel == bot.last["channel_id"]


def test_a_command_that_the_app_does_not_have_is_told_to_whoever_typed_it(
    slack: SlackStandIn, ana: Person, bot: ScriptedBot
) -> None:
    ack = ana.command("/foo", "bar", "general")
    assert (ack.ok, ack.error, bot.told) == (False, "unknown_command", [])
    told = "/foo is not a command here. There are /mentions and /departments."
    assert [message.text for message in slack.ephemerals(ana)] == [told]


def test_an_event_is_tried_four_times(
    slack: SlackStandIn, ana: Person, bot: ScriptedBot, clock: MovedClock
) -> None:
    bot.failures = ["http_timeout"] * 4
    assert not ana.open_home().ok
    slack.courier.wait()
    assert [told.attempt for told in bot.told] == [0, 1]
    assert slack.retry_now(only_due=True) == []
    clock.move(60)
    slack.retry_now(only_due=True)
    clock.move(300)
    slack.retry_now()
    assert [told.attempt for told in bot.told] == [0, 1, 2, 3]
    assert {told.payload["event_id"] for told in bot.told} == {bot.last["event_id"]}
    assert bot.told[-1].reason == "http_timeout"
    assert slack.retry_now() == []

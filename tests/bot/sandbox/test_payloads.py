"""The payloads have the keys Slack documents, no fewer and no others."""

from typing import Any

import pytest
from slack_sdk import WebClient

from bot.sandbox.people import Person
from bot.sandbox.records import Message, View
from bot.sandbox.server import SlackStandIn
from tests.bot.sandbox import shapes
from tests.bot.sandbox.scripted_bot import ScriptedBot
from tests.bot.sandbox.tiny_app import CARD, REPLY_MODAL


@pytest.fixture
def modal(slack: SlackStandIn, client: WebClient, ana: Person, bot: ScriptedBot) -> View:
    ana.command("/mentions")
    client.views_open(trigger_id=bot.last["trigger_id"], view=REPLY_MODAL)
    return slack.open_views(ana)[0]


def keys(payload: Any) -> set[str]:
    return set(payload)


def test_a_click_on_a_message(ana: Person, card: Message, bot: ScriptedBot) -> None:
    ana.click(card, "reply")
    assert keys(bot.last) == shapes.MESSAGE_ACTION
    assert keys(bot.last["user"]) == shapes.USER
    assert keys(bot.last["team"]) == shapes.TEAM
    assert keys(bot.last["container"]) == shapes.MESSAGE_CONTAINER
    assert keys(bot.last["actions"][0]) == shapes.BUTTON_ACTION
    assert keys(bot.last["message"]) == shapes.MESSAGE


def test_a_choice_on_a_message(ana: Person, card: Message, bot: ScriptedBot) -> None:
    ana.choose(card, "more", "history")
    assert keys(bot.last["actions"][0]) == shapes.CHOICE_ACTION


def test_a_click_on_an_ephemeral_message(
    slack: SlackStandIn, client: WebClient, ana: Person, bot: ScriptedBot
) -> None:
    client.chat_postEphemeral(channel="C0SUPPORT", user=ana.id, text="Sure?", blocks=CARD)
    ana.click(slack.ephemerals(ana)[0], "reply")
    assert keys(bot.last) == shapes.EPHEMERAL_ACTION


def test_typing_in_a_modal(ana: Person, modal: View, bot: ScriptedBot) -> None:
    ana.type(modal, "text", "typed", "So")
    assert keys(bot.last) == shapes.VIEW_ACTION
    assert keys(bot.last["view"]) == shapes.VIEW
    assert keys(bot.last["actions"][0]) == shapes.TYPED_ACTION


def test_a_submission(ana: Person, modal: View, bot: ScriptedBot) -> None:
    ana.submit(modal, {"text": "Sorry"})
    assert keys(bot.last) == shapes.VIEW_SUBMISSION
    assert keys(bot.last["view"]) == shapes.VIEW
    typed = {"type": "plain_text_input", "value": "Sorry"}
    assert bot.last["view"]["state"] == {"values": {"text": {"typed": typed}}}


def test_a_closed_modal(ana: Person, modal: View, bot: ScriptedBot) -> None:
    ana.close(modal)
    assert keys(bot.last) == shapes.VIEW_CLOSED


def test_a_command(ana: Person, bot: ScriptedBot) -> None:
    ana.command("/mentions", "open", "support")
    assert keys(bot.last) == shapes.COMMAND


def test_events(ana: Person, card: Message, bot: ScriptedBot) -> None:
    ana.open_home()
    assert keys(bot.last) == shapes.EVENT
    assert keys(bot.last["event"]) == shapes.HOME_OPENED
    ana.react(card, "eyes")
    assert keys(bot.last["event"]) == shapes.REACTION_ADDED

"""Modals and homes: triggers, the stack of three, hashes, and what a submission's answer does."""

from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox.people import Person
from bot.sandbox.records import RefusedError, View
from bot.sandbox.server import SlackStandIn
from tests.bot.sandbox.conftest import MovedClock
from tests.bot.sandbox.scripted_bot import ScriptedBot
from tests.bot.sandbox.tiny_app import REPLY_MODAL

Json = dict[str, Any]


def titled(title: str, **more: Any) -> Json:
    return {**REPLY_MODAL, "title": {"type": "plain_text", "text": title}, **more}


def titles(views: list[View]) -> list[str]:
    return [view.body["title"]["text"] for view in views]


@pytest.fixture
def trigger(ana: Person, bot: ScriptedBot) -> str:
    ana.command("/mentions")
    return str(bot.last["trigger_id"])


@pytest.fixture
def opened(slack: SlackStandIn, client: WebClient, ana: Person, trigger: str) -> View:
    client.views_open(trigger_id=trigger, view=REPLY_MODAL)
    return slack.open_views(ana)[0]


def error_of(call: Any, **arguments: Any) -> str:
    with pytest.raises(SlackApiError) as refused:
        call(**arguments)
    return str(refused.value.response["error"])


def test_a_trigger_opens_one_modal(client: WebClient, trigger: str) -> None:
    client.views_open(trigger_id=trigger, view=REPLY_MODAL)
    again = error_of(client.views_open, trigger_id=trigger, view=REPLY_MODAL)
    made_up = error_of(client.views_open, trigger_id="1.2.3", view=REPLY_MODAL)
    assert (again, made_up) == ("exchanged_trigger_id", "invalid_trigger_id")


def test_a_trigger_dies_after_three_seconds(
    client: WebClient, trigger: str, clock: MovedClock
) -> None:
    clock.move(3.01)
    assert error_of(client.views_open, trigger_id=trigger, view=REPLY_MODAL) == "expired_trigger_id"


@pytest.mark.parametrize(
    ("view", "error"),
    [
        ({**REPLY_MODAL, "submit": None}, "invalid_arguments"),
        ({"type": "home", "blocks": [{"type": "divider"}]}, "invalid_arguments"),
    ],
)
def test_views_slack_cannot_open_are_refused(
    client: WebClient, trigger: str, view: Json, error: str
) -> None:
    assert error_of(client.views_open, trigger_id=trigger, view=view) == error


def test_a_view_has_at_most_250_kb(client: WebClient, trigger: str) -> None:
    text = {"type": "plain_text", "text": "x" * 3000}
    view = titled("Big", blocks=[{"type": "section", "text": text}] * 90)
    assert error_of(client.views_open, trigger_id=trigger, view=view) == "view_too_large"


def test_three_modals_lie_on_each_other_and_no_more(
    slack: SlackStandIn, client: WebClient, ana: Person, opened: View, bot: ScriptedBot
) -> None:
    for title in ("Two", "Three"):
        ana.command("/mentions")
        client.views_push(trigger_id=bot.last["trigger_id"], view=titled(title))
    ana.command("/mentions")
    fourth = error_of(client.views_push, trigger_id=bot.last["trigger_id"], view=titled("Four"))
    assert fourth == "push_limit_reached"
    stack = slack.open_views(ana)
    assert titles(stack) == ["Reply", "Two", "Three"]
    assert (stack[2].previous_id, stack[2].root_id) == (stack[1].id, opened.id)
    with pytest.raises(RefusedError, match="on top"):
        ana.submit(opened, {"text": "Hello"})


def test_an_old_hash_does_not_overwrite(
    slack: SlackStandIn, client: WebClient, ana: Person, opened: View
) -> None:
    client.views_update(view_id=opened.id, hash=opened.hash, view=titled("Newer"))
    conflict = error_of(
        client.views_update, view_id=opened.id, hash=opened.hash, view=titled("Older")
    )
    assert (conflict, titles(slack.open_views(ana))) == ("hash_conflict", ["Newer"])


def test_what_was_typed_survives_an_update_with_the_same_ids(
    slack: SlackStandIn, client: WebClient, ana: Person, opened: View
) -> None:
    ana.type(opened, "text", "typed", "Half a sent")
    client.views_update(view_id=opened.id, view=titled("Newer"))
    (view,) = slack.open_views(ana)
    assert view.values["text"]["typed"]["value"] == "Half a sent"
    other = [{**REPLY_MODAL["blocks"][0], "block_id": "another"}]
    client.views_update(view_id=opened.id, view=titled("Newest", blocks=other))
    (view,) = slack.open_views(ana)
    assert view.values["another"]["typed"]["value"] is None


def test_a_closed_modal_cannot_be_updated(client: WebClient, ana: Person, opened: View) -> None:
    ana.close(opened)
    assert error_of(client.views_update, view_id=opened.id, view=REPLY_MODAL) == "not_found"


def test_external_ids_are_unique_and_find_their_view(
    slack: SlackStandIn, client: WebClient, ana: Person, trigger: str, bot: ScriptedBot
) -> None:
    client.views_open(trigger_id=trigger, view=titled("One", external_id="reply-7"))
    ana.command("/mentions")
    twice = error_of(
        client.views_push,
        trigger_id=bot.last["trigger_id"],
        view=titled("Two", external_id="reply-7"),
    )
    client.views_update(external_id="reply-7", view=titled("Three"))
    assert (twice, titles(slack.open_views(ana))) == ("duplicate_external_id", ["Three"])


# What Slack's client checks, and what the bot's answer does


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "Please complete this required field."),
        ("x", "Please use at least 2 characters."),
        ("x" * 21, "Please use at most 20 characters."),
    ],
)
def test_the_client_keeps_back_what_is_not_filled_in_right(
    ana: Person, opened: View, bot: ScriptedBot, text: str, complaint: str
) -> None:
    told = len(bot.told)
    ack = ana.submit(opened, {"text": text})
    assert (ack.ok, ack.error, ack.errors) == (False, "not_submitted", {"text": complaint})
    assert len(bot.told) == told


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        (None, []),
        ({"response_action": "clear"}, []),
        ({"response_action": "update", "view": titled("Thanks")}, ["Thanks"]),
        ({"response_action": "push", "view": titled("Sure")}, ["Reply", "Sure"]),
        ({"response_action": "errors", "errors": {"text": "No."}}, ["Reply"]),
    ],
    ids=["close", "clear", "update", "push", "errors"],
)
def test_the_answer_to_a_submission(
    slack: SlackStandIn, ana: Person, opened: View, bot: ScriptedBot, answer: Any, left: list[str]
) -> None:
    bot.answer = lambda _: answer
    assert ana.submit(opened, {"text": "Hello"}).ok
    assert titles(slack.open_views(ana)) == left


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("thanks", "invalid_response_action"),
        ({"response_action": "errors", "errors": {"nowhere": "No."}}, "invalid_field_errors"),
        ({"response_action": "update", "view": {"type": "modal"}}, "invalid_arguments"),
    ],
)
def test_an_answer_slack_cannot_use_is_an_error(
    slack: SlackStandIn, ana: Person, opened: View, bot: ScriptedBot, answer: Any, error: str
) -> None:
    bot.answer = lambda _: answer
    ack = ana.submit(opened, {"text": "Hello"})
    assert (ack.ok, ack.error) == (False, error)
    assert titles(slack.open_views(ana)) == ["Reply"]


def test_closing_is_told_only_on_request_and_without_values(
    ana: Person, opened: View, bot: ScriptedBot
) -> None:
    ana.type(opened, "text", "typed", "Draft")
    assert bot.last["view"]["state"]["values"]["text"]["typed"]["value"] == "Draft"
    ana.close(opened)
    assert (bot.last["type"], bot.last["is_cleared"]) == ("view_closed", False)
    assert bot.last["view"]["state"] == {"values": {}}


def test_closing_is_silent_without_notify_on_close(
    slack: SlackStandIn, client: WebClient, ana: Person, trigger: str, bot: ScriptedBot
) -> None:
    client.views_open(trigger_id=trigger, view=titled("Quiet", notify_on_close=False))
    told = len(bot.told)
    assert ana.close(slack.open_views(ana)[0]).ok
    assert len(bot.told) == told


def test_a_home_is_published_to_one_person(
    slack: SlackStandIn, client: WebClient, ana: Person, bot: ScriptedBot
) -> None:
    ana.open_home()
    assert (bot.last["event"]["type"], "view" in bot.last["event"]) == ("app_home_opened", False)
    client.views_publish(user_id=ana.id, view={"type": "home", "blocks": [{"type": "divider"}]})
    ana.open_home()
    home = slack.home(ana)
    assert home is not None
    assert bot.last["event"]["view"]["id"] == home.id
    assert slack.home("ben") is None

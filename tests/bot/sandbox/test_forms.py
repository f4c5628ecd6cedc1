"""What people enter reaches the bot shaped as Slack shapes it, for every kind of field."""

from typing import Any

import pytest
from slack_sdk import WebClient

from bot.sandbox.people import Person
from bot.sandbox.records import RefusedError, View
from bot.sandbox.server import SlackStandIn
from tests.bot.sandbox.scripted_bot import ScriptedBot

Json = dict[str, Any]

OPTIONS = [
    {"text": {"type": "plain_text", "text": name.title()}, "value": name}
    for name in ("red", "blue")
]


def option(name: str) -> Json:
    return {"text": {"type": "plain_text", "text": name.title()}, "value": name}


def field(kind: str, *, dispatch: bool = False, **more: Any) -> Json:
    return {
        "type": "input",
        "block_id": "field",
        "optional": True,
        "dispatch_action": dispatch,
        "label": {"type": "plain_text", "text": "Field"},
        "element": {"type": kind, "action_id": "entered", **more},
    }


@pytest.fixture
def form(slack: SlackStandIn, client: WebClient, ana: Person, bot: ScriptedBot) -> Any:
    def open_form(*blocks: Json) -> View:
        ana.command("/mentions")
        view = {
            "type": "modal",
            "title": {"type": "plain_text", "text": "Form"},
            "submit": {"type": "plain_text", "text": "Send"},
            "blocks": list(blocks),
        }
        client.views_open(trigger_id=bot.last["trigger_id"], view=view)
        return slack.open_views(ana)[-1]

    return open_form


CHOICES = [
    (field("static_select", options=OPTIONS), "red", {"selected_option": option("red")}),
    (field("radio_buttons", options=OPTIONS), "blue", {"selected_option": option("blue")}),
    (field("checkboxes", options=OPTIONS), ["red"], {"selected_options": [option("red")]}),
    (field("multi_static_select", options=OPTIONS), "red", {"selected_options": [option("red")]}),
    (field("users_select"), "U0BEN", {"selected_user": "U0BEN"}),
    (field("multi_users_select"), ["U0BEN"], {"selected_users": ["U0BEN"]}),
    (field("channels_select"), "C0SUPPORT", {"selected_channel": "C0SUPPORT"}),
    (field("conversations_select"), "C0SUPPORT", {"selected_conversation": "C0SUPPORT"}),
    (field("datepicker"), "2026-02-28", {"selected_date": "2026-02-28"}),
    (field("timepicker"), "09:30", {"selected_time": "09:30"}),
    (field("plain_text_input"), "Hello", {"value": "Hello"}),
    (field("url_text_input"), "https://example.com", {"value": "https://example.com"}),
    (field("number_input", is_decimal_allowed=False), "7", {"value": "7"}),
]
KINDS = [block["element"]["type"] for block, _, _ in CHOICES]


@pytest.mark.parametrize(("block", "given", "shaped"), CHOICES, ids=KINDS)
def test_a_submitted_value(
    ana: Person, form: Any, bot: ScriptedBot, block: Json, given: Any, shaped: Json
) -> None:
    assert ana.submit(form(block), {"field": given}).ok
    entered = bot.last["view"]["state"]["values"]["field"]["entered"]
    assert entered == {"type": block["element"]["type"], **shaped}


@pytest.mark.parametrize(("block", "given", "shaped"), CHOICES, ids=KINDS)
def test_an_untouched_field_is_there_and_empty(
    ana: Person, form: Any, bot: ScriptedBot, block: Json, given: Any, shaped: Json
) -> None:
    ana.submit(form(block))
    ((key, value),) = shaped.items()
    entered = bot.last["view"]["state"]["values"]["field"]["entered"]
    assert entered[key] == ([] if isinstance(value, list) else None)


def test_what_was_chosen_before_is_submitted(ana: Person, form: Any, bot: ScriptedBot) -> None:
    view = form(field("static_select", options=OPTIONS, initial_option=option("red")))
    assert view.values["field"]["entered"]["selected_option"] == option("red")
    told = len(bot.told)
    assert ana.choose(view, "entered", "blue").ok
    assert len(bot.told) == told, "without dispatch_action a choice is the client's own business"
    ana.submit(view)
    chosen = bot.last["view"]["state"]["values"]["field"]["entered"]["selected_option"]
    assert chosen == option("blue")


def test_a_choice_with_dispatch_action_is_told(ana: Person, form: Any, bot: ScriptedBot) -> None:
    view = form(field("static_select", dispatch=True, options=OPTIONS))
    ana.choose(view, "entered", "blue")
    assert bot.last["type"] == "block_actions"
    assert bot.last["actions"][0]["selected_option"] == option("blue")


def test_typing_is_told_on_enter_by_default(ana: Person, form: Any, bot: ScriptedBot) -> None:
    view = form(field("plain_text_input", dispatch=True))
    told = len(bot.told)
    ana.type(view, "field", "entered", "Hell")
    assert len(bot.told) == told
    ana.type(view, "field", "entered", "Hello", enter=True)
    assert bot.last["actions"][0]["value"] == "Hello"


@pytest.mark.parametrize(
    ("block", "given", "complaint"),
    [
        (field("url_text_input"), "example", "Please enter a valid URL."),
        (field("number_input", is_decimal_allowed=False), "seven", "Please enter a number."),
        (field("number_input", is_decimal_allowed=False), "1.5", "Please enter a whole number."),
        (
            field("number_input", is_decimal_allowed=True, min_value="0.5"),
            "0.4",
            "Please enter a number that is at least 0.5.",
        ),
        (
            field("number_input", is_decimal_allowed=False, max_value="20"),
            "21",
            "Please enter a number that is at most 20.",
        ),
        (
            field("users_select") | {"optional": False},
            None,
            "Please complete this required field.",
        ),
    ],
)
def test_the_client_complains(
    ana: Person, form: Any, block: Json, given: Any, complaint: str
) -> None:
    assert ana.submit(form(block), {"field": given}).errors == {"field": complaint}


def test_what_a_form_does_not_have_is_named(ana: Person, form: Any) -> None:
    view = form(field("plain_text_input"))
    with pytest.raises(RefusedError, match="no field nowhere; it has field"):
        ana.submit(view, {"nowhere": "Hello"})
    with pytest.raises(RefusedError, match="is no button"):
        ana.click(view, "entered")


def test_the_same_button_in_two_rows_is_told_apart(
    slack: SlackStandIn, client: WebClient, ana: Person, bot: ScriptedBot
) -> None:
    text = {"type": "plain_text", "text": "Claim"}
    rows = [
        {
            "type": "actions",
            "block_id": f"row-{number}",
            "elements": [{"type": "button", "action_id": "claim", "value": number, "text": text}],
        }
        for number in ("1", "2")
    ]
    client.views_publish(user_id=ana.id, view={"type": "home", "blocks": rows})
    home = slack.home(ana)
    assert home is not None
    with pytest.raises(RefusedError, match="2 times"):
        ana.click(home, "claim")
    ana.click(home, "claim", value="2")
    assert bot.last["actions"][0]["block_id"] == "row-2"
    ana.click(home, "claim", block_id="row-1")
    assert bot.last["actions"][0]["value"] == "1"

"""What Slack would answer invalid_blocks to, the stand-in refuses, and nothing else."""

from typing import Any

import pytest

from bot.sandbox import blockkit

Json = dict[str, Any]


def plain(text: str = "Text") -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "Text") -> Json:
    return {"type": "mrkdwn", "text": text}


def option(value: str = "one", text: str = "One", **more: Any) -> Json:
    return {"text": plain(text), "value": value, **more}


def button(**more: Any) -> Json:
    return {"type": "button", "text": plain(), "action_id": "press", **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def section(**more: Any) -> Json:
    return {"type": "section", **more}


def asks(element: Json, **more: Any) -> Json:
    return {"type": "input", "label": plain(), "element": element, **more}


def select(**more: Any) -> Json:
    return {"type": "static_select", "action_id": "pick", **more}


def rich(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": list(elements)}


def quote(*leaves: Json) -> Json:
    return {"type": "rich_text_quote", "elements": list(leaves)}


def modal(*blocks: Json, **more: Any) -> Json:
    return {"type": "modal", "title": plain(), "blocks": list(blocks), **more}


TYPED = {"type": "plain_text_input", "action_id": "typed"}
NUMBER = {
    "type": "number_input",
    "action_id": "number",
    "is_decimal_allowed": False,
    "min_value": "0",
    "initial_value": "3",
    "max_value": "20",
}
DIVIDER = {"type": "divider"}
IMAGE = {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "A cat"}
CONFIRM = {"title": plain(), "text": mrkdwn(), "confirm": plain("Yes"), "deny": plain("No")}
LEAF = {"type": "text", "text": "<!channel>", "style": {"bold": True}}
OPTIONS = [option()]

GOOD_BLOCKS = [
    section(text=mrkdwn("x" * 3000)),
    section(fields=[plain("x" * 2000)] * 10),
    section(text=plain(), accessory=IMAGE),
    section(text=plain(), accessory=button(style="danger", confirm=CONFIRM)),
    {"type": "header", "text": plain("x" * 150)},
    DIVIDER,
    {"type": "context", "elements": [IMAGE, mrkdwn(), plain()]},
    actions(button(value="v" * 2000, url="https://example.com")),
    actions({"type": "overflow", "options": [option(str(n)) for n in range(5)]}),
    actions(select(options=[option("v" * 150, "t" * 75)])),
    actions(select(option_groups=[{"label": plain(), "options": OPTIONS}])),
    actions({"type": "multi_static_select", "options": OPTIONS, "max_selected_items": 2}),
    actions({"type": "users_select", "initial_user": "U0ANA", "placeholder": plain("p" * 150)}),
    actions({"type": "conversations_select", "filter": {"include": ["public"]}}),
    actions({"type": "channels_select", "initial_channel": "C0ABC"}),
    actions({"type": "datepicker", "initial_date": "2026-02-28"}),
    asks(TYPED | {"min_length": 0, "max_length": 3000, "multiline": True}, hint=plain()),
    asks(TYPED | {"dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]}}),
    asks({"type": "radio_buttons", "options": OPTIONS, "initial_option": option()}),
    asks({"type": "checkboxes", "options": [{"text": mrkdwn(), "value": "a"}]}),
    asks({"type": "checkboxes", "options": OPTIONS, "initial_options": OPTIONS}),
    asks({"type": "multi_users_select", "initial_users": ["U0ANA", "U0BEN"]}, optional=True),
    asks(NUMBER),
    asks(NUMBER | {"is_decimal_allowed": True, "initial_value": "3.5"}),
    {**IMAGE, "title": plain("t" * 2000)},
    rich(quote(LEAF, {"type": "link", "url": "https://example.com"})),
    rich({"type": "rich_text_section", "elements": [{"type": "user", "user_id": "U0ANA"}]}),
    rich({"type": "rich_text_preformatted", "elements": [LEAF], "border": 0}),
    rich(
        {
            "type": "rich_text_list",
            "style": "bullet",
            "elements": [{"type": "rich_text_section", "elements": [LEAF]}],
        }
    ),
]

BAD_BLOCKS = {
    "unknown kind": {"type": "carousel", "elements": []},
    "context_actions is not for us": {"type": "context_actions", "elements": []},
    "no type": {"text": plain()},
    "no object": "divider",
    "unknown key": {**DIVIDER, "colour": "red"},
    "text that is a number": section(text={"type": "mrkdwn", "text": 7}),
    "flag that is a word": section(text={**plain(), "emoji": "yes"}),
    "fields that are no list": section(fields={}),
    "option that is no object": actions(select(options=["one"])),
    "indent below zero": rich(
        {"type": "rich_text_list", "style": "bullet", "indent": -1, "elements": []}
    ),
    "section without text or fields": section(),
    "section text too long": section(text=mrkdwn("x" * 3001)),
    "section text empty": section(text=mrkdwn("")),
    "section with an input": section(text=plain(), accessory=TYPED),
    "eleven fields": section(fields=[plain()] * 11),
    "field too long": section(fields=[plain("x" * 2001)]),
    "header too long": {"type": "header", "text": plain("x" * 151)},
    "header in mrkdwn": {"type": "header", "text": mrkdwn()},
    "context without elements": {"type": "context", "elements": []},
    "eleven in a context": {"type": "context", "elements": [mrkdwn()] * 11},
    "button in a context": {"type": "context", "elements": [button()]},
    "twenty-six actions": actions(*[button(action_id=f"b{n}") for n in range(26)]),
    "input element in actions": actions(TYPED),
    "button label too long": actions(button(text=plain("x" * 76))),
    "button label in mrkdwn": actions(button(text=mrkdwn())),
    "button value too long": actions(button(value="v" * 2001)),
    "button value empty": actions(button(value="")),
    "button style": actions(button(style="default")),
    "button to javascript": actions(button(url="javascript:alert(1)")),
    "button url too long": actions(button(url="https://example.com/" + "a" * 3000)),
    "action_id too long": actions(button(action_id="a" * 256)),
    "block_id too long": {**DIVIDER, "block_id": "b" * 256},
    "block_id empty": {**DIVIDER, "block_id": ""},
    "six in an overflow": actions({"type": "overflow", "options": [option()] * 6}),
    "empty overflow": actions({"type": "overflow", "options": []}),
    "option text too long": actions(select(options=[option(text="t" * 76)])),
    "option value too long": actions(select(options=[option("v" * 151)])),
    "option in mrkdwn": actions(select(options=[{"text": mrkdwn(), "value": "a"}])),
    "option with url in a select": actions(select(options=[option(url="https://a.example")])),
    "option with a type": actions(select(options=[option(type="option")])),
    "101 options": actions(select(options=[option(str(n)) for n in range(101)])),
    "options and groups": actions(
        select(options=OPTIONS, option_groups=[{"label": plain(), "options": OPTIONS}])
    ),
    "neither options nor groups": actions(select()),
    "group label too long": actions(
        select(option_groups=[{"label": plain("x" * 76), "options": OPTIONS}])
    ),
    "placeholder too long": actions({"type": "users_select", "placeholder": plain("p" * 151)}),
    "user id": actions({"type": "users_select", "initial_user": "ana"}),
    "empty filter": actions({"type": "conversations_select", "filter": {}}),
    "unknown in a filter": actions(
        {"type": "conversations_select", "filter": {"include": ["everything"]}}
    ),
    "no such month": actions({"type": "datepicker", "initial_date": "2026-13-01"}),
    "eleven radio buttons": asks({"type": "radio_buttons", "options": [option()] * 11}),
    "eleven checkboxes": asks({"type": "checkboxes", "options": [option()] * 11}),
    "ticked box that is not offered": asks(
        {"type": "checkboxes", "options": OPTIONS, "initial_options": [option("two")]}
    ),
    "nobody at first, as a list": asks({"type": "multi_users_select", "initial_users": []}),
    "people by name": asks({"type": "multi_users_select", "initial_users": ["ana"]}),
    "number that is no text": asks(NUMBER | {"initial_value": 3}),
    "number above its bounds": asks(NUMBER | {"initial_value": "21"}),
    "number between no bounds": asks(NUMBER | {"min_value": "30"}),
    "number that is not whole": asks(NUMBER | {"initial_value": "3.5"}),
    "number in an actions block": actions(NUMBER),
    "confirm without deny": actions(
        button(confirm={"title": plain(), "text": plain(), "confirm": plain()})
    ),
    "confirm button too long": actions(button(confirm={**CONFIRM, "confirm": plain("x" * 31)})),
    "input without label": {"type": "input", "element": TYPED},
    "label too long": asks(TYPED, label=plain("x" * 2001)),
    "button in an input": asks(button()),
    "max_length too long": asks(TYPED | {"max_length": 3001}),
    "max_length as text": asks(TYPED | {"max_length": "300"}),
    "max_length below min_length": asks(TYPED | {"min_length": 5, "max_length": 4}),
    "dispatch on nothing": asks(TYPED | {"dispatch_action_config": {"trigger_actions_on": []}}),
    "image without alt_text": {"type": "image", "image_url": "https://example.com/a.png"},
    "image without a source": {"type": "image", "alt_text": "A cat"},
    "alt_text too long": {**IMAGE, "alt_text": "a" * 2001},
    "rich text leaf outside": rich(LEAF),
    "rich text in a quote": rich(quote(quote(LEAF))),
    "leaf without a word": rich(quote({"type": "text", "text": ""})),
    "unknown leaf": rich(quote({"type": "mrkdwn", "text": "x"})),
    "unknown style": rich(quote({**LEAF, "style": {"loud": True}})),
    "list of leaves": rich({"type": "rich_text_list", "style": "bullet", "elements": [LEAF]}),
    "broadcast to all": rich(quote({"type": "broadcast", "range": "all"})),
}


@pytest.mark.parametrize("block", GOOD_BLOCKS, ids=lambda block: block["type"])
def test_what_slack_shows_passes(block: Json) -> None:
    assert blockkit.problems([block], surface="message") == []


@pytest.mark.parametrize("block", BAD_BLOCKS.values(), ids=BAD_BLOCKS)
def test_what_slack_refuses_is_refused(block: Any) -> None:
    found = blockkit.problems([block], surface="message")
    assert found, "nothing was found wrong with it"
    assert "[json-pointer:/blocks" in found[0]


@pytest.mark.parametrize(("surface", "most"), [("message", 50), ("modal", 100), ("home", 100)])
def test_a_surface_holds_so_many_blocks(surface: blockkit.Surface, most: int) -> None:
    assert blockkit.problems([DIVIDER] * most, surface=surface) == []
    assert blockkit.problems([DIVIDER] * (most + 1), surface=surface) != []


def test_block_ids_do_not_repeat() -> None:
    twice = [{**DIVIDER, "block_id": "same"}] * 2
    assert "`block_id` same already exists" in blockkit.problems(twice, surface="message")[0]


def test_action_ids_do_not_repeat_within_a_block() -> None:
    twice = [actions(button(), button(value="other"))]
    assert "`action_id` press already exists" in blockkit.problems(twice, surface="message")[0]


def test_the_same_button_may_stand_in_every_row() -> None:
    rows = [actions(button(value="1")), section(text=plain(), accessory=button(value="2"))]
    assert blockkit.problems(rows, surface="home") == []


def test_lengths_are_counted_in_code_points() -> None:
    assert blockkit.problems([section(text=plain("🙂" * 3000))], surface="message") == []


GOOD_VIEWS = [
    modal(asks(TYPED), submit=plain("x" * 24), close=plain(), notify_on_close=True),
    modal(DIVIDER, private_metadata="m" * 3000, callback_id="c" * 255),
    {"type": "home", "blocks": [actions(button())]},
]
BAD_VIEWS = {
    "title of 25": modal(DIVIDER, title=plain("x" * 25)),
    "submit of 25": modal(DIVIDER, submit=plain("x" * 25)),
    "close of 25": modal(DIVIDER, close=plain("x" * 25)),
    "no title": {"type": "modal", "blocks": [DIVIDER]},
    "input without submit": modal(asks(TYPED)),
    "no blocks": modal(),
    "private_metadata of 3001": modal(DIVIDER, private_metadata="m" * 3001),
    "unknown key": modal(DIVIDER, width=400),
    "title on a home": {"type": "home", "blocks": [DIVIDER], "title": plain()},
    "unknown type": {"type": "workflow_step", "blocks": [DIVIDER]},
    "two starting fields": modal(
        asks(TYPED | {"focus_on_load": True}),
        asks(TYPED | {"focus_on_load": True, "action_id": "other"}),
        submit=plain(),
    ),
}


@pytest.mark.parametrize("view", GOOD_VIEWS)
def test_views_slack_opens_pass(view: Json) -> None:
    assert blockkit.view_problems(view) == []


@pytest.mark.parametrize("view", BAD_VIEWS.values(), ids=BAD_VIEWS)
def test_views_slack_refuses_are_refused(view: Json) -> None:
    assert blockkit.view_problems(view) != []


def test_all_text_of_a_message_is_counted() -> None:
    blocks = [section(text=plain("12345")), rich(quote(LEAF)), actions(button(text=plain("abc")))]
    assert blockkit.text_size(blocks) == 5 + len("<!channel>") + 3

"""What people put into the elements of a form: how Slack shapes it, and what its client demands.

Keys of a value by kind of element: docs.slack.dev/reference/interaction-payloads (view payloads).
"""

import re
from typing import Any

from bot.sandbox.blockkit import elements, nodes
from bot.sandbox.records import Json, RefusedError, View

VALUE_KEYS = {
    "plain_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "static_select": "selected_option",
    "radio_buttons": "selected_option",
    "overflow": "selected_option",
    "multi_static_select": "selected_options",
    "checkboxes": "selected_options",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "channels_select": "selected_channel",
    "multi_channels_select": "selected_channels",
    "conversations_select": "selected_conversation",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
}
WITHOUT_STATE = ("button", "overflow")
TYPED = ("plain_text_input", "url_text_input", "number_input")


def value_of(element: Json, given: Any) -> Json:
    """Shape what a person chose or typed; RefusedError when the element does not offer it."""
    kind = element["type"]
    key = VALUE_KEYS[kind]
    if key in ("selected_option", "selected_options"):
        given = _chosen(element, given)
    elif key.endswith("s") and given is None:
        given = []
    return {"type": kind, key: given}


def initial_value(element: Json) -> Json:
    """Return what an element holds before anybody touched it."""
    key = VALUE_KEYS[element["type"]]
    empty: Any = [] if key.endswith("s") else None
    initial = "initial_" + key.removeprefix("selected_")
    return {"type": element["type"], key: element.get(initial, empty)}


def state_of(view_blocks: tuple[Json, ...], kept: dict[str, dict[str, Json]]) -> Json:
    """Return state.values: what was entered where block_id and action_id stayed the same."""
    values: Json = {}
    for block in view_blocks:
        for element in elements(block):
            if element["type"] not in WITHOUT_STATE:
                old = kept.get(block["block_id"], {}).get(element["action_id"])
                same = old is not None and old["type"] == element["type"]
                value = old if same else initial_value(element)
                values.setdefault(block["block_id"], {})[element["action_id"]] = value
    return values


def with_values(view: View, given: Json) -> dict[str, dict[str, Json]]:
    """Return the values of a view after a person filled in `given`: {block_id: value}."""
    values = {block: dict(inside) for block, inside in view.values.items()}
    for block_id, value in given.items():
        block, element = _element_in(view, block_id)
        inner = value.get(element["action_id"], value) if isinstance(value, dict) else value
        values[block["block_id"]][element["action_id"]] = value_of(element, inner)
    return values


def complaints(view: View, values: dict[str, dict[str, Json]]) -> dict[str, str]:
    """Say under which fields Slack's client would keep the person from submitting, and why."""
    found = {}
    for block in view.blocks:
        if block["type"] == "input":
            element = block["element"]
            value = values[block["block_id"]][element["action_id"]]
            complaint = _complaint(element, value, optional=block.get("optional", False))
            if complaint:
                found[block["block_id"]] = complaint
    return found


def _complaint(element: Json, value: Json, *, optional: bool) -> str:
    entered = value[VALUE_KEYS[element["type"]]]
    if entered in (None, "", []):
        return "" if optional else "Please complete this required field."
    if element["type"] == "plain_text_input":
        low, high = element.get("min_length", 0), element.get("max_length", 3000)
        if len(entered) < low:
            return f"Please use at least {low} characters."
        return f"Please use at most {high} characters." if len(entered) > high else ""
    if element["type"] == "url_text_input" and not re.match(r"https?://\S+$", entered):
        return "Please enter a valid URL."
    return _number_complaint(element, entered) if element["type"] == "number_input" else ""


def _number_complaint(element: Json, entered: str) -> str:
    if not re.fullmatch(r"-?\d+(\.\d+)?", entered):
        return "Please enter a number."
    if "." in entered and not element["is_decimal_allowed"]:
        return "Please enter a whole number."
    low, high = element.get("min_value"), element.get("max_value")
    if low is not None and float(entered) < float(low):
        return f"Please enter a number that is at least {low}."
    if high is not None and float(entered) > float(high):
        return f"Please enter a number that is at most {high}."
    return ""


def _chosen(element: Json, given: Any) -> Any:
    if given is None:
        return None
    if isinstance(given, list | tuple):
        return [_option(element, value) for value in given]
    option = _option(element, given)
    return [option] if VALUE_KEYS[element["type"]] == "selected_options" else option


def _option(element: Json, value: str) -> Json:
    offered = [node for node in nodes(element) if "value" in node and node is not element]
    for option in offered:
        if option["value"] == value:
            return {key: option[key] for key in ("text", "value", "description") if key in option}
    names = ", ".join(dict.fromkeys(option["value"] for option in offered))
    raise RefusedError(f"{element['action_id']} offers no {value}; it offers {names}.")


def _element_in(view: View, name: str) -> tuple[Json, Json]:
    for block in view.blocks:
        for element in elements(block):
            if name in (block["block_id"], element["action_id"]) and element["type"] not in (
                WITHOUT_STATE
            ):
                return block, element
    fields = ", ".join(block["block_id"] for block in view.blocks if block["type"] == "input")
    raise RefusedError(f"The view has no field {name}; it has {fields or 'none'}.")

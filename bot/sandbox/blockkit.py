"""The rules of Block Kit: what Slack would answer `invalid_blocks` to.

The limits of single kinds stand in blockkit_kinds; here is what is true of a whole message or view.
A block_id is unique in all of it, an action_id within its block (the same button may stand in every
row of a list): docs.slack.dev/reference/block-kit/block-elements/button-element
"""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, Literal

from bot.sandbox.blockkit_kinds import BLOCK, VIEW
from bot.sandbox.blockkit_rules import says, several

Surface = Literal["message", "modal", "home"]

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
VIEW_BYTES = 250_000
# Not in Slack's reference: github.com/slackapi/bolt-js/issues/2509 found where it begins.
MESSAGE_TEXT = 13_200


def problems(blocks: Any, *, surface: Surface) -> list[str]:
    """Say what is wrong with these blocks, in Slack's words; empty when they may be shown."""
    high = MESSAGE_BLOCKS if surface == "message" else VIEW_BLOCKS
    found = list(several(BLOCK, high=high)(blocks, "/blocks"))
    return found or list(_across(blocks))


def view_problems(view: Any) -> list[str]:
    """Say what is wrong with a modal or a home view; empty when it may be opened."""
    found = list(VIEW(view, "/view"))
    if not found:
        found += _across(view["blocks"])
        found += _modal(view) if view["type"] == "modal" else ()
    return found


def view_bytes(view: Any) -> int:
    return len(json.dumps(view, ensure_ascii=False).encode())


def text_size(blocks: Any) -> int:
    """All characters of text in these blocks, as far as Slack is known to count them."""
    return sum(len(node["text"]) for node in nodes(blocks) if isinstance(node.get("text"), str))


def nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every object anywhere inside, the outer ones first."""
    if isinstance(tree, dict):
        yield tree
        tree = list(tree.values())
    if isinstance(tree, list):
        for branch in tree:
            yield from nodes(branch)


def elements(block: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the elements of a block that a person can use."""
    match block["type"]:
        case "actions":
            return list(block["elements"])
        case "input":
            return [block["element"]]
        case "section" if block.get("accessory", {}).get("type", "image") != "image":
            return [block["accessory"]]
        case _:
            return []


def _across(blocks: list[dict[str, Any]]) -> Iterator[str]:
    yield from _twice("block_id", blocks)
    for block in blocks:
        yield from _twice("action_id", elements(block))
    used = [element for block in blocks for element in elements(block)]
    if sum(bool(element.get("focus_on_load")) for element in used) > 1:
        yield says("only one element may have focus_on_load", "/blocks")
    for element in used:
        if element.get("min_length", 0) > element.get("max_length", 3000):
            yield says("min_length must not be greater than max_length", "/blocks")
        if element["type"] == "number_input":
            yield from _numbers(element)
        if "initial_options" in element:
            yield from _not_offered(element)


def _numbers(element: dict[str, Any]) -> Iterator[str]:
    """What stands in the field at first lies between its bounds, and is whole where it must be."""
    names = ("min_value", "initial_value", "max_value")
    given = [float(element[key]) for key in names if key in element]
    if given != sorted(given):
        yield says("min_value, initial_value and max_value must not be greater in turn", "/blocks")
    written = [element[key] for key in names if key in element]
    if not element["is_decimal_allowed"] and any("." in one for one in written):
        yield says("decimals are not allowed", "/blocks")


def _not_offered(element: dict[str, Any]) -> Iterator[str]:
    offered = list(element.get("options", ()))
    offered += [one for group in element.get("option_groups", ()) for one in group["options"]]
    if any(one not in offered for one in element["initial_options"]):
        yield says("initial_options must match the options exactly", "/blocks")


def _twice(key: str, named: list[dict[str, Any]]) -> Iterator[str]:
    for name, times in Counter(each[key] for each in named if key in each).items():
        if times > 1:
            yield says(f"`{key}` {name} already exists", "/blocks")


def _modal(view: dict[str, Any]) -> Iterator[str]:
    if "submit" not in view and any(block["type"] == "input" for block in view["blocks"]):
        yield says("missing required field: submit", "/view")

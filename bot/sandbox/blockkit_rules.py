"""Small rules that the rules of Block Kit are built from; they know no block by name.

A rule takes a value and the place where it stands (a JSON pointer) and yields what is wrong.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

Rule = Callable[[Any, str], Iterator[str]]


def says(problem: str, where: str) -> str:
    """Word a problem the way Slack does in response_metadata.messages."""
    return f"[ERROR] {problem} [json-pointer:{where}]"


def string(*, low: int = 0, high: int | None = None, pattern: str = "") -> Rule:
    """Demand a string of `low` to `high` characters (code points)."""

    def check(value: Any, where: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield says("must be a string", where)
        elif len(value) < low:
            yield says(f"must be more than {low - 1} characters", where)
        elif high is not None and len(value) > high:
            yield says(f"must be less than {high + 1} characters", where)
        elif pattern and not re.fullmatch(pattern, value):
            yield says(f"does not look like {pattern}", where)

    return check


def whole(*, low: int = 0, high: int | None = None) -> Rule:
    def check(value: Any, where: str) -> Iterator[str]:
        if isinstance(value, bool) or not isinstance(value, int):
            yield says("must be a whole number", where)
        elif value < low or (high is not None and value > high):
            yield says(f"must be between {low} and {high}", where)

    return check


def flag(value: Any, where: str) -> Iterator[str]:
    if not isinstance(value, bool):
        yield says("must be true or false", where)


def one_of(*allowed: str | int) -> Rule:
    def check(value: Any, where: str) -> Iterator[str]:
        if isinstance(value, bool) or value not in allowed:
            yield says(f"must be one of {', '.join(map(str, allowed))}", where)

    return check


def several(item: Rule, *, low: int = 0, high: int | None = None, distinct: bool = False) -> Rule:
    """Demand a list of `low` to `high` items that each follow `item`."""

    def check(value: Any, where: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield says("must be a list", where)
            return
        if len(value) < low:
            yield says(f"must have at least {low} items", where)
        if high is not None and len(value) > high:
            yield says(f"no more than {high} items allowed", where)
        if distinct and any(entry in value[:place] for place, entry in enumerate(value)):
            yield says("must not repeat an item", where)
        for place, entry in enumerate(value):
            yield from item(entry, f"{where}/{place}")

    return check


def shape(
    keys: Mapping[str, Rule],
    *,
    required: Collection[str] = (),
    exactly_one: Collection[str] = (),
    any_one: Collection[str] = (),
) -> Rule:
    """Demand an object with these keys and no others, `type` being checked by `kinds`."""
    demanded = set(required)

    def check(value: Any, where: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield says("must be an object", where)
            return
        for key in sorted(demanded - set(value)):
            yield says(f"missing required field: {key}", where)
        yield from _chosen(value, where, exactly_one, any_one)
        for key, entry in value.items():
            if key in keys:
                yield from keys[key](entry, f"{where}/{key}")
            elif key != "type":
                yield says(f"invalid additional property: {key}", where)

    return check


def _chosen(
    value: dict[str, Any], where: str, exactly_one: Collection[str], any_one: Collection[str]
) -> Iterator[str]:
    if exactly_one and sum(key in value for key in exactly_one) != 1:
        yield says(f"needs exactly one of {', '.join(exactly_one)}", where)
    if any_one and not any(key in value for key in any_one):
        yield says(f"needs one of {', '.join(any_one)}", where)


def kinds(rules: Mapping[str, Rule]) -> Rule:
    """Demand an object whose `type` picks the rule for the rest of it."""

    def check(value: Any, where: str) -> Iterator[str]:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str):
            yield says("missing required field: type", where)
        elif kind not in rules:
            yield says(f"unsupported type: {kind}", where)
        else:
            yield from rules[kind](value, where)

    return check


def without_type(rule: Rule) -> Rule:
    """`rule`, for the objects that must not carry a `type` at all."""

    def check(value: Any, where: str) -> Iterator[str]:
        if isinstance(value, dict) and "type" in value:
            yield says("invalid additional property: type", where)
        yield from rule(value, where)

    return check

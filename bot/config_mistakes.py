"""How mistakes in the TOML file are told: file, key, what is wrong, what to write instead.

Knows no single key of the file but where two of them contradict each other.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import tomli_w
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

Tree = Mapping[str, Any]
Sections = Mapping[str, type[BaseModel]]

_WRONG = {
    "missing": "is missing",
    "string_type": "is not a text in quotes",
    "string_too_short": "is empty",
    "tuple_type": "is not a list",
    "too_short": "is empty",
    "int_type": "is not a whole number",
    "float_type": "is not a number",
    "finite_number": "is not a number",
    "greater_than_equal": "is too small",
    "literal_error": "is not a day of the week",
    "bool_type": "is neither true nor false",
    "dict_type": "is not a table",
    "model_type": "is not a table",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """`key` as the file has it, sections counted from 1: department[2].rule[1].keywords."""

    file: str
    key: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.message}"


class ConfigError(Exception):
    """The configuration file has mistakes; each one says what to write instead."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = tuple(mistakes)


def unreadable(error: tomllib.TOMLDecodeError, text: str, *, file: str) -> Mistake:
    """Tell where the text stops being TOML."""
    lines = text.splitlines() or [""]
    found = re.search(r"at line (\d+)", str(error))
    number = int(found[1]) if found else len(lines)
    reason = re.sub(r"\s*\(at .*\)$", "", str(error))
    message = (
        f"{lines[min(number, len(lines)) - 1].strip()[:80]} cannot be read ({reason}). "
        "Look here and at the line above for a missing quote, bracket or equals sign."
    )
    return Mistake(file=file, key=f"line {number}", message=message)


def wrong_values(error: ValidationError, sections: Sections, *, file: str) -> tuple[Mistake, ...]:
    """Tell what pydantic found; the fields' examples show how a value is written.

    A list that is too short only because of wrong items is told by its items.
    """
    return tuple(
        Mistake(file=file, key=_path(found["loc"]), message=_message(found, sections))
        for found in error.errors()
        if not (found["type"] == "too_short" and found["input"])
    )


def _path(loc: tuple[int | str, ...]) -> str:
    """Write a place as people count: ("department", 1, "channel") is department[2].channel."""
    parts = (f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in loc)
    return "".join(parts).removeprefix(".")


def _message(found: ErrorDetails, sections: Sections) -> str:
    kind, value = found["type"], found["input"]
    if kind == "extra_forbidden":
        return _unknown_key(found["loc"], sections)
    shown = f'"{value}" ' if isinstance(value, str) and value else ""
    if kind == "value_error":
        return f"{shown}{found['ctx']['error']}."
    if kind == "string_too_long":
        return f"is longer than {found['ctx']['max_length']} characters. Shorten it."
    wrong = _WRONG.get(kind, found["msg"])
    return f"{shown}{wrong}. Write it as: {_example(found['loc'], sections)}"


def _unknown_key(loc: tuple[int | str, ...], sections: Sections) -> str:
    keys = _keys(sections[_section(loc[:-1], sections)])
    return f"is not known here. {_did_you_mean(str(loc[-1]), keys)}"


def _did_you_mean(word: str, known: Sequence[str]) -> str:
    near = get_close_matches(word, known, n=1)
    return f'Did you mean "{near[0]}"?' if near else f"Known here: {', '.join(known)}."


def _section(loc: tuple[int | str, ...], sections: Sections) -> str:
    """Find the heading of the section at `loc`, "" at the top of the file."""
    words = [part for part in loc if isinstance(part, str)]
    whole, any_name = ".".join(words), ".".join([*words[:-1], "*"])
    heads = (f"[{whole}]", f"[[{whole}]]", f"[{any_name}]")
    return next((head for head in heads if head in sections), "")


def _keys(section: type[BaseModel]) -> list[str]:
    return [str(f.validation_alias or name) for name, f in section.model_fields.items()]


def _example(loc: tuple[int | str, ...], sections: Sections) -> str:
    if heading := _section(loc, sections):
        return heading.replace("*", str(loc[-1]))
    depth = max(i for i in range(len(loc)) if i == 0 or _section(loc[:i], sections))
    section = sections[_section(loc[:depth], sections)]
    key = next(str(part) for part in loc[depth:] if isinstance(part, str))
    fields = dict(zip(_keys(section), section.model_fields.values(), strict=True))
    return _assignment(key, (fields[key].examples or [""])[0])


def _assignment(key: str, value: object) -> str:
    if isinstance(value, Mapping):
        return f"{key} = {{ {', '.join(_assignment(k, v) for k, v in value.items())} }}"
    line = re.sub(r"\s+", " ", tomli_w.dumps({key: value})).strip()
    return line.replace("[ ", "[").replace(", ]", "]")


def contradictions(tree: Tree, *, file: str) -> tuple[Mistake, ...]:
    """Tell where one key contradicts another. Skips over values that are wrong by themselves."""
    found = (
        *_twice(tree),
        *_unknown_departments(tree),
        *_shared_aliases(tree),
        *_meaningless_rules(tree),
        *_hours_backwards(tree),
    )
    return tuple(Mistake(file=file, key=key, message=message) for key, message in found)


Found = Iterator[tuple[str, str]]


def _twice(tree: Tree) -> Found:
    for kind in ("department", "person"):
        seen: dict[str, str] = {}
        for key, table in _tables(tree, kind):
            name = table.get("name")
            first = seen.setdefault(str(name).strip().casefold(), key)
            if isinstance(name, str) and first != key:
                yield f"{key}.name", f'"{name}" is taken by {first}. Give each its own name.'


def _unknown_departments(tree: Tree) -> Found:
    known = [str(t["name"]).strip() for _, t in _tables(tree, "department") if "name" in t]
    wanted = [(f"{key}.department", t.get("department")) for key, t in _tables(tree, "person")]
    for key, name in [("catch_all", tree.get("catch_all")), *wanted]:
        if isinstance(name, str) and name.strip() and name.strip() not in known:
            yield key, f'"{name}" is not a department. {_did_you_mean(name, known)}'


def _shared_aliases(tree: Tree) -> Found:
    owners: dict[str, str] = {}
    people = _tables(tree, "person")
    for key, person in people:
        owners.setdefault(str(person.get("name")).casefold(), key)
    for key, person in people:
        for alias in _list(person.get("aliases")):
            owner = owners.setdefault(str(alias).strip().casefold(), key)
            if owner != key:
                yield (
                    f"{key}.aliases",
                    f'"{alias}" also means {owner}. Write a fuller name, or leave it out of one.',
                )


def _meaningless_rules(tree: Tree) -> Found:
    for key, department in _tables(tree, "department"):
        for rule_key, rule in _tables(department, "rule"):
            place = f"{key}.{rule_key}"
            if set(rule) <= {"label"}:
                yield place, 'has no condition. Add one, such as keywords = ["refund*"].'
            for name in (name for name, value in rule.items() if value == []):
                yield f"{place}.{name}", "is empty. Name at least one, or leave the line out."


def _hours_backwards(tree: Tree) -> Found:
    hours = tree.get("hours")
    opens, closes = (hours.get("from"), hours.get("to")) if isinstance(hours, Mapping) else (0, 0)
    clocks = isinstance(opens, str) and isinstance(closes, str) and len(opens) == len(closes) == 5
    if clocks and str(opens) >= str(closes):
        yield "hours.to", f'"{closes}" is not after from = "{opens}". Write the later time here.'


def _tables(tree: Tree, kind: str) -> list[tuple[str, Tree]]:
    """List the sections of a kind with their keys; what is no section is told elsewhere."""
    numbered = enumerate(_list(tree.get(kind)), start=1)
    return [(f"{kind}[{n}]", table) for n, table in numbered if isinstance(table, Mapping)]


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []

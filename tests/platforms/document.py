"""Writes docs/platforms.md from the rows that the tests run.

.venv/bin/python -m tests.platforms.document
"""

from collections import Counter
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

import platforms
from tests.platforms.counting import COMPARED, COUNTED
from tests.platforms.fates import FATES, fate
from tests.platforms.faults import FAULTS
from tests.platforms.faults.row import CALLS, Call, Fault
from tests.platforms.gaps import HELD

ROOT = Path(__file__).parents[2]
WRITTEN = ROOT / "docs" / "platforms.md"
COMMAND = ".venv/bin/python -m tests.platforms.document"
_SHOWN = ("x", "reddit", "bluesky", "mastodon", "feeds", "hackernews")
_WHEN: dict[Call, str] = {
    "read": "Reading",
    "reply": "Replying",
    "find": "Looking whether a reply is out",
    "refresh": "Looking at posts again",
}
_READ_ONLY = ("feeds", "hackernews")
_AMENDING = """## What is public already

Whether a reply of ours can be changed there, and taken down. Both are harmless when done twice, so
after a request without an answer they are simply asked for again, for about a day; then whoever
asked is told, and keeps the text.
"""
_CORRECTED = "no: one more reply corrects it"
_COUNTING = """## How length is counted

How many texts of each class a test counts; there are no differences.
"""
_TRIED = "Besides, by hand in November 2026:\n"
_HEAD = f"""# Platforms: what goes wrong, what is not missed, how they count

Every row below is a test, but for the last table. This page is written from the same rows as the
tests by `{COMMAND}`, and a test fails when it is out of date.
"""


def page() -> str:
    return (
        "\n".join([_HEAD, *_fates(), *_amending(), *_faults(), *_gaps(), *_counting()]).strip()
        + "\n"
    )


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """Lines of a Markdown table; a bar in a cell would end it."""
    head = list(head)
    cells = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(each.replace('|', chr(92) + '|') for each in row)} |" for row in cells]


def _fates() -> list[str]:
    rows = []
    for one in FATES:
        errors = " or ".join(each.__name__ for each in one.errors)
        rows.append([_WHEN[one.calls[0]].lower(), errors, one.word, one.means])
    intro = "## What Switchboard does\n\nThe words of the third column stand in the tables below.\n"
    return [intro, *table(["when", "the adapter raises", "in short", "what happens"], rows), ""]


def _amending() -> list[str]:
    """What `test_contract_amend.py` holds."""
    known = (platforms.available()[name] for name in _SHOWN if name not in _READ_ONLY)
    rows = [
        [one.label, "yes" if one.can_edit else _CORRECTED, "yes" if one.can_delete else "no"]
        for one in known
    ]
    return [_AMENDING, *table(["platform", "changed", "taken down"], rows), ""]


def _faults() -> list[str]:
    lines = ["## What platforms do, and what people read\n"]
    for name in _SHOWN:
        lines += [f"### {platforms.available()[name].label}\n"]
        rows = [row for row in FAULTS if row.platform == name]
        for call in CALLS:
            lines += _section(call, [row for row in rows if row.call == call])
    return lines


def _section(call: Call, rows: list[Fault]) -> list[str]:
    """A table; faults that come to the same share a row."""
    if not rows:
        return []
    ordered = sorted(rows, key=lambda row: (fate(call, row.error), row.says, row.wait or 0))
    groups = groupby(ordered, key=lambda row: (fate(call, row.error), row.says, row.wait))
    cells = [
        ["<br>".join(dict.fromkeys(row.what for row in same)), f"{word}{_after(wait)}", _said(says)]
        for (word, says, wait), same in groups
    ]
    return [*table([_WHEN[call].lower(), "what happens", "what people read"], cells), ""]


def _gaps() -> list[str]:
    rows = [
        [one.situation, one.platforms, "<br>".join(_name(test) for test in one.tests)]
        for one in HELD
    ]
    return ["## What is not missed\n", *table(["situation", "on", "test"], rows), ""]


def _name(test: str) -> str:
    path, _, name = test.partition("::")
    return f"`{name.removeprefix('test_')}` in {Path(path).name}"


def _counting() -> list[str]:
    labels = {name: platforms.available()[name].label for name in ("x", "bluesky", "mastodon")}
    kinds = sorted({one.kind for one in COUNTED})
    tried = Counter((one.kind, one.platform) for one in COUNTED)
    rows = [[kind, *(str(tried[kind, name]) for name in labels)] for kind in kinds]
    ours = table(["texts with", *labels.values()], rows)
    theirs = table(
        ["platform", "what", "against", "cases", "differences"],
        [
            [labels[one.platform], one.what, one.source, f"{one.cases:,}", one.differences]
            for one in COMPARED
        ],
    )
    return [_COUNTING, *ours, "", _TRIED, *theirs]


def _after(wait: float | None) -> str:
    if not wait:
        return ""
    minutes = wait / 60
    if wait <= 120:
        return f", after {wait:.0f} s"
    return f", after {minutes:.0f} min" if minutes < 120 else f", after {minutes / 60:.0f} h"


def _said(says: str) -> str:
    return says.replace("127.0.0.1", "blog.example").replace("<", "&lt;")


if __name__ == "__main__":
    WRITTEN.write_text(page(), encoding="utf-8")

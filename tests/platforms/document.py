"""Writes docs/platforms.md from the rows that the tests run.

.venv/bin/python -m tests.platforms.document
"""

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

import platforms
from tests.platforms.fates import FATES, fate
from tests.platforms.faults import FAULTS
from tests.platforms.faults.row import CALLS, Call, Fault

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
_HEAD = f"""# Platforms, when things go wrong

Every row below is a test. This page is written from the same rows as the tests by
`{COMMAND}`, and a test fails when it is out of date.
"""


def page() -> str:
    return "\n".join([_HEAD, *_fates(), *_faults()]).strip() + "\n"


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

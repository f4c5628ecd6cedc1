"""docs/scale.md, written by `make bench` from what it measured."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import app
from tests.benchmarks.table import Table

PAGE = Path(app.__file__).parent / "docs" / "scale.md"
HEAD = """# How far it carries

Everything here is measured beside a bare floor in the same run, because machines differ: trust the
ratios. `make bench` writes this page.
"""


def write(tables: Sequence[Table], *, where: str, seconds: float) -> None:
    """`where`: the machine, in words."""
    when = f"{datetime.now(UTC):%d %B %Y}, {seconds / 60:.0f} minutes, {where}"
    lines = (line for one in tables for line in _drawn(one))
    PAGE.write_text("\n".join([HEAD, when, *lines, ""]))


def _drawn(table: Table) -> Iterator[str]:
    yield from ("", f"## {table.title}", "")
    if table.told:
        yield from (table.told, "")
    yield _row(table.columns)
    yield "|---|" + "--:|" * (len(table.columns) - 1)
    yield from map(_row, table.rows)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"

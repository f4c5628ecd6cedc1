"""docs/promises.md, written by `make chaos` from what its lanes found."""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import app
from tests.rigs.findings import Findings

PAGE = Path(app.__file__).parent / "docs" / "promises.md"
HEAD = """# The promises, and where they were broken on purpose

Nothing is lost: a mention that a platform showed us reaches a channel, typed text is never gone,
and what was acknowledged is written down. Nothing happens twice: one card a mention, one owner a
claim, one public reply a submission. `make chaos` breaks what it can break, looks at what people
and customers saw, and writes this page; `make test` runs a few seconds of each lane. How it is
done: `tests/rigs/__init__.py`.

*Points* are places where something was broken: a killed step, a step at which another worker went
on, a press in a race. A reply that may or may not have gone out is no loss: a person is asked, and
the rig's people look at the platform and answer.
"""
WINDOWS = """
## Where no client can keep them

- A process that is frozen between its last look at its lease and the request, for longer than the
  lease lasts: another one takes over, looks, finds nothing, and in the end both may have sent.
- A platform that shows what it took only after the last look (two and a half minutes): a card is
  posted again. A reply is not: a person is asked.
- A clock (SQLite: this machine's; PostgreSQL: its server's) that is set by more than ten minutes
  while something is on its way: what was sent is looked for at a wrong time. A card is posted
  again; a reply is not. (`check` tells of a clock that is a minute off; at five minutes presses are
  refused.) What waits while a clock is set back leaves by so much later.

Three lanes go there and must find doubles, so that a rig that sees nothing is noticed.
"""

BY_HAND = """
## Run by hand

`python -m tests.rigs.soak --minutes 60 --each-second 50` is too long for the lanes above. On
22 November 2026 it sent 180,000 mentions to 75 departments while 5 % of the calls failed:
0 lost, 0 twice, memory 145 → 145 MiB, 643 s of processor time.
"""


def write(found: Sequence[tuple[str, Findings]], *, part: int, seconds: float) -> None:
    """`found`: with the database that each lane ran on."""
    rows = [
        f"| {promise} | {one.fault} | {database} | {row['points']:,} | {row['runs']:,} |"
        f" {row['lost']} | {row['twice']} |"
        for database, one in found
        for promise, row in one.rows.items()
        if row["points"]
    ]
    share = f"one in {part} of all points, " if part > 1 else ""
    PAGE.write_text("\n".join([
        HEAD,
        f"{datetime.now(UTC):%d %B %Y}, {share}{seconds / 60:.0f} minutes on {os.cpu_count()}"
        f" cores, Python {platform.python_version()}:",
        "",
        "| promise | fault | database | points | runs | lost | twice |",
        "|---|---|---|--:|--:|--:|--:|",
        *rows,
        WINDOWS + BY_HAND,
    ]) + "\n")  # fmt: skip

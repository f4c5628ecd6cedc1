"""What a new mention on X costs to read: billable things over a simulated day of polls."""

import time
from collections.abc import Sequence

from tests.benchmarks.databases import Kind
from tests.benchmarks.table import Table, say
from tests.platforms.frugality import a_day, yesterday
from tests.platforms.kept import Kept

POLLS = 1440


def measure(_: Sequence[Kind]) -> list[Table]:
    say(f"a day on X, {POLLS} polls")
    begun = time.perf_counter()
    ledger = Kept()
    bill = a_day(ledger, polls=POLLS, begins=yesterday(), pass_time=lambda: None)
    new, seconds = len(bill.found), time.perf_counter() - begun

    def row(name: str, kind: str) -> tuple[str, ...]:
        billed, shown = bill.count(kind), bill.shown[kind]
        return name, f"{billed}", f"{billed / new:.2f}", f"{shown}", f"{shown / new:.2f}"

    return [
        Table(
            f"A day on X: {POLLS:,} polls, {new} new mentions, {bill.requests:,} requests,"
            f" {seconds:.0f} s",
            ("", "billed", "a new mention", "shown", "a new mention"),
            (
                row("posts about us", "post"),
                row("posts that they answer or quote", "answered"),
                row("authors looked up", "author"),
            ),
            told="X bills a thing once a day (UTC), however often it is shown. In all "
            f"${ledger.read / 1000:.2f}.",
        )
    ]

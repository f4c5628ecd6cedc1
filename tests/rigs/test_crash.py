"""A few deaths of each journey; `make chaos` dies at every so many-th step."""

import pytest

from bot.settings import EMBEDDED, PROCRASTINATE
from tests.rigs import lanes


@pytest.mark.parametrize(
    ("empty_database_url", "engine", "runs", "first"),
    [
        ("sqlite", EMBEDDED, 6, 11),
        ("postgresql", EMBEDDED, 3, 6),
        ("postgresql", PROCRASTINATE, 2, 9),
    ],
    indirect=["empty_database_url"],
)
def test_kill_dash_nine_loses_nothing_and_doubles_nothing(
    empty_database_url: str, engine: str, runs: int, first: int
):
    """Six journeys on one database, three on the other one, and two with the engine for many."""
    chosen = ("--engine", engine, "--runs", str(runs), "--kills", "2", "--seed", str(first))
    found = lanes.run("crash", empty_database_url, *chosen)
    assert sum(row["points"] for row in found.rows.values()) >= runs, "hardly anything was killed"
    assert found.clean, "\n".join(found.problems)

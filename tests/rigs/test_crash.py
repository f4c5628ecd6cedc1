"""A few deaths of each journey; `make chaos` dies at every so many-th step."""

import pytest

from bot.settings import EMBEDDED, PROCRASTINATE
from tests.rigs import lanes


@pytest.mark.parametrize(
    ("empty_database_url", "engine", "chosen"),
    [
        ("sqlite", EMBEDDED, "--runs 6 --kills 1 --seed 11"),
        ("postgresql", EMBEDDED, "--runs 5 --kills 1 --seed 6"),
        ("postgresql", PROCRASTINATE, "--only Note --every 30"),
    ],
    indirect=["empty_database_url"],
)
def test_kill_dash_nine_loses_nothing_and_doubles_nothing(
    empty_database_url: str, engine: str, chosen: str
):
    """Six journeys on one database, the other five on the other one; one step by step."""
    found = lanes.run("crash", empty_database_url, "--engine", engine, *chosen.split())
    assert sum(row["points"] for row in found.rows.values()) >= 4, "hardly anything was killed"
    assert found.clean, "\n".join(found.problems)

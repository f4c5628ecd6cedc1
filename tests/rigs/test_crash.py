"""A few deaths of each journey; `make chaos` dies at every step."""

from tests.rigs import lanes


def test_kill_dash_nine_loses_nothing_and_doubles_nothing(database_url: str):
    """Four journeys on one database, the other four on the other one."""
    half = "8" if database_url.startswith("sqlite") else "4"
    found = lanes.run("crash", database_url, "--runs", "4", "--kills", "2", "--seed", half)
    assert sum(row["points"] for row in found.rows.values()) >= 5, "hardly anything was killed"
    assert found.clean, "\n".join(found.problems)

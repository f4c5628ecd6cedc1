"""A few deaths of each journey; `make chaos` dies at every step."""

from tests.rigs import lanes


def test_kill_dash_nine_loses_nothing_and_doubles_nothing(database_url: str):
    """Six journeys on one database, the other five on the other one."""
    runs, first = ("6", "11") if database_url.startswith("sqlite") else ("5", "6")
    found = lanes.run("crash", database_url, "--runs", runs, "--kills", "2", "--seed", first)
    assert sum(row["points"] for row in found.rows.values()) >= 5, "hardly anything was killed"
    assert found.clean, "\n".join(found.problems)

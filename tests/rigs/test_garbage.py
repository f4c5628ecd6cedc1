"""A few broken requests; `make chaos` sends a hundred thousand."""

from tests.rigs import lanes


def test_what_comes_to_the_web_door_however_broken_is_answered(database_url: str):
    found = lanes.run("garbage", database_url, "--requests", "200")
    assert found.clean, "\n".join(found.problems)

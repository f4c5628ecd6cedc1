"""A few broken requests; `make chaos` sends a hundred thousand."""

from tests.rigs import garbage
from tests.town import Town


def test_what_comes_to_the_web_door_however_broken_is_answered(town: Town):
    found = garbage.run(town, requests=200, seed=1)
    assert found.clean, "\n".join(found.problems)

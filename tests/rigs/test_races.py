"""One card; `make chaos` races for two hundred on each database."""

from tests.rigs import races


def test_of_fifty_people_one_gets_it_and_the_others_are_told_who(database_url: str):
    found = races.run(database_url, cards=1, people=50)
    assert found.clean, "\n".join(found.problems)

"""Words find what they stand in, whatever was typed and whatever happened to the post since."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from bot import schema
from bot.database import Database
from bot.finding import MOST_FOUND, containing
from bot.search import wanted, words_of
from tests.bot.steps import found, record, stored
from tests.test_migrations import downgrade

POSTS = [
    "Where is my refund, @acme?",
    "The refunds/returns page is re-funded 😡",
    "Ich warte seit Wochen auf die Rückerstattung in der Straße",
    "我的路由器坏了, 请帮帮我",
    "เราเตอร์ของฉันเสีย",
    "मेरा राउटर खराब है",
    "הראוטר שלי לא עובד כבר שבועיים",
    "Rechnung-2024_final.pdf kostet 19,99 €",
    "don't and O'Brien & 'quotes' \\ backslash",
]
ASKED = {
    "refund": [2, 1],
    "REFUND where": [1],
    "fund": [2],  # a word begins with it in the second post alone
    "returns": [2],
    "😡": [2],
    "rücker": [3],
    "STRASSE": [3],
    "路由": [4],
    "เสีย": [5],
    "राउटर": [6],
    "ראוטר": [],
    "הראוטר": [7],
    "2024_final": [8],
    "19,99": [8],
    "rechnung pdf": [8],
    "o'brien": [9],
    "' quotes": [9],
    "\\": [9],
    "nobody wrote this": [],
}


def numbers(database: Database, typed: str) -> list[int]:
    found_now = database.read(lambda store: containing(store, typed, limit=50))
    assert found_now.total == len(found_now.mentions)
    return [mention.id for mention in found_now.mentions]


@pytest.mark.parametrize(("typed", "expected"), ASKED.items(), ids=ASKED)
def test_words_find_what_they_stand_in(database: Database, typed: str, expected: list[int]):
    record(database, *map(found, POSTS))
    assert numbers(database, typed) == expected


@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(typed=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")) | st.text(
    alphabet="\"'*:()^-&|!<>~ abNEAROT\\", max_size=30
))  # fmt: skip
def test_nothing_that_is_typed_is_an_order_to_the_database(database: Database, typed: str):
    if stored_count(database) == 0:
        record(database, *map(found, POSTS))
    numbers(database, typed)


def stored_count(database: Database) -> int:
    with database.engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM mention")).scalar_one())


def test_a_post_is_found_by_what_it_says_now(database: Database):
    record(database, found("The router is broken"), found("The modem is broken"))

    def reword(store):
        store.mention(1).reword("The router is mended", now=store.now)
        store.mention(2).mark_gone(now=store.now)

    database.write(reword)
    assert numbers(database, "broken") == []
    assert numbers(database, "mended") == [1]
    assert stored(database, 2).search_words == ""


def test_what_was_there_before_the_index_is_in_it(database: Database):
    record(database, *map(found, POSTS))
    downgrade(database, "0006")
    schema.upgrade(database)
    for typed, expected in ASKED.items():
        assert numbers(database, typed) == expected, typed


def test_of_very_many_the_newest_are_told(database: Database):
    record(database, *(found("again") for _ in range(MOST_FOUND + 20)))
    newest = database.read(lambda store: containing(store, "again", limit=3))
    assert newest.total == MOST_FOUND
    last = MOST_FOUND + 20
    assert [one.id for one in newest.mentions] == [last, last - 1, last - 2]
    assert newest.more, "there are more than are counted, and nobody says so"


@given(st.text())
def test_words_are_letters_and_blanks_alone(written: str):
    once = words_of(written)
    assert words_of(once) == once
    assert once == once.strip()
    asked = wanted(written)
    assert set(asked.words) | set(asked.pieces) == set(written.casefold().split()[:16])

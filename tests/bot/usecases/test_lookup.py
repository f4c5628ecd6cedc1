"""What is typed after /mentions finds what its words mean."""

import pytest

from bot.database import Database
from bot.errors import UnknownDepartment, UnknownMention
from bot.models import Actor, Verdict
from bot.slack.lookups import Answer, Help, Listing, Single, Stats
from bot.usecases.claim import claim_mention
from bot.usecases.lookup import desks, look_up
from bot.usecases.verdict import close_mention
from platforms.base import Author
from tests.bot.steps import ANA, BEN, found, record


@pytest.fixture
def office(database: Database) -> Database:
    """1 and 2 wait in Support and Billing, Ana holds 3, and 4 is closed."""
    mara, olaf = Author(id="1", handle="Mara_K"), Author(id="2", handle="olaf", name="Ólaf Straße")
    record(
        database,
        found("My router is broken", author=mara),
        found("My bill is WRONG, 100 % wrong", author=olaf),
        found("Router again, what_a day", author=mara),
        found("Buy cheap watches", author=olaf),
    )
    database.write(claim_mention, 3, by=ANA, click="1")
    database.write(close_mention, 4, Verdict.SPAM, by=ANA, click="2")
    return database


def ask(database: Database, text: str, *, by: Actor = ANA, page: int = 0) -> Answer:
    return database.read(
        look_up, text, by=by, page=page, label=str.capitalize, link=lambda *_: "https://slack/1"
    )


def numbers(answer: Answer) -> list[int]:
    assert isinstance(answer, Listing), f"a list was expected, not {answer}"
    return [line.mention.id for line in answer.lines]


UNDERSTOOD: dict[str, list[int]] = {
    "": [3],
    "mine": [3],
    "MINE": [3],
    "open": [1, 2, 3],
    "  open  ": [1, 2, 3],
    "open billing": [2],
    "open #billing": [2],
    "open Support": [1, 3],
    "search router": [3, 1],
    "search ROUTER broken": [1],
    "router": [3, 1],  # words that are no subcommand are searched for
    "my router": [1],
    "3 routers": [],  # a number and a word are words
    "search 100 %": [2],
    "search %": [2],  # signs that mean something to the database mean nothing here
    "search what_a": [3],
    "search y_r": [],
    "search STRASSE": [4, 2],
    "search '; DROP TABLE mention; --": [],
    "from mara_k": [3, 1],
    "from @MARA": [3, 1],
    "from u/olaf": [4, 2],
    "from /u/olaf": [4, 2],
    "from nobody": [],
}


def test_what_is_typed_is_understood(office: Database):
    answers = {typed: ask(office, typed) for typed in UNDERSTOOD}
    assert {typed: numbers(answer) for typed, answer in answers.items()} == UNDERSTOOD
    totals = {typed: answer.total for typed, answer in answers.items()}  # type: ignore[union-attr]
    assert totals == {typed: len(found) for typed, found in UNDERSTOOD.items()}


def test_help_comes_when_asked_for_and_when_something_is_missing(office: Database):
    wanted = {"help": "", "?": "", "search": "search", "from": "from"}
    assert {typed: ask(office, typed) for typed in wanted} == {
        typed: Help(unknown=missing) for typed, missing in wanted.items()
    }


def test_a_number_is_one_mention_with_its_history(office: Database):
    for typed in ("3", "#3", "003"):
        answer = ask(office, typed)
        assert isinstance(answer, Single), f"{typed} was not understood as a number"
        assert answer.card_id == 3
        assert [event.kind for event in answer.events] == ["found", "claimed"]


@pytest.mark.parametrize("typed", ["99", "99999999999999999999"])
def test_a_number_that_there_is_not_is_told(office: Database, typed: str):
    with pytest.raises(UnknownMention):
        ask(office, typed)


def test_a_department_that_there_is_not_is_told_with_those_that_there_are(office: Database):
    with pytest.raises(UnknownDepartment, match="PR, People, Billing, Support, Sales, Product"):
        ask(office, "open Logistics")


def test_who_holds_nothing_is_told_what_to_type(office: Database):
    answer = ask(office, "mine", by=BEN)
    assert isinstance(answer, Listing)
    assert answer.total == 0
    assert "/mentions open" in answer.empty


def test_a_long_list_has_pages(database: Database):
    record(database, *(found() for _ in range(23)))
    pages = [ask(database, "open", page=page) for page in range(4)]
    assert [numbers(one) for one in pages] == [
        list(range(1, 11)), list(range(11, 21)), list(range(21, 24)), [],
    ]  # fmt: skip
    assert [one.has_next for one in pages if isinstance(one, Listing)] == [True, True, False, False]
    assert {one.total for one in pages if isinstance(one, Listing)} == {23}
    assert numbers(ask(database, "open", page=-1)) == numbers(pages[0])


def test_what_can_be_asked_for_again_says_how(office: Database):
    """The command under Next gives the same list."""
    for typed in ("open billing", "from mara", "router"):
        answer = ask(office, typed)
        assert isinstance(answer, Listing)
        assert numbers(ask(office, answer.command)) == numbers(answer)


def test_stats_are_of_the_last_seven_days_and_of_now(office: Database):
    answer = ask(office, "stats")
    assert isinstance(answer, Stats)
    assert (answer.received, answer.answered, answer.median_reply) == (4, 0, None)
    assert dict(answer.open)["Support"] == 2


def test_each_desk_says_what_waits_there(office: Database):
    waiting = {desk.department.name: desk.waiting for desk in office.read(desks)}
    assert (waiting["Support"], waiting["Billing"], waiting["PR"]) == (2, 1, 0)

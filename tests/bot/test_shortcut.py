"""The short way to a claim leaves the same rows as the long one, or it leaves the claim to it."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot.database import Database
from bot.models import Actor, Base, Card, Delivery, DeliveryState, Person, Standing
from bot.shortcut import Click, take_free
from bot.store import Store
from bot.usecases.claim import claim_mention, release_mention
from bot.usecases.people import visit_home
from bot.usecases.transfer import transfer_mention
from tests.bot.steps import ANA, BEN, empty_outbox, found, introduce, record

Rows = dict[str, list[dict[str, Any]]]


class Undone(Exception):  # noqa: N818 (nothing went wrong)
    """Carries what was there before it was rolled back."""


def rows_after(database: Database, act: Callable[[Store], None]) -> Rows:
    """Everything in the database after `act`, which is then undone."""

    def look(store: Store) -> None:
        act(store)
        store.flush()
        raise Undone(
            {
                table.name: sorted(
                    (told(row) for row in store.session.execute(table.select()).mappings()),
                    key=lambda row: str(list(row.values())),
                )
                for table in Base.metadata.sorted_tables
            }
        )

    with pytest.raises(Undone) as undone:
        database.write(look)
    return undone.value.args[0]


def told(row: Any) -> dict[str, Any]:
    """A row without the number that it happened to get."""
    return {key: value for key, value in row.items() if key != "id" or "version" in row}


def known(database: Database, *people: Actor) -> None:
    """People whose names were looked up today."""
    for person in people:
        database.write(visit_home, person.slack_id)
    database.write(
        lambda store: store.session.execute(update(Person).values(looked_up_at=store.now))
    )
    introduce(database, *people)
    empty_outbox(database)


def posted(store: Store) -> None:
    store.session.execute(update(Card).values(channel_id="C1", ts="1.5"))


def settled(store: Store) -> None:
    store.session.execute(update(Delivery).values(state=DeliveryState.DONE, settled_at=store.now))


def at_home(store: Store) -> None:
    visit_home(store, ANA.slack_id)


def sent_on(store: Store) -> None:
    department = store.departments()[0].id
    transfer_mention(store, 1, by=BEN, click="t", department_id=department, reason="It is yours.")


SITUATIONS: dict[str, Sequence[Callable[[Store], Any]]] = {
    "the card waits to be posted": [],
    "the card is there": [posted, settled],
    "the card is there and an update of it waits": [posted],
    "they look at their Home": [posted, at_home],
    "their Home was drawn before": [at_home, settled],
    "there are two cards, and one is a stub": [posted, sent_on],
}


@pytest.mark.parametrize("before", SITUATIONS.values(), ids=SITUATIONS)
def test_both_ways_leave_the_same_rows(database: Database, before: Sequence[Callable[..., Any]]):
    record(database, found(), found())
    known(database, ANA, BEN)
    for step in before:
        database.write(step)
    long = rows_after(database, lambda store: long_way(store, "c"))
    short = rows_after(database, lambda store: short_way(store, Click(1, ANA.slack_id, "c")))
    for table, rows in long.items():
        assert short[table] == rows, f"the ways differ in {table}"


def long_way(store: Store, click: str) -> None:
    claim_mention(store, 1, by=ANA, click=click)


def short_way(store: Store, *clicks: Click) -> None:
    assert take_free(store, clicks) == set(clicks), "it was left to the long way"


def test_many_at_once_are_as_one_after_the_other(database: Database):
    record(database, *(found() for _ in range(5)))
    known(database, ANA, BEN)
    clicks = [
        Click(number, (ANA, BEN)[number % 2].slack_id, f"c{number}") for number in range(1, 6)
    ]

    def one_by_one(store: Store) -> None:
        for click in clicks:
            short_way(store, click)

    together = rows_after(database, lambda store: short_way(store, *clicks))
    assert together == rows_after(database, one_by_one)


def take(database: Database, *clicks: Click) -> set[Click]:
    return database.write_at_once(take_free, clicks)


def test_of_two_who_click_together_the_first_gets_it(database: Database):
    record(database, found())
    known(database, ANA, BEN)
    first, second = Click(1, BEN.slack_id, "b"), Click(1, ANA.slack_id, "a")
    assert take(database, first, second) == {first}


def a_new_face(database: Database) -> Click:
    return Click(1, "U0NEW", "c")


def a_name_of_yesterday(database: Database) -> Click:
    known(database, ANA)
    day = timedelta(days=1, seconds=1)
    database.write(
        lambda store: store.session.execute(update(Person).values(looked_up_at=store.now - day))
    )
    return Click(1, ANA.slack_id, "c")


def a_guest(database: Database) -> Click:
    known(database, ANA)
    introduce(database, ANA, standing=Standing.GUEST)
    return Click(1, ANA.slack_id, "c")


def of_whom_slack_told_nothing(database: Database) -> Click:
    known(database, ANA)
    introduce(database, ANA, standing=None)
    return Click(1, ANA.slack_id, "c")


def somebody_was_first(database: Database) -> Click:
    known(database, ANA, BEN)
    database.write(claim_mention, 1, by=BEN, click="b")
    return Click(1, ANA.slack_id, "c")


def the_same_click_after_a_release(database: Database) -> Click:
    known(database, ANA)
    database.write(claim_mention, 1, by=ANA, click="c")
    database.write(release_mention, 1, by=ANA, click="r")
    return Click(1, ANA.slack_id, "c")


def no_such_mention(database: Database) -> Click:
    known(database, ANA)
    return Click(99, ANA.slack_id, "c")


@pytest.mark.parametrize(
    "unusual",
    [
        a_new_face, a_name_of_yesterday, a_guest, of_whom_slack_told_nothing,
        somebody_was_first, the_same_click_after_a_release, no_such_mention,
    ],
)  # fmt: skip
def test_what_is_not_usual_is_left_alone(database: Database, unusual: Callable[[Database], Click]):
    record(database, found())
    click = unusual(database)
    before = rows_after(database, lambda store: None)
    assert take(database, click) == set()
    assert rows_after(database, lambda store: None) == before


def test_the_lanes_that_have_something_now_are_told(database: Database):
    record(database, found())
    known(database, ANA)
    database.write(posted)
    announced: list[str] = []
    database.announce = lambda _, names: announced.extend(names)
    take(database, Click(1, ANA.slack_id, "c"))
    channel = database.read(lambda store: store.card(1).channel)
    if not database.is_sqlite:  # where several machines share the work
        assert announced == [f"post:{channel}", "update"]

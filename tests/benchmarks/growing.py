"""What a click, a search, App Home and the summary cost when a million mentions are stored.

The same as with a thousand, as far as people notice: both databases have the same week, the larger
one years of answered mentions before it.
"""

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from statistics import median
from typing import Any

from sqlalchemy import String, cast, func, insert, literal, select, text

import app
from bot.database import Database
from bot.models import Actor, Card, Delivery, Event, Mention, Person
from bot.shortcut import Click, take_free
from bot.store import Store
from bot.usecases.configure import current_config
from bot.usecases.home import home_view
from bot.usecases.lookup import look_up
from bot.usecases.summary import summarize, week_of, zone_of
from tests.benchmarks.claims import fill
from tests.benchmarks.databases import EXAMPLE, Kind
from tests.benchmarks.table import Table, say

FEW, MANY = 1_000, 1_000_000
PEOPLE = [f"U0BENCH{number}" for number in range(4)]
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
ROUNDS = 3
Act = Callable[[Database], Any]


def measure(kinds: Sequence[Kind]) -> list[Table]:
    return [_table(kind, _taken(kind)) for kind in kinds]


def _taken(kind: Kind) -> list[dict[str, float]]:
    """The median seconds of each act, with few mentions and with many, measured in turns."""
    with ExitStack() as stack:
        sizes = [stack.enter_context(_filled(kind, size)) for size in (FEW, MANY)]
        all_acts = [dict(_acts()) for _ in sizes]
        taken: list[dict[str, list[float]]] = [{} for _ in sizes]
        for _ in range(ROUNDS):
            for database, acts, mine in zip(sizes, all_acts, taken, strict=True):
                for name, (act, times) in acts.items():
                    act(database)
                    mine.setdefault(name, []).extend(_timed(act, database, times))
    return [{name: median(seconds) for name, seconds in mine.items()} for mine in taken]


def _timed(act: Act, database: Database, times: int) -> Iterator[float]:
    for _ in range(times):
        begun = time.perf_counter()
        act(database)
        yield time.perf_counter() - begun


def _acts() -> Iterator[tuple[str, tuple[Act, int]]]:
    """What is measured, and how often in a round."""
    free = itertools.count(1)

    def claim(database: Database) -> None:
        number = next(free)
        click = Click(number, PEOPLE[number % len(PEOPLE)], f"bench.{number}")
        assert database.write_at_once(take_free, [click]) == {click}

    yield "a claim, committed", (claim, 100)
    for what, words in {
        "a common word": "router", "a rare word": f"{FEW - 1}", "two words": "broken router",
        "a beginning": "rout", "none": "zzyzx",
    }.items():  # fmt: skip
        yield f"/mentions search: {what}", (_look_up(f"search {words}"), 20)
    yield "/mentions open", (_look_up("open"), 20)
    yield "App Home", (lambda database: database.read(_home), 20)
    yield "the weekly summary", (lambda database: database.read(_summary), 3)


def _look_up(typed: str) -> Act:
    by = Actor(PEOPLE[0], "Ana")
    return lambda database: database.read(
        look_up, typed, by=by, page=0, label=str.title, link=_link
    )


def _home(store: Store) -> Any:
    person = store.person(PEOPLE[0])
    assert person is not None
    return home_view(store, person.id, label=str.title, link=_link)


def _summary(store: Store) -> Any:
    config = current_config(store)
    week = week_of(store.now.date(), zone_of(config))
    return summarize(store, config, week, label=str.title, link=_link)


def _link(channel: str | None, ts: str | None) -> str:
    return f"https://slack.example/{channel}/{ts}"


@contextmanager
def _filled(kind: Kind, size: int) -> Iterator[Database]:
    """The week's mentions, and years of answered ones up to `size`."""
    with kind.fresh(app.load_config(EXAMPLE)) as database:
        fill(database, PEOPLE, mentions=FEW)
        say(f"{size:,} mentions into {kind.name}")
        if size > FEW:
            database.write(_grow, size)
        database.write(lambda store: store.session.execute(text("ANALYZE")))
        yield database


def _grow(store: Store, size: int) -> None:
    """Copy the week's mentions as if they had come, and been answered, long ago."""
    run = store.session.connection().execute
    if not store.on_sqlite:
        run(text("SET LOCAL statement_timeout = 0"))
    again = select(literal(1).label("k")).cte("again", recursive=True)
    again = again.union_all(select(again.c.k + 1).where(again.c.k < size // FEW - 1))
    old: dict[str, Any] = {
        "id": Mention.id + again.c.k * FEW,
        "external_id": Mention.external_id + "-" + cast(again.c.k, String),
        # Of all that is in a post only its number is rare, and stays so.
        "search_words": func.replace(Mention.search_words, "ticket ", "ticket old"),
        "search_text": func.replace(Mention.search_text, "ticket ", "ticket old"),
        "state": literal("answered"),
        "published_at": literal(LONG_AGO, Mention.published_at.type),
        "waiting_since": literal(LONG_AGO, Mention.published_at.type),
        "answered_at": literal(LONG_AGO, Mention.published_at.type),
        "answered_by_id": select(func.min(Person.id)).scalar_subquery(),
    }
    names = [one.name for one in Mention.__table__.columns]
    copies = select(*(old.get(name, Mention.__table__.c[name]) for name in names))
    run(insert(Mention).from_select(names, copies.where(Mention.id <= FEW).select_from(
        Mention.__table__.join(again, literal(True)))))  # fmt: skip
    _hang_on(run)


def _hang_on(run: Callable[..., Any]) -> None:
    """Each copy has its line of history, its card, and the delivery that brought it."""
    number, at = Mention.id, Mention.published_at
    rows: list[tuple[Any, dict[str, Any]]] = [
        (Event, {"mention_id": number, "at": at, "kind": literal("found"), "detail": text("'{}'")}),
        (Card, {
            "mention_id": number, "channel": literal("#support"), "channel_id": literal("C0BENCH"),
            "ts": cast(number, String), "moved_to": literal(""), "reason": literal(""),
            "told_event_id": literal(0),
        }),
        (Delivery, {
            "key": literal("old:") + cast(number, String), "kind": literal("card"),
            "lane": literal("update"), "payload": text("'{}'"), "state": literal("done"),
            "wanted": literal(1), "due_at": at, "attempts": literal(0), "looks": literal(0),
            "problem": literal(""), "created_at": at,
        }),
    ]  # fmt: skip
    for model, values in rows:
        given = select(*values.values()).select_from(Mention).where(number > FEW)
        run(insert(model.__table__).from_select(list(values), given))


def _table(kind: Kind, taken: list[dict[str, float]]) -> Table:
    few, many = taken
    rows = [
        (
            name,
            f"{few[name] * 1000:.2f}",
            f"{many[name] * 1000:.2f}",
            f"{many[name] / few[name]:.2f}",
        )
        for name in few
    ]
    return Table(
        f"With {MANY:,} mentions stored, against {FEW:,}, in {kind.name}",
        ("", f"{FEW:,}: ms", f"{MANY:,}: ms", "÷"),
        tuple(rows),
        told="Medians. 1.5 and less is what nobody notices.",
    )

"""How fast pages of mentions are taken in, against bare inserts of the very same rows."""

import gc
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

import app
from bot.config import Config
from bot.database import Database
from bot.ingest import Ingest
from bot.language.reading import warm_up
from bot.models import Base, Card, Delivery, Event, Mention
from bot.usecases.record import record_page
from platforms.base import Page
from tests.benchmarks.databases import EXAMPLE, Kind
from tests.benchmarks.mentions import PER_PAGE, Shelf, pages
from tests.benchmarks.table import Table, say

COUNT = 10_000
TIMES = 2
"""Everything is measured so often, in turns; the better time counts."""

Rows = list[dict[str, Any]]
Some = TypeVar("Some")


def measure(kinds: Sequence[Kind]) -> list[Table]:
    warm_up()
    ready = pages(COUNT)
    return [_table(kind, _best(kind, ready)) for kind in kinds]


def _best(kind: Kind, ready: list[Page]) -> dict[str, float]:
    """Mentions a second, by what was done."""
    best: dict[str, float] = {}
    for _ in range(TIMES):
        say(f"{COUNT} mentions into {kind.name}, bare and ours")
        for name, seconds in _once(kind, ready).items():
            best[name] = max(COUNT / seconds, best.get(name, 0.0))
    return best


def _once(kind: Kind, ready: list[Page]) -> dict[str, float]:
    """The seconds for each way; ours goes first, because its rows are what the bare way inserts."""
    example = app.load_config(EXAMPLE)
    with ExitStack() as stack:
        stored, bare, whole = (
            stack.enter_context(kind.fresh(_without_rules(example))) for _ in range(3)
        )
        understood = stack.enter_context(kind.fresh(example))
        shelf = Shelf(ready)
        source = Ingest(understood, shelf.name, lambda: shelf, every=timedelta(0))

        def store(page: Page) -> None:
            stored.write(record_page, shelf, page, {})

        def whole_round(_: Page) -> None:
            assert source.run() is not None

        taken = {"stored": _timed(store, ready), "stored again": _timed(store, ready)}
        mentions, everything = _rows(stored, Mention), _all_rows(stored)
        taken |= {
            "understood": _timed(whole_round, ready),
            "bare": _timed(lambda page: _insert(bare, [(Mention, page)]), mentions),
            "bare again": _timed(lambda page: _insert(bare, [(Mention, page)]), mentions),
            "bare, all rows": _timed(lambda page: _insert(whole, page), everything),
        }
    return taken


def _without_rules(config: Config) -> Config:
    """One department that takes everything."""
    (only,) = (one for one in config.departments if one.name == config.catch_all)
    bare = only.model_copy(update={"rules": ()})
    return config.model_copy(update={"departments": (bare,), "people": ()})


def _timed(act: Callable[[Some], None], pages: Iterable[Some]) -> float:
    # What lies ready for measuring would lie in nobody's memory otherwise, and be swept each time.
    gc.collect()
    gc.freeze()
    begun = time.perf_counter()
    for page in pages:
        act(page)
    return time.perf_counter() - begun


def _insert(database: Database, page: Sequence[tuple[type[Base], Rows]]) -> None:
    """One transaction, one statement of many rows for each table."""
    insert = sqlite.insert if database.is_sqlite else postgresql.insert
    with database.engine.begin() as connection:
        for model, rows in page:
            table = model.__table__
            # RETURNING is what has SQLAlchemy send many rows in one statement.
            statement = insert(table).on_conflict_do_nothing().returning(table.c.id)
            connection.execute(statement, rows)


def _all_rows(database: Database) -> list[list[tuple[type[Base], Rows]]]:
    tables = (Mention, Event, Card, Delivery)
    columns = [_rows(database, model) for model in tables]
    return [list(zip(tables, page, strict=True)) for page in zip(*columns, strict=True)]


def _rows(database: Database, model: type[Base]) -> list[Rows]:
    """A table's rows as they are, in pages."""
    table = model.__table__
    with database.engine.connect() as connection:
        rows = [dict(row) for row in connection.execute(select(table).order_by("id")).mappings()]
    assert len(rows) == COUNT, f"{len(rows)} rows in {table.name} for {COUNT} mentions"
    return [rows[at : at + PER_PAGE] for at in range(0, COUNT, PER_PAGE)]


def _table(kind: Kind, speed: dict[str, float]) -> Table:
    bare, again, whole = speed["bare"], speed["bare again"], speed["bare, all rows"]

    def new(name: str, rate: float) -> tuple[str, ...]:
        return name, f"{rate:,.0f}", f"{rate / bare:.2f}", f"{rate / whole:.2f}"

    def known(name: str, rate: float) -> tuple[str, ...]:
        return name, f"{rate:,.0f}", f"{rate / again:.2f}", ""

    return Table(
        f"{COUNT:,} mentions on pages of {PER_PAGE} into {kind.name}",
        ("", "a second", "÷ bare, mentions alone", "÷ bare, the same rows"),
        (
            new("bare INSERT … ON CONFLICT DO NOTHING of the mentions", bare),
            new("bare, the same rows: with history, cards and deliveries", whole),
            new("ours: stored, deduplicated, cards queued", speed["stored"]),
            new("ours, a whole round: read, scored and routed as well", speed["understood"]),
            known("bare, all known already", again),
            known("ours, all known already", speed["stored again"]),
        ),
        told="Above 1: faster than the bare way.",
    )

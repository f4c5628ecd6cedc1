"""A minute of steady rain; `make chaos` has it rain for an hour."""

from pathlib import Path
from typing import Any

from sqlalchemy import event

from tests.rigs.soak import Soak

GROWING = ("amendment", "card", "delivery", "event", "mention", "reply")


def test_the_outbox_drains_and_no_card_is_out_of_date(tmp_path: Path) -> None:
    soak = Soak(tmp_path)
    problems = list(soak.run(minutes=1, each_second=1))
    soak.database.close()
    assert not problems
    assert soak.network.count == 60


def test_an_outbox_that_only_grows_is_noticed(tmp_path: Path) -> None:
    soak = Soak(tmp_path, departments=1)
    problems = list(soak.run(minutes=1, each_second=3))
    soak.database.close()
    assert [one for one in problems if "the outbox was never below" in one]
    assert len(problems) == 1, "what one channel cannot show at once is shown later"


def test_no_statement_on_the_way_to_a_card_walks_through_a_table_that_grows(tmp_path: Path) -> None:
    soak, asked = Soak(tmp_path), {}

    def hear(_: object, __: object, statement: str, values: Any, ___: object, many: bool) -> None:
        asked[statement] = values[0] if many else values

    event.listen(soak.database.engine, "before_cursor_execute", hear)
    list(soak.run(minutes=1, each_second=1))
    event.remove(soak.database.engine, "before_cursor_execute", hear)
    with soak.database.engine.connect() as connection:
        for statement, values in asked.items():
            if not statement.lstrip().startswith(("SELECT", "UPDATE")):
                continue  # an INSERT's plan tells of foreign keys that nobody looks at
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            walks = [step for *_, step in plan if step.startswith("SCAN ")]
            met = [step for step in walks if step.split()[1].startswith(GROWING)]
            assert not met, f"{met}: {statement}. Next: give it an index in a migration."
    soak.database.close()

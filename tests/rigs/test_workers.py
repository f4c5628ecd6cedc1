"""Two worker processes on one PostgreSQL: Slack's limits, order, a wrong clock, a sudden death.

`python -m tests.rigs.workers` is the same at full size, with figures.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.settings import EMBEDDED, PROCRASTINATE
from tests.conftest import new_postgres_database
from tests.rigs.fleet import Fleet

OpenFleet = Callable[[str], Fleet]
LEASE = 2.0
SWEEP = 15.0
"""Seconds, generously: the sweep is every two, and then what is left keeps its pace."""


@pytest.fixture
def open_fleet(postgres_server: str, tmp_path: Path) -> OpenFleet:
    def opened(engine: str) -> Fleet:
        address = new_postgres_database(postgres_server)
        return Fleet(address, engine, channels=4, lease=LEASE, where=tmp_path)

    return opened


@pytest.mark.parametrize("engine", [EMBEDDED, PROCRASTINATE])
def test_two_workers_keep_pace_and_order_though_one_has_a_wrong_clock_and_one_dies(
    open_fleet: OpenFleet, engine: str
):
    with open_fleet(engine) as fleet:
        fleet.start(off=300.0)
        fleet.start()
        fleet.write(2)
        fleet.wait(at_most=60)
        calm = fleet.outcome()
        assert (calm.refused, calm.lost, calm.doubled, calm.overtaken) == (0, 0, 0, 0), fleet.said()

        fleet.write(3)
        fleet.wait(at_most=60, for_number=calm.wanted + 4)
        fleet.kill(0)
        killed_at, left = fleet.now(), fleet.left()
        fleet.wait(at_most=60)
        taken_over = fleet.last_posted_at() - killed_at
        assert left, "the worker died too late to leave anything"
        assert 0 < taken_over < LEASE + SWEEP, f"{left} were taken over in {taken_over:.1f} s"
        after = fleet.outcome()
        assert (after.refused, after.lost, after.doubled) == (0, 0, 0), fleet.said()
        assert fleet.stop() == [0], fleet.said()

"""`python -m tests.rigs.workers [posts a channel] [channels]`: how far many workers carry.

One, two and four processes with each engine, on one PostgreSQL, against the stand-in Slack, which
enforces Slack's limits over 20 channels; and the same while workers are killed and started anew.
"""

import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bot.settings import EMBEDDED, PROCRASTINATE
from tests.benchmarks import databases
from tests.benchmarks.databases import Kind
from tests.benchmarks.table import Table, machine, say
from tests.rigs.fleet import Fleet, Outcome

FLEETS = (1, 2, 4)
EACH, CHANNELS = 40, 20
SHORT_LEASE = 6.0
KILLED_EVERY = 4.0
"""Seconds. A worker needs some two of them to start."""
MINUTE = 60.0
LIMIT = "The limit: a message a second in each channel. Overtaken: shown after a younger one there."
KILLED = (
    f"A lease is {SHORT_LEASE:.0f} seconds here, not 60. What a killed worker may have sent is"
    " looked for before it is sent again, and its channel does not wait for that: it is overtaken."
)
COLUMNS = ("messages", "seconds", "of the limit", "429", "lost", "twice", "overtaken")


def main(each: int = EACH, channels: int = CHANNELS) -> None:
    with databases.both() as (_, postgres):
        print(machine([f"{postgres.name} {postgres.version}"]), flush=True)
        for table in _tables(postgres, each, channels):
            print(table, flush=True)


def measure(kinds: Sequence[Kind]) -> Iterator[Table]:
    """Of PostgreSQL alone: only there several machines share the work."""
    (postgres,) = (one for one in kinds if one.name == "PostgreSQL")
    yield from _tables(postgres, EACH, CHANNELS)


def _tables(postgres: Kind, each: int, channels: int) -> Iterator[Table]:
    pace = [
        (f"{engine}, {number}", _deliver(postgres.address(), engine, number, each, channels))
        for engine in (EMBEDDED, PROCRASTINATE)
        for number in FLEETS
    ]
    yield _table(f"A backlog in {channels} channels, by engine and workers", LIMIT, pace)
    killed = [
        (engine, _survive(postgres.address(), engine, channels))
        for engine in (EMBEDDED, PROCRASTINATE)
    ]
    yield _table("Four workers, one killed every four seconds for a minute", KILLED, killed)


def _deliver(address: str, engine: str, number: int, each: int, channels: int) -> Outcome:
    say(f"{number} with {engine}")
    with _fleet(address, engine, channels) as fleet:
        fleet.start(number)
        time.sleep(5)  # all of them are to be there when it begins
        fleet.write(each)
        fleet.wait(at_most=each * 4 + 60)
        assert set(fleet.stop()) == {0}, fleet.said()
        return fleet.outcome()


def _survive(address: str, engine: str, channels: int) -> Outcome:
    say(f"killing {engine}")
    dice = random.Random(engine)
    with _fleet(address, engine, channels, lease=SHORT_LEASE) as fleet:
        fleet.start(4)
        begun = time.monotonic()
        while time.monotonic() - begun < MINUTE:
            fleet.write(int(KILLED_EVERY) - 1)
            time.sleep(dice.uniform(0.5, 1.5) * KILLED_EVERY)
            running = [at for at, one in enumerate(fleet.workers) if one.poll() is None]
            fleet.kill(dice.choice(running))
            fleet.start()
        fleet.wait(at_most=180)
        return fleet.outcome()


@contextmanager
def _fleet(address: str, engine: str, channels: int, *, lease: float = 0.0) -> Iterator[Fleet]:
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        with Fleet(address, engine, channels=channels, lease=lease, where=where) as fleet:
            yield fleet


def _table(title: str, told: str, outcomes: list[tuple[str, Outcome]]) -> Table:
    rows = tuple(
        (
            name, str(one.wanted), f"{one.seconds:.1f}", f"{one.share:.1%}", str(one.refused),
            str(one.lost), str(one.doubled), str(one.overtaken),
        )
        for name, one in outcomes
    )  # fmt: skip
    return Table(title, ("workers", *COLUMNS), rows, told)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

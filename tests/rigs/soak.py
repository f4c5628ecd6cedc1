"""Hours of moved time under a steady stream of mentions, with faults on.

    python -m tests.rigs.soak [--minutes N] [--each-second N] [--departments N]

Slack takes about a message a second in a channel, so a stream needs as many departments as it has
mentions a second, and half as many more to catch up after a pause: the outbox must drain as it
fills. At the end it must be empty, no card may be missing, doubled or older than the state it
shows, and memory must be as flat as after the first third. That is the memory of the whole process,
which holds the stand-ins too: of a message they keep 24 bytes, and of a card whom it names
(`lasting.py`). The database is a file and counts for nothing.
"""

import argparse
import logging
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import psutil

from bot import schema
from bot.config import Config, Department, Rule
from bot.database import Database
from bot.errors import Refusal
from bot.ingest import Ingest
from bot.models import Actor
from bot.sandbox.world import MovableClock
from bot.usecases.claim import claim_mention
from bot.usecases.configure import apply_config
from tests.bot.steps import introduce
from tests.rigs.edges import Edge, company, sim_drain, sim_platform, sim_switchboard
from tests.rigs.findings import Findings
from tests.rigs.lasting import LastingNetwork, LastingSlack
from tests.town import MONDAY_MORNING

PROMISE = "memory flat, the outbox drains, no card is out of date"
DEPARTMENTS = 6
AUTHORS = 20_000
"""Who writes again does so after so many others."""
FAULTS = 5
GROWTH = 1.10
"""How much memory may grow after the first third, for the stand-ins too."""
STEP = timedelta(seconds=10)
ROUND = timedelta(seconds=30)
"""Between two looks at the network."""
TICK = timedelta(seconds=0.506)
"""Between two looks at the outbox: two of them are just more than a channel's second."""
HANDS = 32
PEOPLE = [Actor(f"U0PERSON{number}", f"PERSON{number}") for number in range(8)]


class Soak:
    def __init__(self, folder: Path, *, departments: int = DEPARTMENTS) -> None:
        self.clock, self.chance = MovableClock(MONDAY_MORNING), random.Random(1)
        self.departments = departments
        self.database = Database(f"sqlite:///{folder / 'soak.db'}", clock=self.clock.now)
        schema.upgrade(self.database)
        self.database.write(apply_config, _company(departments))
        introduce(self.database, *PEOPLE)
        edge = Edge(
            self.clock, self.chance, step=lambda: None, left=lambda: None,
            # A hundred milliseconds of one call hold up no other one, so they cost no time here.
            sleep=lambda _: None, faults=FAULTS,
        )  # fmt: skip
        channels = [_desk(number) for number in range(departments)]
        self.edge, self.network = edge, LastingNetwork(edge)
        self.slack = LastingSlack(edge, channels=channels)
        platform = sim_platform(self.network)
        self.drain = sim_drain(sim_switchboard(self.database, platform), self.slack)
        self.source = Ingest(self.database, "sim", platform.open, every=ROUND)
        self.owners: dict[int, str] = {}
        self.memory: list[int] = []
        self.backlog: list[int] = []

    def run(self, *, minutes: int, each_second: float) -> Iterator[str]:
        """Let it rain; what is wrong afterwards."""
        in_a_step = round(each_second * STEP.total_seconds())
        for _ in range(minutes * 60 // int(STEP.total_seconds())):
            for _ in range(in_a_step):
                self._write()
            self._a_moment()
            self.backlog.append(self._waiting())
            self.memory.append(psutil.Process().memory_info().rss)
            self._tell()
        yield from self._come_to_rest()
        yield from self._wrong_growth(in_a_step)
        yield from self._wrong_cards()

    def early_and_late(self) -> tuple[int, int]:
        """Bytes of memory: at most in the first third, and at the end."""
        return max(self.memory[: len(self.memory) // 3]), self.memory[-1]

    def _write(self) -> None:
        number = self.network.count
        about = f"{_desk(number % self.departments)}, case {number}"
        self.network.write(f"@acme acme: {about}.", by=f"author{number % AUTHORS}")

    def _a_moment(self) -> None:
        """Ten seconds: a look at the network, some claims, and what is due meanwhile."""
        end = self.clock.now() + STEP
        self.source.run()
        self._claim_some()
        while self.clock.now() < end:
            self.drain.run_until_idle(limit=HANDS)
            wait = timedelta(seconds=self.drain.seconds_until_due() or 0)
            self.clock.move(min(end - self.clock.now(), max(wait, TICK)))

    def _claim_some(self) -> None:
        for number in {self.chance.randint(1, self.network.count) for _ in range(4)}:
            who = self.chance.choice(PEOPLE)
            with suppress(Refusal):
                self.database.write(claim_mention, number, by=who, click=f"{number}-{who.name}")
                self.owners[number] = who.name

    def _tell(self) -> None:
        if len(self.backlog) % 30 == 0:
            print(
                f"{len(self.backlog) // 6} minutes, {self.network.count:,} mentions,"
                f" {self.backlog[-1]} wait, {self.memory[-1] >> 20} MiB,"
                f" {time.process_time():.0f} s of CPU", file=sys.stderr, flush=True,
            )  # fmt: skip

    def _come_to_rest(self) -> Iterator[str]:
        self.edge.faults = 0
        for _ in range(6 * 60):
            if not self._waiting() and not self.slack.never_posted(self.network.count):
                return
            self._a_moment()
        yield f"lost: {self._waiting()} of {self.backlog[-1]} rows of the outbox do not leave"

    def _wrong_growth(self, in_a_step: int) -> Iterator[str]:
        early, late = self.early_and_late()
        if late > early * GROWTH:
            yield f"lost: memory grew from {early >> 20} to {late >> 20} MiB"
        least = min(self.backlog[-(len(self.backlog) // 3) :])
        if least > max(in_a_step, 10):
            yield f"lost: the outbox was never below {least} in the last third"

    def _wrong_cards(self) -> Iterator[str]:
        count = self.network.count
        yield from (f"lost: no card of {one}" for one in self.slack.never_posted(count))
        yield from (f"twice: card {one}" for one in self.slack.posted_again())
        shown = self.slack.owners.copy()
        for number, name in self.owners.items():
            card = self.database.read(lambda store, number=number: store.current_card(number))
            if card is None or shown.pop(card.ts or "", "") != name:
                yield f"lost: the card of {number} does not say that {name} has it"
        yield from (f"lost: a card says that {name} has it, who has not" for name in shown.values())

    def _waiting(self) -> int:
        return self.database.read(
            lambda store: int(
                store.session.connection()
                .exec_driver_sql("SELECT count(*) FROM delivery WHERE state = 'waiting'")
                .scalar_one()
            )
        )


def _desk(number: int) -> str:
    return f"desk{number}"


def _company(departments: int) -> Config:
    """So many, each of which takes the posts that have its name."""
    desks = tuple(
        Department(name=one.title(), channel=f"#{one}", rules=(Rule(keywords=(one,)),))
        for one in map(_desk, range(departments))
    )
    changes = {"departments": desks, "catch_all": desks[0].name, "people": ()}
    return company().model_copy(update=changes)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--each-second", type=float, default=0.5)
    parser.add_argument("--departments", type=int, default=0, help="0: as many as the stream needs")
    options = parser.parse_args(arguments)
    departments = options.departments or max(DEPARTMENTS, round(options.each_second * 1.5))
    logging.disable(logging.CRITICAL)
    begun = time.monotonic()
    stream = (
        f"{options.each_second:g} mentions a second for {options.minutes} minutes"
        f" to {departments} departments"
    )
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        soak = Soak(Path(folder), departments=departments)
        problems = list(soak.run(minutes=options.minutes, each_second=options.each_second))
        soak.database.close()
    grew = " → ".join(f"{size >> 20}" for size in soak.early_and_late())
    findings = Findings(f"{stream}, {FAULTS} % of calls fail; memory {grew} MiB")
    findings.add(PROMISE, points=soak.network.count, problems=problems, how=stream)
    findings.seconds = time.monotonic() - begun
    print(findings.said())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

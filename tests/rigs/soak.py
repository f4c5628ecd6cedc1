"""An hour of moved time under a steady stream of mentions, with faults on.

    python -m tests.rigs.soak [--minutes N] [--each-second N]

Slack takes about a message a second in a channel, so the stream is one that the example's six
channels can show; more would only make the outbox longer. At its end the memory must be as flat
as after the first third, the outbox empty, and no card older than the state it shows.
"""

import argparse
import itertools
import logging
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import cast

import psutil
from slack_sdk import WebClient

import app
from bot import schema
from bot.database import Database
from bot.errors import Refusal
from bot.ingest import Ingest
from bot.models import Actor
from bot.sandbox.world import MovableClock
from bot.slack.workspace import Workspace
from bot.switchboard import Switchboard
from bot.usecases.claim import claim_mention
from bot.usecases.configure import apply_config
from platforms import Configured
from platforms.base import Settings
from tests.bot.steps import introduce
from tests.rigs.edges import Edge, SimNetwork, SimPlatform, SimSlack, colleague, company
from tests.rigs.findings import Findings
from tests.town import MONDAY_MORNING

PROMISE = "memory flat, the outbox drains, no card is out of date"
SAID = ("a journalist", "hiring", "my bill", "my router", "the price", "something else")
"""One for each department."""
FAULTS = 5
GROWTH = 1.10
"""How much memory may grow after the first third, for mentions known to the stand-ins too."""
STEP = timedelta(seconds=10)
PEOPLE = [Actor(f"U0PERSON{number}", f"PERSON{number}") for number in range(8)]


class Soak:
    def __init__(self, folder: Path) -> None:
        self.clock, self.chance = MovableClock(MONDAY_MORNING), random.Random(1)
        url = f"sqlite:///{folder / 'soak.db'}"
        self.database = Database(url, clock=self.clock.now)
        schema.upgrade(self.database)
        self.database.write(apply_config, company())
        introduce(self.database, *PEOPLE)
        edge = Edge(
            self.clock, self.chance, step=lambda: None, left=lambda: None,
            # A hundred milliseconds of one call hold up no other one, so they cost no time here.
            sleep=lambda _: None, faults=FAULTS,
        )  # fmt: skip
        self.edge, self.slack, self.network = edge, SimSlack(edge), SimNetwork(edge)
        here = type("SimHere", (SimPlatform,), {"network": self.network})
        switchboard = Switchboard(
            database=self.database, platforms={"sim": Configured(here, Settings())},
            link=lambda *_: "", face=colleague, is_shown=lambda *_, **__: True,
        )  # fmt: skip
        workspace = Workspace("xoxb-sim", base_url="http://sim/")
        workspace.client = cast("WebClient", self.slack)
        self.drain = app.make_drain(switchboard, workspace)
        self.source = Ingest(
            self.database, "sim", switchboard.platforms["sim"].open, every=timedelta(seconds=30)
        )
        self.owners: dict[int, str] = {}

    def run(self, *, minutes: int, each_second: float) -> Iterator[str]:
        """Let it rain; what is wrong afterwards."""
        memory: list[int] = []
        numbers = itertools.count(1)
        for _ in range(minutes * 60 // int(STEP.total_seconds())):
            for _ in range(round(each_second * STEP.total_seconds())):
                number = next(numbers)
                self.network.write(f"@acme acme: {SAID[number % len(SAID)]}, case {number}.")
            self._a_moment()
            memory.append(psutil.Process().memory_info().rss)
        backlog = self._waiting()
        yield from self._come_to_rest(backlog)
        third = max(memory[: len(memory) // 3])
        if memory[-1] > third * GROWTH:
            yield f"lost: memory grew from {third >> 20} to {memory[-1] >> 20} MiB"

    def _a_moment(self) -> None:
        """Ten seconds: a look at the network, some claims, and what is due meanwhile."""
        end = self.clock.now() + STEP
        self.source.run()
        self._claim_some()
        while self.clock.now() < end:
            self.drain.run_until_idle()
            wait = self.drain.seconds_until_due()
            left = (end - self.clock.now()).total_seconds()
            self.clock.move(timedelta(seconds=min(left, (wait or left) + 0.001)))

    def _claim_some(self) -> None:
        newest = len(self.network.posts)
        for number in {self.chance.randint(1, newest) for _ in range(4)}:
            who = self.chance.choice(PEOPLE)
            with suppress(Refusal):
                self.database.write(claim_mention, number, by=who, click=f"{number}-{who.name}")
                self.owners[number] = who.name

    def _come_to_rest(self, backlog: int) -> Iterator[str]:
        self.edge.faults = 0
        for _ in range(6 * 60):
            if not self._waiting() and len(self._cards()) >= len(self.network.posts):
                break
            self._a_moment()
        if self._waiting():
            yield f"lost: {self._waiting()} of {backlog} rows of the outbox do not leave"
        cards = self._cards()
        missing = len(self.network.posts) - len(cards)
        if missing:
            yield f"lost: {missing} of {len(self.network.posts)} mentions have no card"
        yield from (f"twice: card {one}" for one, times in cards.items() if times > 1)
        for number, name in self.owners.items():
            card = self.database.read(lambda store, number=number: store.current_card(number))
            if card is None or f"*{name}*" not in self.slack.cards.get(card.ts or "", ""):
                yield f"lost: the card of {number} does not say that {name} has it"

    def _cards(self) -> Counter[int]:
        marks = (one.mark for one in self.slack.posts if not one.thread)
        return Counter(mark["card"] for mark in marks if "card" in mark)

    def _waiting(self) -> int:
        return self.database.read(
            lambda store: int(
                store.session.connection()
                .exec_driver_sql("SELECT count(*) FROM delivery WHERE state = 'waiting'")
                .scalar_one()
            )
        )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--each-second", type=float, default=0.5)
    options = parser.parse_args(arguments)
    logging.disable(logging.CRITICAL)
    begun = time.monotonic()
    stream = f"{options.each_second:g} mentions a second for {options.minutes} minutes"
    findings = Findings(f"{stream}, {FAULTS} % of calls fail")
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        soak = Soak(Path(folder))
        problems = list(soak.run(minutes=options.minutes, each_second=options.each_second))
        soak.database.close()
    findings.add(PROMISE, points=len(soak.network.posts), problems=problems, how=stream)
    findings.seconds = time.monotonic() - begun
    print(findings.said())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

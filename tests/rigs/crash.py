"""kill -9 at every step that touches the database or the network, restart, and look.

    python -m tests.rigs.crash DATABASE_URL [--engine E]
                               [--every N --only JOURNEY | --runs N --kills N --seed S]

As SQLite's own crash tests do it: the first step is fatal, then the second, the third, till a whole
journey comes to its end alive (https://sqlite.org/testing.html). The database must be empty.
"""

import argparse
import logging
import random
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from itertools import count

from bot.settings import EMBEDDED, ENGINES
from tests.rigs import lanes
from tests.rigs.findings import Findings
from tests.rigs.journeys import (
    Claim,
    Draft,
    Journey,
    NoReply,
    Note,
    ReadPage,
    Reply,
    SendTo,
    Summary,
)
from tests.rigs.office import DELIVER, READ, Office
from tests.rigs.second_looks import Changed, Held, TakenDown

JOURNEYS = (
    ReadPage, Claim, Reply, Draft, SendTo, NoReply, Note, Summary, Held, Changed, TakenDown,
)  # fmt: skip
STOCK = 5
"""How many cards are posted beforehand at first; then twice as many each time."""
PATIENCE = 3
"""How often people press what is not acknowledged, before they wait till the bot is back."""
LONGEST = 2000
"""More steps than any journey has."""


class CrashRig:
    def __init__(self, office: Office, findings: Findings) -> None:
        self._office = office
        self._findings = findings
        self._numbers = count(1)

    def every_step(self, kind: type[Journey], *, every: int) -> None:
        """Die at the first step, `every` steps later, and so on, till one is lived through."""
        stock: list[Journey] = []
        wanted = STOCK
        for step in range(1, LONGEST, every):
            if not stock:
                stock, wanted = self._prepared([kind] * wanted), wanted * 2
            if not self.live(stock.pop(), [step]):
                return
        raise AssertionError(f"{kind.__name__} does not end")

    def several_deaths(self, *, kills: int, runs: int, seed: int) -> None:
        """Journey after journey, each with deaths at steps that chance chooses."""
        chance = random.Random(seed)
        kinds = [JOURNEYS[(seed + number) % len(JOURNEYS)] for number in range(runs)]
        for journey in self._prepared(kinds):
            self.live(journey, [chance.randint(1, 100) for _ in range(kills)])

    def live(self, journey: Journey, kills: list[int]) -> int:
        """Live through a journey, dying after so many steps each time; how often it died."""
        office, deaths = self._office, []
        for kill_at in (*kills, 0):
            office.start_bot(kill_at=kill_at)
            for _ in range(PATIENCE):
                if not journey.acknowledged:
                    journey.act()
            if office.bot.ask(DELIVER) and self._is_spared():
                break
            deaths.append(f"step {kill_at}, {office.board.killed_at}")
        problems = list(journey.check())
        how = f"{type(journey).__name__}, killed at {'; '.join(deaths) or 'no step'}"
        self._findings.add(journey.promise, points=len(deaths), problems=problems, how=how)
        office.clear_desk()
        office.bot.kill()
        return len(deaths)

    def _is_spared(self) -> bool:
        """Whether it lives once nothing kills it any more: an engine has steps unasked."""
        self._office.board.kill_at = 0
        return self._office.bot.ask(DELIVER)

    def _prepared(self, kinds: Sequence[type[Journey]]) -> list[Journey]:
        """A journey of each kind, with the card that it begins with."""
        office = self._office
        made = [kind(office, next(self._numbers)) for kind in kinds]
        if any(kind.ready_made for kind in kinds):
            office.start_bot()
            assert office.bot.ask(READ)
            assert office.bot.ask(DELIVER)
            for one in made:
                one.begin()
            assert office.bot.ask(DELIVER)
            office.clear_desk()
            office.bot.kill()
        return made


def main(arguments: list[str]) -> int:
    options = _read(arguments)
    # The stand-ins would tell of every connection that a killed client left open.
    logging.disable(logging.CRITICAL)
    begun = time.monotonic()
    lanes.prepare(options.database_url, engine=options.engine)
    steps = f"one in {options.every}" if options.every > 1 else "each"
    once = f"kill -9 at {steps} of all steps"
    fault = f"kill -9, {options.kills} times over" if options.runs else once
    findings = Findings(fault)
    with closing(Office(options.database_url, engine=options.engine)) as office:
        rig = CrashRig(office, findings)
        if options.runs:
            rig.several_deaths(kills=options.kills, runs=options.runs, seed=options.seed)
        else:
            for kind in JOURNEYS:
                if options.only in ("", kind.__name__):
                    rig.every_step(kind, every=options.every)
    findings.seconds = time.monotonic() - begun
    print(findings.said())
    return 0


def _read(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("database_url")
    parser.add_argument("--engine", choices=ENGINES, default=EMBEDDED)
    parser.add_argument("--every", type=int, default=1, help="only each so many-th step")
    parser.add_argument("--only", default="", help="one journey, by its class")
    parser.add_argument("--runs", type=int, default=0, help="so many, with several deaths each")
    parser.add_argument("--kills", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

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
from collections.abc import Iterator
from contextlib import closing

from bot.settings import EMBEDDED, ENGINES
from tests.rigs import lanes
from tests.rigs.findings import Findings
from tests.rigs.journeys import Journey
from tests.rigs.lives import JOURNEYS, Lives
from tests.rigs.office import DELIVER, Office

STOCK, MOST = 5, 40
"""How many cards are posted beforehand at first; then twice as many each time, as far as Slack's
pace lets them be ready within the minutes that the office waits for.
"""
LONGEST = 2000
"""More steps than any journey has."""
A_LIFE = 100
"""Steps, for a single death: to measure a life would take as long."""
REDRAWS = 3


class CrashRig(Lives):
    def every_step(self, kind: type[Journey], *, every: int) -> None:
        """Die at the first step, `every` steps later, and so on, till one is lived through."""
        stock: list[Journey] = []
        wanted = STOCK
        for step in range(1, LONGEST, every):
            if not stock:
                stock, wanted = self.prepared([kind] * wanted), min(wanted * 2, MOST)
            if not self.live(stock.pop(), [step]):
                return
        raise AssertionError(f"{kind.__name__} does not end")

    def several_deaths(self, *, kills: int, runs: int, seed: int) -> int:
        """Journey after journey, each with deaths in so many lives; how often it died in all."""
        chance = random.Random(seed)
        kinds = [JOURNEYS[(seed + number) % len(JOURNEYS)] for number in range(runs)]
        lengths = dict.fromkeys(kinds, A_LIFE)
        if kills > 1:
            lengths = {kind: self._length(kind) for kind in lengths}
        return sum(
            self._insist_on_dying(journey, kills, lengths[type(journey)], chance)
            for journey in self.prepared(kinds)
        )

    def _insist_on_dying(
        self, journey: Journey, kills: int, length: int, chance: random.Random
    ) -> int:
        """A journey that came to its end too early begins anew, with deaths after fewer steps."""
        deaths = self.live(journey, list(_spread(kills, length, chance)))
        for _ in range(REDRAWS):
            if deaths < kills:
                length = max(1, length // 2)
                (journey,) = self.prepared([type(journey)])
                deaths = self.live(journey, list(_spread(kills, length, chance)))
        return deaths

    def _length(self, kind: type[Journey]) -> int:
        """How many steps a life has that nothing disturbs."""
        (journey,) = self.prepared([kind])
        self.office.start_bot()
        self.insist(journey)
        assert self.office.bot.ask(DELIVER)
        length = self.office.board.steps
        self.judge(journey, points=0, how="undisturbed")
        return length

    def live(self, journey: Journey, kills: list[int]) -> int:
        """Live through a journey, dying after so many steps each time; how often it died."""
        office, deaths = self.office, []
        for kill_at in (*kills, 0):
            office.start_bot(kill_at=kill_at)
            self.insist(journey)
            if office.bot.ask(DELIVER) and self._is_spared():
                break
            deaths.append(f"step {kill_at}, {office.board.killed_at}")
        self.judge(journey, points=len(deaths), how=f"killed at {'; '.join(deaths) or 'no step'}")
        return len(deaths)

    def _is_spared(self) -> bool:
        """Whether it lives once nothing kills it any more: an engine has steps unasked."""
        self.office.board.kill_at = 0
        return self.office.bot.ask(DELIVER)


def _spread(kills: int, length: int, chance: random.Random) -> Iterator[int]:
    """After how many steps each life ends, so that all of them together are no whole one: what one
    life has done the next one need not do.
    """
    for left in range(kills, 0, -1):
        step = chance.randint(1, max(1, 2 * length // (left + 1)))
        length -= step
        yield step


def main(arguments: list[str]) -> int:
    options = _read(arguments)
    # The stand-ins would tell of every connection that a killed client left open.
    logging.disable(logging.CRITICAL)
    begun = time.monotonic()
    lanes.prepare(options.database_url, engine=options.engine)
    steps = f"one in {options.every}" if options.every > 1 else "each"
    findings = Findings(f"kill -9 at {steps} of all steps")
    with closing(Office(options.database_url, engine=options.engine)) as office:
        rig = CrashRig(office, findings)
        if options.runs:
            died = rig.several_deaths(kills=options.kills, runs=options.runs, seed=options.seed)
            wanted = options.kills * options.runs
            findings.fault = f"kill -9, {options.kills} a run; {died} of {wanted} planned"
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

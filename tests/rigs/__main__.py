"""`make chaos`: every lane at its full length, two at a time, and the table in docs/promises.md.

`python -m tests.rigs crash races` runs only the lanes of these rigs, and writes no table;
`python -m tests.rigs --part 4` does a quarter of everything; `python -m tests.rigs stories
--seed N` tells the stories of that seed once more. With `make chaos EVERY=1` each step of the
journeys is fatal once, with Procrastinate's engine one in eight; that takes fifty minutes.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bot.settings import EMBEDDED, PROCRASTINATE
from tests.benchmarks import databases
from tests.benchmarks.databases import Kind
from tests.rigs import lanes, table
from tests.rigs.findings import Findings

MEMORY = Path("/dev/shm")
LONGEST = 3600.0
"""Seconds, for a lane on a machine that has other things to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    name: str
    database: str
    arguments: tuple[str, ...]
    must_break: bool = False
    """Where no client can keep the promise: a rig that finds no double there sees nothing."""

    def run(self) -> Findings:
        return lanes.run(self.name, *self.arguments, seconds=LONGEST)

    def is_well(self, found: Findings) -> bool:
        points, _, _, twice = found.sums()
        return points > 0 and (twice > 0 if self.must_break else found.clean)


def main(arguments: list[str]) -> int:
    options = _read(arguments)
    begun = time.monotonic()
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK):
        tempfile.tempdir = os.environ["TMPDIR"] = str(MEMORY)
    with databases.both() as kinds, ThreadPoolExecutor(2) as hands:
        there_are = list(_lanes(kinds, options))
        wanted = [one for one in there_are if not options.rigs or one.name in options.rigs]
        results = list(zip(wanted, hands.map(_run, wanted), strict=True))
    broken = [lane for lane, found in results if not lane.is_well(found)]
    seconds = time.monotonic() - begun
    if not options.rigs:
        found_on = [(lane.database, found) for lane, found in results]
        table.write(found_on, part=options.part, seconds=seconds)
    print(f"{len(results) - len(broken)} lanes as they must be, {len(broken)} not; {seconds:.0f} s")
    return int(bool(broken))


def _read(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("rigs", nargs="*", help="only these; no table is written then")
    parser.add_argument("--part", type=int, default=1, help="only one in so many of all points")
    parser.add_argument("--every", type=int, default=6, help="die at each so many-th step")
    parser.add_argument("--seed", type=int, help="of the stories; else others each time")
    return parser.parse_args(arguments)


def _lanes(kinds: list[Kind], options: argparse.Namespace) -> Iterator[Lane]:
    """The longest first, so that none is left over for one hand alone."""
    part, every = options.part, options.every
    seeded = () if options.seed is None else ("--seed", str(options.seed))
    adapters = [*((kind, EMBEDDED) for kind in kinds), (kinds[-1], PROCRASTINATE)]
    for kind in reversed(kinds):
        yield _on(kind, "crash", "--every", str(every * part))
    for seed, kind, number in ((1, kinds[-1], 30_000), (2, kinds[0], 70_000)):
        requests = ("--requests", _share(number, part), "--seed", str(seed))
        yield _on(kind, "garbage", *requests)
    yield _soak(minutes=_share(2, part), each_second=50)
    for turn, (kind, engine) in enumerate(adapters):  # a third of the faults each
        turns = ("--part", str(len(adapters) * part), "--turn", str(turn))
        yield _on(kind, "faults", *turns, engine=engine)
    yield _on(kinds[-1], "crash", "--every", str(8 * every * part), engine=PROCRASTINATE)
    yield _simulation("storm", _share(20, part))
    for kind, engine in adapters:
        cards = 200 if engine == EMBEDDED else 50
        yield _on(kind, "races", "--cards", _share(cards, part), "--people", "50", engine=engine)
    for kind in kinds:
        yield _on(kind, "stories", "--examples", _share(60, part), *seeded)
    yield Lane(name="mutants", database="SQLite", arguments=())
    for kind, engine in adapters:
        yield from _several_deaths(kind, engine, part)
    yield _soak(minutes=_share(60, part), each_second=0.5)
    for scene in ("clock set", "deadly", "slow to show"):
        yield _simulation(scene, _share(10, part))
    yield _simulation("pace", _share(5, part))
    for scene in ("clock set far", "lagging", "frozen anywhere"):
        yield _simulation(scene, "20", must_break=True)


def _several_deaths(kind: Kind, engine: str, part: int) -> Iterator[Lane]:
    twice, often = (33, 16) if engine == EMBEDDED else (11, 6)
    runs = ("--runs", _share(twice, part), "--kills", "2")
    yield _on(kind, "crash", *runs, engine=engine)
    runs = ("--runs", _share(often, part), "--kills", "5", "--seed", "2")
    yield _on(kind, "crash", *runs, engine=engine)


def _share(number: int, part: int) -> str:
    """One in `part` of them, and never none: to a lane that means something else."""
    return str(max(1, number // part))


def _on(kind: Kind, name: str, *arguments: str, engine: str = EMBEDDED) -> Lane:
    """A lane on a new database of this kind."""
    if engine == EMBEDDED:
        return Lane(name=name, database=kind.name, arguments=(kind.address(), *arguments))
    chosen = (kind.address(), "--engine", engine, *arguments)
    return Lane(name=name, database=f"{kind.name}, {engine.capitalize()}", arguments=chosen)


def _soak(*, minutes: str, each_second: float) -> Lane:
    arguments = ("--minutes", minutes, "--each-second", str(each_second))
    return Lane(name="soak", database="SQLite", arguments=arguments)


def _simulation(scene: str, seeds: str, *, must_break: bool = False) -> Lane:
    arguments = ["--scene", scene, "--seeds", seeds, *["--until-broken"] * must_break]
    return Lane(
        name="simulation", database="SQLite", arguments=tuple(arguments), must_break=must_break
    )


def _run(lane: Lane) -> Findings:
    """What a lane finds; one that breaks off finds nothing out, and the others go on."""
    try:
        found = lane.run()
    except (RuntimeError, subprocess.TimeoutExpired) as error:
        found = Findings("broke off", problems=[str(error)])
    points, runs, lost, twice = found.sums()
    print(
        f"{lane.database:25} {lane.name:10} {found.fault:45} {points:>9,} points {runs:>5,} runs"
        f" {lost:>3} lost {twice:>3} twice {found.seconds:>5.0f} s", flush=True,
    )  # fmt: skip
    for problem in found.problems:
        print(f"    {'as expected, ' if lane.must_break else ''}{problem}", flush=True)
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

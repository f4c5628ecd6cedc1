"""Several processes at once, interleaved at every step, killed, frozen, set to another
time and lied to, by a seed.

    python -m tests.rigs.simulation [--seeds N] [--first SEED] [--scene NAME] [--until-broken]

It is the real ledger: bot/outbox.py, the drain, the senders, the use cases, on SQLite. Only what is
outside stands in (`edges.py`), and time is moved. A seed that fails is run again with
`--first SEED --seeds 1`.
"""

import argparse
import logging
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

import bot.database
import bot.delivery.drain
from bot import outbox, schema
from bot.database import Database
from bot.delivery.drain import Drain
from bot.errors import Refusal
from bot.ingest import Ingest
from bot.models import Actor, DeliveryState, Event, Reply, ReplyState
from bot.sandbox.world import MovableClock
from bot.store import Store
from bot.switchboard import Switchboard
from bot.usecases.claim import claim_mention
from bot.usecases.configure import apply_config
from bot.usecases.decide import confirm_sent, send_again
from bot.usecases.reply import queue_reply, reply_form
from tests.bot.steps import introduce
from tests.rigs.edges import (
    Edge,
    SimNetwork,
    SimSlack,
    company,
    sim_drain,
    sim_platform,
    sim_switchboard,
)
from tests.rigs.findings import Findings
from tests.rigs.schedule import Schedule, Weather
from tests.town import MONDAY_MORNING

PROMISES = "one card a mention, one owner a claim, one public reply a submission"
PACE = "no channel gets two messages within a second"
PEOPLE = tuple(Actor(f"U0{name}", name) for name in ("ANA", "BEN", "CAT"))
BEFORE_PEOPLE_ANSWER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A run: how bad it gets, and how much is asked for."""

    weather: Weather = field(default_factory=Weather)
    faults: float = 0.0
    lag: float = 0.0
    slowest: float = 0.3
    workers: int = 2
    mentions: int = 5


SCENES = {
    "storm": Scene(weather=Weather(kills=4, freezes=3), faults=15, lag=2, slowest=4),
    "deadly": Scene(weather=Weather(kills=40), lag=2),
    "slow to show": Scene(faults=30, lag=40),
    "clock set": Scene(weather=Weather(kills=4, jumps=4), faults=15, lag=2, slowest=4),
    "pace": Scene(mentions=14, slowest=0.0),
    # What no client can survive; these must double, else the rig sees nothing.
    "frozen anywhere": Scene(weather=Weather(freezes_leaving=100, longest_freeze=1500), workers=4),
    "clock set far": Scene(weather=Weather(jumps=40, farthest_jump=7200), faults=60, mentions=8),
    "lagging": Scene(faults=60, lag=600),
}


class OneProcess(Database):
    """A process's own view of the database; a process that dies between two writes stays dead."""

    schedule: Schedule

    def write(self, act: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self.schedule.leaves(getattr(act, "__name__", "") == "_mark")
        answer = super().write(act, *args, **kwargs)
        self.schedule.step()
        return answer


class Simulation:
    """One seed."""

    def __init__(self, seed: int, scene: Scene, url: str) -> None:
        self.scene, self.clock = scene, MovableClock(MONDAY_MORNING)
        self.schedule = Schedule(seed, self.clock, scene.weather)
        self._url = url
        self._chance = self.schedule.chance
        edge = Edge(
            self.clock, self._chance, step=self.schedule.step, sleep=self.schedule.sleep,
            left=lambda: self.schedule.leaves(False), faults=scene.faults, lag=scene.lag,
            slowest=scene.slowest,
        )  # fmt: skip
        self.edge, self.slack, self.network = edge, SimSlack(edge), SimNetwork(edge)
        self._platform = sim_platform(self.network)
        self._looking = self._process()
        self._looking.write(apply_config, company())
        introduce(self._looking, *PEOPLE)
        self.claimed: dict[int, list[str]] = {}
        self.submitted: dict[int, str] = {}

    def run(self) -> Iterator[str]:
        """Let it all happen, then come to rest; what is wrong then."""
        stop = self.schedule.watch()
        # The drain waits and measures by this machine's time; here by ours.
        bot.delivery.drain.time = self  # type: ignore[assignment]
        try:
            for number in range(self.scene.workers):
                self.schedule.add(f"worker {number}", self._work)
            self.schedule.add("reader", self._read)
            self.schedule.add("customers", self._write, mortal=False)
            for who in PEOPLE[:2]:
                self.schedule.add(who.name, lambda who=who: self._answer(who), mortal=False)
            self.schedule.run_until(self._people_are_done)
            self._come_to_rest()
            self.schedule.end()
        finally:
            bot.delivery.drain.time = time  # type: ignore[assignment]
            stop()
        yield from self._wrong()

    def sleep(self, seconds: float) -> None:
        self.schedule.sleep(seconds)

    def perf_counter(self) -> float:
        return self.clock.seconds()

    # -- who acts

    def _work(self) -> None:
        drain = self._drain()
        while True:
            with suppress(SQLAlchemyError):  # the engine's thread logs it and goes on
                leases = drain.lease(self._chance.randint(1, 4), ahead=outbox.AHEAD)
                for lease in leases:
                    drain.deliver(lease)
                if leases:
                    continue
            self.schedule.sleep(self._nap())

    def _read(self) -> None:
        ingest = Ingest(
            self._process(), "sim", self._switchboard(self._process()).platforms["sim"].open,
            every=timedelta(seconds=5),
        )  # fmt: skip
        while True:
            with suppress(SQLAlchemyError):
                ingest.run()
            self.schedule.sleep(5 * self._nap())

    def _nap(self) -> float:
        """Seconds between two looks whether there is something to do."""
        return 10.0 if self.schedule.calm else 2.0

    def _write(self) -> None:
        for number in range(self.scene.mentions):
            thing = "router is broken" if number % 2 else "bill is wrong"
            self.network.write(f"@acme acme: my {thing}, case {number}.")
            self.schedule.sleep(self._chance.random() * 4)

    def _answer(self, who: Actor) -> None:
        """Press Claim on every card but the last, and reply to what is one's own; again, till it
        is taken. A claim draws its card anew: it would make good that a card was never asked for.
        """
        for number in range(1, self.scene.mentions):
            while not self._looking.read(lambda store, number=number: store.mention(number)):
                self.schedule.sleep(3.0)
            self._insist(self._claim, number, who)
            if self.claimed.get(number) == [who.slack_id]:
                self._insist(self._submit, number, who)
        self.schedule.sleep(self._chance.uniform(60, 300))
        for number in self.submitted:
            # A window that was still open somewhere is submitted once more.
            if self.claimed.get(number) == [who.slack_id]:
                self._insist(self._submit, number, who)

    def _insist(self, act: Callable[..., None], *args: Any) -> None:
        """What failed is done again by the person, and what was done may come twice from Slack."""
        for _ in range(50):
            try:
                for _ in range(self._chance.choice((1, 1, 1, 2))):
                    act(self._process(), *args)
            except SQLAlchemyError:
                self.schedule.sleep(2.0)
            else:
                return
        raise AssertionError("the database never answered")

    def _claim(self, database: Database, number: int, who: Actor) -> None:
        with suppress(Refusal):
            database.write(claim_mention, number, by=who, click=f"{who.slack_id}-{number}")
            owners = self.claimed.setdefault(number, [])
            if who.slack_id not in owners:
                owners.append(who.slack_id)

    def _submit(self, database: Database, number: int, who: Actor) -> None:
        text, submission = f"Sorry about {number}.", f"view:{who.slack_id}-{number}"
        with suppress(Refusal):
            form = database.read(reply_form, number, by=who)
            taken = database.write(
                queue_reply, number, text, by=who, submission=submission, seen=form.seen
            )
            if isinstance(taken, Reply):
                self.submitted[number] = text

    def _people_are_done(self) -> bool:
        return all(one.done for one in self.schedule.actors if not one.mortal)

    # -- coming to rest

    def _come_to_rest(self) -> None:
        """The weather clears up; people answer what they are asked; nothing waits any more."""
        self.schedule.calm, self.edge.faults = True, 0
        weather = self.scene.weather
        # What was to be done by a clock that was ahead is not due before ours says so.
        late = weather.longest_freeze + (2 * weather.farthest_jump if weather.jumps else 0)
        thawed = self.clock.now() + timedelta(seconds=late)
        self.schedule.run_until(lambda: self.clock.now() >= thawed)
        for _ in range(6):
            end = self.clock.now() + BEFORE_PEOPLE_ANSWER + timedelta(seconds=self.scene.lag)
            self.schedule.run_until(lambda end=end: self.clock.now() >= end)
            if not self._ask_people():
                return

    def _ask_people(self) -> bool:
        """Whoever is asked whether a reply is there looks at the network."""
        asked = self._looking.read(_uncertain)
        for reply, mention, text in asked:
            there = any(one[:2] == (str(mention), text) for one in self.network.replies)
            decide = confirm_sent if there else send_again
            self._looking.write(decide, reply, by=PEOPLE[2], click=f"decided {self.clock.now()}")
        return bool(asked or self._looking.read(_waiting))

    # -- what must be true

    def _wrong(self) -> Iterator[str]:
        cards = Counter(one.mark["card"] for one in self.slack.posts if "card" in one.mark
                        and not one.thread)  # fmt: skip
        for number in range(1, self.scene.mentions + 1):
            yield from _once(f"the card of {number}", cards[number])
            if number in self.claimed:
                yield from self._wrong_claim(number)
            if number in self.submitted:
                said = [one for one in self.network.replies if one[0] == str(number)]
                yield from _once(f"the reply to {number}", len(said))
        yield from self._wrong_pace()

    def _wrong_claim(self, number: int) -> Iterator[str]:
        events = self._looking.read(_claims, number)
        yield from _once(f"the claim of {number} in the database", len(events))
        yield from _once(f"whom we told that {number} is theirs", len(self.claimed[number]))
        if self.slack.posts and not any(
            f"*{events[0]}*" in shown for shown in self.slack.cards.values()
        ):
            yield f"lost: no card shows that {events[0]} has {number}"

    def _wrong_pace(self) -> Iterator[str]:
        if self.scene.slowest or self.scene.faults:
            return
        last: dict[str, Any] = {}
        for one in self.slack.posts:
            if one.channel in last and (one.at - last[one.channel]).total_seconds() < 1:
                yield f"twice: two messages within a second in {one.channel} at {one.at}"
            last[one.channel] = one.at

    # -- parts

    def _process(self) -> OneProcess:
        made = OneProcess(self._url, clock=self.schedule.machine_time)
        made.schedule = self.schedule
        return made

    def _switchboard(self, database: Database) -> Switchboard:
        return sim_switchboard(database, self._platform)

    def _drain(self) -> Drain:
        database = self._process()
        drain = sim_drain(self._switchboard(database), self.slack)
        drain._jitter = self._chance.random
        return drain


def _once(what: str, found: int) -> Iterator[str]:
    if not found:
        yield f"lost: {what}"
    if found > 1:
        yield f"twice: {what}: {found} times"


def _uncertain(store: Store) -> list[tuple[int, int, str]]:
    asked = Reply.state.in_((ReplyState.UNCERTAIN, ReplyState.FAILED))
    found = store.session.scalars(select(Reply).where(asked))
    return [(one.id, one.mention_id, one.text) for one in found]


def _waiting(store: Store) -> int:
    rows = store.session.connection().exec_driver_sql(
        f"SELECT count(*) FROM delivery WHERE state = '{DeliveryState.WAITING}'"
    )
    return int(rows.scalar_one())


def _claims(store: Store, number: int) -> list[str]:
    """Who claimed it, by its history."""
    events: list[Event] = list(store.events(number))
    return [one.actor.name for one in events if one.kind == "claimed" and one.actor]


@contextmanager
def silence() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def simulate(seeds: range, name: str, *, until_broken: bool = False) -> Findings:
    """Run these seeds one after the other on one database file that is made anew each time.

    `until_broken`: no more of them once a promise is broken.
    """
    findings, begun = Findings(f"several workers, {name}"), time.monotonic()
    with silence(), tempfile.TemporaryDirectory(prefix="sim-") as folder:
        template, path = Path(folder) / "template.db", Path(folder) / "sim.db"
        url = f"sqlite:///{path}"
        with_tables = Database(f"sqlite:///{template}")
        schema.upgrade(with_tables)
        with_tables.close()
        for seed in seeds:
            bot.database._engine(url).dispose()
            for left_over in Path(folder).glob("sim.db*"):
                left_over.unlink()
            shutil.copy(template, path)
            _one_seed(seed, name, url, findings)
            if until_broken and not findings.clean:
                break
        bot.database._engine(url).dispose()
    findings.seconds = time.monotonic() - begun
    return findings


def _one_seed(seed: int, name: str, url: str, findings: Findings) -> None:
    simulation = Simulation(seed, SCENES[name], url)
    promise = f"{PROMISES}; {PACE}" if name == "pace" else PROMISES
    wrong = list(simulation.run())
    how = f"seed {seed}: {simulation.schedule.steps} steps, {simulation.schedule.kills} kills"
    findings.add(promise, points=simulation.schedule.steps, problems=wrong, how=how)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--scene", choices=SCENES, default="storm")
    parser.add_argument("--until-broken", action="store_true")
    options = parser.parse_args(arguments)
    # One engine for all processes: to compile every statement anew would take most of the time.
    bot.database._engine = cache(bot.database._engine)
    seeds = range(options.first, options.first + options.seeds)
    print(simulate(seeds, options.scene, until_broken=options.until_broken).said())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""People do anything in any order, Slack and the network fail now and then; a small model tells
what must be true after each act. Hypothesis looks for the shortest story that breaks it.

    python -m tests.rigs.stories DATABASE_URL [--examples N --steps N --seed N]

The database must be empty. The same seed tells the same stories.
"""

import argparse
import itertools
import logging
import random
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from sqlalchemy import create_engine, make_url, select

import bot.database
from bot.database import Database
from bot.errors import Refusal
from bot.ingest import Ingest
from bot.models import Actor, Reply, ReplyState, Verdict
from bot.sandbox.world import MovableClock
from bot.store import Store
from bot.usecases.claim import claim_mention, release_mention
from bot.usecases.configure import apply_config
from bot.usecases.decide import confirm_sent, drop_reply, send_again
from bot.usecases.note import add_note
from bot.usecases.reply import queue_reply, reply_form
from bot.usecases.transfer import transfer_mention
from bot.usecases.verdict import close_mention, reopen_mention
from tests.bot.steps import introduce
from tests.rigs import lanes
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
from tests.town import MONDAY_MORNING, deliver_all

PROMISE = "one card a mention, one owner a claim, one public reply a submission"
PEOPLE = [Actor(f"U0{name}", name) for name in ("ANA", "BEN")]
people = st.sampled_from(PEOPLE)
FAULTS = 30
"""Percent of the calls, where some fail."""
which = st.integers(0, 2)
"""Of the mentions there are; fewer than three are counted round."""


@dataclass
class Model:
    """What must be true of a mention."""

    number: int
    owner: str | None = None
    closed: bool = False
    replies: dict[str, str] = field(default_factory=dict)
    """Texts that were taken for sending, by submission."""
    dropped: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)


class Company(RuleBasedStateMachine):
    template: ClassVar[str]
    """The address of a database as `make_ready` leaves it; each story has a copy."""
    stories: ClassVar[int] = 0
    acts: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        Company.stories += 1
        self.clock, self.clicks = MovableClock(MONDAY_MORNING), itertools.count(1)
        self.database = Database(_copy_of(self.template), clock=self.clock.now)
        self.edge = Edge(
            self.clock, random.Random(1), step=lambda: None, left=lambda: None,
            sleep=lambda seconds: self.clock.move(timedelta(seconds=seconds)),
        )  # fmt: skip
        self.slack, self.network = SimSlack(self.edge), SimNetwork(self.edge)
        platform = sim_platform(self.network)
        self.drain = sim_drain(sim_switchboard(self.database, platform), self.slack)
        self.source = Ingest(self.database, "sim", platform.open, every=timedelta(0))
        self.models: list[Model] = []
        self.last: Callable[[], object] = lambda: None

    # -- what happens

    @precondition(lambda self: len(self.models) < 3)
    @rule()
    def post(self) -> None:
        number = len(self.models) + 1
        self.network.write(f"@acme acme: my bill is wrong, case {number}.")
        while self.database.read(lambda store: store.mention(number)) is None:
            self.clock.move(timedelta(hours=1))
            self.source.run()
        self.models.append(Model(number))

    @rule(faults=st.sampled_from([0, FAULTS]), seed=st.integers(0, 1000))
    def deliver(self, faults: int, seed: int) -> None:
        self.edge.faults, self.edge.chance = faults, random.Random(seed)
        deliver_all(self.drain, self.clock, at_most=timedelta(minutes=3))

    @precondition(lambda self: self.models)
    @rule(which=which, who=people)
    def claim(self, which: int, who: Actor) -> None:
        model = self._model(which)
        may = model.owner is None and not model.closed and not self._answered(model)
        if self._act(claim_mention, model.number, by=who, click=self._click(), may=may):
            model.owner = who.name

    @precondition(lambda self: self.models)
    @rule(which=which, who=people)
    def release(self, which: int, who: Actor) -> None:
        model = self._model(which)
        may = model.owner == who.name and not model.closed and not self._answered(model)
        if self._act(release_mention, model.number, by=who, click=self._click(), may=may):
            model.owner = None

    @precondition(lambda self: self.models)
    @rule(which=which, who=people)
    def close(self, which: int, who: Actor) -> None:
        model = self._model(which)
        may = not (model.closed or self._answered(model) or self._on_its_way(model))
        if self._act(
            close_mention, model.number, Verdict.SPAM, by=who, click=self._click(), may=may
        ):
            model.closed = True

    @precondition(lambda self: self.models)
    @rule(which=which, who=people)
    def undo(self, which: int, who: Actor) -> None:
        model = self._model(which)
        if self._act(reopen_mention, model.number, by=who, click=self._click(), may=model.closed):
            model.closed = False

    @precondition(lambda self: self.models)
    @rule(which=which, who=people, to=st.sampled_from(["#support", "#billing"]))
    def send_to(self, which: int, who: Actor, to: str) -> None:
        model = self._model(which)
        there = self.database.read(lambda store: store.current_card(model.number))
        assert there is not None
        may = there.channel != to and not (
            model.closed or self._answered(model) or self._on_its_way(model)
        )
        if self._act(
            transfer_mention, model.number, by=who, click=self._click(), channel=to,
            public_card=there.id, may=may,
        ):  # fmt: skip
            model.owner = None

    @precondition(lambda self: self.models)
    @rule(which=which, who=people)
    def remark(self, which: int, who: Actor) -> None:
        model, click = self._model(which), self._click()
        text = f"Remark {click}."
        self._act(add_note, model.number, text, by=who, click=click, may=True)
        model.notes.append(text)

    @precondition(lambda self: self.models)
    @rule(which=which, who=people)
    def reply(self, which: int, who: Actor) -> None:
        model, submission = self._model(which), f"view:{self._click()}"
        text = f"Answer {submission}"
        may = not model.closed and not self._on_its_way(model)
        try:
            form = self.database.read(reply_form, model.number, by=who)
        except Refusal:
            assert not may, f"mention {model.number} cannot be answered"
            return
        if self._act(
            queue_reply, model.number, text, by=who, submission=submission, seen=form.seen, may=may
        ):
            model.replies[submission] = text
            model.owner = model.owner or who.name

    @rule()
    def again(self) -> None:
        """Slack delivers the last press once more."""
        with suppress(Refusal):
            self.last()

    @rule(who=people, drop=st.booleans())
    def decide(self, who: Actor, drop: bool) -> None:
        """A person looks at the network and answers what the card asks."""
        for reply in self.database.read(_stuck):
            there = self._published(reply)
            if drop and not there:
                self._act(drop_reply, reply.id, by=who, click=self._click(), may=True)
                self._model_of(reply).dropped.add(reply.text)
            else:
                what = confirm_sent if there else send_again
                may = there or self._is_latest(reply)
                if self._act(what, reply.id, by=who, click=self._click(), may=may):
                    self._went_on(reply, what, who)

    # -- what must be true

    def teardown(self) -> None:
        self.edge.faults = 0
        for _ in range(3):
            deliver_all(self.drain, self.clock, at_most=timedelta(hours=3))
            for reply in self.database.read(_stuck):
                if reply.text not in self._model_of(reply).dropped:
                    what = confirm_sent if self._published(reply) else send_again
                    self.database.write(what, reply.id, by=PEOPLE[0], click=self._click())
                    self._went_on(reply, what, PEOPLE[0])
        cards = Counter(one.mark["card"] for one in self.slack.posts if not one.thread
                        and "card" in one.mark)  # fmt: skip
        assert all(times == 1 for times in cards.values()), f"cards were posted twice: {cards}"
        for model in self.models:
            self._holds(model)
            current = self.database.read(lambda store, one=model: store.current_card(one.number))
            assert current is not None
            assert current.ts, f"mention {model.number} has no card"
            shown = self.slack.cards[current.ts]
            if model.owner and not model.closed and not model.replies:
                assert f"*{model.owner}*" in shown, "the card is out of date"
            for text in model.replies.values():
                wanted = 0 if text in model.dropped else 1
                times = [one[1] for one in self.network.replies].count(text)
                assert times == wanted, f"{text} is out {times} times, not {wanted}"
            for note in model.notes:
                threads = [one.thread for one in self.slack.posts if note in one.text]
                assert len(set(threads)) == len(threads) > 0, f"{note} stands in {threads}"
        self.database.close()

    def _holds(self, model: Model) -> None:
        mention = self.database.read(lambda store: store.mention(model.number))
        assert mention is not None
        owner = mention.owner.name if mention.owner else None
        assert owner == model.owner, f"mention {model.number} is {owner}'s, not {model.owner}'s"
        out = Counter(text for _, text, _ in self.network.replies)
        assert all(times == 1 for times in out.values()), f"public replies: {out}"

    # -- steps

    def _act(self, act: Callable[..., Any], *args: Any, may: bool, **named: Any) -> bool:
        """Do it; it must be refused exactly when it may not be."""
        Company.acts += 1
        self.last = lambda: self.database.write(act, *args, **named)
        refused = ""
        try:
            self.last()
        except Refusal as refusal:
            refused = f" with “{refusal}”"
        assert may != bool(refused), (
            f"{act.__name__} was {'' if refused else 'not '}refused{refused}"
        )
        return not refused

    def _went_on(self, reply: Reply, what: Callable[..., Any], who: Actor) -> None:
        """Whoever sends a reply again takes what nobody has."""
        model = self._model_of(reply)
        model.dropped.discard(reply.text)
        if what is send_again:
            model.owner = model.owner or who.name

    def _is_latest(self, reply: Reply) -> bool:
        """Once somebody wrote a newer one, an older one stays where it is."""
        latest = self.database.read(lambda store: store.latest_reply(reply.mention_id))
        return latest is not None and latest.id == reply.id

    def _click(self) -> str:
        return f"click:{next(self.clicks)}"

    def _model(self, number: int) -> Model:
        return self.models[number % len(self.models)]

    def _model_of(self, reply: Reply) -> Model:
        return self.models[reply.mention_id - 1]

    def _published(self, reply: Reply) -> bool:
        return any(text == reply.text for _, text, _ in self.network.replies)

    def _states(self, model: Model) -> list[ReplyState]:
        found = self.database.read(_replies)
        return [ReplyState(one.state) for one in found if one.mention_id == model.number]

    def _answered(self, model: Model) -> bool:
        return ReplyState.SENT in self._states(model)

    def _on_its_way(self, model: Model) -> bool:
        waiting = {ReplyState.QUEUED, ReplyState.SENDING, ReplyState.UNCERTAIN}
        return bool(waiting & set(self._states(model)))


def _stuck(store: Store) -> list[Reply]:
    asked = (ReplyState.UNCERTAIN, ReplyState.FAILED)
    return [one for one in _replies(store) if one.state in asked]


def _replies(store: Store) -> list[Reply]:
    return list(store.session.scalars(select(Reply).order_by(Reply.id)))


def make_ready(database_url: str) -> None:
    """Fill an empty database with the company that each story begins with."""
    lanes.prepare(database_url)
    database = Database(database_url)
    database.write(apply_config, company())
    introduce(database, *PEOPLE)
    database.close()
    Company.template = database_url


def tell(*, examples: int, steps: int, number: int | None = None) -> None:
    """Raises AssertionError with the shortest story in which something is wrong.

    `number`: the seed; None: always the same stories.
    """
    factory = Company if number is None else seed(number)(Company)
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        factory,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None,
            derandomize=number is None, database=None, phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck), report_multiple_bugs=False,
        ),
    )  # fmt: skip


def _copy_of(template: str) -> str:
    """The address of a new copy; what was there before is gone."""
    there = make_url(template)
    assert there.database is not None
    copy = there.set(database=f"{there.database}_story")
    address = copy.render_as_string(hide_password=False)
    bot.database._engine(address).dispose()
    if there.drivername == "sqlite":
        path = Path(f"{there.database}_story")
        for left_over in path.parent.glob(f"{path.name}*"):
            left_over.unlink()
        shutil.copy(there.database, path)
    else:
        _tell(template, f"DROP DATABASE IF EXISTS {copy.database}")
        _tell(template, f"CREATE DATABASE {copy.database} TEMPLATE {there.database}")
    return address


def _tell(server: str, statement: str) -> None:
    engine = create_engine(make_url(server).set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def main(arguments: list[str]) -> int:
    options = _read(arguments)
    logging.disable(logging.CRITICAL)
    # To compile every statement anew for each story would double the time.
    bot.database._engine = cache(bot.database._engine)
    begun, problems = time.monotonic(), []
    make_ready(options.database_url)
    again = f"--examples {options.examples} --steps {options.steps} --seed {options.seed}"
    try:
        tell(examples=options.examples, steps=options.steps, number=options.seed)
    except AssertionError as wrong:
        story = "\n".join([str(wrong), *getattr(wrong, "__notes__", ())])
        problems.append(f"lost: {story}")
    findings = Findings(f"people act in any order, {FAULTS} % of calls fail; {again}")
    findings.add(PROMISE, points=Company.acts, problems=problems, how=again)
    findings.rows[PROMISE]["runs"] = Company.stories
    findings.seconds = time.monotonic() - begun
    print(findings.said())
    return 0


def _read(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("database_url")
    parser.add_argument("--examples", type=int, default=100)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

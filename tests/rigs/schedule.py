"""One thread, many actors: who goes on is decided at every step, by a seed.

Actors are greenlets. Time stands still while one of them runs, and moves when it hands on.
"""

import random
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from greenlet import GreenletExit, getcurrent, greenlet
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

from bot.database import BUSY_SECONDS
from bot.sandbox.world import MovableClock

TICK_SECONDS = 0.004
"""What a step takes at most, when nothing holds it up."""


@dataclass(eq=False)
class Actor:
    """Somebody who acts, a process or a person. Killed, it begins anew some seconds later."""

    name: str
    body: Callable[[], None]
    mortal: bool
    ready_at: datetime
    run: greenlet | None = None
    done: bool = False
    dying: bool = False
    leaving: bool = False
    """Between the last look at its lease and the call: freezing here is what no client survives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """How often what happens, of a thousand steps, and for how long."""

    kills: float = 0.0
    freezes: float = 0.0
    freezes_leaving: float = 0.0
    """The same for steps between the last look at a lease, written down, and the call."""
    longest_freeze: float = 200.0
    """Seconds."""
    jumps: float = 0.0
    """How often somebody sets the machine's clock."""
    farthest_jump: float = 300.0
    """Seconds that it is ahead or behind then."""


@dataclass
class Schedule:
    seed: int
    clock: MovableClock
    weather: Weather
    steps: int = 0
    kills: int = 0
    actors: list[Actor] = field(default_factory=list)
    calm: bool = False
    """From now on nothing is killed or frozen, and nobody sets a clock."""
    off: timedelta = timedelta(0)
    """How far the machine's clock is ahead of the time."""

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self._writer: Actor | None = None

    def add(self, name: str, body: Callable[[], None], *, mortal: bool = True) -> None:
        self.actors.append(Actor(name, body, mortal, self.clock.now()))

    def run_until(self, end: Callable[[], bool], *, at_most: int = 200_000) -> None:
        """Let the actors act until `end` holds between two steps, or all have ended."""
        while not end() and (alive := [one for one in self.actors if not one.done]):
            ready = [one for one in alive if one.ready_at <= self.clock.now()]
            if ready:
                self._set_clock()
                self._go_on(self.chance.choice(ready))
            else:
                self.clock.move(min(one.ready_at for one in alive) - self.clock.now())
            self.steps += 1
            assert self.steps < at_most, f"seed {self.seed} does not come to rest"

    def machine_time(self) -> datetime:
        """What the machine's clock says, by which its processes go."""
        return self.clock.now() + self.off

    def step(self) -> None:
        """Hand on. Somebody else may act before this returns, and it may never return."""
        me = self._me()
        if me is None or me.dying:
            return
        self._switch(me, self.chance.random() * TICK_SECONDS)

    def sleep(self, seconds: float) -> None:
        me = self._me()
        if me is not None and not me.dying:
            self._switch(me, seconds)

    def leaves(self, leaving: bool) -> None:
        me = self._me()
        if me is not None:
            me.leaving = leaving

    def end(self) -> None:
        for actor in self.actors:
            if actor.run is not None and not actor.run.dead:
                self._kill(actor)

    def _me(self) -> Actor | None:
        current = getcurrent()
        return next((one for one in self.actors if one.run is current), None)

    def _set_clock(self) -> None:
        if self.calm or not self.weather.jumps:
            return
        if self.chance.random() * 1000 < self.weather.jumps:
            farthest = self.weather.farthest_jump
            self.off = timedelta(seconds=self.chance.uniform(-farthest, farthest))

    def _go_on(self, actor: Actor) -> None:
        if actor.run is None:
            actor.run, actor.dying, actor.leaving = greenlet(actor.body), False, False
        elif self._strikes(actor):
            return
        actor.run.switch()
        if actor.run is not None and actor.run.dead:
            actor.done = True

    def _strikes(self, actor: Actor) -> bool:
        """Whether this actor is killed or frozen instead of going on."""
        if self.calm or not actor.mortal:
            return False
        drawn = self.chance.random() * 1000
        if drawn < self.weather.kills:
            self._kill(actor)
            actor.run, actor.ready_at = None, self._in(self.chance.uniform(0.5, 5))
            self.kills += 1
            return True
        weather = self.weather
        away = actor.leaving and self._writer is not actor
        freezes = weather.freezes_leaving if away else weather.freezes * (not actor.leaving)
        if drawn < weather.kills + freezes:
            actor.ready_at = self._in(self.chance.uniform(1, self.weather.longest_freeze))
            return True
        return False

    def _kill(self, actor: Actor) -> None:
        assert actor.run is not None
        actor.dying = True
        actor.run.throw(GreenletExit)

    def _switch(self, me: Actor, seconds: float) -> None:
        me.ready_at = self._in(seconds)
        assert me.run is not None
        me.run.parent.switch()

    def _in(self, seconds: float) -> datetime:
        return self.clock.now() + timedelta(seconds=seconds)

    # -- the database

    def watch(self) -> Callable[[], None]:
        """Hand on at each statement and commit; SQLite's one writer at a time is minded here.

        Returns what ends it.
        """

        def before(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            self.step()
            if statement.startswith("BEGIN IMMEDIATE"):
                self._wait_for_turn()

        def commit(_connection: Connection) -> None:
            self.step()
            self._let_go()

        def rollback(_connection: Connection) -> None:
            self._let_go()

        hooks: list[tuple[str, Any]] = [
            ("before_cursor_execute", before), ("commit", commit), ("rollback", rollback),
        ]  # fmt: skip
        for name, hook in hooks:
            event.listen(Engine, name, hook)
        return lambda: [event.remove(Engine, name, hook) for name, hook in hooks] and None

    def _wait_for_turn(self) -> None:
        """As long as SQLite itself would wait, which then says that it is locked."""
        me, until = self._me(), self._in(BUSY_SECONDS)
        while self._writer not in (None, me):
            if me is None or self.clock.now() > until:
                raise OperationalError(
                    "BEGIN", None, sqlite3.OperationalError("database is locked")
                )
            self.sleep(0.5)
        self._writer = me

    def _let_go(self) -> None:
        if self._writer is self._me():
            self._writer = None

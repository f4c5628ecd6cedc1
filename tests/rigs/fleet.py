"""Many worker processes on one PostgreSQL, and a Slack that enforces its limits, to watch them."""

import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import app
from bot import schema
from bot.config import Config, read_config
from bot.database import Database
from bot.engine import hints
from bot.sandbox.records import Message
from bot.sandbox.world import World
from bot.settings import PROCRASTINATE
from bot.usecases.configure import apply_config
from bot.usecases.record import record_page
from platforms.base import Author, FoundMention, Page
from tests.benchmarks.mentions import Shelf

ROOT = Path(app.__file__).parent
TICKET = re.compile(r"ticket (\d+)")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it in Slack. `share`: of the messages that Slack's limits allowed meanwhile."""

    wanted: int
    seconds: float
    share: float
    refused: int
    """Answers of 429."""
    lost: int
    doubled: int
    overtaken: int
    """Messages that stand in a channel before one that was there earlier."""


class Fleet:
    """Customers write to `channels` desks; `start` and `kill` worker processes; `outcome` tells."""

    def __init__(
        self, address: str, engine: str, *, channels: int, lease: float = 0.0, where: Path
    ) -> None:
        """`lease`: seconds, 0 for the real ones. `where`: a folder for what the workers say."""
        self._names = [f"desk{number:02}" for number in range(channels)]
        self._database = Database(address)
        self._tickets = 0
        self._lease = lease
        self._where = where
        self.workers: list[subprocess.Popen[bytes]] = []
        schema.upgrade(self._database, engine=engine)
        self._database.write(apply_config, _config(self._names))
        self._database.announce = hints.announce if engine == PROCRASTINATE else None
        self.world = World(self._names)
        self.world.start()
        slack = ("SLACK_API_URL", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET")
        around = self.world.environment()
        self._env = {name: around[name] for name in slack} | {
            "PATH": os.environ["PATH"], "DATABASE_URL": address, "ENGINE": engine,
            "LOG_LEVEL": "WARNING",
        }  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for one in self.workers:
            one.kill()
            one.wait()
        self._database.close()
        self.world.stop()

    def start(self, number: int = 1, *, off: float = 0.0) -> None:
        """Start so many workers, whose machines' clocks are `off` by so many seconds."""
        command = [sys.executable, "-m", "tests.rigs.worker", str(self._lease), str(off)]
        for _ in range(number):
            with (self._where / f"worker{len(self.workers)}.log").open("wb") as said:
                process = subprocess.Popen(
                    command, cwd=ROOT, env=self._env, stdout=said, stderr=said
                )
            self.workers.append(process)

    def kill(self, number: int) -> None:
        self.workers[number].kill()
        self.workers[number].wait()

    def stop(self) -> list[int]:
        """Ask all that run to end, as a host does; their exit codes."""
        running = [one for one in self.workers if one.poll() is None]
        for one in running:
            one.send_signal(signal.SIGTERM)
        return [one.wait(timeout=20) for one in running]

    def write(self, each: int) -> None:
        """Let customers write so many posts for each desk, as a source's round would record it."""
        found = []
        for _ in range(each):
            for name in self._names:
                self._tickets += 1
                found.append(_mention(name, self._tickets))
        page = Page(mentions=tuple(found), cursor=None)
        self._database.write(record_page, Shelf([page]), page, {})

    def wait(self, *, at_most: float, for_number: int = 0) -> None:
        """Return when so much, or everything, is posted, or when the time is up."""
        until = time.monotonic() + at_most
        while len(self.posted()) < (for_number or self._tickets) and time.monotonic() < until:
            time.sleep(0.1)

    def now(self) -> float:
        """By the clock that dates what is posted."""
        return self.world.clock.seconds()

    def left(self) -> int:
        """How much is not posted yet."""
        return self._tickets - len(self.posted())

    def last_posted_at(self) -> float:
        return max(self._times(), default=0.0)

    def posted(self) -> set[int]:
        return {each for name in self._names for each in self._tickets_in(name)}

    def outcome(self) -> Outcome:
        seen = Counter(each for name in self._names for each in self._tickets_in(name))
        times = self._times()
        seconds = max(times, default=0) - min(times, default=0)
        return Outcome(
            wanted=self._tickets,
            seconds=seconds,
            share=len(seen) / (len(self._names) * (1 + seconds)),
            refused=self.world.slack.limits.refused,
            lost=self._tickets - len(seen),
            doubled=sum(times - 1 for times in seen.values()),
            overtaken=sum(map(_overtaken, map(self._tickets_in, self._names))),
        )

    def said(self) -> str:
        """What the workers complained of."""
        return "\n".join(one.read_text() for one in sorted(self._where.glob("*.log")))

    def _times(self) -> list[float]:
        return [float(one.ts) for name in self._names for one in self._messages(name)]

    def _messages(self, name: str) -> list[Message]:
        return [one for one in self.world.slack.messages(name) if TICKET.search(str(one.blocks))]

    def _tickets_in(self, name: str) -> list[int]:
        found = (TICKET.search(str(one.blocks)) for one in self._messages(name))
        return [int(match[1]) for match in found if match]


def _overtaken(tickets: list[int]) -> int:
    return sum(later < max(tickets[:at]) for at, later in enumerate(tickets) if at)


def _config(names: list[str]) -> Config:
    desks = [
        f'[[department]]\nname = "{name}"\nchannel = "#{name}"\n'
        f'[[department.rule]]\nlabel = "named"\nkeywords = ["{name}"]\n'
        for name in names
    ]
    brand = f'catch_all = "{names[0]}"\n[brand]\nname = "Acme"\nterms = ["Acme"]\n'
    return read_config(brand + "\n".join(desks), name="rig")


def _mention(desk: str, ticket: int) -> FoundMention:
    return FoundMention(
        external_id=str(ticket),
        address=str(ticket),
        author=Author(id="1", handle="mara", name="Mara", followers=1),
        text=f"Hello Acme, this is for {desk}: ticket {ticket}",
        url=f"https://shelf.example/{ticket}",
        published_at=datetime.now(UTC),
        community="",
    )

"""Fifty people press Claim on one card in the same instant, on two web processes.

    python -m tests.rigs.races DATABASE_URL [--engine E] [--cards N] [--people N]

The processes are real (`python app.py web`), the presses signed, the answers as Slack shows them.
"""

import argparse
import http.client
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from itertools import count, cycle

from bot.sandbox.door import ACK_SECONDS, Answered, Delivery, HttpDoor
from bot.sandbox.people import Person
from bot.sandbox.records import Message
from bot.settings import EMBEDDED, ENGINES
from bot.slack import ids
from bot.web import SLACK_PATH
from tests.rigs import lanes
from tests.rigs.findings import Findings
from tests.rigs.lanes import ROOT
from tests.town import Town, words

PROMISE = "an acknowledged claim has one owner, and everybody else is told who"
START_SECONDS = 120.0


class Worker(Town):
    """The town without a door of its own."""

    def start(self) -> None:
        self.start_worker()


class Doors:
    """Two processes behind one address: each press goes to the next one."""

    def __init__(self, ports: list[int], secret: str) -> None:
        self._doors = cycle(
            [HttpDoor(f"http://127.0.0.1:{port}{SLACK_PATH}", secret) for port in ports]
        )

    def deliver(self, delivery: Delivery, *, seconds: float = ACK_SECONDS) -> Answered:
        return next(self._doors).deliver(delivery, seconds=seconds)

    def replay(self) -> Answered:
        raise NotImplementedError


class Race:
    def __init__(self, town: Town, people: int) -> None:
        self._town = town
        for number in range(people):
            town.slack.add_person(f"p{number}", f"Person Number{number}")
        self._people = [town.slack.person(f"p{number}") for number in range(people)]
        self._told = 0

    def run(self, cards: int, findings: Findings) -> None:
        for number in range(cards):
            self._town.square.post("square", "mara_k", f"@acme my router is broken, case {number}.")
        self._town.read("square")
        self._town.deliver()
        shown = self._town.slack.messages("support")
        assert len(shown) == cards, f"{len(shown)} cards for {cards} posts"
        winners = {card.ts: self._press(card) for card in shown}
        self._town.deliver()
        for card in shown:
            problems = [*winners[card.ts][1], *self._on_the_card(card, winners[card.ts][0])]
            findings.add(PROMISE, points=len(self._people), problems=problems, how=card.ts)

    def _press(self, card: Message) -> tuple[str, list[str]]:
        """Who won, by what the others were told; and what is wrong with that."""
        start = threading.Barrier(len(self._people))

        def press(person: Person) -> bool:
            start.wait()
            return person.click(card, ids.CLAIM).ok

        with ThreadPoolExecutor(len(self._people)) as threads:
            acknowledged = list(threads.map(press, self._people))
        told = self._newly_told()
        winners = [one for one in self._people if one.id not in told]
        problems = [f"lost: {acknowledged.count(False)} presses"] * (not all(acknowledged))
        if not winners:
            return "?", [*problems, "lost: everybody was told to have come too late"]
        if len(winners) > 1:
            problems.append(f"twice: {len(winners)} people were not told that they came too late")
        winner = winners[0].member
        # Who was never met before goes by the handle till Slack has told the name.
        known = (f"{winner.name} claimed this", f"{winner.real_name} claimed this")
        problems += [f"lost: who has it, in “{one}”" for one in told.values()
                     if not one.startswith(known)]  # fmt: skip
        return winner.real_name, problems

    def _newly_told(self) -> dict[str, str]:
        """What each person was told alone since the last race."""
        channel = self._town.slack.channel("support").id
        alone = [
            one for one in self._town.slack.inside.workspace.everything(channel) if one.ephemeral_to
        ]
        fresh, self._told = alone[self._told :], len(alone)
        return {one.ephemeral_to: one.text for one in fresh}

    def _on_the_card(self, card: Message, winner: str) -> Iterator[str]:
        now = self._town.slack.message(card)
        if f"Claimed by *{winner}*" not in words(now):
            yield f"lost: the card does not say that {winner} has it"
        told = " ".join(words(one) for one in self._town.slack.thread(card))
        lines = told.count("claimed this.")
        if lines != 1:
            yield f"{'twice' if lines else 'lost'}: {lines} lines of its history tell of a claim"


@contextmanager
def web_processes(number: int, env: dict[str, str]) -> Iterator[list[int]]:
    """Web processes of the product, which start at the same time; their ports."""
    ports = [_free_port() for _ in range(number)]
    started = [_start_web(port, env) for port in ports]
    try:
        for port, process in zip(ports, started, strict=True):
            _wait_for(port, process)
        yield ports
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait()


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        return int(free.getsockname()[1])


def _start_web(port: int, env: dict[str, str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "app.py", "web"], cwd=ROOT,
        env=os.environ | env | {"HOST": "127.0.0.1", "PORT": str(port), "LOG_LEVEL": "ERROR"},
    )  # fmt: skip


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    for _ in count():
        assert process.poll() is None, "a web process ended before it had begun"
        assert time.monotonic() < deadline, f"no web process answers after {START_SECONDS} s"
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return
        finally:
            connection.close()


def run(database_url: str, *, cards: int, people: int, engine: str = EMBEDDED) -> Findings:
    """Race for so many cards. The database must have its tables, and be empty.

    `engine`: which one the web processes tell, in a claim's own transaction, where to look.
    """
    begun = time.monotonic()
    findings = Findings(f"{people} people press at once, 2 processes")
    with (
        closing(Worker(database_url)) as town,
        web_processes(2, town.env | {"ENGINE": engine}) as ports,
    ):
        town.slack.connect(Doors(ports, town.slack.signing_secret))
        Race(town, people).run(cards, findings)
    findings.seconds = time.monotonic() - begun
    return findings


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("database_url")
    parser.add_argument("--engine", choices=ENGINES, default=EMBEDDED)
    parser.add_argument("--cards", type=int, default=200)
    parser.add_argument("--people", type=int, default=50)
    options = parser.parse_args(arguments)
    logging.disable(logging.CRITICAL)
    lanes.prepare(options.database_url, engine=options.engine)
    found = run(
        options.database_url, cards=options.cards, people=options.people, engine=options.engine
    )
    print(found.said())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

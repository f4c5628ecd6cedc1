"""How long `python app.py` takes to be there and what it holds, against importing its libraries."""

import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import app
from tests.benchmarks.databases import EXAMPLE, Kind
from tests.benchmarks.servers import free_port, running
from tests.benchmarks.table import Table, say
from tests.town import Town

TIMES = 3
SETTLING = 4.0
"""Seconds in which the worker reads every source once and its language models are there."""
READY = "Switchboard is running"
LIBRARIES = "slack_bolt, tweepy, praw, sqlalchemy, apscheduler, alembic, waitress"
WAYS = {
    "importing the libraries alone": ["-c", f"import {LIBRARIES}; print({READY!r}); input()"],
    "python app.py web": ["app.py", "web"],
    "python app.py worker": ["app.py", "worker"],
    "python app.py": ["app.py"],
}


@dataclass(frozen=True, slots=True)
class Cost:
    seconds: float
    megabytes: float


def measure(kinds: Sequence[Kind]) -> list[Table]:
    """All three platforms are connected; they and Slack are stand-ins in this process."""
    with kinds[0].fresh(app.load_config(EXAMPLE)) as database:
        town = Town(database.url)
        costs = {name: _cost(name, arguments, town.env) for name, arguments in WAYS.items()}
        town.close()
    floor = next(iter(costs.values()))
    rows = [
        (
            name, f"{cost.seconds:.2f}", f"{cost.megabytes:.0f}",
            f"{cost.seconds / floor.seconds:.2f}", f"{cost.megabytes / floor.megabytes:.2f}",
        )
        for name, cost in costs.items()
    ]  # fmt: skip
    return [
        Table(
            "Starting, with X, Reddit and the Town Square connected, on SQLite",
            ("", "ready after s", "MB held", "÷ libraries: s", "MB"),
            tuple(rows),
            told=f"Held {SETTLING:.0f} seconds later; the worker has read every source by then.",
        )
    ]


def _cost(name: str, arguments: Sequence[str], env: Mapping[str, str]) -> Cost:
    """The median time to be ready, and what the last one holds."""
    say(f"starting {TIMES} times: {name}")
    variables = {**env, "HOST": "127.0.0.1", "PORT": str(free_port()), "LOG_LEVEL": "INFO"}
    seconds = []
    for _ in range(TIMES):
        with running(arguments, variables, ready=READY) as program:
            seconds.append(program.seconds)
            if len(seconds) == TIMES:
                time.sleep(SETTLING)
            held = program.megabytes()
    return Cost(statistics.median(seconds), held)

"""How long a person waits after pressing Claim: ours, which commits first, and Bolt as it comes."""

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import app
from bot.database import Database
from tests.benchmarks import default_app
from tests.benchmarks.claims import demand, fill
from tests.benchmarks.clicks import ClaimButton, Click, press
from tests.benchmarks.databases import EXAMPLE, Kind
from tests.benchmarks.servers import Running, free_port, running
from tests.benchmarks.table import Table, say
from tests.town import Town

SIZES = {1: 1000, 16: 3200}
"""Clients at once, and how many clicks of theirs are measured."""
ROUNDS = 5
WARM_UP = 64
"""Clicks that every server gets beforehand."""
PEOPLE = [f"U0BENCH{number}" for number in range(max(SIZES))]


@dataclass(slots=True)
class Server:
    """Something that acknowledges clicks. `database`: where it must write them first."""

    name: str
    program: Running
    port: int
    numbers: Iterator[int]
    """Of mentions that nobody has claimed yet."""
    database: Database | None = None
    share: int = 1
    """A slow one gets one of so many clicks."""
    clicks: list[Click] = field(default_factory=list)
    seconds: dict[int, list[float]] = field(default_factory=dict)
    work: dict[int, float] = field(default_factory=dict)
    """What it computed for them, in seconds of a processor."""

    def answer(self, button: ClaimButton, count: int, *, clients: int) -> list[float]:
        """Press the button that often, each time on another mention; the seconds each took."""
        people = itertools.cycle(PEOPLE[:clients])
        numbers = itertools.islice(self.numbers, count)
        clicks = [
            Click(number, person, f"bench.{number}")
            for number, person in zip(numbers, people, strict=False)
        ]
        self.clicks += clicks
        return press(self.port, [button.signed(click) for click in clicks], clients=clients)


def measure(kinds: Sequence[Kind]) -> list[Table]:
    """Measure all servers in turns, so that what disturbs one disturbs the others."""
    with ExitStack() as stack:
        town = stack.enter_context(_town(kinds[0]))
        button = ClaimButton(town)
        servers = [
            *(stack.enter_context(_ours(kind, town)) for kind in kinds),
            stack.enter_context(_default("our waitress", town)),
            stack.enter_context(_default("waitress", town, share=2)),
            stack.enter_context(_default("its own server", town, share=4)),
        ]
        _take_turns(servers, button)
        for server in servers:
            if server.database is not None:
                demand(server.database, server.clicks)
    return [_table(servers, clients) for clients in SIZES]


def _take_turns(servers: Sequence[Server], button: ClaimButton) -> None:
    for server in servers:
        server.answer(button, WARM_UP, clients=max(SIZES))
    for clients, count in SIZES.items():
        say(f"{count} clicks on Claim by {clients} at once, {len(servers)} servers in turns")
        for server in [*servers] * ROUNDS:
            before = server.program.work()
            taken = server.answer(button, count // ROUNDS // server.share, clients=clients)
            server.seconds.setdefault(clients, []).extend(taken)
            server.work[clients] = server.work.get(clients, 0) + server.program.work() - before


@contextmanager
def _town(kind: Kind) -> Iterator[Town]:
    """The Slack that everybody believes in, and one card to press a button on."""
    with kind.fresh(app.load_config(EXAMPLE)) as database:
        town = Town(database.url)
        yield town
        town.close()


@contextmanager
def _ours(kind: Kind, town: Town) -> Iterator[Server]:
    """`python app.py web` on a database full of unclaimed mentions."""
    port = free_port()
    with kind.fresh(app.load_config(EXAMPLE)) as database:
        say(f"{kind.name}: mentions to claim")
        numbers = fill(database, PEOPLE, mentions=WARM_UP + sum(SIZES.values()))
        variables = _slack(town) | {
            "DATABASE_URL": database.url, "HOST": "127.0.0.1", "PORT": str(port)
        }  # fmt: skip
        with running(["app.py", "web"], variables, ready="Switchboard is running") as program:
            yield Server(f"ours, {kind.name}", program, port, iter(numbers), database)


@contextmanager
def _default(where: str, town: Town, *, share: int = 1) -> Iterator[Server]:
    port = free_port()
    arguments = ["-m", default_app.__name__, where, str(port)]
    with running(arguments, _slack(town), ready=default_app.READY) as program:
        yield Server(f"Bolt on {where}", program, port, itertools.count(1), share=share)


def _slack(town: Town) -> dict[str, str]:
    return {name: value for name, value in town.env.items() if name.startswith("SLACK_")}


def _table(servers: Sequence[Server], clients: int) -> Table:
    figures = {server.name: _p50_p99(server.seconds[clients]) for server in servers}
    floors = {server.name: figures[server.name] for server in servers if server.database is None}
    rows = [
        (server.name, _work(server, clients), *_cells(figures[server.name], [*floors.values()]))
        for server in servers
    ]
    return Table(
        f"A click on Claim is acknowledged, {clients} at once",
        ("", "CPU ms", "p50 ms", "p99 ms", *_headings(floors)),
        tuple(rows),
        told="Ours has committed by then; Bolt's defaults do nothing but answer. Below 1: faster.\n"
        "Bolt starts its own server by itself; waitress as it comes has 4 threads, ours has 16.\n"
        "CPU: what the server computes for one click; whoever else uses the machine inflates it.",
    )


def _headings(floors: Iterable[str]) -> Iterator[str]:
    for floor in floors:
        yield from (f"÷ {floor.removeprefix('Bolt on ')}: p50", "p99")


def _work(server: Server, clients: int) -> str:
    return f"{server.work[clients] / len(server.seconds[clients]) * 1000:.2f}"


def _cells(own: tuple[float, float], floors: Sequence[tuple[float, float]]) -> list[str]:
    ratios = [mine / theirs for floor in floors for mine, theirs in zip(own, floor, strict=True)]
    return [_told(seconds * 1000, 1) for seconds in own] + [_told(ratio, 2) for ratio in ratios]


def _told(figure: float, digits: int) -> str:
    return f"{figure:.{digits}f}" if math.isfinite(figure) else "never"


def _p50_p99(seconds: Sequence[float]) -> tuple[float, float]:
    ranked = sorted(seconds)
    return ranked[len(ranked) // 2], ranked[len(ranked) * 99 // 100]

"""A day on X as it is billed: what a new mention costs to read, counted on X's own side.

Time is the posts' own: the adapter goes by their ids, so that a day passes as fast as X answers.
"""

import json
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from bot.sandbox import square_x
from bot.sandbox.serve import Served
from bot.sandbox.square import Square
from platforms._x_posts import id_at
from platforms.base import Ledger, Query
from tests.platforms.conftest import open_at

DAY = timedelta(days=1)
MENTIONS, AUTHORS, ANSWERS = 200, 60, 20
QUERY = Query(terms=("acme",), own_accounts=frozenset({"acme"}))


@dataclass
class Bill:
    """What X bills for reading: each thing once a day (UTC); `shown` counts its repeats too."""

    billed: set[tuple[str, str, str]] = field(default_factory=set)
    shown: Counter[str] = field(default_factory=Counter)
    found: set[str] = field(default_factory=set)
    requests: int = 0

    def add(self, day: str, path: str, answer: dict[str, Any]) -> None:
        self.requests += 1
        includes = answer.get("includes", {})
        people = path.endswith("/users")
        self._add(day, "author", includes.get("users", []))
        self._add(day, "author" if people else "post", answer.get("data", []))
        self._add(day, "answered", includes.get("tweets", []))

    def count(self, kind: str) -> int:
        return sum(what == kind for _, what, _ in self.billed)

    def _add(self, day: str, kind: str, things: list[dict[str, Any]]) -> None:
        self.shown[kind] += len(things)
        self.billed |= {(day, kind, str(each["id"])) for each in things}


def a_day(ledger: Ledger, *, polls: int, begins: datetime, pass_time: Callable[[], None]) -> Bill:
    """Read a day of customers. `pass_time` is called before each poll, so that a clock moves on.

    `begins` may be at most six days ago, or X's search takes it no more.
    """
    square, bill, now = Square(), Bill(), [begins]
    with _served(square, bill, now) as url, closing(open_at(url, "x")) as platform:
        platform.ledger = ledger
        cursor = json.dumps({"newest": id_at(begins), "at": begins.timestamp(), "holes": []})
        due = list(_customers(begins))
        for poll in range(1, polls + 1):
            pass_time()
            now[0] = begins + poll * DAY / polls - timedelta(seconds=1)
            while due and due[0][0] < now[0]:
                _post(square, *due.pop(0))
            page = platform.fetch(QUERY, cursor=cursor)
            cursor = page.cursor
            bill.found |= {each.external_id for each in page.mentions}
    return bill


def yesterday() -> datetime:
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - DAY


def _customers(begins: datetime) -> Iterator[tuple[datetime, str, int]]:
    """When somebody posts and who; some post often. The last minutes are left for reading them."""
    chance = random.Random(60)
    people = [*range(AUTHORS), *(int(AUTHORS * chance.random() ** 2) for _ in range(140))]
    times = sorted(begins + (DAY - timedelta(minutes=20)) * chance.random() for _ in people)
    chance.shuffle(people)
    for number, (at, person) in enumerate(zip(times, people, strict=True)):
        yield at, f"customer{person}", number


def _post(square: Square, at: datetime, who: str, number: int) -> None:
    """Some name the account, some only the brand, and some answer what a stranger said."""
    text = f"{'@acme' if number % 2 else 'is acme'} down again? {number}"
    answers = None
    if number % (MENTIONS // ANSWERS) == 0:
        answers = square.post("x", "a_stranger", f"it rains {number}", at=at).id
    square.post("x", who, text, at=at, reply_to=answers)


@contextmanager
def _served(square: Square, bill: Bill, now: list[datetime]) -> Iterator[str]:
    @web.middleware
    async def count(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        response = await handler(request)
        assert isinstance(response, web.Response)
        bill.add(f"{now[0]:%Y-%m-%d}", request.path, json.loads(response.text or "{}"))
        return response

    def application() -> web.Application:
        app = web.Application(middlewares=[count])
        app.add_routes(square_x.routes(square))
        return app

    served = Served(application).start()
    try:
        yield served.url
    finally:
        served.stop()

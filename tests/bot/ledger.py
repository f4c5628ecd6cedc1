"""The outbox in a test's hand."""

from datetime import datetime, timedelta

from bot import outbox
from bot.database import Database
from bot.lanes import Pace
from bot.models import Delivery
from bot.outbox import Lease
from bot.sandbox.world import MovableClock

PACES = {"slow": Pace(timedelta(seconds=1)), "bursts": Pace(timedelta(seconds=2), burst=3)}


def pace_of(lane: str) -> Pace:
    return PACES.get(lane, Pace(timedelta(0)))


class Outbox:
    """The outbox's functions, each in a transaction of its own."""

    def __init__(self, database: Database, clock: MovableClock) -> None:
        self.database = database
        self.clock = clock

    def ask(self, key: str, lane: str = "any", **payload: object) -> None:
        self.database.write(outbox.enqueue, "card", key, lane=lane, payload=dict(payload))

    def lease(self, limit: int = 10) -> list[Lease]:
        return self.database.write(outbox.lease, limit=limit, paces=pace_of)

    def keys(self, limit: int = 10) -> list[str]:
        return [one.key for one in self.lease(limit)]

    def one(self) -> Lease:
        (lease,) = self.lease()
        return lease

    def mark(self, lease: Lease) -> bool:
        return self.database.write(outbox.mark, lease, paces=pace_of)

    def settle(self, lease: Lease, **more: str) -> bool:
        return self.database.write(outbox.settle, lease, **more)

    def row(self, key: str) -> Delivery:
        row = self.database.read(lambda store: store.delivery(key))
        assert row is not None, f"the outbox has no {key}"
        return row

    def next_moment(self) -> datetime | None:
        return self.database.read(outbox.next_moment, paces=pace_of)

    def pass_seconds(self, seconds: float) -> None:
        self.clock.move(timedelta(seconds=seconds))

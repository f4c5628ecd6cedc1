"""The worker's half of the town: the real drain and senders, without the door for clicks."""

from dataclasses import dataclass
from datetime import timedelta
from zlib import crc32

import pytest

from bot.models import Actor, Delivery, Reply, ReplyState
from bot.outbox import LEASE, Lease
from bot.sandbox.people import Person
from bot.sandbox.square import Post
from bot.usecases.reply import queue_reply, reply_form
from platforms import Configured
from platforms.base import Platform
from tests.bot.steps import introduce
from tests.town import Town

BROKEN = "@acme acme: my router is broken"
"""A post that every platform shows us, and that goes to Support."""
BEN = Actor("U0BEN0000", "Ben Okafor")
PATIENCE_SECONDS = 0.25
"""How long a call that hangs is waited for."""


@dataclass(frozen=True, slots=True)
class Impatient(Configured):
    """A platform that is waited for as briefly as tests want."""

    def open(self) -> Platform:
        return self.platform(self.settings, timeout=(5.0, PATIENCE_SECONDS))  # type: ignore[call-arg]


on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what no database does differently."""


class Worker(Town):
    """Customers post and colleagues answer straight through the use cases; the worker is real."""

    def start(self) -> None:
        self.start_worker()
        introduce(self.database, BEN)
        self.process.workspace.client.timeout = 5

    def be_impatient(self) -> None:
        """Wait only a moment for answers from now on, so that a call that hangs ends soon."""
        self.process.workspace.client.timeout = PATIENCE_SECONDS  # type: ignore[assignment]
        platforms = self.process.switchboard.platforms
        assert isinstance(platforms, dict)
        for name, one in platforms.items():
            platforms[name] = Impatient(one.platform, one.settings)

    def answer(self, text: str, *, by: Person | None = None, mention: int = 1) -> int:
        """Submit a reply; its number. It leaves with `deliver`."""
        who = by or self.ben
        actor = Actor(who.id, who.member.real_name)
        introduce(self.database, actor)
        form = self.database.read(reply_form, mention, by=actor)
        modal = f"V{mention}-{who.id}-{crc32(text.encode())}"
        reply = self.database.write(
            queue_reply, mention, text, by=actor, submission=modal, seen=form.seen
        )
        assert isinstance(reply, Reply)
        return reply.id

    def reply(self, number: int = 1) -> Reply:
        found = self.database.read(lambda store: store.reply(number))
        assert found is not None, f"there is no reply {number}"
        return found

    def state_of_reply(self, number: int = 1) -> ReplyState:
        return ReplyState(self.reply(number).state)

    def row(self, key: str) -> Delivery:
        found = self.database.read(lambda store: store.delivery(key))
        assert found is not None, f"the outbox has no {key}"
        return found

    def public(self, on: str = "square") -> list[Post]:
        """What customers see of us."""
        return self.square.replies_by_brand(on)

    def lease(self, key: str) -> Lease:
        """Take this row, with all others that are due; their leases end when the time has come."""
        leases = {one.key: one for one in self.drain.lease(100)}
        assert key in leases, f"{key} is not due; what is due: {sorted(leases)}"
        return leases[key]

    def die_while_sending(self, key: str, *, after_the_call: bool) -> None:
        """A worker takes this row, marks it, makes the call or not, and is never heard of again."""
        lease = self.lease(key)
        sender = self.drain._senders[lease.kind]
        parcel = self.database.read(sender.draw, lease)
        assert self.database.write(self.drain._mark, sender, lease)
        if after_the_call:
            sender.send(parcel)
        self.clock.move(LEASE + timedelta(seconds=1))

    def problems(self) -> list[str]:
        """What the health check complains of."""
        return list(self.process._health()["problems"])

"""Each kind of call, to Slack and to a platform, fails once in each way in which calls can fail.

    python -m tests.rigs.faults DATABASE_URL [--engine E] [--part N] [--turn N] [--only JOURNEY]

Which calls there are is seen in journeys that nothing disturbs, and in those whose first message
left no answer: then it is looked for. The database must be empty.
"""

import argparse
import logging
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import timedelta

from bot.sandbox import faults, square_faults
from bot.settings import EMBEDDED, ENGINES
from tests.rigs import lanes
from tests.rigs.findings import Findings
from tests.rigs.journeys import Journey
from tests.rigs.lives import JOURNEYS, Lives
from tests.rigs.looking import LOOKING
from tests.rigs.office import DELIVER, READ, Office

Call = tuple[str, ...]
"""A method of Slack's, or what is asked of the platform; and before it what makes it be called."""

CALLED = frozenset({
    "chat.postEphemeral", "chat.postMessage", "chat.update", "conversations.history",
    "conversations.info", "conversations.members", "conversations.replies", "users.info",
    "views.open", "views.publish", "views.update",
})  # fmt: skip
"""Every method that the source names, but for these:"""
BEFORE_ALL = frozenset({"auth.test", "conversations.list", "users.list"})
"""Called when Switchboard starts, connects or is configured: what fails then is told to whoever
does that, and nothing was promised to anybody yet. (`apps.connections.open` is called then too,
by Slack's own client.)
"""
IN_DOUBT: Call = ("chat.postMessage", "drop_after")
PLATFORM = ("read", "write")
BARE = "429 without Retry-After"
NO_FAULT = "user_not_found"
"""It is an answer, and somebody whom Slack knows no more does lose what they hold."""
SLACK_HOWS = (*(how for how in faults.HOWS if how != NO_FAULT), BARE)
DAY, HOUR = timedelta(hours=25), timedelta(hours=1)
SECONDS = 0.05
"""How long a call is slow, or silent before it is closed; for longer than a client waits:
`tests/bot/test_drain.py` and `tests/platforms/test_faults.py`.
"""
PLATFORM_HOWS = sorted(square_faults.HOWS - {"hang", "hang_after"})


class FaultRig(Lives):
    def every_call(
        self, journeys: Sequence[type[Journey]], *, part: int, turn: int = 0
    ) -> set[str]:
        """Let each kind of call fail in each way, or one in `part` of them; which calls there are.

        `turn`: another one, and the journeys that make a call take turns from another one on.
        """
        self.office.start_bot()  # what it asks when it starts is none of a journey's calls
        self.office.bot.kill()
        callers = self._callers(journeys)
        plan = [(call, how) for call in sorted(callers) for how in _hows(call)]
        plan = plan[turn % part :: part]
        kinds = [
            callers[call][at % len(callers[call])] for at, (call, _) in enumerate(plan, start=turn)
        ]
        for (call, how), journey in zip(plan, self.prepared(kinds), strict=True):
            self._live(journey, call, how)
        return {call[-1] for call in callers}

    def _callers(self, journeys: Sequence[type[Journey]]) -> dict[Call, list[type[Journey]]]:
        """Every call that there is, with the journeys that make it."""
        found: dict[Call, list[type[Journey]]] = {}
        known: set[str] = set()
        for before in ((), IN_DOUBT):
            seen = [(kind, self._calls_of(kind, before)) for kind in journeys]
            for kind, name in ((kind, name) for kind, names in seen for name in names - known):
                found.setdefault((*before, name), []).append(kind)
            known = {call[-1] for call in found}
        return found

    def _calls_of(self, kind: type[Journey], before: Call) -> set[str]:
        """What a journey calls, undisturbed or after one fault."""
        (journey,) = self.prepared([kind])
        slack, square = len(self.office.slack.requests), len(self.office.square.requests)
        self._go_through(journey, before)
        self.judge(journey, points=0, how=" ".join(before) or "undisturbed")
        asked = [one.method != "GET" for one in self.office.square.requests[square:]]
        called = {one.method for one in self.office.slack.requests[slack:]}
        return called | {PLATFORM[is_write] for is_write in asked}

    def _live(self, journey: Journey, call: Call, how: str) -> None:
        self._go_through(journey, (*call, how))
        unmet = self._forget()
        self.judge(journey, points=int(not unmet), how=" ".join((*call, how)))

    def _go_through(self, journey: Journey, broken: Call) -> None:
        """`broken`: names of calls, each with how it fails."""
        self.office.clock.move(DAY)  # people are looked up again
        self.office.start_bot()
        for name, how in zip(broken[::2], broken[1::2], strict=True):
            self._break(name, how)
        for order in (DELIVER, READ, DELIVER):
            self.insist(journey)
            assert self.office.bot.ask(order)
            self.office.clock.move(HOUR)  # a source that failed is read again

    def _break(self, name: str, how: str) -> None:
        if name in PLATFORM:
            self.office.square.order_fault("square", how, on=name)
        else:
            kind, wait = ("429", None) if how == BARE else (how, 1)
            self.office.slack.fail(name, kind, seconds=SECONDS, retry_after=wait)  # type: ignore[arg-type]

    def _forget(self) -> int:
        """Nothing fails any more; how many calls that were to fail were never made."""
        slack, square = self.office.slack, self.office.square
        left = slack.faults.left() + len(square.faults()["square"])
        slack.clear_faults()
        square.clear_faults()
        return left


def _hows(call: Call) -> Iterator[str]:
    yield from PLATFORM_HOWS if call[-1] in PLATFORM else SLACK_HOWS


def main(arguments: list[str]) -> int:
    options = _read(arguments)
    # The stand-ins would tell of every connection that broke off.
    logging.disable(logging.CRITICAL)
    square_faults.SLOW_SECONDS = SECONDS
    begun = time.monotonic()
    lanes.prepare(options.database_url, engine=options.engine)
    share = f"; one in {options.part} of that here" if options.part > 1 else ""
    findings = Findings(f"each kind of call fails once in each way{share}")
    wanted = [one for one in (*JOURNEYS, *LOOKING) if options.only in ("", one.__name__)]
    with closing(Office(options.database_url, engine=options.engine)) as office:
        rig = FaultRig(office, findings)
        met = rig.every_call(wanted, part=options.part, turn=options.turn)
    if not options.only:
        findings.problems += [f"lost: no journey calls {one}" for one in sorted(CALLED - met)]
    findings.seconds = time.monotonic() - begun
    print(findings.said())
    return 0


def _read(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("database_url")
    parser.add_argument("--engine", choices=ENGINES, default=EMBEDDED)
    parser.add_argument("--part", type=int, default=1, help="only one in so many faults")
    parser.add_argument("--turn", type=int, default=0, help="other ones, in other journeys")
    parser.add_argument("--only", default="", help="one journey, by its class")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

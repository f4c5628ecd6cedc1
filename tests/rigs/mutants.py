"""Deliberate bugs, each in a copy of the source: does a lane turn red?

    python -m tests.rigs.mutants [NAME…]

A rig that passes proves something only if it fails where something is broken. Each bug is one that
systems like this one have had.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.rigs import lanes
from tests.rigs.findings import Findings

Patch = tuple[str, str, str]
"""File, what stands there once, and what stands there instead."""
PARTS = ("app.py", "alembic.ini", "switchboard.example.toml", "pyproject.toml")
ROOMS = ("bot", "platforms", "handlers", "migrations", "tests")
NOTICED = "a bug in the source is noticed"


@dataclass(frozen=True, slots=True)
class Mutant:
    bug: str
    patches: tuple[Patch, ...]
    lane: str = "simulation"
    # Seed 2 is the first that notices the first bug.
    arguments: tuple[str, ...] = ("--seeds", "40", "--first", "2", "--until-broken")


LEASES_TESTS = ("tests/bot/test_outbox_leases.py", "-k", "sqlite")
"""They alone see what the looks over two and a half minutes make good again. That is so of "any
rest of the lease is enough" too: a call that outlasts its lease is found by whoever takes over, so
the lanes see no double; the tests ask whether a call leaves with less than the margin.
"""

DRAINS_TEST = ("tests/bot/test_drain.py", "-k", "set_back")
"""That a clock was set back the lane notices with one seed in a hundred."""

MUTANTS = (
    Mutant(
        "before a second try nobody looks whether it is there",
        (("bot/delivery/drain.py", "if lease.tried_at is not None:", "if False:"),),
    ),
    Mutant(
        "what somebody has claimed can be claimed again",
        ((
            "bot/models/mention.py", "if self.owner is not None:\n            when",
            "if False:\n            when",
        ),),
    ),
    Mutant(
        "it is not written down that the call leaves",
        ((
            "bot/deliveries.py", "coalesce(tried_at, :now)",
            "CASE WHEN :now IS NOT NULL THEN tried_at END",
        ),),
    ),
    Mutant(
        "no answer is taken for not sent",
        ((
            "bot/delivery/drain.py",
            "self._in_doubt, sender, lease, str(error), error.retry_after)",
            "self._later, sender, lease, TemporaryError(str(error)))",
        ),),
    ),
    Mutant(
        "nobody looks how much of the lease is left",
        ((
            "bot/deliveries.py", "leased_until >= :safe_until", ":safe_until IS NOT NULL",
        ),),
        lane="tests",
        arguments=LEASES_TESTS,
    ),
    Mutant(
        "any rest of the lease is enough",
        ((
            "bot/outbox.py", "safe_until=store.now + SAFE_MARGIN)",
            "safe_until=store.now)",
        ),),
        lane="tests",
        arguments=LEASES_TESTS,
    ),
    Mutant(
        "whoever held a row last may still decide",
        (
            (
                "bot/deliveries.py", 'Delivery.token == bindparam("token"))',
                'bindparam("token") == bindparam("token"))',
            ),
            (
                "bot/deliveries.py", " AND token = :token AND leased_until",
                " AND :token = :token AND leased_until",
            ),
            (
                "bot/deliveries.py", " AND token = :token RETURNING lane",
                " AND :token = :token RETURNING lane",
            ),
        ),
        lane="tests",
        arguments=LEASES_TESTS,
    ),
    Mutant(
        "the outbox is written in a transaction of its own",
        ((
            "bot/store.py", "        self.session.execute(_WANT",
            '        for each in ("COMMIT", "BEGIN IMMEDIATE"):\n'
            "            self.session.connection().exec_driver_sql(each)\n"
            "        self.session.execute(_WANT",
        ),),
        arguments=("--seeds", "80", "--until-broken", "--scene", "deadly"),
    ),
    Mutant(
        "it is sent again before the platform can have shown it",
        ((
            "bot/delivery/sender.py", "looks: tuple[float, ...] = (5.0, 30.0, 120.0)",
            "looks: tuple[float, ...] = ()",
        ),),
        arguments=("--seeds", "40", "--until-broken", "--scene", "slow to show"),
    ),
    Mutant(
        "a submission that comes again is a new one",
        (
            (
                "bot/usecases/reply.py", "again = store.submitted_reply(submission)\n",
                "again = None\n",
            ),
            (
                "bot/usecases/reply.py", "reply.queued_at = text, submission",
                "reply.queued_at = text, f'{submission}{store.now}'",
            ),
        ),
    ),
    Mutant(
        "nobody keeps the pace",
        (
            ("bot/outbox.py", "if opens - store.now > ahead:", "if False:"),
            ("bot/outbox.py", "not_before=opens)", "not_before=store.now)"),
            ("bot/outbox.py", "(max(due, opening.get(name, due), busy", "(max(due, busy"),
        ),
        arguments=("--seeds", "3", "--until-broken", "--scene", "pace"),
    ),
    Mutant(
        "a clock that is set back keeps a call till its lease is over",
        ((
            "bot/delivery/drain.py", "time.sleep(min(early, outbox.AHEAD.total_seconds()))",
            "time.sleep(early)",
        ),),
        lane="tests",
        arguments=DRAINS_TEST,
    ),
    Mutant(
        "what was sent by a clock that was ahead is not found",
        (("bot/slack/workspace.py", "CLOCKS_APART = timedelta(minutes=10)",
          "CLOCKS_APART = timedelta(0)"),),
        arguments=("--seeds", "40", "--until-broken", "--scene", "clock set"),
    ),
)  # fmt: skip


UNBROKEN = (
    Mutant("nothing, in the lane", (), arguments=("--seeds", "2", "--first", "2")),
    Mutant("nothing, in the leases' tests", (), lane="tests", arguments=LEASES_TESTS),
    Mutant("nothing, in the drain's test", (), lane="tests", arguments=DRAINS_TEST),
)
"""What turns red here too has noticed no bug."""


def broken_copy(mutant: Mutant, root: Path) -> None:
    """Put a copy of the source with this bug below `root`."""
    for name in PARTS:
        shutil.copy(lanes.ROOT / name, root / name)
    for name in ROOMS:
        ignored = shutil.ignore_patterns("__pycache__", "node_modules")
        shutil.copytree(lanes.ROOT / name, root / name, ignore=ignored)
    for name, old, new in mutant.patches:
        source = (root / name).read_text()
        assert source.count(old) == 1, f"in {name} “{old}” is not what stands there now"
        (root / name).write_text(source.replace(old, new))


def noticed(mutant: Mutant) -> bool:
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        broken_copy(mutant, Path(folder))
        if mutant.lane == "tests":
            return _tests_fail(mutant.arguments, Path(folder))
        return not lanes.run(mutant.lane, *mutant.arguments, root=Path(folder)).clean


def _tests_fail(arguments: tuple[str, ...], root: Path) -> bool:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, check=False).returncode == 1


def main(names: list[str]) -> int:
    findings, begun = Findings("bugs put into a copy"), time.monotonic()
    for control in UNBROKEN if not names else ():
        if noticed(control):
            findings.problems.append(f"lost: a copy without a bug is red, with {control.bug}")
    for mutant in MUTANTS:
        if not names or mutant.bug in names:
            problems = [] if noticed(mutant) else ["lost: nobody noticed it"]
            print(f"{'noticed' if not problems else 'MISSED'}: {mutant.bug}", file=sys.stderr)
            findings.add(NOTICED, points=1, problems=problems, how=mutant.bug)
    findings.seconds = time.monotonic() - begun
    print(findings.said())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

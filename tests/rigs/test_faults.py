"""A few calls that fail, in one journey; `make chaos` lets each kind fail in each way."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.rigs import lanes
from tests.rigs.faults import BEFORE_ALL, CALLED

QUOTED = re.compile(r'"((?:apps|auth|chat|conversations|users|views)\.[a-zA-Z.]+)"')
ON_A_CLIENT = re.compile(r"client\.([a-z]+)_(\w+)\(")


def test_whatever_call_fails_nothing_is_lost_and_nothing_comes_twice(tmp_path: Path):
    address = f"sqlite:///{tmp_path / 'empty.db'}"
    found = lanes.run("faults", address, "--only", "Reply", "--part", "9")
    assert sum(row["points"] for row in found.rows.values()) >= 8, "hardly anything failed"
    assert found.clean, "\n".join(found.problems)


def test_each_method_of_slacks_in_the_source_is_called_in_a_journey():
    named = set(_methods())
    assert named == CALLED | BEFORE_ALL, (
        f"only one side knows {sorted(named ^ (CALLED | BEFORE_ALL))}. Next: name them in"
        " tests/rigs/faults.py, and have a journey in tests/rigs/looking.py call what is new."
    )


def _methods() -> Iterator[str]:
    rooms = ("bot/slack", "bot/engine", "bot/delivery", "bot/usecases", "handlers")
    files = [one for room in rooms for one in (lanes.ROOT / room).rglob("*.py")]
    for one in (*files, *lanes.ROOT.glob("*.py"), *lanes.ROOT.glob("bot/*.py")):
        source = one.read_text()
        yield from QUOTED.findall(source)
        calls = ON_A_CLIENT.findall(source)
        yield from (f"{family}.{name}" for family, name in calls if family != "api")

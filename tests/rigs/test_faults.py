"""A few calls that fail, in one journey; `make chaos` lets each kind fail in each way."""

from pathlib import Path

from tests.rigs import lanes


def test_whatever_call_fails_nothing_is_lost_and_nothing_comes_twice(tmp_path: Path):
    address = f"sqlite:///{tmp_path / 'empty.db'}"
    found = lanes.run("faults", address, "--only", "Reply", "--part", "9")
    assert sum(row["points"] for row in found.rows.values()) >= 8, "hardly anything failed"
    assert found.clean, "\n".join(found.problems)

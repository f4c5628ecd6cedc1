"""What pip-audit answers, and what the check makes of it."""

from pathlib import Path
from typing import Any

import pytest

from tests import audit
from tests.audit import UNKNOWN, WEAK, tell

CLEAN: dict[str, Any] = {"name": "bolt", "version": "1.2", "vulns": []}
WEAK_ONE = {"name": "tls", "version": "3.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.1"]}]}
NOT_THERE = {"name": "ours", "version": "4.0", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("answer", "code", "told"),
    [
        ([CLEAN, CLEAN], 0, "PyPI told of 2 of 2 locked packages."),
        ([CLEAN, WEAK_ONE, NOT_THERE], WEAK, "tls 3.0: PYSEC-1, mended in 3.1"),
        ([CLEAN, NOT_THERE], UNKNOWN, "PyPI knows nothing of: ours."),
        ([NOT_THERE], UNKNOWN, "PyPI told of 0 of 1 locked packages."),
    ],
)
def test_only_what_was_told_of_and_is_not_weak_is_well(
    answer: list[dict[str, Any]], code: int, told: str, capsys: pytest.CaptureFixture[str]
):
    assert tell(answer) == code
    assert told in capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(("arguments", "code"), [([], UNKNOWN), (["--where-it-can-run"], 0)])
def test_where_it_breaks_off_nothing_was_audited(
    arguments: list[str],
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    """There is no folder for it here."""
    monkeypatch.setattr(audit, "PLACE", tmp_path / "file" / "audit")
    (tmp_path / "file").touch()
    assert audit.main(arguments) == code
    assert capsys.readouterr().out.startswith("Nothing was audited: ")

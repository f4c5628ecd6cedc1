"""The audit trail leaves the house: who did what when, and words only where they are asked for."""

import json
import os
import resource
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import app
from bot.usecases.audit import as_cell
from tests.bot.worker import BROKEN, Worker, on_sqlite
from tests.command import Typed


@pytest.fixture
def env(worker: Worker) -> dict[str, str]:
    return {"DATABASE_URL": worker.process.settings.database_url}


def test_the_trail_tells_who_did_what_when(worker: Worker, typed: Typed, env: dict[str, str]):
    worker.post(BROKEN)
    worker.answer("=HYPERLINK() is no answer.")
    worker.deliver()
    code, out, _ = typed(env, "export")
    assert code == 0
    head, *lines = out.splitlines()
    assert head == "at,mention,platform,what,who,slack_id"
    assert [line.split(",")[3:5] for line in lines] == [
        ["found", ""], ["replied", "Ben Okafor"], ["answered", "Ben Okafor"]
    ]  # fmt: skip
    assert lines[0].startswith("2049-11-15T")
    assert "HYPERLINK" not in out

    told = [
        json.loads(one)
        for one in typed(env, "export", "--format", "jsonl", "--words")[1].splitlines()
    ]
    assert told[1]["detail"]["text"] == "=HYPERLINK() is no answer."
    assert told[1]["mention"] == 1


def test_the_trail_is_cut_by_day_and_overwrites_nothing(
    worker: Worker, typed: Typed, env: dict[str, str], tmp_path: Path
):
    worker.post(BROKEN)
    none = typed(env, "export", "--since", "2049-11-16")[1]
    assert len(none.splitlines()) == 1
    all_ = typed(env, "export", "--since", "2049-11-15", "--until", "2049-11-15")[1]
    assert len(all_.splitlines()) == 2
    file = tmp_path / "trail.csv"
    assert typed(env, "export", str(file))[0] == 0
    assert file.read_text().startswith("at,mention")
    code, _, err = typed(env, "export", str(file))
    assert (code, f"{file} is there already. Next: name another file" in err) == (2, True)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600, "it tells of people"
    assert "Next: name a new file" in typed(env, "export", str(tmp_path / "no" / "trail.csv"))[2]
    code, _, err = typed(env, "export", "--since", "2049-11-16", "--until", "2049-11-15")
    assert (code, "the wrong way round" in err) == (2, True)


@pytest.mark.parametrize(
    "cell",
    [
        "=1",
        "+1",
        "-1",
        "@a",
        "\t1",
        "\r=1",
        "\n=1",
        " =1",
        "\u00a0 =1",
        "\uff1d1",
        "\uff0b1",
        "\uff20a",
    ],
)
def test_what_a_spreadsheet_would_run_is_a_text_in_it(cell: str):
    assert as_cell(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["a=1", "", " ", "¿Qué?", 1, None])
def test_other_cells_stay_as_they_are(cell: object):
    assert as_cell(cell) == cell


@on_sqlite
@pytest.mark.parametrize(
    ("typed_in", "code", "told"),
    [
        ("export --words | true", 0, ""),
        ("export - > /dev/full", 2, "device. It was not written whole."),
        ("config export > /dev/full", 2, "device. It was not written whole."),
    ],
)
def test_what_is_printed_may_end_early(
    worker: Worker, env: dict[str, str], typed_in: str, code: int, told: str
):
    worker.post(BROKEN)
    command = f"set -o pipefail; {sys.executable} {app.__file__} {typed_in}"
    ended = subprocess.run(
        ["bash", "-c", command], env=os.environ | env, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, told in ended.stderr) == (code, True), ended.stderr
    assert "Traceback" not in ended.stderr
    assert "Exception ignored" not in ended.stderr


def test_a_full_disk_leaves_no_half_file(
    worker: Worker, typed: Typed, env: dict[str, str], tmp_path: Path
):
    worker.post(BROKEN)
    file = tmp_path / "trail.csv"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        code, _, err = typed(env, "export", str(file))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (code, "Next: make room there" in err) == (2, True), err
    assert not file.exists()

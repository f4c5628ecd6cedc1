"""The audit trail leaves the house: who did what when, and words only where they are asked for."""

import json
import stat
from pathlib import Path

import pytest

from tests.bot.worker import BROKEN, Worker
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

"""A report tells what broke and where, and nothing that somebody wrote or that is secret."""

import sys
from pathlib import Path

import pytest

from bot import logs
from bot.secrecy import Redactor
from bot.sentry import scrubbed
from tests.command import Typed

EVENT = {
    "level": "error",
    "logentry": {"message": "%s failed", "params": ["Mara's words"], "formatted": "Mara's words"},
    "exception": {
        "values": [
            {"type": "ValueError", "module": "builtins", "value": "no number: Mara's words"},
            {"type": "PausedError", "module": "platforms.base", "value": "X refuses shh-secret."},
        ]
    },
    "request": {"data": "Mara's words"},
    "extra": {"body": "Mara's words"},
    "user": {"id": "Mara's words"},
    "breadcrumbs": {"values": ["Mara's words"]},
    "something_new": "Mara's words",
}


def test_words_and_secrets_stay_here():
    with logs.work():
        logs.about(12)
        told = scrubbed(EVENT, Redactor(["shh-secret"]))
    assert "Mara" not in str(told)
    assert "shh-secret" not in str(told)
    assert told["logentry"] == {"message": "%s failed"}
    assert [one["type"] for one in told["exception"]["values"]] == ["ValueError", "PausedError"]
    assert told["exception"]["values"][1]["value"] == "X refuses [secret]."
    assert told["tags"] == {"mention": "12"}


def test_without_the_package_the_command_says_how_to_get_it(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, "sentry_sdk", None)
    tokens = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "made-up"}
    env = tokens | {"SENTRY_DSN": "http://k@h/1", "DATABASE_URL": f"sqlite:///{tmp_path}/x.db"}
    code, _, err = typed(env, "check")
    assert code == 2
    assert "Next: .venv/bin/pip install sentry-sdk" in err

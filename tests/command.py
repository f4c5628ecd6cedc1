"""Commands of `app.py` typed in this process: quicker than a process of their own."""

import logging
import os

import pytest

import app

OURS = (
    "SLACK_",
    "X_",
    "REDDIT_",
    "SQUARE_",
    "DATABASE_",
    "SWITCHBOARD_",
    "LOG_",
    "METRICS_",
    "SENTRY_",
    "POLL_",
    "PORT",
    "ENGINE",
)


class Typed:
    """`typed(env, "check")` runs it with these variables alone: its code, output and errors."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, env: dict[str, str], *arguments: str) -> tuple[int, str, str]:
        for name in [one for one in os.environ if one.startswith(OURS)]:
            self._monkeypatch.delenv(name)
        for name, value in env.items():
            self._monkeypatch.setenv(name, value)
        # A command sets the log up for a process of its own.
        root = logging.getLogger()
        handlers, level = root.handlers[:], root.level
        try:
            code = app.main(list(arguments))
        finally:
            root.handlers[:] = handlers
            root.setLevel(level)
        said = self._capsys.readouterr()
        return code, said.out, said.err

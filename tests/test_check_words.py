"""`python app.py check` says what it found, once and in its own words, with the next step."""

import socket
from pathlib import Path

import pytest

from tests.command import Typed
from tests.town import Town

a_world = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def without(env: dict[str, str], *beginnings: str) -> dict[str, str]:
    """As a company has it: no sandbox, and the log as it is by default."""
    left_out = ("LOG_LEVEL", *beginnings)
    return {name: value for name, value in env.items() if not name.startswith(left_out)}


@pytest.fixture
def nobody_there() -> str:
    """An address where nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}/api/"


@a_world
def test_nothing_is_logged_beside_what_is_found(
    town: Town, typed: Typed, tmp_path: Path, nobody_there: str
):
    env = without(town.env) | {"DATABASE_URL": f"sqlite:///{tmp_path}/new.db"}
    assert typed(env, "check")[2] == ""
    code, out, err = typed(env | {"SLACK_API_URL": nobody_there}, "check")
    assert (code, err) == (1, "")
    assert "PROBLEM Slack: Slack cannot be reached. Next: look at this machine's network" in out
    there = without(town.env) | {"LOG_LEVEL": "INFO"}
    assert "alembic" in typed(there, "check")[2], "whoever asks has the log"


@a_world
def test_a_refused_token_has_its_next_step(town: Town, typed: Typed):
    code, out, err = typed(without(town.env) | {"SLACK_BOT_TOKEN": "xoxb-revoked"}, "check")
    assert (code, err) == (1, "")
    assert "does not know our token any more. Next: install the app anew at api.slack.com" in out


@a_world
def test_a_company_is_not_told_of_the_sandboxs_own_network(town: Town, typed: Typed):
    assert "ok      Town Square is connected." in typed(town.env, "check")[1]
    company = without(town.env, "SQUARE_")
    assert "Town Square" not in typed(company, "check")[1]


@a_world
def test_without_any_platform_it_says_so(town: Town, typed: Typed):
    platforms = ("SQUARE_", "X_", "REDDIT_", "BLUESKY_", "MASTODON_", "HACKERNEWS", "FEED_")
    code, out, _ = typed(without(town.env, *platforms), "check")
    assert code == 0, out
    assert "open    There is nothing to read yet. Next: set the variables of a platform." in out

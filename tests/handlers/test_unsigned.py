"""A request that nobody signed: whatever it says, nothing is called for it."""

import json
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

import pytest
from slack_bolt import BoltRequest

import app
from bot.sandbox.door import signature
from bot.web import SLACK_PATH
from tests.bot.worker import on_sqlite
from tests.test_secrets import Reports
from tests.town import Town

MOMENT, SIGNATURE = "X-Slack-Request-Timestamp", "X-Slack-Signature"

pytestmark = on_sqlite


@pytest.fixture
def elsewhere() -> Iterator[Reports]:
    """A server that whoever sends it would like us to call."""
    opened = Reports()
    yield opened
    opened.server.shutdown()
    opened.server.server_close()


@pytest.fixture
def presses(elsewhere: Reports) -> list[str]:
    press = {
        "type": "block_actions", "user": {"id": "U1", "name": "x"}, "trigger_id": "t",
        "actions": [{"type": "button", "action_id": "claim", "block_id": "b", "value": "1"}],
    }  # fmt: skip
    url = f"http://127.0.0.1:{elsewhere.server.server_port}/inside"
    command = {"command": "/mentions", "user_id": "U1", "response_url": url}
    bodies = [{"payload": json.dumps(press | more)} for more in ({"response_url": url}, {})]
    return [urlencode(one) for one in (*bodies, command, command | {"ssl_check": "1"})]


def send(town: Town, body: str, headers: list[tuple[str, bytes]]) -> int:
    """The status that the door answers with."""
    assert town.process.web is not None
    connection = HTTPConnection("127.0.0.1", town.process.web.port)
    connection.putrequest("POST", SLACK_PATH)
    form = ("Content-Type", b"application/x-www-form-urlencoded")
    for name, value in [*headers, form, ("Content-Length", str(len(body)).encode())]:
        connection.putheader(name, value)
    connection.endheaders(body.encode())
    status = connection.getresponse().status
    connection.close()
    return status


def test_nothing_is_called_for_what_nobody_signed(
    town: Town, elsewhere: Reports, presses: list[str], caplog: pytest.LogCaptureFixture
):
    before = town.slack.requests
    # Twice each: what was remembered as answered would be answered with a 200.
    let_in = [one for one in unsigned() if {send(town, body, one) for body in presses * 2} != {401}]
    assert let_in == []
    assert (elsewhere.bodies, town.slack.requests, caplog.text) == ([], before, "")


def unsigned() -> list[list[tuple[str, bytes]]]:
    """Headers that Slack would not send, or not with these bodies."""
    now = (MOMENT, str(int(time.time())).encode())
    nobodys = (SIGNATURE, b"v0=" + b"0" * 64)
    moments = (b"abc", b"", b"1e9", b"-1", b"1_0", b"\xb2", "١٢".encode(), b"9" * 5000)
    signatures = (b"", b"v0=\xe9", b"v0=" + b"0" * 63 + b"\xe9", b"v0=" + b"A" * 5000)
    return [
        [], [now], [nobodys], [now, nobodys], [now, now, nobodys], [now, nobodys, nobodys],
        *([(MOMENT, moment), nobodys] for moment in moments),
        *([now, (SIGNATURE, one)] for one in signatures),
    ]  # fmt: skip


def test_nothing_is_called_for_what_breaks_where_it_is_verified(
    town: Town, elsewhere: Reports, presses: list[str], caplog: pytest.LogCaptureFixture
):
    """Should something get past the door that Bolt's check of the signature breaks at."""
    bolt = app.build_app(town.process.switchboard, town.process.settings)
    before = town.slack.requests
    headers: dict[str, Any] = {MOMENT: "abc", SIGNATURE: "v0="}
    for body in presses:
        assert bolt.dispatch(BoltRequest(body=body, headers=headers)).status == 401
    assert (elsewhere.bodies, town.slack.requests) == ([], before)
    assert "Traceback" not in caplog.text


def test_what_slack_signed_is_told_where_it_was_pressed(
    town: Town, elsewhere: Reports, presses: list[str]
):
    """So that the tests above look where something would be heard."""
    now = str(int(time.time()))
    signed = signature(town.slack.signing_secret, now, presses[0].encode())
    headers = [(MOMENT, now.encode()), (SIGNATURE, signed.encode())]
    assert send(town, presses[0], headers) == 200
    assert len(elsewhere.bodies) == 1

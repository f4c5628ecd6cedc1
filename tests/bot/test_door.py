"""The door: forms are read as Bolt reads them, and whoever did not sign is not let in."""

import json
import time
from io import BytesIO
from typing import Any
from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_bolt import Ack, App
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.internals import parse_body

from bot.door import REPLAYABLE_SECONDS, Answered, payload_of
from bot.sandbox.door import signature
from bot.web import SLACK_PATH, make_wsgi

FORM = "application/x-www-form-urlencoded"
SECRET = "a secret for this test"
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), ANYTHING))
def test_a_press_is_read_as_bolt_reads_it(payload: dict[str, Any]):
    plainly = json.dumps(payload, ensure_ascii=False)
    for form in (
        urlencode({"payload": json.dumps(payload)}),
        f"payload={quote_plus(plainly)}",
        f"more=1&payload={quote_plus(plainly)}",
    ):
        assert payload_of(form) == parse_body(form, FORM) == payload


@given(st.dictionaries(st.sampled_from(["command", "text", "user_id"]), st.text()))
def test_a_command_is_read_as_bolt_reads_it(fields: dict[str, str]):
    assert payload_of(urlencode(fields)) == parse_body(urlencode(fields), FORM) == fields


@given(st.dictionaries(st.text(), ANYTHING))
def test_an_event_is_read_as_bolt_reads_it(payload: dict[str, Any]):
    assert payload_of(json.dumps(payload)) == payload


@pytest.fixture
def pressed() -> list[Any]:
    return []


@pytest.fixture
def app(pressed: list[Any]) -> App:
    def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=None, bot_token="xoxb-1")

    made = App(signing_secret=SECRET, authorize=authorize, process_before_response=True)

    @made.action("press")
    def press(ack: Ack, action: dict[str, Any]) -> None:
        pressed.append(action["value"])
        ack()

    return made


def ask(wsgi: Any, body: bytes, headers: dict[str, str]) -> int:
    """The status that the door answers with."""
    statuses: list[str] = []
    environ = {
        "REQUEST_METHOD": "POST", "PATH_INFO": SLACK_PATH, "QUERY_STRING": "",
        "SERVER_PROTOCOL": "HTTP/1.1", "CONTENT_TYPE": FORM, "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body), **headers,
    }  # fmt: skip
    list(wsgi(environ, lambda status, _headers, *_: statuses.append(status)))  # type: ignore[arg-type,func-returns-value]
    return int(statuses[0].split()[0])


@pytest.fixture
def door(app: App) -> Any:
    return make_wsgi(app, lambda: {"ok": True})


def form(value: str) -> bytes:
    action = {"type": "button", "action_id": "press", "block_id": "b", "value": value}
    press = {"type": "block_actions", "user": {"id": "U1"}, "trigger_id": "1", "actions": [action]}
    return urlencode({"payload": json.dumps(press)}).encode()


def signed(body: bytes, *, at: float | None = None) -> dict[str, str]:
    moment = str(int(at or time.time()))
    return {
        "HTTP_X_SLACK_REQUEST_TIMESTAMP": moment,
        "HTTP_X_SLACK_SIGNATURE": signature(SECRET, moment, body),
    }


def test_a_signed_press_is_heard(door: Any, pressed: list[Any]):
    body = form("ä + % & = 😀")
    assert ask(door, body, signed(body)) == 200
    assert pressed == ["ä + % & = 😀"]


@pytest.mark.parametrize("headers", [{}, signed(form("another")), signed(form("x"), at=1)])
def test_a_press_that_slack_did_not_sign_is_refused(
    door: Any, pressed: list[Any], headers: dict[str, str]
):
    assert ask(door, form("x"), headers) == 401
    assert pressed == []


@pytest.mark.parametrize("moment", ["abc", "", "1e9", "-1", " 1", "١٢", "\xb2", "1, 1", "9" * 5000])
def test_a_press_signed_at_no_moment_is_refused(door: Any, pressed: list[Any], moment: str):
    right = {"HTTP_X_SLACK_SIGNATURE": signature(SECRET, moment, form("x"))}
    for _ in range(2):
        assert ask(door, form("x"), right | {"HTTP_X_SLACK_REQUEST_TIMESTAMP": moment}) == 401
    assert pressed == []


@pytest.mark.parametrize("wrong", ["", "v0=", "v0=\xe9", "{}\xe9", "{}\n", "{0}, {0}", "v1{}"])
def test_a_press_with_no_signature_of_slacks_is_refused(door: Any, pressed: list[Any], wrong: str):
    headers = signed(form("x"))
    headers["HTTP_X_SLACK_SIGNATURE"] = wrong.format(headers["HTTP_X_SLACK_SIGNATURE"])
    for _ in range(2):
        assert ask(door, form("x"), headers) == 401
    assert pressed == []


def test_a_press_that_is_replayed_to_the_byte_is_not_heard_again(door: Any, pressed: list[Any]):
    body = form("x")
    headers = signed(body)
    assert [ask(door, body, headers) for _ in range(3)] == [200] * 3
    assert pressed == ["x"]


def test_nothing_else_passes_under_what_signed_a_press_that_was_answered(
    door: Any, pressed: list[Any]
):
    headers = signed(form("x"))
    assert ask(door, form("x"), headers) == 200
    later = str(int(headers["HTTP_X_SLACK_REQUEST_TIMESTAMP"]) + 1)
    assert ask(door, form("x"), headers | {"HTTP_X_SLACK_REQUEST_TIMESTAMP": later}) == 401
    assert ask(door, form("y"), headers) == 401
    assert pressed == ["x"]


def test_what_slack_signs_anew_is_heard_again(door: Any, pressed: list[Any]):
    """Its repeat may be the only one that reached us; what it does twice is the use cases' care."""
    body = form("x")
    for at in (time.time() - 1, time.time()):
        assert ask(door, body, signed(body, at=at)) == 200
    assert pressed == ["x", "x"]


def test_what_was_answered_is_forgotten_when_its_signature_is_too_old():
    moments = [0.0]
    answered = Answered(clock=lambda: moments[0])
    for number in range(1000):
        moments[0] = float(number)
        answered.add(number)
    kept = [number for number in range(1000) if number in answered]
    assert kept == list(range(1000 - int(REPLAYABLE_SECONDS), 1000))
    assert len(answered._until) == len(kept), "what is forgotten still takes memory"


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe", b"payload=%ff%fe", b"payload=" + b"[" * 50_000, b"{" * 50_000,
        b'{"a":' * 50_000, b"payload=%7B", b"{not json}", b"\0" * 9,
    ],
    ids=lambda body: repr(body[:12]),
)  # fmt: skip
def test_garbage_is_answered_with_a_4xx(door: Any, body: bytes):
    for headers in ({}, signed(body)):
        assert 400 <= ask(door, body, headers) < 500

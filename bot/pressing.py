"""`python app.py check` proves that a press comes back to the web process that runs now.

`knock` does so alone: it signs a press and brings it to our own door. `ask` does so all the way, by
way of Slack and a person. Each says which of the two was proved. They press nothing that does
anything: the code on the button is good for one mark in the database.
"""

import json
import logging
import time
from collections.abc import Iterator
from datetime import timedelta
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode

from slack_sdk.signature import SignatureVerifier

from bot.database import Database
from bot.diagnosis import Finding, left_open
from bot.settings import Settings
from bot.slack import ids
from bot.slack.press import OVER, draw_end, draw_request
from bot.slack.workspace import Posted, Workspace
from bot.usecases.press import end_press, expect_press, first_admin, time_taken
from bot.web import SLACK_PATH
from bot.wording import count
from platforms.base import PlatformError

log = logging.getLogger(__name__)

LOOK_EVERY = 0.2
DOOR_SECONDS = 5
EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104 - compared with, not listened on
NOBODY = (
    "Nobody was asked to press a button: no admin is configured. Next: add a member ID to admins"
    " (python app.py config import FILE), or name somebody: python app.py check --press U0123ABCD"
)


def knock(database: Database, settings: Settings) -> Iterator[Finding]:
    """Bring a press to our own door. Tells nothing of whether Slack finds the way to it."""
    secret = settings.slack_signing_secret
    if settings.socket_mode or secret is None:
        yield left_open(
            "A press was not tried: over Socket Mode it takes a person. "
            "Next: start Switchboard, then python app.py check --press"
        )
        return
    code = database.write(expect_press)
    host = "127.0.0.1" if settings.host in EVERYWHERE else settings.host
    begun = time.monotonic()
    status = _bring(_press(code), host, settings.port, secret.get_secret_value())
    seconds = time.monotonic() - begun
    came = database.read(time_taken, code) is not None
    database.write(end_press, code)
    yield _judge(status, came=came, where=f"{host}:{settings.port}", seconds=seconds)


def ask(
    database: Database, workspace: Workspace, settings: Settings, *, whom: str, seconds: int
) -> Iterator[Finding]:
    """Send somebody a button and wait so long for their press. `whom` "": the first admin."""
    wanted = whom or database.read(first_admin)
    if not wanted:
        yield left_open(NOBODY)
        return
    code = database.write(expect_press)
    try:
        person = workspace.user_id(wanted)
        name = workspace.face(person).name
        at = workspace.post(person, draw_request(code))
    except PlatformError as error:
        database.write(end_press, code)
        yield Finding(ok=False, sentence=f"{wanted} could not be asked to press a button: {error}")
        return
    told = f"{name} was sent a button in a direct message. Waiting up to {seconds} s for the press."
    yield Finding(ok=True, sentence=told)
    took = _wait(database, code, seconds)
    if took is None:
        _take_back(workspace, at)
    yield _outcome(settings, took, seconds)


def _wait(database: Database, code: str, seconds: int) -> timedelta | None:
    """How long the press took to come back; None when it did not."""
    until = time.monotonic() + seconds
    while (took := database.read(time_taken, code)) is None and time.monotonic() < until:
        time.sleep(LOOK_EVERY)
    database.write(end_press, code)
    return took


def _outcome(settings: Settings, took: timedelta | None, seconds: int) -> Finding:
    if took is None:
        waited = count(seconds, "second")
        return left_open(
            f"No press came within {waited}. If somebody pressed: {_next_step(settings)}"
        )
    way = "Socket Mode" if settings.socket_mode else "HTTP"
    after = f"{took.total_seconds():.1f} s after the message was made"
    return Finding(ok=True, sentence=f"The press came back from Slack over {way}, {after}.")


def _take_back(workspace: Workspace, at: Posted) -> None:
    try:
        workspace.update(at, draw_end(OVER))
    except PlatformError as error:
        log.info("the button of the check stays in Slack: %s", error)


def _next_step(settings: Settings) -> str:
    running = "look whether python app.py (or app.py web) runs with this DATABASE_URL"
    if settings.socket_mode:
        return (
            f"{running} and this SLACK_APP_TOKEN, and whether Socket Mode is on at "
            "api.slack.com/apps > your app > Socket Mode."
        )
    return (
        "at api.slack.com/apps > your app > Interactivity & Shortcuts the Request URL must be "
        f"https://your-host{SLACK_PATH}; then {running} behind that address."
    )


def _judge(status: int | None, *, came: bool, where: str, seconds: float) -> Finding:
    if came:
        return Finding(
            ok=True,
            sentence=f"A press that we signed ourselves came back through {where} in "
            f"{seconds * 1000:.0f} ms. That Slack finds the way there was not tried: "
            "python app.py check --press does.",
        )
    if status is None:
        return left_open(
            f"A press was not tried: nothing answers on {where}. "
            "Next: start python app.py there, then check again."
        )
    return Finding(ok=False, sentence=f"On {where} {_wrong(status)}")


def _wrong(status: int) -> str:
    if status == 200:
        return (
            "a press was taken and is not in this database. Next: start what runs there with this "
            "DATABASE_URL."
        )
    if status == 401:
        return (
            "our signature is refused. Next: start what runs there with this SLACK_SIGNING_SECRET."
        )
    return (
        f"a press is answered with {status}. Next: look at its log; if it is an older release or "
        "another program, start Switchboard there anew or set PORT."
    )


def _press(code: str) -> dict[str, object]:
    """As Slack tells of one (https://docs.slack.dev/reference/interaction-payloads); of nobody."""
    pressed = {"type": "button", "action_id": ids.PROVE, "block_id": ids.PROVE, "value": code}
    return {
        "type": "block_actions", "user": {"id": ""}, "trigger_id": code, "actions": [pressed]
    }  # fmt: skip


def _bring(press: dict[str, object], host: str, port: int, secret: str) -> int | None:
    """The status of the answer; None when nothing answers there."""
    body, now = urlencode({"payload": json.dumps(press)}), str(int(time.time()))
    signed = SignatureVerifier(secret).generate_signature(timestamp=now, body=body)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": now,
        "X-Slack-Signature": str(signed),
    }
    connection = HTTPConnection(host, port, timeout=DOOR_SECONDS)
    try:
        connection.request("POST", SLACK_PATH, body, headers)
        return connection.getresponse().status
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()

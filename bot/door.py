"""What Slack sends over HTTP: read, looked at, and handed to Bolt, which verifies it.

Knows no handler. Over Socket Mode nothing comes by here: that line is Slack's own.
"""

import binascii
import json
import logging
import re
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_bolt.adapter.wsgi.http_request import WsgiHttpRequest

from bot.slack.shapes import is_shaped

log = logging.getLogger(__name__)

REPLAYABLE_SECONDS = 2 * 300.0
"""Bolt takes what was signed within five minutes from now, on either side."""
SIGNATURE = re.compile("v0=[0-9a-f]{64}")
TIMESTAMP = re.compile("[0-9]{1,12}")
"""Of the headers: https://docs.slack.dev/authentication/verifying-requests-from-slack."""


class SlackDoor(SlackRequestHandler):
    """Bolt's own way in, with a quicker reader in front that lets only through what Slack sends."""

    def __init__(self, app: App, path: str) -> None:
        super().__init__(app, path=path)
        self._answered = Answered()

    def dispatch(self, request: WsgiHttpRequest) -> BoltResponse:
        headers = request.get_headers()
        signature = str(headers.get("x-slack-signature", ""))
        timestamp = str(headers.get("x-slack-request-timestamp", ""))
        if not (SIGNATURE.fullmatch(signature) and TIMESTAMP.fullmatch(timestamp)):
            # What verifies for Bolt raises at others, and Bolt tells our handler of errors about
            # it as if it had been verified.
            return _unsigned()
        try:
            raw = request.get_body()
            # Nobody has verified it yet: the signature alone would let anything pass under it.
            this = hash((timestamp, signature, raw))
            if this in self._answered:
                # Slack signs what it repeats anew; whoever repeats it to the byte learns nothing.
                return BoltResponse(status=HTTPStatus.OK)
            payload = payload_of(raw)
        except (ValueError, RecursionError):  # no UTF-8, no JSON, or a thousand levels of it
            return _unreadable()
        if not is_shaped(payload):
            return _unreadable()
        # This is how Bolt takes a body that is decoded already. What it verifies is the raw one,
        # and that it must verify it says the mode.
        try:
            asked = BoltRequest(body=payload, headers=headers, mode="socket_mode")
        except (TypeError, AttributeError, LookupError):
            # It looks for names in more places than we do, and takes for granted what stands there.
            return _unreadable()
        asked.raw_body, asked.mode = raw, "http"
        response: BoltResponse = self.app.dispatch(asked)
        if response.status == HTTPStatus.OK:
            self._answered.add(this)
        return response


def payload_of(raw: str) -> Any:
    """What a body says: an event's JSON, a form's one field of JSON, or a command's fields.

    ValueError or RecursionError when it cannot be read.
    """
    if raw.startswith("{"):
        return json.loads(raw)
    name, _, escaped = raw.partition("=")
    if name == "payload" and "&" not in escaped:
        # A click brings its whole message along, and its thousand escapes each cost urllib a step
        # in Python: two thirds of all that an acknowledgement computed. Quoted-printable differs
        # from form encoding by its escape character alone, and is in C.
        quoted = escaped.replace("+", " ").replace("=", "=3D").replace("%", "=")
        return json.loads(binascii.a2b_qp(quoted))
    fields = dict(parse_qsl(raw, keep_blank_values=True))
    return json.loads(fields["payload"]) if "payload" in fields else fields


def _unsigned() -> BoltResponse:
    log.info("something came to Slack's door that nobody signed")
    return BoltResponse(status=HTTPStatus.UNAUTHORIZED, body="Slack did not sign that.")


def _unreadable() -> BoltResponse:
    # Anybody can send this, so it is no more than a line for whoever looks for it.
    log.info("something came to Slack's door that Slack would not send")
    return BoltResponse(status=HTTPStatus.BAD_REQUEST, body="That is nothing that Slack sends.")


class Answered:
    """Hashes of the requests that were answered, for as long as Bolt would take them again.

    Each process has its own: what a repeat would write is written once whichever process hears it,
    by what Slack calls the click, the window or the event.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: dict[int, float] = {}
        self._lock = threading.Lock()

    def __contains__(self, request: int) -> bool:
        return self._until.get(request, 0.0) > self._clock()

    def add(self, request: int) -> None:
        now = self._clock()
        with self._lock:
            self._until[request] = now + REPLAYABLE_SECONDS
            # The oldest stand first.
            while self._until[oldest := next(iter(self._until))] <= now:
                del self._until[oldest]

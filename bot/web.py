"""The HTTP door: what Slack sends, and how Switchboard is doing. Knows no handler by name."""

import binascii
import json
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_bolt.adapter.wsgi.http_request import WsgiHttpRequest
from waitress import wasyncore
from waitress.server import create_server

from bot.metrics import CONTENT_TYPE, Metrics

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SLACK_PATH = "/slack/events"
THREADS = 16
STOP_SECONDS = 3.0
REPLAYABLE_SECONDS = 2 * 300.0
"""Bolt takes what was signed within five minutes from now, on either side."""
MAX_BODY = 1_000_000
"""Bytes. Slack's largest, a modal with everything typed into it, stays below 300,000."""

Health = Callable[[], dict[str, Any]]
"""{"ok": bool, "problems": [sentence…], …}"""


def make_wsgi(app: App | None, health: Health, metrics: Metrics | None = None) -> "WSGIApplication":
    """The WSGI application. `app` None: Slack comes over a socket, only health and figures are
    served.
    """  # noqa: D205 (two sentences that belong together)
    slack = _timed(_SlackDoor(app), metrics) if app is not None else None

    def wsgi(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == "/healthz":
            return _health(health, start_response)
        if path == "/metrics" and metrics is not None:
            return _figures(metrics, environ.get("HTTP_AUTHORIZATION", ""), start_response)
        if path == SLACK_PATH and slack is not None and environ["REQUEST_METHOD"] == "POST":
            return slack(environ, start_response)
        return _answer(start_response, "404 Not Found", {"error": "There is nothing here."})

    return wsgi


def _timed(slack: "WSGIApplication", metrics: Metrics | None) -> "WSGIApplication":
    if metrics is None:
        return slack

    def timed(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        begun = time.perf_counter()
        answer = slack(environ, start_response)
        metrics.acknowledged(time.perf_counter() - begun)
        return answer

    return timed


class _SlackDoor(SlackRequestHandler):
    """Bolt's own way in, with forms decoded by a quicker hand.

    A click brings its whole message along, a thousand escapes of which each costs Bolt's parser a
    step in Python: two thirds of all that an acknowledgement computes.
    """

    def __init__(self, app: App) -> None:
        super().__init__(app, path=SLACK_PATH)
        self._answered = Answered()

    def dispatch(self, request: WsgiHttpRequest) -> BoltResponse:
        headers = request.get_headers()
        signature = str(headers.get("x-slack-signature", ""))
        if signature in self._answered:
            # Slack signs what it repeats anew; whoever repeats this to the byte learns nothing.
            return BoltResponse(status=HTTPStatus.OK)
        try:
            asked = _asked(request.get_body(), headers)
        except (ValueError, RecursionError):  # no UTF-8, no JSON, or a thousand levels of it
            return BoltResponse(status=HTTPStatus.BAD_REQUEST, body="That cannot be read.")
        response: BoltResponse = self.app.dispatch(asked)
        if response.status == HTTPStatus.OK:
            self._answered.add(signature)
        return response


class Answered:
    """Signatures of the requests that were answered, for as long as Bolt would take them again.

    Each process has its own: what a repeat would write is written once whichever process hears it,
    by what Slack calls the click, the window or the event.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}
        self._lock = threading.Lock()

    def __contains__(self, signature: str) -> bool:
        return self._until.get(signature, 0.0) > self._clock()

    def add(self, signature: str) -> None:
        now = self._clock()
        with self._lock:
            self._until[signature] = now + REPLAYABLE_SECONDS
            # The oldest stand first.
            while self._until[oldest := next(iter(self._until))] <= now:
                del self._until[oldest]


def _asked(raw: str, headers: dict[str, Any]) -> BoltRequest:
    payload = _payload_of(raw)
    if payload is None:
        return BoltRequest(body=raw, headers=headers)
    # This is how Bolt takes a body that is decoded already. What it verifies is the raw one, and
    # that it must verify it says the mode.
    decoded = BoltRequest(body=payload, headers=headers, mode="socket_mode")
    decoded.raw_body, decoded.mode = raw, "http"
    return decoded


def _payload_of(form: str) -> dict[str, Any] | None:
    """The one field that Slack sends for clicks and windows; None for everything else."""
    name, _, escaped = form.partition("=")
    if name != "payload" or "&" in escaped:
        return None
    # Quoted-printable differs from form encoding by its escape character alone, and is in C.
    quoted = escaped.replace("+", " ").replace("=", "=3D").replace("%", "=")
    try:
        payload = json.loads(binascii.a2b_qp(quoted))
    except ValueError:
        return None
    return payload if isinstance(payload, dict) else None


class WebServer:
    """Waitress in a thread of its own. `port` 0 takes a free one."""

    def __init__(self, wsgi: "WSGIApplication", *, host: str, port: int) -> None:
        self._sockets: dict[int, Any] = {}
        self._server = create_server(
            wsgi, map=self._sockets, host=host, port=port, threads=THREADS, ident=None,
            max_request_body_size=MAX_BODY, channel_timeout=30, clear_untrusted_proxy_headers=True,
        )  # fmt: skip
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="web", daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.effective_port)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Take nothing more; what is being answered is answered, for `STOP_SECONDS` at most."""
        self._stopping.set()
        # The loop may have seen it by itself and closed the trigger already.
        with suppress(OSError):
            self._server.pull_trigger()
        self._thread.join(STOP_SECONDS + 1)

    def _run(self) -> None:
        # Waitress's own `run` cannot be ended from another thread without breaking its select.
        while not self._stopping.is_set():
            wasyncore.loop(timeout=1, use_poll=True, map=self._sockets, count=1)
        self._server.accepting = False
        deadline = time.monotonic() + STOP_SECONDS
        while self._answering() and time.monotonic() < deadline:
            wasyncore.loop(timeout=0.05, use_poll=True, map=self._sockets, count=1)
        self._server.task_dispatcher.shutdown()
        wasyncore.close_all(self._sockets)

    def _answering(self) -> bool:
        channels = self._server.active_channels.values()
        return any(channel.requests or channel.total_outbufs_len for channel in channels)


def _health(health: Health, start_response: "StartResponse") -> Iterable[bytes]:
    report = health()
    return _answer(start_response, "200 OK" if report["ok"] else "503 Service Unavailable", report)


def _figures(
    metrics: Metrics, authorization: str, start_response: "StartResponse"
) -> Iterable[bytes]:
    if not metrics.may_read(authorization):
        told = {"error": "Send the METRICS_TOKEN as a bearer token."}
        return _answer(start_response, "401 Unauthorized", told)
    return _send(start_response, "200 OK", CONTENT_TYPE, metrics.text())


def _answer(start_response: "StartResponse", status: str, body: dict[str, Any]) -> Iterable[bytes]:
    data = json.dumps(body, ensure_ascii=False).encode()
    return _send(start_response, status, "application/json", data)


def _send(start_response: "StartResponse", status: str, kind: str, data: bytes) -> Iterable[bytes]:
    start_response(status, [("Content-Type", kind), ("Content-Length", str(len(data)))])
    return [data]

"""The HTTP door: what Slack sends, and how Switchboard is doing. Knows no handler by name."""

import json
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from slack_bolt import App
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import create_server

from bot.door import SlackDoor
from bot.metrics import CONTENT_TYPE, Metrics

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SLACK_PATH = "/slack/events"
THREADS = 16
STOP_SECONDS = 3.0
MAX_BODY = 1_000_000
"""Bytes. Slack's largest, a modal with everything typed into it, stays below 300,000."""
PATIENCE_SECONDS = 30.0
"""So long a request may take to arrive, and a connection may be silent."""

Health = Callable[[], dict[str, Any]]
"""{"ok": bool, "problems": [sentence…], …}"""


def make_wsgi(app: App | None, health: Health, metrics: Metrics | None = None) -> "WSGIApplication":
    """The WSGI application. `app` None: Slack comes over a socket, only health and figures are
    served.
    """  # noqa: D205 (two sentences that belong together)
    slack = _timed(SlackDoor(app, SLACK_PATH), metrics) if app is not None else None

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


class PatientChannel(HTTPChannel):  # type: ignore[misc] # waitress has no types
    """A connection that is closed when it is silent, or its request not whole, for too long.

    Waitress itself counts from the last byte, so that one byte now and then holds a connection, and
    a hundred of them the door.
    """

    def __init__(self, *args: Any, patience: float, **more: Any) -> None:
        self._patience = patience
        self._begun: float | None = None
        super().__init__(*args, **more)

    def received(self, data: bytes) -> bool:
        self._begun = self._begun or time.time()
        return bool(super().received(data))

    def service(self) -> None:
        # Something whole is here: what comes after it is counted by itself.
        self._begun = None
        super().service()

    def readable(self) -> bool:
        # Asked in every round of the loop, just before it asks what is to be written or closed.
        since = self._begun or self.last_activity
        if not self.requests and time.time() - since > self._patience:
            self.will_close = True
        return bool(super().readable())


class WebServer:
    """Waitress in a thread of its own. `port` 0 takes a free one."""

    def __init__(
        self,
        wsgi: "WSGIApplication",
        *,
        host: str,
        port: int,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._sockets: dict[int, Any] = {}
        # One family: a name that means an address of each would make another kind of server.
        six = ":" in host
        self._server = create_server(
            wsgi, map=self._sockets, host=host, port=port, ipv4=not six, ipv6=six,
            threads=THREADS, ident=None,
            max_request_body_size=MAX_BODY, clear_untrusted_proxy_headers=True,
        )  # fmt: skip
        self._server.channel_class = partial(PatientChannel, patience=patience)
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

"""One running Switchboard: its parts put together, started and stopped.

Which parts run is the command line's choice (`app.py`), which also brings the handlers.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import timedelta
from functools import partial
from typing import Any

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from sqlalchemy.exc import SQLAlchemyError

from bot import disk
from bot.clock import Clock
from bot.database import Database
from bot.delivery.amendments import AmendmentSender
from bot.delivery.drain import Drain
from bot.delivery.sender import Sender
from bot.delivery.to_leadership import SummarySender
from bot.delivery.to_platforms import ReplySender
from bot.delivery.to_slack import CardSender, HomeSender, NameSender, NoticeSender, ThreadSender
from bot.engine import Engine
from bot.engine.embedded import EmbeddedEngine
from bot.healthz import as_json
from bot.ingest import Ingest
from bot.language.reading import warm_up
from bot.metrics import Metrics
from bot.scheduler import Scheduler
from bot.settings import PROCRASTINATE, Settings
from bot.slack.workspace import Workspace
from bot.switchboard import Switchboard
from bot.usecases.health import health
from bot.watch import Watcher
from bot.web import WebServer, make_wsgi
from platforms import Configured
from platforms.base import PlatformError

log = logging.getLogger(__name__)

STOP_SECONDS = 8.0
RECEPTION_SECONDS = 1

MakeApp = Callable[[Switchboard, Settings], App]
"""Makes the Bolt app with all its handlers."""


class Process:
    """One running Switchboard: the parts that its command asked for, started and stopped."""

    def __init__(
        self,
        settings: Settings,
        platforms: Mapping[str, Configured],
        make_app: MakeApp,
        *,
        clock: Clock | None = None,
    ) -> None:
        self.settings = settings
        self.database = Database(settings.database_url, clock=clock)
        token, slack = settings.slack_bot_token.get_secret_value(), settings.slack_api_url
        self.workspace = Workspace(token, base_url=slack)
        # Somebody waits for it, and Slack's patience with us is three seconds.
        self.reception = Workspace(token, base_url=slack, timeout=RECEPTION_SECONDS)
        self.platforms = platforms
        if settings.engine == PROCRASTINATE:
            from bot.engine import hints  # noqa: PLC0415 (most run without it, and it loads slowly)

            self.database.announce = hints.announce
        self._make_app = make_app
        self._wake: Callable[[], None] = lambda: None
        self._stops: list[Callable[[], None]] = []
        self.switchboard = Switchboard(
            database=self.database, platforms=platforms, link=self.workspace.link_to,
            face=self.reception.face, is_shown=self.reception.is_shown,
            is_private=self.reception.is_private, wake=self._wake_engine,
        )  # fmt: skip
        self.web: WebServer | None = None
        self._stop_by = 0.0

    def start_worker(self) -> None:
        """Read the platforms and send what is due."""
        engine = self._make_engine()
        self._wake = engine.wake
        every = timedelta(seconds=self.settings.poll_seconds)
        sources = [
            Ingest(self.database, name, partial(self.switchboard.open, name), every=every)
            for name in self.platforms
        ]
        scheduler = Scheduler(
            self.database,
            sources,
            watchers=self.watchers(),
            every=every,
            wake=engine.wake,
            label=self.switchboard.label,
        )
        threading.Thread(target=warm_up, name="warm-up", daemon=True).start()
        engine.start()
        scheduler.start()
        self._stops += [scheduler.stop, lambda: engine.stop(timeout=self._time_left())]

    def _make_engine(self) -> Engine:
        drain = make_drain(self.switchboard, self.workspace)
        if self.settings.engine != PROCRASTINATE:
            return EmbeddedEngine(drain)
        from bot.engine.procrastinated import ProcrastinateEngine  # noqa: PLC0415 (as above)

        return ProcrastinateEngine(drain, self.settings.database_url)

    def start_web(self, *, host: str | None = None, port: int | None = None) -> None:
        """Hear what people do in Slack: over a socket, or over HTTP."""
        settings = self.settings
        app = self._make_app(self.switchboard, settings)
        if settings.slack_app_token is not None:
            socket = SocketModeHandler(app, settings.slack_app_token.get_secret_value())
            socket.connect()  # type: ignore[no-untyped-call]
            self._stops.insert(0, socket.close)
        self.web = WebServer(
            make_wsgi(None if settings.socket_mode else app, self._health, self._metrics()),
            host=host or settings.host, port=settings.port if port is None else port,
        )  # fmt: skip
        self.web.start()
        self._stops.insert(0, self.web.stop)
        threading.Thread(target=self._warm_counting, name="warm-up", daemon=True).start()

    def _metrics(self) -> Metrics:
        token = self.settings.metrics_token
        return Metrics(self.database, token=token.get_secret_value() if token else "")

    def greet_slack(self) -> None:
        """Learn who we are; Slack being away is no reason not to start."""
        try:
            self.workspace.who_am_i()
        except PlatformError as error:
            log.warning("%s Switchboard starts all the same and goes on trying.", error)

    def stop(self) -> None:
        """Take nothing more, finish what is in hand, close."""
        self._stop_by = time.monotonic() + STOP_SECONDS
        for stop in self._stops:
            stop()
        self.database.close()

    def watchers(self) -> list[Watcher]:
        """One for each platform that can be asked what became of a post."""
        every = timedelta(seconds=self.settings.watch_seconds)
        return [
            Watcher(self.database, one.platform, partial(self.switchboard.open, name), every=every)
            for name, one in self.platforms.items()
            if one.platform.at_once
        ]

    def _time_left(self) -> float:
        """Seconds. Closing a socket alone may take slack_sdk three."""
        return max(0.0, self._stop_by - time.monotonic())

    def _warm_counting(self) -> None:
        """Load what counts characters, so that the first reply window opens in time."""
        for name in self.platforms:
            with closing(self.switchboard.open(name)) as platform:
                platform.measure("")

    def _wake_engine(self) -> None:
        self._wake()

    def _health(self) -> dict[str, Any]:
        try:
            found = self.database.read(health, label=self.switchboard.label)
            room = disk.trouble(self.database)
        except SQLAlchemyError as error:
            log.warning("the database does not answer: %s", error)
            return {"ok": False, "problems": ["The database does not answer."]}
        return as_json(found, disk=room)


def make_drain(switchboard: Switchboard, workspace: Workspace) -> Drain:
    """Every kind of delivery with what sends it."""
    label = switchboard.label
    senders: dict[str, Sender[Any, Any]] = {
        "card": CardSender(workspace, label, switchboard.kind),
        "thread": ThreadSender(workspace),
        "home": HomeSender(workspace, label),
        "notice": NoticeSender(workspace),
        "person": NameSender(workspace),
        "summary": SummarySender(workspace, label),
        "reply": ReplySender(switchboard.open),
        "amend": AmendmentSender(switchboard.open),
    }
    return Drain(switchboard.database, senders)

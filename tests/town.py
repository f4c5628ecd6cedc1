"""A town for the tests: customers, colleagues, and the real Switchboard between them over HTTP.

Nothing in it is mocked: real Bolt on real waitress, the real drain, real adapters. Only time is
ours: it stands still, and `deliver` moves it on as far as Slack's pace and retries ask for.
"""

from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

import app
from bot.config import Config
from bot.delivery.drain import Drain
from bot.ingest import Ingest
from bot.models import Mention
from bot.sandbox.people import Person
from bot.sandbox.records import Message, View
from bot.sandbox.square import Post
from bot.sandbox.world import MovableClock, World
from bot.usecases.configure import apply_config, current_config
from bot.web import SLACK_PATH
from platforms import configured

EXAMPLE = Path(app.__file__).parent / "switchboard.example.toml"
# Far ahead: adapters ask platforms for what is newer than an hour ago by this machine's clock.
MONDAY_MORNING = datetime(2049, 11, 15, 9, 30, tzinfo=UTC)
PATIENCE_SECONDS = 60.0
"""How long Slack waits here for an answer: how busy this machine is decides nothing."""


@cache
def example_channels() -> list[str]:
    config = app.load_config(EXAMPLE)
    assert config.leadership is not None
    return [*(one.channel for one in config.departments), config.leadership.channel]


class Town:
    """`ana`, `ben` and `cat` work here. Customers post with `post`; `deliver` lets time pass."""

    def __init__(self, database_url: str, *, start: datetime = MONDAY_MORNING) -> None:
        self.clock = MovableClock(start)
        self.world = World(example_channels(), clock=self.clock)
        self.world.start()
        self.slack, self.square = self.world.slack, self.world.square
        self.slack.courier.ack_seconds = PATIENCE_SECONDS
        self.ana, self.ben, self.cat = (self.slack.person(one) for one in ("ana", "ben", "cat"))
        self.env = self.world.environment() | {
            "DATABASE_URL": database_url,
            "SWITCHBOARD_CONFIG": str(EXAMPLE),
            "LOG_LEVEL": "WARNING",
        }
        self.start()

    def start(self) -> None:
        """Start Switchboard's web door; its worker runs when `deliver` says so."""
        self.start_worker()
        self.process.start_web(host="127.0.0.1", port=0)
        assert self.process.web is not None
        self.world.connect(f"http://127.0.0.1:{self.process.web.port}{SLACK_PATH}")

    def start_worker(self) -> None:
        """Start all of Switchboard but its door; what is due is done when `deliver` says so."""
        settings = app.Settings.read(self.env)
        platforms = {one.platform.name: one for one in configured(self.env)}
        self.process = app.Process(settings, platforms, app.build_app, clock=self.clock.now)
        self.database = self.process.database
        app.fill_when_empty(self.database, EXAMPLE)
        self.process.greet_slack()
        self.drain = app.make_drain(self.process.switchboard, self.process.workspace)
        every = timedelta(seconds=60)
        self.sources = {
            name: Ingest(
                self.database, name, partial(self.process.switchboard.open, name), every=every
            )
            for name in platforms
        }
        self.watchers = self.process.watchers()

    def stop(self) -> None:
        for source in self.sources.values():
            source.close()
        self.process.stop()

    def restart(self) -> None:
        self.stop()
        self.start()

    def close(self) -> None:
        self.stop()
        self.world.stop()

    # -- what happens

    def configure(self, **changes: Any) -> Config:
        """Change parts of the configuration."""
        config = self.database.read(current_config).model_copy(update=changes)
        self.database.write(apply_config, config)
        return config

    def post(self, text: str, *, by: str = "mara_k", on: str = "square", **more: Any) -> Post:
        """A customer posts, and Switchboard has read it and shown its card."""
        post = self.square.post(on, by, text, **more)
        self.read(on)
        self.deliver()
        return post

    def read(self, *names: str) -> None:
        """One round of each of these sources (all when none is named)."""
        self.clock.move(timedelta(seconds=61))
        for name in names or tuple(self.sources):
            self.sources[name].run()

    def look(self, *, after: timedelta = timedelta(hours=1)) -> int:
        """Time passes, and posts that are due are looked at; how many had changed."""
        self.clock.move(after)
        changed = sum(watcher.run() for watcher in self.watchers)
        self.deliver()
        return changed

    def deliver(self, *, at_most: timedelta = timedelta(minutes=10)) -> None:
        """Send all that is due, moving the time on as far as it must wait."""
        deliver_all(self.drain, self.clock, at_most=at_most)

    # -- what people see

    def card(self, channel: str = "support", number: int = -1) -> Message:
        """One of the channel's messages, the newest unless another is asked for."""
        messages = self.slack.messages(channel)
        assert messages, f"nothing was posted to #{channel}"
        return messages[number]

    def modal(self, person: Person) -> View:
        views = self.slack.open_views(person)
        assert views, f"{person.name} has no modal open"
        return views[-1]

    def told(self, person: Person) -> str:
        """The last thing that only this person was told."""
        messages = self.slack.ephemerals(person)
        assert messages, f"{person.name} was told nothing"
        return messages[-1].text

    def mention(self, number: int = 1) -> Mention:
        found = self.database.read(lambda store: store.mention(number))
        assert found is not None
        return found


def deliver_all(drain: Drain, clock: MovableClock, *, at_most: timedelta) -> None:
    """Send all that is due, moving the time on as far as it must wait, if that is not longer."""
    end = clock.now() + at_most
    while True:
        drain.run_until_idle()
        wait = drain.seconds_until_due()
        if wait is None or clock.now() + timedelta(seconds=wait) > end:
            return
        clock.move(timedelta(seconds=wait + 0.001))


def words(shown: Message | View | None) -> str:
    """Everything that can be read on a message or view, in order."""
    assert shown is not None
    return " ".join(_texts(shown.blocks))


def _texts(part: Any) -> list[str]:
    if isinstance(part, (list, tuple)):
        return [text for one in part for text in _texts(one)]
    if not isinstance(part, dict):
        return []
    own = [part["text"]] if isinstance(part.get("text"), str) else []
    return own + [text for one in part.values() for text in _texts(one)]


def buttons(shown: Message | View) -> list[str]:
    """The labels of a message's buttons."""
    return [
        element["text"]["text"]
        for block in shown.blocks
        if block["type"] == "actions"
        for element in block["elements"]
        if element["type"] == "button"
    ]


def menu(shown: Message | View) -> dict[str, str]:
    """The entries behind ⋯ and their values."""
    return {
        option["text"]["text"]: option["value"]
        for block in shown.blocks
        if block["type"] == "actions"
        for element in block["elements"]
        if element["type"] == "overflow"
        for option in element["options"]
    }

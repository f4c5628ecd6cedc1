"""Slack and a social network in one thread and under a moved clock, at the edges of our own code.

Slack stands where slack_sdk's client stands, the network where an adapter stands. Both take a call
apart: it leaves, it may be carried out, it may come back; in between other actors go on.
"""

import random
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.client import RemoteDisconnected
from itertools import takewhile
from types import SimpleNamespace
from typing import Any, ClassVar, cast
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

import app
from bot.config import Config, Policy
from bot.database import Database
from bot.delivery.drain import Drain
from bot.models import Standing
from bot.sandbox.world import MovableClock
from bot.slack.faces import Face
from bot.slack.workspace import Workspace
from bot.switchboard import Switchboard
from platforms import Configured
from platforms.base import (
    Author,
    FoundMention,
    Length,
    Page,
    Platform,
    PublishedReply,
    Query,
    Settings,
    Target,
    TemporaryError,
    UncertainError,
)
from tests.town import EXAMPLE

TIMEOUT_SECONDS = 10.0
CHANNELS = ("leadership", "pr", "people", "billing", "support", "sales", "product")
"""Of the example company."""
TEAM = "T0SIM"
OVERLAP = timedelta(minutes=10)
"""So long before it was first tried our own reply is looked for; Reddit's, the shortest of all."""
PAGE = 3
HOWS = ("refused", "cut_after", "500_after", "timeout_after", "timeout_before", "429")


@dataclass
class Edge:
    """What a call meets on its way. `faults`: of a hundred calls. `lag`: until what was written can
    be read back, in seconds.
    """

    clock: MovableClock
    chance: random.Random
    step: Callable[[], None]
    sleep: Callable[[float], None]
    left: Callable[[], None]
    faults: float = 0.0
    lag: float = 0.0
    slowest: float = 0.3
    """Seconds that a call takes at most."""

    def travel(self, act: Callable[[], Any]) -> tuple[str, Any]:
        """Make a call; what it met ("" for nothing) and what it answered."""
        self.left()
        self.sleep(self.chance.random() * self.slowest)
        how = self.chance.choice(HOWS) if self.chance.random() * 100 < self.faults else ""
        answer = None if how in ("refused", "timeout_before", "429") else act()
        if how.startswith("timeout"):
            self.sleep(TIMEOUT_SECONDS)
        self.step()
        return how, answer


@dataclass(frozen=True, slots=True)
class Posted:
    channel: str
    ts: str
    thread: str
    mark: dict[str, Any]
    at: datetime
    text: str


@dataclass
class SimSlack:
    """The calls that the worker makes, and all that came of them."""

    edge: Edge
    channels: Sequence[str] = CHANNELS
    posts: list[Posted] = field(default_factory=list)
    cards: dict[str, str] = field(default_factory=dict)
    """What each card says now, by ts."""
    count: int = 0
    """Of all messages ever posted."""
    places: dict[tuple[str, str], deque[Posted]] = field(default_factory=dict)
    """What is there, by channel and thread."""

    def api_call(self, method: str, *, json: Any = None, params: Any = None) -> Any:
        how, answer = self.edge.travel(lambda: self._do(method, json or params or {}))
        if how == "refused":
            raise URLError(ConnectionRefusedError())
        if how == "429":
            raise SlackApiError("", _response(429, "ratelimited", {"Retry-After": "3"}))
        if how == "500_after":
            raise SlackApiError("", _response(500, "<html>"))
        if how == "cut_after":
            raise RemoteDisconnected
        if how:
            raise TimeoutError
        return SimpleNamespace(data={"ok": True} | answer)

    def _do(self, method: str, said: dict[str, Any]) -> dict[str, Any]:
        act = getattr(self, "_" + method.replace(".", "_"))
        answer: dict[str, Any] = act(said)
        return answer

    def _auth_test(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"url": "https://sim.slack.com/", "user_id": "U0BOT", "team_id": TEAM}

    def _conversations_list(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"channels": [{"name": one, "id": f"C-{one}"} for one in self.channels]}

    def _users_info(self, said: dict[str, Any]) -> dict[str, Any]:
        return {"user": {"name": str(said["user"]).removeprefix("U0"), "team_id": TEAM}}

    def _views_publish(self, _: dict[str, Any]) -> dict[str, Any]:
        return {}

    def _chat_postMessage(self, said: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 (Slack's)
        now = self.edge.clock.now()
        ts = f"{now.timestamp():.6f}{self.count:04}"
        self.count += 1
        mark = said.get("metadata", {}).get("event_payload", {})
        channel, thread = str(said["channel"]), str(said.get("thread_ts", ""))
        self.keep(Posted(channel, ts, thread, mark, now, str(said["blocks"])))
        return {"channel": channel, "ts": ts}

    def _chat_update(self, said: dict[str, Any]) -> dict[str, Any]:
        self.show(said["ts"], str(said["blocks"]))
        return {}

    def keep(self, one: Posted) -> None:
        self.posts.append(one)
        self.places.setdefault((one.channel, one.thread), deque()).append(one)
        self.show(one.ts, one.text)

    def show(self, ts: str, text: str) -> None:
        self.cards[ts] = text

    def _conversations_history(self, said: dict[str, Any]) -> dict[str, Any]:
        return self._page(self._seen(said, thread=""), said)

    def _conversations_replies(self, said: dict[str, Any]) -> dict[str, Any]:
        return self._page(self._seen(said, thread=str(said["ts"])), said)

    def _page(self, found: list[dict[str, Any]], said: dict[str, Any]) -> dict[str, Any]:
        """Small pages: what is looked for may be on the second one."""
        start = int(said.get("cursor") or 0)
        end = start + PAGE
        cursor = str(end) if end < len(found) else ""
        return {"messages": found[start:end], "response_metadata": {"next_cursor": cursor}}

    def _seen(self, said: dict[str, Any], *, thread: str) -> list[dict[str, Any]]:
        """The newest first, as Slack has it."""
        written = self.edge.clock.now() - timedelta(seconds=self.edge.lag)
        there = reversed(self.places.get((said["channel"], thread), ()))
        lately = takewhile(lambda one: one.at.timestamp() >= float(said["oldest"]), there)
        return [
            {"ts": one.ts, "metadata": {"event_payload": one.mark}}
            for one in lately
            if one.at <= written
        ]


@dataclass
class SimNetwork:
    """What the public sees: customers' posts, and our replies with the text and when."""

    edge: Edge
    posts: list[FoundMention] = field(default_factory=list)
    replies: list[tuple[str, str, datetime]] = field(default_factory=list)

    count: int = 0
    """Of all customers' posts ever written."""

    def write(self, text: str, *, by: str = "mara_k") -> None:
        self.count += 1
        number = str(self.count)
        self.posts.append(
            FoundMention(
                external_id=number,
                address=number,
                author=Author(id=by, handle=by),
                text=text,
                url=f"https://sim.example/{number}",
                published_at=self.edge.clock.now(),
            )
        )

    def after(self, number: int) -> list[FoundMention]:
        """The customers' posts after the first so many."""
        return self.posts[number:]


class SimPlatform(Platform):
    """An adapter for it. `network` is set on a subclass of each run."""

    name = "sim"
    label = "Sim"
    Settings = Settings
    counting = "Each character counts 1."
    network: ClassVar[SimNetwork]

    def __init__(self, settings: Settings) -> None:
        """Nothing is needed."""

    def fetch(self, query: Query, *, cursor: str | None) -> Page:
        known = int(cursor or 0)
        # One is read again each time, as platforms that date posts by the second make necessary.
        fresh = self._call(lambda: self.network.after(max(0, known - 1)), write=False)
        return Page(mentions=tuple(fresh), cursor=str(known + len(fresh) - (1 if known else 0)))

    def reply(self, to: Target, text: str, *, key: str) -> PublishedReply:
        now = self.network.edge.clock.now
        self._call(lambda: self.network.replies.append((to.address, text, now())), write=True)
        return PublishedReply(external_id=key, url=f"https://sim.example/{key}")

    def find_reply(
        self, to: Target, text: str, *, key: str, since: datetime
    ) -> PublishedReply | None:
        written = self.network.edge.clock.now() - timedelta(seconds=self.network.edge.lag)
        there = self._call(
            lambda: [
                one for one in self.network.replies
                if one[:2] == (to.address, text) and since - OVERLAP <= one[2] <= written
            ], write=False,
        )  # fmt: skip
        return PublishedReply(external_id=key, url=f"https://sim.example/{key}") if there else None

    def refresh(self, ids: Sequence[str]) -> Iterable[Any]:
        return ()

    def measure(self, text: str) -> Length:
        return Length(used=len(text), limit=500)

    def _call(self, act: Callable[[], Any], *, write: bool) -> Any:
        how, answer = self.network.edge.travel(act)
        if how in ("refused", "429"):
            raise TemporaryError("Sim is busy.", retry_after=3 if how == "429" else None)
        if how:
            raise UncertainError("Sim broke off.") if write else TemporaryError("Sim broke off.")
        return answer


def _response(status: int, code: str, headers: dict[str, str] | None = None) -> Any:
    return SimpleNamespace(status_code=status, data={"error": code}, headers=headers or {})


def sim_platform(network: "SimNetwork") -> Configured:
    """The platform that this network is, as Switchboard opens it."""
    here = type("SimHere", (SimPlatform,), {"network": network})
    return Configured(here, Settings())


def sim_switchboard(database: Database, platform: Configured) -> Switchboard:
    return Switchboard(
        database=database, platforms={"sim": platform}, link=lambda *_: "",
        face=colleague, is_shown=lambda *_, **__: True, is_private=lambda _: False,
    )  # fmt: skip


def sim_drain(switchboard: Switchboard, slack: object) -> Drain:
    """What sends to this Slack."""
    workspace = Workspace("xoxb-sim", base_url="http://sim/")
    workspace.client = cast("WebClient", slack)
    return app.make_drain(switchboard, workspace)


def colleague(slack_id: str) -> Face:
    """Slack, asked who somebody is: they work here."""
    return Face(slack_id, Standing.COLLEAGUE)


def company() -> Config:
    """The example, where nobody waits for a second pair of eyes."""
    return app.load_config(EXAMPLE).model_copy(update={"policy": Policy(approve_first=0)})

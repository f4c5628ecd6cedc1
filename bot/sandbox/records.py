"""What exists in the stand-in workspace, as frozen records: a change makes a new one."""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


class SlackError(Exception):
    """Slack answers `{"ok": false, "error": code}`; `more` joins the body."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.more = more


class RefusedError(Exception):
    """Slack's client would not let a person do that."""


class NotFoundError(LookupError):
    """There is no such person, channel, message or view."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    id: str
    name: str
    real_name: str
    tz: str = "Europe/Vienna"
    is_admin: bool = False
    is_guest: bool = False
    is_single_channel_guest: bool = False
    is_stranger: bool = False
    is_bot: bool = False
    is_deactivated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    id: str
    name: str
    created: int
    members: frozenset[str] = frozenset()
    is_private: bool = False
    is_im: bool = False
    is_archived: bool = False

    @property
    def kind(self) -> str:
        """Name it as conversations.list does in its argument `types`."""
        if self.is_im:
            return "im"
        return "private_channel" if self.is_private else "public_channel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    channel: str
    ts: str
    user: str
    text: str
    blocks: tuple[Json, ...] = ()
    thread_ts: str = ""
    metadata: Json | None = None
    edited_ts: str = ""
    reactions: tuple[tuple[str, tuple[str, ...]], ...] = ()
    ephemeral_to: str = ""
    is_deleted: bool = False
    reply_broadcast: bool = False

    @property
    def is_reply(self) -> bool:
        return self.thread_ts not in ("", self.ts)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A modal or a home; `body` is what the bot sent, block and action ids filled in."""

    id: str
    user: str
    body: Json
    hash: str
    root_id: str
    previous_id: str | None = None
    values: dict[str, dict[str, Json]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def type(self) -> str:
        return str(self.body["type"])

    @property
    def blocks(self) -> tuple[Json, ...]:
        return tuple(self.body["blocks"])

    @property
    def callback_id(self) -> str:
        return str(self.body.get("callback_id", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request the bot made to the Web API."""

    method: str
    arguments: Json
    status: int
    error: str
    at: float

    @property
    def channel(self) -> str:
        return str(self.arguments.get("channel", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """What came of something a person did.

    `ok`: the bot acknowledged in time and Slack could use its answer. `seconds`: how long the
    acknowledgement took; 0 when nothing was sent. `errors`: what stands under the fields of a modal
    that stayed open, by block_id. `notice`: what Slack tells the person when not ok.
    """

    ok: bool
    status: int = 0
    body: Any = None
    seconds: float = 0.0
    error: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    notice: str = ""

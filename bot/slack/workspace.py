"""The calls to Slack's Web API, each made once, and one table of what its errors mean for us.

Slack gives no idempotency key, so nothing here repeats a call: the outbox decides what is sent
again (slack_sdk's own retry handlers posted a message twice when the connection broke).
"""

import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from socket import gaierror
from typing import Any, cast
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.slack.cards import Drawn
from bot.slack.faces import Face, face_of
from platforms.base import (
    GoneError,
    PausedError,
    PlatformError,
    RejectedError,
    TemporaryError,
    UncertainError,
)

TIMEOUT = 10
LOOK_AGAIN_AFTER = 5.0
CARD_EVENT = "switchboard_card"
CLOCKS_APART = timedelta(minutes=10)
"""So far ahead of Slack's our clock (or PostgreSQL's server's) may have been when a message left,
and it is found again. `check` tells of a minute.
"""
LONGEST_LOOK = 40.0
"""Seconds, so that whoever looks still holds the lease."""


class ChannelClosedError(PausedError):
    """The bot cannot post there until somebody invites it or corrects the configuration."""

    def __init__(self, channel: str, message: str) -> None:
        super().__init__(message)
        self.channel = channel


class NobodyError(RejectedError):
    """Slack knows nobody of that id, or shows us nobody.

    https://docs.slack.dev/reference/methods/users.info
    """


class PicturesRefusedError(RejectedError):
    """Slack could not fetch a picture."""


@dataclass(frozen=True, slots=True)
class Posted:
    channel_id: str
    ts: str


_PAUSING = {
    "invalid_auth": "Slack does not know our token any more.",
    "token_revoked": "Our Slack token was revoked.",
    "token_expired": "Our Slack token has expired.",
    "account_inactive": "The Slack app was switched off.",
    "not_authed": "No Slack token was sent.",
    "missing_scope": "The Slack app lacks a scope: install it again with manifest.yaml.",
    "org_login_required": "The Slack workspace is being moved.",
    "access_denied": "Slack denies access to this app.",
}
_CHANNEL = {
    "channel_not_found": "{channel} does not exist, or it is private and I am not in it.",
    "not_in_channel": "I am not in {channel}. Type `/invite @Switchboard` there.",
    "is_archived": "{channel} is archived. Choose another channel for it.",
    "restricted_action": "A Slack setting forbids me to post in {channel}.",
    "restricted_action_read_only_channel": "{channel} is read-only. Let the app post there.",
}
_TEMPORARY = {
    "ratelimited", "rate_limited", "service_unavailable", "request_timeout", "team_added_to_org",
    "message_limit_exceeded",
}  # fmt: skip
_NOBODY = {"user_not_found", "user_not_visible"}
# "Some aspect of the operation may have succeeded", says Slack's list of errors of these two.
_UNCERTAIN = {"internal_error", "fatal_error"}


class Workspace:
    """One Slack workspace, as the bot may use it."""

    def __init__(
        self,
        token: str,
        *,
        base_url: str,
        clock: Callable[[], float] = time.monotonic,
        timeout: int = TIMEOUT,
    ) -> None:
        """`timeout`: seconds that a call may take."""
        self.client = WebClient(token, base_url=base_url, timeout=timeout, retry_handlers=[])
        self._clock = clock
        self._channels: dict[str, str] = {}
        self._channels_read = float("-inf")
        self._looking = threading.Lock()
        self._home_url = ""
        self._team_id = ""

    def who_am_i(self) -> str:
        """Our user id. Raises PausedError when the token is not good."""
        answer = self._read("auth.test")
        self._home_url = str(answer["url"]).rstrip("/")
        self._team_id = str(answer["team_id"])
        return str(answer["user_id"])

    def time(self) -> datetime | None:
        """What time it is at Slack, to the second; None: it did not say. Raises as `who_am_i`."""
        headers = self._call("auth.test", "", params={}).headers
        told = {name.casefold(): value for name, value in headers.items()}.get("date")
        return _moment(told) if told else None

    def link_to(self, channel_id: str | None, ts: str | None) -> str:
        """A message's permanent address, or "" when it is not posted or Slack was never reached."""
        if not (channel_id and ts and self._home_url):
            return ""
        return f"{self._home_url}/archives/{channel_id}/p{ts.replace('.', '')}"

    def post(
        self, channel: str, drawn: Drawn, *, mark: dict[str, Any] | None = None, thread: str = ""
    ) -> Posted:
        """Post a message. `mark` is what `find` recognises it by."""
        if not self._home_url:
            self.who_am_i()
        arguments: dict[str, Any] = {"text": drawn.text, "blocks": drawn.blocks}
        if mark is not None:
            arguments["metadata"] = {"event_type": CARD_EVENT, "event_payload": mark}
        if thread:
            arguments["thread_ts"] = thread
        answer = self._write(
            "chat.postMessage", where=channel, channel=self.channel_id(channel),
            unfurl_links=False, unfurl_media=False, **arguments,
        )  # fmt: skip
        return Posted(str(answer["channel"]), str(answer["ts"]))

    def update(self, at: Posted, drawn: Drawn) -> None:
        self._write(
            "chat.update", where=at.channel_id, channel=at.channel_id, ts=at.ts,
            text=drawn.text, blocks=drawn.blocks,
        )  # fmt: skip

    def find(self, channel: str, mark: dict[str, Any], *, since: datetime) -> Posted | None:
        """Look whether a message with this mark was posted since then."""
        marks = self.marks(channel, since=since)
        return next((at for at, found in marks if found == mark), None)

    def marks(
        self, channel: str, *, since: datetime, thread: str = ""
    ) -> Iterator[tuple[Posted, dict[str, Any]]]:
        """What was posted since then, by our clock, with its marks.

        Raises UncertainError when Slack takes longer than a lease lasts to show it.
        """
        begun = self._clock()
        channel_id = self.channel_id(channel)
        method = "conversations.replies" if thread else "conversations.history"
        arguments: dict[str, Any] = {"ts": thread} if thread else {}
        messages = self._pages(
            method, "messages", where=channel, channel=channel_id, include_all_metadata="true",
            oldest=f"{(since - CLOCKS_APART).timestamp():.6f}", **arguments,
        )  # fmt: skip
        for one in messages:
            if self._clock() - begun > LONGEST_LOOK:
                raise UncertainError("Slack is slow to show what was posted.")
            mark = one.get("metadata", {}).get("event_payload", {})
            yield Posted(channel_id, str(one["ts"])), mark

    def show_home(self, user_id: str, view: dict[str, Any]) -> None:
        self._write("views.publish", user_id=user_id, view=view)

    def face(self, user_id: str) -> Face:
        """Who somebody is. Raises NobodyError when Slack knows nobody of that id."""
        if not self._team_id:
            self.who_am_i()
        user = self._read("users.info", user=user_id)["user"]
        return face_of(user, our_team=self._team_id)

    def user_id(self, written: str) -> str:
        """The id of "@ana" or "Ana Lima"; ids are themselves. RejectedError: nobody is called so.

        Slack lists all the people of the workspace for it, so it is not for every day.
        """
        if re.fullmatch(r"[UW][A-Z0-9]{4,}", written):
            return written
        wanted = written.removeprefix("@").casefold()
        for user in self._pages("users.list", "members"):
            profile = user.get("profile", {})
            names = user.get("name"), profile.get("real_name"), profile.get("display_name")
            if not user.get("deleted") and wanted in [str(one).casefold() for one in names]:
                return str(user["id"])
        raise RejectedError(f"Nobody in Slack is called {written}. Give their member ID instead.")

    def channel_id(self, written: str) -> str:
        """The id of "#support"; ids, of people too, are themselves."""
        if not written.startswith("#"):
            return written
        name = written[1:]
        if name not in self._channels:
            self._look_for_channels(name)
        if name not in self._channels:
            raise ChannelClosedError(written, _CHANNEL["channel_not_found"].format(channel=written))
        return self._channels[name]

    def is_member(self, channel_id: str) -> bool:
        """Whether the bot can post there."""
        channel = self._read("conversations.info", where=channel_id, channel=channel_id)["channel"]
        return bool(channel.get("is_member"))

    def is_private(self, written: str) -> bool:
        """Whether a channel is; also when it cannot be seen any more. "" is none."""
        if not written:
            return False
        try:
            channel_id = self.channel_id(written)
            answer = self._read("conversations.info", where=written, channel=channel_id)
        except ChannelClosedError:
            return True
        return bool(answer["channel"].get("is_private"))

    def is_shown(self, written: str, user_id: str, *, colleague: bool) -> bool:
        """Whether what is said in a channel may be shown to somebody elsewhere: they are in it, or
        it is public and they work here. Raises PlatformError.
        """  # noqa: D205 (two sentences that belong together)
        channel_id = self.channel_id(written)
        channel = self._read("conversations.info", where=written, channel=channel_id)["channel"]
        if colleague and not channel.get("is_private"):
            return True
        return user_id in self._members(channel_id)

    def _members(self, channel_id: str) -> Iterator[str]:
        return self._pages(
            "conversations.members", "members", where=channel_id, channel=channel_id, limit=1000
        )

    def _look_for_channels(self, name: str) -> None:
        """One thread reads the list for all: Slack lets it be asked for twenty times a minute."""
        with self._looking:
            long_ago = self._clock() - self._channels_read > LOOK_AGAIN_AFTER
            if name not in self._channels and long_ago:
                self._read_channels()

    def _read_channels(self) -> None:
        channels = self._pages(
            "conversations.list", "channels", types="public_channel,private_channel",
            exclude_archived="true", limit=999,
        )  # fmt: skip
        self._channels = {str(one["name"]): str(one["id"]) for one in channels}
        self._channels_read = self._clock()

    def _pages(
        self, method: str, what: str, *, where: str = "", limit: int = 200, **arguments: Any
    ) -> Iterator[Any]:
        """Everything that a list has, `limit` of it for one call."""
        cursor = ""
        while True:
            page = self._read(method, where=where, limit=limit, cursor=cursor, **arguments)
            yield from page[what]
            cursor = page.get("response_metadata", {}).get("next_cursor", "")
            if not cursor:
                break

    def _write(self, method: str, *, where: str = "", **arguments: Any) -> dict[str, Any]:
        return cast("dict[str, Any]", self._call(method, where, json=arguments).data)

    def _read(self, method: str, *, where: str = "", **arguments: Any) -> dict[str, Any]:
        # Slack takes JSON for what writes only.
        return cast("dict[str, Any]", self._call(method, where, params=arguments).data)

    def _call(self, method: str, where: str, **request: Any) -> SlackResponse:
        try:
            return self.client.api_call(method, **request)
        except SlackApiError as error:
            raise _meaning(error, where) from error
        except URLError as error:
            raise _unreachable(error) from error
        except (OSError, HTTPException, ValueError) as error:
            raise UncertainError(f"Slack broke off: {type(error).__name__}.") from error


def _moment(told: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(told)
    except (ValueError, OverflowError):
        return None
    # "-0000" says UTC, from nowhere in particular: https://www.rfc-editor.org/rfc/rfc5322#section-3.3
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _unreachable(error: URLError) -> PlatformError:
    """A refused connection or an unknown name means that nothing was sent."""
    if isinstance(error.reason, (ConnectionRefusedError, gaierror)):
        return TemporaryError("Slack cannot be reached.")
    return UncertainError("Slack did not answer in time.")


def _meaning(error: SlackApiError, where: str) -> PlatformError:
    response = error.response
    status, data = int(response.status_code), response.data
    code = str(data.get("error", "")) if isinstance(data, dict) else ""
    if status == 429 or code in _TEMPORARY:
        wait = response.headers.get("Retry-After") or response.headers.get("retry-after")
        seconds = float(wait) if wait and str(wait).isdigit() else 30.0
        return TemporaryError("Slack asks us to slow down.", retry_after=seconds)
    if status >= 500 or code in _UNCERTAIN or not re.fullmatch(r"\w+", code):
        return UncertainError(f"Slack answered {status} and nothing that says what was done.")
    if code in _PAUSING:
        return PausedError(_PAUSING[code])
    if code in _CHANNEL:
        return ChannelClosedError(where, _CHANNEL[code].format(channel=_say_channel(where)))
    return _refused(code, data)


def _refused(code: str, data: Any) -> PlatformError:
    messages = " ".join(data.get("response_metadata", {}).get("messages", []))
    if code == "message_not_found":
        return GoneError("The message is not in Slack any more.")
    if code in _NOBODY:
        return NobodyError("Slack knows nobody of that id.")
    if code == "invalid_blocks" and "image" in messages:
        return PicturesRefusedError(f"Slack refused a picture: {messages}")
    return RejectedError(f"Slack refused this: {code}. {messages}".strip())


def _say_channel(where: str) -> str:
    return where if where.startswith("#") else f"<#{where}>"

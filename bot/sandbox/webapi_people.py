"""users.* and conversations.*: docs.slack.dev/reference/methods."""

import base64
import binascii
import math
from collections.abc import Sequence
from typing import Any

from bot.sandbox.inside import Inside, yes
from bot.sandbox.records import Channel, Json, Message, NotFoundError, SlackError
from bot.sandbox.shapes import channel_json, member_json, message_json
from bot.sandbox.workspace import BOT_USER_ID

PAGE = 100
LARGEST_PAGE = 1000
READ_SCOPES = {
    "public_channel": "channels",
    "private_channel": "groups",
    "im": "im",
    "mpim": "mpim",
}


def user_info(slack: Inside, arguments: Json) -> Json:
    for member in slack.workspace.members():
        if member.id == arguments.get("user"):
            return {"user": member_json(member)}
    raise SlackError("user_not_found")


def users(slack: Inside, arguments: Json) -> Json:
    page, cursor = _page(slack.workspace.members(), arguments)
    return {"members": [member_json(member) for member in page], **cursor}


def conversations(slack: Inside, arguments: Json) -> Json:
    """List the public channels, and of the others those the bot is in."""
    kinds = str(arguments.get("types") or "public_channel").replace(" ", "").split(",")
    for kind in kinds:
        if kind not in READ_SCOPES:
            raise SlackError("invalid_types")
        slack.demand(f"{READ_SCOPES[kind]}:read")
    archived = not yes(arguments.get("exclude_archived"))
    found = [
        channel
        for channel in slack.workspace.channels()
        if channel.kind in kinds and slack.workspace.visible(channel, BOT_USER_ID)
        if archived or not channel.is_archived
    ]
    page, cursor = _page(found, arguments)
    return {"channels": [channel_json(channel) for channel in page], **cursor}


def conversation_info(slack: Inside, arguments: Json) -> Json:
    return {"channel": channel_json(_channel(slack, arguments, "read"))}


def conversation_members(slack: Inside, arguments: Json) -> Json:
    channel = _channel(slack, arguments, "read")
    page, cursor = _page(sorted(channel.members), arguments)
    return {"members": page, **cursor}


def join(slack: Inside, arguments: Json) -> Json:
    """Put the bot into a public channel."""
    channel = slack.seen_channel(arguments)
    if channel.kind != "public_channel":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    return {"channel": channel_json(slack.workspace.join(channel, BOT_USER_ID))}


def open_direct(slack: Inside, arguments: Json) -> Json:
    try:
        channel = slack.workspace.direct(str(arguments.get("users", "")))
    except NotFoundError:
        raise SlackError("user_not_found") from None
    return {"channel": {"id": channel.id}}


def history(slack: Inside, arguments: Json) -> Json:
    """Return the messages of a channel, newest first, without the replies in threads."""
    channel = _joined(slack, arguments)
    top = [
        message
        for message in slack.workspace.messages(channel.id)
        if not message.is_reply or message.reply_broadcast
    ]
    return _messages(slack, list(reversed(top)), arguments)


def replies(slack: Inside, arguments: Json) -> Json:
    """Return a thread: its parent, then the replies, oldest first."""
    channel = _joined(slack, arguments)
    try:
        parent = slack.workspace.message(channel.id, str(arguments.get("ts", "")))
    except NotFoundError:
        raise SlackError("thread_not_found") from None
    return _messages(slack, [parent, *slack.workspace.replies(parent)], arguments)


def _messages(slack: Inside, found: list[Message], arguments: Json) -> Json:
    kept = [message for message in found if _within(message.ts, arguments)]
    page, cursor = _page(kept, arguments)
    metadata = yes(arguments.get("include_all_metadata"))
    shaped = [
        message_json(message, replies=slack.workspace.replies(message), metadata=metadata)
        for message in page
    ]
    more = bool(cursor["response_metadata"]["next_cursor"])
    return {"messages": shaped, "has_more": more, **cursor}


def _within(ts: str, arguments: Json) -> bool:
    oldest = _number(arguments.get("oldest"), 0, "invalid_ts_oldest")
    latest = _number(arguments.get("latest"), math.inf, "invalid_ts_latest")
    at = float(ts)
    return oldest < at < latest or (yes(arguments.get("inclusive")) and at in (oldest, latest))


def _channel(slack: Inside, arguments: Json, right: str) -> Channel:
    channel = slack.seen_channel(arguments)
    slack.demand(f"{READ_SCOPES[channel.kind]}:{right}")
    return channel


def _joined(slack: Inside, arguments: Json) -> Channel:
    _channel(slack, arguments, "history")
    return slack.joined_channel(arguments)


def _page(found: Sequence[Any], arguments: Json) -> tuple[list[Any], Json]:
    size = int(_number(arguments.get("limit"), PAGE, "invalid_limit"))
    if not 0 < size <= LARGEST_PAGE:
        raise SlackError("invalid_limit")
    start = _start(str(arguments.get("cursor") or ""))
    rest = start + size < len(found)
    cursor = base64.b64encode(f"next:{start + size}".encode()).decode() if rest else ""
    return list(found[start : start + size]), {"response_metadata": {"next_cursor": cursor}}


def _number(given: Any, default: float, error: str) -> float:
    try:
        return float(given or default)
    except (TypeError, ValueError):
        raise SlackError(error) from None


def _start(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        return int(base64.b64decode(cursor).decode().removeprefix("next:"))
    except (binascii.Error, ValueError):
        raise SlackError("invalid_cursor") from None

"""chat.* and reactions.*: docs.slack.dev/reference/methods (stricter: text is always demanded)."""

from typing import Any

from bot.sandbox import blockkit
from bot.sandbox.inside import Inside, decoded, yes
from bot.sandbox.records import Channel, Json, Message, NotFoundError, SlackError
from bot.sandbox.shapes import message_json
from bot.sandbox.workspace import BOT_USER_ID, DOMAIN

KEPT_TEXT = 40_000
UPDATED_TEXT = 4_000


def post_message(slack: Inside, arguments: Json) -> Json:
    channel = _channel_to_post(slack, arguments)
    content = _content(arguments)
    message = slack.workspace.post(
        channel,
        BOT_USER_ID,
        metadata=_metadata(arguments),
        thread_ts=_thread(slack, channel, arguments),
        reply_broadcast=yes(arguments.get("reply_broadcast")),
        **content,
    )
    shaped = message_json(message, replies=[], metadata=True)
    return {"channel": channel.id, "ts": message.ts, "message": shaped}


def update(slack: Inside, arguments: Json) -> Json:
    """Replace text and blocks: text without blocks takes the blocks away, metadata stays."""
    channel, message = _own_message(slack, arguments, refusal="cant_update_message")
    if channel.is_archived:
        raise SlackError("is_inactive")
    content = _content(arguments)
    if len(content["text"]) > UPDATED_TEXT:
        raise SlackError("msg_too_long")
    metadata = _metadata(arguments) if "metadata" in arguments else message.metadata
    edited = slack.workspace.next_ts()
    message = slack.workspace.edit(message, metadata=metadata, edited_ts=edited, **content)
    shaped = message_json(message, replies=slack.workspace.replies(message), metadata=True)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": shaped}


def delete(slack: Inside, arguments: Json) -> Json:
    channel, message = _own_message(slack, arguments, refusal="cant_delete_message")
    slack.workspace.delete(message)
    return {"channel": channel.id, "ts": message.ts}


def post_ephemeral(slack: Inside, arguments: Json) -> Json:
    channel = slack.joined_channel(arguments)
    if channel.is_archived:
        raise SlackError("is_archived")
    user = str(arguments.get("user", ""))
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    message = slack.workspace.post(
        channel,
        BOT_USER_ID,
        ephemeral_to=user,
        thread_ts=_thread(slack, channel, arguments),
        **_content(arguments),
    )
    return {"message_ts": message.ts}


def permalink(slack: Inside, arguments: Json) -> Json:
    channel = slack.seen_channel(arguments)
    message = _message(slack, channel, str(arguments.get("message_ts", "")))
    url = f"https://{DOMAIN}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        url += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": url}


def add_reaction(slack: Inside, arguments: Json) -> Json:
    channel = slack.joined_channel(arguments)
    name = str(arguments.get("name", "")).strip(":")
    if not name:
        raise SlackError("invalid_name")
    message = _message(slack, channel, str(arguments.get("timestamp", "")))
    if not slack.workspace.react(message, BOT_USER_ID, name):
        raise SlackError("already_reacted")
    return {}


def checked_blocks(given: Any) -> list[Json]:
    """Return the blocks of a message if Slack would show them."""
    blocks = decoded(given, "invalid_blocks_format")
    if not blocks:
        return []
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    found = blockkit.problems(blocks, surface="message")
    if found:
        raise SlackError("invalid_blocks", response_metadata={"messages": found})
    if blockkit.text_size(blocks) > blockkit.MESSAGE_TEXT:
        raise SlackError("msg_blocks_too_long")
    return blocks


def _content(arguments: Json) -> Json:
    text = arguments.get("text")
    if not isinstance(text, str) or not text.strip():
        raise SlackError("no_text")
    return {"text": text[:KEPT_TEXT], "blocks": checked_blocks(arguments.get("blocks"))}


def _channel_to_post(slack: Inside, arguments: Json) -> Channel:
    """Return the channel; a user's id means the direct messages with them."""
    channel = _direct(slack, str(arguments.get("channel", ""))) or slack.seen_channel(arguments)
    if channel.is_archived:
        raise SlackError("is_archived")
    everywhere = "chat:write.public" in slack.scopes and not channel.is_private
    if BOT_USER_ID not in channel.members and not everywhere:
        raise SlackError("not_in_channel")
    return channel


def _direct(slack: Inside, user: str) -> Channel | None:
    people = {member.id for member in slack.workspace.members() if not member.is_bot}
    return slack.workspace.direct(user) if user in people else None


def _thread(slack: Inside, channel: Channel, arguments: Json) -> str:
    thread_ts = str(arguments.get("thread_ts") or "")
    if thread_ts:
        try:
            parent = slack.workspace.message(channel.id, thread_ts)
        except NotFoundError:
            raise SlackError("thread_not_found") from None
        if parent.is_reply or parent.ephemeral_to:
            raise SlackError("cannot_reply_to_message")
    return thread_ts


def _metadata(arguments: Json) -> Json | None:
    metadata = decoded(arguments.get("metadata"), "invalid_metadata_format")
    if not metadata:
        return None
    if not isinstance(metadata, dict):
        raise SlackError("invalid_metadata_format")
    typed = isinstance(metadata.get("event_type"), str)
    if not typed or not isinstance(metadata.get("event_payload"), dict):
        raise SlackError("invalid_metadata_schema")
    return metadata


def _own_message(slack: Inside, arguments: Json, *, refusal: str) -> tuple[Channel, Message]:
    channel = slack.seen_channel(arguments)
    message = _message(slack, channel, str(arguments.get("ts", "")))
    if message.user != BOT_USER_ID:
        raise SlackError(refusal)
    return channel, message


def _message(slack: Inside, channel: Channel, ts: str) -> Message:
    """Return a message that everybody there sees: ephemeral ones cannot be got at by their ts."""
    try:
        message = slack.workspace.message(channel.id, ts)
    except NotFoundError:
        raise SlackError("message_not_found") from None
    if message.ephemeral_to or message.is_deleted:
        raise SlackError("message_not_found")
    return message

"""Records as Slack's JSON: what the Web API returns and what payloads carry.

Field names: docs.slack.dev/reference/objects and …/reference/interaction-payloads.
"""

from bot.sandbox.records import Channel, Json, Member, Message, View
from bot.sandbox.workspace import APP_ID, BOT_ID, BOT_USER_ID, TEAM_ID

TEAM_NAME = "Sandbox"
CREATED = 1_700_000_000


def message_json(message: Message, *, replies: list[Message], metadata: bool = False) -> Json:
    """Shape a message as conversations.history does; metadata only when asked for."""
    shaped: Json = {
        "user": message.user,
        "type": "message",
        "ts": message.ts,
        "text": message.text,
        "team": TEAM_ID,
        **(_bot_fields() if message.user == BOT_USER_ID else {}),
    }
    if message.blocks:
        shaped["blocks"] = list(message.blocks)
    if message.thread_ts:
        shaped["thread_ts"] = message.thread_ts
    if message.edited_ts:
        shaped["edited"] = {"user": message.user, "ts": message.edited_ts}
    if message.is_deleted:
        shaped |= {"subtype": "tombstone", "hidden": True}
    if metadata and message.metadata:
        shaped["metadata"] = message.metadata
    return shaped | _reactions(message) | _thread(message, replies)


def member_json(member: Member) -> Json:
    return {
        "id": member.id,
        "team_id": "T0STRANGE" if member.is_stranger else TEAM_ID,
        "name": member.name,
        "deleted": member.is_deactivated,
        "real_name": member.real_name,
        "tz": member.tz,
        "profile": {
            "real_name": member.real_name,
            "display_name": member.name,
            "team": TEAM_ID,
        },
        "is_admin": member.is_admin,
        "is_owner": False,
        "is_restricted": member.is_guest or member.is_single_channel_guest,
        "is_ultra_restricted": member.is_single_channel_guest,
        "is_bot": member.is_bot,
        "is_app_user": False,
        "is_stranger": member.is_stranger,
        "updated": CREATED,
    }


def channel_json(channel: Channel) -> Json:
    if channel.is_im:
        return {
            "id": channel.id,
            "created": channel.created,
            "is_im": True,
            "is_archived": channel.is_archived,
            "user": next(iter(channel.members - {BOT_USER_ID}), ""),
        }
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": not channel.is_private,
        "is_group": channel.is_private,
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.is_private,
        "is_archived": channel.is_archived,
        "is_general": False,
        "is_shared": False,
        "is_ext_shared": False,
        "is_member": BOT_USER_ID in channel.members,
        "created": channel.created,
        "num_members": len(channel.members),
        "context_team_id": TEAM_ID,
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }


def view_json(view: View, *, values: bool = True) -> Json:
    """Shape a view; `values=False` for view_closed, where Slack sends none."""
    shaped: Json = {
        "id": view.id,
        "team_id": TEAM_ID,
        "type": view.type,
        "blocks": list(view.blocks),
        "private_metadata": view.body.get("private_metadata", ""),
        "callback_id": view.callback_id,
        "state": {"values": view.values if values else {}},
        "hash": view.hash,
        "title": view.body.get("title", {"type": "plain_text", "text": "View Title"}),
        "clear_on_close": view.body.get("clear_on_close", False),
        "notify_on_close": view.body.get("notify_on_close", False),
        "close": view.body.get("close"),
        "submit": view.body.get("submit"),
        "previous_view_id": view.previous_id,
        "root_view_id": view.root_id,
        "app_id": APP_ID,
        "external_id": view.body.get("external_id", ""),
        "app_installed_team_id": TEAM_ID,
        "bot_id": BOT_ID,
    }
    return shaped


def _bot_fields() -> Json:
    profile = {
        "id": BOT_ID,
        "app_id": APP_ID,
        "user_id": BOT_USER_ID,
        "name": "Switchboard",
        "deleted": False,
        "updated": CREATED,
        "team_id": TEAM_ID,
        "icons": {},
    }
    return {"bot_id": BOT_ID, "app_id": APP_ID, "bot_profile": profile}


def _reactions(message: Message) -> Json:
    given = [
        {"name": name, "users": list(users), "count": len(users)}
        for name, users in message.reactions
    ]
    return {"reactions": given} if given else {}


def _thread(message: Message, replies: list[Message]) -> Json:
    if not replies:
        return {}
    users = list(dict.fromkeys(reply.user for reply in replies))
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users": users,
        "reply_users_count": len(users),
        "latest_reply": replies[-1].ts,
    }

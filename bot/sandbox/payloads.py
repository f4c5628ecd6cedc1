"""What Slack sends an app: block_actions, view_submission, view_closed, commands and events.

Field names: docs.slack.dev/reference/interaction-payloads and docs.slack.dev/apis/events-api.
"""

from bot.sandbox.inputs import VALUE_KEYS, state_of
from bot.sandbox.inside import Inside
from bot.sandbox.records import Channel, Json, Member, Message, View
from bot.sandbox.shapes import member_json, message_json, view_json
from bot.sandbox.workspace import APP_ID, BOT_USER_ID, DOMAIN, TEAM_ID

# Slack still sends its old verification token; nobody should look at it.
VERIFICATION_TOKEN = "not-to-be-verified-by-token"  # noqa: S105  made up, protects nothing


def _common(kind: str, member: Member) -> Json:
    return {
        "type": kind,
        "user": {
            "id": member.id,
            "username": member.name,
            "name": member.name,
            "team_id": TEAM_ID,
        },
        "api_app_id": APP_ID,
        "token": VERIFICATION_TOKEN,
        "team": {"id": TEAM_ID, "domain": DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def action_of(block: Json, element: Json, value: Json, ts: str) -> Json:
    """Shape what was done with one element."""
    action: Json = {
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "type": element["type"],
        "action_ts": ts,
    }
    if element["type"] == "button":
        shown = ("text", "value", "style", "url")
        return action | {key: element[key] for key in shown if key in element}
    key = VALUE_KEYS[element["type"]]
    return action | {key: value[key]}


def message_action(
    slack: Inside, member: Member, message: Message, action: Json, values: Json
) -> Json:
    """Build the block_actions of a message; an ephemeral one is named, but not shown."""
    channel = slack.workspace.channel(message.channel)
    ephemeral = bool(message.ephemeral_to)
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": ephemeral,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    path = slack.grants.new_response(channel=channel.id, user=member.id, ts=message.ts)
    payload = {
        **_common("block_actions", member),
        "container": container,
        "trigger_id": slack.grants.new_trigger(member.id),
        "channel": {"id": channel.id, "name": _channel_name(channel)},
        "state": {"values": state_of(message.blocks, {}) | values},
        "response_url": slack.url + path,
        "actions": [action],
    }
    if not ephemeral:
        replies = slack.workspace.replies(message)
        payload["message"] = message_json(message, replies=replies)
    return payload


def view_action(slack: Inside, member: Member, view: View, action: Json) -> Json:
    """Build the block_actions of a modal or a home; neither has a response_url."""
    return {
        **_common("block_actions", member),
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": slack.grants.new_trigger(member.id),
        "view": view_json(view),
        "actions": [action],
    }


def submission(slack: Inside, member: Member, view: View) -> Json:
    return {
        **_common("view_submission", member),
        "trigger_id": slack.grants.new_trigger(member.id),
        "view": view_json(view),
        "response_urls": [],
    }


def closed(member: Member, view: View, *, cleared: bool) -> Json:
    """Build view_closed; Slack leaves its state.values empty."""
    return {
        **_common("view_closed", member),
        "view": view_json(view, values=False),
        "is_cleared": cleared,
    }


def command(slack: Inside, member: Member, channel: Channel, name: str, text: str) -> Json:
    path = slack.grants.new_response(channel=channel.id, user=member.id)
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM_ID,
        "team_domain": DOMAIN,
        "channel_id": channel.id,
        "channel_name": _channel_name(channel),
        "user_id": member.id,
        "user_name": member.name,
        "command": name,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": slack.url + path,
        "trigger_id": slack.grants.new_trigger(member.id),
    }


def event(slack: Inside, body: Json) -> Json:
    """Wrap what happened as the Events API does."""
    now = slack.workspace.clock()
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM_ID,
        "api_app_id": APP_ID,
        "event": body,
        "type": "event_callback",
        "event_id": slack.workspace.new_id("Ev"),
        "event_time": int(now),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM_ID,
                "user_id": BOT_USER_ID,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": f"4-{slack.workspace.new_id('ctx')}",
    }


def home_opened(slack: Inside, member: Member) -> Json:
    home = slack.views.home(member.id)
    body: Json = {
        "type": "app_home_opened",
        "user": member.id,
        "channel": slack.workspace.direct(member.id).id,
        "tab": "home",
        "event_ts": slack.workspace.next_ts(),
    }
    return event(slack, body | ({"view": view_json(home)} if home else {}))


def reaction_added(slack: Inside, member: Member, message: Message, name: str) -> Json:
    return event(
        slack,
        {
            "type": "reaction_added",
            "user": member.id,
            "reaction": name,
            "item": {"type": "message", "channel": message.channel, "ts": message.ts},
            "item_user": message.user,
            "event_ts": slack.workspace.next_ts(),
        },
    )


def user_changed(slack: Inside, member: Member) -> Json:
    ts = slack.workspace.next_ts()
    body: Json = {"type": "user_change", "user": member_json(member)}
    return event(slack, body | {"cache_ts": int(float(ts)), "event_ts": ts})


def message_said(slack: Inside, message: Message, channel_type: str) -> Json:
    body = message_json(message, replies=[])
    return event(
        slack,
        {
            **body,
            "client_msg_id": f"cm-{message.ts}",
            "channel": message.channel,
            "channel_type": channel_type,
            "event_ts": message.ts,
        },
    )


def _channel_name(channel: Channel) -> str:
    if channel.is_im:
        return "directmessage"
    return "privategroup" if channel.is_private else channel.name

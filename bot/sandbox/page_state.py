"""The workspace as one person sees it, as the page's JSON (its shape: the docstring of server)."""

from bot.sandbox.inside import Inside
from bot.sandbox.records import Channel, Json, Member, Message, View
from bot.sandbox.workspace import BOT_USER_ID


def state(slack: Inside, me: Member, channel: Channel | None) -> Json:
    home = slack.views.home(me.id)
    seen = [each for each in slack.workspace.channels() if slack.workspace.visible(each, me.id)]
    seen.sort(key=lambda each: each.is_im)
    bot = slack.workspace.member(BOT_USER_ID)
    return {
        "now": slack.workspace.clock(),
        "me": _person(me),
        "people": [_person(each) for each in slack.workspace.members() if not each.is_bot],
        "bot": {"id": bot.id, "name": bot.real_name},
        "channels": [_channel(slack, each, me) for each in seen],
        "channel": _channel(slack, channel, me) if channel else None,
        "messages": _messages(slack, channel, me) if channel else [],
        "views": [_view(view) for view in slack.views.stack(me.id)],
        "home": _view(home) if home else None,
    }


def thread(slack: Inside, me: Member, parent: Message) -> Json:
    """Return a parent and what stands under it, with what only this person sees."""
    below = [message for message in slack.workspace.under(parent) if _for(message, me)]
    return {"messages": [_message(slack, message) for message in (parent, *below)]}


def _messages(slack: Inside, channel: Channel, me: Member) -> list[Json]:
    return [
        _message(slack, message)
        for message in slack.workspace.everything(channel.id)
        if _for(message, me) and (not message.is_reply or message.reply_broadcast)
    ]


def _for(message: Message, me: Member) -> bool:
    return message.ephemeral_to in ("", me.id)


def _person(member: Member) -> Json:
    shown = ("id", "name", "real_name", "tz", "is_admin", "is_guest", "is_stranger")
    return {key: getattr(member, key) for key in shown}


def _channel(slack: Inside, channel: Channel, me: Member) -> Json:
    bot = slack.workspace.member(BOT_USER_ID)
    return {
        "id": channel.id,
        "name": bot.real_name if channel.is_im else channel.name,
        "is_private": channel.is_private,
        "is_im": channel.is_im,
        "is_archived": channel.is_archived,
        "bot_is_member": bot.id in channel.members,
        "unread": slack.workspace.unread(channel, me.id),
    }


def _message(slack: Inside, message: Message) -> Json:
    author = slack.workspace.member(message.user)
    replies = slack.workspace.replies(message)
    return {
        "channel": message.channel,
        "ts": message.ts,
        "thread_ts": message.thread_ts,
        "user": author.id,
        "name": author.real_name,
        "is_bot": author.is_bot,
        "text": message.text,
        "blocks": list(message.blocks),
        "is_ephemeral": bool(message.ephemeral_to),
        "edited": bool(message.edited_ts),
        "is_deleted": message.is_deleted,
        "reply_count": len(replies),
        "latest_reply": replies[-1].ts if replies else "",
        "reactions": [{"name": name, "users": list(users)} for name, users in message.reactions],
    }


def _view(view: View) -> Json:
    return {
        "id": view.id,
        "type": view.type,
        "hash": view.hash,
        "title": view.body.get("title"),
        "submit": view.body.get("submit"),
        "close": view.body.get("close"),
        "blocks": list(view.blocks),
        "callback_id": view.callback_id,
        "private_metadata": view.body.get("private_metadata", ""),
        "state": {"values": view.values},
        "errors": view.errors,
    }

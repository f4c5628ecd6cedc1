"""What a bot shows to people in these tests, as Block Kit."""

from typing import Any

from bot.sandbox.records import Message
from bot.sandbox.workspace import BOT_USER_ID
from tests.browser.conftest import Outside

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def said(text: str, *, style: str = "rich_text_section") -> Json:
    """The public's words, as leaves that nothing is parsed in."""
    leaf = {"type": "text", "text": text}
    part = {"type": style, "elements": [leaf]}
    return {"type": "rich_text", "block_id": "words", "elements": [part]}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "block_id": "actions", "elements": list(elements)}


def button(text: str, **more: Any) -> Json:
    return {"type": "button", "action_id": text.lower(), "text": plain(text), **more}


def menu(*options: str) -> Json:
    choices = [{"text": plain(option), "value": option} for option in options]
    return {"type": "overflow", "action_id": "menu", "options": choices}


def modal(title: str, *blocks: Json) -> Json:
    return {
        "type": "modal",
        "title": plain(title),
        "submit": plain("Reply"),
        "close": plain("Cancel"),
        "notify_on_close": True,
        "blocks": list(blocks),
    }


def field(label: str, **more: Any) -> Json:
    element = {"type": "plain_text_input", "action_id": "text", "multiline": True, **more}
    return {"type": "input", "block_id": "text", "label": plain(label), "element": element}


def post(
    outside: Outside, *blocks: Json, text: str = "A card", channel: str = "support"
) -> Message:
    """Let the bot write in a channel."""
    where = outside.slack.channel(channel)
    return outside.slack.inside.workspace.post(where, BOT_USER_ID, text, blocks=list(blocks))


def change(outside: Outside, message: Message, *blocks: Json) -> None:
    now = outside.slack.message(message)
    outside.slack.inside.workspace.edit(now, blocks=list(blocks))

"""What the bot may answer: to a submission, to a slash command, and at a response_url.

docs.slack.dev/surfaces/modals and docs.slack.dev/interactivity/handling-user-interaction.
"""

from typing import Any

from bot.sandbox.inside import Inside, yes
from bot.sandbox.records import Channel, Json, Message, NotFoundError, SlackError, View
from bot.sandbox.webapi_chat import checked_blocks
from bot.sandbox.webapi_views import checked_view
from bot.sandbox.workspace import BOT_USER_ID


def answer_submission(slack: Inside, view: View, body: Any) -> dict[str, str]:
    """Do what the answer to view_submission says; return the errors shown under the fields."""
    if view.id not in [each.id for each in slack.views.stack(view.user)]:
        return {}  # Closed while the bot was thinking: its answer has no place to go.
    if not body:
        slack.views.close(view)
        return {}
    action = body.get("response_action") if isinstance(body, dict) else None
    match action:
        case "errors":
            return slack.views.complain(view, _field_errors(view, body.get("errors"))).errors
        case "update":
            slack.views.update(view, checked_view(body.get("view"), "modal"))
        case "push":
            slack.views.push(view.user, checked_view(body.get("view"), "modal"))
        case "clear":
            slack.views.close(view, everything=True)
        case _:
            raise SlackError("invalid_response_action")
    return {}


def answer_command(slack: Inside, channel: Channel, user: str, body: Any) -> dict[str, str]:
    """Show the answer to a slash command, to the asker alone unless it says in_channel."""
    if body:
        answer = body if isinstance(body, dict) else {"text": str(body)}
        _show(slack, channel, user, answer)
    return {}


def answer_url(slack: Inside, name: str, body: Any) -> None:
    """Take what was posted to a response_url."""
    if not isinstance(body, dict):
        raise SlackError("invalid_payload")
    lent = slack.grants.use_response(name)
    channel = slack.workspace.channel(lent.channel)
    original = _original(slack, lent.channel, lent.ts)
    if original is not None and yes(body.get("delete_original")):
        slack.workspace.delete(original)
    elif original is not None and yes(body.get("replace_original")):
        slack.workspace.edit(original, **_content(body))
    else:
        _show(slack, channel, lent.user, body)


def _show(slack: Inside, channel: Channel, user: str, answer: Json) -> None:
    everybody = answer.get("response_type") == "in_channel"
    slack.workspace.post(
        channel,
        BOT_USER_ID,
        ephemeral_to="" if everybody else user,
        thread_ts=str(answer.get("thread_ts") or ""),
        **_content(answer),
    )


def _content(answer: Json) -> Json:
    blocks = checked_blocks(answer.get("blocks"))
    text = str(answer.get("text") or "")
    if not text and not blocks:
        raise SlackError("no_text")
    return {"text": text, "blocks": blocks}


def _original(slack: Inside, channel: str, ts: str) -> Message | None:
    try:
        return slack.workspace.message(channel, ts)
    except NotFoundError:
        return None


def _field_errors(view: View, errors: Any) -> dict[str, str]:
    fields = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not set(errors) <= fields:
        raise SlackError("invalid_field_errors")
    return {str(field): str(text) for field, text in errors.items()}

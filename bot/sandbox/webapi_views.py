"""views.*: docs.slack.dev/reference/methods/views.open and its neighbours."""

from bot.sandbox import blockkit
from bot.sandbox.inside import Inside, decoded
from bot.sandbox.records import Json, NotFoundError, SlackError, View
from bot.sandbox.shapes import view_json

VIEW_BYTES = blockkit.VIEW_BYTES


def open_view(slack: Inside, arguments: Json) -> Json:
    body = checked_view(arguments.get("view"), "modal")
    user = slack.grants.use_trigger(str(arguments.get("trigger_id", "")))
    return {"view": view_json(slack.views.open(user, body))}


def push(slack: Inside, arguments: Json) -> Json:
    body = checked_view(arguments.get("view"), "modal")
    user = slack.grants.use_trigger(str(arguments.get("trigger_id", "")))
    return {"view": view_json(slack.views.push(user, body))}


def update(slack: Inside, arguments: Json) -> Json:
    body = checked_view(arguments.get("view"), "modal")
    view = _open_view(slack, arguments)
    view_hash = str(arguments.get("hash") or "")
    return {"view": view_json(slack.views.update(view, body, view_hash=view_hash))}


def publish(slack: Inside, arguments: Json) -> Json:
    body = checked_view(arguments.get("view"), "home")
    user = str(arguments.get("user_id", ""))
    if user not in {member.id for member in slack.workspace.members()}:
        raise SlackError("invalid_arguments", response_metadata={"messages": ["invalid user_id"]})
    view_hash = str(arguments.get("hash") or "")
    return {"view": view_json(slack.views.publish(user, body, view_hash=view_hash))}


def checked_view(given: object, kind: str) -> Json:
    """Return a view if Slack would open it: `kind` modal or home."""
    body = decoded(given, "invalid_arguments")
    found = blockkit.view_problems(body)
    if not found and body["type"] != kind:
        found = [f"[ERROR] must be a {kind} view [json-pointer:/view/type]"]
    if found:
        raise SlackError("invalid_arguments", response_metadata={"messages": found})
    if blockkit.view_bytes(body) > VIEW_BYTES:
        raise SlackError("view_too_large")
    return dict(body)


def _open_view(slack: Inside, arguments: Json) -> View:
    try:
        if arguments.get("external_id"):
            return slack.views.by_external_id(str(arguments["external_id"]))
        return slack.views.view(str(arguments.get("view_id", "")))
    except NotFoundError:
        raise SlackError("not_found") from None

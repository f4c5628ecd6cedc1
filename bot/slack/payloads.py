"""What comes from Slack, read into our own words. Payload dicts go no further than here."""

from collections.abc import Callable
from typing import Any

from bot.errors import Unreadable
from bot.models import Actor
from bot.slack import ids
from bot.slack.amend_modals import CarriedReply, carried_reply
from bot.slack.faces import NAME_LIMIT, Face, face_of
from bot.slack.modals import Carried, carried
from bot.wording import storable

Payload = dict[str, Any]


def actor(body: Payload) -> Actor:
    """Who pressed, submitted or typed."""
    if "user_id" in body:
        return _actor(body["user_id"], body.get("user_name"))
    user = body["user"]
    return _actor(user["id"], user.get("name") or user.get("username"))


def who(body: Payload) -> str:
    """The Slack id of whoever caused this, whatever it is; "" when nobody did.

    An event that describes somebody is not their doing: its `user` is a whole object, no id.
    """
    if "user_id" in body:
        return str(body["user_id"])
    if "event" in body:
        user = body["event"].get("user")
        return user if isinstance(user, str) else ""
    return str(body.get("user", {}).get("id", ""))


def click(body: Payload) -> str:
    """What Slack calls this one click or submission, stable over repeats of its delivery."""
    if body.get("type") == "view_submission":
        return window(body["view"])
    return f"click:{body['trigger_id']}"


def view(body: Payload) -> Payload:
    """The modal in which a button was pressed or something typed."""
    if not body.get("view"):
        raise Unreadable
    return dict(body["view"])


def window(view: Payload) -> str:
    """What Slack calls one opened modal."""
    return f"view:{view['id']}"


def value(body: Payload) -> str:
    """What the pressed button or the chosen menu entry carries, or what stands in the field."""
    action = body["actions"][0]
    carrier = action.get("selected_option") or action
    return storable(str(carrier.get("value") or ""))


def wording_seen(body: Payload) -> str:
    """How the post read on the card whose button was pressed; "" when the button does not say."""
    return value(body).rpartition(":")[0]


def chose(verb: str) -> Callable[[Payload], bool]:
    """Matches the entry of the ⋯ menu that does `verb`."""

    def matches(body: Payload) -> bool:
        return value(body).startswith(f"{verb}:")

    return matches


def said(word: str) -> Callable[[Payload], bool]:
    """Matches a slash command with this one word behind it; with more, it is searched for."""

    def matches(body: Payload) -> bool:
        return str(body.get("text") or "").strip().casefold() == word

    return matches


def pressed_on(body: Payload) -> tuple[str, str]:
    """Channel and ts of the message with the pressed button; ("", "") when it is on no message."""
    container = body.get("container") or {}
    return str(container.get("channel_id", "")), str(container.get("message_ts", ""))


def mention_number(body: Payload) -> int:
    """The mention that a button or a menu entry is about."""
    return number(value(body).rpartition(":")[2])


def mention_in(body: Payload) -> int | None:
    """The mention that a press on its card or a window is about; None for anything else."""
    if (body.get("view") or {}).get("private_metadata"):
        try:
            return about(body["view"]).mention_id
        except Unreadable:  # it is about a reply, or no window of ours
            return None
    if body.get("actions") and body["actions"][0]["action_id"] in ids.ON_A_CARD:
        return mention_number(body)
    return None


def number(text: str) -> int:
    """A mention's or reply's number; 0, which is nobody's, when it is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0


def typed(view: Payload, block_id: str) -> str:
    """What stands in a text field of a modal."""
    return storable(str(_state(view, block_id).get("value") or ""))


def chosen(view: Payload, block_id: str) -> str:
    """What is chosen in a select or among radio buttons; "" when nothing is."""
    state = _state(view, block_id)
    option = state.get("selected_option")
    if option:
        return str(option["value"])
    return str(state.get("selected_conversation") or state.get("selected_channel") or "")


def chosen_people(view: Payload, block_id: str) -> tuple[str, ...]:
    """The Slack ids of the people chosen in a modal, each once."""
    chosen = _state(view, block_id).get("selected_users") or ()
    return tuple(dict.fromkeys(map(str, chosen)))


def is_ticked(view: Payload, block_id: str) -> bool:
    """Whether any box of a field is ticked."""
    return bool(_state(view, block_id).get("selected_options"))


def chosen_several(body: Payload) -> list[str]:
    return [str(one["value"]) for one in body["actions"][0].get("selected_options", [])]


def who_reacted(event: Payload) -> Actor:
    """Events tell the id alone; the name is looked up later."""
    return Actor(str(event["user"]), str(event["user"]))


def changed_person(body: Payload) -> tuple[str, Face]:
    """Whom a `user_change` is about, by id, and what they are now.

    https://docs.slack.dev/reference/events/user_change
    """
    installed: list[Payload] = body.get("authorizations") or [{}]
    user = body["event"]["user"]
    team = installed[0].get("team_id") or body.get("team_id")
    return str(user["id"]), face_of(user, our_team=str(team))


def place(event: Payload) -> tuple[str, str]:
    """Channel and ts of the message that an event is about; ("", "") when it is about none."""
    item = event.get("item", {})
    return str(item.get("channel", "")), str(item.get("ts", ""))


def about(view: Payload) -> Carried:
    return carried(view.get("private_metadata") or "")


def about_reply(view: Payload) -> CarriedReply:
    return carried_reply(view.get("private_metadata") or "")


def _actor(slack_id: str, name: str | None) -> Actor:
    return Actor(str(slack_id), str(name or slack_id)[:NAME_LIMIT])


def _state(view: Payload, block_id: str) -> Payload:
    block = view.get("state", {}).get("values", {}).get(block_id, {})
    return next(iter(block.values()), {})

"""What the Web API, the people and the page all act on, in one place."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.grants import Grants
from bot.sandbox.records import Channel, Json, NotFoundError, SlackError
from bot.sandbox.views import Views
from bot.sandbox.workspace import BOT_USER_ID, Workspace

# What the app asks for when it is installed; the manifest must match.
DEFAULT_SCOPES = frozenset(
    {
        "chat:write",
        "commands",
        "users:read",
        "channels:read",
        "groups:read",
        "channels:history",
        "groups:history",
        "reactions:read",
    }
)
DEFAULT_EVENTS = frozenset({"app_home_opened", "reaction_added", "user_change"})
DEFAULT_COMMANDS = ("/mentions", "/departments")


@dataclass(slots=True)
class Inside:
    """The stand-in's state. `new_socket` makes a Socket Mode address; `url` is our own."""

    workspace: Workspace
    views: Views
    grants: Grants
    scopes: frozenset[str] = DEFAULT_SCOPES
    events: frozenset[str] = DEFAULT_EVENTS
    commands: tuple[str, ...] = DEFAULT_COMMANDS
    url: str = ""
    bot_token: str = ""
    app_token: str = ""
    new_socket: Callable[[], str] = field(default=lambda: "")

    def demand(self, scope: str) -> None:
        """Raise missing_scope unless the app was given this scope."""
        if scope not in self.scopes:
            provided = ",".join(sorted(self.scopes))
            raise SlackError("missing_scope", needed=scope, provided=provided)

    def seen_channel(self, arguments: Json) -> Channel:
        """Return the channel of a call if the bot may know of it, else channel_not_found."""
        try:
            channel = self.workspace.channel(str(arguments.get("channel", "")))
        except NotFoundError:
            raise SlackError("channel_not_found") from None
        if not self.workspace.visible(channel, BOT_USER_ID):
            raise SlackError("channel_not_found")
        return channel

    def joined_channel(self, arguments: Json) -> Channel:
        channel = self.seen_channel(arguments)
        if BOT_USER_ID not in channel.members:
            raise SlackError("not_in_channel")
        return channel


def decoded(value: Any, error: str) -> Any:
    """Return an argument that may come as JSON or as a string of it; `error` when it is neither."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise SlackError(error) from None


def yes(value: Any) -> bool:
    return value in (True, 1, "1", "true", "True")

"""What Slack lends an app for a while: triggers to open modals, and addresses to answer at."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.sandbox.records import SlackError

TRIGGER_SECONDS = 3.0
# docs.slack.dev/interactivity/handling-user-interaction: five times within 30 minutes.
RESPONSE_POSTS = 5
RESPONSE_SECONDS = 30 * 60.0


@dataclass(slots=True)
class ResponseUrl:
    """One response_url: where its answers go, and what it stands for.

    `ts` is the message whose button was pressed; empty for a slash command, whose line in the
    channel can be neither replaced nor deleted.
    """

    channel: str
    user: str
    ts: str
    made_at: float
    posts: list[float] = field(default_factory=list)


class Grants:
    """Triggers and response addresses, with their ends."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._serial = itertools.count(1)
        self._triggers: dict[str, tuple[str, float]] = {}
        self._used: set[str] = set()
        self._responses: dict[str, ResponseUrl] = {}

    def new_trigger(self, user: str) -> str:
        trigger = f"{int(self._clock())}.{next(self._serial):012d}.5a4d"
        self._triggers[trigger] = (user, self._clock())
        return trigger

    def use_trigger(self, trigger: str) -> str:
        """Return whose click it was; SlackError when it is unknown, used or too old."""
        if trigger not in self._triggers:
            raise SlackError("invalid_trigger_id")
        if trigger in self._used:
            raise SlackError("exchanged_trigger_id")
        user, made_at = self._triggers[trigger]
        if self._clock() - made_at > TRIGGER_SECONDS:
            raise SlackError("expired_trigger_id")
        self._used.add(trigger)
        return user

    def new_response(self, *, channel: str, user: str, ts: str = "") -> str:
        """Return the path of a new response_url."""
        name = f"{next(self._serial):08d}"
        self._responses[name] = ResponseUrl(channel, user, ts, self._clock())
        return f"/response/{name}"

    def use_response(self, name: str) -> ResponseUrl:
        """Count one answer; SlackError when there were five, or after 30 minutes."""
        found = self._responses.get(name)
        if found is None:
            raise SlackError("invalid_url")
        if self._clock() - found.made_at > RESPONSE_SECONDS or len(found.posts) >= RESPONSE_POSTS:
            raise SlackError("used_url")
        found.posts.append(self._clock())
        return found

"""Lanes of the outbox by name, and their pace. Pure.

Slack allows one message a second a channel and 50 calls of chat.update a minute a workspace; the
other methods used here 100 a minute (https://docs.slack.dev/apis/web-api/rate-limits). Platforms
pace themselves by their answers.
"""

from dataclasses import dataclass
from datetime import timedelta

UPDATES = "update"
HOMES = "home"
PEOPLE = "people"
_POST = "post:"


@dataclass(frozen=True, slots=True)
class Pace:
    """One delivery every `interval`, after a rest up to `burst` at once."""

    interval: timedelta
    burst: int = 1


def posts(channel: str) -> str:
    """New messages to one channel or person."""
    return f"{_POST}{channel}"


def replies(platform: str) -> str:
    return f"reply:{platform}"


def shown(lane: str) -> str:
    """A lane as everybody may see it: who gets direct messages is nobody's business."""
    return f"{_POST}direct" if lane.startswith((f"{_POST}U", f"{_POST}W", f"{_POST}D")) else lane


def pace_of(lane: str) -> Pace:
    if lane.startswith(_POST):
        return Pace(timedelta(seconds=1.01))
    return _PACES.get(lane, Pace(timedelta(0)))


_PACES = {
    # 10 at once and then 40 more stay within 50 in every minute.
    UPDATES: Pace(timedelta(seconds=1.5), burst=10),
    HOMES: Pace(timedelta(seconds=0.75), burst=20),
    PEOPLE: Pace(timedelta(seconds=0.75), burst=20),
}

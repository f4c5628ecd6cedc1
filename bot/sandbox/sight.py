"""What a person can see and reach in Slack's client: channels, the top modal, elements on them.

NotFoundError: it is not there for them. RefusedError: it is, but the client would not let them.
"""

from bot.sandbox.blockkit import elements
from bot.sandbox.inside import Inside
from bot.sandbox.records import (
    Channel,
    Json,
    Member,
    Message,
    NotFoundError,
    RefusedError,
    View,
)

Shown = Message | View


class Sight:
    """One person's view of the workspace, always as it is now."""

    def __init__(self, slack: Inside, member: Member) -> None:
        self._slack = slack
        self._member = member

    def find(
        self,
        on: Shown,
        action_id: str,
        block_id: str | None,
        value: str | None,
        *,
        stale: bool = False,
    ) -> tuple[Shown, Json, Json]:
        """Return what an element is on, its block, and it; `stale`: on an older version too."""
        shown = self._now(on)
        for version in [shown, *(self._before(on) if stale else [])]:
            found = _matching(version, action_id, block_id, value)
            if len(found) > 1:
                raise RefusedError(f"{action_id} is there {len(found)} times: say which block_id.")
            if found:
                return version, *found[0]
        there = ", ".join(each["action_id"] for _, each in _usable(shown)) or "nothing"
        raise RefusedError(f"There is no {action_id} to use here any more; there is {there}.")

    def view(self, view: View) -> View:
        """Return a view as it is now, if it is this person's and nothing lies on top of it."""
        now = self._slack.views.view(view.id)
        if now.user != self._member.id:
            raise RefusedError(f"That view is not open for {self._member.name}.")
        stack = self._slack.views.stack(self._member.id)
        if now.type == "modal" and stack[-1].id != now.id:
            raise RefusedError("Another modal lies on top of this one.")
        return now

    def channel(self, channel: str | Channel) -> Channel:
        """Return a channel this person can see and use."""
        name = channel.id if isinstance(channel, Channel) else channel
        found = self._slack.workspace.channel(name)
        if not self._slack.workspace.visible(found, self._member.id):
            raise NotFoundError(f"{self._member.name} cannot see {name}.")
        if found.is_archived:
            raise RefusedError(f"#{found.name} is archived.")
        return found

    def _now(self, on: Shown) -> Shown:
        if isinstance(on, View):
            return self.view(on)
        if on.ephemeral_to not in ("", self._member.id):
            raise RefusedError(f"{self._member.name} cannot see what only another person sees.")
        self.channel(on.channel)
        return self._slack.workspace.message(on.channel, on.ts)

    def _before(self, on: Shown) -> list[Shown]:
        if isinstance(on, View):
            return [on]
        return [*reversed(self._slack.workspace.versions(on.channel, on.ts))]


def _usable(shown: Shown) -> list[tuple[Json, Json]]:
    return [(block, element) for block in shown.blocks for element in elements(block)]


def _matching(
    shown: Shown, action_id: str, block_id: str | None, value: str | None
) -> list[tuple[Json, Json]]:
    return [
        (block, element)
        for block, element in _usable(shown)
        if element["action_id"] == action_id
        and block_id in (None, block["block_id"])
        and value in (None, element.get("value"))
    ]

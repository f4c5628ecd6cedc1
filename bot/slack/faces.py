"""Somebody as Slack knows them, read from its user object.

https://docs.slack.dev/reference/objects/user-object
"""

from dataclasses import dataclass
from typing import Any

from bot.models import Standing
from bot.wording import storable

NAME_LIMIT = 120
"""Of somebody's name so much is kept."""


@dataclass(frozen=True, slots=True)
class Face:
    name: str
    standing: Standing


def face_of(user: dict[str, Any], *, our_team: str) -> Face:
    """Who this is to the workspace that we are installed in."""
    profile = user.get("profile", {})
    known = profile.get("real_name") or user.get("real_name") or profile.get("display_name")
    told = storable(str(known or user.get("name") or user.get("id")))
    return Face(told[:NAME_LIMIT], _standing(user, our_team))


def _standing(user: dict[str, Any], our_team: str) -> Standing:
    """What a user is to us.

    `is_stranger` alone does not tell: it is false for who shares a channel with us. In an
    organisation of several workspaces colleagues belong to another one, and to ours besides.
    """
    if user.get("deleted"):
        return Standing.LEFT
    if user.get("is_bot") or user.get("is_workflow_bot") or user.get("id") == "USLACKBOT":
        return Standing.BOT
    teams = {user.get("team_id"), *user.get("enterprise_user", {}).get("teams", ())}
    if user.get("is_stranger") or our_team not in teams:
        return Standing.PARTNER
    if user.get("is_restricted") or user.get("is_ultra_restricted"):
        return Standing.GUEST
    return Standing.COLLEAGUE

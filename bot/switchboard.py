"""What the handlers work with: the database, the platforms by name, and the way to a card."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.database import Database
from bot.errors import NotConnected, NotTold, Outsider
from bot.journal import NAME_LASTS
from bot.ledger import KeptLedger
from bot.models import Actor
from bot.slack.faces import Face
from bot.slack.workspace import NobodyError
from bot.usecases.people import acquainted_for, introduce, lose_sight_of
from bot.usecases.room import Room, room_of
from platforms import Configured
from platforms.base import Platform, PlatformError

log = logging.getLogger(__name__)
NOWHERE = ("", "")


def _nobody_to_wake() -> None:
    """In a process of its own the worker looks by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Switchboard:
    database: Database
    platforms: Mapping[str, Configured]
    link: Callable[[str | None, str | None], str]
    """The address of a message in Slack by channel and ts; "" when it is not known."""
    face: Callable[[str], Face]
    """Who somebody is, asked of Slack now; raises PlatformError."""
    is_shown: Callable[..., bool]
    """Whether somebody may read elsewhere what is said in a channel: `Workspace.is_shown`."""
    is_private: Callable[[str], bool]
    """Whether a channel is private, asked of Slack now; raises PlatformError."""
    wake: Callable[[], None] = _nobody_to_wake
    """Tells the engine that something may be due."""

    def meet(self, slack_id: str) -> timedelta:
        """Have somebody known, asking Slack unless it told today; for how long that lasts.

        Raises PlatformError.
        """
        lasts = self.database.read(acquainted_for, slack_id)
        if lasts is not None:
            return lasts
        try:
            face = self.face(slack_id)
        except NobodyError:
            self.database.write(lose_sight_of, slack_id)
            raise
        self.database.write(introduce, slack_id, name=face.name, standing=face.standing)
        return NAME_LASTS

    def admit(self, mention_id: int, *, by: Actor, pressed: tuple[str, str] = NOWHERE) -> Room:
        """Where a mention is handled. Raises Outsider for whoever may not see that channel.

        `pressed`: channel and ts of the message with the button. Who pressed the card itself sees
        it; of everybody else Slack is asked, so never inside a transaction. Raises NotTold when it
        does not say, and what `room_of` raises.
        """
        room = self.database.read(room_of, mention_id, by=by)
        if room.untouched or pressed == room.at:
            return room
        try:
            shown = self.is_shown(room.channel, by.slack_id, colleague=room.colleague)
        except PlatformError as error:
            log.warning("Slack did not tell who is in %s: %s", room.channel, error)
            raise NotTold from error
        if not shown:
            raise Outsider(number=mention_id)
        return room

    def public_card(self, room: Room) -> int | None:
        """The number of a room's card; None where the channel is private. Raises NotTold."""
        try:
            private = not room.untouched and self.is_private(room.channel)
        except PlatformError as error:
            log.warning("Slack did not tell whether %s is private: %s", room.channel, error)
            raise NotTold from error
        return None if private else room.card_id

    def label(self, platform: str) -> str:
        """A platform as people say it, also one that is switched off now."""
        configured = self.platforms.get(platform)
        return configured.platform.label if configured else platform.capitalize()

    def kind(self, platform: str) -> type[Platform]:
        """What is the same for all adapters of a platform; NotConnected when it is off."""
        configured = self.platforms.get(platform)
        if configured is None:
            raise NotConnected(platform=self.label(platform))
        return configured.platform

    def open(self, platform: str) -> Platform:
        """A fresh adapter with its ledger; NotConnected when the platform is switched off."""
        label = self.kind(platform).label
        opened = self.platforms[platform].open()
        opened.ledger = KeptLedger(self.database, platform, label=label)
        return opened

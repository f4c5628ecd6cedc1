"""What the handlers work with: the database, the platforms by name, and the way to a card."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.database import Database
from bot.errors import NotConnected
from bot.journal import NAME_LASTS
from bot.ledger import KeptLedger
from bot.slack.faces import Face
from bot.usecases.people import acquainted_for, introduce
from platforms import Configured
from platforms.base import Platform


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
    wake: Callable[[], None] = _nobody_to_wake
    """Tells the engine that something may be due."""

    def meet(self, slack_id: str) -> timedelta:
        """Have somebody known, asking Slack unless it told today; for how long that lasts.

        Raises PlatformError.
        """
        lasts = self.database.read(acquainted_for, slack_id)
        if lasts is not None:
            return lasts
        face = self.face(slack_id)
        self.database.write(introduce, slack_id, name=face.name, standing=face.standing)
        return NAME_LASTS

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

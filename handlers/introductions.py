"""Whoever acts is looked up in Slack before they do so for the first time, and once a day.

So nobody is taken for a colleague whom we know nothing of, and nobody waits for it at their second
click. It decides nothing: `bot/rights.py` refuses whoever is not known by then.
"""

import logging
import time
from collections.abc import Callable
from datetime import timedelta

from slack_bolt import App, BoltResponse

from bot.slack import payloads
from bot.slack.payloads import Payload
from bot.switchboard import Switchboard
from platforms.base import PlatformError

log = logging.getLogger(__name__)


def register(app: App, switchboard: Switchboard) -> None:
    known_until: dict[str, float] = {}

    @app.middleware
    def meet(body: Payload, next: Callable[[], BoltResponse]) -> BoltResponse:  # noqa: A002 (Bolt's)
        slack_id = payloads.who(body)
        if slack_id and known_until.get(slack_id, 0.0) < time.monotonic():
            known_until[slack_id] = time.monotonic() + meet_now(slack_id).total_seconds()
        return next()

    def meet_now(slack_id: str) -> timedelta:
        try:
            return switchboard.meet(slack_id)
        except PlatformError as error:
            log.warning("Slack did not tell who %s is: %s", slack_id, error)
            return timedelta()

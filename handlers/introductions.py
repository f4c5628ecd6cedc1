"""Whoever acts is looked up in Slack before they do so for the first time, and once a day.

So nobody is taken for a colleague whom we know nothing of, and nobody waits for it at their second
click. What changes meanwhile Slack tells by itself. It decides nothing: `bot/rights.py` refuses
whoever is not known by then, or is no colleague any more; what a process remembers here spares
looking up, and whichever of them hears of a change writes it down for all.
"""

import logging
import time
from collections.abc import Callable
from datetime import timedelta

from slack_bolt import App, BoltResponse

from bot.slack import payloads
from bot.slack.payloads import Payload
from bot.switchboard import Switchboard
from bot.usecases.people import hear_of, is_news
from platforms.base import PlatformError

log = logging.getLogger(__name__)

REMEMBERED = timedelta(minutes=1)
"""So soon whoever lost their rights because Slack did not know them is asked for anew."""


def register(app: App, switchboard: Switchboard) -> None:
    known_until: dict[str, float] = {}
    database = switchboard.database

    @app.middleware
    def meet(body: Payload, next: Callable[[], BoltResponse]) -> BoltResponse:  # noqa: A002 (Bolt's)
        slack_id = payloads.who(body)
        if slack_id and known_until.get(slack_id, 0.0) < time.monotonic():
            lasts = min(meet_now(slack_id), REMEMBERED)
            known_until[slack_id] = time.monotonic() + lasts.total_seconds()
        return next()

    def meet_now(slack_id: str) -> timedelta:
        try:
            return switchboard.meet(slack_id)
        except PlatformError as error:
            log.warning("Slack did not tell who %s is: %s", slack_id, error)
            return timedelta()

    @app.event("user_change")
    def changed(body: Payload) -> None:
        slack_id, face = payloads.changed_person(body)
        # It comes for everybody in the workspace, also when they only go to lunch.
        if database.read(is_news, slack_id, name=face.name, standing=face.standing):
            database.write(hear_of, slack_id, standing=face.standing)
            switchboard.wake()

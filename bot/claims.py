"""Clicks on Claim: those of one moment are decided together and share one commit."""

import logging
from collections.abc import Collection, Sequence

from sqlalchemy.exc import SQLAlchemyError

from bot import logs
from bot.database import Database
from bot.gathering import Gathering
from bot.models import Actor
from bot.shortcut import Click, take_free
from bot.usecases.claim import claim_mention

log = logging.getLogger("bot.history")


class Claims:
    """One for a process, whatever number of threads it answers with."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._gathering = Gathering(self._take_free)

    def claim(self, mention_id: int, *, by: Actor, click: str) -> None:
        """As `claim_mention`, committed; the usual claim in a fraction of its time."""
        if not self._gathering.ask(Click(mention_id, by.slack_id, click)):
            self._database.write(claim_mention, mention_id, by=by, click=click)
        else:
            log.info("claimed by %s", by.slack_id, extra=logs.mentioning(mention_id))

    def _take_free(self, clicks: Sequence[Click]) -> Collection[Click]:
        try:
            return self._database.write_at_once(take_free, clicks)
        except SQLAlchemyError:
            return ()  # the long way meets the same trouble and tells each of them by itself

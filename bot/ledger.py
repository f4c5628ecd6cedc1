"""The ledger that platforms write in: what they bill and whom they looked up, in the database."""

from collections.abc import Collection, Sequence

from bot import billing
from bot.database import Database
from bot.usecases import spending
from platforms.base import Author, Charge, Ledger


class KeptLedger(Ledger):
    """One platform's. Each method is a short transaction of its own."""

    def __init__(self, database: Database, platform: str, *, label: str) -> None:
        self._database = database
        self._platform = platform
        self._label = label

    def note(self, charges: Sequence[Charge]) -> None:
        if charges:
            self._database.write(spending.note, self._platform, charges, label=self._label)

    def allows(self, mills: int) -> bool:
        return self._database.read(spending.may_read, self._platform, mills)

    def allows_reply(self, mills: int) -> bool:
        return self._database.read(spending.may_write, self._platform, mills)

    def known(self, ids: Collection[str]) -> dict[str, Author]:
        return self._database.read(billing.known_authors, self._platform, ids)

    def remember(self, authors: Collection[Author]) -> None:
        self._database.write(billing.remember_authors, self._platform, authors)

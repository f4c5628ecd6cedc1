"""What a platform has cost today and what it may cost, side by side."""

from dataclasses import dataclass

from bot import billing
from bot.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Purse:
    """What was spent today and what may be, in thousandths of a dollar; None: no limit."""

    read: int
    read_limit: int | None
    written: int
    write_limit: int | None

    def may_read(self, mills: int = 0) -> bool:
        """Whether so much more may be spent on reading. The last cent itself may be."""
        limit = self.read_limit
        return limit is None or (self.read < limit and self.read + mills <= limit)

    def may_write(self, mills: int) -> bool:
        return self.write_limit is None or self.written + mills <= self.write_limit


def purse(store: Store, platform: str) -> Purse:
    return Purse(
        read=billing.spent(store, platform, write=False),
        read_limit=_limit(store, platform, "reads"),
        written=billing.spent(store, platform, write=True),
        write_limit=_limit(store, platform, "replies"),
    )


def _limit(store: Store, platform: str, what: str) -> int | None:
    dollars = store.setting("company").get("budget", {}).get(platform, {}).get(what)
    return None if dollars is None else round(dollars * 1000)

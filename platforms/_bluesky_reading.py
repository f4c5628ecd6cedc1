"""Where a round of reading Bluesky starts, and how its lists are paged."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from platforms._bluesky_line import Json, Line
from platforms._bluesky_posts import moment, sorted_at
from platforms.base import FoundMention

FIRST_LOOK = timedelta(hours=1)
OVERLAP = timedelta(minutes=15)
"""How far each round reads back behind the newest post it knows."""
DEEP_LOOK, DEEP_LOOK_EVERY = timedelta(days=3), timedelta(hours=1)
PAGES = 50
"""Pages read of one list in one round."""
PAGE = 100
_CONCERN_US = ["mention", "reply", "quote"]
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@dataclass(frozen=True, slots=True)
class Cursor:
    """Moments as seconds since 1970: newest post seen, last deep look, and where we began."""

    newest: float
    looked: float
    began: float

    @classmethod
    def load(cls, cursor: str | None, now: datetime) -> "Cursor":
        if cursor:
            return cls(**json.loads(cursor))
        start = (now - FIRST_LOOK).timestamp()
        return cls(newest=start, looked=now.timestamp(), began=start)

    def dump(self) -> str:
        return json.dumps(asdict(self))

    def deep_look_is_due(self, now: datetime) -> bool:
        return now.timestamp() - self.looked >= DEEP_LOOK_EVERY.total_seconds()

    def horizon(self, now: datetime) -> datetime:
        """Return the moment back to which this round reads."""
        back = self.newest - OVERLAP.total_seconds()
        if self.deep_look_is_due(now):
            back = min(back, (now - DEEP_LOOK).timestamp())
        return datetime.fromtimestamp(max(back, self.began), UTC)

    def moved(self, found: Iterable[FoundMention], now: datetime) -> "Cursor":
        newest = max([self.newest, *(each.published_at.timestamp() for each in found)])
        looked = now.timestamp() if self.deep_look_is_due(now) else self.looked
        return Cursor(newest=newest, looked=looked, began=self.began)


class Lists:
    """Bluesky's lists, newest first, read back to a moment."""

    def __init__(self, line: Line, horizon: datetime) -> None:
        self._line = line
        self._horizon = horizon
        self.gap: str | None = None
        """What was not read, as a sentence, once a list was longer than we read."""

    def notifications(self) -> Iterator[Json]:
        """Yield what names, answers or quotes our account."""
        method = "app.bsky.notification.listNotifications"
        for page in self._pages(method, reasons=_CONCERN_US):
            notes = page["notifications"]
            times = [moment(note["indexedAt"]) for note in notes]
            yield from self._lately(notes, times)
            if min(times, default=self._horizon) < self._horizon:
                return

    def search(self, term: str) -> Iterator[Json]:
        """Yield posts in which this term may stand."""
        words = term.replace('"', " ").strip()
        asked = f'"{words}"' if " " in words else words
        for page in self._pages("app.bsky.feed.searchPosts", q=asked, sort="latest"):
            times = [sorted_at(post) for post in page["posts"]]
            yield from self._lately(page["posts"], times)
            if min(times, default=self._horizon) < self._horizon:
                return

    def _lately(self, found: list[Json], times: list[datetime]) -> Iterator[Json]:
        return (each for each, at in zip(found, times, strict=True) if at >= self._horizon)

    def _pages(self, method: str, **ask: Any) -> Iterator[Json]:
        """Yield pages; a short or an empty one may have a successor."""
        token: str | None = None
        for _ in range(PAGES):
            page = self._line.get(method, limit=PAGE, cursor=token, **ask)
            yield page
            if not page.get("cursor"):
                return
            token = _one_moment_later(page["cursor"], token)
        most = PAGES * PAGE
        self.gap = f"Bluesky had more than {most:,} posts at once; the oldest were not read."


def _one_moment_later(token: str, before: str | None) -> str:
    """Read the last millisecond of a page again with the next page.

    Notifications are paged by nothing but their time, and those of the very millisecond at which a
    page ends are left out. A page that is all of one millisecond would come for ever.
    """
    if not _MOMENT.fullmatch(token):
        return token
    later = moment(token) + timedelta(milliseconds=1)
    again = f"{later:%Y-%m-%dT%H:%M:%S}.{later.microsecond // 1000:03}Z"
    return token if again == before else again

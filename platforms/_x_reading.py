"""How far X was read, what is to be read next, and in which queries. No requests are made here."""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta

from platforms._x_posts import id_at, time_of
from platforms.base import Query

MENTIONS, OWN = "mentions", "own posts"
FIRST_LOOK = timedelta(hours=1)
OVERLAP = timedelta(minutes=15)
"""X lists some posts late, below ids that were already read, so each round looks back."""
SEARCH_REACH = timedelta(days=7) - timedelta(minutes=1)
"""https://docs.x.com/x-api/posts/search/introduction"""
MENTIONS_REACH = 800
"""https://docs.x.com/x-api/posts/timelines/introduction"""
QUERY_LENGTH = 512


@dataclass(frozen=True, slots=True)
class Span:
    """Ids of one source: above `since` and below `until`. A source is a query, or a timeline."""

    source: str
    since: int
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """The newest id seen, the time of the last round, and spans that were not read to the end."""

    newest: int
    at: float
    holes: tuple[Span, ...] = ()

    @classmethod
    def first(cls, now: datetime) -> "Cursor":
        """Take up the recent past only: reading costs money."""
        return cls(id_at(now - FIRST_LOOK + OVERLAP), now.timestamp())

    @classmethod
    def load(cls, cursor: str) -> "Cursor":
        raw = json.loads(cursor)
        return cls(raw["newest"], raw["at"], tuple(Span(**each) for each in raw["holes"]))

    def dump(self) -> str:
        return json.dumps(asdict(self))

    def spans(self, sources: list[str], now: datetime) -> Iterator[Span]:
        """What to read: the new part of each source, with an overlap, then what was left over."""
        reach = id_at(now - SEARCH_REACH)
        since = id_at(time_of(self.newest) - OVERLAP)
        for span in [*(Span(source, since) for source in sources), *self.holes]:
            if span.source == MENTIONS:
                yield span
            elif span.until is None or span.until > reach:
                yield replace(span, since=max(span.since, reach))

    def gaps(self, now: datetime) -> list[str]:
        """Say what search cannot reach any more because we stood still for too long."""
        reach = now - SEARCH_REACH
        last = datetime.fromtimestamp(self.at, UTC)
        searched = (each for each in self.holes if each.source != MENTIONS)
        ends = [last, *(time_of(each.until) for each in searched if each.until)]
        if min(ends) > reach:
            return []
        return [f"X's search goes back seven days; {_unread(min(ends), reach)}"]


def gap_of_mentions(span: Span, ids: list[int], rest: Span | None) -> list[str]:
    if span.source != MENTIONS or rest or len(ids) < MENTIONS_REACH:
        return []
    unread = _unread(time_of(span.since), time_of(min(ids)))
    return [f"X shows the newest {MENTIONS_REACH} mentions only; {unread}"]


def _unread(start: datetime, end: datetime) -> str:
    return f"what was said from {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC was not read."


def searches(query: Query, me: str) -> list[str]:
    """Put the terms into as few queries as X's length allows."""
    tail = "".join(f" -from:{each}" for each in [me, *sorted(query.own_accounts)])
    queries: list[str] = []
    group: list[str] = []
    for term in map(_quoted, query.terms):
        if group and len(_search([*group, term], tail)) > QUERY_LENGTH:
            queries.append(_search(group, tail))
            group = []
        group.append(term)
    return [*queries, _search(group, tail)] if group else []


def _search(terms: list[str], tail: str) -> str:
    return f"({' OR '.join(terms)}) -is:retweet{tail}"


def _quoted(term: str) -> str:
    return term if re.fullmatch(r"[#@]\w+", term) else '"{}"'.format(term.replace('"', " "))

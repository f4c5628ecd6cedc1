"""RSS and Atom feeds: blogs, forums, news, Google Alerts. They can be read only.

Each feed is asked for at its own pace and fails alone: its trouble is logged, and told as a gap
when it has lasted a day. Only when no feed at all can be read has the round failed.
"""

import hashlib
import json
import logging
import re
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import urlsplit

import requests
from pydantic import BeforeValidator, Field

from platforms._feed_entries import Entry, NoFeedError, entries, is_alert
from platforms._http import Wire, retry_after
from platforms.base import (
    FoundMention,
    Length,
    Page,
    Platform,
    Query,
    Settings,
    Target,
    TemporaryError,
)

log = logging.getLogger(__name__)

FIRST_LOOK = timedelta(days=1)
"""Feeds are slow: an article stands in them for days, and an alert may come once a day."""
EVERY = timedelta(minutes=10)
"""Between two requests for one feed, as is polite; a failing feed waits up to LONGEST_WAIT."""
LONGEST_WAIT = timedelta(hours=6)
TOLD_AFTER = timedelta(days=1)
SIZE_LIMIT = 5_000_000
TIMEOUT = (5.0, 10.0)
TOTAL_SECONDS = 30.0
REDIRECTS = 5
LENGTH_LIMIT = 10_000
_AGENT = "Switchboard (reads this feed for mentions of a brand)"


def _addresses(value: object) -> object:
    if not isinstance(value, str):
        return value
    found = tuple(filter(None, re.split(r"\s*,\s*(?=\w+:|$)|\s+", value.strip())))
    if not found or not all(re.match(r"https?://[^/\s]", each) for each in found):
        raise ValueError("Write each address whole, with http:// or https:// in front.")
    return tuple(dict.fromkeys(found))


class FeedSettings(Settings):
    """Addresses may carry secrets, so they are not shown."""

    urls: Annotated[tuple[str, ...], BeforeValidator(_addresses)] = Field(
        alias="FEED_URLS", repr=False
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Feed:
    """What we remember of a feed. Times are Unix seconds."""

    since: float
    """Entries from before are not told: they were there when the feed was added."""
    due: float = 0.0
    etag: str = ""
    modified: str = ""
    old: tuple[str, ...] | None = None
    """Entries without a date that were there then; None until the feed was read once."""
    failures: int = 0
    failing_since: float = 0.0
    problem: str = ""
    told: bool = False


class _FailedError(Exception):
    def __init__(self, problem: str, *, wait: float | None = None) -> None:
        super().__init__(problem)
        self.wait = wait


class Feeds(Platform):
    name = "feeds"
    label = "Feeds"
    Settings = FeedSettings
    counting = "Each character counts 1."

    def __init__(
        self,
        settings: FeedSettings,
        *,
        timeout: tuple[float, float] = TIMEOUT,
        every: timedelta = EVERY,
        size_limit: int = SIZE_LIMIT,
    ) -> None:
        """`timeout`: seconds to connect and between two pieces of an answer."""
        self._urls = settings.urls
        self._every = every
        self._size_limit = size_limit
        self._http = requests.Session()
        self._http.max_redirects = REDIRECTS
        self._http.headers["user-agent"] = _AGENT
        for scheme in ("http://", "https://"):
            self._http.mount(scheme, Wire(timeout=timeout))

    def fetch(self, query: Query, *, cursor: str | None) -> Page:
        now = datetime.now(UTC)
        known = {name: _Feed(**each) for name, each in json.loads(cursor or "{}").items()}
        feeds: dict[str, _Feed] = {}
        found: dict[str, FoundMention] = {}
        gaps: list[str] = []
        for url in self._urls:
            added = _Feed(since=(now - FIRST_LOOK).timestamp())
            feed, read = self._round(url, known.get(_key(url), added), now)
            found |= {each.external_id: each for each in _wanted(read, url, query)}
            if _is_overdue(feed, now):
                gaps.append(_gap(url, feed))
                feed = replace(feed, told=True)
            feeds[_key(url)] = feed
        self._all_failed(feeds)
        return Page(
            mentions=tuple(sorted(found.values(), key=lambda each: each.published_at)),
            cursor=json.dumps({name: asdict(each) for name, each in feeds.items()}),
            gap=" ".join(gaps) or None,
        )

    def measure(self, text: str, to: Target | None = None) -> Length:
        return Length(used=len(text), limit=LENGTH_LIMIT)

    def close(self) -> None:
        self._http.close()

    def _all_failed(self, feeds: dict[str, _Feed]) -> None:
        if all(each.problem for each in feeds.values()):
            problems = (f"{_host(url)}: {feeds[_key(url)].problem}" for url in self._urls)
            wait = min(each.due for each in feeds.values()) - time.time()
            raise TemporaryError(
                "No feed can be read. " + " ".join(problems), retry_after=max(0.0, wait)
            )

    def _round(self, url: str, feed: _Feed, now: datetime) -> tuple[_Feed, list[FoundMention]]:
        """Read one feed if it is due; return what to remember of it, and what is new or changed."""
        if feed.due > now.timestamp():
            return feed, []
        try:
            read, feed = self._read(url, feed, now)
        except _FailedError as error:
            return self._failed(url, feed, error, now), []
        if feed.problem:
            log.info("the feed of %s can be read again", _host(url))
        if feed.old is None:
            feed = replace(feed, old=tuple(e.mention.external_id for e in read if not e.dated))
        due = (now + self._every).timestamp()
        feed = replace(feed, due=due, failures=0, failing_since=0.0, problem="", told=False)
        return feed, [each.mention for each in read if _is_new(each, feed)]

    def _failed(self, url: str, feed: _Feed, error: _FailedError, now: datetime) -> _Feed:
        if not feed.problem:
            log.warning("the feed of %s cannot be read: %s", _host(url), error)
        pause = min(self._every * 2 ** min(feed.failures, 10), LONGEST_WAIT).total_seconds()
        return replace(
            feed,
            due=now.timestamp() + max(pause, error.wait or 0.0),
            failures=feed.failures + 1,
            failing_since=feed.failing_since or now.timestamp(),
            problem=str(error),
        )

    def _read(self, url: str, feed: _Feed, now: datetime) -> tuple[list[Entry], _Feed]:
        """Ask for a feed, unless it is as it was; raises _FailedError."""
        headers = {"if-none-match": feed.etag, "if-modified-since": feed.modified}
        headers = {name: value for name, value in headers.items() if value}
        try:
            with self._http.get(url, headers=headers, stream=True) as response:
                if response.status_code == 304:
                    return [], feed
                _refuse(response)
                data = self._whole(response)
        except requests.RequestException as error:
            raise _FailedError("It did not answer as a feed should.") from error
        try:
            kind = response.headers.get("content-type", "")
            read = entries(data, response.url, content_type=kind, now=now)
        except NoFeedError as error:
            raise _FailedError("What it answers is no feed.") from error
        etag, modified = (response.headers.get(name, "") for name in ("etag", "last-modified"))
        return read, replace(feed, etag=etag, modified=modified)

    def _whole(self, response: requests.Response) -> bytes:
        data = bytearray()
        end = time.monotonic() + TOTAL_SECONDS
        for piece in response.iter_content(16_384):
            data += piece
            if len(data) > self._size_limit:
                raise _FailedError(f"It is larger than {self._size_limit // 1_000_000} MB.")
            if time.monotonic() > end:
                raise _FailedError("It took too long to arrive.")
        return bytes(data)


def _refuse(response: requests.Response) -> None:
    status = response.status_code
    if status == 410:
        raise _FailedError("It was given up (HTTP 410). Remove it from FEED_URLS.")
    if status != 200:
        raise _FailedError(f"It answers with HTTP {status}.", wait=retry_after(response))


def _is_new(entry: Entry, feed: _Feed) -> bool:
    if entry.dated:
        return entry.mention.published_at.timestamp() >= feed.since
    return entry.mention.external_id not in (feed.old or ())


def _wanted(read: list[FoundMention], url: str, query: Query) -> Iterator[FoundMention]:
    """Leave out what says none of the terms, and our own pages (`own_accounts`: their hosts)."""
    for each in read:
        ours = {each.author.handle, each.author.name.casefold()} & query.own_accounts
        if not ours and (is_alert(url) or query.matches(each.text)):
            yield each


def _is_overdue(feed: _Feed, now: datetime) -> bool:
    """Whether it has failed for so long that articles may have come and gone, and nobody knows."""
    since = datetime.fromtimestamp(feed.failing_since, UTC)
    return bool(feed.problem) and not feed.told and now - since >= TOLD_AFTER


def _gap(url: str, feed: _Feed) -> str:
    since = datetime.fromtimestamp(feed.failing_since, UTC)
    return (
        f"The feed of {_host(url)} has not been readable since {since:%Y-%m-%d %H:%M} UTC:"
        f" {feed.problem} What it lists only until it is readable again will not be read."
        " An admin can correct or remove it in FEED_URLS."
    )


def _key(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()[:16]


def _host(url: str) -> str:
    return urlsplit(url).hostname or "unknown"

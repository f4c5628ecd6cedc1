"""A feed's bytes, as feedparser reads them, put into our terms. Talks to nobody.

Feeds are written by every program there is: entries lack ids, dates and links, and half of a feed
may be broken. What can be read is read.
"""

import calendar
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

from platforms._html import text_of_html
from platforms.base import Author, FoundMention, Media

LONGEST = 10_000
"""Characters of an article that are kept; the link leads to the rest."""
READ_ONLY = "A feed only tells of a page. You can answer where it was written."
_BROKEN = (LookupError, ValueError, TypeError, AttributeError, AssertionError, RecursionError)
"""What feedparser was seen to raise on bytes that are no feed at all."""


class NoFeedError(Exception):
    """These bytes are neither RSS nor Atom."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as a mention; `dated`: whether the feed told when it was published."""

    mention: FoundMention
    dated: bool


def is_alert(url: str) -> bool:
    """Whether this is a feed of Google Alerts: all of it is about the term it was made for."""
    return (urlsplit(url).hostname or "").startswith("www.google.") and "/alerts/feeds/" in url


def entries(data: bytes, url: str, *, content_type: str, now: datetime) -> list[Entry]:
    """Read a feed that came from `url`, in its own order; raises NoFeedError."""
    import feedparser  # type: ignore[import-untyped]  # noqa: PLC0415 - only when switched on

    # Told where the feed came from, feedparser would make addresses of ids such as "17".
    headers = {"content-type": content_type}
    try:
        parsed = feedparser.parse(io.BytesIO(data), response_headers=headers)
        if not parsed.get("version") and not parsed.entries:
            raise NoFeedError
        return [_entry(each, parsed.feed, url, now) for each in parsed.entries]
    except _BROKEN as error:
        raise NoFeedError from error


def _entry(raw: Any, feed: Any, url: str, now: datetime) -> Entry:
    link = _link(raw, url)
    text = _text(raw)
    page = link or _web(feed.get("link")) or _origin(url)
    published = _published(raw)
    language = str((raw.get("title_detail") or {}).get("language") or feed.get("language") or "")
    mention = FoundMention(
        external_id=_identity(raw, link, text, url),
        address=page[:255],
        author=_author(raw, feed, page),
        text=text[:LONGEST] or page,
        url=page,
        published_at=min(published or now, now),
        language=language[:2].lower() if language[:2].isalpha() else None,
        media=tuple(_media(raw)),
        can_reply=False,
        cannot_reply_reason=READ_ONLY,
    )
    return Entry(mention, dated=published is not None)


def _identity(raw: Any, link: str, text: str, url: str) -> str:
    """Name an entry for good: by the page for alerts, which find one page more than once.

    Ids that are no addresses are unique within their feed only.
    """
    given = str(raw.get("id") or "").strip()
    if is_alert(url) and link:
        name = link
    elif given:
        name = given if ":" in given else f"{url} {given}"
    else:
        name = link or f"{url} {text}"
    return hashlib.sha256(name.encode(errors="replace")).hexdigest()[:40]


def _author(raw: Any, feed: Any, page: str) -> Author:
    host = (urlsplit(page).hostname or "unknown").removeprefix("www.")
    name = str(raw.get("author") or feed.get("title") or "").strip()
    return Author(id=host, handle=host, name=text_of_html(name)[:200], url=_origin(page))


def _text(raw: Any) -> str:
    bodies = map(_plain, [raw.get("summary_detail"), *(raw.get("content") or ())])
    said = (_plain(raw.get("title_detail")), max(bodies, key=len))
    return "\n\n".join(filter(None, dict.fromkeys(said)))


def _plain(detail: Any) -> str:
    value = str((detail or {}).get("value") or "")
    return value.strip() if (detail or {}).get("type") == "text/plain" else text_of_html(value)


def _published(raw: Any) -> datetime | None:
    """Return when it was published, or else changed; None also for dates that mean nothing."""
    # feedparser warns when it is asked for an `updated` that is not there.
    given = [raw[name] for name in ("published_parsed", "updated_parsed") if name in raw]
    for each in filter(None, given):
        try:
            moment = datetime.fromtimestamp(calendar.timegm(each), UTC)
        except (ValueError, OverflowError, OSError):
            continue
        if moment.year > 1990:
            return moment
    return None


def _link(raw: Any, base: str) -> str:
    """Return the entry's page; Google's links lead there by way of Google."""
    given = [raw.get("link"), *(each.get("href") for each in raw.get("links") or ())]
    links = [*(urljoin(base, each) for each in given if each), raw.get("id")]
    link = next(filter(None, map(_web, links)), "")
    parts = urlsplit(link)
    if (parts.hostname or "").startswith("www.google.") and parts.path == "/url":
        asked = parse_qs(parts.query)
        return _web((asked.get("url") or asked.get("q") or [""])[0]) or link
    return link


def _media(raw: Any) -> Iterator[Media]:
    shown = [*(raw.get("media_content") or ()), *(raw.get("enclosures") or ())]
    seen: set[str] = set()
    for each in shown:
        address = _web(each.get("url") or each.get("href"))
        if address and address not in seen:
            seen.add(address)
            kind = str(each.get("type") or each.get("medium") or "").split("/")[0]
            yield Media(kind=kind if kind in {"image", "video"} else "link", url=address)


def _web(address: Any) -> str:
    said = str(address or "").strip()
    try:
        usable = urlsplit(said).scheme in {"http", "https"} and urlsplit(said).hostname
    except ValueError:
        return ""
    return said if usable else ""


def _origin(url: str) -> str:
    """Return scheme and host only: a feed's own address may carry a secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}"

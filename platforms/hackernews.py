"""Hacker News, read through the public search that Algolia runs for it. It takes no replies.

https://hn.algolia.com/api: newest first, at most 1,000 hits to a query, 10,000 requests an hour.
What became of an item is told by Hacker News itself: https://github.com/HackerNews/API.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from pydantic import Field, field_validator

from platforms._html import text_of_html
from platforms._http import TIMEOUT, Wire, json_of, no_answer, no_use, retry_after
from platforms.base import (
    Author,
    FoundMention,
    Length,
    Media,
    Page,
    Parent,
    PausedError,
    Platform,
    PlatformError,
    Query,
    Settings,
    SourceState,
    Target,
    TemporaryError,
    WebAddress,
)

SITE = "https://news.ycombinator.com"
FIRST_LOOK = timedelta(hours=1)
OVERLAP = timedelta(hours=1)
"""The search learns of items late and not always in their order, so each round looks back."""
REACH = 1000
QUERIES = 5
"""Queries for one term in one round; each goes on where the one before ended."""
LENGTH_LIMIT = 10_000

Json = dict[str, Any]


class HackerNewsSettings(Settings):
    """It needs no key, so a switch of its own turns it on."""

    switch: str = Field(alias="HACKERNEWS")
    url: WebAddress = Field("https://hn.algolia.com/api/v1", alias="HACKERNEWS_URL")
    items_url: WebAddress = Field(
        "https://hacker-news.firebaseio.com/v0", alias="HACKERNEWS_ITEMS_URL"
    )

    @field_validator("switch")
    @classmethod
    def _is_on(cls, value: str) -> str:
        if value != "1":
            raise ValueError("Set it to 1, or remove it to switch Hacker News off.")
        return value


class HackerNews(Platform):
    name = "hackernews"
    label = "Hacker News"
    Settings = HackerNewsSettings
    hosts = ("news.ycombinator.com",)
    at_once = 20
    counting = "Each character counts 1."

    def __init__(
        self, settings: HackerNewsSettings, *, timeout: tuple[float, float] = TIMEOUT
    ) -> None:
        """`timeout`: seconds to connect and between two pieces of an answer."""
        self._url = settings.url
        self._items_url = settings.items_url
        self._http = requests.Session()
        for url in (settings.url, settings.items_url):
            self._http.mount(url, Wire(timeout=timeout))

    def fetch(self, query: Query, *, cursor: str | None) -> Page:
        """The cursor has the newest hit of each term, so a search that stands still loses none."""
        known: dict[str, int] = json.loads(cursor) if cursor else {}
        first_look = int((datetime.now(UTC) - FIRST_LOOK).timestamp())
        newest: dict[str, int] = {}
        found: dict[str, Json] = {}
        gaps: list[str] = []
        for term in query.terms:
            since = known.get(term, first_look)
            hits, whole = self._since(term, since - (_SECONDS if term in known else 0))
            newest[term] = max([since, *(each["created_at_i"] for each in hits.values())])
            found |= {name: each for name, each in hits.items() if _concerns(each, query)}
            gaps += [] if whole else [_gap(term, since, hits)]
        ordered = sorted(found.values(), key=lambda each: (each["created_at_i"], each["objectID"]))
        return Page(
            mentions=tuple(map(_mention, ordered)),
            cursor=json.dumps(newest),
            gap=" ".join(gaps) or None,
        )

    def refresh(self, ids: Sequence[str]) -> Iterable[SourceState]:
        """Tell which items are gone. Edits are not told: the search writes texts another way."""
        for each in ids:
            item = self._item(each) if each.isdigit() else {}
            if item:
                gone = bool(item.get("deleted") or item.get("dead"))
                yield SourceState(external_id=each, gone=gone)

    def measure(self, text: str, to: Target | None = None) -> Length:
        return Length(used=len(text), limit=LENGTH_LIMIT)

    def close(self) -> None:
        self._http.close()

    def _since(self, term: str, floor: int) -> tuple[dict[str, Json], bool]:
        """Read all hits after the Unix time `floor`; False when there are more than we ask for."""
        found: dict[str, Json] = {}
        until = None
        for _ in range(QUERIES):
            hits, total = self._hits(term, floor, until)
            fresh = {each["objectID"]: each for each in hits}
            until = min((each["created_at_i"] for each in hits), default=None)
            if total <= len(hits) or not fresh.keys() - found.keys():
                return found | fresh, total <= len(hits)
            found |= fresh
        return found, False

    def _hits(self, term: str, floor: int, until: int | None) -> tuple[list[Json], int]:
        span = [f"created_at_i>{floor}", *([f"created_at_i<={until}"] if until else [])]
        answer = self._ask(
            query='"{}"'.format(term.replace('"', " ")),
            tags="(story,comment)",
            numericFilters=",".join(span),
            hitsPerPage=REACH,
            typoTolerance="false",
            advancedSyntax="true",
        )
        try:
            return [_checked(each) for each in answer["hits"]], int(answer["nbHits"])
        except (LookupError, TypeError, ValueError) as error:
            raise no_use(self.label, write=False) from error

    def _item(self, number: str) -> Json:
        """Return an item, or nothing where Hacker News says "null": it knows of none (yet)."""
        response = self._get(f"{self._items_url}/item/{number}.json")
        return {} if response.text.strip() == "null" else json_of(self.label, response, write=False)

    def _ask(self, **params: Any) -> Json:
        response = self._get(f"{self._url}/search_by_date", **params)
        return json_of(self.label, response, write=False)

    def _get(self, url: str, **params: Any) -> requests.Response:
        try:
            response = self._http.get(url, params=params)
        except requests.RequestException as error:
            raise no_answer(self.label, error, write=False) from error
        if response.status_code != 200:
            raise _refusal(response)
        return response


_SECONDS = int(OVERLAP.total_seconds())
_WHY = "Hacker News takes no replies from programs. You can answer in the thread itself."


def _refusal(response: requests.Response) -> PlatformError:
    status = response.status_code
    if status == 429:
        wait = retry_after(response)
        return TemporaryError("Hacker News' search asks us to slow down.", retry_after=wait)
    if status == 408 or status >= 500:
        return no_use(HackerNews.label, write=False)
    return PausedError(
        f"Hacker News' search refuses to be read (HTTP {status})."
        " An admin has to look at HACKERNEWS_URL, or at what is searched for."
    )


def _checked(hit: Json) -> Json:
    """Raises LookupError, TypeError or ValueError for what is no hit."""
    return {**hit, "objectID": str(hit["objectID"]), "created_at_i": int(hit["created_at_i"])}


def _concerns(hit: Json, query: Query) -> bool:
    """Whether it is theirs and says one of the terms as a word; the search matches beginnings."""
    author = str(hit.get("author") or "")
    said = f"{_text(hit)} {hit.get('url') or ''}"
    return bool(author) and author.casefold() not in query.own_accounts and query.matches(said)


def _text(hit: Json) -> str:
    parts = (hit.get("title"), hit.get("story_text"), hit.get("comment_text"))
    title, *said = (str(each or "") for each in parts)
    return "\n\n".join(filter(None, (title.strip(), *map(text_of_html, said))))


def _mention(hit: Json) -> FoundMention:
    number, author = hit["objectID"], str(hit["author"])
    return FoundMention(
        external_id=number,
        address=number,
        author=Author(id=author, handle=author, url=f"{SITE}/user?id={author}"),
        text=_text(hit),
        url=f"{SITE}/item?id={number}",
        published_at=datetime.fromtimestamp(hit["created_at_i"], UTC),
        parent_id=str(hit["parent_id"]) if hit.get("parent_id") else None,
        parent=_parent(hit),
        root_id=str(hit.get("story_id") or number),
        media=tuple(_links(hit)),
        can_reply=False,
        cannot_reply_reason=_WHY,
    )


def _parent(hit: Json) -> Parent | None:
    """Of what a comment answers the search tells no words, but the title of its story."""
    if not hit.get("parent_id"):
        return None
    title, url = str(hit.get("story_title") or ""), f"{SITE}/item?id={hit['parent_id']}"
    return Parent(text=title, url=url)


def _links(hit: Json) -> Iterator[Media]:
    url = str(hit.get("url") or "")
    if url.startswith(("http://", "https://")):
        yield Media(kind="link", url=url)


def _gap(term: str, since: int, hits: dict[str, Json]) -> str:
    start = datetime.fromtimestamp(since, UTC)
    end = datetime.fromtimestamp(min(each["created_at_i"] for each in hits.values()), UTC)
    return (
        f"Hacker News' search shows no more than {REACH * QUERIES} items with “{term}”: those from"
        f" {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC were not read."
    )

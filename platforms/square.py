"""The Town Square: the sandbox's own small network, over its plain JSON API.

It lists posts forward, oldest first, and knows our key for a reply, as a kind network would.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from pydantic import Field

from platforms._http import TIMEOUT, Wire, json_of, no_answer, no_use, retry_after
from platforms.base import (
    Author,
    FoundMention,
    GoneError,
    Length,
    Page,
    Parent,
    PausedError,
    Platform,
    PlatformError,
    PublishedReply,
    Query,
    RejectedError,
    Settings,
    SourceState,
    Target,
    TemporaryError,
    WebAddress,
)

FIRST_LOOK = timedelta(hours=1)
LENGTH_LIMIT = 500


class SquareSettings(Settings):
    url: WebAddress = Field(alias="SQUARE_URL")


class Square(Platform):
    name = "square"
    label = "Town Square"
    Settings = SquareSettings
    for_trying = True
    at_once = 100
    counting = "Each character counts 1."
    can_edit = can_delete = True

    def __init__(self, settings: SquareSettings, *, timeout: tuple[float, float] = TIMEOUT) -> None:
        """`timeout`: seconds to connect and between two pieces of an answer."""
        self._url = f"{settings.url}/square"
        self._http = requests.Session()
        self._http.mount(settings.url, Wire(timeout=timeout))

    def fetch(self, query: Query, *, cursor: str | None) -> Page:
        found: list[FoundMention] = []
        after, more = int(cursor or 0), True
        while more:
            page = self._get("posts", after=after)
            after, more = page["last"], page["more"]
            found += [_mention(post) for post in page["posts"] if _concerns(post, query)]
        if cursor is None:
            recent = datetime.now(UTC) - FIRST_LOOK
            found = [each for each in found if each.published_at >= recent]
        return Page(mentions=tuple(found), cursor=str(after))

    def reply(self, to: Target, text: str, *, key: str) -> PublishedReply:
        body = {"to": to.address, "text": text, "key": key}
        return _published(self._ask("POST", "replies", json=body), write=True)

    def find_reply(
        self, to: Target, text: str, *, key: str, since: datetime
    ) -> PublishedReply | None:
        reply = self._get("replies", key=key).get("reply")
        return _published(reply, write=False) if reply else None

    def edit(self, published: PublishedReply, text: str, *, to: Target) -> None:
        self._ask("PUT", f"replies/{published.external_id}", json={"text": text})

    def delete(self, published: PublishedReply) -> None:
        try:
            self._ask("DELETE", f"replies/{published.external_id}")
        except GoneError:
            return

    def refresh(self, ids: Sequence[str]) -> Iterable[SourceState]:
        for start in range(0, len(ids), self.at_once):
            batch = ",".join(ids[start : start + self.at_once])
            for post in self._get("posts", ids=batch)["posts"]:
                edited = post["edited"] and not post["deleted"]
                yield SourceState(
                    external_id=post["id"],
                    gone=post["deleted"],
                    text=post["text"] if edited else None,
                )

    def measure(self, text: str, to: Target | None = None) -> Length:
        return Length(used=len(text), limit=LENGTH_LIMIT)

    def close(self) -> None:
        self._http.close()

    def _get(self, path: str, **params: Any) -> dict[str, Any]:
        answer = self._ask("GET", path, params=params)
        if path == "posts" and not isinstance(answer.get("posts"), list):
            raise no_use(self.label, write=False)
        return answer

    def _ask(self, method: str, path: str, **kwargs: Any) -> dict[str, Any]:
        write = method != "GET"
        try:
            response = self._http.request(method, f"{self._url}/{path}", **kwargs)
        except requests.RequestException as error:
            raise no_answer(self.label, error, write=write) from error
        if response.status_code >= 400:
            raise _refusal(response, write=write)
        return json_of(self.label, response, write=write)


def _refusal(response: requests.Response, *, write: bool) -> PlatformError:
    status = response.status_code
    if status >= 500:
        return no_use(Square.label, write=write)
    if status == 429:
        wait = retry_after(response)
        return TemporaryError(f"{Square.label} asks us to slow down.", retry_after=wait)
    if status in {401, 402, 403}:
        return PausedError(f"The Town Square lets us in no more (HTTP {status}).")
    said = json_of(Square.label, response, write=False).get("message", "")
    if not write:
        return PausedError(f"The Town Square refuses to be read: {said}")
    return GoneError(said) if status == 404 else RejectedError(said)


def _concerns(post: dict[str, Any], query: Query) -> bool:
    names = Query(terms=tuple(f"@{handle}" for handle in query.own_accounts))
    own = post["author"]["handle"].lower() in query.own_accounts or post["by_brand"]
    wanted = post["to_brand"] or query.matches(post["text"]) or names.matches(post["text"])
    return wanted and not own and not post["deleted"]


def _mention(post: dict[str, Any]) -> FoundMention:
    author = post["author"]
    return FoundMention(
        external_id=post["id"],
        address=post["id"],
        author=Author(
            id=author["id"],
            handle=author["handle"],
            name=author["name"],
            followers=author["followers"],
        ),
        text=post["text"],
        url=post["url"],
        published_at=datetime.fromisoformat(post["at"]).astimezone(UTC),
        parent_id=post["reply_to"],
        parent=_parent(post.get("parent")),
        root_id=post["root"],
        community=post["community"],
    )


def _parent(post: dict[str, Any] | None) -> Parent | None:
    if post is None:
        return None
    handle, ours = post["author"]["handle"], post["by_brand"]
    return Parent(handle=handle, text=post["text"], url=post["url"], ours=ours)


def _published(reply: dict[str, Any], *, write: bool) -> PublishedReply:
    try:
        return PublishedReply(external_id=str(reply["id"]), url=str(reply["url"]))
    except (KeyError, TypeError) as error:
        raise no_use(Square.label, write=write) from error

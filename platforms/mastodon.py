"""Mastodon and servers that speak its client API, such as GoToSocial, through Mastodon.py.

Mentions come from the notifications, read forward so that none is skipped, and from a search for
the terms where the server has one.
"""

import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from platforms._http import TIMEOUT
from platforms._mastodon_line import Line, shaped
from platforms._mastodon_posts import (
    Json,
    bare,
    count,
    happened,
    mention_of,
    mentions_somebody,
    parent_of,
    parent_shown,
    text_of,
)
from platforms._mastodon_refusals import LABEL, NotThereError
from platforms.base import (
    FoundMention,
    GoneError,
    Length,
    Page,
    PausedError,
    Platform,
    PublishedReply,
    Query,
    RejectedError,
    Settings,
    SourceState,
    Target,
    TemporaryError,
    WebAddress,
)

log = logging.getLogger(__name__)

FIRST_LOOK = timedelta(hours=1)
OVERLAP = timedelta(minutes=2)
"""Notifications are numbered before they can be seen, so the latest are read once more."""
SEARCH_OVERLAP = timedelta(hours=1)
"""Posts of other servers arrive late, and a server indexes what it got later still."""
PAGE, SEARCH_PAGE = 80, 40
PAGES, SEARCH_PAGES = 25, 10
"""Pages read of one source in one round. Mentions beyond wait for the next; hits are a gap."""
ROOTS = 20
"""Threads looked up in one round for where they began; servers allow 300 requests in 5 minutes."""
NAME_ROOM = 32
"""Characters kept for "@name " of somebody not known yet: a name has 30 at most."""


class MastodonSettings(Settings):
    """A token of the brand's account (Preferences, Development): `read` and `write:statuses`."""

    url: WebAddress = Field(alias="MASTODON_URL")
    access_token: SecretStr = Field(alias="MASTODON_ACCESS_TOKEN")


@dataclass(frozen=True, slots=True)
class _Cursor:
    """`notification`: the last that was read; "0" before all. `searched`: up to which time."""

    notification: str
    searched: float


class Mastodon(Platform):
    name = "mastodon"
    label = LABEL
    Settings = MastodonSettings
    at_once = 20
    counting = (
        "A link counts as the server counts it, mostly 23;"
        " the name of the person you answer is taken off."
    )
    can_edit = can_delete = True

    def __init__(
        self, settings: MastodonSettings, *, timeout: tuple[float, float] = TIMEOUT
    ) -> None:
        """`timeout`: seconds to connect and between two pieces of an answer."""
        token = settings.access_token.get_secret_value()
        self._line = Line(settings.url, token, timeout=timeout)
        self._above: dict[str, tuple[str, Json]] = {}
        """By the id of a post that was answered: its thread's root, and the post."""
        self._search_failed = False

    def fetch(self, query: Query, *, cursor: str | None) -> Page:
        now = datetime.now(UTC)
        start = _Cursor(**json.loads(cursor)) if cursor else None
        notified, last = self._notified(start, now)
        found = {str(each["id"]): each for each in notified}
        hits, searched, gap = self._search(query, start, now)
        found |= {str(each["id"]): each for each in hits}
        with shaped():
            mentions = sorted(self._mentions(found, query.own_accounts), key=_moment)
        return Page(
            mentions=tuple(mentions),
            cursor=json.dumps(asdict(_Cursor(last, searched))),
            gap=gap,
        )

    def reply(self, to: Target, text: str, *, key: str) -> PublishedReply:
        for problem in self.objections(to, text):
            raise RejectedError(problem)
        status_id, _, visibility = to.address.partition(":")
        made = self._line.ask(
            "status_post",
            _addressed(to, text),
            in_reply_to_id=status_id,
            visibility=visibility,
            content_type="text/plain",  # some servers would take it for Markdown
            idempotency_key=key,
            write=True,
        )
        with shaped(write=True):
            return _published(made)

    def find_reply(
        self, to: Target, text: str, *, key: str, since: datetime
    ) -> PublishedReply | None:
        """Look through our own posts: not every server knows `key` (GoToSocial ignores it)."""
        with shaped():
            for each in self._own_since(since - SEARCH_OVERLAP):
                under = parent_of(each) == to.address.partition(":")[0]
                if under and bare(text_of(each)) == bare(text):
                    return _published(each)
        return None

    def edit(self, published: PublishedReply, text: str, *, to: Target) -> None:
        """Whoever boosted it or reads the history sees the versions before, too."""
        for problem in self.objections(to, text):
            raise RejectedError(problem)
        try:
            self._line.ask("status_update", published.external_id, _addressed(to, text), write=True)
        except GoneError as error:
            raise GoneError("Our reply is not there any more.") from error

    def delete(self, published: PublishedReply) -> None:
        try:
            self._line.ask("status_delete", published.external_id, write=True)
        except GoneError:
            return

    def refresh(self, ids: Sequence[str]) -> Iterable[SourceState]:
        for start in range(0, len(ids), self.at_once):
            yield from self._states(ids[start : start + self.at_once])

    def measure(self, text: str, to: Target | None = None) -> Length:
        limits = self._line.limits()
        used = count(text, link=limits.link)
        name = NAME_ROOM if to is None else count(_addressed(to, text), link=limits.link) - used
        return Length(used=used, limit=limits.characters - name)

    def objections(self, to: Target, text: str) -> Sequence[str]:
        over = self.measure(text, to).over
        if not over:
            return ()
        return [f"With the author's name in front this is {over} characters too long for Mastodon."]

    def close(self) -> None:
        self._line.close()

    def _notified(self, start: _Cursor | None, now: datetime) -> tuple[list[Json], str]:
        """Return posts, oldest first, and the notification to go on from."""
        with shaped():
            items = self._after(start.notification) if start else self._newest()
            settled = [each["id"] for each in items if happened(each) < now - OVERLAP]
            before = start.notification if start else min(_ids(items), key=_order, default="0")
            last = max([before, *settled], key=_order)
            if start is None:
                items = [each for each in items if happened(each) >= now - FIRST_LOOK]
            # Some servers give every kind of notification, whatever they are asked for.
            posts = [each["status"] for each in items if each["type"] == "mention"]
            return [each for each in posts if each], str(last)

    def _newest(self) -> list[Json]:
        return list(reversed(self._line.ask("notifications", types=["mention"], limit=PAGE)))

    def _after(self, last: str) -> list[Json]:
        """Read forward by min_id; since_id would give the newest page and skip what is before."""
        found: list[Json] = []
        for _ in range(PAGES):
            page = self._line.ask("notifications", types=["mention"], min_id=last, limit=PAGE)
            if not page:
                break
            found += sorted(page, key=lambda each: _order(each["id"]))
            last = str(found[-1]["id"])
        return found

    def _search(
        self, query: Query, start: _Cursor | None, now: datetime
    ) -> tuple[list[Json], float, str | None]:
        """Return hits, up to when was searched, and the gap.

        Many servers have no search or keep us out of it: that hides no mention and is no failure.
        After a passing one, the next round goes back to where this one began.
        """
        since = datetime.fromtimestamp(start.searched, UTC) if start else now - FIRST_LOOK
        floor = since - SEARCH_OVERLAP if start else since
        found: list[Json] = []
        gaps = []
        try:
            with shaped():
                for term in query.terms:
                    hits, whole = self._hits(term, floor)
                    found += [each for each in hits if query.matches(text_of(each))]
                    gaps += [] if whole or start is None else [_gap(term, since, hits)]
        except TemporaryError as error:
            self._mention_once(error)
            refused = isinstance(error, PausedError)
            return found, (now if refused else since).timestamp(), None
        return found, now.timestamp(), " ".join(gaps) or None

    def _mention_once(self, error: TemporaryError) -> None:
        if not self._search_failed:
            log.info("terms are not searched for on this Mastodon server: %s", error)
        self._search_failed = True

    def _hits(self, term: str, floor: datetime) -> tuple[list[Json], bool]:
        """Read hits down to `floor`, newest first; False when there are more than we read."""
        found: dict[str, Json] = {}
        words = '"{}"'.format(term.replace('"', " "))
        for number in range(SEARCH_PAGES):
            page = self._line.ask(
                "search_v2",
                words,
                resolve=False,
                result_type="statuses",
                limit=SEARCH_PAGE,
                offset=number * SEARCH_PAGE,
            )["statuses"]
            fresh = {each["id"]: each for each in page if happened(each) >= floor}
            if not fresh.keys() - found.keys():
                return list(found.values()), True
            found |= fresh
            if len(fresh) < len(page):
                return list(found.values()), True
        return list(found.values()), False

    def _mentions(self, found: dict[str, Json], own: frozenset[str]) -> Iterator[FoundMention]:
        theirs = {name: each for name, each in found.items() if not self._is_ours(each, own)}
        posts = {name: each for name, each in theirs.items() if not each.get("reblog")}
        budget = ROOTS
        for each in posts.values():
            parent = parent_of(each)
            if parent and parent not in self._above and budget:
                budget -= 1
                self._look_above(each, parent)
            root, shown = self._above.get(parent or "", (None, {}))
            root = root if parent else str(each["id"])
            above = parent_shown(each, shown, us=self._line.my_id()) if parent else None
            yield replace(mention_of(each, root_id=root), parent=above)

    def _look_above(self, status: Json, parent: str) -> None:
        try:
            above = self._line.ask("status_context", status["id"])["ancestors"]
        except TemporaryError:
            return  # no mention waits for this
        if len(self._above) > 10_000:
            self._above.clear()
        root = str(above[0]["id"]) if above else parent
        self._above[parent] = root, above[-1] if above else {}

    def _is_ours(self, status: Json, own: frozenset[str]) -> bool:
        account = status["account"]
        acct = str(account["acct"]).casefold()
        names = {acct, f"{acct}@{urlsplit(self._line.url).hostname}"}
        return str(account["id"]) == self._line.my_id() or bool(names & own)

    def _own_since(self, floor: datetime) -> Iterator[Json]:
        last = None
        for _ in range(SEARCH_PAGES):
            page = self._line.ask(
                "account_statuses",
                self._line.my_id(),
                exclude_reblogs=True,
                limit=SEARCH_PAGE,
                max_id=last,
            )
            yield from (each for each in page if happened(each) >= floor)
            if not page or happened(page[-1]) < floor:
                return
            last = page[-1]["id"]

    def _states(self, ids: Sequence[str]) -> Iterator[SourceState]:
        try:
            shown = self._line.ask("statuses", list(ids))
        except NotThereError:  # servers before Mastodon 4.3, and others
            shown = [each for each in map(self._one, ids) if each]
        with shaped():
            known = {str(each["id"]): each for each in shown}
            for each in ids:
                post = known.get(each)
                text = text_of(post) if post and post.get("edited_at") else None
                yield SourceState(external_id=each, gone=post is None, text=text)

    def _one(self, status_id: str) -> Json | None:
        try:
            found: Json = self._line.ask("status", status_id)
        except NotThereError:
            return None
        return found


def _moment(mention: FoundMention) -> datetime:
    return mention.published_at


def _order(number: Any) -> tuple[int, str]:
    """Sort ids of every kind: numbers as text, and GoToSocial's ULIDs."""
    return len(str(number)), str(number)


def _ids(items: list[Json]) -> list[str]:
    return [str(each["id"]) for each in items]


def _addressed(to: Target, text: str) -> str:
    """Put the author's name in front; without it Mastodon tells them nothing of the reply."""
    if not to.author_handle or mentions_somebody(text, to.author_handle):
        return text
    return f"@{to.author_handle} {text}"


def _gap(term: str, since: datetime, hits: list[Json]) -> str:
    end = min(map(happened, hits))
    return (
        f"Mastodon's search found more than {SEARCH_PAGES * SEARCH_PAGE} posts with “{term}”: those"
        f" from {since:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC were not read."
    )


def _published(status: Json) -> PublishedReply:
    return PublishedReply(
        external_id=str(status["id"]), url=str(status.get("url") or status["uri"])
    )

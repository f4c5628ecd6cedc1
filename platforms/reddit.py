"""Reddit, read and answered through praw.

Mentions come from the inbox (u/name, replies to us), from a search over all posts, and from the
comments of chosen communities. Listings are read newest first, without praw's endless streams.
"""

import itertools
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from platforms._http import TIMEOUT, no_use
from platforms._reddit_line import LABEL, LOGIN_REFUSED, OneAttempt, said_no
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
    PublishedReply,
    Query,
    Settings,
    SourceState,
    Target,
    UncertainError,
    WebAddress,
)

SITE = "https://www.reddit.com"
FIRST_PAGE = 100
"""The first round takes what Reddit shows on one page of mentions and comments, however old."""
FIRST_LOOK = timedelta(hours=1)
"""How far back it looks for replies to us, of which old ones were seen by whoever wrote there."""
OVERLAP = timedelta(minutes=10)
"""Reddit lists and indexes some things late, so each round looks back."""
OLD_IN_A_ROW = 5
"""An old item may come back on top of a listing; so many of them mean that the new ones ended."""
LISTING_REACH, SEARCH_REACH = 1000, 250
"""Items after which Reddit ends a listing, however many more there are."""
EMPTY_PAGES = 10
"""Pages without an item that are taken in one listing, before it is taken for ended."""
LENGTH_LIMIT = 10_000
SHORTEST_USER_AGENT = 7
"""praw takes no shorter one."""
_GONE = {"[deleted]", "[removed]", "[ Removed by Reddit ]"}


def _user_agent(value: str) -> str:
    if len(value) < SHORTEST_USER_AGENT:
        raise ValueError("Write it as Reddit asks: linux:acme-mentions:1.0 (by u/acme)")
    return value


class RedditSettings(Settings):
    """An app of type "script" or "web app" at Reddit, and a login of the brand's account."""

    client_id: SecretStr = Field(alias="REDDIT_CLIENT_ID")
    client_secret: SecretStr = Field(alias="REDDIT_CLIENT_SECRET")
    refresh_token: SecretStr | None = Field(None, alias="REDDIT_REFRESH_TOKEN")
    username: str | None = Field(None, alias="REDDIT_USERNAME")
    password: SecretStr | None = Field(None, alias="REDDIT_PASSWORD")
    user_agent: Annotated[str, AfterValidator(_user_agent)] = Field(alias="REDDIT_USER_AGENT")
    url: WebAddress = Field(SITE, alias="REDDIT_URL")
    oauth_url: WebAddress = Field("https://oauth.reddit.com", alias="REDDIT_OAUTH_URL")

    @model_validator(mode="after")
    def _has_a_login(self) -> Self:
        if not self.refresh_token and not (self.username and self.password):
            raise ValueError("Set REDDIT_REFRESH_TOKEN, or REDDIT_USERNAME and REDDIT_PASSWORD.")
        return self


@dataclass(frozen=True, slots=True)
class _Source:
    """A listing, newest first, and after how many items Reddit ends it."""

    name: str
    items: Iterable[Any]
    reach: int = LISTING_REACH
    must_match: bool = False
    page_at_first: bool = True
    """Whether the first round takes the newest page instead of the recent past."""


class Reddit(Platform):
    name = "reddit"
    label = LABEL
    Settings = RedditSettings
    at_once = 100
    hosts = ("reddit.com", "redd.it")
    counting = "Each character counts 1; a sign that Reddit would format, such as * or _, counts 2."
    can_edit = can_delete = True

    def __init__(self, settings: RedditSettings, *, timeout: tuple[float, float] = TIMEOUT) -> None:
        """`timeout`: seconds to connect and between two pieces of an answer."""
        self._settings = settings
        self._line = OneAttempt(timeout)
        self._reddit = _connect(settings, self._line)
        self._public = _connect(settings, self._line, as_brand=False)
        self._own_name = ""

    def fetch(self, query: Query, *, cursor: str | None) -> Page:
        start: dict[str, float] = json.loads(cursor) if cursor else {}
        now = datetime.now(UTC)
        newest: dict[str, float] = {}
        found: dict[str, FoundMention] = {}
        gaps: list[str] = []
        with self._heard():
            for source in self._sources(query, first=not start):
                last = start.get(source.name, (now - FIRST_LOOK + OVERLAP).timestamp())
                if not start and source.page_at_first:
                    items, whole = _first_page(source), True
                else:
                    items, whole = _walk(source, last - OVERLAP.total_seconds())
                newest[source.name] = max([last, *(item["created_utc"] for item in items)])
                shown = self._mentions(items, query, must_match=source.must_match)
                # Of what several listings show only one knows that it answers us.
                answers = {name: one for name, one in found.items() if _answers_us(one)}
                found |= shown | answers
                gaps += [] if whole else [_gap(source, last, items)]
        return Page(
            mentions=tuple(sorted(found.values(), key=lambda each: each.published_at)),
            cursor=json.dumps(newest),
            gap=" ".join(gaps) or None,
        )

    def reply(self, to: Target, text: str, *, key: str) -> PublishedReply:
        kind, _, short = to.address.partition("_")
        with self._heard(write=True):
            post = self._reddit.comment(short) if kind == "t1" else self._reddit.submission(short)
            made = post.reply(_as_typed(text))
            if made is not None:
                return _published(vars(made))
        # Reddit takes comments in quarantined communities without showing them.
        raise UncertainError("Reddit took the reply and did not show it, so it may be out or not.")

    def find_reply(
        self, to: Target, text: str, *, key: str, since: datetime
    ) -> PublishedReply | None:
        with self._heard():
            listing = self._reddit.redditor(self._me()).comments.new(limit=None)
            mine, _ = _walk(_Source("own comments", listing), (since - OVERLAP).timestamp())
            for raw in mine:
                same = _folded(raw["body"]) == _folded(_as_typed(text))
                if same and raw["parent_id"] == to.address:
                    return _published(raw)
        return None

    def edit(self, published: PublishedReply, text: str, *, to: Target) -> None:
        """Reddit marks it as edited and keeps the earlier text to itself.

        What is deleted, or locked by a moderator, is refused with 403:
        https://github.com/reddit-archive/reddit/blob/master/r2/r2/controllers/api.py
        """
        with self._heard(write=True):
            self._reddit.comment(published.external_id[3:]).edit(_as_typed(text))

    def delete(self, published: PublishedReply) -> None:
        """Reddit answers the same whether it was there or not (api.py, as above)."""
        with self._heard(write=True):
            self._reddit.comment(published.external_id[3:]).delete()

    def refresh(self, ids: Sequence[str]) -> Iterable[SourceState]:
        """Ask as the public: what moderators removed looks untouched to whoever wrote it."""
        asked = [each for each in ids if each.startswith(("t1_", "t3_"))]
        with self._heard():
            shown = [vars(item) for item in self._public.info(fullnames=asked)] if asked else []
            return [_state(raw) for raw in shown]

    def measure(self, text: str, to: Target | None = None) -> Length:
        return Length(used=len(_as_typed(text)), limit=LENGTH_LIMIT)

    def close(self) -> None:
        self._line.close()

    def _me(self) -> str:
        self._own_name = self._own_name or self._settings.username or self._reddit.user.me().name
        return self._own_name

    @contextmanager
    def _heard(self, *, write: bool = False) -> Iterator[None]:
        """Turn what praw and prawcore raise, by plan or by accident, into our errors."""
        import praw.exceptions  # noqa: PLC0415 - only when Reddit is switched on
        import prawcore  # noqa: PLC0415 - as above

        self._line.write_left = False
        try:
            yield
        except prawcore.RequestException as error:
            if not isinstance(error.original_exception, PlatformError):
                raise no_use(LABEL, write=self._line.write_left) from error
            if isinstance(error.original_exception, PausedError):
                # Ask for new tokens next time.
                self._reddit = _connect(self._settings, self._line)
                self._public = _connect(self._settings, self._line, as_brand=False)
            raise error.original_exception from None
        except praw.exceptions.RedditAPIException as error:
            raise said_no(error.items, write=write) from error
        except prawcore.OAuthException as error:
            raise PausedError(LOGIN_REFUSED) from error
        except prawcore.Redirect as error:
            raise PausedError(
                "Reddit knows no such community. An admin has to correct the list of communities."
            ) from error
        except (
            praw.exceptions.PRAWException,
            prawcore.PrawcoreException,
            LookupError,  # these four are how praw takes answers that are not as they should be
            ValueError,
            TypeError,
            AttributeError,
        ) as error:
            raise no_use(LABEL, write=self._line.write_left) from error

    def _sources(self, query: Query, *, first: bool) -> Iterator[_Source]:
        inbox = self._reddit.inbox
        yield _Source("mentions", inbox.mentions(limit=None))
        for name, replies in (
            ("comment replies", inbox.comment_replies(limit=None)),
            ("post replies", inbox.submission_replies(limit=None)),
        ):
            yield _Source(name, replies, page_at_first=False)
        everywhere = self._reddit.subreddit("all")
        for term in query.terms:
            words = '"{}"'.format(term.replace('"', " "))
            past = "day" if first else "all"
            items = everywhere.search(words, sort="new", time_filter=past, limit=None)
            yield _Source(f"search {term}", items, SEARCH_REACH)
        if query.communities:
            chosen = self._reddit.subreddit("+".join(query.communities))
            yield _Source("comments", chosen.comments(limit=None), must_match=True)

    def _mentions(
        self, items: list[dict[str, Any]], query: Query, *, must_match: bool
    ) -> dict[str, FoundMention]:
        own = {self._me().lower(), *query.own_accounts}
        readable = (raw for raw in items if not _is_gone(raw))
        theirs = (raw for raw in readable if str(raw["author"]).lower() not in own)
        return {
            raw["name"]: _mention(raw, self._me())
            for raw in theirs
            if not must_match or query.matches(_without_quotes(_text(raw)))
        }


def _connect(settings: RedditSettings, line: OneAttempt, *, as_brand: bool = True) -> Any:
    """Make praw's client. Everything is passed by hand, so that no praw.ini has a say.

    `as_brand` False: without a login, with the app's own token, as the public reads.
    """
    import praw  # noqa: PLC0415 - only when Reddit is switched on

    token = settings.refresh_token if as_brand else None
    password = settings.password if as_brand else None
    return praw.Reddit(
        client_id=settings.client_id.get_secret_value(),
        client_secret=settings.client_secret.get_secret_value(),
        refresh_token=token.get_secret_value() if token else None,
        username=settings.username if password and not token else None,
        password=password.get_secret_value() if password and not token else None,
        user_agent=settings.user_agent,
        reddit_url=settings.url,
        oauth_url=f"{settings.oauth_url}/",  # paths are joined to it, and may be below a prefix
        check_for_updates=False,
        check_for_async=False,
        ratelimit_seconds=-1,  # at 0 praw would still sleep on "try again in 500 milliseconds"
        requestor_kwargs={"session": line},
    )


def _walk(source: _Source, floor: float) -> tuple[list[dict[str, Any]], bool]:
    """Read down to the Unix time `floor`; False when Reddit ended the listing before that."""
    found: dict[str, dict[str, Any]] = {}
    old = 0
    # vars() because praw asks Reddit for each attribute that is not there.
    for item in _whole(source.items):
        raw: dict[str, Any] = vars(item)
        if raw["created_utc"] >= floor:
            found[raw["name"]] = raw
            old = 0
        elif (old := old + 1) == OLD_IN_A_ROW:
            break
    return list(found.values()), old > 0 or len(found) < source.reach


def _whole(listing: Any) -> Iterator[Any]:
    """Read on behind an empty page that names a successor; praw takes it for the last one."""
    for _ in range(EMPTY_PAGES):
        yield from listing
        page, asked = listing._listing, listing.params  # noqa: SLF001 - praw tells it nowhere else
        after = getattr(page, "after", None)
        if page or not after or after == asked.get("after"):
            return
        asked["after"] = after


def _first_page(source: _Source) -> list[dict[str, Any]]:
    page = [vars(item) for item in itertools.islice(_whole(source.items), FIRST_PAGE)]
    return list({raw["name"]: raw for raw in page}.values())


def _gap(source: _Source, last: float, items: list[dict[str, Any]]) -> str:
    start = datetime.fromtimestamp(last, UTC)
    end = datetime.fromtimestamp(min(item["created_utc"] for item in items), UTC)
    return (
        f"Reddit's list of {source.name} shows no more than {source.reach}: what was said from"
        f" {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC was not read."
    )


def _mention(raw: dict[str, Any], me: str) -> FoundMention:
    path = _path(raw)
    closed = raw.get("locked") or raw.get("archived")
    return FoundMention(
        external_id=raw["name"],
        address=raw["name"],
        author=Author(
            id=raw.get("author_fullname") or str(raw["author"]),
            handle=str(raw["author"]),
            url=f"{SITE}/user/{raw['author']}",
        ),
        text=_text(raw),
        url=f"{SITE}{path}",
        published_at=datetime.fromtimestamp(raw["created_utc"], UTC),
        parent_id=raw.get("parent_id"),
        parent=_parent(raw, me, path),
        root_id=_root(raw, path),
        community=str(raw["subreddit"]) if raw.get("subreddit") else None,  # promoted posts
        media=tuple(_media(raw)),
        can_reply=not closed,
        cannot_reply_reason="The thread is closed; Reddit takes no more replies." if closed else "",
    )


def _parent(raw: dict[str, Any], me: str, path: str) -> Parent | None:
    """Of what a comment answers Reddit tells the thread's title and author along with it."""
    kind, _, short = str(raw.get("parent_id") or "").partition("_")
    if not short:
        return None
    ours = raw.get("type") in {"comment_reply", "post_reply"}
    begun_by = str(raw.get("link_author") or "") if kind == "t3" else ""
    thread = f"{SITE}/comments/{_root(raw, path)[3:]}/"
    return Parent(
        handle=me if ours else begun_by,
        text=str(raw.get("link_title") or ""),
        url=thread if kind == "t3" else f"{thread}_/{short}/",
        ours=ours,
    )


def _answers_us(mention: FoundMention) -> bool:
    return mention.parent is not None and mention.parent.ours


def _is_gone(raw: dict[str, Any]) -> bool:
    removed = bool(raw.get("removed_by_category"))  # posts tell it, comments do not
    return removed or raw.get("author") is None or _body(raw) in _GONE


def _state(raw: dict[str, Any]) -> SourceState:
    gone = _is_gone(raw)
    edited = bool(raw.get("edited")) and not gone
    return SourceState(external_id=raw["name"], gone=gone, text=_text(raw) if edited else None)


def _body(raw: dict[str, Any]) -> str:
    return str(raw.get("body") or raw.get("selftext") or "")


def _text(raw: dict[str, Any]) -> str:
    return "\n\n".join(filter(None, (raw.get("title"), _body(raw).strip())))


def _without_quotes(text: str) -> str:
    """Drop the lines that the author quotes from somebody else."""
    return re.sub(r"^\s*>.*$", "", text, flags=re.MULTILINE)


def _path(raw: dict[str, Any]) -> str:
    """Return the permalink's path; inbox items carry it under another name, some not at all."""
    known = str(raw.get("permalink") or raw.get("context") or "").split("?")[0]
    return known or f"/comments/{str(raw.get('link_id'))[3:]}/_/{raw['id']}/"


def _root(raw: dict[str, Any], path: str) -> str:
    if raw["name"].startswith("t3_"):
        return str(raw["name"])
    in_path = re.search(r"/comments/(\w+)/", path)
    return str(raw.get("link_id") or f"t3_{in_path[1] if in_path else ''}")


def _media(raw: dict[str, Any]) -> Iterator[Media]:
    url = str(raw.get("url_overridden_by_dest") or raw.get("url") or "")
    if raw.get("is_self", True) or not url.startswith(("https://", "http://")):
        return
    picture = raw.get("post_hint") == "image" or url.endswith((".jpg", ".jpeg", ".png", ".gif"))
    yield Media(kind="video" if raw.get("is_video") else "image" if picture else "link", url=url)


def _published(raw: dict[str, Any]) -> PublishedReply:
    return PublishedReply(external_id=raw["name"], url=f"{SITE}{_path(raw)}")


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _as_typed(text: str) -> str:
    """Escape Reddit's Markdown, so that plain text looks there as it was typed; links stay links.

    https://support.reddithelp.com/hc/en-us/articles/360043033952-Formatting-Guide
    """
    return "  \n".join(map(_line_as_typed, text.splitlines())).replace("  \n  \n", "\n\n")


def _line_as_typed(line: str) -> str:
    words = line.lstrip(" \t")
    indent = "\u00a0" * (len(line) - len(words))  # four spaces would make it code
    parts = re.split(r"(https?://\S+)", words)
    plain = [re.sub(r"([\\`*_\[\]<>^~|&])", r"\\\1", part) for part in parts[::2]]
    parts[::2] = plain
    whole = re.sub(r"^(#|[+-](?=[\s-]|$))", r"\\\1", "".join(parts))
    return indent + re.sub(r"^(\d+)([.)])(?=\s|$)", r"\1\\\2", whole)

"""What a platform promises that lets programs read and not reply, whichever it is."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from typing import Any

import pytest

import platforms
from platforms.base import Platform, RejectedError, TemporaryError
from tests.platforms.conftest import QUERY, now, only
from tests.platforms.scripted import Answer, Scripted, ok
from tests.platforms.test_contract import NAMES

PATHS = {"feeds": "/feed", "hackernews": "/search_by_date"}
every_platform = pytest.mark.parametrize("name", PATHS)

Open = Callable[[str], Platform]


def variables(name: str, url: str) -> dict[str, str]:
    if name == "feeds":
        return {"FEED_URLS": f"{url}{PATHS[name]}"}
    return {"HACKERNEWS": "1", "HACKERNEWS_URL": url}


def saying(name: str, *said: tuple[int, str, datetime]) -> Answer:
    """An answer with these posts: number, HTML and time of each."""
    if name == "feeds":
        items = (
            f"<item><guid>https://b.example/{number}</guid><title>{escape(words)}</title>"
            f"<link>https://b.example/{number}</link><pubDate>{format_datetime(at)}</pubDate></item>"
            for number, words, at in said
        )
        return ok(f"<rss version='2.0'><channel>{''.join(items)}</channel></rss>")
    hits = [
        {
            "objectID": str(number),
            "author": "mara",
            "created_at_i": int(at.timestamp()),
            "comment_text": words,
        }
        for number, words, at in said
    ]
    return ok({"hits": hits, "nbHits": len(hits)})


def opened_at(url: str, name: str) -> Platform:
    kind: Any = platforms.available()[name]
    settings = kind.Settings.model_validate(variables(name, url))
    more = {"every": timedelta()} if name == "feeds" else {}
    platform: Platform = kind(settings, timeout=(5.0, 1.0), **more)
    return platform


@pytest.fixture
def opened(scripted: Scripted) -> Iterator[Open]:
    with ExitStack() as open_ones:
        yield lambda name: open_ones.enter_context(closing(opened_at(scripted.url, name)))


def test_every_platform_keeps_one_of_the_contracts() -> None:
    assert {*NAMES, *PATHS} == set(platforms.available())


@every_platform
def test_mention_is_whole_and_says_that_it_cannot_be_answered(
    name: str, opened: Open, scripted: Scripted
) -> None:
    at = (now() - timedelta(minutes=5)).replace(microsecond=0)
    scripted.on(PATHS[name], saying(name, (1, "Acme &amp; co 😡", at)))
    (mention,) = opened(name).fetch(QUERY, cursor=None).mentions
    assert mention.text == "Acme & co 😡"
    assert mention.author.handle
    assert mention.published_at == at
    assert mention.published_at.tzinfo is UTC
    assert mention.url.startswith("https://")
    assert not mention.can_reply
    assert mention.cannot_reply_reason.endswith(".")


@every_platform
def test_reply_is_refused_in_words(name: str, opened: Open, scripted: Scripted) -> None:
    scripted.on(PATHS[name], saying(name, (1, "acme", now())))
    platform = opened(name)
    with pytest.raises(RejectedError, match="takes no replies from programs"):
        platform.reply(only(platform), "Hello", key="k1")


@every_platform
def test_oldest_comes_first_and_again_only_with_the_same_id(
    name: str, opened: Open, scripted: Scripted
) -> None:
    first, second = ((n, f"acme {n}", now() - timedelta(minutes=9 - n)) for n in (1, 2))
    platform = opened(name)
    scripted.on(PATHS[name], saying(name, first))
    page = platform.fetch(QUERY, cursor=None)
    scripted.on(PATHS[name], saying(name, second, first))
    later = platform.fetch(QUERY, cursor=page.cursor)
    assert [mention.text for mention in later.mentions] == ["acme 1", "acme 2"]
    assert later.mentions[0].external_id == page.mentions[0].external_id
    assert later.gap is None


@every_platform
def test_unreachable_platform_is_a_passing_failure(name: str) -> None:
    with socket.socket() as nobody_listens:
        nobody_listens.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody_listens.getsockname()[1]}"
        with closing(opened_at(url, name)) as away, pytest.raises(TemporaryError):
            away.fetch(QUERY, cursor=None)


@every_platform
def test_text_is_measured_though_it_is_pasted_by_hand(name: str, opened: Open) -> None:
    assert opened(name).measure("abc").used == 3
    assert opened(name).measure("").limit >= 1000

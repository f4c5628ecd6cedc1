"""The platforms' libraries, talking over real HTTP to the stand-in social network."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import pytest
from aiohttp import web

import platforms
from bot.sandbox import square_api, square_bluesky, square_reddit, square_x
from bot.sandbox.serve import Served
from bot.sandbox.square import Post, Square
from platforms.base import FoundMention, Platform, Query, Target
from tests.platforms import square_mastodon
from tests.platforms.scripted import Scripted

PATIENCE = (5.0, 10.0)
QUERY = Query(terms=("acme",), own_accounts=frozenset({"acme"}))

Open = Callable[..., Platform]


@pytest.fixture
def square() -> Square:
    return square_mastodon.WithMastodon()


@pytest.fixture
def base_url(square: Square) -> Iterator[str]:
    def application() -> web.Application:
        app = web.Application()
        for speaking in (square_api, square_bluesky, square_mastodon, square_reddit, square_x):
            app.add_routes(speaking.routes(square))
        return app

    served = Served(application).start()
    yield served.url
    served.stop()


@pytest.fixture
def opened(base_url: str) -> Iterator[Open]:
    with ExitStack() as open_ones:

        def open_one(name: str, *, fault: str = "") -> Platform:
            patience = (5.0, 0.25) if fault.startswith("hang") else PATIENCE
            return open_ones.enter_context(closing(open_at(base_url, name, timeout=patience)))

        yield open_one


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    server = Scripted()
    yield server
    server.stop()


def open_at(
    base_url: str, name: str, *, variables: Mapping[str, str] = MappingProxyType({}), **options: Any
) -> Any:
    kind = platforms.available()[name]
    settings = kind.Settings.model_validate(environment(base_url) | dict(variables))
    return kind(settings, **{"timeout": PATIENCE, **options})


def environment(base_url: str) -> dict[str, str]:
    """Return the variables that point every platform at a server at `base_url`."""
    return square_api.environment(base_url) | square_mastodon.environment(base_url)


def customer_posts(square: Square, network: str, words: str, *, at: datetime | None = None) -> Post:
    """Let a customer address the brand, in the way that this network can be read completely."""
    if network != "reddit":
        return square.post(network, "mara", f"@acme {words}", at=at)
    threads = [post for post in square.posts(network) if post.reply_to is None]
    thread = threads[0] if threads else square.post(network, "ole", "A thread", at=at)
    return square.post(network, "mara", f"u/acme {words}", reply_to=thread.id, at=at)


def target_of(mention: FoundMention) -> Target:
    return Target(
        external_id=mention.external_id,
        address=mention.address,
        url=mention.url,
        author_handle=mention.author.handle,
        text=mention.text,
        root_id=mention.root_id,
    )


def only(platform: Platform) -> Target:
    """Read a platform that holds a single mention, for a reply to it."""
    (mention,) = platform.fetch(QUERY, cursor=None).mentions
    return target_of(mention)


def now() -> datetime:
    return datetime.now(UTC)

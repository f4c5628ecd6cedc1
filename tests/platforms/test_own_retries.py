"""No client library repeats a write by itself: one call of ours is one request on the wire.

By default they do: for one call, accepted and then cut off, slack_sdk posts twice and praw three
times, also after a 5xx.
"""

from collections.abc import Callable, Iterator

import pytest

from bot.sandbox.server import SlackStandIn
from bot.sandbox.square import Square
from bot.slack.cards import Drawn
from bot.slack.workspace import Workspace
from platforms.base import UncertainError
from tests.platforms.conftest import Open, customer_posts, only
from tests.platforms.test_contract import NAMES

LIBRARIES = ["slack", *NAMES]
FAULTS = ["drop_after", "drop_before", "500", "503", "hang"]
PATHS = {
    "x": "/tweets", "reddit": "/api/comment", "bluesky": "putRecord",
    "mastodon": "/statuses", "square": "/replies",
}  # fmt: skip

Wire = Callable[[str, str], int]
"""Makes one write of this library meet this fault; how many requests for it there were."""


@pytest.fixture
def slack() -> Iterator[SlackStandIn]:
    server = SlackStandIn().start()
    server.add_person("ana", "Ana Lima")
    server.add_channel("support", members=["ana"])
    yield server
    server.stop()


@pytest.fixture
def wire(square: Square, opened: Open, slack: SlackStandIn) -> Wire:
    def slack_requests(how: str) -> int:
        workspace = Workspace(slack.bot_token, base_url=slack.api_url)
        workspace.channel_id("#support")
        workspace.client.timeout = 0.25 if how == "hang" else 5  # type: ignore[assignment]
        slack.fail("chat.postMessage", how, seconds=0.4)  # type: ignore[arg-type]
        with pytest.raises(UncertainError):
            workspace.post("#support", Drawn("We can.", []))
        return sum(one.method == "chat.postMessage" for one in slack.requests)

    def platform_requests(name: str, how: str) -> int:
        customer_posts(square, name, "who can help?")
        platform = opened(name, fault=how)
        to = only(platform)
        square.order_fault(name, how, on="write")
        with pytest.raises(UncertainError):
            platform.reply(to, "We can. Ana", key="k1")
        sent = [one for one in square.requests if one.method == "POST"]
        return sum(PATHS[name] in one.path for one in sent)

    return lambda name, how: (
        slack_requests(how) if name == "slack" else platform_requests(name, how)
    )


@pytest.mark.parametrize("how", FAULTS)
@pytest.mark.parametrize("library", LIBRARIES)
def test_one_write_is_one_request(library: str, how: str, wire: Wire):
    sent = wire(library, how)
    assert sent == 1, f"{sent} requests left for one write that met {how}"

"""Slack's pace: one message a second in a channel, so many calls a minute for the rest."""

import math

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox.limits import Limits
from bot.sandbox.server import SlackStandIn
from tests.bot.sandbox.conftest import MovedClock


def test_a_second_message_in_the_same_second_is_refused(
    slack: SlackStandIn, client: WebClient, clock: MovedClock
) -> None:
    client.chat_postMessage(channel="C0SUPPORT", text="One")
    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(channel="#support", text="Two")
    assert refused.value.response.status_code == 429
    assert refused.value.response.headers["Retry-After"] == "1"
    assert refused.value.response["error"] == "ratelimited"
    assert slack.rate_limited == 1
    clock.move(0.95)
    client.chat_postMessage(channel="C0SUPPORT", text="Two")
    assert [message.text for message in slack.messages("support")] == ["One", "Two"]


def test_each_channel_has_its_own_second(slack: SlackStandIn, client: WebClient) -> None:
    slack.invite_bot("general")
    client.chat_postMessage(channel="C0SUPPORT", text="One")
    assert client.chat_postMessage(channel="C0GENERAL", text="Two")["ok"]


@pytest.mark.parametrize(("tier", "calls"), [(2, 20), (3, 50), (4, 100)])
def test_a_tier_allows_so_many_calls_in_any_minute(
    clock: MovedClock, tier: int, calls: int
) -> None:
    limits = Limits(clock)
    for _ in range(calls):
        assert limits.wait("some.method", tier=tier) == 0
        clock.move(0.125)
    first_leaves_in = 60 - calls * 0.125
    assert limits.wait("some.method", tier=tier) == math.ceil(first_leaves_in)
    assert limits.wait("other.method", tier=tier) == 0
    clock.move(first_leaves_in)
    assert limits.wait("some.method", tier=tier) == 0
    assert limits.refused == 1


def test_limits_can_be_switched_off(slack: SlackStandIn, client: WebClient) -> None:
    slack.limits.enforce = False
    for number in range(60):
        client.chat_postMessage(channel="C0SUPPORT", text=str(number))
    assert slack.rate_limited == 0

"""Every failure on demand looks to a client as the real one does."""

import json
from http.client import IncompleteRead, RemoteDisconnected
from typing import Any

import pytest
import requests
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox.server import SlackStandIn


def post(slack: SlackStandIn, text: str = "Hello", timeout: float = 5) -> requests.Response:
    with requests.Session() as session:
        return session.post(
            f"{slack.api_url}chat.postMessage",
            json={"channel": "C0SUPPORT", "text": text},
            headers={"Authorization": f"Bearer {slack.bot_token}"},
            timeout=timeout,
        )


def posted(slack: SlackStandIn) -> list[str]:
    return [message.text for message in slack.messages("support")]


@pytest.mark.parametrize("how", ["500", "503"])
def test_a_server_error_has_no_effect(slack: SlackStandIn, how: Any) -> None:
    slack.fail("chat.postMessage", how)
    assert post(slack).status_code == int(how)
    assert posted(slack) == []
    assert post(slack).json()["ok"], "the failure was for one call only"


@pytest.mark.parametrize(("retry_after", "header"), [(7, "7"), (None, None)])
def test_a_429_with_and_without_retry_after(
    slack: SlackStandIn, retry_after: int | None, header: str | None
) -> None:
    slack.fail("chat.postMessage", "429", retry_after=retry_after)
    answer = post(slack)
    assert (answer.status_code, answer.headers.get("Retry-After")) == (429, header)
    assert slack.rate_limited == 1


@pytest.mark.parametrize(("how", "effect"), [("drop_before", []), ("drop_after", ["Hello"])])
def test_a_dropped_connection(slack: SlackStandIn, how: Any, effect: list[str]) -> None:
    slack.fail("chat.postMessage", how)
    with pytest.raises(requests.ConnectionError):
        post(slack)
    assert posted(slack) == effect


def test_a_hanging_call_times_out_without_effect(slack: SlackStandIn) -> None:
    slack.fail("chat.postMessage", "hang", seconds=0.2)
    with pytest.raises(requests.ReadTimeout):
        post(slack, timeout=0.1)
    assert posted(slack) == []


def test_a_slow_call_has_its_effect_although_the_client_gave_up(slack: SlackStandIn) -> None:
    slack.fail("chat.postMessage", "slow", seconds=0.2)
    with pytest.raises(requests.ReadTimeout):
        post(slack, timeout=0.1)
    assert posted(slack) == ["Hello"]


def test_half_an_answer(slack: SlackStandIn) -> None:
    slack.fail("chat.postMessage", "half")
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        post(slack)
    assert posted(slack) == ["Hello"]


def test_a_page_of_html_instead_of_an_answer(slack: SlackStandIn) -> None:
    slack.fail("chat.postMessage", "html")
    answer = post(slack)
    assert answer.headers["Content-Type"].startswith("text/html")
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_a_failure_can_be_for_one_channel_and_several_times(
    slack: SlackStandIn, client: WebClient
) -> None:
    slack.invite_bot("general")
    slack.fail("chat.postMessage", "500", times=2, channel="general")
    assert post(slack).json()["ok"]
    for _ in range(2):
        with pytest.raises(SlackApiError):
            client.chat_postMessage(channel="C0GENERAL", text="Hello")
    assert client.chat_postMessage(channel="C0GENERAL", text="Hello")["ok"]


def test_slacks_own_client_meets_them_too(slack: SlackStandIn, client: WebClient) -> None:
    slack.fail("chat.postMessage", "drop_after")
    with pytest.raises(RemoteDisconnected):
        client.chat_postMessage(channel="C0SUPPORT", text="Hello")
    slack.fail("users.list", "half")
    with pytest.raises(IncompleteRead):
        client.users_list()

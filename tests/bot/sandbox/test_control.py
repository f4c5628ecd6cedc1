"""The page's control API: what it shows, what it does, and whom it refuses."""

import json
from typing import Any

import pytest
import requests
from aiohttp import web
from slack_sdk import WebClient

from bot.sandbox.server import SlackStandIn
from tests.bot.sandbox.scripted_bot import ScriptedBot
from tests.bot.sandbox.tiny_app import CARD, REPLY_MODAL

Json = dict[str, Any]


def act(slack: SlackStandIn, what: str, /, **body: Any) -> requests.Response:
    return requests.post(f"{slack.url}/sandbox/{what}", json={"person": "ana", **body}, timeout=5)


def look(slack: SlackStandIn, person: str = "ana", channel: str = "support") -> Json:
    query = {"person": person, "channel": channel}
    return dict(requests.get(f"{slack.url}/sandbox/state", query, timeout=5).json())


@pytest.fixture
def ts(slack: SlackStandIn, client: WebClient, bot: ScriptedBot) -> str:
    return str(client.chat_postMessage(channel="C0SUPPORT", text="A mention", blocks=CARD)["ts"])


def test_the_state_is_what_one_person_sees(slack: SlackStandIn, client: WebClient, ts: str) -> None:
    slack.add_channel("vip", private=True, members=["ben"])
    ana = slack.person("ana")
    client.chat_postEphemeral(channel="C0SUPPORT", user=ana.id, text="Only you")
    seen, bens = look(slack), look(slack, "ben")
    assert [message["text"] for message in seen["messages"]] == ["A mention", "Only you"]
    assert [message["text"] for message in bens["messages"]] == ["A mention"]
    assert [channel["name"] for channel in seen["channels"]] == ["support", "general"]
    assert [channel["name"] for channel in bens["channels"]] == ["support", "general", "vip"]
    assert seen["me"]["is_admin"]
    assert seen["messages"][0]["blocks"][0]["elements"][0]["action_id"] == "reply"


def test_what_was_read_is_unread_no_more(slack: SlackStandIn, ts: str) -> None:
    assert look(slack)["channel"]["unread"] == 1
    act(slack, "read", channel="support")
    assert look(slack)["channel"]["unread"] == 0
    assert look(slack, "ben")["channel"]["unread"] == 1


def test_a_journey_through_a_modal(
    slack: SlackStandIn, client: WebClient, bot: ScriptedBot, ts: str
) -> None:
    target = {"channel": "C0SUPPORT", "ts": ts}
    assert act(slack, "click", **target, action_id="reply").json()["ok"]
    client.views_open(trigger_id=bot.last["trigger_id"], view=REPLY_MODAL)
    (view,) = look(slack)["views"]
    act(slack, "type", view=view["id"], block_id="text", action_id="typed", text="x")
    kept_back = act(slack, "submit", view=view["id"]).json()
    assert kept_back["errors"] == {"text": "Please use at least 2 characters."}
    assert look(slack)["views"][0]["errors"] == kept_back["errors"]
    assert act(slack, "submit", view=view["id"], values={"text": "Sorry"}).json()["ok"]
    assert look(slack)["views"] == []


def test_everything_else_a_person_does(
    slack: SlackStandIn, client: WebClient, bot: ScriptedBot, ts: str
) -> None:
    bot.answer = lambda payload: "Found nothing" if "command" in payload else None
    target = {"channel": "C0SUPPORT", "ts": ts}
    assert act(slack, "choose", **target, action_id="more", selected="note").json()["ok"]
    assert act(slack, "command", channel="support", command="/mentions", text="x").json()["ok"]
    assert act(slack, "react", **target, name="eyes").json()["ok"]
    assert act(slack, "say", channel="support", text="Mine", thread_ts=ts).json()["ok"]
    assert act(slack, "home").json()["ok"]
    home = {"type": "home", "blocks": CARD}
    client.views_publish(user_id=slack.person("ana").id, view=home)
    assert act(slack, "click", home=True, action_id="reply").json()["ok"]
    assert bot.last["container"]["type"] == "view"
    seen = look(slack)
    assert [message["text"] for message in seen["messages"]] == ["A mention", "Found nothing"]
    assert seen["messages"][0]["reactions"] == [{"name": "eyes", "users": [slack.person("ana").id]}]
    query = {"person": "ana", **target}
    thread = requests.get(f"{slack.url}/sandbox/thread", query, timeout=5).json()
    assert [message["text"] for message in thread["messages"]] == ["A mention", "Mine"]


@pytest.mark.parametrize(
    ("name", "body", "status", "error"),
    [
        ("click", {"channel": "C0SUPPORT", "ts": "1.0", "action_id": "reply"}, 404, "not_found"),
        ("click", {"view": "V1", "action_id": "reply"}, 404, "not_found"),
        ("click", {"home": True, "action_id": "reply"}, 404, "not_found"),
        ("home", {"person": "zoe"}, 404, "not_found"),
        ("say", {"channel": "nowhere", "text": "Hi"}, 404, "not_found"),
        ("say", {"text": "Hi"}, 400, "bad_request"),
        ("command", {"person": "gus", "channel": "attic", "command": "/m"}, 409, "refused"),
        ("fault", {"method": "chat.update", "how": "badly"}, 400, "bad_request"),
    ],
)
def test_what_cannot_be_done_is_told(
    slack: SlackStandIn, bot: ScriptedBot, name: str, body: Json, status: int, error: str
) -> None:
    slack.add_person("gus", "Gus Gast", is_guest=True)
    slack.archive(slack.add_channel("attic"))
    answer = act(slack, name, **body)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json()["notice"]


def test_faults_are_asked_for_here_too(slack: SlackStandIn, client: WebClient) -> None:
    act(slack, "fault", method="users.list", how="429", retry_after=9)
    with requests.Session() as session:
        headers = {"Authorization": f"Bearer {slack.bot_token}"}
        answer = session.get(f"{slack.api_url}users.list", headers=headers, timeout=5)
    assert answer.headers["Retry-After"] == "9"
    act(slack, "fault", method="users.list", how="500", times=5)
    act(slack, "fault", clear=True)
    assert client.users_list()["ok"]


def test_changes_are_told_as_they_happen(slack: SlackStandIn) -> None:
    url = f"{slack.url}/sandbox/events?person=ana"
    with requests.get(url, stream=True, timeout=5) as stream:
        slack.person("ben").say("support", "Hello")
        lines = stream.iter_lines()
        assert next(lines) == b"event: changed"
        told = json.loads(next(lines).removeprefix(b"data: "))
    assert told == {"what": "message", "channel": "C0SUPPORT", "person": ""}


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "sandbox.example.com"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "null"},
    ],
)
def test_other_sites_are_refused(slack: SlackStandIn, headers: dict[str, str]) -> None:
    answer = requests.get(f"{slack.url}/sandbox/state?person=ana", headers=headers, timeout=5)
    assert answer.status_code == 403


def test_the_page_itself_is_let_in(slack: SlackStandIn) -> None:
    headers = {"Origin": slack.url}
    answer = requests.get(f"{slack.url}/sandbox/state?person=ana", headers=headers, timeout=5)
    assert answer.status_code == 200


def test_more_routes_can_be_added() -> None:
    async def hello(request: web.Request) -> web.Response:
        return web.Response(text="hello")

    slack = SlackStandIn(extra_routes=[web.get("/sandbox/hello", hello)]).start()
    try:
        assert requests.get(f"{slack.url}/sandbox/hello", timeout=5).text == "hello"
    finally:
        slack.stop()

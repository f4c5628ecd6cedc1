"""A real Bolt app lives in the stand-in as it would in Slack, over HTTP and over sockets."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable

import aiohttp
import pytest
from slack_bolt import Ack, App, BoltRequest
from slack_sdk import WebClient

from bot.sandbox.door import HttpDoor
from bot.sandbox.records import Message
from bot.sandbox.server import SlackStandIn
from tests.bot.sandbox.tiny_app import CARD


@pytest.mark.usefixtures("door")
def test_a_click_opens_a_modal_and_submitting_closes_it(slack: SlackStandIn, card: Message) -> None:
    ana = slack.person("ana")
    clicked = ana.click(card, "reply")
    assert clicked.ok, clicked
    (view,) = slack.open_views(ana)
    assert view.callback_id == "reply"
    sent = ana.submit(view, {"text": "So sorry."})
    assert (sent.ok, sent.errors) == (True, {}), sent
    assert slack.open_views(ana) == []


@pytest.mark.usefixtures("door")
def test_errors_of_a_submission_keep_the_modal_open(slack: SlackStandIn, card: Message) -> None:
    ana = slack.person("ana")
    ana.click(card, "reply")
    sent = ana.submit(slack.open_views(ana)[0], {"text": "damn"})
    assert sent.ok
    assert sent.errors == {"text": "Stay friendly."}
    (view,) = slack.open_views(ana)
    assert view.errors == sent.errors
    assert view.values["text"]["typed"]["value"] == "damn"


@pytest.mark.usefixtures("door")
def test_an_answer_to_a_command_is_seen_by_the_asker_only(slack: SlackStandIn) -> None:
    ack = slack.person("ana").command("/mentions", "open", "general")
    assert ack.ok, ack
    assert [message.text for message in slack.ephemerals("ana")] == ["You asked for: open"]
    assert slack.ephemerals("ben") == []
    assert slack.messages("general") == []


@pytest.mark.usefixtures("door")
def test_opening_the_home_publishes_it(slack: SlackStandIn) -> None:
    assert slack.home("ana") is None
    assert slack.person("ana").open_home().ok
    home = slack.home("ana")
    assert home is not None
    assert home.blocks[0]["text"]["text"] == "Nothing waits."


@pytest.mark.usefixtures("door")
def test_typing_reaches_the_bot_with_the_state_of_the_view(
    slack: SlackStandIn, card: Message, app: App
) -> None:
    ana = slack.person("ana")
    ana.click(card, "reply")
    assert ana.type(slack.open_views(ana)[0], "text", "typed", "So").ok
    heard = app.heard[-1]  # type: ignore[attr-defined]
    assert heard["actions"][0]["value"] == "So"
    assert heard["view"]["state"]["values"]["text"]["typed"]["value"] == "So"


@pytest.mark.usefixtures("door")
def test_an_acknowledgement_too_late_is_an_error_for_the_person(
    slack: SlackStandIn, client: WebClient, app: App
) -> None:
    @app.action("slow")
    def slow(ack: Ack) -> None:
        late.wait(5)
        ack()

    late = threading.Event()
    button = {**CARD[0]["elements"][0], "action_id": "slow"}
    blocks = [{"type": "actions", "elements": [button]}]
    client.chat_postMessage(channel="C0SUPPORT", text="A mention", blocks=blocks)
    slack.courier.ack_seconds = 0.1
    ack = slack.person("ana").click(slack.messages("support")[0], "slow")
    late.set()
    assert (ack.ok, ack.error) == (False, "operation_timeout")
    assert ack.seconds >= 0.1


@pytest.mark.usefixtures("door")
def test_a_doubled_delivery_reaches_the_bot_twice(
    slack: SlackStandIn, card: Message, app: App
) -> None:
    slack.duplicate_next()
    assert slack.person("ana").choose(card, "more", "note").ok
    first, second = app.heard  # type: ignore[attr-defined]
    assert first == second
    assert slack.person("ana").choose(card, "more", "note").ok
    assert len(app.heard) == 3  # type: ignore[attr-defined]


@pytest.mark.usefixtures("door")
def test_the_last_delivery_can_be_replayed(slack: SlackStandIn, card: Message, app: App) -> None:
    slack.person("ana").choose(card, "more", "note")
    assert slack.replay_last().error == ""
    first, second = app.heard  # type: ignore[attr-defined]
    assert first == second


# Over HTTP


@pytest.mark.usefixtures("http_door")
def test_bolt_refuses_another_secret(slack: SlackStandIn) -> None:
    door = slack.courier.way.door
    assert isinstance(door, HttpDoor)
    slack.connect(HttpDoor(door.url, "another-secret"))
    ack = slack.person("ana").command("/mentions")
    assert (ack.ok, ack.status, ack.error) == (False, 401, "dispatch_failed")


@pytest.mark.usefixtures("http_door")
def test_a_repeated_event_says_so_in_its_headers(slack: SlackStandIn, app: App) -> None:
    @app.middleware
    def note(req: BoltRequest, next: Callable[[], None]) -> None:  # noqa: A002  Bolt's name
        repeats.append(
            (req.headers.get("x-slack-retry-num"), req.headers.get("x-slack-retry-reason"))
        )
        if len(repeats) == 1:
            raise RuntimeError("not now")
        next()

    repeats: list[object] = []
    logging.getLogger("slack_bolt").setLevel(logging.CRITICAL)
    ack = slack.person("ana").open_home()
    slack.courier.wait()
    assert (ack.ok, ack.status) == (False, 500)
    assert repeats == [(None, None), (["1"], ["http_error"])]
    assert slack.home("ana") is not None


def test_a_bot_that_is_down_is_an_error_for_the_person(slack: SlackStandIn) -> None:
    slack.connect(HttpDoor("http://127.0.0.1:9/slack/events", slack.signing_secret))
    ack = slack.person("ana").command("/mentions")
    assert (ack.ok, ack.status, ack.error) == (False, 0, "dispatch_failed")


# Over sockets


@pytest.mark.usefixtures("socket_door")
def test_the_bot_comes_back_when_asked_to_reconnect(slack: SlackStandIn) -> None:
    slack.sockets.ask_to_reconnect()
    for _ in range(500):
        if slack.sockets.connected:
            break
        time.sleep(0.01)  # the client reconnects in a thread of its own and tells nobody
    assert slack.person("ana").command("/mentions").ok


def test_a_ticket_opens_one_socket(slack: SlackStandIn, client: WebClient) -> None:
    address = client.apps_connections_open(app_token=slack.app_token)["url"]

    async def connect_twice() -> tuple[dict[str, object], int]:
        async with aiohttp.ClientSession() as session, session.ws_connect(address) as socket:
            hello = await socket.receive_json()
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await session.ws_connect(address)
            return hello, refused.value.status

    hello, status = asyncio.run(connect_twice())
    assert (hello["type"], hello["num_connections"], status) == ("hello", 1, 403)


def test_each_envelope_goes_to_one_of_the_sockets(slack: SlackStandIn) -> None:
    async def hear(times: int) -> list[str]:
        async with aiohttp.ClientSession() as session:
            sockets = [await session.ws_connect(slack.sockets.new_address()) for _ in range(2)]
            for socket in sockets:
                await socket.receive_json()
            acks = [
                asyncio.to_thread(slack.person("ana").command, "/mentions") for _ in range(times)
            ]
            heard = []
            for number, ack in enumerate(acks):
                waiting = asyncio.create_task(ack)
                envelope = await sockets[number % 2].receive_json()
                heard.append(envelope["type"])
                await sockets[number % 2].send_json(
                    {"envelope_id": envelope["envelope_id"], "payload": {"text": "Hi"}}
                )
                assert (await waiting).body == "Hi"
            return heard

    assert asyncio.run(hear(4)) == ["slash_commands"] * 4


def test_an_event_without_an_acknowledgement_comes_again_on_a_socket(slack: SlackStandIn) -> None:
    slack.courier.ack_seconds = 0.3

    async def hear() -> list[dict[str, object]]:
        address = slack.sockets.new_address()
        async with aiohttp.ClientSession() as session, session.ws_connect(address) as socket:
            await socket.receive_json()
            opening = asyncio.create_task(asyncio.to_thread(slack.person("ana").open_home))
            first, second = await socket.receive_json(), await socket.receive_json()
            await socket.send_json({"envelope_id": second["envelope_id"]})
            assert not (await opening).ok
            return [first, second]

    first, second = asyncio.run(hear())
    assert (first["retry_attempt"], second["retry_attempt"]) == (0, 1)
    assert second["retry_reason"] == "timeout"
    assert first["payload"] == second["payload"]

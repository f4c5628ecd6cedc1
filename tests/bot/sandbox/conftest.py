"""A workspace to try things in, a clock to move, and a bot: scripted, or a tiny Bolt app."""

import socketserver
import threading
from collections.abc import Iterator
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_sdk import WebClient
from slack_sdk.socket_mode.builtin import SocketModeClient

from bot.sandbox.door import HttpDoor
from bot.sandbox.people import Person
from bot.sandbox.records import Message
from bot.sandbox.server import SlackStandIn
from tests.bot.sandbox.scripted_bot import ScriptedBot
from tests.bot.sandbox.tiny_app import CARD, tiny_app


class MovedClock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = 1_767_600_000.0

    def __call__(self) -> float:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += seconds


class ThreadedServer(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


class QuietHandler(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def slack(clock: MovedClock) -> Iterator[SlackStandIn]:
    standin = SlackStandIn(clock=clock)
    standin.add_person("ana", "Ana Huber", is_admin=True)
    standin.add_person("ben", "Ben Okafor")
    standin.add_channel("support")
    standin.add_channel("general", bot_is_member=False)
    standin.start()
    yield standin
    standin.stop()


@pytest.fixture
def client(slack: SlackStandIn) -> WebClient:
    return WebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[], timeout=5)


@pytest.fixture
def bot(slack: SlackStandIn) -> ScriptedBot:
    scripted = ScriptedBot()
    slack.connect(scripted)
    return scripted


@pytest.fixture
def ana(slack: SlackStandIn, bot: ScriptedBot) -> Person:
    return slack.person("ana")


@pytest.fixture
def card(slack: SlackStandIn, client: WebClient) -> Message:
    client.chat_postMessage(channel="C0SUPPORT", text="A mention", blocks=CARD)
    return slack.messages("support")[0]


@pytest.fixture
def app(slack: SlackStandIn, client: WebClient) -> App:
    return tiny_app(client, slack.signing_secret)


@pytest.fixture
def http_door(slack: SlackStandIn, app: App) -> Iterator[None]:
    server = ThreadedServer(("127.0.0.1", 0), QuietHandler)
    server.set_app(SlackRequestHandler(app))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}/slack/events"
    slack.connect(HttpDoor(url, slack.signing_secret))
    yield
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def socket_door(slack: SlackStandIn, app: App) -> Iterator[None]:
    handler = SocketModeHandler(app, slack.app_token)
    handler.connect()
    yield
    end_quickly(slack, handler.client)


def end_quickly(slack: SlackStandIn, client: SocketModeClient) -> None:
    """Close Slack's client without the seconds it waits for its next frame and its next message.

    Its reading thread ends first: two threads that close one connection trip over each other.
    """
    client.closed = True
    client.auto_reconnect_enabled = False
    client.current_session_state.terminated = True
    slack.sockets.drop_all()
    client.current_session_runner.shutdown()
    client.message_queue.put("{}")
    client.close()


@pytest.fixture(params=["http_door", "socket_door"])
def door(request: pytest.FixtureRequest) -> str:
    """Run the test over both doors."""
    request.getfixturevalue(request.param)
    return str(request.param)

"""The floor for acknowledging: an app as Bolt's first page shows it, which does nothing else.

`python -m tests.benchmarks.default_app {"its own server"|waitress|"our waitress"} PORT`
"""

import os
import sys
import threading
from http.server import HTTPServer
from typing import Any

import slack_bolt.app.app
from slack_bolt import Ack, App
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_sdk import WebClient
from waitress.server import create_server

from bot.slack import ids
from bot.web import SLACK_PATH, WebServer

READY = "the default app listens"


def default_app() -> App:
    """Bolt as it comes; only Slack's address is another one."""
    client = WebClient(os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
    app = App(client=client, signing_secret=os.environ["SLACK_SIGNING_SECRET"])

    @app.action(ids.CLAIM)
    def claim(ack: Ack) -> None:
        ack()

    return app


class HereOnly(HTTPServer):
    """What Bolt's own server is made of. Bolt has it listen to the whole network."""

    def __init__(self, address: tuple[str, int], handler: Any) -> None:
        super().__init__(("127.0.0.1", address[1]), handler)
        print(READY, flush=True)


def on_waitress(port: int) -> None:
    """As it comes, which is with four threads."""
    wsgi = SlackRequestHandler(default_app(), path=SLACK_PATH)
    server = create_server(wsgi, host="127.0.0.1", port=port)
    print(READY, flush=True)
    server.run()


def on_our_waitress(port: int) -> None:
    """With as many threads as we give it: more than a default app would have."""
    WebServer(
        SlackRequestHandler(default_app(), path=SLACK_PATH), host="127.0.0.1", port=port
    ).start()
    print(READY, flush=True)
    threading.Event().wait()


def on_its_own_server(port: int) -> None:
    slack_bolt.app.app.HTTPServer = HereOnly
    default_app().start(port, path=SLACK_PATH)


SERVERS = {
    "its own server": on_its_own_server, "waitress": on_waitress, "our waitress": on_our_waitress
}  # fmt: skip

if __name__ == "__main__":
    SERVERS[sys.argv[1]](int(sys.argv[2]))

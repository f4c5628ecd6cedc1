"""What the process writes while everything happens, at its most talkative: no secret, no word of
anybody, and the number of the mention on every line about it.
"""

import gzip
import sqlite3
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import requests

import app
from bot.sandbox.records import Message
from bot.sandbox.world import World
from bot.web import SLACK_PATH
from tests.test_app import Command, free_port, wait_until
from tests.town import EXAMPLE

POST = "@acme acme: Where is my extraordinary {}?"
DESKS = {
    "billing": ("refund", "x"), "support": ("router", "reddit"), "sales": ("price", "bluesky"),
    "product": ("dashboard", "square"), "pr": ("journalist", "square"),
}  # fmt: skip
"""Who answers for what, and on which platform it is asked: one message a second goes to each."""
ANSWER = "It flies to you on Wednesday."
OF_OURS = ("SLACK_", "X_", "REDDIT_", "BLUESKY_", "METRICS_")


class Reports:
    """Stands in for Sentry: keeps what it is sent."""

    def __init__(self) -> None:
        self.bodies: list[str] = []
        kept = self.bodies

        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                packed = self.headers.get("Content-Encoding") == "gzip"
                kept.append((gzip.decompress(body) if packed else body).decode())
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Tests are quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        Thread(target=self.server.serve_forever, daemon=True).start()

    def events(self) -> str:
        """Without the first line of each, which tells the address they were sent to."""
        return "\n".join(body.partition("\n")[2] for body in self.bodies)


@pytest.fixture
def world() -> Iterator[World]:
    opened = World([*(one.channel for one in app.load_config(EXAMPLE).departments), "#leadership"])
    opened.start()
    yield opened
    opened.stop()


@pytest.fixture
def reports() -> Iterator[Reports]:
    opened = Reports()
    yield opened
    opened.server.shutdown()
    opened.server.server_close()


@pytest.fixture
def env(world: World, reports: Reports, tmp_path: Path) -> dict[str, str]:
    return world.environment() | {
        "DATABASE_URL": f"sqlite:///{tmp_path}/switchboard.db",
        "SWITCHBOARD_CONFIG": str(EXAMPLE),
        "POLL_SECONDS": "1",
        "HOST": "127.0.0.1",
        "PORT": str(free_port()),
        "FEED_URLS": f"{world.url}/feeds/stand-in-unlisted?key=stand-in-feed-key",
        "SENTRY_DSN": f"http://stand-in-sentry-key@127.0.0.1:{reports.server.server_port}/1",
        "METRICS_TOKEN": "stand-in-metrics-token",
        "LOG_LEVEL": "DEBUG",
    }


def secrets(env: dict[str, str]) -> set[str]:
    named = ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET")
    return {value for value in env.values() if "stand-in" in value and "://" not in value} | {
        *(env[name] for name in named), "stand-in", 'oauth_signature="',
    }  # fmt: skip


def live(world: World, base: str) -> None:
    """A busy day: posts on every platform, a claim, replies, refusals, outages, a broken table."""
    for thing, name in DESKS.values():
        world.square.post(name, "mara_k", POST.format(thing))
    wait_until(lambda: all(world.slack.messages(desk) for desk in DESKS))
    ben = world.slack.person("ben")
    for name in ("x", "reddit", "bluesky", "square"):
        world.square.order_fault(name, "401", on="read")
        world.square.order_fault(name, "429", on="write")
        world.square.order_fault(name, "html", on="write")
    for card in cards(world)[:4]:
        ben.click(card, "claim")
        ben.click(card, "reply")
        assert ben.submit(world.slack.open_views(ben)[-1], {"text": ANSWER}).ok
    assert requests.post(base + SLACK_PATH, data="payload={}", timeout=9).status_code == 400


def cards(world: World) -> list[Message]:
    return [world.slack.messages(desk)[0] for desk in DESKS]


def claim_in_vain(world: World) -> str:
    """What somebody is told who claims the fifth mention now."""
    ben = world.slack.person("ben")
    ben.click(cards(world)[4], "claim")
    return world.slack.ephemerals(ben)[-1].text


def break_the_database(env: dict[str, str]) -> None:
    with sqlite3.connect(env["DATABASE_URL"].removeprefix("sqlite:///"), timeout=20) as database:
        database.execute("ALTER TABLE event RENAME TO elsewhere")


def texts_in(env: dict[str, str]) -> str:
    """Everything that stands in the database's files, as they are."""
    folder = Path(env["DATABASE_URL"].removeprefix("sqlite:///")).parent
    return "".join(one.read_bytes().decode("latin-1") for one in folder.glob("switchboard.db*"))


@pytest.mark.parametrize("form", ["text", "json"])
def test_nothing_secret_is_written_whatever_happens(
    world: World, env: dict[str, str], reports: Reports, tmp_path: Path, form: str
):
    base = f"http://127.0.0.1:{env['PORT']}"
    running = Command(tmp_path, env | {"LOG_FORMAT": form})
    try:
        running.wait_for(int(env["PORT"]))
        world.connect(base + SLACK_PATH)
        live(world, base)
        pages = [
            requests.get(f"{base}/healthz", timeout=9).text,
            requests.get(f"{base}/metrics", timeout=9).text,
            requests.get(f"{base}/metrics", timeout=9,
                         headers={"Authorization": "Bearer stand-in-metrics-token"}).text,
        ]  # fmt: skip
        break_the_database(env)
        assert "Something went wrong here" in claim_in_vain(world)
        running.terminate()
        code, out, err = running.end()
    finally:
        running.kill()
    assert code == 0, err
    assert "Traceback" in err, "nothing broke, so this test proves little"
    assert "switchboard_cards 5" in pages[2]
    assert "OperationalError" in reports.events(), "Sentry was told nothing"
    for secret in secrets(env):
        for where, said in {
            "the log": out + err,
            "a page": str(pages),
            "a report": reports.events(),
            "the database": texts_in(env),
        }.items():
            assert secret not in said, f"{where} says {secret}"
    assert "mention=1" in err.replace('"mention": ', "mention="), "no line says what it is about"
    for words in (POST.partition("{}")[0], ANSWER, "extraordinary", "Wednesday"):
        assert words not in out + err + str(pages) + reports.events()

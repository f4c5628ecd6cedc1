"""What the process writes while everything happens, at its most talkative: no secret, no word of
anybody, and the number of the mention on every line about it.
"""

import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import requests
from aiohttp import web
from sqlalchemy import Engine, MetaData, create_engine, select, text

import app
from bot.sandbox.records import Message
from bot.sandbox.world import World
from bot.web import SLACK_PATH
from tests.conftest import new_postgres_database
from tests.platforms import square_mastodon
from tests.test_app import Command, free_port, wait_until
from tests.town import EXAMPLE

POST = "@acme acme: Where is my extraordinary {}?"
DESKS = {
    "billing": ("refund", "x"), "support": ("router", "reddit"), "sales": ("price", "bluesky"),
    "product": ("dashboard", "square"), "pr": ("journalist", "mastodon"),
}  # fmt: skip
"""Who answers for what, and on which platform it is asked: one message a second goes to each."""
ANSWER = "It flies to you on Wednesday."
PLATFORMS = ("x", "reddit", "bluesky", "mastodon", "square")
PASSWORD = "stand-in-database-password"
MASTODON_HOST = "//stand-in.example"
"""In the addresses of posts there, which are public."""


class WiderWorld(World):
    """The stand-in world with Mastodon in it."""

    def environment(self) -> dict[str, str]:
        return super().environment() | square_mastodon.environment(self.url)

    def _square(self) -> list[web.RouteDef]:
        self.square._faults[square_mastodon.NETWORK] = []
        return [*super()._square(), *square_mastodon.routes(self.square)]


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
    opened = WiderWorld(
        [*(one.channel for one in app.load_config(EXAMPLE).departments), "#leadership"]
    )
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


@pytest.fixture(params=["one machine", "many machines and a socket"])
def told_how(request: pytest.FixtureRequest, world: World, env: dict[str, str]) -> dict[str, str]:
    """The variables of a small company, and those of a large one."""
    if request.param == "one machine":
        return env
    address = new_postgres_database(request.getfixturevalue("postgres_server"))
    assert "//postgres:@" in address, "a password has no place there any more"
    return env | {
        "DATABASE_URL": address.replace("//postgres:@", f"//postgres:{PASSWORD}@"),
        "ENGINE": "procrastinate",
        "SLACK_APP_TOKEN": world.slack.app_token,
        "LOG_FORMAT": "json",
    }


def secrets(env: dict[str, str]) -> set[str]:
    named = ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN")
    return {value for value in env.values() if "stand-in" in value and "://" not in value} | {
        *(env[name] for name in named if name in env), "stand-in", 'oauth_signature="',
    }  # fmt: skip


def connect(world: World, env: dict[str, str], base: str) -> None:
    """Let Slack find the process, or the process Slack."""
    if "SLACK_APP_TOKEN" in env:
        wait_until(lambda: world.slack.sockets.connected)
    else:
        world.connect(base + SLACK_PATH)


def live(world: World, base: str) -> None:
    """A busy day: posts on every platform, a claim, replies, refusals, outages, a broken table."""
    for thing, name in DESKS.values():
        world.square.post(name, "mara_k", POST.format(thing))
    wait_until(lambda: all(world.slack.messages(desk) for desk in DESKS))
    ben = world.slack.person("ben")
    for name in PLATFORMS:
        world.square.order_fault(name, "401", on="read")
        world.square.order_fault(name, "429", on="write")
        world.square.order_fault(name, "html", on="write")
    for card in cards(world)[:4]:
        ben.click(card, "claim")
        ben.click(card, "reply")
        assert ben.submit(world.slack.open_views(ben)[-1], {"text": ANSWER}).ok
    assert requests.post(base + SLACK_PATH, data="payload={}", timeout=9).status_code in (401, 404)


def cards(world: World) -> list[Message]:
    return [world.slack.messages(desk)[0] for desk in DESKS]


def claim_in_vain(world: World) -> str:
    """What somebody is told who claims the fifth mention now."""
    ben = world.slack.person("ben")
    ben.click(cards(world)[4], "claim")
    return world.slack.ephemerals(ben)[-1].text


def break_the_database(env: dict[str, str]) -> None:
    with engine(env) as database, database.begin() as connection:
        connection.execute(text("ALTER TABLE event RENAME TO elsewhere"))


@contextmanager
def engine(env: dict[str, str]) -> Iterator[Engine]:
    opened = create_engine(env["DATABASE_URL"])
    yield opened
    opened.dispose()


def texts_in(env: dict[str, str]) -> str:
    """Everything that stands in the database: its files as they are, or all rows."""
    if not env["DATABASE_URL"].startswith("sqlite"):
        known = MetaData()
        with engine(env) as database, database.connect() as connection:
            known.reflect(connection)
            rows = [connection.execute(select(one)).all() for one in known.sorted_tables]
        return str(rows)
    folder = Path(env["DATABASE_URL"].removeprefix("sqlite:///")).parent
    return "".join(one.read_bytes().decode("latin-1") for one in folder.glob("switchboard.db*"))


def test_nothing_secret_is_written_whatever_happens(
    world: World, told_how: dict[str, str], reports: Reports, tmp_path: Path
):
    env, base = told_how, f"http://127.0.0.1:{told_how['PORT']}"
    running = Command(tmp_path, env)
    try:
        running.wait_for(int(env["PORT"]))
        connect(world, env, base)
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
        world.slack.sockets.drop_all()  # slack_sdk waits three seconds for one that is silent
        code, out, err = running.end()
    finally:
        running.kill()
    assert code == 0, err
    assert "Traceback" in err, "nothing broke, so this test proves little"
    assert "switchboard_cards 5" in pages[2]
    assert re.search("OperationalError|UndefinedTable", reports.events()), "Sentry was told nothing"
    for secret in secrets(env):
        for where, said in {
            "the log": out + err,
            "a page": str(pages),
            "a report": reports.events(),
            "the database": texts_in(env),
        }.items():
            assert secret not in said.replace(MASTODON_HOST, ""), f"{where} says {secret}"
    assert "mention=1" in err.replace('"mention": ', "mention="), "no line says what it is about"
    for words in (POST.partition("{}")[0], ANSWER, "extraordinary", "Wednesday"):
        assert words not in out + err + str(pages) + reports.events()

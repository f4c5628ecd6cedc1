"""A line of the log says which mention it is about, on one line, and holds no secret."""

import contextvars
import json
import logging
import sys
import threading
from collections.abc import Iterator
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import logs
from bot.logs import JsonLines, TextLines
from bot.secrecy import Redactor, secrets_of
from bot.settings import DatabaseSettings, Settings
from platforms.feeds import FeedSettings
from tests.bot.worker import BROKEN, Worker, on_sqlite

SECRET = "dr0wssap/with+odd=signs"


def record(message: str, *values: object, **more: object) -> logging.LogRecord:
    return logging.getLogger("some.where").makeRecord(
        "some.where", logging.WARNING, "f.py", 1, message, values, None, extra=more
    )


def as_json(one: logging.LogRecord, *secrets: str) -> dict[str, object]:
    line = JsonLines(Redactor(secrets)).format(one)
    assert "\n" not in line
    told = json.loads(line)
    assert isinstance(told, dict)
    return told


def test_a_line_says_which_mention_it_is_about():
    contextvars.Context().run(lines_about_mentions)  # whatever the test before was about


def lines_about_mentions() -> None:
    with logs.work():
        logs.about(12)
        assert "some.where: mention=12 sent a" in TextLines(Redactor()).format(
            record("sent %s", "a")
        )
        assert as_json(record("sent"))["mention"] == 12
        assert as_json(record("sent", **logs.mentioning(7)))["mention"] == 7
        with logs.work():
            assert "mention" not in as_json(record("another piece of work"))
    assert "mention" not in as_json(record("later"))


def test_other_threads_are_about_something_else():
    told: list[dict[str, object]] = []
    with logs.work():
        logs.about(12)
        other = threading.Thread(target=lambda: told.append(as_json(record("elsewhere"))))
        other.start()
        other.join()
    assert "mention" not in told[0]


def test_json_has_a_time_with_its_zone_and_the_whole_story_of_an_error():
    one = record("failed")
    try:
        int(f"https://me:{SECRET}@host")
    except ValueError:
        one.exc_info = sys.exc_info()
    told = as_json(one, SECRET)
    assert str(told["time"]).endswith("+00:00")
    assert (told["level"], told["logger"], told["message"]) == ("WARNING", "some.where", "failed")
    assert "Traceback" in str(told["error"])
    assert SECRET not in str(told)
    assert SECRET not in TextLines(Redactor([SECRET])).format(one)


@given(before=st.text(), after=st.text())
def test_a_secret_is_found_wherever_it_stands_however_it_is_escaped(before: str, after: str):
    redact = Redactor([SECRET]).redact
    for form in (SECRET, "dr0wssap%2Fwith%2Bodd%3Dsigns"):
        assert form not in redact(f"{before}{form}{after}")


@pytest.mark.parametrize(
    "said",
    [
        "Authorization: Bearer abcdef-SECRET-012345",
        "Basic YWxhZGRpbjpSECRETabc=",
        "xoxb-1234-SECRET",
        "https://hooks.slack.com/actions/T1/SECRET",
        "postgresql+psycopg://switchboard:SECRET@host/db",
        'OAuth oauth_consumer_key="SECRET", oauth_signature="SECRET"',
        "eyJhbGciOi.eyJzdWIiOiSECRET.c2ln-SECRET",
    ],
)
def test_secrets_that_nobody_told_us_are_known_by_their_form(said: str):
    assert "SECRET" not in Redactor().redact(said)


@pytest.mark.parametrize("said", ["it is basic knowledge", "see https://acme.example/a:b", "xoxo"])
def test_other_words_stay(said: str):
    assert Redactor([""]).redact(said) == said


def test_what_is_secret_is_read_out_of_the_settings():
    ours = Settings.read(
        {
            "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "shh-signing",
            "DATABASE_URL": "postgres://me:shh-database@host/switchboard",
        }
    )  # fmt: skip
    assert {"xoxb-1", "shh-signing", "shh-database"} <= set(secrets_of(ours))
    assert "/switchboard" not in set(secrets_of(ours)), "a name that stands everywhere"
    feeds = FeedSettings.model_validate({"FEED_URLS": "https://alerts.example/feeds/shh?k=shh-key"})
    assert {"/feeds/shh", "k=shh-key"} <= set(secrets_of(feeds))


@pytest.mark.parametrize(
    "address",
    [
        "postgres://me:sh%23h-d%2Bb@host/desk",
        "postgres://me:sh#h-d+b@host/desk",
        "postgres://me@host/desk?sslmode=require&password=sh%23h-d%2Bb",
        "postgres://host/desk?sslpassword=sh%23h-d%2Bb&application_name=switchboard",
    ],
)
def test_a_password_of_the_database_is_known_however_it_is_written(address: str):
    ours = DatabaseSettings.read({"DATABASE_URL": address})
    secrets = set(secrets_of(ours))
    assert "sh#h-d+b" in secrets
    assert not {"require", "switchboard"} & secrets, "words that stand everywhere"
    redact = Redactor(secrets).redact
    for said in (address, "sh#h-d+b", "sh%23h-d%2Bb"):
        assert "sh#h" not in unquote(redact(said))


def test_a_password_that_breaks_readers_of_addresses_is_known():
    ours = DatabaseSettings.read({"DATABASE_URL": "postgres://me:shh[db]?/x@host/desk"})
    assert "shh[db]?/x" in set(secrets_of(ours))


class Listener(logging.Handler):
    """Keeps each line as it was when it was said: what it is about is known only then."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[dict[str, object]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(as_json(record))


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Iterator[list[dict[str, object]]]:
    caplog.set_level(logging.INFO)
    listener = Listener()
    logging.getLogger().addHandler(listener)
    yield listener.told
    logging.getLogger().removeHandler(listener)


@on_sqlite
def test_one_number_leads_from_the_mention_to_the_reply(
    worker: Worker, told: list[dict[str, object]]
):
    worker.post("Nothing about this one, @acme")
    worker.post(BROKEN)
    worker.square.order_fault("square", "429", on="write")
    worker.answer("Try again now.", mention=2)
    worker.deliver()
    said = [str(one["message"]) for one in told if one.get("mention") == 2]
    assert said[0] == "found on square, for #support"
    assert "delivery card:2 sent" in said
    assert "reply:1 waits to leave" in said
    assert any(one.startswith("delivery reply:1 not sent: ") for one in said)
    assert "delivery reply:1 sent" in said
    assert said.index("reply:1 waits to leave") < said.index("delivery reply:1 sent")
    lost = [one for one in told if "card:" in str(one["message"]) and "mention" not in one]
    assert not lost, "these lines do not say which mention they are about"

"""Somebody has recorded what Slack sent, and sends it once more to a web process that never heard
it: nothing is done twice.
"""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

import app
from bot.models import Base
from bot.sandbox.door import HttpDoor
from bot.web import SLACK_PATH
from tests.journeys.test_many_web import another
from tests.rigs.garbage import record
from tests.town import PATIENCE_SECONDS, Town, example_channels, words


@pytest.fixture
def second(town: Town) -> Iterator[app.Process]:
    yield from another(town)


def rows(town: Town, *, without: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """Every row of every table."""
    with town.database.engine.connect() as connection:
        return {
            one.name: sorted(map(str, connection.execute(select(one))))
            for one in Base.metadata.sorted_tables
            if one.name not in without
        }


def shown(town: Town) -> list[str]:
    """What everybody can read, in Slack and in public."""
    messages = [one for desk in example_channels() for one in town.slack.messages(desk)]
    threads = [line for one in messages for line in town.slack.thread(one)]
    return [words(one) for one in (*messages, *threads)] + [
        one.text for one in town.square.replies_by_brand("square")
    ]


def test_what_another_web_process_hears_again_changes_nothing_twice(
    town: Town, second: app.Process
):
    heard = record(town)
    town.deliver()
    assert second.web is not None
    url = f"http://127.0.0.1:{second.web.port}{SLACK_PATH}"
    door = HttpDoor(url, town.slack.signing_secret)
    for one in heard:
        # App Home is drawn anew whenever it is opened, which the outbox notes.
        opens_home = one.payload.get("event", {}).get("type") == "app_home_opened"
        noted = ("delivery", "lane") if opens_home else ()
        before, seen = rows(town, without=noted), shown(town)
        assert door.deliver(one, seconds=PATIENCE_SECONDS).status == 200
        town.deliver()
        assert rows(town, without=noted) == before, f"done twice: {one.payload}"
        assert shown(town) == seen, f"told twice: {one.payload}"

"""What stands under Switchboard is away for a while: people read so, and afterwards nothing lacks.

A platform that is down for a day while a reply waits is in tests/bot/test_drain_replies.py.
"""

from datetime import timedelta

import pytest
import requests

from bot.sandbox.faults import How
from tests.bot.worker import on_sqlite
from tests.hang_up import no_database
from tests.journeys.steps import field_text, open_reply
from tests.rigs.faults import BEFORE_ALL, CALLED
from tests.town import Town, words

REFUND = "Where is my refund, @acme?"
SORRY = "Sorry for the wait."
FAULT = "Something went wrong here, and nothing was changed. Try again in a minute"


def page(town: Town, path: str) -> requests.Response:
    assert town.process.web is not None
    return requests.get(f"http://127.0.0.1:{town.process.web.port}{path}", timeout=20)


@on_sqlite
@pytest.mark.parametrize("how", ["503", "drop_before"])
def test_slack_is_down_for_an_hour(town: Town, how: How):
    town.post(REFUND)
    town.ben.submit(open_reply(town, town.ben), {"text": SORRY})
    for method in CALLED | BEFORE_ALL:
        town.slack.fail(method, how, times=10_000)
    for number in range(3):
        town.square.post("square", "joe", f"{REFUND} {number}")
    town.read("square")
    town.deliver(at_most=timedelta(hours=1))
    assert len(town.slack.messages("billing")) == 1
    assert [one.text for one in town.square.replies_by_brand("square")] == [SORRY]
    health = page(town, "/healthz")
    assert health.status_code == 503
    assert "deliveries failed several times and will be tried again: Slack" in health.text

    town.slack.clear_faults()
    town.deliver(at_most=timedelta(hours=2))
    cards = town.slack.messages("billing")
    assert len(cards) == 4, "a card is lost or doubled"
    assert SORRY in words(cards[0])
    assert len(town.square.replies_by_brand("square")) == 1
    assert page(town, "/healthz").json()["problems"] == []


@on_sqlite
def test_a_platform_cannot_be_read_for_a_day(town: Town):
    town.post(REFUND)
    town.square.order_fault("square", "500", times=10_000, on="read")
    for hour in range(24):
        town.square.post("square", "joe", f"{REFUND} {hour}")
        town.clock.move(timedelta(hours=1))
        town.read("square")
    town.deliver()
    health = page(town, "/healthz")
    assert health.status_code == 503
    assert "Town Square has trouble of its own at the moment. First 23 h ago." in health.text
    assert len(town.slack.messages("billing")) == 1

    town.square.clear_faults()
    town.clock.move(timedelta(hours=1))
    town.read("square")
    town.deliver()
    assert len(town.slack.messages("billing")) == 25, "posts of the day are lost or doubled"
    assert page(town, "/healthz").json()["problems"] == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_database_is_gone_for_a_minute(
    town: Town, database_url: str, request: pytest.FixtureRequest
):
    town.post(REFUND)
    window = open_reply(town, town.ben)
    with no_database(request.getfixturevalue("postgres_server"), database_url):
        town.ben.click(town.card("billing"), "claim")
        assert FAULT in town.told(town.ben)
        town.ben.type(window, "text", "text", SORRY)
        window = town.modal(town.ben)
        assert FAULT in words(window)
        assert field_text(window) == SORRY, "what was typed is gone"
        health = page(town, "/healthz")
        assert health.status_code == 503
        assert "The database does not answer." in health.text
        figures = page(town, "/metrics")
        assert figures.status_code == 200
        assert "switchboard_database_up 0.0" in figures.text
    town.ben.click(town.card("billing"), "claim")
    town.deliver()
    assert "Claimed by" in words(town.card("billing"))
    assert page(town, "/healthz").status_code == 200

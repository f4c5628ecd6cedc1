"""The same over Socket Mode: no public address, a socket that Switchboard opens itself."""

import time
from collections.abc import Iterator

import pytest

from tests.journeys.steps import open_reply
from tests.town import Town, words


class SocketTown(Town):
    """A town in which SLACK_APP_TOKEN is set."""

    def start(self) -> None:
        del self.env["SLACK_SIGNING_SECRET"]
        self.env["SLACK_APP_TOKEN"] = self.slack.app_token
        self.start_worker()
        self.process.start_web(host="127.0.0.1", port=0)
        until = time.monotonic() + 10
        while not self.slack.sockets.connected:
            assert time.monotonic() < until, "no socket was opened"
            time.sleep(0.005)

    def stop(self) -> None:
        # slack_sdk waits three seconds for a socket that is silent, none for one that is gone.
        self.slack.sockets.drop_all()
        super().stop()


@pytest.fixture
def socket_town(database_url: str) -> Iterator[Town]:
    opened = SocketTown(database_url)
    yield opened
    opened.close()


def test_claim_and_reply_work_without_a_public_address(socket_town: Town):
    town = socket_town
    post = town.post("Where is my refund, @acme?")
    assert town.ben.click(town.card("billing"), "claim").ok
    town.deliver()
    assert "Claimed by *Ben Okafor*" in words(town.card("billing"))
    town.ana.click(town.card("billing"), "claim", stale=True)
    assert "Ben Okafor claimed this" in town.told(town.ana)

    modal = open_reply(town, town.ben)
    assert (
        "an empty reply cannot be published" in town.ben.submit(modal, {"text": " "}).errors["text"]
    )
    assert town.ben.submit(modal, {"text": "It went out today."}).ok
    assert town.slack.replay_last().status == 200
    town.deliver()

    (answer,) = town.square.replies_by_brand("square")
    assert (answer.text, answer.reply_to) == ("It went out today.", post.id)
    assert "Answered by *Ben Okafor*" in words(town.card("billing"))
    town.cat.command("/mentions", "search refund", "general")
    assert "No. 1" in words(town.slack.ephemerals(town.cat)[-1])

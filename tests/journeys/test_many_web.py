"""Several web processes hear what people do: it counts once, whoever hears it how often."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

import app
from bot.sandbox.door import ACK_SECONDS, Answered, Delivery, Door, HttpDoor
from bot.web import SLACK_PATH
from tests.journeys.steps import open_reply
from tests.journeys.test_socket_mode import SocketTown
from tests.town import Town, words

REFUND = "Where is my refund, @acme?"


class Doors:
    """The doors of several web processes. `choose` says at which of them a delivery arrives."""

    def __init__(self, doors: list[HttpDoor], choose: Callable[[Delivery], list[int]]) -> None:
        self._doors = doors
        self._choose = choose
        self.answers: list[Answered] = []

    def deliver(self, delivery: Delivery, *, seconds: float = ACK_SECONDS) -> Answered:
        doors = [self._doors[number] for number in self._choose(delivery)]
        with ThreadPoolExecutor(len(doors)) as at_once:
            answers = list(at_once.map(lambda one: one.deliver(delivery), doors))
        self.answers += answers
        return answers[0]

    def replay(self) -> Answered:
        raise NotImplementedError


@pytest.fixture
def second(town: Town) -> Iterator[app.Process]:
    yield from another(town)


def another(town: Town) -> Iterator[app.Process]:
    """One more web process on the same database."""
    process = app.Process(
        town.process.settings, town.process.platforms, app.build_app, clock=town.clock.now
    )
    process.greet_slack()
    process.start_web(host="127.0.0.1", port=0)
    yield process
    # Both share the engine that the tests keep.
    for stop in process._stops:
        stop()


def doors(town: Town, second: app.Process, choose: Callable[[Delivery], list[int]]) -> Doors:
    ports = [one.web.port for one in (town.process, second) if one.web]
    each = [f"http://127.0.0.1:{port}{SLACK_PATH}" for port in ports]
    opened = Doors([HttpDoor(url, town.slack.signing_secret) for url in each], choose)
    door: Door = opened
    town.slack.connect(door)
    return opened


def both(_: Delivery) -> list[int]:
    return [0, 1]


def test_the_same_click_at_two_web_processes_is_one_claim(town: Town, second: app.Process):
    town.post(REFUND)
    opened = doors(town, second, both)
    assert town.ben.click(town.card("billing"), "claim").ok
    town.deliver()
    assert [one.status for one in opened.answers] == [200, 200]
    events = town.database.read(lambda store: [one.kind for one in store.events(1)])
    assert events.count("claimed") == 1
    assert town.slack.ephemerals(town.ben) == [], "he was told that he was slower than himself"


def test_the_same_reply_at_two_web_processes_is_published_once(town: Town, second: app.Process):
    town.post(REFUND)
    modal = open_reply(town, town.ben)
    opened = doors(town, second, both)
    assert town.ben.submit(modal, {"text": "It went out today."}).ok
    town.deliver()
    assert [one.status for one in opened.answers] == [200, 200]
    assert [one.text for one in town.square.replies_by_brand("square")] == ["It went out today."]


def test_two_who_claim_at_two_web_processes_at_once_are_told_the_same(
    town: Town, second: app.Process
):
    town.post(REFUND)
    people = {town.ana.id: 0, town.ben.id: 1}
    doors(town, second, lambda delivery: [people[delivery.payload["user"]["id"]]])
    card = town.card("billing")
    with ThreadPoolExecutor(2) as at_once:
        clicks = list(at_once.map(lambda one: one.click(card, "claim"), (town.ana, town.ben)))
    assert [one.ok for one in clicks] == [True, True]
    town.deliver()
    owner = town.mention().owner
    assert owner is not None
    first, slower = town.ana, town.ben
    if owner.slack_id == town.ben.id:
        first, slower = slower, first
    assert town.told(slower).startswith(f"{first.member.real_name} claimed this")
    assert f"Claimed by *{owner.name}*" in words(town.card("billing"))


def test_what_one_web_process_hears_of_somebody_holds_at_the_other(town: Town, second: app.Process):
    town.post(REFUND)
    place = {"event_callback": 0}
    opened = doors(town, second, lambda delivery: [place.get(delivery.payload["type"], 1)])
    modal = open_reply(town, town.ana)
    town.slack.deactivate("ana")
    ack = town.ana.submit(modal, {"text": "It went out today."})
    assert [one.status for one in opened.answers] == [200] * 3
    assert "people who have left may read along" in ack.errors["text"]
    town.deliver()
    assert town.square.replies_by_brand("square") == []
    ana = town.database.read(lambda store: store.person(town.ana.id))
    assert ana is not None
    draft = town.database.read(lambda store: store.draft(1, ana.id))
    assert draft is not None
    assert draft.text == "It went out today."


def test_several_sockets_share_what_people_do(database_url: str):
    town = SocketTown(database_url)
    others = another(town)
    next(others)
    until = time.monotonic() + 10
    while town.slack.sockets.connected < 2:
        assert time.monotonic() < until, "the second socket was never opened"
        time.sleep(0.005)
    try:
        for number in range(1, 5):
            town.post(REFUND, by=f"customer{number}")
            assert town.ben.click(town.card("billing"), "claim").ok
            assert town.slack.replay_last().status == 200, "the other socket hears it again"
        town.deliver()
        claimed = [town.mention(number).owner for number in range(1, 5)]
        assert [one.name for one in claimed if one] == ["Ben Okafor"] * 4
        assert town.slack.ephemerals(town.ben) == []
    finally:
        town.slack.sockets.drop_all()
        next(others, None)
        town.close()

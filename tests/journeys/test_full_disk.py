"""The disk of the database is full for a while: people read so, and afterwards nothing lacks."""

import logging
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

import bot.scheduler
from bot import disk
from bot.engine import embedded
from bot.engine.embedded import EmbeddedEngine
from bot.models import Base
from bot.outbox import LEASE
from bot.scheduler import Scheduler
from tests.bot.worker import on_sqlite
from tests.command import Typed
from tests.disk import DEV_FULL, full_disk
from tests.journeys.steps import field_text, open_reply
from tests.journeys.test_outages import page
from tests.town import Town, words

REFUND = "Where is my refund, @acme? You promised it on Monday."
SORRY = "Sorry for the wait: it went out today."
TRYING = "the disk of the database is full; trying again"

if not DEV_FULL.exists():  # an operating system that has none: SQLite alone can be told
    pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def everything(town: Town) -> list[Any]:
    """All rows of all tables."""
    with town.database.engine.connect() as connection:
        return [connection.execute(select(one)).all() for one in Base.metadata.sorted_tables]


def test_a_press_changes_nothing_says_why_and_works_afterwards(town: Town):
    town.post(REFUND)
    assert town.ben.command("/mentions", "help").ok
    before = everything(town)
    with full_disk(town.database):
        assert town.ben.click(town.card("billing"), "claim").ok
        assert town.told(town.ben).startswith("My disk is full, so nothing was changed.")
        assert everything(town) == before, "something is half written"
        assert REFUND in str(town.ben.command("/mentions", "search refund").body)
    town.ben.click(town.card("billing"), "claim")
    town.deliver()
    assert "Claimed by" in words(town.card("billing"))


def test_what_is_typed_stays_in_the_window_and_is_sent_later(town: Town):
    town.post(REFUND)
    window, before = open_reply(town, town.ben), everything(town)
    with full_disk(town.database):
        town.ben.type(window, "text", "text", SORRY)
        window = town.modal(town.ben)
        assert "My disk is full. Leave this open" in words(window)
        assert field_text(window) == SORRY
        town.ben.type(window, "text", "text", f"{SORRY} Ben")
        ack = town.ben.submit(town.modal(town.ben), {})
        assert ack.errors["text"].startswith("My disk is full. Leave this open")
        assert field_text(town.modal(town.ben)) == f"{SORRY} Ben"
        assert everything(town) == before, "something is half written"
    assert town.ben.submit(town.modal(town.ben), {}).errors == {}
    town.deliver()
    assert [one.text for one in town.square.replies_by_brand("square")] == [f"{SORRY} Ben"]


def test_a_post_of_that_time_comes_in_afterwards(town: Town, monkeypatch: pytest.MonkeyPatch):
    """Whether the disk was full before it was read, or is from the moment on at which it was."""
    town.post(REFUND)
    town.square.post("square", "joe", f"{REFUND} Joe")
    with full_disk(town.database), pytest.raises(OperationalError):
        town.read("square")
    with ExitStack() as full:
        _fill_after(town, monkeypatch, full, town.sources["square"]._platform, "fetch")
        with pytest.raises(OperationalError):
            town.read("square")
    assert len(town.slack.messages("billing")) == 1
    town.read("square")
    town.deliver()
    assert len(town.slack.messages("billing")) == 2, "a post is lost, or its card doubled"


def test_worker_and_door_live_on(town: Town, caplog: pytest.LogCaptureFixture):
    """The one with something to send, and the clock with something to read."""
    town.square.post("square", "mara_k", REFUND)
    town.read("square")
    engine, source = EmbeddedEngine(town.drain), town.sources["square"]
    often = timedelta(seconds=0.1)
    scheduler = Scheduler(town.database, [source], every=often, wake=engine.wake)
    with full_disk(town.database):
        town.square.post("square", "joe", REFUND)
        engine.start()
        scheduler.start()
        for room in (embedded, bot.scheduler):
            until(town, lambda: (room.__name__, logging.WARNING, TRYING) in caplog.record_tuples)  # noqa: B023
        assert page(town, "/healthz").status_code == 503
    until(town, lambda: len(town.slack.messages("billing")) == 2)
    scheduler.stop()
    engine.stop(timeout=5)
    assert not any(one.exc_info for one in caplog.records), "the log must not fill the disk"
    assert page(town, "/healthz").json()["problems"] == []


def until(town: Town, true: Callable[[], object]) -> None:
    """Wait for what other threads do; the town's time goes on a hundred times faster than ours."""
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)
        town.clock.move(timedelta(seconds=5))


def _fill_after(
    town: Town, monkeypatch: pytest.MonkeyPatch, full: ExitStack, of: Any, name: str
) -> None:
    """The disk is full from the moment on at which this was done once, until `full` ends."""
    do = getattr(of, name)

    def done(*args: Any, **more: Any) -> Any:
        value = do(*args, **more)
        monkeypatch.undo()
        full.enter_context(full_disk(town.database))
        return value

    monkeypatch.setattr(of, name, done)


def deliver_with_room_for_nothing_afterwards(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The call leaves, and what came of it cannot be written down until much later."""
    with ExitStack() as full:
        _fill_after(town, monkeypatch, full, town.drain, "_send")
        with pytest.raises(OperationalError):
            town.deliver()
    town.clock.move(LEASE)
    town.deliver()


def test_a_card_that_was_sent_and_not_settled_is_not_sent_twice(
    town: Town, monkeypatch: pytest.MonkeyPatch
):
    town.square.post("square", "mara_k", REFUND)
    town.read("square")
    deliver_with_room_for_nothing_afterwards(town, monkeypatch)
    assert len(town.slack.messages("billing")) == 1
    town.ben.click(town.card("billing"), "claim")
    town.deliver()
    assert "Claimed by" in words(town.card("billing"))


def test_a_reply_that_was_sent_and_not_settled_is_not_sent_twice(
    town: Town, monkeypatch: pytest.MonkeyPatch
):
    town.post(REFUND)
    town.ben.submit(open_reply(town, town.ben), {"text": SORRY})
    deliver_with_room_for_nothing_afterwards(town, monkeypatch)
    assert len(town.square.replies_by_brand("square")) == 1
    assert "Answered by" in words(town.card("billing"))


def test_health_figures_and_check_say_so_and_take_it_back(town: Town, typed: Typed):
    town.post(REFUND)
    with full_disk(town.database):
        town.ben.click(town.card("billing"), "claim")
        health = page(town, "/healthz")
        assert health.status_code == 503
        assert health.json()["problems"] == [disk.FULL]
        assert "switchboard_database_full 1.0" in page(town, "/metrics").text
        code, out, _ = typed(town.env, "check")
        assert code == 1
        assert f"PROBLEM {disk.FULL}" in out
    assert page(town, "/healthz").status_code == 200
    assert "switchboard_database_full 0.0" in page(town, "/metrics").text


@on_sqlite
def test_a_disk_that_is_nearly_full_is_told_before_it_is(
    town: Town, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(disk, "LEAST_BYTES", 2**63)
    health = page(town, "/healthz")
    assert health.status_code == 503
    assert "MB are left on the disk of the database" in health.text
    assert "switchboard_disk_free_bytes" in page(town, "/metrics").text


def test_a_command_says_what_to_do(town: Town, typed: Typed):
    town.post(REFUND)
    with full_disk(town.database):
        code, _, err = typed(
            town.env, "erase", "--author", "mara_k", "--platform", "square", "--yes"
        )
    assert code == 2
    assert "The disk of the database is full, and nothing was changed. Next: free space" in err

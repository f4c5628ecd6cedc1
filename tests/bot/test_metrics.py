"""The figures tell how the company and this process do, to whoever may know, and name nobody."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from bot import journal
from bot.database import Database
from bot.metrics import Metrics
from tests.bot.worker import BROKEN, Worker, on_sqlite
from tests.town import Town


def told(page: str) -> dict[str, float]:
    """The samples by name and labels (in alphabetical order), by Prometheus's own parser."""
    return {
        sample.name + "".join(f" {value}" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


def figures(worker: Worker) -> dict[str, float]:
    return told(Metrics(worker.database).text().decode())


def test_they_tell_what_came_in_what_is_out_and_what_is_late(worker: Worker):
    assert figures(worker)["switchboard_outbox_age_seconds"] == 0
    worker.post(BROKEN)
    worker.post(BROKEN, on="x")
    worker.answer("Try again now.")
    worker.clock.move(timedelta(seconds=90))
    found = figures(worker)
    assert found["switchboard_database_up"] == 1
    assert found["switchboard_mentions_total square"] == 1
    assert found["switchboard_mentions_total x"] == 1
    assert found["switchboard_mentions_waiting"] == 1
    assert found["switchboard_cards"] == 2
    assert found["switchboard_replies square queued"] == 1
    assert found["switchboard_outbox_rows reply waiting"] == 1
    assert found["switchboard_lane_lag_seconds reply:square"] == 90
    assert found["switchboard_outbox_age_seconds"] == 90
    assert 90 <= found["switchboard_source_lag_seconds x"] < 120
    worker.deliver()
    found = figures(worker)
    assert found["switchboard_replies square sent"] == 1
    assert found["switchboard_outbox_age_seconds"] == 0


def test_failures_are_counted_by_place_and_class_whichever_process_met_them(worker: Worker):
    worker.post(BROKEN)
    worker.answer("Try again now.")
    worker.square.order_fault("square", "429", on="write")
    worker.deliver()
    worker.square.order_fault("square", "500", on="read")
    worker.read("square")
    worker.restart()
    found = figures(worker)
    assert found["switchboard_failures_total TemporaryError read:square"] == 1
    assert found["switchboard_failures_total TemporaryError reply:square"] == 1
    assert found["switchboard_source_failed_rounds square"] == 1


@on_sqlite
def test_nobody_is_named(worker: Worker):
    worker.post(f"{BROKEN} of Mara Kowalska", by="mara_k")
    worker.answer("Sorry, Mara.")
    worker.square.order_fault("square", "500", times=1)
    worker.database.write(journal.tell, worker.ben.id, "k", "Mara wrote again.")
    page = Metrics(worker.database).text().decode()
    assert "post:direct" in page
    for word in ("mara", "Mara", "Sorry", "ben", "Ben", worker.ben.id, "router"):
        assert word not in page, f"the figures say {word}"


def test_without_a_database_they_say_so_and_go_on_counting(tmp_path: Path):
    with closing(Database(f"sqlite:///{tmp_path}/nowhere/x.db")) as database:
        metrics = Metrics(database)
        metrics.acknowledged(0.02)
        found = told(metrics.text().decode())
    assert found["switchboard_database_up"] == 0
    assert found["switchboard_acknowledgement_seconds_count"] == 1
    assert "switchboard_cards" not in found


@on_sqlite
def test_the_door_times_what_it_answers(town: Town):
    town.post("Where is my refund, @acme?")
    town.ben.click(town.card("billing"), "claim")
    assert town.process.web is not None
    answer = requests.get(f"http://127.0.0.1:{town.process.web.port}/metrics", timeout=10)
    found = told(answer.text)
    assert answer.status_code == 200
    assert found["switchboard_acknowledgement_seconds_count"] == 1
    assert found["switchboard_acknowledgement_seconds_bucket 3.0"] == 1
    assert found["switchboard_mentions_total square"] == 1


@pytest.mark.parametrize(
    ("sent", "allowed"),
    [("Bearer right", True), ("Bearer wrong", False), ("", False), ("ä", False)],
)
def test_with_a_token_only_who_sends_it_is_told(tmp_path: Path, sent: str, allowed: bool):
    with closing(Database(f"sqlite:///{tmp_path}/x.db")) as database:
        assert Metrics(database, token="right").may_read(sent) is allowed

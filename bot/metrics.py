"""Figures for Prometheus: those of the company out of the database, those of this process counted.

No label holds a name, a text or a secret. https://prometheus.io/docs/practices/naming
"""

import hmac
import logging
from collections.abc import Iterator, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from bot import disk
from bot.database import Database
from bot.figures import Figures, figures

log = logging.getLogger(__name__)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# Slack gives up after three seconds.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)


class Metrics:
    """One for a process. `token`: without it nobody is told anything."""

    def __init__(self, database: Database, *, token: str = "") -> None:
        self._wanted = f"Bearer {token}" if token else ""
        self._registry = CollectorRegistry()
        self._registry.register(_Stored(database))
        self._acknowledging = Histogram(
            "switchboard_acknowledgement_seconds",
            "From a request of Slack's to its answer, in this process since it started.",
            buckets=BUCKETS,
            registry=self._registry,
        )

    def acknowledged(self, seconds: float) -> None:
        self._acknowledging.observe(seconds)

    def may_read(self, authorization: str) -> bool:
        """Whether who sent this header may see the figures."""
        return not self._wanted or hmac.compare_digest(
            authorization.encode(), self._wanted.encode()
        )

    def text(self) -> bytes:
        """Everything, as of now, in Prometheus's text format."""
        return generate_latest(self._registry)


class _Stored(Collector):
    """Reads the database when it is asked, and says so when that does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def describe(self) -> list[Metric]:
        return []  # else the registry reads the database to learn the names

    def collect(self) -> Iterator[Metric]:
        try:
            found = self._database.read(figures)
            full = disk.trouble(self._database) == disk.FULL
        except SQLAlchemyError as error:
            log.warning("the database does not answer: %s", type(error).__name__)
            found = None
        yield _one("database_up", "1 while the database answers.", found is not None)
        if found is not None:
            yield from _disk(disk.free_bytes(self._database), full=full)
            yield from _company(found)
            yield from _outbox(found)
            yield from _sources(found)
            yield _failures(found)


def _disk(left: int | None, *, full: bool) -> Iterator[Metric]:
    yield _one("database_full", "1 while the database finds no room to write.", full)
    if left is not None:
        yield _one("disk_free_bytes", "What is left where SQLite's file is.", left)


def _company(found: Figures) -> Iterator[Metric]:
    mentions = CounterMetricFamily(
        "switchboard_mentions", "Mentions that came in.", labels=["platform"]
    )
    for platform, count in found.mentions.items():
        mentions.add_metric([platform], count)
    yield mentions
    yield _one("mentions_waiting", "Mentions that nobody has claimed.", found.waiting)
    yield _one("cards", "Cards that stand in Slack.", found.cards)
    yield _many("replies", "Replies by where they stand.", ["platform", "state"], found.replies)


def _outbox(found: Figures) -> Iterator[Metric]:
    yield _many("outbox_rows", "What is not done.", ["kind", "state"], found.rows)
    lanes = {(lane,): max(0.0, age) for lane, age in found.lane_ages.items()}
    told = "For how long the first delivery of a lane has been due."
    yield _many("lane_lag_seconds", told, ["lane"], lanes)
    told = "For how long the longest waiting delivery has been due."
    yield _one("outbox_age_seconds", told, max(lanes.values(), default=0))


def _sources(found: Figures) -> Iterator[Metric]:
    ages = {(source,): age for source, age in found.source_ages.items()}
    yield _many("source_lag_seconds", "Since a source was last read.", ["platform"], ages)
    rounds = {(source,): count for source, count in found.source_failures.items()}
    yield _many("source_failed_rounds", "Failed rounds in a row.", ["platform"], rounds)


def _failures(found: Figures) -> Metric:
    told = "What failed, by the lane or source, and by the class of the error."
    family = CounterMetricFamily("switchboard_failures", told, labels=["place", "kind"])
    for place, kind, times in found.failures:
        family.add_metric([place, kind], times)
    return family


def _one(name: str, told: str, value: float) -> Metric:
    return GaugeMetricFamily(f"switchboard_{name}", told, value=value)


def _many(name: str, told: str, labels: list[str], values: Mapping[Any, float]) -> Metric:
    family = GaugeMetricFamily(f"switchboard_{name}", told, labels=labels)
    for labelled, value in sorted(values.items()):
        family.add_metric(labelled, value)
    return family

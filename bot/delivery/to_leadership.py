"""The weekly summary's delivery. Its figures are read when it is sent."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.delivery.sender import Sender
from bot.outbox import Lease
from bot.slack.summary import Summary, draw_summary
from bot.slack.workspace import Posted, Workspace
from bot.store import Store
from bot.usecases.configure import current_config
from bot.usecases.summary import read_week, summarize, zone_of


@dataclass(frozen=True, slots=True)
class Report:
    channel: str
    key: str
    summary: Summary


class SummarySender(Sender[Report, Posted]):
    """One week's summary, in the leadership's channel."""

    def __init__(self, workspace: Workspace, label: Callable[[str], str]) -> None:
        self._workspace = workspace
        self._label = label

    def draw(self, store: Store, lease: Lease) -> Report:
        config = current_config(store)
        week = read_week(lease.payload["week"], zone_of(config))
        link = self._workspace.link_to
        summary = summarize(store, config, week, label=self._label, link=link)
        return Report(lease.payload["channel"], lease.key, summary)

    def find(self, parcel: Report, *, since: datetime) -> Posted | None:
        return self._workspace.find(parcel.channel, {"key": parcel.key}, since=since)

    def send(self, parcel: Report) -> Posted:
        mark = {"key": parcel.key}
        return self._workspace.post(parcel.channel, draw_summary(parcel.summary), mark=mark)

"""How Switchboard is doing, as sentences that name what is wrong."""

from dataclasses import dataclass
from datetime import timedelta

from bot import figures, lanes, outbox
from bot.slack.cards import Labels
from bot.sources import SourceReport, source_reports
from bot.store import Store
from bot.wording import ago, count, span

LATE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Health:
    outbox: tuple[str, ...]
    """What is wrong with what is to be sent."""
    sources: tuple[SourceReport, ...]
    waiting: int

    @property
    def problems(self) -> tuple[str, ...]:
        """Everything that is wrong; nothing when all is well."""
        return (*self.outbox, *(one for report in self.sources for one in _wrong(report)))


def health(store: Store, *, label: Labels = str) -> Health:
    """How the outbox and the sources do. `label`: what people call a platform."""
    counts = store.delivery_counts()
    return Health(
        outbox=tuple(_outbox(store, counts)),
        sources=source_reports(store, label=label),
        waiting=counts.get("waiting", 0),
    )


def _outbox(store: Store, counts: dict[str, int]) -> list[str]:
    found = []
    moment = outbox.next_moment(store, paces=lanes.pace_of)
    if moment is not None and store.now - moment > LATE:
        found.append(f"Something has been due for {span(store.now - moment)} and is not sent.")
    for problem, rows in figures.held_up(store).items():
        things = count(rows, "delivery", "deliveries")
        found.append(f"{things} failed several times and will be tried again: {problem}")
    uncertain = counts.get("uncertain", 0)
    if uncertain:
        found.append(f"{count(uncertain, 'reply', 'replies')} may or may not have gone out.")
    return found


def _wrong(report: SourceReport) -> list[str]:
    found = []
    if report.problem and report.problem_since is not None:
        since = ago(report.now - report.problem_since)
        found.append(f"{report.label}: {report.problem} First {since}.")
    if report.gap:
        found.append(f"{report.label} has a gap: {report.gap}")
    return found

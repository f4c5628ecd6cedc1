"""How each source does, in plain words: what `/mentions sources`, `check` and `/healthz` say."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from bot.models import Source
from bot.purse import Purse, purse
from bot.slack.cards import Labels
from bot.store import Store
from bot.wording import ago, moment, money, span

FAILURES = 3
"""One failed round is the weather; so many in a row are a problem."""
TOLD_FOR = timedelta(days=1)
"""What can never be read is told for a day; after that it is history."""
LATELY = timedelta(days=7)
RECENT = 50
"""Mentions of which the lag is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """One source as it is now."""

    platform: str
    label: str
    now: datetime
    zone: tzinfo
    read_at: datetime | None
    mention_at: datetime | None
    lag: timedelta | None
    """From being posted to being found; the median of the recent ones."""
    problem: str
    problem_since: datetime | None
    paused: bool
    gap: str
    silent_since: datetime | None
    purse: Purse

    @property
    def ok(self) -> bool:
        """Quiet is no trouble: people may have nothing to say."""
        return not self.problem and not self.gap

    def says(self) -> tuple[str, ...]:
        """Sentences, what matters most first."""
        told = [self._trouble(), self._gap(), self._silence(), *self._rounds(), self._money()]
        return tuple(one for one in told if one)

    def _trouble(self) -> str:
        if not self.problem or self.problem_since is None:
            return ""
        since = moment(self.problem_since.astimezone(self.zone), self.now.astimezone(self.zone))
        return f"{'Paused' if self.paused else 'In trouble'} since {since}: {self.problem}"

    def _gap(self) -> str:
        return f"Gap: {self.gap}" if self.gap else ""

    def _silence(self) -> str:
        if self.silent_since is None:
            return ""
        return f"Quiet for {span(self.now - self.silent_since)}, which is unlike it."

    def _rounds(self) -> tuple[str, ...]:
        read = f"Read {ago(self.now - self.read_at)}." if self.read_at else "Not read yet."
        came = "No mention yet."
        if self.mention_at is not None:
            came = f"Last mention {ago(self.now - self.mention_at)}."
        late = f"Mentions are here {span(self.lag)} after they are posted." if self.lag else ""
        return read, came, late

    def _money(self) -> str:
        purse = self.purse
        if not (purse.read or purse.written or purse.read_limit is not None):
            return ""
        limit = f" of {money(purse.read_limit)}" if purse.read_limit is not None else ""
        allowed = f" of {money(purse.write_limit)}" if purse.write_limit is not None else ""
        read, written = money(purse.read) + limit, money(purse.written) + allowed
        return f"Today {read} for reading and {written} for replies."


def source_reports(store: Store, *, label: Labels) -> tuple[SourceReport, ...]:
    zone = _zone(store)
    return tuple(_report(store, one, label(one.platform), zone) for one in store.sources())


def _report(store: Store, source: Source, label: str, zone: tzinfo) -> SourceReport:
    lags = store.lags(source.platform, since=store.now - LATELY, limit=RECENT)
    known = source.paused or source.failures >= FAILURES
    fresh = source.gap_at is not None and store.now - source.gap_at < TOLD_FOR
    return SourceReport(
        platform=source.platform,
        label=label,
        now=store.now,
        zone=zone,
        read_at=source.last_success_at,
        mention_at=source.last_mention_at,
        lag=sorted(lags)[len(lags) // 2] if lags else None,
        problem=source.problem if known else "",
        problem_since=source.problem_since,
        paused=source.paused,
        gap=source.gap if fresh else "",
        silent_since=source.silent_since,
        purse=purse(store, source.platform),
    )


def _zone(store: Store) -> tzinfo:
    name = store.setting("company").get("brand", {}).get("timezone")
    return ZoneInfo(name) if name else UTC

"""Business hours: how much of a span somebody was there to answer. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """`days`: 0 is Monday. From `opens` to `closes`, in `zone`."""

    days: frozenset[int]
    opens: time
    closes: time
    zone: tzinfo

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The part of start to end (both aware) that lies within business hours."""
        total = timedelta(0)
        day = start.astimezone(self.zone).date()
        last = end.astimezone(self.zone).date()
        while day <= last:
            if day.weekday() in self.days:
                opened = max(start, self._moment(day, self.opens))
                closed = min(end, self._moment(day, self.closes))
                # In UTC: within one zone Python counts as if its clocks never changed.
                total += max(timedelta(0), closed.astimezone(UTC) - opened.astimezone(UTC))
            day += timedelta(days=1)
        return total

    def _moment(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, self.zone)

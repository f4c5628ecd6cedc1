"""Business hours: how much of a span somebody was there to answer. Pure."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo


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
                opened = datetime.combine(day, self.opens, self.zone)
                closed = datetime.combine(day, self.closes, self.zone)
                total += max(timedelta(0), min(end, closed) - max(start, opened))
            day += timedelta(days=1)
        return total

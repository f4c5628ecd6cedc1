"""Whether a pause is unlike a source, judged by its own weeks. Pure: takes times, knows no table.

A pause is measured by how many mentions the source brings in such a stretch of the week, not in
hours: a night or a Sunday counts as little as it usually brings. It is unlike the source when that
measure is far beyond what its pauses came to before. The single longest one is passed over, so that
one silence does not hide the next.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, pairwise

REACH = timedelta(weeks=4)
"""How far back a habit is looked at."""
LEAST_SPAN = timedelta(weeks=2)
LEAST_MENTIONS = 50
TIMES_LONGER = 2
LEAST_MISSED = 6
"""So many mentions must be missing, however even the pauses were."""
HOURS = 7 * 24


def is_unlike(times: Sequence[datetime], now: datetime) -> bool:
    """Whether it is too quiet since the last of `times`; they ascend. False with little history."""
    if len(times) < LEAST_MENTIONS or times[-1] - times[0] < LEAST_SPAN:
        return False
    rhythm = _Rhythm.of(times)
    pauses = sorted(rhythm.between(*pair) for pair in pairwise(times))
    missed = rhythm.between(times[-1], now)
    return missed > max(LEAST_MISSED, TIMES_LONGER * pauses[-2])


@dataclass(frozen=True, slots=True)
class _Rhythm:
    """How many mentions each hour of the week brings, and how many come before it."""

    rates: tuple[float, ...]
    before: tuple[float, ...]

    @classmethod
    def of(cls, times: Sequence[datetime]) -> "_Rhythm":
        """An hour is taken together with its neighbours: few weeks say little of one alone."""
        weeks = (times[-1] - times[0]) / timedelta(weeks=1)
        counts = Counter(int(_hours(time)) % HOURS for time in times)
        rates = tuple(
            sum(counts[(hour + near) % HOURS] for near in (-1, 0, 1)) / 3 / weeks
            for hour in range(HOURS)
        )
        return cls(rates, tuple(accumulate(rates, initial=0.0)))

    def between(self, start: datetime, end: datetime) -> float:
        """How many mentions such a stretch of time brings."""
        return self._until(end) - self._until(start)

    def _until(self, time: datetime) -> float:
        weeks, hours = divmod(_hours(time), HOURS)
        hour = int(hours)
        return weeks * self.before[-1] + self.before[hour] + (hours - hour) * self.rates[hour]


def _hours(time: datetime) -> float:
    return time.timestamp() / 3600

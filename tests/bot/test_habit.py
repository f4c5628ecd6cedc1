"""A source that goes quiet against its habit is noticed; nights, weekends and chance are not."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.habit import LEAST_MENTIONS, REACH, is_unlike

MONDAY = datetime(2026, 9, 7, tzinfo=UTC)
DAYS, NIGHT, WEEKEND = 1.0, 0.05, 0.15


def office_hours(at: datetime) -> float:
    """How busy people are, as a part of the busiest hour."""
    if at.weekday() >= 5:
        return WEEKEND
    return DAYS if 8 <= at.hour < 20 else NIGHT


def mentions(a_day: float, *, weeks: int, seed: int) -> list[datetime]:
    """What chance brings on so many mentions on a working day, most of them in office hours."""
    chance = random.Random(seed)
    busiest = a_day / 12
    at, end, found = MONDAY, MONDAY + timedelta(weeks=weeks), []
    while at < end:
        at += timedelta(hours=chance.expovariate(busiest))
        if chance.random() < office_hours(at):
            found.append(at)
    return found


def looks(start: datetime, end: datetime, every: timedelta) -> Iterator[datetime]:
    while start < end:
        yield start
        start += every


def known_at(found: list[datetime], now: datetime) -> list[datetime]:
    return [one for one in found if now - REACH <= one <= now]


def first_noticed(found: list[datetime], start: datetime, *, within: timedelta) -> timedelta | None:
    """How long after `start`, when the last was said, the silence is noticed."""
    history = known_at(found, start)
    for now in looks(start, start + within, timedelta(minutes=10)):
        if is_unlike(known_at(history, now), now):
            return now - start
    return None


@pytest.mark.parametrize(("a_day", "minutes"), [(5, 47), (20, 47), (200, 470)])
def test_five_weeks_of_chance_raise_no_alarm(a_day: int, minutes: int):
    found = mentions(a_day, weeks=9, seed=a_day)
    for now in looks(MONDAY + REACH, MONDAY + timedelta(weeks=9), timedelta(minutes=minutes)):
        history = known_at(found, now)
        assert not is_unlike(history, now), f"{now:%a %H:%M}, last mention {history[-1]:%a %H:%M}"


@pytest.mark.parametrize(("a_day", "hours"), [(200, 3), (50, 12), (20, 30)])
def test_a_silence_on_a_working_day_is_noticed_the_sooner_the_busier_it_is(a_day: int, hours: int):
    found = mentions(a_day, weeks=6, seed=a_day)
    tuesday = MONDAY + timedelta(weeks=5, days=1, hours=9)
    noticed = first_noticed(found, tuesday, within=timedelta(days=4))
    assert noticed is not None
    assert noticed <= timedelta(hours=hours)


def test_a_weekend_counts_as_little_as_it_brings():
    found = mentions(50, weeks=6, seed=3)
    friday = MONDAY + timedelta(weeks=5, days=4, hours=20)
    noticed = first_noticed(found, friday, within=timedelta(days=5))
    assert noticed is not None
    assert timedelta(hours=20) < noticed < timedelta(days=4)
    weekday = first_noticed(found, friday - timedelta(days=3, hours=11), within=timedelta(days=5))
    assert weekday is not None
    assert weekday < noticed


def test_one_silence_does_not_hide_the_next():
    found = mentions(200, weeks=6, seed=5)
    broken = MONDAY + timedelta(weeks=3)
    found = [one for one in found if not broken < one < broken + timedelta(days=2)]
    tuesday = MONDAY + timedelta(weeks=5, days=1, hours=9)
    noticed = first_noticed(found, tuesday, within=timedelta(days=2))
    assert noticed is not None
    assert noticed < timedelta(hours=6)


def test_little_history_says_nothing():
    now = MONDAY + timedelta(weeks=10)
    few = [MONDAY + timedelta(hours=12 * number) for number in range(LEAST_MENTIONS - 1)]
    short = [MONDAY + timedelta(minutes=number) for number in range(500)]
    assert not is_unlike([], now)
    assert not is_unlike(few, few[-1] + timedelta(weeks=1))
    assert not is_unlike(short, short[-1] + timedelta(weeks=1))

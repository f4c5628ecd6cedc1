"""Business hours count the time in which somebody was there to answer."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.hours import BusinessHours

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = BusinessHours(frozenset(range(5)), time(9), time(18), BERLIN)
ALL_DAY = BusinessHours(frozenset(range(7)), time(0), time(23, 59), BERLIN)


def at(day: str, clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-{day}T{clock}:00").replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        (("11-16", "10:00"), ("11-16", "10:30"), 30),
        (("11-16", "08:00"), ("11-16", "09:10"), 10),  # before the door opens
        (("11-16", "17:50"), ("11-17", "09:10"), 20),  # over night
        (("11-13", "17:30"), ("11-16", "09:30"), 60),  # over a weekend
        (("11-14", "10:00"), ("11-15", "12:00"), 0),  # within a weekend
        (("11-16", "19:00"), ("11-16", "23:00"), 0),  # after the door has closed
        (("11-09", "09:00"), ("11-16", "09:00"), 5 * 9 * 60),  # a week
        (("11-16", "10:30"), ("11-16", "10:00"), 0),  # two clocks that do not agree
    ],
)
def test_only_business_hours_count(start: tuple[str, str], end: tuple[str, str], minutes: int):
    assert OFFICE.between(at(*start), at(*end)) == timedelta(minutes=minutes)


def test_hours_are_those_of_the_zone_whatever_zone_the_times_are_in():
    start = datetime.fromisoformat("2026-11-16T03:00:00-05:00")  # 09:00 in Berlin
    assert OFFICE.between(start, start + timedelta(minutes=45)) == timedelta(minutes=45)


@pytest.mark.parametrize(("day", "hours"), [("03-29", 22), ("10-25", 24)])
def test_a_night_in_which_the_clocks_change_is_as_long_as_it_was(day: str, hours: int):
    """From 0:00 to 23:59 are 23 h 59 min, less or more the hour that was skipped or came twice."""
    start, end = at(day, "00:00"), at(day, "23:59")
    assert ALL_DAY.between(start, end) == timedelta(hours=hours, minutes=59)

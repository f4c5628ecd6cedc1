"""Who asks at the same moment is answered together, and everybody gets their own answer."""

import threading
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.gathering import Gathering

CROWD = 24


def odd_ones(numbers: Sequence[int]) -> set[int]:
    return {number for number in numbers if number % 2}


def test_who_is_alone_is_answered_alone():
    gathering = Gathering(odd_ones)
    assert [gathering.ask(number) for number in (1, 2, 3)] == [True, False, True]


class Slow:
    """Grants the odd ones; the first round waits until everybody else has asked."""

    def __init__(self) -> None:
        self.rounds: list[list[int]] = []
        self.begun, self.go_on = threading.Event(), threading.Event()

    def __call__(self, numbers: Sequence[int]) -> Collection[int]:
        self.rounds.append(list(numbers))
        self.begun.set()
        assert self.go_on.wait(10)
        return odd_ones(numbers)


def ask_in_a_crowd(gathering: Gathering[int], slow: Slow) -> dict[int, bool]:
    """One asks, and while it is answered all others do."""
    with ThreadPoolExecutor(CROWD) as threads:
        asked = {0: threads.submit(gathering.ask, 0)}
        assert slow.begun.wait(10)
        asked |= {one: threads.submit(gathering.ask, one) for one in range(1, CROWD)}
        while len(gathering._waiting) < CROWD - 1:
            pass
        slow.go_on.set()
        return {one: each.result(10) for one, each in asked.items()}


def test_who_comes_meanwhile_shares_the_next_round():
    slow = Slow()
    answers = ask_in_a_crowd(Gathering(slow), slow)
    assert answers == {number: bool(number % 2) for number in range(CROWD)}
    assert slow.rounds[0] == [0]
    assert sorted(slow.rounds[1]) == list(range(1, CROWD)), "they were not answered together"
    assert len(slow.rounds) == 2


class Breaks(Slow):
    def __call__(self, numbers: Sequence[int]) -> Collection[int]:
        super().__call__(numbers)
        raise ZeroDivisionError


def test_when_a_round_breaks_one_hears_why_and_nobody_waits_for_ever():
    breaks = Breaks()
    gathering = Gathering(breaks)
    with ThreadPoolExecutor(CROWD) as threads:
        first = threads.submit(gathering.ask, 1)
        assert breaks.begun.wait(10)
        others = [threads.submit(gathering.ask, 3 + 2 * one) for one in range(4)]
        while len(gathering._waiting) < len(others):
            pass
        breaks.go_on.set()
        with pytest.raises(ZeroDivisionError):
            first.result(10)
        broken = [each.exception(10) for each in others]
        granted = [each.result(10) for each in others if each.exception(10) is None]
    assert [type(one) for one in broken if one] == [ZeroDivisionError], "one asked for all"
    assert granted == [False] * 3


def test_after_a_round_that_broke_the_next_is_answered():
    breaks = Breaks()
    breaks.go_on.set()
    gathering = Gathering(breaks)
    with pytest.raises(ZeroDivisionError):
        gathering.ask(1)
    gathering._grant = odd_ones
    assert gathering.ask(1)

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.retry import CARDS, DAY, REPLIES, next_try

HOUR = 3600


def wait(attempt, patience=CARDS, *, retry_after=None, jitter=0.0):
    return next_try(attempt, patience, retry_after=retry_after, jitter=jitter)


def test_the_first_tries_come_soon_and_the_later_ones_every_hour():
    assert [wait(attempt) for attempt in range(1, 9)] == [5, 15, 45, 135, 405, 1215, HOUR, HOUR]


def test_a_card_is_never_given_up():
    assert wait(1_000_000) == HOUR


def test_a_reply_is_given_up_after_about_a_day():
    waits = [wait(attempt, REPLIES) for attempt in range(1, 30)]

    assert None not in waits
    assert 23 * HOUR < sum(waits) < 25 * HOUR
    assert wait(30, REPLIES) is None
    assert wait(31, REPLIES) is None


def test_what_the_other_side_asks_for_is_never_undercut():
    assert wait(1, retry_after=30) == 30
    assert wait(7, retry_after=30) == HOUR
    assert wait(7, retry_after=2 * HOUR) == 2 * HOUR


@pytest.mark.parametrize("retry_after", [float("inf"), 1e300])
def test_nobody_can_ask_for_more_than_a_day(retry_after):
    assert wait(1, retry_after=retry_after) == DAY


@pytest.mark.parametrize("retry_after", [0, -5, float("nan")])
def test_a_meaningless_request_changes_nothing(retry_after):
    assert wait(2, retry_after=retry_after) == 15


def test_jitter_spreads_tries_that_fell_due_together():
    spread = {wait(3, jitter=jitter) for jitter in (0.0, 0.25, 0.5, 1.0)}

    assert len(spread) == 4
    assert min(spread) == 45
    assert max(spread) == pytest.approx(54)


@given(
    attempt=st.integers(min_value=-5),
    retry_after=st.none() | st.floats(),
    jitter=st.floats(min_value=0, max_value=1),
)
def test_the_wait_is_always_between_the_first_one_and_a_day_and_a_bit(attempt, retry_after, jitter):
    assert 5 <= wait(attempt, retry_after=retry_after, jitter=jitter) <= 1.2 * DAY


@given(jitter=st.floats(min_value=0, max_value=1))
def test_patience_never_shrinks(jitter):
    waits = [wait(attempt, jitter=jitter) for attempt in range(1, 50)]

    assert all(earlier <= later for earlier, later in pairwise(waits))

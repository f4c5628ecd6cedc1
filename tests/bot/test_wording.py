"""Times, numbers and lengths as people say them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wording import ago, count, money, short_count, shorten, span, storable


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "0 seconds"),
        (0, "0 seconds"),
        (1, "1 second"),
        (59.9, "59 seconds"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (3660, "1 h 1 min"),
        (9 * 3600 + 59 * 60, "9 h 59 min"),
        (10 * 3600 + 59 * 60, "10 h"),
        (2 * 86400 - 1, "47 h"),
        (2 * 86400, "2 days"),
        (30 * 86400, "30 days"),
    ],
)
def test_a_span_is_said_in_its_largest_whole_unit(seconds: float, said: str):
    assert span(timedelta(seconds=seconds)) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-3, "just now"), (1.9, "just now"), (2, "2 seconds ago"), (240, "4 min ago")],
)
def test_how_long_ago_something_was(seconds: float, said: str):
    assert ago(timedelta(seconds=seconds)) == said


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 replies"), (1, "1 reply"), (1234, "1,234 replies")]
)
def test_a_number_agrees_with_its_noun(number: int, said: str):
    assert count(number, "reply", "replies") == said


def test_most_nouns_take_an_s():
    assert count(3, "mention") == "3 mentions"


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1k"),
        (2149, "2.1k"),
        (9960, "10k"),
        (12_400, "12k"),
        (999_499, "999k"),
        (999_500, "1M"),
        (1_300_000, "1.3M"),
        (45_000_000, "45M"),
    ],
)
def test_followers_are_counted_as_under_a_profile(number: int, said: str):
    assert short_count(number) == said


@pytest.mark.parametrize(
    ("text", "limit", "said"),
    [
        ("as short as that", 16, "as short as that"),
        ("two\n lines\t here", 20, "two lines here"),
        ("one word too many", 16, "one word too…"),
        ("averyveryverylongword", 10, "averyvery…"),
        ("a verylongword", 10, "a verylon…"),
        ("", 5, ""),
    ],
)
def test_a_text_is_cut_at_a_word_where_there_is_one_near(text: str, limit: int, said: str):
    assert shorten(text, limit) == said


@given(st.text(), st.integers(2, 60))
def test_a_shortened_text_is_one_line_and_never_longer_than_its_limit(text: str, limit: int):
    line = shorten(text, limit)
    assert len(line) <= limit
    assert "\n" not in line


@pytest.mark.parametrize(
    ("mills", "said"),
    [(0, "0 cents"), (1, "0.1 cents"), (10, "1 cent"), (200, "20 cents"), (995, "99.5 cents"),
     (1000, "$1.00"), (20_010, "$20.01"), (1_234_500, "$1,234.50")],
)  # fmt: skip
def test_money_is_cents_up_to_a_dollar(mills: int, said: str):
    assert money(mills) == said


def test_what_no_database_takes_is_taken_out():
    assert storable("a\0b\ud83d!") == "ab?!"

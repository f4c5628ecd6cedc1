"""Figures and the help in answers to slash commands."""

import re

import pytest

from bot.slack.lookups import MENTIONS_HELP, Stats, draw_stats
from handlers.reactions import CLAIMS, CLOSES


@pytest.mark.parametrize(("answered", "percent"), [(0, 0), (1, 33), (2, 67), (3, 100)])
def test_a_share_is_rounded_as_in_the_summary(answered: int, percent: int):
    stats = Stats(received=3, answered=answered, open=(), median_reply=None)
    assert f"{answered} answered ({percent} %)." in draw_stats(stats).text


def test_the_help_names_reactions_that_are_heard():
    claims, closes = re.findall(r":([a-z_]+):", MENTIONS_HELP)
    assert claims in CLAIMS
    assert closes in CLOSES

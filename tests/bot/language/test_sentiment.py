import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.language.sentiment import feeling


@pytest.mark.parametrize(
    ("text", "label", "words"),
    [
        ("I love this, best support I ever had!", "positive", "sounds happy"),
        ("Terrible, horrible, I hate this awful company.", "negative", "sounds angry"),
        ("The delay was a little annoying.", "negative", "sounds unhappy"),
        ("The office is on the second floor.", "neutral", "sounds neutral"),
    ],
)
def test_the_card_says_how_a_post_sounds(text, label, words):
    found = feeling(text, language="en")

    assert (found.label, found.words) == (label, words)


def test_a_friendly_word_does_not_make_a_post_happy():
    assert feeling("Thanks, any news on my ticket?", language="en").label == "neutral"


@pytest.mark.parametrize("language", ["en", "en-GB", "EN"])
def test_every_english_is_english(language):
    assert feeling("I hate it", language=language).label == "negative"


@pytest.mark.parametrize("language", ["de", "ja", "pt", "enm"])
def test_other_languages_are_not_judged_by_english_words(language):
    assert feeling("Die Rechnung war falsch, I hate it.", language=language) is None


def test_an_unknown_language_gets_no_neutral_verdict():
    assert feeling("Moin zusammen", language=None) is None
    assert feeling("I hate it", language=None).label == "negative"


@pytest.mark.parametrize("text", ["", "  \n"])
def test_nothing_said_is_no_feeling(text):
    assert feeling(text, language="en") is None


def test_the_end_of_a_long_post_is_heard_too():
    story = "The router is on the shelf. " * 400

    assert feeling(story + "I hate this horrible company.", language="en").label == "negative"


def test_ten_thousand_characters_are_read_in_bounded_time():
    started = time.process_time()
    feeling("not bad " * 1_250, language="en")

    assert time.process_time() - started < 0.25


@settings(deadline=None)
@given(st.text())
def test_any_text_gets_a_score_between_the_ends(text):
    found = feeling(text, language="en")

    assert found is None or -1 <= found.score <= 1

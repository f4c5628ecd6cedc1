"""What Switchboard does with each class of error, in words, and the tests that have seen it."""

from dataclasses import dataclass

from platforms.base import (
    GoneError,
    PausedError,
    PlatformError,
    RejectedError,
    TemporaryError,
    UncertainError,
)
from tests.platforms.faults.row import Call

_DRAIN, _INGEST = "tests/bot/test_drain_replies.py", "tests/bot/test_ingest.py"
LATER = (TemporaryError, PausedError)


@dataclass(frozen=True)
class Fate:
    """`word` stands in the table; `means` stands below it. `tests` are named as pytest does."""

    word: str
    calls: tuple[Call, ...]
    errors: tuple[type[PlatformError], ...]
    means: str
    tests: tuple[str, ...]


FATES = (
    Fate(
        "read later",
        ("read",),
        (TemporaryError,),
        "The next rounds try again, each later than the last, at most an hour apart. Nothing is"
        " skipped: the place up to which was read stays. `/healthz` says it"
        " after three.",
        (
            f"{_INGEST}::test_a_round_that_failed_keeps_the_cursor_and_waits_longer_each_time",
            f"{_INGEST}::test_one_failure_is_the_weather_and_three_are_told",
        ),
    ),
    Fate(
        "admins",
        ("read",),
        (PausedError,),
        "As “read later”, and the admins get a message, once a day for each problem.",
        (f"{_INGEST}::test_what_only_an_admin_can_mend_is_told_once_a_day",),
    ),
    Fate(
        "sent later",
        ("reply",),
        (TemporaryError,),
        "It is surely not out. It is sent by itself, for about a day; then its author is told and"
        " keeps the text.",
        (
            f"{_DRAIN}::test_a_busy_platform_gets_the_reply_later",
            f"{_DRAIN}::test_a_platform_that_is_down_for_a_day_gives_the_text_back",
        ),
    ),
    Fate(
        "sent later, admins",
        ("reply",),
        (PausedError,),
        "It is surely not out. The admins get a message, once a day; it is sent once they have"
        " mended it.",
        (f"{_DRAIN}::test_who_can_mend_it_is_told_once_a_day",),
    ),
    Fate(
        "refused",
        ("reply",),
        (RejectedError,),
        "It is not tried again. Its author is told why, and the text is kept for them.",
        (f"{_DRAIN}::test_a_refusal_is_told_to_the_author_who_keeps_the_text",),
    ),
    Fate(
        "gone",
        ("reply",),
        (GoneError,),
        "As “refused”, and the mention is closed and its text forgotten.",
        (f"{_DRAIN}::test_a_reply_to_a_post_that_is_gone_says_so_and_forgets_the_post",),
    ),
    Fate(
        "looked for",
        ("reply",),
        (UncertainError,),
        "It may be out. It is looked for on the platform over two and a half minutes; when it is"
        " not found a person is asked, and nothing is sent meanwhile.",
        (
            f"{_DRAIN}::test_a_reply_that_went_out_unseen_is_found",
            f"{_DRAIN}::test_in_doubt_a_person_is_asked_and_nothing_is_sent_again",
        ),
    ),
    Fate(
        "looked for again",
        ("find",),
        LATER,
        "It stays open whether it is out; after the last look a person is asked.",
        (f"{_DRAIN}::test_a_look_that_fails_proves_nothing",),
    ),
    Fate(
        "asked again",
        ("refresh",),
        LATER,
        "What is known of the posts stays as it is.",
        (),
    ),
)


def fate(call: Call, error: type[PlatformError] | None) -> str:
    """The word for what becomes of it."""
    if error is None:
        return "nothing is lost"
    (word,) = (one.word for one in FATES if call in one.calls and error in one.errors)
    return word

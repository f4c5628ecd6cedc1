"""Which platforms are switched on, and what is said when the variables do not fit."""

import subprocess
import sys

import pytest

import platforms
from bot.sandbox.square_api import environment
from platforms.base import Query, SettingsProblem

X = {name: value for name, value in environment("http://h").items() if name.startswith("X_")}
REDDIT = {
    "REDDIT_CLIENT_ID": "id",
    "REDDIT_CLIENT_SECRET": "hush",
    "REDDIT_USER_AGENT": "linux:acme:1 (by u/acme)",
}


def names(env: dict[str, str]) -> list[str]:
    return [each.platform.name for each in platforms.configured(env)]


def test_platforms_without_credentials_are_off() -> None:
    assert names({}) == []
    assert names({"X_LENGTH_LIMIT": "25000", "X_API_URL": "http://h", "X_API_KEY": " "}) == []


def test_each_login_of_reddit_will_do() -> None:
    assert names(REDDIT | {"REDDIT_REFRESH_TOKEN": "t"}) == ["reddit"]
    assert names(REDDIT | {"REDDIT_USERNAME": "acme", "REDDIT_PASSWORD": "p"}) == ["reddit"]


def test_opening_gives_each_job_its_own_instance() -> None:
    (one,) = platforms.configured(X)
    first, second = one.open(), one.open()
    assert first is not second
    first.close()
    second.close()


@pytest.mark.parametrize(
    ("env", "variables", "words"),
    [
        (
            {"X_API_KEY": "hush", "X_API_SECRET": "hush", "X_ACCESS_TOKEN": "hush"},
            ("X_ACCESS_TOKEN_SECRET",),
            "X is only partly set up: X_ACCESS_TOKEN_SECRET missing. Set it, or remove",
        ),
        (
            REDDIT | {"REDDIT_REFRESH_TOKEN": "hush", "REDDIT_USER_AGENT": "c"},
            ("REDDIT_USER_AGENT",),
            "cannot be used. Write it as Reddit asks: linux:acme-mentions:1.0 (by u/acme)",
        ),
        ({"REDDIT_REFRESH_TOKEN": "hush"}, tuple(REDDIT), "Set them, or remove REDDIT_REFRESH"),
        (REDDIT, tuple(sorted(REDDIT)), "Set REDDIT_REFRESH_TOKEN, or REDDIT_USERNAME and"),
        (X | {"X_LENGTH_LIMIT": "many"}, ("X_LENGTH_LIMIT",), "valid integer"),
        (X | {"X_API_URL": "hush.example"}, ("X_API_URL",), "http:// or https://"),
        ({"SQUARE_URL": "hush"}, ("SQUARE_URL",), "http:// or https://"),
        ({"MASTODON_URL": "http://h"}, ("MASTODON_ACCESS_TOKEN",), "Set it, or remove MASTODON"),
        ({"FEED_URLS": "http://h, hush"}, ("FEED_URLS",), "http:// or https://"),
        ({"HACKERNEWS": "hush"}, ("HACKERNEWS",), "Set it to 1, or remove it"),
    ],
)
def test_problem_names_the_variable_and_the_fix(
    env: dict[str, str], variables: tuple[str, ...], words: str
) -> None:
    with pytest.raises(SettingsProblem) as raised:
        platforms.configured(env)
    assert raised.value.variables == variables
    assert words in str(raised.value)
    assert "hush" not in str(raised.value)


def test_libraries_of_platforms_stay_unloaded_until_one_is_opened() -> None:
    code = (
        "import platforms, sys; platforms.available();"
        "sys.exit(bool({'tweepy', 'praw', 'twitter_text', 'atproto_client', 'mastodon',"
        "'feedparser', 'regex'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("term", "text", "found"),
    [
        ("acme", "I like ACME.", True),
        ("acme", "acmestro", False),
        ("straße", "in der STRASSE", True),
        ("acme cloud", "the Acme Cloud is", True),
        ("#acme", "so #acme!", True),
        ("c++", "we love C++, really", True),
        ("アクメ", "新しいアクメの箱", True),
        ("acme", "新しいacmeの箱", True),
        ("акме", "акмеист", False),
    ],
)
def test_terms_are_found_as_words(term: str, text: str, found: bool) -> None:
    assert Query(terms=(term,)).matches(text) is found

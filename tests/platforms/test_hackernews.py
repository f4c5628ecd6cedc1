"""Hacker News as its search shows it: beginnings of words, a cap on hits, late items."""

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

import platforms
from platforms.base import Media, Query, SettingsProblem, TemporaryError
from platforms.hackernews import HackerNews, HackerNewsSettings
from tests.platforms.conftest import QUERY, now
from tests.platforms.scripted import Answer, Scripted, ok, refused

SEARCH = "/search_by_date"


def a_hit(number: int, *, age: float = 60, **more: Any) -> dict[str, Any]:
    hit = {
        "objectID": str(number),
        "author": "mara",
        "created_at_i": int(now().timestamp() - age),
        "_tags": ["comment"],
        "comment_text": f"acme {number}",
        "story_id": 1,
        "parent_id": 2,
    }
    return hit | more


def found(*hits: dict[str, Any], total: int | None = None) -> Answer:
    return ok({"hits": list(hits), "nbHits": len(hits) if total is None else total})


@pytest.fixture
def hackernews(scripted: Scripted) -> Iterator[HackerNews]:
    variables = {"HACKERNEWS": "1", "HACKERNEWS_URL": scripted.url}
    settings = HackerNewsSettings.model_validate(variables)
    with closing(HackerNews(settings, timeout=(5.0, 1.0))) as platform:
        yield platform


def test_comment_is_whole(hackernews: HackerNews, scripted: Scripted) -> None:
    html = (
        "Is <i>Acme</i> down?<p>See "
        '<a href="https:&#x2F;&#x2F;acme.example&#x2F;status&#x2F;long" rel="nofollow">'
        "https:&#x2F;&#x2F;acme.example&#x2F;sta...</a><p><pre><code>  a = 1\n  b\n</code></pre>"
    )
    scripted.on(SEARCH, found(a_hit(5, comment_text=html)))
    (mention,) = hackernews.fetch(QUERY, cursor=None).mentions
    text = "Is Acme down?\n\nSee https://acme.example/status/long\n\n  a = 1\n  b"
    assert mention.text == text
    assert mention.url == "https://news.ycombinator.com/item?id=5"
    assert (mention.parent_id, mention.root_id) == ("2", "1")
    assert mention.author.url == "https://news.ycombinator.com/user?id=mara"


def test_story_is_whole(hackernews: HackerNews, scripted: Scripted) -> None:
    url = "https://acme.example/launch"
    story = {"comment_text": None, "parent_id": None, "story_id": None}
    asks = a_hit(6, title="Ask HN: Acme?", story_text="<p>Well", url=None, **story)
    links = a_hit(5, title="Crates, faster", url=url, age=90, **story)
    scripted.on(SEARCH, found(asks, links))
    first, second = hackernews.fetch(QUERY, cursor=None).mentions
    assert (first.text, first.media) == ("Crates, faster", (Media(kind="link", url=url),))
    assert (second.text, second.root_id, second.parent_id) == ("Ask HN: Acme?\n\nWell", "6", None)


def test_query_means_what_it_says(hackernews: HackerNews, scripted: Scripted) -> None:
    scripted.on(SEARCH, found())
    hackernews.fetch(Query(terms=('acme "cloud',)), cursor=None)
    (asked,) = scripted.asked_for(SEARCH)
    assert asked["query"] == '"acme  cloud"'
    assert asked["tags"] == "(story,comment)"
    assert (asked["typoTolerance"], asked["advancedSyntax"]) == ("false", "true")
    hour_ago = now().timestamp() - 3600
    assert float(asked["numericFilters"].removeprefix("created_at_i>")) == pytest.approx(
        hour_ago, abs=3
    )


def test_other_words_and_our_own_are_left_out(hackernews: HackerNews, scripted: Scripted) -> None:
    scripted.on(
        SEARCH,
        found(
            a_hit(1, comment_text="acmestro"),
            a_hit(2, author="Acme"),
            a_hit(3, comment_text=None),
            a_hit(4, author=None),
            a_hit(5),
        ),
    )
    page = hackernews.fetch(QUERY, cursor=None)
    assert [each.external_id for each in page.mentions] == ["5"]


def test_late_items_are_looked_for_where_the_search_ended(
    hackernews: HackerNews, scripted: Scripted
) -> None:
    newest = a_hit(5, age=7200)
    scripted.on(SEARCH, found(newest))
    page = hackernews.fetch(QUERY, cursor=json.dumps({"acme": newest["created_at_i"] - 60}))
    hackernews.fetch(QUERY, cursor=page.cursor)
    floor = scripted.asked_for(SEARCH)[-1]["numericFilters"]
    assert floor == f"created_at_i>{newest['created_at_i'] - 3600}"


def test_more_than_one_answer_holds_is_asked_for_in_parts(
    hackernews: HackerNews, scripted: Scripted
) -> None:
    three, two, one = (a_hit(number, age=100 - number) for number in (3, 2, 1))
    scripted.on(SEARCH, found(three, two, total=3), found(two, one))
    page = hackernews.fetch(QUERY, cursor=None)
    assert [each.external_id for each in page.mentions] == ["1", "2", "3"]
    assert page.gap is None
    until = scripted.asked_for(SEARCH)[-1]["numericFilters"].split(",")[1]
    assert until == f"created_at_i<={two['created_at_i']}"


def test_hits_that_cannot_be_asked_for_are_told_as_a_gap(
    hackernews: HackerNews, scripted: Scripted
) -> None:
    answers = [found(a_hit(9 - number, age=60 + number), total=5000) for number in range(9)]
    scripted.on(SEARCH, *answers)
    page = hackernews.fetch(QUERY, cursor=None)
    assert len(page.mentions) == 5
    assert page.gap is not None
    assert page.gap.startswith("Hacker News' search shows no more than 5000 items with “acme”")


def test_second_full_of_hits_is_no_endless_loop(hackernews: HackerNews, scripted: Scripted) -> None:
    scripted.on(SEARCH, found(a_hit(9), total=5000))
    assert hackernews.fetch(QUERY, cursor=None).gap is not None
    assert len(scripted.asked_for(SEARCH)) == 2


def test_switch_is_1_or_nothing() -> None:
    assert [each.platform.name for each in platforms.configured({"HACKERNEWS": "1"})] == [
        "hackernews"
    ]
    assert platforms.configured({"HACKERNEWS_URL": "http://h"}) == []
    with pytest.raises(SettingsProblem, match="Set it to 1, or remove it"):
        platforms.configured({"HACKERNEWS": "0"})


def test_refresh_tells_what_is_gone(scripted: Scripted) -> None:
    variables = {"HACKERNEWS": "1", "HACKERNEWS_ITEMS_URL": scripted.url}
    scripted.on("/item/1.json", ok({"id": 1, "by": "mara", "text": "acme"}))
    scripted.on("/item/2.json", ok({"id": 2, "deleted": True}))
    scripted.on("/item/3.json", ok({"id": 3, "by": "mara", "dead": True}))
    scripted.on("/item/4.json", ok(None))
    with closing(HackerNews(HackerNewsSettings.model_validate(variables))) as platform:
        states = {one.external_id: one for one in platform.refresh(["1", "2", "3", "4", "odd"])}
    assert {name: one.gone for name, one in states.items()} == {"1": False, "2": True, "3": True}
    assert {one.text for one in states.values()} == {None}


def test_trouble_is_no_deletion(scripted: Scripted) -> None:
    variables = {"HACKERNEWS": "1", "HACKERNEWS_ITEMS_URL": scripted.url}
    scripted.on("/item/1.json", refused(503, ""))
    platform = HackerNews(HackerNewsSettings.model_validate(variables))
    with closing(platform), pytest.raises(TemporaryError):
        list(platform.refresh(["1"]))

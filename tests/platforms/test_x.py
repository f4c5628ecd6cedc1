"""X as it is: its paging, its odd posts, its rules for replies, its way of counting."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from bot.sandbox.square import BRAND_ID, Square
from platforms._x_posts import id_at
from platforms._x_reading import QUERY_LENGTH, searches
from platforms.base import (
    Media,
    PublishedReply,
    Query,
    RejectedError,
    Target,
    TemporaryError,
)
from platforms.x import X
from tests.platforms.conftest import QUERY, Open, now, only, open_at, target_of
from tests.platforms.scripted import Scripted, ok, refused

MENTIONS, SEARCH = f"/x/2/users/{BRAND_ID}/mentions", "/x/2/tweets/search/recent"
NOTHING: dict[str, Any] = {"meta": {"result_count": 0}}


def a_post(number: int, **more: Any) -> dict[str, Any]:
    post = {"id": str(id_at(now()) + number), "author_id": "7", "text": f"@acme {number}"}
    return post | more


def a_page(*posts: dict[str, Any], token: str | None = None, **includes: Any) -> dict[str, Any]:
    meta = {"result_count": len(posts)} | ({"next_token": token} if token else {})
    users = [{"id": "7", "username": "Mara", "name": "Mara K."}]
    return {"data": list(posts), "includes": {"users": users, **includes}, "meta": meta}


@pytest.fixture
def x(scripted: Scripted) -> Iterator[X]:
    scripted.on(MENTIONS, ok(NOTHING))
    scripted.on(SEARCH, ok(NOTHING))
    with closing(open_at(scripted.url, "x")) as platform:
        yield platform


@pytest.fixture
def cursor(x: X) -> str:
    return x.fetch(QUERY, cursor=None).cursor


def test_short_and_empty_pages_with_a_token_are_not_the_last(
    x: X, cursor: str, scripted: Scripted
) -> None:
    last = a_page(a_post(1))
    empty = {"meta": {"result_count": 0, "next_token": "b"}}
    scripted.on(MENTIONS, ok(a_page(a_post(2), token="a")), ok(empty), ok(last))
    page = x.fetch(QUERY, cursor=cursor)
    assert [mention.text for mention in page.mentions] == ["@acme 1", "@acme 2"]


def test_cursor_moves_without_newest_id(x: X, cursor: str, scripted: Scripted) -> None:
    posts = [a_post(number) for number in (3, 2, 1)]
    scripted.on(MENTIONS, ok(a_page(*posts)))
    page = x.fetch(QUERY, cursor=cursor)
    assert json.loads(page.cursor)["newest"] == int(posts[0]["id"])


def test_both_generations_of_field_names_are_understood(x: X, scripted: Scripted) -> None:
    old = a_post(
        1,
        referenced_tweets=[{"type": "quoted", "id": "50"}],
        edit_history_tweet_ids=["40"],
        note_tweet={"text": "the whole text"},
    )
    new = {
        "id": str(int(old["id"]) + 1),
        "author_id": "7",
        "text": "cut",
        "referenced_posts": [{"type": "quoted", "id": "50"}],
        "edit_history_post_ids": ["41", str(int(old["id"]) + 1)],
        "note_post": {"text": "the whole text"},
    }
    old["edit_history_tweet_ids"].append(old["id"])
    ours = [{"id": "50", "author_id": str(BRAND_ID), "text": "news"}]
    for post, name in ((old, "tweets"), (new, "posts")):
        scripted.on(MENTIONS, ok(a_page(post, **{name: ours})))
        (mention,) = x.fetch(QUERY, cursor=None).mentions
        assert mention.can_reply, "quoting us is a summons"
        assert mention.text == "the whole text"
        assert mention.external_id in {"40", "41"}
        assert mention.address == post["id"]


def test_reposts_under_either_name_are_no_mentions(x: X, scripted: Scripted) -> None:
    for names in (("referenced_tweets", "retweeted"), ("referenced_posts", "reposted")):
        repost = a_post(1, **{names[0]: [{"type": names[1], "id": "50"}]})
        scripted.on(MENTIONS, ok(a_page(repost)))
        assert x.fetch(QUERY, cursor=None).mentions == ()


def test_text_is_as_people_read_it(x: X, scripted: Scripted) -> None:
    post = a_post(
        1,
        text="@acme &lt;b&gt; Q&amp;amp;A &copy; https://t.co/1 https://t.co/2",
        lang="und",
        attachments={"media_keys": ["3_1", "7_1", "missing"]},
        entities={
            "mentions": [{"id": str(BRAND_ID), "username": "acme"}],
            "urls": [
                {"url": "https://t.co/1", "expanded_url": "https://acme.example/?a=1"},
                {"url": "https://t.co/2", "display_url": "pic.x.com/2", "media_key": "3_1"},
            ],
        },
    )
    media = [
        {
            "media_key": "3_1",
            "type": "photo",
            "url": "https://i.example/1.jpg",
            "alt_text": "A cat",
        },
        {"media_key": "7_1", "type": "video"},
    ]
    scripted.on(MENTIONS, ok(a_page(post, media=media)))
    (mention,) = x.fetch(QUERY, cursor=None).mentions
    assert mention.text == "@acme <b> Q&amp;A &copy; https://acme.example/?a=1"
    assert mention.language is None
    assert mention.media == (
        Media(kind="image", url="https://i.example/1.jpg", alt="A cat"),
        Media(kind="video", url=mention.url),
    )


@pytest.mark.parametrize(
    ("said", "meant"), [("de", "de"), ("in", "id"), ("qme", None), ("zh-TW", "zh"), ("", None)]
)
def test_language(said: str, meant: str | None, x: X, scripted: Scripted) -> None:
    scripted.on(MENTIONS, ok(a_page(a_post(1, lang=said))))
    (mention,) = x.fetch(QUERY, cursor=None).mentions
    assert mention.language == meant


def test_partial_errors_beside_posts_are_no_failure(x: X, scripted: Scripted) -> None:
    page = a_page(a_post(1)) | {"errors": [{"title": "Forbidden", "resource_id": "9"}]}
    scripted.on(MENTIONS, ok(page))
    assert len(x.fetch(QUERY, cursor=None).mentions) == 1


def test_authors_that_x_sends_along_are_not_asked_for_again(x: X, scripted: Scripted) -> None:
    scripted.on(MENTIONS, ok(a_page(a_post(1))))
    (mention,) = x.fetch(QUERY, cursor=None).mentions
    assert mention.author.handle == "Mara"
    assert scripted.asked_for("/x/2/users") == []


def test_what_was_said_is_read_though_x_refuses_to_tell_who_said_it(
    x: X, scripted: Scripted
) -> None:
    scripted.on(MENTIONS, ok({"data": [a_post(1)], "meta": {}}))
    scripted.on("/x/2/users", refused(403, {"detail": "Your access level does not cover this."}))
    (mention,) = x.fetch(QUERY, cursor=None).mentions
    assert (mention.text, mention.author.handle) == ("@acme 1", "7")
    assert mention.url.startswith("https://x.com/i/status/")


def test_a_list_of_authors_that_is_none_is_a_passing_failure(x: X, scripted: Scripted) -> None:
    scripted.on(MENTIONS, ok({"data": [a_post(1)], "meta": {}}))
    scripted.on("/x/2/users", ok({"data": "nobody"}), ok({"data": [{"id": "7"}]}), ok([]))
    for _ in range(3):
        with pytest.raises(TemporaryError):
            x.fetch(QUERY, cursor=None)


@pytest.mark.parametrize(
    ("more", "includes"),
    [
        ({"author_id": None}, {}),
        ({"entities": None, "attachments": None, "referenced_tweets": None}, {}),
        ({"note_tweet": None, "lang": None, "conversation_id": None, "created_at": None}, {}),
        ({"entities": {"urls": [{"url": None}], "mentions": [{"id": "9"}]}}, {}),
        ({"attachments": {"poll_ids": ["1"]}}, {"polls": [{"id": "1", "options": []}]}),
        ({"withheld": {"copyright": False, "country_codes": ["XX"]}}, {}),
        ({"attachments": {"media_keys": ["3_1"]}}, {"media": [{"type": "photo"}]}),
        ({"referenced_tweets": [{"type": "quoted", "id": "5"}]}, {"tweets": [{"text": "?"}]}),
    ],
)
def test_odd_parts_cost_no_mention(
    more: dict[str, Any], includes: dict[str, Any], x: X, scripted: Scripted
) -> None:
    scripted.on("/x/2/users", ok({"data": []}))
    scripted.on(MENTIONS, ok(a_page(a_post(1, **more), **includes)))
    (mention,) = x.fetch(QUERY, cursor=None).mentions
    assert mention.text == "@acme 1"


@pytest.mark.parametrize(
    "garbage",
    [
        {},
        {"errors": [{"title": "Not Found Error"}]},
        {"data": "none", "meta": {}},
        {"data": [{"id": "x", "text": ""}], "meta": {}},
        {"data": [{"text": "no id"}], "meta": {}},
        {"data": [{"text": "no id", "edit_history_tweet_ids": ["5"]}], "meta": {}},
        {"data": [{"id": "5", "text": "t", "created_at": "yesterday"}], "meta": {}},
        {"data": [], "includes": {"users": [{"id": "5"}]}, "meta": {}},
        {"data": [], "includes": [], "meta": []},
        [],
        "{",
    ],
)
def test_garbage_is_a_passing_failure(garbage: Any, x: X, scripted: Scripted) -> None:
    scripted.on(MENTIONS, ok(garbage))
    if garbage == {"data": [], "includes": [], "meta": []}:
        assert x.fetch(QUERY, cursor=None).mentions == ()
        return
    with pytest.raises(TemporaryError):
        x.fetch(QUERY, cursor=None)


def test_late_post_with_a_lower_id_still_arrives(square: Square, opened: Open) -> None:
    square.post("x", "mara", "@acme first")
    platform = opened("x")
    cursor = platform.fetch(QUERY, cursor=None).cursor
    square.post("x", "ole", "@acme listed late", at=now() - timedelta(minutes=10))
    texts = {mention.text for mention in platform.fetch(QUERY, cursor=cursor).mentions}
    assert "@acme listed late" in texts


def test_backlog_beyond_the_cap_is_read_in_later_rounds(square: Square, base_url: str) -> None:
    with closing(open_at(base_url, "x", pages=2)) as platform:
        cursor = platform.fetch(QUERY, cursor=None).cursor
        for number in range(450):
            square.post("x", "mara", f"acme {number}", at=now() + timedelta(milliseconds=number))
        seen: set[str] = set()
        rounds = []
        for _ in range(3):
            page = platform.fetch(QUERY, cursor=cursor)
            cursor = page.cursor
            rounds.append(len(page.mentions))
            seen |= {mention.text for mention in page.mentions}
    assert rounds[0] == 200, "two pages of the search"
    assert seen == {f"acme {number}" for number in range(450)}


def test_paging_stops_before_the_limit_and_goes_on_next_round(
    x: X, cursor: str, scripted: Scripted
) -> None:
    newer, older = a_post(2), a_post(1)
    full = ok(a_page(newer, token="more"), x_rate_limit_remaining="0")
    scripted.on(MENTIONS, full, ok(NOTHING), ok(a_page(older)))
    first = x.fetch(QUERY, cursor=cursor)
    second = x.fetch(QUERY, cursor=first.cursor)
    assert [mention.text for mention in first.mentions] == ["@acme 2"]
    assert [mention.text for mention in second.mentions] == ["@acme 1"]
    assert scripted.asked_for(MENTIONS)[-1]["until_id"] == newer["id"]


def test_more_mentions_than_x_shows_are_told_as_a_gap(square: Square, opened: Open) -> None:
    platform = opened("x")
    mentions_only = Query(terms=())
    cursor = platform.fetch(mentions_only, cursor=None).cursor
    for number in range(810):
        square.post("x", "mara", f"@acme {number}")
    page = platform.fetch(mentions_only, cursor=cursor)
    assert len(page.mentions) == 800
    assert page.gap is not None
    assert page.gap.startswith("X shows the newest 800 mentions only")


def test_standing_still_beyond_the_search_is_told_as_a_gap(square: Square, opened: Open) -> None:
    square.post("x", "mara", "acme again")
    long_ago = now() - timedelta(days=9)
    old = json.dumps({"newest": id_at(long_ago), "at": long_ago.timestamp(), "holes": []})
    page = opened("x").fetch(QUERY, cursor=old)
    assert page.gap is not None
    assert page.gap.startswith("X's search goes back seven days")
    assert len(page.mentions) == 1
    assert opened("x").fetch(QUERY, cursor=page.cursor).gap is None


def test_quiet_weeks_are_no_gap(x: X, cursor: str, scripted: Scripted) -> None:
    quiet = json.loads(cursor) | {"newest": id_at(now() - timedelta(days=30))}
    assert x.fetch(QUERY, cursor=json.dumps(quiet)).gap is None
    week_ago = id_at(now() - timedelta(days=7))
    assert int(scripted.asked_for(SEARCH)[-1]["since_id"]) > week_ago


def test_post_found_by_its_words_cannot_be_answered_and_says_why(
    square: Square, opened: Open
) -> None:
    square.post("x", "mara", "Is Acme down?")
    platform = opened("x")
    (mention,) = platform.fetch(QUERY, cursor=None).mentions
    assert not mention.can_reply
    assert "only people who mention us" in mention.cannot_reply_reason
    with pytest.raises(RejectedError, match="answer on X itself"):
        platform.reply(target_of(mention), "No. Ana", key="k")


def test_quote_of_our_post_can_be_answered(square: Square, opened: Open) -> None:
    ours = square.post("x", "acme", "news")
    square.post("x", "mara", "really, acme?", quotes=ours.id)
    platform = opened("x")
    (mention,) = platform.fetch(QUERY, cursor=None).mentions
    assert mention.can_reply
    assert platform.reply(target_of(mention), "Really. Ana", key="k")


def test_edited_post_is_the_same_mention_with_a_new_address(square: Square, opened: Open) -> None:
    post = square.post("x", "mara", "@acme frist")
    platform = opened("x")
    (before,) = platform.fetch(QUERY, cursor=None).mentions
    square.edit("x", post.id, "@acme first")
    (after,) = platform.fetch(QUERY, cursor=None).mentions
    assert after.external_id == before.external_id
    assert after.address != before.address
    assert after.text == "@acme first"


def test_same_words_elsewhere_are_refused_in_words(square: Square, opened: Open) -> None:
    for who in ("mara", "ole"):
        square.post("x", who, "@acme hello")
    platform = opened("x")
    first, second = (target_of(each) for each in platform.fetch(QUERY, cursor=None).mentions)
    platform.reply(first, "Thanks", key="k1")
    with pytest.raises(RejectedError, match="Change a few words"):
        platform.reply(second, "Thanks", key="k2")


def test_sending_again_what_is_out_returns_the_reply_that_is_there(
    square: Square, opened: Open
) -> None:
    square.post("x", "mara", "@acme hello")
    platform = opened("x")
    to = only(platform)
    published = platform.reply(to, "Hello Mara", key="k1")
    assert platform.reply(to, "Hello Mara", key="k1") == published
    assert len(square.replies_by_brand("x")) == 1


def test_reply_is_found_behind_what_x_changed(x: X, scripted: Scripted) -> None:
    shown = a_post(
        1,
        text="@Mara @ole We can &amp; do, see https://t.co/1",
        referenced_tweets=[{"type": "replied_to", "id": "5"}],
    )
    elsewhere = shown | {"id": "60", "referenced_tweets": [{"type": "replied_to", "id": "6"}]}
    scripted.on(f"/x/2/users/{BRAND_ID}/tweets", ok(a_page(elsewhere, shown)))
    found = x.find_reply(a_target(), "We can & do,  see acme.com/help", key="k", since=now())
    assert found is not None
    assert found.external_id == shown["id"]


def a_target() -> Target:
    return Target(external_id="5", address="5", url="", author_handle="mara", text="")


def test_own_number_is_asked_for_when_the_token_does_not_tell(
    square: Square, base_url: str
) -> None:
    square.post("x", "mara", "@acme hello")
    variables = {"X_ACCESS_TOKEN": "from-a-gateway"}
    with closing(open_at(base_url, "x", variables=variables)) as platform:
        assert len(platform.fetch(QUERY, cursor=None).mentions) == 1


def test_many_terms_are_spread_over_queries_of_allowed_length() -> None:
    terms = tuple(f"product number {number}" for number in range(80))
    queries = searches(Query(terms=terms, own_accounts=frozenset({"acme"})), "1")
    assert max(map(len, queries)) <= QUERY_LENGTH
    for term in terms:
        assert sum(f'"{term}"' in query for query in queries) == 1, term
    assert all(query.endswith("-is:retweet -from:1 -from:acme") for query in queries)


def test_terms_cannot_smuggle_operators() -> None:
    (query,) = searches(Query(terms=('acme" OR "cat', "#acme", "OR")), "1")
    assert query.startswith('("acme  OR  cat" OR #acme OR "OR")')


def test_second_cashtag_is_objected_to(x: X) -> None:
    assert x.objections(a_target(), "$ACM and $ACM are up, 5$ a piece, $5") == ()
    assert len(x.objections(a_target(), "$ACM or $XYZ?")) == 1


def test_what_is_not_ours_cannot_be_taken_down(square: Square, opened: Open) -> None:
    theirs = square.post("x", "mara", "@acme who can help?")
    with pytest.raises(RejectedError, match="not authorized to delete"):
        opened("x").delete(PublishedReply(external_id=str(theirs.id), url=""))
    assert not square.find("x", theirs.id).deleted

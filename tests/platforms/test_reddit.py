"""Reddit as it is: its listings, its Markdown, its refusals, and what makes praw stumble."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from bot.sandbox.square import Square
from bot.sandbox.square_reddit import WRONG_PASSWORD
from platforms.base import (
    Media,
    PausedError,
    PublishedReply,
    Query,
    Target,
    TemporaryError,
)
from platforms.reddit import Reddit
from tests.platforms.conftest import QUERY, Open, customer_posts, now, only, open_at
from tests.platforms.scripted import Scripted, ok, refused

TOKEN = {"access_token": "t", "token_type": "bearer", "expires_in": 86400, "scope": "*"}
COMMENT, INFO = "/reddit/api/comment", "/reddit/api/info"
TO = Target(external_id="t1_a", address="t1_a", url="", author_handle="mara", text="")


def a_listing(*things: dict[str, Any], after: str | None = None) -> dict[str, Any]:
    return {"kind": "Listing", "data": {"after": after, "children": list(things)}}


def a_comment(short: str, body: str, *, age: float = 0, **more: Any) -> dict[str, Any]:
    data = {
        "id": short,
        "name": f"t1_{short}",
        "author": "mara",
        "body": body,
        "created_utc": now().timestamp() - age,
        "subreddit": "market",
        "link_id": "t3_p",
        "parent_id": "t3_p",
    }
    return {"kind": "t1", "data": data | more}


def things(*made: dict[str, Any]) -> dict[str, Any]:
    return {"json": {"errors": [], "data": {"things": list(made)}}}


def said(code: str, words: str) -> dict[str, Any]:
    return {"json": {"errors": [[code, words, "field"]]}}


@pytest.fixture
def reddit(scripted: Scripted) -> Iterator[Reddit]:
    scripted.on("/reddit/api/v1/access_token", ok(TOKEN))
    scripted.on("/reddit/api/v1/me", ok({"id": "1", "name": "acme"}))
    for path in ("message/mentions", "message/comments", "message/selfreply", "r/all/search"):
        scripted.on(f"/reddit/{path}", ok(a_listing()))
    with closing(open_at(scripted.url, "reddit")) as platform:
        yield platform


def test_search_finds_posts_with_their_title(square: Square, opened: Open) -> None:
    square.post("reddit", "ole", "Acme or not?\nTell me.", community="homeowners")
    (mention,) = opened("reddit").fetch(QUERY, cursor=None).mentions
    assert mention.text == "Acme or not?\n\nTell me."
    assert mention.community == "homeowners"
    assert mention.external_id == mention.root_id
    assert mention.url.startswith("https://www.reddit.com/r/homeowners/comments/")


def test_comments_of_chosen_communities_are_matched_by_word(square: Square, opened: Open) -> None:
    thread = square.post("reddit", "ole", "What do you use?", community="webdev")
    for text in ("ACME, sadly", "acmestro!", "> acme is bad\n\nI disagree", "アクメacmeの"):
        square.post("reddit", "mara", text, reply_to=thread.id)
    query = Query(terms=("acme",), communities=("webdev", "sysadmin"))
    found = opened("reddit").fetch(query, cursor=None).mentions
    assert [mention.text for mention in found] == ["ACME, sadly", "アクメacmeの"]


def test_same_post_from_two_lists_is_one_mention(square: Square, opened: Open) -> None:
    ours = square.post("reddit", "acme", "We are acme", community="webdev")
    square.post("reddit", "mara", "u/acme acme!", reply_to=ours.id)
    query = Query(terms=("acme",), communities=("webdev",))
    assert len(opened("reddit").fetch(query, cursor=None).mentions) == 1


def test_old_item_on_top_does_not_end_reading(reddit: Reddit, scripted: Scripted) -> None:
    listing = a_listing(
        a_comment("old", "u/acme from last year", age=3e7),
        a_comment("b", "u/acme second"),
        a_comment("a", "u/acme first", age=60),
    )
    cursor = reddit.fetch(QUERY, cursor=None).cursor
    scripted.on("/reddit/message/mentions", ok(listing))
    found = reddit.fetch(QUERY, cursor=cursor).mentions
    assert [mention.external_id for mention in found] == ["t1_a", "t1_b"]


def test_short_and_empty_pages_with_a_successor_are_not_the_last(
    reddit: Reddit, scripted: Scripted
) -> None:
    cursor = reddit.fetch(QUERY, cursor=None).cursor
    short = a_listing(a_comment("b", "u/acme second"), after="t1_b")
    last = a_listing(a_comment("a", "u/acme first", age=60))
    scripted.on("/reddit/message/mentions", ok(short), ok(a_listing(after="t1_x")), ok(last))
    found = reddit.fetch(QUERY, cursor=cursor).mentions
    assert [mention.external_id for mention in found] == ["t1_a", "t1_b"]
    asked = [each.get("after") for each in scripted.asked_for("/reddit/message/mentions")[-3:]]
    assert asked == [None, "t1_b", "t1_x"]


def test_empty_pages_without_end_end(reddit: Reddit, scripted: Scripted) -> None:
    scripted.on("/reddit/message/mentions", ok(a_listing(after="t1_x")))
    assert reddit.fetch(QUERY, cursor=None).mentions == ()


def test_post_without_a_community_is_a_mention(reddit: Reddit, scripted: Scripted) -> None:
    post = {
        "id": "p",
        "name": "t3_p",
        "author": "mara",
        "title": "Acme box",
        "created_utc": now().timestamp(),
        "permalink": "/comments/p/acme_box/",
        "secure_media": None,
    }
    scripted.on("/reddit/r/all/search", ok(a_listing({"kind": "t3", "data": post})))
    (mention,) = reddit.fetch(QUERY, cursor=None).mentions
    assert (mention.community, mention.text) == (None, "Acme box")


@pytest.mark.parametrize(
    ("more", "media"),
    [
        ({"selftext": None, "is_self": True}, ()),
        ({"is_gallery": True, "url": "https://www.reddit.com/gallery/p"}, ("link",)),
        ({"url": "/r/other/comments/q/", "crosspost_parent": "t3_q"}, ()),
        ({"url": None, "url_overridden_by_dest": None, "media": None}, ()),
        ({"poll_data": {"options": []}, "is_self": True, "url": "https://www.reddit.com/x"}, ()),
        ({"is_video": True, "url": "https://v.redd.it/1"}, ("video",)),
    ],
    ids=["no text", "gallery", "crosspost", "no link", "poll", "video"],
)
def test_posts_of_every_kind_are_read(
    more: dict[str, Any], media: tuple[str, ...], reddit: Reddit, scripted: Scripted
) -> None:
    post = {
        "id": "p",
        "name": "t3_p",
        "author": "mara",
        "title": "Acme box",
        "is_self": False,
        "created_utc": now().timestamp(),
        "subreddit": "pics",
        "permalink": "/r/pics/comments/p/acme_box/",
    }
    scripted.on("/reddit/r/all/search", ok(a_listing({"kind": "t3", "data": post | more})))
    (mention,) = reddit.fetch(QUERY, cursor=None).mentions
    assert mention.text == "Acme box"
    assert tuple(each.kind for each in mention.media) == media


def test_comment_without_words_says_nothing(reddit: Reddit, scripted: Scripted) -> None:
    nothing: Any = None
    scripted.on("/reddit/message/mentions", ok(a_listing(a_comment("a", nothing))))
    (mention,) = reddit.fetch(QUERY, cursor=None).mentions
    assert mention.text == ""


def test_deleted_posts_and_authors_are_skipped(reddit: Reddit, scripted: Scripted) -> None:
    listing = a_listing(
        a_comment("a", "u/acme hello", author="[deleted]"),
        a_comment("b", "[removed]"),
        a_comment("c", "u/acme still here"),
    )
    scripted.on("/reddit/message/mentions", ok(listing))
    (mention,) = reddit.fetch(QUERY, cursor=None).mentions
    assert mention.external_id == "t1_c"
    assert mention.url == "https://www.reddit.com/comments/p/_/c/"


def test_link_posts_show_what_they_link(reddit: Reddit, scripted: Scripted) -> None:
    post = {
        "id": "p",
        "name": "t3_p",
        "author": "mara",
        "title": "Acme box",
        "selftext": "",
        "is_self": False,
        "url": "https://i.example/box.jpg",
        "created_utc": now().timestamp(),
        "subreddit": "pics",
        "permalink": "/r/pics/comments/p/acme_box/?ref=search",
        "locked": True,
    }
    scripted.on("/reddit/r/all/search", ok(a_listing({"kind": "t3", "data": post})))
    (mention,) = reddit.fetch(QUERY, cursor=None).mentions
    assert mention.media == (Media(kind="image", url="https://i.example/box.jpg"),)
    assert mention.url == "https://www.reddit.com/r/pics/comments/p/acme_box/"
    assert (mention.can_reply, mention.text) == (False, "Acme box")
    assert "closed" in mention.cannot_reply_reason


def test_more_than_a_list_shows_is_told_as_a_gap(square: Square, opened: Open) -> None:
    platform = opened("reddit")
    cursor = platform.fetch(QUERY, cursor=None).cursor
    for number in range(260):
        square.post("reddit", "mara", f"acme {number}")
    page = platform.fetch(QUERY, cursor=cursor)
    assert len(page.mentions) == 250
    assert page.gap is not None
    assert page.gap.startswith("Reddit's list of search acme shows no more than 250")


def test_new_term_reads_the_recent_past_only(square: Square, opened: Open) -> None:
    platform = opened("reddit")
    cursor = platform.fetch(QUERY, cursor=None).cursor
    square.post("reddit", "mara", "gadget, long ago", at=now() - timedelta(days=3))
    square.post("reddit", "mara", "gadget, lately", at=now() - timedelta(minutes=30))
    page = platform.fetch(Query(terms=("acme", "gadget")), cursor=cursor)
    assert [mention.text for mention in page.mentions] == ["gadget, lately"]


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("plain. text! (really) - ok?", "plain. text! (really) - ok?"),
        (
            "*not* _bold_ ~~gone~~ `code` ^up |t|",
            r"\*not\* \_bold\_ \~\~gone\~\~ \`code\` \^up \|t\|",
        ),
        ("[a](b) <c> &amp; \\", r"\[a\](b) \<c\> \&amp; " + "\\\\"),
        ("#tag", r"\#tag"),
        ("> no quote", r"\> no quote"),
        (
            "- no list\n+ none\n1. none\n-5 degrees\n1.5 l",
            "\\- no list  \n\\+ none  \n1\\. none  \n-5 degrees  \n1.5 l",
        ),
        ("one\ntwo\n\nthree", "one  \ntwo\n\nthree"),
        ("    indented", "\u00a0\u00a0\u00a0\u00a0indented"),
        (
            "see https://a.example/x_y_z?a=1&b=2 _now_",
            r"see https://a.example/x_y_z?a=1&b=2 \_now\_",
        ),
    ],
)
def test_reply_appears_as_it_was_typed(typed: str, sent: str, square: Square, opened: Open) -> None:
    customer_posts(square, "reddit", "who can help?")
    platform = opened("reddit")
    platform.reply(only(platform), typed, key="k")
    (reply,) = square.replies_by_brand("reddit")
    assert reply.text == sent
    assert platform.measure(typed).used == len(sent)


@pytest.mark.parametrize(
    ("text", "over"), [("a" * 10_000, 0), ("a" * 10_001, 1), ("*" * 5_000, 0), ("*" * 5_001, 2)]
)
def test_counts_what_is_sent(text: str, over: int, reddit: Reddit) -> None:
    assert reddit.measure(text).over == over


def test_odd_limit_headers_do_not_spoil_a_reply(reddit: Reddit, scripted: Scripted) -> None:
    headers = {"x_ratelimit_used": "3.0", "x_ratelimit_remaining": "96.5", "x_ratelimit_reset": "?"}
    scripted.on(COMMENT, ok(things(a_comment("b", "Hello", permalink="/r/m/b/")), **headers))
    published = reddit.reply(TO, "Hello", key="k")
    assert published == PublishedReply(external_id="t1_b", url="https://www.reddit.com/r/m/b/")


def test_used_up_limit_is_told_and_not_slept_away(reddit: Reddit, scripted: Scripted) -> None:
    headers = {"x_ratelimit_used": "100", "x_ratelimit_remaining": "0", "x_ratelimit_reset": "480"}
    scripted.on(INFO, ok(a_listing(), **headers))
    assert list(reddit.refresh(["t1_a"])) == []
    with pytest.raises(TemporaryError) as raised:
        reddit.reply(TO, "Hello", key="k")
    assert raised.value.retry_after == pytest.approx(480, abs=3)
    assert scripted.asked_for(COMMENT) == []


def test_refused_token_is_renewed_by_the_next_call(reddit: Reddit, scripted: Scripted) -> None:
    scripted.on(INFO, refused(401, ""), ok(a_listing(a_comment("a", "changed", edited=5.0))))
    with pytest.raises(PausedError):
        list(reddit.refresh(["t1_a"]))
    (state,) = reddit.refresh(["t1_a"])
    assert state.text == "changed"
    assert len(scripted.asked_for("/reddit/api/v1/access_token")) == 2


def test_wrong_password_pauses(base_url: str) -> None:
    variables = {
        "REDDIT_REFRESH_TOKEN": "",
        "REDDIT_USERNAME": "acme",
        "REDDIT_PASSWORD": WRONG_PASSWORD,
    }
    platform = open_at(base_url, "reddit", variables=variables)
    with closing(platform), pytest.raises(PausedError):
        platform.fetch(QUERY, cursor=None)


def test_unknown_community_pauses_with_the_list(reddit: Reddit, scripted: Scripted) -> None:
    scripted.on("/reddit/r/nowhere/comments", refused(302, "", location="/subreddits/search"))
    with pytest.raises(PausedError, match="community"):
        reddit.fetch(Query(terms=("acme",), communities=("nowhere",)), cursor=None)


def test_the_first_round_takes_the_newest_page_of_mentions_however_old(
    reddit: Reddit, scripted: Scripted
) -> None:
    years_old = [a_comment(f"c{n}", f"u/acme {n}", age=1e8 + n) for n in range(120)]
    scripted.on("/reddit/message/mentions", ok(a_listing(*years_old)))
    found = reddit.fetch(QUERY, cursor=None).mentions
    assert [mention.external_id for mention in found] == [f"t1_c{n}" for n in reversed(range(100))]

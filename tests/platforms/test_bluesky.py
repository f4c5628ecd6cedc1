"""Bluesky as it is: its lists and times, its sessions, its rules for replies, its counting."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.sandbox import square_bluesky
from bot.sandbox.square import Square
from platforms._bluesky_line import Line
from platforms._bluesky_posts import own_key, text_of
from platforms._bluesky_reading import DEEP_LOOK_EVERY, OVERLAP, PAGES
from platforms.base import (
    Media,
    PausedError,
    Query,
    RejectedError,
    Target,
    TemporaryError,
    UncertainError,
)
from platforms.bluesky import Bluesky
from tests.platforms.conftest import QUERY, Open, now, only, open_at, target_of
from tests.platforms.counting import FAMILY, FLAG
from tests.platforms.scripted import Scripted, ok, refused

XRPC = "/bluesky/xrpc"
LOGIN = f"{XRPC}/com.atproto.server.createSession"
RENEWAL = f"{XRPC}/com.atproto.server.refreshSession"
NOTES = f"{XRPC}/app.bsky.notification.listNotifications"
SEARCH = f"{XRPC}/app.bsky.feed.searchPosts"
POSTS = f"{XRPC}/app.bsky.feed.getPosts"
PUT = f"{XRPC}/com.atproto.repo.putRecord"
GET = f"{XRPC}/com.atproto.repo.getRecord"
EXPIRED = refused(400, {"error": "ExpiredToken", "message": "Token has expired"})
ME, MARA = "did:plc:us", "did:plc:mara"
HER_POST = f"at://{MARA}/app.bsky.feed.post/3lbqnsy2abc2x"
TO_HER = Target(external_id=HER_POST, address=HER_POST, url="", author_handle="mara.test", text="?")


def a_session(number: int = 1) -> dict[str, Any]:
    return {"did": ME, "handle": "acme.test", "accessJwt": f"a{number}", "refreshJwt": f"r{number}"}


def at(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def a_view(*, uri: str = HER_POST, record: dict[str, Any] | None = None, **more: Any) -> Any:
    made = {"text": "@acme.test hello", "createdAt": at(now())} | (record or {})
    author = {"did": MARA, "handle": "mara.test", "displayName": "Mara"}
    shown = {"uri": uri, "cid": "bafy1", "author": author, "record": made, "indexedAt": at(now())}
    return shown | more


def a_note(uri: str = HER_POST, *, when: datetime | None = None) -> dict[str, Any]:
    return {"uri": uri, "reason": "mention", "indexedAt": at(when or now())}


def facet(start: int, end: int, uri: str) -> dict[str, Any]:
    link = {"$type": "app.bsky.richtext.facet#link", "uri": uri}
    return {"index": {"byteStart": start, "byteEnd": end}, "features": [link]}


def how_often(square: Square, method: str) -> int:
    return sum(request.path.endswith(method) for request in square.requests)


@pytest.fixture(autouse=True)
def no_session_of_another_test() -> None:
    """Sessions are kept for the process, and a port may be given twice."""
    Line._accounts.clear()


@pytest.fixture
def bluesky(scripted: Scripted) -> Iterator[Bluesky]:
    scripted.on(LOGIN, ok(a_session()))
    scripted.on(NOTES, ok({"notifications": [a_note()]}))
    scripted.on(SEARCH, ok({"posts": []}))
    scripted.on(POSTS, ok({"posts": [a_view()]}))
    with closing(open_at(scripted.url, "bluesky")) as platform:
        yield platform


def read(bluesky: Bluesky, scripted: Scripted, *views: Any) -> tuple[Any, ...]:
    """Let notifications lead to these posts, and read them."""
    scripted.on(NOTES, ok({"notifications": [a_note(view["uri"]) for view in views]}))
    scripted.on(POSTS, ok({"posts": list(views)}))
    return bluesky.fetch(QUERY, cursor=None).mentions


# -- what is found


def test_reply_and_quote_and_bare_word_are_mentions(square: Square, opened: Open) -> None:
    ours = square.post("bluesky", "acme", "We have news")
    square.post("bluesky", "mara", "tell me more", reply_to=ours.id)
    square.post("bluesky", "ole", "look at this", quotes=ours.id)
    square.post("bluesky", "kim", "is Acme any good?")
    square.post("bluesky", "kim", "macme and acmeology are other words")
    found = opened("bluesky").fetch(QUERY, cursor=None).mentions
    assert [each.text for each in found] == ["tell me more", "look at this", "is Acme any good?"]


def test_reposts_are_no_mentions(square: Square, opened: Open) -> None:
    ours = square.post("bluesky", "acme", "We have news about acme")
    square.post("bluesky", "mara", "", repeats=ours.id)
    assert opened("bluesky").fetch(QUERY, cursor=None).mentions == ()


def test_posts_of_our_other_accounts_are_no_mentions(square: Square, opened: Open) -> None:
    square.post("bluesky", "acme_help", "acme says hello")
    query = Query(terms=("acme",), own_accounts=frozenset({"acme_help.test"}))
    assert opened("bluesky").fetch(query, cursor=None).mentions == ()


def test_posts_of_one_millisecond_are_not_lost_between_pages(square: Square, opened: Open) -> None:
    platform = opened("bluesky")
    cursor = platform.fetch(QUERY, cursor=None).cursor
    moment = now()
    for number in range(130):
        later = timedelta(milliseconds=number // 60)
        square.post("bluesky", "mara", f"@acme.test number {number}", at=moment + later)
    query = Query(terms=())
    assert len(platform.fetch(query, cursor=cursor).mentions) == 130


def test_late_and_backdated_posts_are_found(square: Square, opened: Open) -> None:
    platform = opened("bluesky")
    square.post("bluesky", "ole", "@acme.test now")
    cursor = platform.fetch(QUERY, cursor=None).cursor
    square.post("bluesky", "mara", "@acme.test late", at=now() - OVERLAP / 2)
    square.post("bluesky", "kim", "@acme.test dated back", at=now() - OVERLAP * 2)
    page = platform.fetch(QUERY, cursor=cursor)
    assert [each.text for each in page.mentions] == ["@acme.test late", "@acme.test now"]
    long_ago = json.loads(page.cursor)["looked"] - DEEP_LOOK_EVERY.total_seconds()
    page = platform.fetch(QUERY, cursor=json.dumps(json.loads(page.cursor) | {"looked": long_ago}))
    assert page.mentions[0].text == "@acme.test dated back"
    assert len(platform.fetch(QUERY, cursor=page.cursor).mentions) == 2, "each round looked deep"


def test_short_and_empty_pages_are_not_the_last(bluesky: Bluesky, scripted: Scripted) -> None:
    one, two = a_view(uri=HER_POST + "1"), a_view(uri=HER_POST + "2")
    pages = [[a_note(one["uri"])], [], [a_note(two["uri"])]]
    answers = [{"notifications": notes, "cursor": str(at)} for at, notes in enumerate(pages)]
    del answers[-1]["cursor"]
    scripted.on(NOTES, *(ok(answer) for answer in answers))
    scripted.on(POSTS, ok({"posts": [one, two]}))
    assert len(bluesky.fetch(QUERY, cursor=None).mentions) == 2


def test_what_was_too_much_to_read_is_said(bluesky: Bluesky, scripted: Scripted) -> None:
    assert bluesky.fetch(QUERY, cursor=None).gap is None
    scripted.on(NOTES, ok({"notifications": [a_note()], "cursor": "more"}))
    page = bluesky.fetch(QUERY, cursor=None)
    assert len(scripted.asked_for(NOTES)) == PAGES + 1
    assert page.gap == "Bluesky had more than 5,000 posts at once; the oldest were not read."


def test_phrases_are_searched_as_phrases(bluesky: Bluesky, scripted: Scripted) -> None:
    bluesky.fetch(Query(terms=("acme", 'Acme "Fiber"')), cursor=None)
    assert [asked["q"] for asked in scripted.asked_for(SEARCH)] == ["acme", '"Acme  Fiber"']


def test_post_hidden_since_its_notification_is_left_out(
    bluesky: Bluesky, scripted: Scripted
) -> None:
    scripted.on(POSTS, ok({"posts": []}))
    assert bluesky.fetch(QUERY, cursor=None).mentions == ()


# -- how a post is read


def test_place_language_and_author(bluesky: Bluesky, scripted: Scripted) -> None:
    above = {"uri": f"at://{MARA}/app.bsky.feed.post/3lbqnsy2abc22", "cid": "bafy0"}
    first = {"uri": f"at://{MARA}/app.bsky.feed.post/3lbqnsy2abc23", "cid": "bafy0"}
    record = {"reply": {"root": first, "parent": above}, "langs": ["pt-BR"]}
    (mention,) = read(bluesky, scripted, a_view(record=record))
    assert (mention.parent_id, mention.root_id) == (above["uri"], first["uri"])
    assert mention.language == "pt"
    assert mention.url == "https://bsky.app/profile/mara.test/post/3lbqnsy2abc2x"
    assert (mention.author.name, mention.author.id) == ("Mara", MARA)


@pytest.mark.parametrize("said", [[], ["en", "de"], ["gsw"], None])
def test_language_is_open_when_the_app_names_none_or_several(
    said: Any, bluesky: Bluesky, scripted: Scripted
) -> None:
    (mention,) = read(bluesky, scripted, a_view(record={"langs": said}))
    assert mention.language is None


def test_unconfirmed_handle_is_linked_by_its_lasting_name(
    bluesky: Bluesky, scripted: Scripted
) -> None:
    view = a_view(author={"did": MARA, "handle": "handle.invalid"})
    (mention,) = read(bluesky, scripted, view)
    assert mention.url.startswith(f"https://bsky.app/profile/{MARA}/post/")


@pytest.mark.parametrize("created", ["0001-01-01T00:00:00Z", "2999-01-01T00:00:00Z", "yesterday"])
def test_odd_dates_of_the_author_do_not_stop_reading(
    created: str, bluesky: Bluesky, scripted: Scripted
) -> None:
    (mention,) = read(bluesky, scripted, a_view(record={"createdAt": created}))
    assert mention.published_at <= now()


@pytest.mark.parametrize(
    ("embed", "media"),
    [
        (
            {
                "$type": "app.bsky.embed.images#view",
                "images": [{"fullsize": "https://cdn.test/1", "thumb": "", "alt": "A cat"}],
            },
            [Media(kind="image", url="https://cdn.test/1", alt="A cat")],
        ),
        (
            {"$type": "app.bsky.embed.video#view", "thumbnail": "https://cdn.test/2"},
            [Media(kind="video", url="https://cdn.test/2")],
        ),
        (
            {
                "$type": "app.bsky.embed.external#view",
                "external": {"uri": "https://news.test/", "title": "News"},
            },
            [Media(kind="link", url="https://news.test/", alt="News")],
        ),
        (
            {
                "$type": "app.bsky.embed.external#view",
                "external": {"uri": "javascript:alert(1)", "title": "News"},
            },
            [],
        ),
        (
            {
                "$type": "app.bsky.embed.recordWithMedia#view",
                "media": {
                    "$type": "app.bsky.embed.video#view",
                    "thumbnail": "https://cdn.test/2",
                    "alt": "A dog",
                },
                "record": {"record": a_view()},
            },
            [
                Media(kind="video", url="https://cdn.test/2", alt="A dog"),
                Media(
                    kind="link",
                    url="https://bsky.app/profile/mara.test/post/3lbqnsy2abc2x",
                    alt="Quotes a post by @mara.test",
                ),
            ],
        ),
        ({"$type": "app.bsky.embed.record#view", "record": {"uri": HER_POST, "blocked": True}}, []),
        ({"$type": "app.bsky.embed.hologram#view", "rays": 3}, []),
    ],
    ids=["image", "video", "card", "bad link", "quote and video", "blocked quote", "unknown"],
)
def test_media(embed: Any, media: list[Media], bluesky: Bluesky, scripted: Scripted) -> None:
    (mention,) = read(bluesky, scripted, a_view(embed=embed))
    assert list(mention.media) == media


def test_links_are_whole_and_those_behind_words_are_told(
    bluesky: Bluesky, scripted: Scripted
) -> None:
    text = "😡 acme.test/a/very/lo... and here"
    long, other = "https://acme.test/a/very/long/way", "https://elsewhere.test/"
    facets = [facet(5, 27, long), facet(32, 36, other)]
    (mention,) = read(bluesky, scripted, a_view(record={"text": text, "facets": facets}))
    assert mention.text == f"😡 {long} and here"
    assert mention.media == (Media(kind="link", url=other, alt="here"),)


@pytest.mark.parametrize(
    "facets",
    [
        [facet(1, 5, "https://a.test/")],  # begins within the emoji
        [facet(0, 500, "https://a.test/")],
        [facet(9, 5, "https://a.test/")],
        [facet(-4, 5, "https://a.test/")],
        [{"features": []}],
        None,
    ],
)
def test_facets_that_do_not_fit_leave_the_text_alone(facets: Any) -> None:
    assert text_of({"text": "😡 a... b", "facets": facets}) == "😡 a... b"


# -- who may answer


@pytest.mark.parametrize(
    ("allow", "reason"),
    [
        ([], "The author lets nobody reply."),
        (["followerRule"], "The author lets only their followers reply."),
        (
            ["mentionRule", "followingRule"],
            "The author lets only people whom the thread mentions and people they follow reply.",
        ),
        (["moonRule"], "The author lets only some people reply."),
    ],
)
def test_closed_thread_says_why_before_anybody_writes(
    allow: list[str], reason: str, bluesky: Bluesky, scripted: Scripted
) -> None:
    rules = [{"$type": f"app.bsky.feed.threadgate#{each}"} for each in allow]
    view = a_view(viewer={"replyDisabled": True}, threadgate={"record": {"allow": rules}})
    (mention,) = read(bluesky, scripted, view)
    assert (mention.can_reply, mention.cannot_reply_reason) == (False, reason)
    with pytest.raises(RejectedError, match=reason):
        bluesky.reply(TO_HER, "Hello", key="k1")
    assert scripted.asked_for(PUT) == []


def test_gate_that_lets_us_in_is_no_obstacle(bluesky: Bluesky, scripted: Scripted) -> None:
    view = a_view(viewer={"replyDisabled": False}, threadgate={"record": {"allow": []}})
    (mention,) = read(bluesky, scripted, view)
    assert mention.can_reply


def test_thread_closed_meanwhile_takes_no_reply(square: Square, opened: Open) -> None:
    post = square.post("bluesky", "mara", "@acme.test hello")
    below = square.post("bluesky", "ole", "@acme.test me too", reply_to=post.id)
    platform = opened("bluesky")
    found = platform.fetch(QUERY, cursor=None).mentions
    square.lock("bluesky", post.id)
    for mention in found:
        with pytest.raises(RejectedError, match="reply"):
            platform.reply(target_of(mention), "Hello", key="k1")
    assert below.reply_to == post.id
    assert square.replies_by_brand("bluesky") == []


# -- answering


def test_reply_with_the_same_key_is_one_post(square: Square, opened: Open) -> None:
    square.post("bluesky", "mara", "@acme.test hello")
    to = only(opened("bluesky"))
    first = opened("bluesky").reply(to, "Hello Mara", key="k1")
    again = opened("bluesky").reply(to, "Hello Mara", key="k1")
    assert first == again
    assert len(square.replies_by_brand("bluesky")) == 1
    opened("bluesky").reply(to, "Something else", key="k1")
    texts = [each.text for each in square.replies_by_brand("bluesky")]
    assert texts == ["Hello Mara", "Something else"], "a reply must never overwrite another"


def test_reply_cut_off_after_its_effect_is_found_and_not_repeated(
    square: Square, opened: Open
) -> None:
    square.post("bluesky", "mara", "@acme.test hello")
    platform = opened("bluesky")
    to = only(platform)
    square.order_fault("bluesky", "drop_after", on="write")
    with pytest.raises(UncertainError):
        platform.reply(to, "Hello Mara", key="k1")
    found = opened("bluesky").find_reply(to, "Hello Mara", key="k1", since=now())
    assert found == opened("bluesky").reply(to, "Hello Mara", key="k1")
    assert len(square.replies_by_brand("bluesky")) == 1


def test_reply_names_its_parent_and_the_beginning_of_the_thread(
    bluesky: Bluesky, scripted: Scripted
) -> None:
    root = {"uri": f"at://{MARA}/app.bsky.feed.post/3lbqnsy2abc22", "cid": "bafy0"}
    parent = {"uri": HER_POST, "cid": "bafy1"}
    for above, expected in (({}, parent), ({"reply": {"root": root, "parent": root}}, root)):
        scripted.on(POSTS, ok({"posts": [a_view(record=above)]}))
        sent = _sent(bluesky, scripted, "Hello")
        assert sent["record"]["reply"] == {"root": expected, "parent": parent}


def test_reply_asks_that_nothing_is_overwritten(bluesky: Bluesky, scripted: Scripted) -> None:
    sent = _sent(bluesky, scripted, "Hello")
    assert sent["swapRecord"] is None
    assert sent["repo"] == ME


def test_links_and_people_are_clickable(bluesky: Bluesky, scripted: Scripted) -> None:
    resolve = f"{XRPC}/com.atproto.identity.resolveHandle"
    nobody = refused(400, {"error": "InvalidRequest", "message": "Unable to resolve handle"})
    scripted.on(resolve, ok({"did": MARA}), nobody)
    text = f"{FAMILY} é @mara.test see https://acme.test/é?a=1. or acme.example, @nobody.test"
    facets = _sent(bluesky, scripted, text)["record"]["facets"]
    shown = {
        text.encode()[each["index"]["byteStart"] : each["index"]["byteEnd"]].decode(): (
            each["features"][0].get("did") or each["features"][0].get("uri")
        )
        for each in facets
    }
    assert shown["@mara.test"] == MARA
    assert shown["https://acme.test/é?a=1"] == "https://acme.test/é?a=1"
    assert "@nobody.test" not in shown


def test_keys_are_stable_valid_and_of_the_posts_time() -> None:
    key = own_key(HER_POST, "Hello", "k1")
    assert key == own_key(HER_POST, "Hello", "k1")
    assert key[:5] == "3lbqn"
    others = [(HER_POST + "x", "Hello", "k1"), (HER_POST, "Hallo", "k1"), (HER_POST, "Hello", "k2")]
    keys = {key, *(own_key(*other) for other in others)}
    assert len(keys) == 4
    assert all(square_bluesky._TID.fullmatch(each) for each in keys)


def _sent(bluesky: Bluesky, scripted: Scripted, text: str) -> dict[str, Any]:
    """The record that a reply with this text is sent as."""
    uri = f"at://{ME}/app.bsky.feed.post/{own_key(HER_POST, text, 'k1')}"
    scripted.on(PUT, ok({"uri": uri, "cid": "bafy2"}))
    assert bluesky.reply(TO_HER, text, key="k1").external_id == uri
    return scripted.sent_to(PUT)[-1]


# -- sessions


def test_one_login_serves_all_jobs(square: Square, opened: Open) -> None:
    for _ in range(3):
        opened("bluesky").fetch(QUERY, cursor=None)
    assert how_often(square, "createSession") == 1


def test_expired_session_is_renewed_once(bluesky: Bluesky, scripted: Scripted) -> None:
    scripted.on(NOTES, EXPIRED, ok({"notifications": []}))
    scripted.on(RENEWAL, ok(a_session(2)))
    assert bluesky.fetch(QUERY, cursor=None).mentions == ()
    bluesky.fetch(QUERY, cursor=None)
    asked = [len(scripted.asked_for(path)) for path in (LOGIN, RENEWAL, NOTES)]
    assert asked == [1, 1, 3]


def test_revoked_session_leads_to_a_new_login(bluesky: Bluesky, scripted: Scripted) -> None:
    scripted.on(NOTES, EXPIRED, ok({"notifications": []}))
    scripted.on(RENEWAL, refused(400, {"error": "ExpiredToken", "message": "Revoked"}))
    bluesky.fetch(QUERY, cursor=None)
    assert len(scripted.asked_for(LOGIN)) == 2


def test_session_refused_again_and_again_pauses(bluesky: Bluesky, scripted: Scripted) -> None:
    scripted.on(NOTES, EXPIRED)
    scripted.on(RENEWAL, ok(a_session(2)))
    with pytest.raises(PausedError):
        bluesky.fetch(QUERY, cursor=None)
    assert len(scripted.asked_for(RENEWAL)) == 1


def test_refusal_of_something_else_costs_no_login(bluesky: Bluesky, scripted: Scripted) -> None:
    scripted.on(SEARCH, refused(400, {"error": "InvalidRequest", "message": "No such thing"}))
    for _ in range(2):
        with pytest.raises(PausedError, match="No such thing"):
            bluesky.fetch(QUERY, cursor=None)
    assert len(scripted.asked_for(LOGIN)) == 1


def test_wrong_password_pauses_and_is_not_tried_again_at_once(
    square: Square, base_url: str
) -> None:
    wrong = {"BLUESKY_APP_PASSWORD": square_bluesky.WRONG_PASSWORD}
    for _ in range(3):
        platform = open_at(base_url, "bluesky", variables=wrong)
        with closing(platform), pytest.raises(PausedError, match="BLUESKY_APP_PASSWORD"):
            platform.fetch(QUERY, cursor=None)
    assert how_often(square, "createSession") == 1


def test_too_many_logins_are_a_matter_of_time(bluesky: Bluesky, scripted: Scripted) -> None:
    much = {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}
    reset = str(int(now().timestamp()) + 240)
    scripted.on(LOGIN, refused(429, much, ratelimit_reset=reset), ok(a_session()))
    with pytest.raises(TemporaryError) as raised:
        bluesky.fetch(QUERY, cursor=None)
    assert not isinstance(raised.value, PausedError)
    assert raised.value.retry_after == pytest.approx(240, abs=3)
    assert len(bluesky.fetch(QUERY, cursor=None).mentions) == 1


def test_account_is_spoken_to_where_it_is_held(scripted: Scripted, bluesky: Bluesky) -> None:
    home = {
        "id": "#atproto_pds",
        "type": "AtprotoPersonalDataServer",
        "serviceEndpoint": f"{scripted.url}/home",
    }
    scripted.on(LOGIN, ok(a_session() | {"didDoc": {"id": ME, "service": [home]}}))
    for path, answer in ((NOTES, {"notifications": []}), (SEARCH, {"posts": []})):
        scripted.on(path.replace("/bluesky", "/home"), ok(answer))
    assert bluesky.fetch(QUERY, cursor=None).mentions == ()
    assert scripted.asked_for(NOTES) == []


# -- counting


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("a" * 300, True),
        ("e\u0301" * 300, True),
        ("e\u0301" * 301, False),
        (FAMILY * 120, True),  # 3,000 bytes
        (FAMILY * 120 + "a", False),
        (FLAG * 300, True),
        (FLAG * 301, False),
    ],
)
def test_we_refuse_what_bluesky_refuses(
    text: str, fits: bool, square: Square, opened: Open
) -> None:
    square.post("bluesky", "mara", "@acme.test hello")
    platform = opened("bluesky")
    to = only(platform)
    assert (not platform.measure(text).over and not platform.objections(to, text)) == fits
    if fits:
        assert platform.reply(to, text, key="k1").external_id
    else:
        with pytest.raises(RejectedError, match="too long"):
            platform.reply(to, text, key="k1")


# -- what became of posts


def test_refresh_asks_for_25_at_a_time(square: Square, opened: Open) -> None:
    posts = [square.post("bluesky", "mara", f"@acme.test {number}") for number in range(30)]
    square.delete("bluesky", posts[7].id)
    uris = [square_bluesky.uri_of(post) for post in posts]
    states = list(opened("bluesky").refresh([*uris, "nonsense"]))
    assert [state.external_id for state in states] == uris
    assert [state.gone for state in states] == [number == 7 for number in range(30)]
    assert how_often(square, "getPosts") == 2

"""Mastodon as it is: its pages, its HTML, its refusals, and servers that only resemble it."""

import json
import logging
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from bot.sandbox.square import Square
from platforms.base import (
    Media,
    PausedError,
    Query,
    RejectedError,
    Target,
    UncertainError,
)
from platforms.mastodon import Mastodon
from tests.platforms.conftest import QUERY, Open, customer_posts, now, only, open_at, target_of
from tests.platforms.scripted import Answer, Scripted, dropped, ok, refused
from tests.platforms.square_mastodon import TOKEN

API = "/mastodon/api/v1"
NOTIFICATIONS, STATUSES = f"{API}/notifications", f"{API}/statuses"
SEARCH, INSTANCE = "/mastodon/api/v2/search", "/mastodon/api/v2/instance"
MARA = {
    "id": "7",
    "acct": "mara@far.example",
    "display_name": "Mara K.",
    "url": "https://far.example/@mara",
    "followers_count": 12,
}
ME = {"id": "1", "acct": "acme", "display_name": "Acme"}
TO = Target(
    external_id="50", address="50:public", url="", author_handle="mara@far.example", text=""
)
OUT = {"id": "60", "url": "https://m.example/@acme/60", "content": "<p>x</p>"}


def a_status(number: int, content: str, *, age: float = 0, **more: Any) -> dict[str, Any]:
    status = {
        "id": str(number),
        "created_at": (now() - timedelta(seconds=age)).isoformat(),
        "edited_at": None,
        "in_reply_to_id": None,
        "visibility": "public",
        "spoiler_text": "",
        "sensitive": False,
        "language": None,
        "uri": f"https://far.example/users/mara/statuses/{number}",
        "url": f"https://far.example/@mara/{number}",
        "content": content,
        "account": MARA,
        "media_attachments": [],
        "reblog": None,
    }
    return status | more


def told(number: str, status: dict[str, Any], kind: str = "mention") -> dict[str, Any]:
    return {"id": number, "type": kind, "created_at": status["created_at"], "status": status}


def hits(*statuses: dict[str, Any]) -> Answer:
    return ok({"accounts": [], "statuses": list(statuses), "hashtags": []})


@pytest.fixture
def mastodon(scripted: Scripted) -> Iterator[Mastodon]:
    scripted.on(f"{API}/accounts/verify_credentials", ok(ME))
    scripted.on(NOTIFICATIONS, ok([]))
    scripted.on(SEARCH, hits())
    with closing(open_at(scripted.url, "mastodon", timeout=(5.0, 0.5))) as platform:
        yield platform


def test_reads_forward_so_that_nothing_is_skipped(mastodon: Mastodon, scripted: Scripted) -> None:
    cursor = json.dumps({"notification": "9", "searched": now().timestamp()})
    newer = [told(str(number), a_status(number, "@acme", age=300)) for number in (11, 10)]
    scripted.on(NOTIFICATIONS, ok(newer), ok([told("12", a_status(12, "@acme"))]), ok([]))
    page = mastodon.fetch(QUERY, cursor=cursor)
    asked = scripted.asked_for(NOTIFICATIONS)
    assert [each["min_id"] for each in asked] == ["9", "11", "12"]
    assert not any("since_id" in each for each in asked)
    assert [each.external_id for each in page.mentions] == ["11", "10", "12"]
    assert json.loads(page.cursor)["notification"] == "11", "the latest are read once more"


def test_mentions_beyond_a_round_are_read_in_the_next(
    mastodon: Mastodon, scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platforms.mastodon.PAGES", 2)
    cursor = json.dumps({"notification": "9", "searched": now().timestamp()})
    pages = [ok([told(str(n), a_status(n, "@acme", age=300))]) for n in (10, 11, 12)]
    scripted.on(NOTIFICATIONS, *pages, ok([]))
    first = mastodon.fetch(QUERY, cursor=cursor)
    second = mastodon.fetch(QUERY, cursor=first.cursor)
    ids = [mention.external_id for page in (first, second) for mention in page.mentions]
    assert ids == ["10", "11", "12"]


def test_ids_need_not_be_numbers(mastodon: Mastodon, scripted: Scripted) -> None:
    ids = ["01KA2Z", "01KA1Y"]
    posts = [told(each, a_status(number, "@acme", age=300)) for number, each in enumerate(ids, 5)]
    scripted.on(NOTIFICATIONS, ok(posts))
    assert json.loads(mastodon.fetch(QUERY, cursor=None).cursor)["notification"] == "01KA2Z"


def test_other_kinds_of_notification_are_left_out(mastodon: Mastodon, scripted: Scripted) -> None:
    status = a_status(5, "acme")
    mine = a_status(6, "acme", account=ME)
    items = [told("3", status, "status"), told("2", mine, "favourite"), told("1", mine)]
    scripted.on(NOTIFICATIONS, ok(items))
    assert mastodon.fetch(QUERY, cursor=None).mentions == ()


@pytest.mark.parametrize(
    ("account", "own"),
    [(ME, ()), (MARA, ("mara@far.example",)), ({"id": "8", "acct": "Shop"}, ("shop@127.0.0.1",))],
)
def test_own_posts_are_known_by_any_of_our_names(
    account: dict[str, Any], own: tuple[str, ...], mastodon: Mastodon, scripted: Scripted
) -> None:
    scripted.on(NOTIFICATIONS, ok([told("1", a_status(5, "acme", account=account))]))
    query = Query(terms=("acme",), own_accounts=frozenset(own))
    assert mastodon.fetch(query, cursor=None).mentions == ()


def test_post_is_told_as_people_read_it(mastodon: Mastodon, scripted: Scripted) -> None:
    status = a_status(
        5,
        '<p><span class="h-card"><a href="https://m.example/@acme" class="u-url mention">@<span>'
        "acme</span></a></span> Q&amp;A?</p><p>see"
        ' <a href="https://acme.example/a"><span class="invisible">https://</span>'
        "acme.example/a</a></p>",
        spoiler_text="parcels",
        sensitive=True,
        language="zh-TW",
        media_attachments=[
            {"type": "image", "url": "https://i.example/1.png", "description": "A dented box"},
            {"type": "unknown", "url": None, "remote_url": "https://i.example/2"},
            {"type": "image", "url": None},
        ],
    )
    scripted.on(NOTIFICATIONS, ok([told("1", status)]))
    (mention,) = mastodon.fetch(QUERY, cursor=None).mentions
    assert mention.text == "Content warning: parcels\n\n@acme Q&A?\n\nsee https://acme.example/a"
    assert (mention.author.handle, mention.author.name) == ("mara@far.example", "Mara K.")
    assert mention.author.followers == 12
    assert mention.language == "zh"
    assert mention.media == (
        Media(kind="link", url="https://i.example/1.png", alt="A dented box"),
        Media(kind="link", url="https://i.example/2"),
    )


@pytest.mark.parametrize(
    ("kind", "shown"),
    [("image", "image"), ("gifv", "video"), ("video", "video"), ("audio", "link")],
)
def test_open_media_are_shown(
    kind: str, shown: str, mastodon: Mastodon, scripted: Scripted
) -> None:
    media = [{"type": kind, "url": "https://i.example/1", "description": None}]
    scripted.on(NOTIFICATIONS, ok([told("1", a_status(5, "@acme", media_attachments=media))]))
    (mention,) = mastodon.fetch(QUERY, cursor=None).mentions
    assert mention.media == (Media(kind=shown, url="https://i.example/1"),)


@pytest.mark.parametrize("visibility", ["public", "unlisted", "private", "direct"])
def test_reply_is_seen_by_whoever_sees_the_post(
    visibility: str, mastodon: Mastodon, scripted: Scripted
) -> None:
    scripted.on(NOTIFICATIONS, ok([told("1", a_status(5, "@acme", visibility=visibility))]))
    (mention,) = mastodon.fetch(QUERY, cursor=None).mentions
    scripted.on(STATUSES, ok(OUT))
    mastodon.reply(target_of(mention), "Hello", key="k1")
    sent = scripted.heard[-1]
    assert sent["visibility"] == visibility
    assert sent["in_reply_to_id"] == "5"
    assert sent["idempotency-key"] == "k1"
    assert sent["status"] == "@mara@far.example Hello"


def test_unknown_visibility_is_the_narrowest(mastodon: Mastodon, scripted: Scripted) -> None:
    scripted.on(NOTIFICATIONS, ok([told("1", a_status(5, "@acme", visibility="mutuals_only"))]))
    (mention,) = mastodon.fetch(QUERY, cursor=None).mentions
    assert mention.address == "5:direct"


def test_author_is_named_once(mastodon: Mastodon, scripted: Scripted) -> None:
    scripted.on(STATUSES, ok(OUT))
    mastodon.reply(TO, "Thanks, @mara@far.example.", key="k1")
    assert scripted.heard[-1]["status"] == "Thanks, @mara@far.example."
    mastodon.reply(TO, "Thanks, @mara.", key="k1")
    assert scripted.heard[-1]["status"].startswith("@mara@far.example "), "@mara is somebody else"


@pytest.mark.parametrize(
    ("policy", "answerable"),
    [
        ({"always": ["public"], "with_approval": []}, True),
        ({"always": ["me", "mentioned"], "with_approval": []}, True),
        ({"automatic_approval": ["me"], "manual_approval": ["public"]}, True),
        ({"always": ["me"], "with_approval": []}, False),
    ],
)
def test_who_may_reply_is_told(
    policy: dict[str, Any], answerable: bool, mastodon: Mastodon, scripted: Scripted
) -> None:
    status = a_status(5, "@acme", interaction_policy={"can_reply": policy})
    scripted.on(NOTIFICATIONS, ok([told("1", status)]))
    (mention,) = mastodon.fetch(QUERY, cursor=None).mentions
    assert mention.can_reply is answerable
    assert bool(mention.cannot_reply_reason) is not answerable


def test_thread_is_looked_up_once_and_never_costs_a_mention(
    mastodon: Mastodon, scripted: Scripted
) -> None:
    replies = [a_status(number, "@acme", in_reply_to_id="3") for number in (5, 6)]
    scripted.on(NOTIFICATIONS, ok([told(each["id"], each) for each in replies]))
    for number in (5, 6):
        scripted.on(f"{STATUSES}/{number}/context", refused(503, ""))
    first = mastodon.fetch(QUERY, cursor=None).mentions
    assert [(each.parent_id, each.root_id) for each in first] == [("3", None), ("3", None)]
    above = {"ancestors": [a_status(2, "a"), a_status(3, "b")], "descendants": []}
    for number in (5, 6):
        scripted.on(f"{STATUSES}/{number}/context", ok(above))
    assert {each.root_id for each in mastodon.fetch(QUERY, cursor=None).mentions} == {"2"}
    mastodon.fetch(QUERY, cursor=None)
    asked = [path for path, _ in scripted.asked if path.endswith("context")]
    assert len(asked) <= 4, "a root that is known was looked up again"


def test_search_finds_words_and_leaves_the_rest(mastodon: Mastodon, scripted: Scripted) -> None:
    boost = a_status(8, "acme", reblog=a_status(3, "acme"))
    found = [boost, a_status(7, "acmestro"), a_status(6, "Is <b>Acme</b> down?")]
    scripted.on(SEARCH, hits(*found))
    (mention,) = mastodon.fetch(QUERY, cursor=None).mentions
    assert mention.text == "Is Acme down?"
    (asked,) = scripted.asked_for(SEARCH)[:1]
    assert (asked["q"], asked["type"]) == ('"acme"', "statuses")


@pytest.mark.parametrize("status", [401, 403, 404, 422, 500, 503])
def test_server_without_search_gives_its_mentions_without_noise(
    status: int, mastodon: Mastodon, scripted: Scripted, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="platforms")
    scripted.on(NOTIFICATIONS, ok([told("1", a_status(5, "@acme"))]))
    scripted.on(SEARCH, refused(status, {"error": "No search here"}))
    page = mastodon.fetch(QUERY, cursor=None)
    assert len(page.mentions) == 1
    assert page.gap is None
    mastodon.fetch(QUERY, cursor=page.cursor)
    assert len(caplog.records) == 1, "once is enough"
    assert caplog.records[0].levelno == logging.INFO


def test_failed_search_is_made_up_for(mastodon: Mastodon, scripted: Scripted) -> None:
    cursor = mastodon.fetch(QUERY, cursor=None).cursor
    early = json.loads(cursor) | {"searched": (now() - timedelta(hours=5)).timestamp()}
    scripted.on(SEARCH, refused(503, ""))
    still = mastodon.fetch(QUERY, cursor=json.dumps(early)).cursor
    assert json.loads(still)["searched"] == early["searched"]
    scripted.on(SEARCH, hits(a_status(6, "acme", age=4 * 3600)))
    assert len(mastodon.fetch(QUERY, cursor=still).mentions) == 1


def test_more_hits_than_are_read_are_told_as_a_gap(square: Square, opened: Open) -> None:
    platform = opened("mastodon")
    cursor = platform.fetch(QUERY, cursor=None).cursor
    for number in range(410):
        square.post("mastodon", "mara", f"acme {number}")
    page = platform.fetch(QUERY, cursor=cursor)
    assert len(page.mentions) == 400
    assert page.gap is not None
    assert page.gap.startswith("Mastodon's search found more than 400 posts with “acme”")


def test_reply_behind_what_the_server_changed_is_found(
    mastodon: Mastodon, scripted: Scripted
) -> None:
    since = now()
    html = "<p>@<span>mara</span> We can &amp; do:<br>https://acme.example/a</p>"
    other = a_status(61, html, account=ME, in_reply_to_id="49")
    ours = a_status(60, html, account=ME, in_reply_to_id="50")
    old = a_status(9, "x", account=ME, age=9000)
    scripted.on(f"{API}/accounts/1/statuses", ok([other, ours, old]))
    text = "We can & do:\nhttps://acme.example/a"
    found = mastodon.find_reply(TO, text, key="k1", since=since)
    assert found is not None
    assert found.external_id == "60"
    assert mastodon.find_reply(TO, "else", key="k1", since=since) is None


def test_server_that_ignores_the_key_is_asked_before_a_repeat(square: Square, opened: Open) -> None:
    customer_posts(square, "mastodon", "who can help?")
    platform = opened("mastodon")
    to = only(platform)
    square.order_fault("mastodon", "drop_after", on="write")
    with pytest.raises(UncertainError):
        platform.reply(to, "We can", key="k1")
    assert platform.find_reply(to, "We can", key="another", since=now()) is not None


def test_refresh_asks_twenty_at_a_time(mastodon: Mastodon, scripted: Scripted) -> None:
    edited = a_status(1, "<p>new</p>", edited_at=now().isoformat())
    scripted.on(STATUSES, ok([edited, a_status(2, "same")]), ok([]))
    states = {each.external_id: each for each in mastodon.refresh([str(n) for n in range(1, 26)])}
    assert (states["1"].text, states["2"].text) == ("new", None)
    assert [each for each in states if not states[each].gone] == ["1", "2"]
    assert len(scripted.asked_for(STATUSES)) == 2


def test_refresh_works_where_posts_are_given_one_by_one(
    mastodon: Mastodon, scripted: Scripted
) -> None:
    scripted.on(f"{STATUSES}/1", ok(a_status(1, "same")))
    scripted.on(f"{STATUSES}/2", refused(410, ""))
    states = {each.external_id: each.gone for each in mastodon.refresh(["1", "2"])}
    assert states == {"1": False, "2": True}


def test_refresh_takes_a_refused_token_for_no_deletion(
    mastodon: Mastodon, scripted: Scripted
) -> None:
    for path in (STATUSES, f"{STATUSES}/1"):
        scripted.on(path, refused(401, {"error": "revoked"}))
    with pytest.raises(PausedError):
        list(mastodon.refresh(["1"]))


def test_limits_are_the_servers_own_and_asked_for_once(
    mastodon: Mastodon, scripted: Scripted
) -> None:
    statuses = {"max_characters": 5000, "characters_reserved_per_url": 30}
    scripted.on(INSTANCE, ok({"configuration": {"statuses": statuses}}))
    length = mastodon.measure("see https://acme.example/" + "x" * 90)
    assert (length.used, length.limit) == (34, 5000 - 32)
    with closing(open_at(scripted.url, "mastodon")) as another:
        assert another.measure("").limit == length.limit
    assert len(scripted.asked_for(INSTANCE)) == 1


@pytest.mark.parametrize("answer", [refused(404, ""), ok([]), ok({"configuration": {}}), dropped()])
def test_usual_limits_hold_where_the_server_does_not_tell(
    answer: Answer, mastodon: Mastodon, scripted: Scripted
) -> None:
    scripted.on(INSTANCE, answer)
    assert mastodon.measure("a https://acme.example/long/long").used == 25
    assert mastodon.measure("").limit == 500 - 32


def test_a_short_name_leaves_more_room_than_is_kept_for_any(mastodon: Mastodon) -> None:
    length = mastodon.measure("a" * 480, TO)
    assert length.used == 480
    assert length.limit == 500 - len(f"@{TO.author_handle.partition('@')[0]} ")
    assert mastodon.objections(TO, "a" * length.limit) == ()
    assert mastodon.objections(TO, "a" * (length.limit + 1))


def test_long_name_in_front_is_objected_to(mastodon: Mastodon) -> None:
    long = Target(
        external_id="5",
        address="5:public",
        url="",
        author_handle="m" * 60 + "@far.example",
        text="",
    )
    fits = "a" * 468
    assert mastodon.objections(TO, fits) == ()
    assert mastodon.measure(fits).over == 0
    assert mastodon.measure(fits, long).over == 30
    named = f"@{long.author_handle} {fits}"
    assert mastodon.measure(named, long).over == 30, "a name that stands there counts once"
    (problem,) = mastodon.objections(long, fits)
    assert "30 characters too long" in problem
    with pytest.raises(RejectedError, match="too long"):
        mastodon.reply(long, fits, key="k")


def test_hanging_server_does_not_keep_a_window_waiting(square: Square, opened: Open) -> None:
    square.order_fault("mastodon", "hang", on="read")
    before = now()
    assert opened("mastodon", fault="hang").measure("").limit == 468
    assert now() - before < timedelta(seconds=3)


def test_token_is_never_logged(
    mastodon: Mastodon, scripted: Scripted, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    scripted.on(STATUSES, refused(401, {"error": "revoked"}), ok(OUT))
    with pytest.raises(PausedError):
        mastodon.reply(TO, "Hello", key="k")
    mastodon.reply(TO, "Hello", key="k")
    mastodon.fetch(QUERY, cursor=None)
    assert scripted.heard[-1]["authorization"] == f"Bearer {TOKEN}"
    assert "127.0.0.1" in caplog.text, "nothing was logged at all, so this test proves nothing"
    assert TOKEN not in caplog.text

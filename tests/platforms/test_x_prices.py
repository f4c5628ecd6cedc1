"""What X bills: every resource is noted as soon as it came, and nobody is paid for twice."""

from urllib.parse import parse_qs

import pytest

from bot.sandbox.square import Post, Square
from platforms.base import (
    PausedError,
    PublishedReply,
    Query,
    RejectedError,
    TemporaryError,
    UncertainError,
)
from platforms.x import X
from tests.platforms.conftest import QUERY, Open, now, only
from tests.platforms.kept import Kept

PEOPLE = "/x/2/users"


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def x(opened: Open, kept: Kept) -> X:
    platform = opened("x")
    platform.ledger = kept
    assert isinstance(platform, X)
    return platform


def looked_up(square: Square) -> list[str]:
    """The ids of the accounts that X was asked for."""
    asked = (parse_qs(one.query) for one in square.requests if one.path == PEOPLE)
    return [each for query in asked for each in query["ids"][0].split(",")]


def test_each_author_is_paid_for_once(x: X, kept: Kept, square: Square) -> None:
    posts = [square.post("x", who, f"@acme {who} again") for who in ("mara", "ole", "mara")]
    cursor = x.fetch(QUERY, cursor=None).cursor
    posts.append(square.post("x", "mara", "@acme and again"))
    page = x.fetch(QUERY, cursor=cursor)
    assert sorted(looked_up(square)) == sorted({str(post.author.id) for post in posts})
    assert {mention.author.handle for mention in page.mentions} == {"mara", "ole"}
    assert kept.counted() == {"author": 2, "post": 4}


def test_who_is_known_from_before_costs_nothing_after_a_restart(
    opened: Open, x: X, kept: Kept, square: Square
) -> None:
    square.post("x", "mara", "@acme hello")
    cursor = x.fetch(QUERY, cursor=None).cursor
    square.requests.clear()
    restarted = opened("x")
    restarted.ledger = kept
    (mention,) = restarted.fetch(QUERY, cursor=cursor).mentions
    assert (mention.author.handle, mention.author.followers is None) == ("mara", False)
    assert looked_up(square) == []


def test_an_author_whom_x_hides_is_shown_by_number(x: X, kept: Kept, square: Square) -> None:
    post = square.post("x", "mara", "@acme hello")
    del square._people["mara"]
    (mention,) = x.fetch(QUERY, cursor=None).mentions
    assert mention.author.handle == str(post.author.id)
    assert kept.counted() == {"post": 1}


def test_a_post_that_is_answered_is_billed_too(x: X, kept: Kept, square: Square) -> None:
    theirs = square.post("x", "ole", "it rains")
    square.post("x", "mara", "@acme so it does", reply_to=theirs.id)
    x.fetch(Query(terms=()), cursor=None)
    assert kept.counted() == {"author": 1, "post": 2}
    assert kept.read == 1 + 5 + 10


def test_what_search_finds_costs_more_than_what_names_us(x: X, kept: Kept, square: Square) -> None:
    square.post("x", "mara", "is acme down?")
    x.fetch(QUERY, cursor=None)
    assert kept.read == 5 + 10


def test_pages_that_came_before_a_failure_are_billed(x: X, kept: Kept, square: Square) -> None:
    cursor = x.fetch(QUERY, cursor=None).cursor
    for number in range(150):
        square.post("x", "mara", f"@acme {number}")
    square.order_fault("x", "503", on="read", skip=1)
    with pytest.raises(TemporaryError):
        x.fetch(QUERY, cursor=cursor)
    assert kept.counted() == {"post": 100}


def test_reading_stops_at_the_limit_and_loses_nothing(x: X, kept: Kept, square: Square) -> None:
    cursor = x.fetch(QUERY, cursor=None).cursor
    for number in range(350):
        square.post("x", "mara", f"acme {number}")
    kept.limit = 700
    stopped = x.fetch(QUERY, cursor=cursor)
    assert kept.read == 5 * (100 + 25 + 12) + 10, "pages become smaller where less is left"
    assert len(stopped.mentions) == 137
    kept.limit = None
    rest = x.fetch(QUERY, cursor=stopped.cursor)
    said = {mention.text for mention in (*stopped.mentions, *rest.mentions)}
    assert said == {f"acme {number}" for number in range(350)}


def test_authors_are_bought_as_far_as_the_budget_goes(x: X, kept: Kept, square: Square) -> None:
    cursor = x.fetch(QUERY, cursor=None).cursor
    for number in range(100):
        square.post("x", f"customer{number}", f"acme {number}")
    kept.limit = 1000
    page = x.fetch(QUERY, cursor=cursor)
    assert len(page.mentions) == 100, "what was paid for is shown"
    assert kept.read <= 1000
    names = [one.author.handle for one in page.mentions if not one.author.handle.isdecimal()]
    assert len(names) == 50
    kept.limit = 1010
    square.post("x", "one more", "@acme hello")
    (mention,) = x.fetch(Query(terms=()), cursor=page.cursor).mentions
    assert mention.author.handle.isdecimal(), "numbers stand in for names"
    assert kept.read <= 1010


@pytest.mark.parametrize(("left", "bought"), [(500, 100), (499, 50), (50, 10), (49, 0)])
def test_a_page_is_no_larger_than_what_is_left(
    x: X, kept: Kept, square: Square, left: int, bought: int
) -> None:
    cursor = x.fetch(QUERY, cursor=None).cursor
    for number in range(100):
        square.post("x", "mara", f"acme {number}")
    kept.limit = left
    page = x.fetch(QUERY, cursor=cursor)
    assert bought <= len(page.mentions) <= left // 5
    assert kept.read <= left
    kept.limit = None
    rest = x.fetch(QUERY, cursor=page.cursor).mentions
    said = {one.text for one in (*page.mentions, *rest)}
    assert said == {f"acme {number}" for number in range(100)}, "what was not read is lost"


def test_nothing_is_asked_for_when_nothing_may_be_spent(x: X, kept: Kept, square: Square) -> None:
    cursor = x.fetch(QUERY, cursor=None).cursor
    square.post("x", "mara", "@acme hello")
    kept.limit = 0
    square.requests.clear()
    page = x.fetch(QUERY, cursor=cursor)
    assert (page.mentions, square.requests) == ((), [])
    kept.limit = None
    assert len(x.fetch(QUERY, cursor=page.cursor).mentions) == 1


def a_question(square: Square) -> Post:
    return square.post("x", "mara", "@acme who can help?")


@pytest.mark.parametrize(
    ("text", "kind", "mills"),
    [
        ("We can. Ana", "reply", 10),
        ("See https://acme.example/help", "reply with a link", 200),
        ("See acme.com", "reply with a link", 200),
        ("Version 2.0 is out", "reply", 10),
    ],
)
def test_a_reply_costs_what_was_told_before(
    x: X, kept: Kept, square: Square, text: str, kind: str, mills: int
) -> None:
    a_question(square)
    to = only(x)
    told = X.price(text)
    x.reply(to, text, key="reply-1")
    (charge,) = (one for one in kept.charges if one.write)
    assert (charge.kind, charge.mills, charge.id) == (kind, mills, "reply-1")
    assert (told.kind, told.mills) == (kind, mills)


def test_a_reply_that_may_be_out_is_billed_and_one_that_was_refused_is_not(
    x: X, kept: Kept, square: Square
) -> None:
    a_question(square)
    to = only(x)
    square.order_fault("x", "drop_after", on="write")
    with pytest.raises(UncertainError):
        x.reply(to, "We can. Ana", key="reply-1")
    with pytest.raises(RejectedError):
        x.reply(to, "a" * 281, key="reply-2")
    assert [one.id for one in kept.charges if one.write] == ["reply-1"]


def test_our_own_reply_is_looked_for_whatever_it_costs(x: X, kept: Kept, square: Square) -> None:
    a_question(square)
    to = only(x)
    x.reply(to, "We can. Ana", key="reply-1")
    kept.limit = 0
    assert x.find_reply(to, "We can. Ana", key="reply-1", since=now()) is not None


def test_taking_a_reply_down_is_billed(x: X, kept: Kept, square: Square) -> None:
    a_question(square)
    published: PublishedReply = x.reply(only(x), "We can. Ana", key="reply-1")
    x.delete(published)
    assert kept.counted()["reply taken down"] == 1


def test_looking_again_is_billed_and_asks_first(x: X, kept: Kept, square: Square) -> None:
    a_question(square)
    found = x.fetch(QUERY, cursor=None).mentions
    kept.charges.clear()
    kept.limit = 5
    ids = [mention.external_id for mention in found]
    list(x.refresh(ids))
    assert kept.read == 5
    with pytest.raises(PausedError, match="budget"):
        list(x.refresh(ids))


def test_x_is_not_asked_for_authors_along_with_posts(x: X, square: Square) -> None:
    """It would bill each of them on each day, known or not."""
    x.fetch(QUERY, cursor=None)
    asked = [parse_qs(one.query) for one in square.requests if one.path != PEOPLE]
    assert len(asked) == 2, "mentions, and a search"
    for query in asked:
        assert "author_id" not in query["expansions"][0].split(",")

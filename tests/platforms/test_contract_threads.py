"""What every platform tells of a mention's place: what it answers, and whether that is ours."""

import json

import pytest

from bot.sandbox.square import Post, Square
from platforms.base import FoundMention, Parent
from tests.platforms.conftest import QUERY, Open, customer_posts, target_of
from tests.platforms.test_contract import NAMES, every_platform

SORRY = "Sorry, we look into it."


def answered(square: Square, name: str, opened: Open) -> tuple[FoundMention, Post]:
    """A customer's mention, and our reply to it, sent through the platform itself."""
    customer_posts(square, name, "it is broken")
    (mention,) = opened(name).fetch(QUERY, cursor=None).mentions
    opened(name).reply(target_of(mention), SORRY, key="reply-1")
    return mention, square.replies_by_brand(name)[-1]


def read_under(square: Square, name: str, opened: Open, below: Post, *, by: str) -> FoundMention:
    square.post(name, by, "@acme u/acme acme and now?", reply_to=below.id)
    found = opened(name).fetch(QUERY, cursor=None).mentions
    return next(one for one in found if "and now?" in one.text)


@every_platform
def test_an_answer_to_our_reply_is_read_and_known_as_one(
    name: str, square: Square, opened: Open
) -> None:
    mention, ours = answered(square, name, opened)
    published = opened(name).find_reply(
        target_of(mention), SORRY, key="reply-1", since=mention.published_at
    )
    assert published is not None
    later = read_under(square, name, opened, ours, by="mara")
    assert later.parent is not None
    assert later.parent.ours
    assert later.parent_id == published.external_id, "or nobody finds our reply by it"
    assert later.author.id == mention.author.id
    assert later.root_id == mention.root_id


@every_platform
def test_the_reply_to_an_answer_stands_under_the_answer(
    name: str, square: Square, opened: Open
) -> None:
    _, ours = answered(square, name, opened)
    later = read_under(square, name, opened, ours, by="mara")
    opened(name).reply(target_of(later), "Now it works.", key="reply-2")
    newest = square.replies_by_brand(name)[-1]
    assert square.find(name, newest.reply_to or 0).text.endswith("and now?")


@every_platform
def test_what_somebody_else_is_answered_is_told_without_being_ours(
    name: str, square: Square, opened: Open
) -> None:
    asked = square.post(name, "ole", "Anybody with\na good provider?")
    found = read_under(square, name, opened, asked, by="mara")
    assert found.parent is not None
    assert not found.parent.ours
    assert found.parent.url.startswith("https://")
    assert "Anybody with" in found.parent.text


@every_platform
def test_what_answers_nothing_has_no_parent(name: str, square: Square, opened: Open) -> None:
    square.post(name, "mara", "@acme acme are you there?")
    (mention,) = opened(name).fetch(QUERY, cursor=None).mentions
    assert (mention.parent, mention.parent_id) == (None, None)


@pytest.mark.parametrize("name", [one for one in NAMES if one != "reddit"])
def test_who_is_answered_is_named(name: str, square: Square, opened: Open) -> None:
    asked = square.post(name, "ole", "@acme acme says nothing?")
    found = read_under(square, name, opened, asked, by="mara")
    assert found.parent is not None
    assert found.parent.handle.removesuffix(".test") == "ole"


def test_reading_x_asks_for_nothing_more_to_tell_a_parent(square: Square, opened: Open) -> None:
    """Each post and each person that is asked for costs money there."""
    _, ours = answered(square, "x", opened)
    square.requests.clear()
    found = read_under(square, "x", opened, ours, by="mara")
    lookups = [one for one in square.requests if one.path == "/x/2/tweets"]
    assert not lookups, "a post was read on its own"
    assert isinstance(found.parent, Parent)
    assert "referenced_tweets.id.author_id" not in "".join(one.query for one in square.requests)


def test_bluesky_is_told_where_the_thread_began(square: Square, opened: Open) -> None:
    """Its servers take any root, and show a reply with a wrong one nowhere."""
    mention, ours = answered(square, "bluesky", opened)
    later = read_under(square, "bluesky", opened, ours, by="mara")
    opened("bluesky").reply(target_of(later), "Now it works.", key="reply-2")
    (*_, put) = (one for one in square.requests if one.path.endswith("putRecord"))
    reply = json.loads(put.body)["record"]["reply"]
    assert reply["parent"]["uri"] == later.external_id
    assert reply["root"]["uri"] == mention.external_id

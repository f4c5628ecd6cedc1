"""What every platform promises of a reply that is public already: to change it, to take it down."""

import socket
from contextlib import closing
from dataclasses import replace

import pytest

import platforms
from bot.sandbox.square import Post, Square
from platforms.base import (
    PausedError,
    Platform,
    PlatformError,
    PublishedReply,
    RejectedError,
    Target,
    TemporaryError,
    UncertainError,
)
from tests.platforms.conftest import Open, customer_posts, only, open_at
from tests.platforms.test_contract import NAMES

FIRST, NOW = "We can. Ana", "We can, *at last*, see https://acme.example/help_me"
CAN_EDIT = ["reddit", "mastodon", "square"]
CAN_DELETE = NAMES
ACTS = [*((name, "edit") for name in CAN_EDIT), *((name, "delete") for name in CAN_DELETE)]
every_act = pytest.mark.parametrize(("name", "act"), ACTS)


def answered(square: Square, platform: Platform) -> tuple[Target, PublishedReply]:
    """A customer's post, and our reply to it."""
    customer_posts(square, platform.name, "who can help?")
    to = only(platform)
    return to, platform.reply(to, FIRST, key="k1")


def do(platform: Platform, act: str, to: Target, published: PublishedReply) -> None:
    if act == "edit":
        platform.edit(published, NOW, to=to)
    else:
        platform.delete(published)


def is_done(square: Square, name: str, act: str) -> bool:
    replies = square.replies_by_brand(name)
    return replies == [] if act == "delete" else "at last" in replies[0].text


def public(square: Square, name: str) -> Post:
    (reply,) = square.replies_by_brand(name)
    return reply


def test_what_they_can_do_is_what_they_say() -> None:
    said = platforms.available()
    assert [name for name in NAMES if said[name].can_edit] == CAN_EDIT
    assert [name for name in NAMES if said[name].can_delete] == CAN_DELETE
    for name in set(said) - set(NAMES):
        assert (said[name].can_edit, said[name].can_delete) == (False, False)


@every_act
def test_it_is_done_and_once_more_is_harmless(
    name: str, act: str, square: Square, opened: Open
) -> None:
    platform = opened(name)
    to, published = answered(square, platform)
    for _ in range(2):
        do(platform, act, to, published)
        assert is_done(square, name, act)
    assert len(square.posts(name)) == 2 + (name == "reddit"), "something new was published"


@pytest.mark.parametrize("name", CAN_EDIT)
def test_a_changed_reply_is_still_the_same_one(name: str, square: Square, opened: Open) -> None:
    platform = opened(name)
    to, published = answered(square, platform)
    before = public(square, name)
    platform.edit(published, NOW, to=to)
    assert public(square, name).id == before.id
    found = platform.find_reply(to, NOW, key="k1", since=before.at)
    assert found == published, "a changed text is written in another way than a new one"


@pytest.mark.parametrize("name", CAN_EDIT)
def test_a_reply_under_a_post_of_which_nothing_is_kept_can_be_changed(
    name: str, square: Square, opened: Open
) -> None:
    platform = opened(name)
    to, published = answered(square, platform)
    platform.edit(published, NOW, to=replace(to, author_handle="", text="", url=""))
    assert "at last" in public(square, name).text
    assert not public(square, name).text.startswith("@ ")


@pytest.mark.parametrize("name", sorted(set(NAMES) - set(CAN_EDIT)))
def test_where_nothing_can_be_changed_nothing_is_asked(
    name: str, square: Square, opened: Open
) -> None:
    platform = opened(name)
    to, published = answered(square, platform)
    square.requests.clear()
    with pytest.raises(RejectedError, match="lets nobody change"):
        platform.edit(published, NOW, to=to)
    assert square.requests == []


@every_act
@pytest.mark.parametrize("how", ["503_after", "drop_after", "hang_after", "half"])
def test_without_an_answer_it_is_uncertain_and_may_be_repeated(
    name: str, act: str, how: str, square: Square, opened: Open
) -> None:
    platform = opened(name, fault=how)
    to, published = answered(square, platform)
    square.order_fault(name, how, on="write")
    with pytest.raises(UncertainError):
        do(platform, act, to, published)
    assert is_done(square, name, act)
    do(platform, act, to, published)
    assert is_done(square, name, act)


@every_act
@pytest.mark.parametrize("how", ["500", "drop_before", "hang"])
def test_what_was_not_done_is_uncertain_too_and_done_when_repeated(
    name: str, act: str, how: str, square: Square, opened: Open
) -> None:
    platform = opened(name, fault=how)
    to, published = answered(square, platform)
    square.order_fault(name, how, on="write")
    with pytest.raises(UncertainError):
        do(platform, act, to, published)
    assert not is_done(square, name, act)
    do(platform, act, to, published)
    assert is_done(square, name, act)


@every_act
@pytest.mark.parametrize(
    ("how", "kind"), [("401", PausedError), ("429", TemporaryError), ("429_bare", TemporaryError)]
)
def test_what_is_refused_for_now_is_surely_not_done(
    name: str, act: str, how: str, kind: type[PlatformError], square: Square, opened: Open
) -> None:
    platform = opened(name, fault=how)
    to, published = answered(square, platform)
    square.order_fault(name, how, on="write")
    with pytest.raises(kind):
        do(platform, act, to, published)
    assert not is_done(square, name, act)
    do(opened(name), act, to, published)
    assert is_done(square, name, act)


@every_act
def test_unreachable_platform_has_surely_not_done_it(
    name: str, act: str, square: Square, opened: Open
) -> None:
    to, published = answered(square, opened(name))
    with socket.socket() as nobody_listens:
        nobody_listens.bind(("127.0.0.1", 0))
        away = open_at(f"http://127.0.0.1:{nobody_listens.getsockname()[1]}", name)
        with closing(away), pytest.raises(TemporaryError):
            do(away, act, to, published)


@pytest.mark.parametrize("name", CAN_EDIT)
def test_a_reply_that_is_gone_cannot_be_changed(name: str, square: Square, opened: Open) -> None:
    platform = opened(name)
    to, published = answered(square, platform)
    square.delete(name, public(square, name).id)
    with pytest.raises(RejectedError, match=r"not there|no more"):
        platform.edit(published, NOW, to=to)


@pytest.mark.parametrize("name", CAN_EDIT)
def test_a_text_too_long_changes_nothing(name: str, square: Square, opened: Open) -> None:
    platform = opened(name)
    to, published = answered(square, platform)
    fits = "a" * platform.measure("", to).limit
    with pytest.raises(RejectedError, match="long"):
        platform.edit(published, f"{fits}b", to=to)
    assert FIRST in public(square, name).text
    platform.edit(published, fits, to=to)
    assert fits in public(square, name).text

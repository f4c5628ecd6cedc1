"""What every platform promises, whichever it is."""

import logging
from datetime import UTC, timedelta

import pytest

import platforms
from bot.sandbox.square import Square
from platforms.base import (
    GoneError,
    PausedError,
    RejectedError,
    TemporaryError,
)
from tests.platforms.conftest import (
    QUERY,
    Open,
    customer_posts,
    environment,
    now,
    only,
)

NAMES = ["x", "reddit", "bluesky", "mastodon", "square"]
every_platform = pytest.mark.parametrize("name", NAMES)


def test_folder_is_the_list_of_platforms() -> None:
    assert set(NAMES) <= set(platforms.available())
    for name, platform in platforms.available().items():
        assert platform.name == name
        assert platform.label
        assert platform.counting.endswith("."), f"{name}.counting is no sentence"


@every_platform
def test_mention_is_whole(name: str, square: Square, opened: Open) -> None:
    post = customer_posts(square, name, "your <app> & site\nare down 😡")
    (mention,) = opened(name).fetch(QUERY, cursor=None).mentions
    assert mention.text.endswith("your <app> & site\nare down 😡")
    assert mention.author.handle in {"mara", "mara.test"}
    assert mention.published_at.tzinfo is UTC
    assert abs(mention.published_at - post.at) < timedelta(seconds=1)
    assert mention.url.startswith("https://")
    assert mention.can_reply
    assert mention.cannot_reply_reason == ""


@every_platform
def test_our_own_posts_are_no_mentions(name: str, square: Square, opened: Open) -> None:
    square.post(name, "acme", "@acme u/acme acme says hello")
    ours = square.post(name, "acme", "acme has news")
    square.post(name, "acme", "u/acme @acme acme answers itself", reply_to=ours.id)
    assert opened(name).fetch(QUERY, cursor=None).mentions == ()


@every_platform
def test_answer_to_our_post_is_a_mention(name: str, square: Square, opened: Open) -> None:
    ours = square.post(name, "acme", "we have news")
    theirs = square.post(name, "mara", "tell me more", reply_to=ours.id)
    (mention,) = opened(name).fetch(QUERY, cursor=None).mentions
    assert mention.text.endswith("tell me more")
    assert mention.parent_id is not None
    assert mention.root_id == mention.parent_id, f"{theirs} began under {ours}"


@every_platform
def test_250_new_mentions_all_arrive_oldest_first(name: str, square: Square, opened: Open) -> None:
    platform = opened(name)
    first = platform.fetch(QUERY, cursor=None)
    start = now() - timedelta(seconds=250)
    for number in range(250):
        customer_posts(square, name, f"number {number}", at=start + timedelta(seconds=number))
    page = platform.fetch(QUERY, cursor=first.cursor)
    numbers = [int(mention.text.split()[-1]) for mention in page.mentions]
    assert numbers == list(range(250))
    assert page.gap is None


@every_platform
def test_failure_on_the_second_page_loses_nothing(name: str, square: Square, opened: Open) -> None:
    platform = opened(name)
    cursor = platform.fetch(QUERY, cursor=None).cursor
    for number in range(150):
        customer_posts(square, name, f"number {number}")
    square.order_fault(name, "503", on="read", skip=1)
    with pytest.raises(TemporaryError):
        platform.fetch(QUERY, cursor=cursor)
    assert len(platform.fetch(QUERY, cursor=cursor).mentions) == 150


@every_platform
def test_post_that_is_listed_late_still_arrives(name: str, square: Square, opened: Open) -> None:
    """It is older than the newest that was read."""
    platform = opened(name)
    customer_posts(square, name, "first")
    cursor = platform.fetch(QUERY, cursor=None).cursor
    customer_posts(square, name, "listed late", at=now() - timedelta(minutes=5))
    found = platform.fetch(QUERY, cursor=cursor).mentions
    assert any(mention.text.endswith("listed late") for mention in found)


@every_platform
def test_what_was_read_comes_again_only_with_the_same_id(
    name: str, square: Square, opened: Open
) -> None:
    platform = opened(name)
    customer_posts(square, name, "first")
    page = platform.fetch(QUERY, cursor=None)
    customer_posts(square, name, "second")
    later = platform.fetch(QUERY, cursor=page.cursor)
    ids = {mention.external_id for mention in (*page.mentions, *later.mentions)}
    assert len(ids) == 2
    assert later.mentions[-1].text.endswith("second")


@pytest.mark.parametrize("name", [one for one in NAMES if one != "reddit"])
def test_first_round_reads_the_recent_past_only(name: str, square: Square, opened: Open) -> None:
    customer_posts(square, name, "long ago", at=now() - timedelta(days=2))
    customer_posts(square, name, "lately", at=now() - timedelta(minutes=20))
    (mention,) = opened(name).fetch(QUERY, cursor=None).mentions
    assert mention.text.endswith("lately")


@every_platform
def test_reply_is_out_once_and_found_again(name: str, square: Square, opened: Open) -> None:
    post = customer_posts(square, name, "who can help?")
    platform = opened(name)
    to = only(platform)
    text = "We can: *call* us, see https://acme.example/help_me or acme.example\n\n- Ana"
    published = platform.reply(to, text, key="k1")
    (reply,) = square.replies_by_brand(name)
    assert reply.reply_to == post.id
    assert published.url.startswith("https://")
    assert platform.find_reply(to, text, key="k1", since=now()) == published
    assert platform.find_reply(to, "something else", key="k2", since=now()) is None


@every_platform
def test_deleted_post_cannot_be_answered(name: str, square: Square, opened: Open) -> None:
    post = customer_posts(square, name, "who can help?")
    platform = opened(name)
    to = only(platform)
    square.delete(name, post.id)
    with pytest.raises(GoneError):
        platform.reply(to, "We can. Ana", key="k1")


@every_platform
def test_refresh_tells_what_was_edited_and_deleted(name: str, square: Square, opened: Open) -> None:
    posts = [customer_posts(square, name, words) for words in ("keep", "edit", "delete")]
    platform = opened(name)
    found = platform.fetch(QUERY, cursor=None).mentions
    ids = {mention.text.split()[-1]: mention.external_id for mention in found}
    square.edit(name, posts[1].id, "@acme edited")
    square.delete(name, posts[2].id)
    states = {state.external_id: state for state in platform.refresh(list(ids.values()))}
    assert states[ids["delete"]].gone
    assert (states[ids["edit"]].gone, states[ids["edit"]].text) == (False, "@acme edited")
    read = next(each.text for each in found if each.external_id == ids["keep"])
    assert not states[ids["keep"]].gone
    assert states[ids["keep"]].text in {None, read}, "a post that nobody edited reads differently"


@every_platform
def test_too_long_is_refused_where_we_measured_it(name: str, square: Square, opened: Open) -> None:
    customer_posts(square, name, "who can help?")
    platform = opened(name)
    to = only(platform)
    limit = platform.measure("", to).limit
    fits, over = "a" * limit, "b" * (limit + 1)
    assert (platform.measure(fits, to).over, platform.measure(over, to).over) == (0, 1)
    with pytest.raises(RejectedError):
        platform.reply(to, over, key="k1")
    assert platform.reply(to, fits, key="k2").external_id


@every_platform
def test_secrets_are_never_logged(
    name: str, square: Square, opened: Open, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    libraries = (
        "tweepy.client",
        "requests_oauthlib.oauth1_auth",
        "oauthlib",
        "prawcore",
        "urllib3",
    )
    for talkative in libraries:
        caplog.set_level(logging.DEBUG, logger=talkative)
    customer_posts(square, name, "who can help?")
    platform = opened(name)
    to = only(platform)
    square.order_fault(name, "401", on="write")
    with pytest.raises(PausedError):
        platform.reply(to, "We can. Ana", key="k1")
    platform.reply(to, "We can. Ana", key="k1")
    assert "127.0.0.1" in caplog.text, "nothing was logged at all, so this test proves nothing"
    secrets = {value for name, value in environment("").items() if "stand-in" in value}
    for said in (*secrets, "oauth_signature", "stand-in"):
        assert said not in caplog.text


@every_platform
def test_settings_do_not_show_their_secrets(name: str) -> None:
    settings = platforms.available()[name].Settings.model_validate(environment("http://h"))
    for secret in ("stand-in-key", "stand-in-secret", "stand-in-token", "stand-in-refresh"):
        assert secret not in repr(settings)


@every_platform
def test_refresh_tells_of_our_own_replies_too(name: str, square: Square, opened: Open) -> None:
    """They are asked for by the ids that `reply` gave."""
    customer_posts(square, name, "who can help?")
    platform = opened(name)
    to = only(platform)
    ours = [platform.reply(to, f"We can. {who}", key=who).external_id for who in ("Ana", "Ben")]
    assert {one.external_id: one.gone for one in platform.refresh(ours)} == dict.fromkeys(
        ours, False
    )
    square.delete(name, square.replies_by_brand(name)[0].id)
    assert {one.external_id: one.gone for one in platform.refresh(ours)} == {
        ours[0]: True, ours[1]: False,
    }  # fmt: skip


@every_platform
def test_refresh_asks_at_most_so_many_at_once_as_it_says(
    name: str, square: Square, opened: Open
) -> None:
    customer_posts(square, name, "who can help?")
    platform = opened(name)
    to = only(platform)
    before = len(square.requests)
    assert len(list(platform.refresh([to.external_id] * platform.at_once))) >= 1
    logins = sum("oken" in one.path or "ession" in one.path for one in square.requests[before:])
    assert len(square.requests) - before - logins == 1


@pytest.mark.parametrize("name", ["reddit", "bluesky"])
def test_a_reply_of_ours_that_somebody_hid_is_gone_though_we_still_see_it(
    name: str, square: Square, opened: Open
) -> None:
    """Reddit's moderators, and on Bluesky whoever began the thread."""
    customer_posts(square, name, "who can help?")
    platform = opened(name)
    to = only(platform)
    ours = [platform.reply(to, f"We can. {who}", key=who).external_id for who in ("Ana", "Ben")]
    square.remove(name, square.replies_by_brand(name)[0].id)
    gone = {one.external_id: one.gone for one in platform.refresh(ours)}
    assert gone == {ours[0]: True, ours[1]: False}

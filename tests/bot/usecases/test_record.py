"""Where a post goes, and what is kept of it."""

from datetime import timedelta

import pytest

from bot.database import Database
from bot.language.reading import Reading
from bot.language.sentiment import Feeling
from bot.models import Person
from bot.sandbox.world import MovableClock
from bot.usecases.cards import card_view
from bot.usecases.health import health
from bot.usecases.record import record_page
from platforms.base import Author, Media, Page
from platforms.square import Square
from tests.bot.steps import found, found_mention, outbox_keys, record, stored

ANGRY = Reading("en", Feeling("negative", "sounds angry", -0.8))


@pytest.mark.parametrize(
    ("text", "department", "why"),
    [
        ("Ana Lima hung up on me about my bill", "Support", "names Ana Lima"),
        ("I want your billing team to call me", "Billing", "names the Billing department"),
        ("I want a refund for my router", "Billing", 'keyword "refund'),
        ("My router is broken", "Support", 'keyword "router'),
        ("What a day", "Support", ""),
    ],
)
def test_a_post_goes_where_its_words_send_it(
    database: Database, text: str, department: str, why: str
):
    mention = stored(database, found_mention(database, text))
    assert mention.department is not None
    assert mention.department.name == department
    assert why.casefold() in mention.why.casefold(), mention.why


def test_what_was_read_out_of_a_post_is_kept(database: Database):
    record(database)
    post = found("Awful")
    page = Page(mentions=(post,), cursor="2")
    database.write(record_page, Square, page, {post.external_id: ANGRY})
    mention = stored(database, 1)
    kept = (mention.language, mention.feeling, mention.feeling_words)
    assert kept == ("en", "negative", "sounds angry")


def test_all_that_the_platform_told_is_kept(database: Database):
    picture = Media(kind="image", url="https://pictures.example/1.png", alt="A router")
    author = Author(id="9", handle="Mara_K", name="Mara", followers=2100)
    more = {"community": "acme", "parent_id": "5", "root_id": "4", "media": (picture,)}
    mention = stored(database, found_mention(database, "Help", author=author, **more))
    assert (mention.author_handle, mention.author_key) == ("Mara_K", "mara_k")
    assert mention.author_followers == 2100
    assert (mention.community, mention.parent_id, mention.root_id) == ("acme", "5", "4")
    assert mention.media == [
        {"kind": "image", "url": "https://pictures.example/1.png", "alt": "A router"}
    ]


def test_many_readers_make_it_a_matter_for_pr(database: Database):
    author = Author(id="9", handle="famous", followers=50_000)
    mention = stored(database, found_mention(database, "What a day", author=author))
    assert mention.department is not None
    assert mention.department.name == "PR"


def view(database: Database, card: int) -> str:
    shown = database.read(
        card_view, card, label=str.capitalize, link=lambda *_: "", kind=lambda _: Square
    )
    assert shown is not None
    return shown.earlier


def test_a_card_tells_who_has_been_here_before(database: Database):
    first = found_mention(database)
    assert view(database, 1) == ""
    ben = database.write(lambda store: store.add(Person(name="Ben Okafor", aliases=[])))
    database.write(
        lambda store: store.mention(first).mark_answered(store.person_by_id(ben.id), now=store.now)
    )
    found_mention(database)
    found_mention(database, author=Author(id="8", handle="olaf"))
    assert view(database, 2) == "2nd time in 30 days, last answered by Ben Okafor"
    assert view(database, 3) == "", "that is somebody else"


def test_what_was_long_ago_is_forgotten(database: Database):
    old = stored(database, found_mention(database)).published_at
    found_mention(database, published_at=old + timedelta(days=31))
    assert view(database, 2) == ""


def test_a_gap_is_told_once_and_is_history_after_a_day(database: Database, clock: MovableClock):
    gap = "X shows no more than 800 mentions."
    record(database)
    database.write(record_page, Square, Page(mentions=(), cursor="2", gap=gap), {})
    record(database, cursor="3")
    assert database.read(health).problems == (f"square has a gap: {gap}",)
    assert sum(key.startswith("alarm:") for key in outbox_keys(database)) == 1
    clock.move(timedelta(days=1))
    assert not [one for one in database.read(health).problems if "gap" in one]

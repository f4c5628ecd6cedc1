"""Which posts belong together, who gets them back, and what holds when two act at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot import conversation, journal
from bot.database import Database
from bot.errors import PostReadsDifferently
from bot.models import Actor, Mention, MentionState, Reply, Standing, Verdict
from bot.seen import Seen
from bot.store import Store
from bot.usecases.by_hand import record_by_hand
from bot.usecases.cards import card_view
from bot.usecases.decide import confirm_sent, send_again
from bot.usecases.publish import mark_sending, record_failed, record_sent, record_uncertain
from bot.usecases.reply import queue_reply, reply_form, save_draft
from bot.usecases.verdict import close_mention
from platforms.base import Author, FoundMention, Parent, PublishedReply
from platforms.square import Square
from tests.bot.conftest import Others
from tests.bot.steps import (
    ANA,
    BEN,
    found,
    found_mention,
    history,
    introduce,
    outbox_keys,
    record,
    stored,
)
from tests.bot.worker import on_sqlite

MARA, TOBI = Author(id="7", handle="mara_k"), Author(id="8", handle="tobi")
OURS = Parent(handle="acme", text="Sorry.", ours=True)


def post(under: str | None = "r1", text: str = "And now?", **more: Any) -> FoundMention:
    """What somebody, Mara unless told, writes under another post."""
    return found(text, parent_id=under, **({"author": MARA, "parent": OURS} | more))


def write_reply(database: Database, by: Actor = ANA, text: str = "Sorry.") -> int:
    """Ana's reply to the first mention, on its way."""
    seen = database.read(reply_form, 1, by=by).seen
    modal = f"V{text}"
    reply = database.write(queue_reply, 1, text, by=by, submission=modal, seen=seen)
    assert isinstance(reply, Reply)
    database.write(lambda store: mark_sending(store, store.reply(reply.id)))
    return reply.id


def publish(database: Database, number: int) -> None:
    out = PublishedReply(external_id=f"r{number}", url=f"https://square.example/posts/r{number}")
    database.write(lambda store: record_sent(store, store.reply(number), out))


def followers(database: Database) -> list[tuple[str, int | None]]:
    """All posts that are known, and which they follow."""

    def read(store: Store) -> list[tuple[str, int | None]]:
        rows = filter(None, (store.mention(number) for number in range(1, 20)))
        return [(row.text, row.follows_id) for row in rows]

    return database.read(read)


@pytest.fixture
def mention(database: Database) -> Mention:
    """Mara's, answered by Ana; our reply is r1."""
    number = found_mention(database, author=MARA, root_id="thread")
    publish(database, write_reply(database))
    return stored(database, number)


# -- what belongs together


def test_who_answers_us_goes_on_and_anybody_else_begins(database: Database, mention: Mention):
    record(database, post(text="hers"), post(text="his", author=TOBI), cursor="2")
    assert sorted(followers(database)[1:]) == [("hers", mention.id), ("his", None)]


@pytest.mark.parametrize("pages", [1, 2])
def test_what_an_author_adds_to_their_own_post_goes_on(database: Database, pages: int):
    first = found("My router is broken", author=MARA)
    more = post(first.external_id, "since Monday", parent=None)
    still = post(more.external_id, "and nobody answers", parent=None)
    if pages == 1:
        record(database, first, more, still)
    else:
        record(database, first)
        record(database, more, still, cursor="2")
    assert [one for _, one in followers(database)] == [None, 1, 1]
    assert stored(database, 1).state == MentionState.WAITING
    assert history(database, 1) == ["found", "went on", "went on"]


def test_an_own_post_beside_a_conversation_is_no_part_of_it(database: Database, mention: Mention):
    beside = post("marketing", "Something else", root_id="thread")
    record(database, beside, cursor="2")
    assert followers(database)[1] == ("Something else", None)


@pytest.mark.parametrize("how", ["by hand", "confirmed", "on its way"])
def test_an_answer_to_a_reply_whose_place_we_never_learned_goes_on(database: Database, how: str):
    found_mention(database, author=MARA, root_id="thread")
    if how == "by hand":
        database.write(save_draft, 1, "Sorry.", by=ANA)
        there = {"by": ANA, "submission": "V", "seen": Seen()}
        database.write(record_by_hand, 1, "https://square.example", **there)
    else:
        number = write_reply(database)
        if how == "confirmed":
            database.write(lambda store: record_uncertain(store, store.reply(number)))
            database.write(confirm_sent, number, by=ANA, click="1")
    record(database, post("somewhere", root_id="thread"), cursor="2")
    assert followers(database)[1] == ("And now?", 1)


def test_a_post_known_already_stays_what_it_is(database: Database):
    """It was read before we knew that our reply is out."""
    found_mention(database, author=MARA)
    number = write_reply(database)
    early = post(None)
    record(database, early, cursor="2")
    publish(database, number)
    again = record(database, post(external_id=early.external_id), cursor="3")
    assert (again.new, again.known) == (0, 1)
    assert followers(database)[1] == ("And now?", None)


# -- who gets it back


def test_it_waits_for_whoever_answered_and_they_are_told(database: Database, mention: Mention):
    record(database, post(), cursor="2")
    row = stored(database, mention.id)
    assert row.owner is not None
    assert (row.state, row.owner.name) == (MentionState.CLAIMED, "Ana Lima")
    assert [one for one in outbox_keys(database) if one.startswith("went-on:")] == ["went-on:2"]
    assert row.answered_at == mention.answered_at, "the time to the first reply stays"


@pytest.mark.parametrize("standing", [Standing.LEFT, Standing.GUEST, None])
def test_who_may_not_answer_any_more_gets_nothing_back(
    database: Database, mention: Mention, standing: Standing | None
):
    introduce(database, ANA, standing=standing)
    record(database, post(), cursor="2")
    row = stored(database, mention.id)
    assert (row.state, row.owner) == (MentionState.WAITING, None)
    assert not [one for one in outbox_keys(database) if one.startswith("went-on:")]


@on_sqlite
@pytest.mark.parametrize(
    ("verdict", "state"),
    [
        (Verdict.ANSWERED_ELSEWHERE, MentionState.CLAIMED),
        (Verdict.NOT_INVITING, MentionState.CLAIMED),
        (Verdict.SPAM, MentionState.CLOSED),
        (Verdict.ABUSE, MentionState.CLOSED),
    ],
)
def test_what_was_closed_comes_back_unless_it_was_judged_for_good(
    database: Database, mention: Mention, verdict: Verdict, state: MentionState
):
    record(database, post(), cursor="2")
    database.write(close_mention, mention.id, verdict, by=BEN, click="1")
    record(database, post(), cursor="3")
    assert stored(database, mention.id).state == state
    assert history(database, mention.id)[-1] == "went on", "it is told in any case"


# -- at once


def test_an_answer_read_by_two_at_once_is_there_once(
    database: Database, mention: Mention, others: Others
):
    page = [post(text=f"answer {number}") for number in range(3)]
    with ThreadPoolExecutor(2) as threads:
        recorded = list(threads.map(lambda one: record(one, *page, cursor="2"), others(2)))
    assert sum(one.new for one in recorded) == 3
    assert history(database, mention.id).count("went on") == 3


@pytest.mark.parametrize("_", range(4))
def test_an_answer_that_comes_while_our_next_one_is_settled_is_never_taken_for_answered(
    database: Database, mention: Mention, others: Others, _: int
):
    record(database, post(), cursor="2")
    number = write_reply(database, text="Now it is.")
    one, other = others(2)
    acts: list[Callable[[], object]] = [
        lambda: publish(one, number),
        lambda: record(other, post(text="Not yet."), cursor="3"),
    ]
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda act: act(), acts))
    row = stored(database, mention.id)
    assert row.owner is not None
    assert row.state == MentionState.CLAIMED, "what she wrote last was not read by anybody"
    assert database.read(conversation.waits_for_answer, row)


# -- deleted


def lose(database: Database, number: int) -> None:
    database.write(lambda store: conversation.lose(store, journal.mention(store, number)))


def test_when_all_that_waited_is_deleted_nothing_waits(database: Database, mention: Mention):
    record(database, post(text="secret one"), post(text="secret two"), cursor="2")
    lose(database, 3)
    assert stored(database, mention.id).state == MentionState.CLAIMED
    lose(database, 2)
    assert stored(database, mention.id).state == MentionState.ANSWERED
    told = database.read(lambda store: [str(one.detail) for one in store.events(mention.id)])
    assert "secret" not in "".join(told)
    assert stored(database, 2).text == ""


def test_a_first_post_that_is_gone_takes_nothing_with_it_that_is_there(
    database: Database, mention: Mention
):
    record(database, post(), cursor="2")
    lose(database, mention.id)
    row = stored(database, mention.id)
    assert (row.state, row.text) == (MentionState.CLAIMED, "")
    assert database.read(reply_form, mention.id, by=ANA).post.id == 2
    lose(database, 2)
    assert stored(database, mention.id).state == MentionState.GONE


def test_what_is_gone_when_we_answer_it_costs_neither_the_text_nor_the_rest(
    database: Database, mention: Mention
):
    record(database, post(), cursor="2")
    number = write_reply(database, text="Now it is.")
    database.write(lambda store: record_failed(store, store.reply(number), "Gone.", gone=True))
    assert stored(database, 2).state == MentionState.GONE
    assert stored(database, mention.id).text == "My router is broken"
    with pytest.raises(PostReadsDifferently):
        database.write(send_again, number, by=ANA, click="1")
    on_card = stored(database, mention.id).fingerprint
    again = database.write(send_again, number, by=ANA, click="1", seen=on_card)
    assert again.answers is None, "it answers what is still there"


# -- told


def test_the_order_of_an_exchange_is_told_by_what_answers_what(
    database: Database, mention: Mention
):
    """Our reply was found late, and the platform's clock goes before ours."""
    early = datetime.fromisoformat("2049-11-15T09:10:00+00:00")
    record(database, post(published_at=early), cursor="2")
    late = early + timedelta(days=1)
    number = write_reply(database, text="Now it is.")
    publish(database, number)
    record(database, post(f"r{number}", "Thanks.", published_at=late), cursor="3")
    turns = database.read(conversation.turns, stored(database, mention.id))
    assert [one.text for one in turns] == ["Sorry.", "And now?", "Now it is.", "Thanks."]


def shown(database: Database, card: int) -> Any:
    return database.read(
        card_view, card, label=str.capitalize, link=lambda *_: "", kind=lambda _: Square
    )


@pytest.mark.parametrize(
    ("parent", "who", "text"),
    [
        (Parent(), "", ""),
        (Parent(handle="tobi", text="Anybody?", url="https://x.com/1"), "@tobi", "Anybody?"),
        (Parent(text="word " * 100), "", "word " * 39 + "word…"),
    ],
)
def test_what_a_post_answers_is_kept_as_far_as_it_is_known(
    database: Database, parent: Parent, who: str, text: str
):
    found_mention(database, parent_id="99", parent=parent)
    above = shown(database, 1).above
    assert (above.who, above.url) == (who, parent.url)
    assert above.text[:30] == text[:30]
    assert len(above.text) <= 200


def test_a_mention_under_another_mention_leads_to_its_card(database: Database):
    first = found("My router is broken", author=TOBI)
    record(database, first)
    record(database, post(first.external_id, "Mine too", parent=None), cursor="2")
    above = shown(database, 2).above
    assert (above.who, above.text, above.number) == ("@tobi", "My router is broken", 1)

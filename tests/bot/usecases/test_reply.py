"""What is written in a modal becomes one reply, and two people who write know of each other."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace

import pytest

from bot import journal, posts
from bot.database import Database
from bot.errors import (
    AlreadyClosed,
    CannotReply,
    EmptyReply,
    NewerReply,
    NothingToRetry,
    PostGone,
    PostReadsDifferently,
    Refusal,
    ReplyOnItsWay,
    ReplyTooLong,
)
from bot.models import Actor, MentionState, Reply, ReplyState, Verdict
from bot.seen import Seen
from bot.slack.reply_form import ReplyForm
from bot.store import Store
from bot.usecases.claim import claim_mention
from bot.usecases.decide import confirm_sent, drop_reply, send_again
from bot.usecases.publish import mark_sending, record_failed, record_sent, record_uncertain
from bot.usecases.reply import check_text, form_if_news, queue_reply, reply_form, save_draft
from bot.usecases.verdict import close_mention
from platforms.base import Author, Platform, PublishedReply
from platforms.square import Square, SquareSettings
from tests.bot.conftest import Others
from tests.bot.steps import (
    ANA,
    BEN,
    CAT,
    empty_outbox,
    found,
    found_mention,
    history,
    outbox_keys,
    record,
    stored,
)
from tests.bot.worker import on_sqlite

SORRY = "Sorry about that."
MARA = Author(id="7", handle="mara_k", name="Mara K.")
THERE = PublishedReply(external_id="9", url="https://square.example/posts/9")


def square() -> Platform:
    return Square(SquareSettings.model_validate({"SQUARE_URL": "http://127.0.0.1:9"}))


def submit(
    database: Database,
    text: str = SORRY,
    *,
    by: Actor = ANA,
    modal: str = "V1",
    seen: Seen | None = None,
) -> Reply | ReplyForm:
    seen = seen or seen_by(database, by)
    check_text(database.read(journal.mention, 1), text, square())
    return database.write(queue_reply, 1, text, by=by, submission=modal, seen=seen)


def seen_by(database: Database, by: Actor) -> Seen:
    return database.read(reply_form, 1, by=by).seen


def replies(database: Database) -> list[tuple[str, str]]:
    """All replies that are no drafts, as (author, text)."""
    numbers = range(1, 9)
    rows = [database.read(lambda store, number=number: store.reply(number)) for number in numbers]
    return [(one.author.name, one.text) for one in rows if one and one.state != ReplyState.DRAFT]


@pytest.fixture
def mention(database: Database) -> int:
    return found_mention(database)


def fate(database: Database, what: str, *, of: int = 1) -> None:
    """Let become of a reply what the worker found, or nothing yet."""
    if what == "queued":
        return
    database.write(lambda store: mark_sending(store, store.reply(of)))
    acts = {
        "sent": lambda store: record_sent(store, store.reply(of), THERE),
        "failed": lambda store: record_failed(store, store.reply(of), "The thread is locked."),
        "uncertain": lambda store: record_uncertain(store, store.reply(of)),
        "sending": lambda store: None,
    }
    database.write(acts[what])


def let_out(database: Database) -> None:
    """What kept reply 1 is decided, and it becomes public."""
    state = database.read(lambda store: store.reply(1).state)
    if state == ReplyState.FAILED:
        database.write(send_again, 1, by=BEN, click="again")
    fate(database, "sent")


def test_a_submission_is_a_reply_and_its_writer_holds_the_mention(database: Database, mention: int):
    reply = submit(database)
    assert isinstance(reply, Reply)
    assert reply.state == ReplyState.QUEUED
    assert "reply:1" in outbox_keys(database)
    row = stored(database, mention)
    assert row.owner is not None
    assert (row.state, row.owner.name) == (MentionState.CLAIMED, "Ana Lima")


def test_one_modal_submitted_twice_is_one_reply(database: Database, mention: int):
    seen = seen_by(database, ANA)
    first = submit(database, seen=seen)
    again = submit(database, seen=seen)
    assert isinstance(first, Reply)
    assert isinstance(again, Reply)
    assert again.id == first.id
    assert history(database, mention) == ["found", "replied"]


def test_a_modal_that_comes_again_after_another_reply_is_still_its_own(
    database: Database, mention: int
):
    submit(database, modal="V1")
    fate(database, "sent")
    submit(database, "And one thing more", modal="V2")
    again = submit(database, modal="V1")
    assert isinstance(again, Reply)
    assert (again.id, again.text) == (1, SORRY)
    assert len(replies(database)) == 2


def test_one_modal_submitted_twice_at_once_is_one_reply(
    database: Database, mention: int, others: Others
):
    seen = seen_by(database, ANA)
    with ThreadPoolExecutor(2) as threads:
        both = list(threads.map(lambda one: submit(one, seen=seen), others(2)))
    assert {one.id for one in both if isinstance(one, Reply)} == {1}
    assert replies(database) == [("Ana Lima", SORRY)]


def test_the_slower_of_two_writers_is_told_and_may_insist(database: Database, mention: int):
    seen = seen_by(database, BEN)
    submit(database, by=ANA)
    fate(database, "sent")

    told = submit(database, "Hello", by=BEN, modal="V2", seen=seen)
    assert isinstance(told, ReplyForm), "Ben did not know of Ana's answer"
    assert told.answer is not None
    assert (told.answer.author.name, told.draft) == ("Ana Lima", "Hello")
    assert replies(database) == [("Ana Lima", SORRY)]

    sent = submit(database, "Hello", by=BEN, modal="V2", seen=told.seen)
    assert isinstance(sent, Reply)
    assert replies(database) == [("Ana Lima", SORRY), ("Ben Okafor", "Hello")]


@pytest.mark.parametrize("first", ["Ben", "the window"])
def test_who_changed_a_text_that_was_taken_reads_each_news_once_and_may_insist(
    database: Database, mention: int, first: str
):
    """Slack held Ana's first text for lost; Ben answers, before or after she is told of it."""

    def answer() -> None:
        hello = submit(database, "Hello", by=BEN, modal="W")
        assert isinstance(hello, Reply)
        fate(database, "sent", of=hello.id)

    def press() -> Reply | ReplyForm:
        seen = windows[-1]
        came = submit(database, "Changed.", modal=seen.submission("V"), seen=seen)
        windows.append(came.seen if isinstance(came, ReplyForm) else seen)
        return came

    windows = [seen_by(database, ANA)]
    submit(database, modal=windows[0].submission("V"), seen=windows[0])
    fate(database, "sent")
    told: list[Reply | ReplyForm] = []
    if first == "the window":
        told.append(press())
    answer()
    told += [press(), press()]
    *forms, sent = told
    assert isinstance(sent, Reply), "there is no way out of this window"
    assert [one.taken is not None for one in forms if isinstance(one, ReplyForm)] == (
        [True] if first == "Ben" else [True, False]
    )
    assert sent.text == "Changed."


def test_before_posting_by_hand_too_the_window_keeps_what_came_of_it(
    database: Database, mention: int
):
    seen = replace(seen_by(database, ANA), taken=7)
    assert database.read(form_if_news, mention, by=ANA, seen=seen) is None
    database.write(claim_mention, mention, by=BEN, click="1")
    form = database.read(form_if_news, mention, by=ANA, seen=seen)
    assert form is not None
    assert form.seen.taken == 7
    assert database.read(form_if_news, mention, by=ANA, seen=form.seen) is None


@on_sqlite
@pytest.mark.parametrize("by", [ANA, BEN])
@pytest.mark.parametrize("what", ["queued", "sending", "uncertain", "failed"])
def test_a_reply_that_went_out_after_the_window_was_opened_is_told_and_one_may_insist(
    database: Database, mention: int, what: str, by: Actor
):
    """Also one's own: whoever has two windows open is one person to the public."""
    submit(database)
    fate(database, what)
    form = database.read(reply_form, mention, by=by)
    assert (form.answer is None) == (what == "failed"), "what leaves must be told at once"
    let_out(database)

    told = submit(database, "Hello", by=by, modal="V2", seen=form.seen)
    assert isinstance(told, ReplyForm), "a second reply left, and nobody was told of the first"
    assert told.answer is not None
    assert (told.answer.text, told.draft) == (SORRY, "Hello")
    assert isinstance(submit(database, "Hello", by=by, modal="V2", seen=told.seen), Reply)


def test_what_went_out_is_told_although_the_author_wrote_again_before(
    database: Database, mention: int
):
    """So that the form does not come back without saying why."""
    submit(database)
    head = stored(database, mention)
    went_on = found("Still broken", parent_id=head.external_id, author=MARA)
    record(database, went_on)
    seen = seen_by(database, BEN)
    let_out(database)
    told = submit(database, "Hello", by=BEN, modal="V2", seen=seen)
    assert isinstance(told, ReplyForm)
    assert told.answer is not None
    assert told.answer.text == SORRY


@pytest.mark.parametrize("held", [False, True])
def test_of_two_who_submit_at_once_only_one_is_sent(
    database: Database, mention: int, others: Others, held: bool
):
    """Also where a third person holds the mention, so that neither takes it."""
    if held:
        database.write(claim_mention, mention, by=CAT, click="1")
    seen = seen_by(database, ANA)

    def press(who: tuple[Database, Actor]) -> object:
        try:
            return submit(who[0], who[1].name, by=who[1], modal=who[1].slack_id, seen=seen)
        except ReplyOnItsWay as refusal:
            return refusal

    with ThreadPoolExecutor(2) as threads:
        both = list(threads.map(press, zip(others(2), (ANA, BEN), strict=True)))
    assert sum(isinstance(one, Reply) for one in both) == 1
    assert len(replies(database)) == 1, "both went out, and neither knew of the other"


def test_a_claim_by_somebody_else_meanwhile_is_told(database: Database, mention: int):
    seen = seen_by(database, BEN)
    database.write(claim_mention, mention, by=ANA, click="1")
    told = submit(database, by=BEN, seen=seen)
    assert isinstance(told, ReplyForm)
    assert told.holder == "Ana Lima"


def test_a_claim_of_ones_own_meanwhile_is_no_news(database: Database, mention: int):
    seen = seen_by(database, BEN)
    database.write(claim_mention, mention, by=BEN, click="1")
    assert isinstance(submit(database, by=BEN, seen=seen), Reply)


@pytest.mark.parametrize("what", ["sending", "uncertain"])
def test_nobody_writes_while_a_reply_is_on_its_way(database: Database, mention: int, what: str):
    submit(database)
    fate(database, what)
    with pytest.raises(ReplyOnItsWay, match="Ana Lima's reply"):
        submit(database, by=BEN, modal="V2")


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", EmptyReply),
        (" \n ", EmptyReply),
        ("\u200b\u2060 \ufe0f", EmptyReply),
        ("\u3164", EmptyReply),
        ("x" * 501, ReplyTooLong),
    ],
)
def test_what_the_platform_would_refuse_is_refused_at_once(
    database: Database, mention: int, text: str, refusal: type[Refusal]
):
    with pytest.raises(refusal):
        submit(database, text)
    assert replies(database) == []


def test_too_long_says_by_how_much(database: Database, mention: int):
    with pytest.raises(ReplyTooLong, match=r"Town Square: 503 of 500\. Shorten it by 3;"):
        submit(database, "x" * 503)


def test_where_programs_may_not_reply_it_says_why(database: Database):
    found_mention(database, can_reply=False, cannot_reply_reason="The thread is closed.")
    with pytest.raises(CannotReply, match="The thread is closed"):
        submit(database)


def test_nobody_replies_to_what_is_closed_or_gone(database: Database, mention: int):
    seen = seen_by(database, ANA)
    database.write(close_mention, mention, Verdict.SPAM, by=BEN, click="1")
    with pytest.raises(AlreadyClosed):
        submit(database, seen=seen)
    database.write(lambda store: store.mention(mention).mark_gone(now=store.now))
    with pytest.raises(PostGone):
        submit(database, seen=seen)


def test_a_draft_is_kept_and_becomes_the_reply(database: Database, mention: int):
    database.write(save_draft, mention, "  ", by=ANA)
    assert database.read(reply_form, mention, by=ANA).draft == "", "nothing was typed yet"
    for text in ("Sorr", "Sorry"):
        database.write(save_draft, mention, text, by=ANA)
    assert database.read(reply_form, mention, by=ANA).draft == "Sorry"
    assert database.read(reply_form, mention, by=BEN).draft == "", "a draft is its author's alone"
    submit(database)
    assert database.read(reply_form, mention, by=ANA).draft == ""


DECIDED = {
    ("failed", send_again): ReplyState.QUEUED,
    ("failed", confirm_sent): None,
    ("failed", drop_reply): ReplyState.FAILED,
    ("uncertain", send_again): ReplyState.QUEUED,
    ("uncertain", confirm_sent): ReplyState.SENT,
    ("uncertain", drop_reply): ReplyState.FAILED,
    ("sent", send_again): None,
    ("sent", confirm_sent): None,
    ("sent", drop_reply): None,
    ("sending", send_again): None,
    ("sending", confirm_sent): None,
    ("sending", drop_reply): None,
}


@on_sqlite
@pytest.mark.parametrize("decide", [send_again, confirm_sent, drop_reply])
@pytest.mark.parametrize("what", ["failed", "uncertain", "sent", "sending"])
def test_a_decision_counts_where_there_is_something_to_decide(
    database: Database, mention: int, what: str, decide: Callable[..., Reply]
):
    """Buttons of an old card come late: somebody else may have decided by then."""
    submit(database)
    fate(database, what)
    wanted = DECIDED[what, decide]
    before = history(database, mention)
    if wanted is None:
        with pytest.raises(NothingToRetry):
            database.write(decide, 1, by=BEN, click="1")
        assert history(database, mention) == before, "a refused decision is no part of the history"
        return
    database.write(decide, 1, by=BEN, click="1")
    assert database.read(lambda store: store.reply(1).state) == wanted
    database.write(decide, 1, by=BEN, click="1")
    assert len(history(database, mention)) == len(before) + 1, "the same click counted twice"


@pytest.mark.parametrize("what", ["queued", "sending", "sent", "failed"])
def test_a_reply_is_not_tried_again_once_there_is_a_newer_one(
    database: Database, mention: int, what: str
):
    submit(database)
    fate(database, "failed")
    empty_outbox(database)
    submit(database, "Hello", by=BEN, modal="V2")
    fate(database, what, of=2)
    with pytest.raises(NewerReply, match="Ben Okafor has written a newer reply"):
        database.write(send_again, 1, by=CAT, click="1")
    assert database.read(lambda store: store.reply(1).state) == ReplyState.FAILED
    assert "reply:1" not in outbox_keys(database)


def test_of_trying_again_and_a_new_reply_at_once_only_one_leaves(
    database: Database, mention: int, others: Others
):
    submit(database)
    fate(database, "failed")
    empty_outbox(database)
    seen = seen_by(database, BEN)

    def press(who: tuple[Database, str]) -> None:
        with suppress(NewerReply, ReplyOnItsWay):
            if who[1] == "again":
                who[0].write(send_again, 1, by=ANA, click="1")
            else:
                submit(who[0], "Hello", by=BEN, modal="V2", seen=seen)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(press, zip(others(2), ("again", "new"), strict=True)))
    left = [one for one in outbox_keys(database) if one.startswith("reply:")]
    assert len(left) == 1, "both went out, and neither knew of the other"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_an_answer_that_comes_in_the_middle_of_trying_again_is_noticed(
    database: Database, mention: int, others: Others, monkeypatch: pytest.MonkeyPatch
):
    """SQLite lets nobody in meanwhile."""
    submit(database)
    fate(database, "failed")
    seen = seen_by(database, BEN)
    (other,) = others(1)
    real, coming = posts.submitted_after, [other]

    def interrupted(store: Store, reply: Reply) -> Reply | None:
        found = real(store, reply)
        if coming:
            submit(coming.pop(), "Hello", by=BEN, modal="V2", seen=seen)
        return found

    monkeypatch.setattr(posts, "submitted_after", interrupted)
    with pytest.raises(NewerReply):
        database.write(send_again, 1, by=ANA, click="1")


def test_nobody_tries_again_under_a_text_that_they_have_not_read(database: Database, mention: int):
    submit(database)
    fate(database, "failed")
    on_card = stored(database, mention).fingerprint
    database.write(lambda store: store.mention(mention).reword("Works again", now=store.now))
    for unread in (on_card, ""):
        with pytest.raises(PostReadsDifferently):
            database.write(send_again, 1, by=BEN, click="1", seen=unread)
    assert database.read(lambda store: store.reply(1).state) == ReplyState.FAILED
    now = stored(database, mention).fingerprint
    assert database.write(send_again, 1, by=BEN, click="1", seen=now).about == now


def test_a_failed_reply_that_goes_out_after_all_leaves_no_draft(database: Database, mention: int):
    submit(database)
    fate(database, "failed")
    database.write(drop_reply, 1, by=ANA, click="1")
    assert database.read(reply_form, mention, by=ANA).draft == SORRY
    database.write(send_again, 1, by=ANA, click="2")
    assert database.read(reply_form, mention, by=ANA).draft == ""


def test_an_answer_that_a_person_saw_counts_from_when_it_was_sent(
    database: Database, mention: int, clock
):
    submit(database)
    fate(database, "uncertain")
    tried = clock.now()
    clock.move_to_weekday(2, 12)
    database.write(confirm_sent, 1, by=BEN, click="1")
    row = stored(database, mention)
    assert row.answered_by is not None
    assert (row.answered_at, row.answered_by.name) == (tried, "Ana Lima")

"""The rules that one row holds by itself: who may do what with a mention, and a reply's ways."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError, StatementError

from bot.database import Database
from bot.errors import (
    AlreadyAnswered,
    AlreadyClaimed,
    AlreadyClosed,
    ClaimedByYou,
    NotClaimed,
    NotClosed,
    NothingToRetry,
    NotYours,
    PostGone,
    Refusal,
)
from bot.models import (
    Department,
    Mention,
    MentionState,
    Person,
    Reply,
    ReplyState,
    Source,
    Verdict,
)
from tests.bot.steps import found_mention

NOW = datetime(2049, 11, 15, 9, 30, tzinfo=UTC)
ANA, BEN = Person(id=1, name="Ana Lima"), Person(id=2, name="Ben Okafor")

D, HELD, Q, SENDING, SENT, F, U, DOWN = (
    ReplyState.DRAFT,
    ReplyState.HELD,
    ReplyState.QUEUED,
    ReplyState.SENDING,
    ReplyState.SENT,
    ReplyState.FAILED,
    ReplyState.UNCERTAIN,
    ReplyState.TAKEN_DOWN,
)
# Written out once more, so that a new way is allowed here on purpose and not by accident.
WAYS = {
    D: {Q, HELD, SENT},
    HELD: {Q, F},
    Q: {SENDING, F, HELD},
    SENDING: {SENDING, Q, SENT, F, U},
    U: {SENT, Q, F, HELD},
    F: {Q, HELD},
    SENT: {DOWN},
    DOWN: set(),
}


def mention(state: MentionState = MentionState.WAITING) -> Mention:
    """A mention in this state: claimed, answered or closed by Ana a minute ago."""
    row = Mention(id=1, platform="square", state=MentionState.WAITING, text="Help", search_text="")
    minute_ago = NOW - timedelta(minutes=1)
    ways: dict[MentionState, Callable[[], object]] = {
        MentionState.WAITING: lambda: None,
        MentionState.CLAIMED: lambda: row.claim(ANA, now=minute_ago),
        MentionState.ANSWERED: lambda: row.mark_answered(ANA, now=minute_ago),
        MentionState.CLOSED: lambda: row.close(Verdict.SPAM, ANA, now=minute_ago),
        MentionState.GONE: lambda: row.mark_gone(now=minute_ago),
    }
    ways[state]()
    # A database fills these in; nothing is stored here.
    row.owner_id = row.owner.id if row.owner else None
    return row


@pytest.mark.parametrize("to", ReplyState)
@pytest.mark.parametrize("start", ReplyState)
def test_a_reply_goes_only_the_ways_of_the_table(start: ReplyState, to: ReplyState):
    reply = Reply(state=start)
    if to in WAYS[start]:
        reply.move(to)
        assert reply.state == to
    else:
        with pytest.raises(NothingToRetry):
            reply.move(to)
        assert reply.state == start, "a refused move must not change anything"


REFUSED: dict[MentionState, dict[str, type[Refusal] | None]] = {
    MentionState.WAITING: {
        "claim": None,
        "release": NotClaimed,
        "take for reply": None,
        "close": None,
        "reopen": NotClosed,
    },
    MentionState.CLAIMED: {
        "claim": AlreadyClaimed,
        "release": NotYours,
        "take for reply": None,
        "close": None,
        "reopen": NotClosed,
    },
    MentionState.ANSWERED: {
        "claim": AlreadyAnswered,
        "release": AlreadyAnswered,
        "take for reply": None,
        "close": AlreadyAnswered,
        "reopen": NotClosed,
    },
    MentionState.CLOSED: {
        "claim": AlreadyClosed,
        "release": AlreadyClosed,
        "take for reply": AlreadyClosed,
        "close": AlreadyClosed,
        "reopen": None,
    },
    MentionState.GONE: {
        "claim": PostGone,
        "release": PostGone,
        "take for reply": PostGone,
        "close": PostGone,
        "reopen": NotClosed,
    },
}
ACTS: dict[str, Callable[[Mention], object]] = {
    "claim": lambda row: row.claim(BEN, now=NOW),
    "release": lambda row: row.release(BEN, now=NOW),
    "take for reply": lambda row: row.take_for_reply(BEN, now=NOW),
    "close": lambda row: row.close(Verdict.SPAM, BEN, now=NOW),
    "reopen": lambda row: row.reopen(),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("state", [one for one in MentionState if one != MentionState.FOLLOW_UP])
def test_ben_may_do_what_the_state_allows(state: MentionState, act: str):
    row = mention(state)
    refusal = REFUSED[state][act]
    if refusal is None:
        ACTS[act](row)
    else:
        with pytest.raises(refusal):
            ACTS[act](row)
        assert row.state == state, "a refusal must not change anything"


def test_a_refusal_tells_who_was_first_and_when():
    with pytest.raises(AlreadyClaimed, match="Ana Lima claimed this 1 min ago"):
        mention(MentionState.CLAIMED).claim(BEN, now=NOW)
    with pytest.raises(ClaimedByYou, match="You claimed this 1 min ago"):
        mention(MentionState.CLAIMED).claim(ANA, now=NOW)
    with pytest.raises(AlreadyAnswered, match="Ana Lima answered this 1 min ago"):
        mention(MentionState.ANSWERED).claim(BEN, now=NOW)
    with pytest.raises(AlreadyClosed, match="Ana Lima said 1 min ago"):
        mention(MentionState.CLOSED).claim(BEN, now=NOW)


@pytest.mark.parametrize(("who", "is_admin"), [(ANA, False), (BEN, True)])
def test_the_owner_and_an_admin_release(who: Person, is_admin: bool):
    row = mention(MentionState.CLAIMED)
    row.release(who, now=NOW, is_admin=is_admin)
    assert (row.state, row.owner, row.claimed_at) == (MentionState.WAITING, None, None)


def test_whoever_replies_to_what_nobody_holds_holds_it():
    row = mention()
    assert row.take_for_reply(BEN, now=NOW)
    assert (row.state, row.owner) == (MentionState.CLAIMED, BEN)


def test_a_reply_to_what_somebody_else_holds_takes_nothing_away():
    row = mention(MentionState.CLAIMED)
    assert not row.take_for_reply(BEN, now=NOW)
    assert row.owner is ANA


def test_a_second_reply_leaves_an_answered_mention_answered():
    row = mention(MentionState.ANSWERED)
    row.take_for_reply(BEN, now=NOW)
    row.mark_answered(BEN, now=NOW)
    assert (row.state, row.answered_by) == (MentionState.ANSWERED, ANA)
    assert row.answered_at == NOW - timedelta(minutes=1), "the first reply counts"


@pytest.mark.parametrize("held", [False, True])
def test_a_mention_sent_on_waits_there_and_nobody_holds_it(held: bool):
    row = mention(MentionState.CLAIMED if held else MentionState.WAITING)
    billing = Department(name="Billing")
    row.move_to(billing)
    assert (row.department, row.state, row.owner) == (billing, MentionState.WAITING, None)


@pytest.mark.parametrize("state", [MentionState.WAITING, MentionState.CLAIMED])
def test_reopened_it_is_as_it_was_before_it_was_closed(state: MentionState):
    row = mention(state)
    owner = row.owner
    row.close(Verdict.DUPLICATE, BEN, now=NOW)
    assert (row.verdict, row.closed_by, row.closed_at) == ("duplicate", BEN, NOW)
    row.reopen()
    assert (row.state, row.owner) == (state, owner)
    assert (row.verdict, row.closed_by, row.closed_at) == (None, None, None)


def test_of_a_post_that_is_gone_nothing_is_kept_that_it_said():
    row = mention()
    row.media = [{"kind": "image", "url": "https://pictures.example/1.png"}]
    row.mark_gone(now=NOW)
    assert (row.text, row.search_text, row.media) == ("", "", [])
    row.mark_answered(BEN, now=NOW)
    assert row.state == MentionState.GONE, "an answer does not bring a deleted post back"


def test_times_come_back_as_they_went_in_whatever_their_zone(database: Database):
    said = datetime.fromisoformat("2049-07-01T12:00:00.123456+02:00")
    database.write(lambda store: store.add(Source(platform="square", due_at=said)))
    back = database.read(lambda store: store.source("square").due_at)
    assert back == said
    assert back.tzinfo is UTC, "every time that comes out of the database is aware UTC"


def test_a_time_without_a_zone_is_refused(database: Database):
    naive = datetime(2049, 7, 1, 12)  # noqa: DTZ001 (that is what is refused)
    with pytest.raises(StatementError, match="without a zone"):
        database.write(lambda store: store.add(Source(platform="square", due_at=naive)))


def test_nobody_has_two_drafts_for_one_mention(database: Database):
    number = found_mention(database)
    ana = database.write(lambda store: store.add(Person(name="Ana", aliases=[])))

    def add_draft(state: ReplyState) -> None:
        draft = Reply(mention_id=number, author_id=ana.id, text="Hi", state=state)
        database.write(lambda store: store.add(draft))

    add_draft(ReplyState.DRAFT)
    add_draft(ReplyState.SENT)
    with pytest.raises(IntegrityError):
        add_draft(ReplyState.DRAFT)

"""Who may change what we said, what is kept of it, and what two people who decide at once get."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bot import amendments
from bot.config import Policy
from bot.database import Database
from bot.errors import (
    ChangeOnItsWay,
    NotASpeaker,
    NothingPublic,
    NothingToDecide,
    NotYourReply,
    NotYoursToAgree,
    NotYourWish,
    OnlyColleagues,
    Refusal,
    RemovalAsked,
    RemovalOnItsWay,
    SameText,
    SecondPersonNeeded,
    WhyMissing,
)
from bot.models import Actor, Amendment, AmendmentState, MentionState, ReplyState, Standing
from bot.usecases.amend import ChangeForm, change_form, queue_change, save_change
from bot.usecases.amended import record_done, record_refused
from bot.usecases.claim import claim_mention
from bot.usecases.configure import apply_config
from bot.usecases.publish import mark_sending, record_sent
from bot.usecases.reply import queue_reply, reply_form
from bot.usecases.take_down import (
    agree_to_removal,
    ask_removal,
    withdraw_removal,
)
from platforms.base import Author, PublishedReply
from tests.bot.conftest import Others
from tests.bot.steps import (
    ANA,
    BEN,
    CAT,
    company,
    found,
    found_mention,
    history,
    introduce,
    outbox_keys,
    record,
    stored,
)

DAN = Actor("U0DANGRAY0", "Dan Gray")
SORRY, BETTER = "Sorry about that.", "We are sorry about that."
TYPO = "Friendlier."


def say(database: Database, text: str = SORRY, *, by: Actor = ANA, number: int = 1) -> int:
    """A reply of somebody's to mention 1 is public; its number."""
    seen = database.read(reply_form, 1, by=by).seen
    database.write(queue_reply, 1, text, by=by, submission=f"R{number}", seen=seen)
    there = PublishedReply(external_id=str(number), url=f"https://square.example/{number}")
    database.write(lambda store: mark_sending(store, store.reply(number)))
    database.write(lambda store: record_sent(store, store.reply(number), there))
    return number


@pytest.fixture
def reply(database: Database) -> int:
    """Ana's reply to a mention that Ben holds."""
    number = found_mention(database)
    introduce(database, DAN)
    database.write(claim_mention, number, by=BEN, click="0")
    return say(database)


def change(
    database: Database, text: str = BETTER, *, by: Actor = ANA, window: str = "V1", **more: Any
) -> Amendment | ChangeForm:
    asked = {"reason": TYPO, "seen": seen_by(database, by), "submission": window} | more
    return database.write(queue_change, 1, text, by=by, **asked)


def seen_by(database: Database, by: Actor) -> str:
    return database.read(change_form, 1, by=by).seen


def ask(database: Database, *, by: Actor = ANA, window: str = "W1", reply: int = 1) -> Amendment:
    return database.write(ask_removal, reply, by=by, reason="A name.", submission=window)


def agree(database: Database, *, by: Actor = CAT, click: str = "1", number: int = 1) -> Amendment:
    return database.write(agree_to_removal, number, by=by, click=click)


def settle(database: Database, number: int = 1, *, problem: str = "") -> None:
    """Let the platform do it, or refuse it."""

    def act(store: Any) -> None:
        found = amendments.numbered(store, number)
        assert found is not None
        if problem:
            record_refused(store, found, problem)
        else:
            record_done(store, found)

    database.write(act)


def state(database: Database, number: int = 1) -> str:
    found = database.read(amendments.numbered, number)
    assert found is not None, f"there is no amendment {number}"
    return found.state


def text_of(database: Database, number: int = 1) -> str:
    return database.read(lambda store: store.reply(number).text)


# -- changing


def test_what_it_said_before_is_kept_with_who_changed_it_and_why(database: Database, reply: int):
    for number, (text, by) in enumerate([(BETTER, ANA), ("Sorry.", BEN)], start=1):
        change(database, text, by=by, window=f"V{number}")
        assert f"amend:{number}" in outbox_keys(database)
        settle(database, number)
    assert text_of(database) == "Sorry."
    rows = [database.read(amendments.numbered, number) for number in (1, 2)]
    assert [(one.earlier, one.text, one.asked_by.name, one.reason) for one in rows if one] == [
        (SORRY, BETTER, "Ana Lima", TYPO),
        (BETTER, "Sorry.", "Ben Okafor", TYPO),
    ]
    assert history(database, 1)[-6:] == ["changing", "changed", "says now"] * 2


def test_it_says_the_old_text_until_the_platform_has_changed_it(database: Database, reply: int):
    change(database)
    assert text_of(database) == SORRY
    settle(database, problem="The thread is locked.")
    assert (text_of(database), state(database)) == (SORRY, "refused")
    form = database.read(change_form, reply, by=ANA)
    assert (form.text, form.reason) == (BETTER, TYPO), "what was typed is kept"
    assert database.read(change_form, reply, by=BEN).text == SORRY, "a draft is its writer's own"


@pytest.mark.parametrize(("who", "may"), [(ANA, True), (BEN, True), (CAT, True), (DAN, False)])
def test_its_writer_the_owner_and_admins_may_change_it(
    database: Database, reply: int, who: Actor, may: bool
):
    policy = Policy(approve_first=0)
    database.write(apply_config, company(admins=(CAT.slack_id,), policy=policy))
    seen = seen_by(database, ANA)
    if may:
        assert isinstance(change(database, by=who, seen=seen), Amendment)
        return
    for act in (lambda: seen_by(database, who), lambda: change(database, by=who, seen=seen)):
        with pytest.raises(NotYourReply, match="Ana Lima"):
            act()
    assert "changing" not in history(database, 1)


@pytest.mark.parametrize(
    ("text", "reason", "refusal"),
    [(SORRY, TYPO, SameText), (f" {SORRY}\n", TYPO, SameText), (BETTER, " ", WhyMissing)],
)
def test_a_change_changes_something_for_a_reason(
    database: Database, reply: int, text: str, reason: str, refusal: type[Refusal]
):
    with pytest.raises(refusal):
        change(database, text, reason=reason)


def test_only_what_is_public_and_known_by_name_is_changed(database: Database):
    number = found_mention(database)
    seen = database.read(reply_form, number, by=ANA).seen
    database.write(queue_reply, number, SORRY, by=ANA, submission="R1", seen=seen)
    for missing in (1, 7):
        with pytest.raises(NothingPublic):
            database.read(change_form, missing, by=ANA)
        with pytest.raises(NothingPublic):
            ask(database, reply=missing)


def test_one_window_submitted_twice_is_one_change(database: Database, reply: int, others: Others):
    seen = seen_by(database, ANA)
    with ThreadPoolExecutor(2) as threads:
        both = list(threads.map(lambda one: change(one, seen=seen), others(2)))
    assert {one.id for one in both if isinstance(one, Amendment)} == {1}
    settle(database)
    assert isinstance(change(database, seen=seen), Amendment), "it comes a third time, and late"
    assert history(database, 1).count("changing") == 1


def test_of_two_who_change_it_at_once_one_is_told(database: Database, reply: int, others: Others):
    seen = seen_by(database, ANA)

    def press(who: tuple[Database, Actor]) -> object:
        try:
            return change(who[0], who[1].name, by=who[1], window=who[1].slack_id, seen=seen)
        except ChangeOnItsWay as refusal:
            return refusal

    with ThreadPoolExecutor(2) as threads:
        both = list(threads.map(press, zip(others(2), (ANA, BEN), strict=True)))
    assert sum(isinstance(one, ChangeOnItsWay) for one in both) == 1
    assert history(database, 1).count("changing") == 1


def test_the_slower_writer_reads_what_it_says_now_and_may_insist(database: Database, reply: int):
    seen = seen_by(database, BEN)
    change(database)
    settle(database)
    told = change(database, "Hello", by=BEN, window="V2", seen=seen)
    assert isinstance(told, ChangeForm)
    assert (told.changed_by, told.reply.text, told.text) == ("Ana Lima", BETTER, "Hello")
    assert isinstance(change(database, "Hello", by=BEN, window="V2", seen=told.seen), Amendment)


def test_typing_that_is_told_late_is_no_draft(database: Database, reply: int):
    database.write(save_change, reply, "We are", by=ANA)
    assert database.read(change_form, reply, by=ANA).text == "We are"
    change(database)
    settle(database)
    database.write(save_change, reply, "We are sor", by=ANA, submission="V1")
    assert database.read(change_form, reply, by=ANA).text == BETTER


# -- taking down


def test_it_takes_two_and_then_it_waits_again(database: Database, reply: int):
    ask(database)
    assert not [key for key in outbox_keys(database) if key.startswith("amend")]
    agree(database)
    assert "amend:1" in outbox_keys(database)
    settle(database)
    row = stored(database, 1)
    assert (row.state, row.owner, row.answered_at) == (MentionState.WAITING, None, None)
    assert database.read(lambda store: store.reply(1).state) == ReplyState.TAKEN_DOWN
    assert database.read(lambda store: store.latest_reply(1)) is None
    assert history(database, 1)[-3:] == ["removal asked", "removal agreed", "taken down"]


def test_with_another_answer_in_public_it_stays_answered(database: Database, reply: int):
    say(database, "One thing more.", by=BEN, number=2)
    ask(database)
    agree(database)
    settle(database)
    row = stored(database, 1)
    assert row.answered_by is not None
    assert (row.state, row.answered_by.name) == (MentionState.ANSWERED, "Ben Okafor")
    shown = database.read(lambda store: store.latest_reply(1))
    assert shown is not None
    assert shown.id == 2


def test_an_author_who_had_the_last_word_after_all_waits(database: Database, reply: int):
    mention = stored(database, 1)
    author = Author(id=mention.author_id, handle=mention.author_handle)
    record(database, found("And when?", parent_id="1", author=author))
    say(database, "Tomorrow.", by=BEN, number=2)
    assert stored(database, 1).state == MentionState.ANSWERED
    ask(database, reply=2)
    agree(database)
    settle(database)
    row = stored(database, 1)
    assert row.state == MentionState.WAITING
    assert row.answered_by is not None
    assert row.answered_by.name == "Ana Lima", "what she said first is still public"


def test_nobody_agrees_with_themselves(database: Database, reply: int):
    ask(database)
    with pytest.raises(SecondPersonNeeded):
        agree(database, by=ANA)
    assert state(database) == AmendmentState.ASKED
    agree(database, by=BEN)
    with pytest.raises(NothingToDecide):
        agree(database, click="2")


def test_guests_neither_ask_nor_agree(database: Database, reply: int):
    introduce(database, DAN, standing=Standing.GUEST)
    with pytest.raises(OnlyColleagues):
        ask(database, by=DAN)
    ask(database)
    with pytest.raises(OnlyColleagues):
        agree(database, by=DAN)
    introduce(database, DAN)
    assert agree(database, by=DAN).state == AmendmentState.QUEUED


def test_who_may_not_reply_neither_asks_nor_agrees(database: Database, reply: int):
    ask(database, by=BEN)
    policy = Policy(approve_first=0, may_reply=(CAT.slack_id,))
    database.write(apply_config, company(policy=policy))
    with pytest.raises(NotASpeaker, match="ask Cat Novak"):
        agree(database, by=DAN)
    assert state(database) == AmendmentState.ASKED
    database.write(withdraw_removal, 1, by=BEN, click="w")
    with pytest.raises(NotASpeaker, match="ask Cat Novak"):
        ask(database, by=DAN, window="W2")
    ask(database, by=CAT, window="W3")
    assert [one for one in outbox_keys(database) if one.startswith("amend")] == []


def test_somebody_new_asks_and_somebody_trusted_agrees(database: Database, reply: int):
    policy = Policy(approve_first=1)
    database.write(apply_config, company(policy=policy, admins=(CAT.slack_id,)))
    ask(database, by=BEN)
    with pytest.raises(NotYoursToAgree, match="ask Ana Lima or Cat Novak"):
        agree(database, by=DAN)
    assert state(database) == AmendmentState.ASKED
    agree(database, by=ANA, click="2")
    with pytest.raises(NothingToDecide):
        agree(database, by=DAN, click="3")


def test_where_nobody_else_could_be_trusted_anybody_agrees(database: Database, reply: int):
    """Else what the only one trusted wants to take down would stay for ever."""
    database.write(apply_config, company(policy=Policy(approve_first=1)))
    ask(database, by=ANA)
    agree(database, by=DAN)
    assert state(database) == AmendmentState.QUEUED


def test_whoever_asked_withdraws_it_and_an_admin_may(database: Database, reply: int):
    database.write(apply_config, company(admins=(CAT.slack_id,)))
    ask(database)
    with pytest.raises(NotYourWish, match="Ana Lima"):
        database.write(withdraw_removal, 1, by=BEN, click="1")
    database.write(withdraw_removal, 1, by=ANA, click="1")
    database.write(withdraw_removal, 1, by=ANA, click="1")
    assert history(database, 1).count("removal withdrawn") == 1
    with pytest.raises(NothingToDecide):
        agree(database, click="2")
    ask(database, window="W2")
    database.write(withdraw_removal, 2, by=CAT, click="3")
    assert state(database, 2) == AmendmentState.WITHDRAWN


def test_a_second_wish_is_told_of_the_first(database: Database, reply: int):
    ask(database)
    ask(database)  # the same window once more
    with pytest.raises(RemovalAsked, match="Ana Lima"):
        ask(database, by=BEN, window="W2")
    agree(database)
    with pytest.raises(RemovalOnItsWay):
        ask(database, by=BEN, window="W2")
    assert history(database, 1).count("removal asked") == 1


def at_once(others: Others, *acts: Callable[[Database], object]) -> list[object]:
    """What each gets when all press in the same moment: a value or a refusal."""

    def press(one: tuple[Database, Callable[[Database], object]]) -> object:
        try:
            return one[1](one[0])
        except Refusal as refusal:
            return refusal

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(press, zip(others(len(acts)), acts, strict=True)))


def test_one_wish_that_comes_twice_at_once_is_one(database: Database, reply: int, others: Others):
    both = at_once(others, ask, ask)
    assert [one.id for one in both if isinstance(one, Amendment)] == [1, 1]


def test_of_two_who_agree_at_once_one_is_told(database: Database, reply: int, others: Others):
    ask(database)
    both = at_once(
        others,
        lambda one: agree(one, by=BEN, click="1"),
        lambda one: agree(one, by=CAT, click="2"),
    )
    assert sum(isinstance(one, NothingToDecide) for one in both) == 1
    assert history(database, 1).count("removal agreed") == 1


def test_a_change_ends_the_wish_to_take_it_down(database: Database, reply: int):
    ask(database, by=CAT)
    change(database)
    assert state(database) == AmendmentState.WITHDRAWN
    with pytest.raises(NothingToDecide):
        agree(database, by=BEN)
    with pytest.raises(ChangeOnItsWay, match="Ana Lima"):
        ask(database, by=CAT, window="W2")
    settle(database, 2)
    assert text_of(database) == BETTER


def test_a_change_and_an_agreement_at_once_never_both_happen(
    database: Database, reply: int, others: Others
):
    ask(database, by=CAT)
    seen = seen_by(database, ANA)
    both = at_once(
        others,
        lambda one: agree(one, by=BEN),
        lambda one: change(one, by=ANA, seen=seen),
    )
    assert sum(isinstance(one, Refusal) for one in both) == 1
    kinds = history(database, 1)
    assert ("removal agreed" in kinds) != ("changing" in kinds)


def test_what_is_asked_about_one_reply_leaves_another_alone(database: Database, reply: int):
    say(database, "One thing more.", by=BEN, number=2)
    ask(database, reply=2)
    with pytest.raises(RemovalAsked):
        change(database)


def test_a_removal_that_the_platform_refuses_leaves_all_as_it_was(database: Database, reply: int):
    ask(database)
    agree(database)
    with pytest.raises(RemovalOnItsWay):
        change(database)
    settle(database, problem="It is not ours.")
    row = stored(database, 1)
    assert (row.state, state(database)) == (MentionState.ANSWERED, "refused")
    assert any(key.startswith("amend:1:refused") for key in outbox_keys(database))

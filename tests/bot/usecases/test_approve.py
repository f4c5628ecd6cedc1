"""The first replies of each person wait for a second pair of eyes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.database import Database
from bot.errors import (
    AlreadyClosed,
    ChangeNeedsApproval,
    NewerReply,
    NotASpeaker,
    NothingToRetry,
    NotYoursToApprove,
    PostGone,
    PostReadsDifferently,
    Refusal,
    ReplyHeld,
    ReplyOnItsWay,
    WhyMissing,
    YourOwnReply,
    YourOwnReplyIsFree,
)
from bot.models import Actor, Reply, ReplyState, Standing, Verdict
from bot.original import note_edit
from bot.policy import held_replies
from bot.seen import Seen
from bot.usecases.amend import change_form
from bot.usecases.approve import approve_reply, send_back
from bot.usecases.by_hand import record_by_hand
from bot.usecases.claim import claim_mention
from bot.usecases.configure import apply_config
from bot.usecases.decide import send_again
from bot.usecases.publish import mark_sending, record_failed, record_sent
from bot.usecases.reply import queue_reply, reply_form, save_draft
from bot.usecases.verdict import close_mention
from platforms.base import PublishedReply
from tests.bot.conftest import Others
from tests.bot.steps import (
    ANA,
    BEN,
    CAT,
    company,
    found_mention,
    history,
    introduce,
    outbox_keys,
    stored,
)
from tests.bot.worker import on_sqlite

SORRY = "Sorry about that."


def submit(
    database: Database, mention: int, *, by: Actor, text: str = SORRY, window: str = "R"
) -> Reply:
    seen = database.read(reply_form, mention, by=by).seen
    key = f"{window}{mention}-{by.slack_id}-{text}"
    reply = database.write(queue_reply, mention, text, by=by, submission=key, seen=seen)
    assert isinstance(reply, Reply)
    return reply


def publish(database: Database, number: int) -> None:
    there = PublishedReply(external_id=f"e{number}", url="https://square.example/9")
    database.write(lambda store: mark_sending(store, store.reply(number)))
    database.write(lambda store: record_sent(store, store.reply(number), there))


def have_published(database: Database, by: Actor, times: int = 3) -> None:
    for _ in range(times):
        publish(database, submit(database, found_mention(database), by=by).id)


def seen(database: Database, number: int) -> str:
    return database.read(lambda store: store.reply(number).post.fingerprint)


def approve(database: Database, number: int, *, by: Actor = ANA, click: str = "a") -> Reply:
    return database.write(approve_reply, number, by=by, click=click, seen=seen(database, number))


def state(database: Database, number: int) -> str:
    return str(database.read(lambda store: store.reply(number).state))


@pytest.fixture
def held(database: Database) -> int:
    """Ana has had her three published, and Ben's first reply waits; its number."""
    have_published(database, ANA)
    return submit(database, found_mention(database), by=BEN).id


def test_while_nobody_could_approve_nobody_must_be_approved(database: Database):
    have_published(database, ANA, times=2)
    assert submit(database, found_mention(database), by=BEN).state == ReplyState.QUEUED


def test_an_admin_who_was_never_here_could_approve_too(database: Database):
    mention = found_mention(database)
    database.write(apply_config, company(admins=("U0NEVERHERE",)))
    assert submit(database, mention, by=BEN).state == ReplyState.HELD


def test_an_admin_needs_nobody_and_approves(database: Database):
    mention = found_mention(database)
    database.write(apply_config, company(admins=(CAT.slack_id,)))
    assert submit(database, mention, by=CAT).state == ReplyState.QUEUED
    number = submit(database, found_mention(database), by=BEN).id
    assert approve(database, number, by=CAT).state == ReplyState.QUEUED


def test_a_held_reply_is_not_sent_and_the_trusted_are_told(database: Database, held: int):
    assert state(database, held) == ReplyState.HELD
    assert f"reply:{held}" not in outbox_keys(database)
    told = [one for one in outbox_keys(database) if one.startswith(f"held:{held}:")]
    assert [one.endswith(ANA.slack_id) for one in told] == [True]


def test_approved_it_leaves_in_its_authors_name(database: Database, held: int):
    approve(database, held)
    assert state(database, held) == ReplyState.QUEUED
    assert f"reply:{held}" in outbox_keys(database)
    approve(database, held)  # the same click, told twice
    with pytest.raises(NothingToRetry):
        approve(database, held, click="b")
    publish(database, held)
    reply = database.read(lambda store: store.reply(held))
    answered_by = stored(database, reply.mention_id).answered_by
    assert answered_by is not None
    assert answered_by.name == BEN.name
    assert history(database, reply.mention_id)[-3:] == ["held", "approved", "answered"]


def test_after_three_that_are_out_nobody_has_to_look_any_more(database: Database):
    have_published(database, ANA)
    for number in range(3):
        reply = submit(database, found_mention(database), by=BEN)
        assert reply.state == ReplyState.HELD
        approve(database, reply.id, click=f"a{number}")
        publish(database, reply.id)
    assert submit(database, found_mention(database), by=BEN).state == ReplyState.QUEUED


@pytest.mark.parametrize(("who", "refusal"), [(BEN, YourOwnReply), (CAT, NotYoursToApprove)])
def test_neither_its_author_nor_somebody_new_approves(
    database: Database, held: int, who: Actor, refusal: type[Refusal]
):
    with pytest.raises(refusal, match=ANA.name):
        approve(database, held, by=who)
    assert state(database, held) == ReplyState.HELD


def test_two_who_decide_at_once_are_one_decision(database: Database, held: int, others: Others):
    database.write(apply_config, company(admins=(CAT.slack_id,)))

    def press(who: tuple[Database, Actor]) -> str:
        try:
            return str(approve(who[0], held, by=who[1], click=who[1].slack_id).state)
        except NothingToRetry:
            return "too late"

    with ThreadPoolExecutor(2) as threads:
        told = list(threads.map(press, zip(others(2), (ANA, CAT), strict=True)))
    assert sorted(told) == ["queued", "too late"]


def test_sent_back_it_is_its_authors_draft_and_they_are_told_why(database: Database, held: int):
    mention = database.read(lambda store: store.reply(held).mention_id)
    with pytest.raises(WhyMissing):
        database.write(send_back, held, by=ANA, reason=" ", submission="v")
    for _ in range(2):  # told twice
        database.write(send_back, held, by=ANA, reason="Warmer, please.", submission="v")
    with pytest.raises(NothingToRetry):  # Slack held it for lost, and she changed the reason
        database.write(send_back, held, by=ANA, reason="Shorter.", submission="v")
    assert database.read(reply_form, mention, by=BEN).draft == SORRY
    assert history(database, mention)[-1] == "sent back"
    assert any(one.startswith(f"sent-back:{held}:") for one in outbox_keys(database))
    with pytest.raises(NothingToRetry):
        approve(database, held)


def test_what_was_closed_waits_for_nobodys_eyes(database: Database, held: int):
    assert database.read(held_replies) == 1
    number = database.read(lambda store: store.reply(held).mention_id)
    database.write(close_mention, number, Verdict.SPAM, by=ANA, click="c")
    assert database.read(held_replies) == 0


def test_its_author_takes_it_back_and_nobody_else_who_is_new(database: Database, held: int):
    with pytest.raises(NotYoursToApprove):
        database.write(send_back, held, by=CAT, reason="Mine is better.", submission="v")
    database.write(send_back, held, by=BEN, reason="A typo.", submission="w")
    assert state(database, held) == ReplyState.FAILED
    assert not any(one.startswith("sent-back:") for one in outbox_keys(database))


def test_what_was_sent_back_leaves_by_no_other_door(database: Database, held: int):
    database.write(send_back, held, by=ANA, reason="Warmer, please.", submission="v")
    for number, who in enumerate((BEN, CAT)):
        database.write(send_again, held, by=who, click=f"t{number}")
        assert state(database, held) == ReplyState.HELD
        database.write(send_back, held, by=ANA, reason="Still.", submission=f"v{number}")
    database.write(send_again, held, by=ANA, click="t")
    assert state(database, held) == ReplyState.QUEUED, "somebody trusted has read it"


def test_what_was_approved_once_is_tried_again_without_asking(database: Database, held: int):
    approve(database, held)
    database.write(lambda store: mark_sending(store, store.reply(held)))
    database.write(lambda store: record_failed(store, store.reply(held), "Locked."))
    database.write(send_again, held, by=BEN, click="t")
    assert state(database, held) == ReplyState.QUEUED


@pytest.mark.parametrize("tried", [False, True])
def test_what_was_approved_under_another_wording_of_the_post_is_read_anew(
    database: Database, held: int, tried: bool
):
    approve(database, held)
    if tried:
        database.write(lambda store: mark_sending(store, store.reply(held)))
    database.write(lambda store: record_failed(store, store.reply(held), "It reads differently."))
    mention = database.read(lambda store: store.reply(held).mention_id)
    database.write(lambda store: store.mention(mention).reword("My dog died.", now=store.now))
    database.write(send_again, held, by=BEN, click="t", seen=seen(database, held))
    assert state(database, held) == ReplyState.HELD
    assert approve(database, held, click="b").state == ReplyState.QUEUED


def test_nobody_writes_past_a_held_reply(database: Database, held: int):
    mention = database.read(lambda store: store.reply(held).mention_id)
    with pytest.raises(ReplyHeld, match=BEN.name):
        submit(database, mention, by=ANA)


def test_a_post_that_changed_meanwhile_is_read_before_it_is_answered(database: Database, held: int):
    before = seen(database, held)
    mention = database.read(lambda store: store.reply(held).mention_id)
    database.write(lambda store: store.mention(mention).reword("Thanks!", now=store.now))
    with pytest.raises(PostReadsDifferently):
        database.write(approve_reply, held, by=ANA, click="a", seen=before)
    assert approve(database, held, click="b").about == seen(database, held)


def test_a_mention_that_was_closed_or_deleted_meanwhile_is_not_answered(
    database: Database, held: int
):
    mention = database.read(lambda store: store.reply(held).mention_id)
    database.write(close_mention, mention, Verdict.SPAM, by=ANA, click="c")
    with pytest.raises(AlreadyClosed):
        approve(database, held)
    database.write(lambda store: store.mention(mention).mark_gone(now=store.now))
    with pytest.raises(PostGone):
        approve(database, held, click="b")
    assert state(database, held) == ReplyState.HELD


def test_whose_author_has_left_it_is_held_by_who_approved_it(database: Database, held: int):
    introduce(database, BEN, standing=Standing.LEFT)
    mention = database.read(lambda store: store.reply(held).mention_id)
    database.write(lambda store: store.mention(mention)._put_back())
    approve(database, held)
    owner = stored(database, mention).owner
    assert owner is not None
    assert owner.name == ANA.name


def test_when_nobody_is_left_who_could_approve_a_colleague_lets_it_go(
    database: Database, held: int
):
    introduce(database, ANA, standing=Standing.LEFT)
    approve(database, held, by=CAT)
    assert state(database, held) == ReplyState.QUEUED


def nobody_is_left(database: Database) -> None:
    introduce(database, ANA, standing=Standing.LEFT)


def nobodys_are_read(database: Database) -> None:
    policy = company().policy.model_copy(update={"approve_first": 0})
    database.write(apply_config, company(policy=policy))


def ben_is_admin(database: Database) -> None:
    database.write(apply_config, company(admins=(BEN.slack_id,)))


def bens_first_are_out(database: Database) -> None:
    for number in range(3):
        mention = found_mention(database)
        other = submit(database, mention, by=BEN).id
        approve(database, other, click=f"other{number}")
        publish(database, other)


@on_sqlite
@pytest.mark.parametrize(
    "meanwhile", [nobody_is_left, nobodys_are_read, ben_is_admin, bens_first_are_out]
)
def test_its_author_never_approves_it_and_sends_it_anew_once_nobody_has_to(
    database: Database, held: int, meanwhile: Callable[[Database], None]
):
    meanwhile(database)
    with pytest.raises(YourOwnReplyIsFree, match="press Change the text"):
        approve(database, held, by=BEN, click="own")
    assert state(database, held) == ReplyState.HELD
    mention = database.read(lambda store: store.reply(held).mention_id)
    form = database.read(reply_form, mention, by=BEN)
    assert (form.draft, form.approved_by) == (SORRY, "")
    anew = submit(database, mention, by=BEN, window="anew")
    assert (anew.state, state(database, held)) == (ReplyState.QUEUED, ReplyState.FAILED)
    twice = submit(database, mention, by=BEN, window="anew")
    assert twice.id == anew.id, "Slack told it twice"
    with pytest.raises(NothingToRetry):
        approve(database, held, click="late")


def test_what_its_author_changes_is_read_anew_and_the_old_button_approves_nothing(
    database: Database, held: int
):
    mention = database.read(lambda store: store.reply(held).mention_id)
    same = submit(database, mention, by=BEN, window="again")
    assert same.id == held, "the same words change nothing"
    changed = submit(database, mention, by=BEN, text="We are very sorry.")
    assert (changed.state, changed.id == held) == (ReplyState.HELD, False)
    with pytest.raises(NothingToRetry):
        approve(database, held)
    assert approve(database, changed.id, click="b").text == "We are very sorry."
    kept = history(database, mention)
    assert kept[-3:] == ["held", "held anew", "approved"]
    with pytest.raises(NewerReply):
        database.write(send_again, held, by=ANA, click="t")


@on_sqlite
def test_somebody_new_approves_nobodys_reply_under_words_it_was_not_written_to(
    database: Database, held: int
):
    bens_first_are_out(database)
    mention = database.read(lambda store: store.reply(held).mention_id)
    database.write(lambda store: note_edit(store, store.mention(mention), "All is well now."))
    with pytest.raises(NotYoursToApprove, match=ANA.name):
        approve(database, held, by=CAT, click="new")
    assert state(database, held) == ReplyState.HELD
    assert approve(database, held).state == ReplyState.QUEUED


@pytest.mark.parametrize("how", ["replaced", "sent back"])
def test_what_something_newer_took_the_place_of_stays_back_when_that_is_taken_down(
    database: Database, held: int, how: str
):
    mention = database.read(lambda store: store.reply(held).mention_id)
    if how == "sent back":
        database.write(send_back, held, by=ANA, reason="Warmer, please.", submission="v")
    newer = submit(database, mention, by=BEN, text="We are very sorry.").id
    approve(database, newer)
    publish(database, newer)
    database.write(lambda store: store.reply(newer).move(ReplyState.TAKEN_DOWN))
    assert database.read(lambda store: store.latest_reply(mention)) is None, "its card offers it"
    with pytest.raises(NewerReply):  # an old card
        database.write(send_again, held, by=ANA, click="t")
    assert state(database, held) == ReplyState.FAILED


def test_its_author_and_an_approver_at_once_are_one_decision(
    database: Database, held: int, others: Others
):
    mention, knows = database.read(
        lambda store: (
            store.reply(held).mention_id,
            reply_form(store, store.reply(held).mention_id, by=BEN).seen,
        )
    )

    def change(there: Database) -> str:
        reply = there.write(queue_reply, mention, "Wait.", by=BEN, submission="s", seen=knows)
        assert isinstance(reply, Reply)
        return "changed"

    def let_go(there: Database) -> str:
        approve(there, held)
        return "approved"

    def done(what: tuple[Callable[[Database], str], Database]) -> str:
        try:
            return what[0](what[1])
        except (NothingToRetry, NewerReply, ReplyOnItsWay):
            return "too late"

    with ThreadPoolExecutor(2) as threads:
        told = list(threads.map(done, zip((change, let_go), others(2), strict=True)))
    assert sorted(told) in (["approved", "too late"], ["changed", "too late"])


def test_what_was_posted_by_hand_is_nobodys_first_three(database: Database):
    have_published(database, ANA)
    for number in range(3):
        mention = found_mention(database)
        database.write(save_draft, mention, SORRY, by=BEN)
        there = {"by": BEN, "submission": f"h{number}", "seen": Seen()}
        database.write(record_by_hand, mention, "", **there)
    assert submit(database, found_mention(database), by=BEN).state == ReplyState.HELD


def test_who_is_new_does_not_change_what_is_public(database: Database):
    have_published(database, ANA)
    mention = found_mention(database)
    database.write(claim_mention, mention, by=BEN, click="c")
    number = submit(database, mention, by=ANA).id
    publish(database, number)
    with pytest.raises(ChangeNeedsApproval, match=ANA.name):
        database.read(change_form, number, by=BEN)


def test_nobodys_replies_are_held_where_the_policy_says_so(database: Database):
    have_published(database, ANA)
    policy = company().policy.model_copy(update={"approve_first": 0})
    database.write(apply_config, company(policy=policy))
    assert submit(database, found_mention(database), by=BEN).state == ReplyState.QUEUED


def test_only_the_chosen_reply_and_all_others_go_on_working(database: Database):
    mention = found_mention(database)
    policy = company().policy.model_copy(update={"may_reply": (ANA.slack_id,)})
    database.write(apply_config, company(policy=policy))
    database.write(claim_mention, mention, by=BEN, click="c")
    with pytest.raises(NotASpeaker, match=ANA.name):
        database.read(reply_form, mention, by=BEN)
    with pytest.raises(NotASpeaker):
        database.write(queue_reply, mention, SORRY, by=BEN, submission="s", seen=Seen())
    assert submit(database, mention, by=ANA).state == ReplyState.QUEUED

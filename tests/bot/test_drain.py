"""What leaves arrives once, whatever Slack and the platforms do meanwhile.

The stand-ins fail on demand; what they carried out before they failed is in `HAPPENED`.
"""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.delivery.drain import Drain
from bot.delivery.to_platforms import Answer, ReplySender
from bot.models import Actor, Card, Delivery, ReplyState
from bot.outbox import LEASE
from bot.sandbox.records import Call
from bot.usecases.claim import claim_mention
from bot.usecases.reply import confirm_sent, drop_reply, send_again
from platforms.base import PublishedReply, RejectedError, TemporaryError, UncertainError
from tests.bot.worker import Worker
from tests.town import buttons, words

BROKEN = "@acme acme: my router is broken"
SORRY = "Sorry about that. We are on it."
BEN = Actor("U0BEN00000", "Ben Okafor")

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what no database does differently."""


def posts(worker: Worker, channel: str = "support") -> list[Call]:
    """Every call that was to post in a channel, whatever came of it."""
    there = worker.slack.channel(channel).id
    calls = worker.slack.requests
    return [one for one in calls if one.method == "chat.postMessage" and one.channel == there]


# -- cards

SLACK_FAULTS = ["429", "500", "503", "html", "drop_before", "drop_after", "half", "hang", "slow"]


@on_sqlite
@pytest.mark.parametrize("how", SLACK_FAULTS)
def test_a_card_is_posted_once_whatever_slack_does(worker: Worker, how: str):
    if how in ("hang", "slow"):
        worker.be_impatient()
    worker.slack.fail("chat.postMessage", how, seconds=0.4)
    worker.post(BROKEN)
    assert len(worker.slack.messages("support")) == 1
    assert worker.row("card:1").state == "done"
    worker.square.post("square", "ole", "@acme and mine")
    worker.read("square")
    worker.deliver()
    assert len(worker.slack.messages("support")) == 2, "the channel is stuck"


@on_sqlite
@pytest.mark.parametrize("how", SLACK_FAULTS)
def test_an_update_arrives_whatever_slack_does(worker: Worker, how: str):
    if how in ("hang", "slow"):
        worker.be_impatient()
    worker.post(BROKEN)
    worker.slack.fail("chat.update", how, seconds=0.4)
    worker.database.write(claim_mention, 1, by=BEN, click="1")
    worker.deliver()
    assert "Claimed by *Ben Okafor*" in words(worker.card())
    assert len(worker.slack.messages("support")) == 1


@on_sqlite
@pytest.mark.parametrize("how", ["drop_after", "half", "500"])
def test_a_line_of_history_stands_in_the_thread_once(worker: Worker, how: str):
    worker.post(BROKEN)
    worker.slack.fail("chat.postMessage", how)
    worker.database.write(claim_mention, 1, by=BEN, click="1")
    worker.deliver()
    (line,) = worker.slack.thread(worker.card())
    assert "Ben Okafor claimed this." in line.text


def test_slack_says_slower_and_the_channel_waits_at_no_cost(worker: Worker):
    worker.slack.fail("chat.postMessage", "429", retry_after=7, channel="support")
    for number in range(2):
        worker.square.post("square", "mara", f"{BROKEN} {number}")
    worker.read("square")
    start = worker.clock.seconds()
    worker.drain.run_until_idle()
    assert worker.row("card:1").attempts == 0, "a 429 is no failed attempt"
    worker.deliver()
    refused, *taken = [one.at - start for one in posts(worker)]
    assert refused == 0
    assert len(taken) == 2
    assert min(taken) >= 7, "something was posted before the time that Slack had asked for"


def test_a_worker_that_died_after_the_call_posts_no_second_card(worker: Worker):
    worker.square.post("square", "mara", BROKEN)
    worker.read("square")
    worker.die_while_sending("card:1", after_the_call=True)
    worker.deliver()
    assert len(worker.slack.messages("support")) == 1
    assert len(posts(worker)) == 1
    worker.database.write(claim_mention, 1, by=BEN, click="1")
    worker.deliver()
    assert "Claimed by" in words(worker.card()), "the card that was found is not updated"


def test_a_worker_that_died_before_the_call_loses_no_card(worker: Worker):
    worker.square.post("square", "mara", BROKEN)
    worker.read("square")
    worker.die_while_sending("card:1", after_the_call=False)
    worker.deliver()
    assert len(worker.slack.messages("support")) == 1


def test_a_card_that_somebody_deleted_in_slack_comes_again(worker: Worker):
    worker.post(BROKEN)
    worker.slack.inside.workspace.delete(worker.card())
    worker.database.write(claim_mention, 1, by=BEN, click="1")
    worker.deliver()
    assert "Claimed by" in words(worker.card())


@pytest.mark.parametrize("admins", [0, 2])
def test_a_channel_that_we_are_not_in_gets_its_card_when_we_are_invited(
    worker: Worker, admins: int
):
    told = [worker.ana, worker.cat][:admins]
    worker.slack.add_channel("late", bot_is_member=False)
    departments = worker.configure().departments
    moved = [
        one.model_copy(update={"channel": "#late"}) if one.name == "Support" else one
        for one in departments
    ]
    worker.configure(departments=tuple(moved), admins=tuple(one.id for one in told))
    for text in (BROKEN, "@acme my bill is wrong"):
        worker.square.post("square", "mara", text)
    worker.read("square")
    worker.deliver(at_most=timedelta(minutes=2))
    assert len(worker.slack.messages("billing")) == 1, "the other channels must not wait"
    assert worker.slack.messages("late") == []
    for admin in told:
        (notice,) = worker.slack.dms(admin)
        assert "I am not in #late. Type /invite @Switchboard there." in notice.text.replace("`", "")

    worker.slack.invite_bot("late")
    worker.deliver()
    cards = [one for one in worker.slack.messages("late") if BROKEN in words(one)]
    assert len(cards) == 1


@on_sqlite
def test_pictures_that_slack_cannot_fetch_become_links(worker: Worker):
    """The stand-in refuses an address with a space; Slack refuses what it cannot load."""
    worker.post(BROKEN)
    picture = {"kind": "image", "url": "https://pictures.example/my router.png", "alt": "A router"}
    worker.database.write(lambda store: setattr(store.mention(1), "media", [picture]))
    worker.database.write(claim_mention, 1, by=BEN, click="1")
    worker.deliver()
    card = worker.card()
    assert "Claimed by" in words(card), "a picture kept the card from being updated"
    assert "image on pictures.example" in words(card)
    assert not [block for block in card.blocks if block["type"] == "image"]


# -- replies

PLATFORMS = ["square", "x", "reddit"]
HAPPENED = [(on, how) for on in PLATFORMS for how in ("drop_after", "half", "html")]
HAPPENED += [("square", how) for how in ("garbage", "503_after", "hang_after")]
DID_NOT_HAPPEN = [(on, how) for on in PLATFORMS for how in ("drop_before", "hang")]
DID_NOT_HAPPEN += [("square", "500")]


def reply_that_fails(worker: Worker, how: str, *, on: str = "square") -> None:
    """Somebody answers, and the platform fails as told while it is published."""
    if how.startswith("hang"):
        worker.be_impatient()
    worker.post(BROKEN, on=on)
    worker.answer(SORRY)
    worker.square.order_fault(on, how, on="write")
    worker.deliver()


@on_sqlite
@pytest.mark.parametrize(("on", "how"), HAPPENED)
def test_a_reply_that_went_out_unseen_is_found(worker_today: Worker, on: str, how: str):
    worker = worker_today
    reply_that_fails(worker, how, on=on)
    assert [post.text for post in worker.public(on)] == [SORRY]
    assert worker.state_of_reply() == ReplyState.SENT
    assert worker.reply().url
    assert "Answered by *Ben Okafor*" in words(worker.card())


@on_sqlite
@pytest.mark.parametrize(("on", "how"), DID_NOT_HAPPEN)
def test_in_doubt_a_person_is_asked_and_nothing_is_sent_again(
    worker_today: Worker, on: str, how: str
):
    worker = worker_today
    reply_that_fails(worker, how, on=on)
    assert worker.public(on) == []
    assert worker.state_of_reply() == ReplyState.UNCERTAIN
    assert buttons(worker.card()) == ["It is there", "Send again", "Drop"]
    assert SORRY in worker.slack.dms(worker.ben)[-1].text, "the author must be told, with the text"


@pytest.mark.parametrize("how", ["drop_after", "drop_before"])
def test_in_doubt_it_is_looked_for_over_the_settle_time(worker: Worker, how: str):
    """At once when it is due again, and over two and a half minutes."""
    reply_that_fails(worker, how)
    looks = [one for one in worker.square.requests if one.path.endswith("/replies")]
    writes = [one for one in looks if one.method == "POST"]
    assert len(writes) == 1, "a reply was sent a second time by itself"
    assert len(looks) - len(writes) == (1 if how == "drop_after" else 3)


@pytest.mark.parametrize("after_the_call", [True, False])
def test_a_worker_that_died_with_a_reply_in_hand_never_doubles_it(
    worker: Worker, after_the_call: bool
):
    worker.post(BROKEN)
    worker.answer(SORRY)
    worker.die_while_sending("reply:1", after_the_call=after_the_call)
    worker.deliver()
    assert len(worker.public()) == after_the_call
    wanted = ReplyState.SENT if after_the_call else ReplyState.UNCERTAIN
    assert worker.state_of_reply() == wanted


@on_sqlite
@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("decision", ["It is there", "Send again", "Drop"])
def test_a_person_decides_and_all_is_well_again(worker: Worker, decision: str, there: bool):
    """`there`: whether it had gone out. The town square knows our key, so it takes none twice."""
    reply_that_fails(worker, "drop_before")
    if there:
        parent = worker.square.posts("square")[0]
        worker.square.post("square", "acme", SORRY, reply_to=parent.id, key="reply-1")
    assert worker.problems() == ["1 reply may or may not have gone out."]

    decide = {"It is there": confirm_sent, "Send again": send_again, "Drop": drop_reply}[decision]
    worker.database.write(decide, 1, by=BEN, click="1")
    worker.deliver()

    sent = decision != "Drop"
    assert worker.state_of_reply() == (ReplyState.SENT if sent else ReplyState.FAILED)
    assert len(worker.public()) == (there or decision == "Send again")
    answered = "Answered by *Ben Okafor*" if sent else "Not sent: Ben Okafor dropped it."
    assert answered in words(worker.card())
    draft = worker.database.read(lambda store: store.draft(1, store.reply(1).author_id))
    assert (draft is None) == sent, "a dropped text is kept, and only that one"
    assert worker.problems() == [], "nobody has to decide anything any more"


def test_a_busy_platform_gets_the_reply_later(worker: Worker):
    reply_that_fails(worker, "429")
    assert len(worker.public()) == 1
    first, second = [one for one in worker.square.requests if one.method == "POST"]
    assert first.body == second.body
    assert worker.row("reply:1").attempts == 0


def test_a_refusal_is_told_to_the_author_who_keeps_the_text(worker: Worker):
    post = worker.post(BROKEN)
    worker.answer(SORRY)
    worker.square.lock("square", post.id)
    worker.deliver()
    assert worker.state_of_reply() == ReplyState.FAILED
    assert "The thread is locked" in words(worker.card())
    told = worker.slack.dms(worker.ben)[-1].text
    assert "The thread is locked" in told
    assert SORRY in told


def test_a_reply_to_a_post_that_is_gone_says_so_and_forgets_the_post(worker: Worker):
    post = worker.post(BROKEN)
    worker.answer(SORRY)
    worker.square.delete("square", post.id)
    worker.deliver()
    assert "The author deleted this post" in words(worker.card())
    assert BROKEN not in words(worker.card())
    assert worker.mention().text == ""


def test_who_can_mend_it_is_told_once_a_day(worker: Worker):
    worker.configure(admins=(worker.ana.id, worker.cat.id))
    worker.post(BROKEN)
    worker.answer(SORRY)
    worker.square.order_fault("square", "401", on="write", times=10_000)
    worker.deliver(at_most=timedelta(minutes=2))
    for admin in (worker.ana, worker.cat):
        (notice,) = worker.slack.dms(admin)
        assert "The Town Square lets us in no more" in notice.text
    assert worker.state_of_reply() == ReplyState.QUEUED, "a pause costs no attempt"

    worker.clock.move(timedelta(days=1))
    worker.deliver(at_most=timedelta(minutes=2))
    assert [len(worker.slack.dms(one)) for one in (worker.ana, worker.ben, worker.cat)] == [2, 0, 2]

    worker.square.clear_faults()
    worker.deliver()
    assert len(worker.public()) == 1


@on_sqlite
def test_a_platform_that_is_down_for_a_day_gives_the_text_back(worker: Worker):
    worker.post(BROKEN)
    worker.answer(SORRY)
    # An address where nobody listens: surely nothing was sent.
    platforms = worker.process.switchboard.platforms
    assert isinstance(platforms, dict)
    there = platforms["square"]
    nowhere = there.settings.model_copy(update={"url": "http://127.0.0.1:9"})
    platforms["square"] = type(there)(there.platform, nowhere)
    worker.deliver(at_most=timedelta(hours=20))
    assert worker.state_of_reply() == ReplyState.QUEUED
    worker.deliver(at_most=timedelta(hours=20))
    assert worker.state_of_reply() == ReplyState.FAILED
    assert "could not be reached. We tried for a day." in worker.reply().problem


# -- workers that come too late


class LateSender(ReplySender):
    """Its answer comes when the lease has ended and another worker has done what it could."""

    def __init__(self, worker: Worker, *, was_there: bool, fate: Exception | None) -> None:
        super().__init__(worker.process.switchboard.open)
        self._worker = worker
        self._was_there = was_there
        self._fate = fate

    def send(self, parcel: Answer) -> PublishedReply:
        early = super().send(parcel) if self._was_there else None
        self._worker.clock.move(LEASE)
        self._worker.deliver()
        receipt = early or super().send(parcel)
        if self._fate is not None:
            raise self._fate
        return receipt


def send_late(worker: Worker, *, was_there: bool, fate: Exception | None) -> None:
    worker.post(BROKEN)
    worker.answer(SORRY)
    lease = replace(worker.lease("reply:1"), looks=9)  # so often that nobody would look again
    sender = LateSender(worker, was_there=was_there, fate=fate)
    Drain(worker.database, {"reply": sender}).deliver(lease)
    worker.deliver()


@pytest.mark.parametrize(
    "fate",
    [TemporaryError("Busy."), RejectedError("No."), UncertainError("?"), KeyError("a bug")],
    ids=repr,
)
def test_a_failure_that_comes_too_late_changes_nothing(worker: Worker, fate: Exception):
    """Another worker took over meanwhile, and found the reply."""
    send_late(worker, was_there=True, fate=fate)
    assert worker.state_of_reply() == ReplyState.SENT
    assert len(worker.public()) == 1
    assert worker.row("reply:1").state == "done"
    assert worker.slack.dms(worker.ben) == [], "nothing is wrong that its author should know of"


@pytest.mark.parametrize("was_there", [True, False])
def test_what_was_published_is_written_down_however_late(worker: Worker, was_there: bool):
    """`was_there`: the other worker found it. Else it asked a person, which is settled now."""
    send_late(worker, was_there=was_there, fate=None)
    assert worker.state_of_reply() == ReplyState.SENT
    assert len(worker.public()) == 1
    assert "Answered by *Ben Okafor*" in words(worker.card())
    assert worker.problems() == []


# -- faults of our own


def test_a_bug_in_one_delivery_stops_no_other(worker: Worker, caplog: pytest.LogCaptureFixture):
    """Its row says nothing that its sender understands."""
    worker.square.post("square", "mara", BROKEN)
    worker.square.post("square", "ole", "@acme my bill is wrong")
    worker.read("square")
    broken = update(Delivery).where(Delivery.key == "card:1").values(payload={"no": "card"})
    worker.database.write(lambda store: store.session.execute(broken) and None)
    with caplog.at_level(logging.CRITICAL):
        worker.deliver()
    assert len(worker.slack.messages("billing")) == 1
    row = worker.row("card:1")
    assert (row.state, row.problem) == (
        "waiting",
        "This is a fault of Switchboard; its log tells more.",
    )
    assert row.attempts > 2

    mended = update(Delivery).where(Delivery.key == "card:1").values(payload={"card": 1})
    worker.database.write(lambda store: store.session.execute(mended) and None)
    worker.deliver(at_most=timedelta(hours=2))
    assert len(worker.slack.messages("support")) == 1, "once it is mended, what waited arrives"


def test_a_card_of_which_nothing_is_left_is_not_sent(worker: Worker):
    worker.square.post("square", "mara", BROKEN)
    worker.read("square")
    nothing = update(Delivery).where(Delivery.key == "card:1").values(payload={"card": 99})
    worker.database.write(lambda store: store.session.execute(nothing) and None)
    worker.deliver()
    assert worker.row("card:1").state == "done"
    assert posts(worker) == []
    assert worker.database.read(lambda store: store.session.get(Card, 1)).ts is None

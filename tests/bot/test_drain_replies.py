"""A reply becomes public once, or a person is asked. Platforms fail on demand meanwhile."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.delivery.drain import Drain
from bot.delivery.to_platforms import Answer, ReplySender
from bot.models import ReplyState
from bot.outbox import LEASE
from bot.usecases.decide import confirm_sent, drop_reply, send_again
from platforms.base import GoneError, PublishedReply, RejectedError, TemporaryError, UncertainError
from tests.bot.worker import BEN, BROKEN, Worker, on_sqlite
from tests.town import buttons, words

SORRY = "Sorry about that. We are on it."

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


@on_sqlite
def test_the_card_says_why_it_takes_so_long_while_a_reply_is_looked_for(worker: Worker):
    worker.post(BROKEN)
    worker.answer(SORRY)
    worker.square.order_fault("square", "drop_before", on="write")
    worker.deliver(at_most=timedelta(seconds=20))
    looked_for = "Town Square did not say whether Ben Okafor's reply is out. We look for it there"
    assert looked_for in words(worker.card())

    worker.deliver()
    assert "We can't tell whether Ben Okafor's reply went out." in words(worker.card())


@on_sqlite
@pytest.mark.parametrize(("failures", "state"), [(1, ReplyState.SENT), (99, ReplyState.UNCERTAIN)])
def test_a_look_that_fails_proves_nothing(worker: Worker, failures: int, state: ReplyState):
    worker.post(BROKEN)
    worker.answer(SORRY)
    worker.square.order_fault("square", "drop_after", on="write")
    worker.square.order_fault("square", "503", on="read", times=failures)
    worker.deliver()
    assert len(worker.public()) == 1, "a reply was sent a second time by itself"
    assert worker.state_of_reply() == state


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
    worker.answer(SORRY, by=worker.ana)
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


class BlindSender(ReplySender):
    """Its platform refuses to be looked at, which no platform should."""

    def find(self, parcel: Answer, *, since: datetime) -> PublishedReply | None:
        raise GoneError(f"{parcel.to.address} is not there, {since}.")


@on_sqlite
def test_a_reply_that_cannot_be_looked_for_is_in_doubt_and_not_failed(worker: Worker):
    worker.post(BROKEN)
    worker.answer(SORRY)
    worker.die_while_sending("reply:1", after_the_call=True)
    lease = replace(worker.lease("reply:1"), looks=9)
    blind = BlindSender(worker.process.switchboard.open)
    Drain(worker.database, {"reply": blind}).deliver(lease)
    assert worker.state_of_reply() == ReplyState.UNCERTAIN


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


@on_sqlite
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

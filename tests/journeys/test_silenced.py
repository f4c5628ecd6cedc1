"""Who may not reply any more says nothing, also where they had their say while they still might."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.config import Policy
from tests.bot.worker import on_sqlite
from tests.journeys.steps import author_answers, open_modal, open_reply, reply
from tests.town import Town, buttons, words

REFUND = "Where is my refund, @acme? You promised it on Monday."
SORRY, RUDE = "Sorry for the wait: it went out today.", "You are all a nuisance."
NO_VOICE = "Ben Okafor may not reply for the company any more."
SOON = timedelta(minutes=20)


def deactivate(town: Town) -> None:
    town.slack.deactivate("ben")


def become_guest(town: Town) -> None:
    town.slack.change_person("ben", is_guest=True)


def be_left_out(town: Town) -> None:
    set_policy(town, may_reply=(town.ana.id, town.cat.id))


def set_policy(town: Town, *, approve_first: int = 0, may_reply: tuple[str, ...] = ()) -> None:
    policy = Policy(approve_first=approve_first, may_reply=may_reply)
    town.configure(admins=(town.ana.id,), policy=policy)


WAYS = [deactivate, become_guest, be_left_out]
ways = pytest.mark.parametrize("silence", WAYS)
Silence = Callable[[Town], None]


def public(town: Town) -> list[str]:
    return [post.text for post in town.square.replies_by_brand("square")]


def submit_while_busy(town: Town) -> None:
    """Ben's reply waits, because the platform asks to."""
    town.post(REFUND)
    town.square.order_fault("square", "429", on="write", times=10_000)
    assert town.ben.submit(open_reply(town, town.ben), {"text": SORRY}).ok
    town.deliver(at_most=SOON)


def let_out(town: Town) -> None:
    town.square.clear_faults()
    town.deliver(at_most=timedelta(hours=3))


@ways
def test_a_reply_that_waits_does_not_leave_till_somebody_else_lets_it_go(
    town: Town, silence: Silence
):
    set_policy(town)
    submit_while_busy(town)
    silence(town)
    let_out(town)
    assert public(town) == []
    card = town.card("billing")
    assert f"{NO_VOICE} *Ben Okafor*'s reply waits for a second pair of eyes" in words(card)
    assert buttons(card) == ["Approve", "Send back…", "Change the text", "Send to…"]
    (told,) = town.slack.dms(town.ana)
    assert NO_VOICE in words(told)
    assert "approve it or send it back" in words(told)
    assert town.slack.dms(town.ben) == []

    town.ana.click(card, "approve")
    town.deliver()
    assert public(town) == [SORRY]
    assert NO_VOICE not in words(town.card("billing"))


@on_sqlite
def test_what_somebody_else_approved_leaves_though_its_writer_is_gone(town: Town):
    set_policy(town, approve_first=3)
    submit_while_busy(town)
    town.ana.click(town.card("billing"), "approve")
    town.deliver(at_most=SOON)
    deactivate(town)
    let_out(town)
    assert public(town) == [SORRY]


@on_sqlite
@pytest.mark.parametrize("approve_first", [0, 3])
def test_whoever_sends_again_what_somebody_wrote_who_is_gone_lets_it_go_themselves(
    town: Town, approve_first: int
):
    set_policy(town)
    town.post(REFUND)
    town.square.order_fault("square", "drop_before", on="write")
    reply(town, town.ben, SORRY)
    deactivate(town)
    set_policy(town, approve_first=approve_first)
    town.deliver()
    assert "Send again" in buttons(town.card("billing"))
    town.cat.click(town.card("billing"), "try_again")
    town.deliver()
    assert public(town) == ([] if approve_first else [SORRY]), "Cat's first are approved"
    if approve_first:
        town.ana.click(town.card("billing"), "approve")
        town.deliver()
    assert public(town) == [SORRY]


@ways
def test_a_change_that_waits_is_not_made_till_an_admin_has_it_made(town: Town, silence: Silence):
    set_policy(town)
    town.post(REFUND)
    reply(town, town.ben, SORRY)
    window = open_modal(town, town.ben, town.card("billing"), "Change our reply…")
    town.square.order_fault("square", "429", on="write", times=10_000)
    assert town.ben.submit(window, {"new_text": RUDE, "reason": "Shorter."}).ok
    town.deliver(at_most=SOON)
    silence(town)
    let_out(town)
    assert public(town) == [SORRY]
    card = words(town.card("billing"))
    assert f"Our reply was not changed: {NO_VOICE} Read it, and say it yourself" in card
    assert RUDE in card, "whoever decides reads it"

    town.ana.command("/mentions", "stuck", "general")
    town.ana.click(town.slack.ephemerals(town.ana)[-1], "stuck_retry")
    town.deliver()
    assert public(town) == [RUDE], "the admin has let it go"


@on_sqlite
@ways
def test_an_answer_to_somebody_who_may_not_reply_any_more_waits_for_everybody(
    town: Town, silence: Silence
):
    set_policy(town)
    town.post(REFUND)
    reply(town, town.ben, SORRY)
    silence(town)
    town.deliver()
    author_answers(town, "But it is not here!")
    assert town.mention().owner is None
    assert "It waits for you" not in "".join(words(one) for one in town.slack.dms(town.ben))
    assert "Claim" in buttons(town.card("billing"))

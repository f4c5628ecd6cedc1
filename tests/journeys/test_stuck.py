"""`/mentions stuck`: what could not be sent is seen, and decided about, by an admin in Slack."""

from datetime import timedelta

import pytest

from bot import journal, outbox
from bot.config import Policy
from bot.models import DeliveryState, Event
from bot.sandbox.people import Person
from bot.sandbox.records import Message
from bot.slack import threads
from bot.store import Store
from tests.journeys.steps import field_text, open_modal, open_reply, reply, thread_text
from tests.town import Town, buttons, words

REFUND = "Where is my refund, @acme?"
SORRY = "It went out today."
NOTHING = "Nothing is stuck: everything that was to leave has left or is on its way."
GONE = "Slack refused this: it_was_in_a_bad_mood."


@pytest.fixture
def town(town: Town) -> Town:
    """Ana and Cat look after Switchboard."""
    policy = Policy(approve_first=0)
    town.configure(admins=(town.ana.id, town.cat.id), policy=policy)
    return town


def ask(town: Town, person: Person) -> Message:
    before = len(town.slack.ephemerals(person))
    assert person.command("/mentions", "stuck", "general").ok
    shown = town.slack.ephemerals(person)[before:]
    assert len(shown) == 1
    return shown[0]


def press(town: Town, person: Person, shown: Message, action: str, *, stale: bool = False) -> str:
    """Press a button of the list; what stands there now."""
    assert person.click(shown, action, stale=stale).ok
    return words(town.slack.message(shown))


def fail_card(town: Town, problem: str = GONE) -> None:
    """A mention came, and Slack will never take its card."""
    town.square.post("square", "mara_k", REFUND)
    town.read("square")
    (lease,) = (one for one in town.drain.lease(100) if one.kind == "card")
    failed = DeliveryState.FAILED
    assert town.database.write(outbox.give_up, lease, state=failed, problem=problem)


def fail_notices(town: Town, number: int) -> None:
    """So many people were to be told something, and left."""

    def tell(store: Store) -> None:
        for one in range(number):
            journal.tell(store, f"UGONE{one}", f"gone:{one}", "Somebody wrote back.")

    town.database.write(tell)
    town.deliver()


def leave_in_doubt(town: Town, *, how: str = "drop_before") -> None:
    """Ben answered, and nobody can tell whether it is public."""
    town.post(REFUND)
    town.square.order_fault("square", how, on="write")
    town.square.order_fault("square", "500", on="read", times=3)
    reply(town, town.ben, SORRY)
    town.square.clear_faults()


def public(town: Town) -> list[str]:
    return [one.text for one in town.square.replies_by_brand("square")]


# -- who, and nothing at all


def test_when_nothing_is_stuck_the_list_says_so(town: Town):
    assert words(ask(town, town.ana)) == NOTHING
    assert "`/mentions stuck`: for admins" in words(_help(town))


def test_others_read_why_not_and_whom_to_ask(town: Town):
    told = words(ask(town, town.ben))
    assert "What is stuck is shown to admins only" in told
    assert "whoever looks after Switchboard" in told
    ask(town, town.ana)
    assert "Ask Ana Lima." in words(ask(town, town.ben))
    town.configure(admins=())
    assert "nobody is one yet: name some in the configuration" in words(ask(town, town.ana))


def test_who_is_no_admin_any_more_can_press_nothing(town: Town):
    fail_card(town)
    shown = ask(town, town.cat)
    leave_in_doubt(town)
    doubt = ask(town, town.cat)
    town.cat.click(doubt, "stuck_posted")
    window = town.modal(town.cat)
    town.configure(admins=(town.ana.id,))
    for action in ("stuck_retry", "stuck_discard"):
        town.cat.click(shown, action)
        assert "shown to admins only" in town.told(town.cat)
    ack = town.cat.submit(window, {"posted_at": "https://square.example/posts/99"})
    assert "shown to admins only" in ack.errors["posted_at"]
    assert "2 deliveries are stuck." in words(ask(town, town.ana))


def test_with_more_words_behind_it_stuck_is_searched_for(town: Town):
    town.post("My refund is stuck again, @acme")
    before = len(town.slack.ephemerals(town.ben))
    town.ben.command("/mentions", "stuck again", "general")
    (shown,) = town.slack.ephemerals(town.ben)[before:]
    assert "No. 1" in words(shown)


# -- what Slack did not take


def test_a_card_that_slack_refused_is_told_and_sent_again(town: Town):
    fail_card(town)
    town.clock.move(timedelta(hours=3))
    shown, other = ask(town, town.ana), ask(town, town.cat)
    told = words(shown)
    assert "1 delivery is stuck." in told
    assert "The card of mention 1 in #billing  · failed, 3 h ago · tried once" in told
    assert GONE in told
    assert buttons(shown) == ["Retry", "Discard"]
    assert "Nobody sees it in Slack until something happens" in str(shown.blocks)

    now = press(town, town.ana, shown, "stuck_retry")
    assert now == f"On its way again: The card of mention 1 in #billing. {NOTHING}"
    assert "This is on its way again already." in press(town, town.cat, other, "stuck_retry")
    town.deliver()
    assert REFUND in words(town.card("billing"))
    late = press(town, town.cat, other, "stuck_discard", stale=True)
    assert "This went out meanwhile: nothing is left to do." in late
    assert len(town.slack.messages("billing")) == 1
    assert [(one.kind, one.actor and one.actor.name) for one in events(town)][-1] == (
        "delivery tried again", "Ana Lima"
    )  # fmt: skip


def test_a_card_that_is_given_up_stays_so_and_the_trail_says_who_did_it(town: Town):
    fail_card(town)
    press(town, town.ana, ask(town, town.ana), "stuck_discard")
    town.deliver()
    assert not town.slack.messages("billing")
    assert (
        threads.told(events(town)[-1])
        == "Ana Lima gave this up: The card of mention 1 in #billing."
    )


def events(town: Town) -> list[Event]:
    return town.database.read(lambda store: list(store.events(1)))


def test_what_is_discarded_stays_so_and_says_who_did_it(town: Town):
    fail_notices(town, 1)
    shown, other = ask(town, town.ana), ask(town, town.cat)
    assert "A direct message to UGONE0  · failed" in words(shown)
    assert "Whoever was to be told is not here any more." in words(shown)
    assert "They are not told." in str(shown.blocks)
    assert NOTHING in press(town, town.ana, shown, "stuck_discard")
    told = press(town, town.cat, other, "stuck_discard")
    assert "Ana Lima discarded it. So nothing is left to do here." in told
    assert NOTHING in press(town, town.cat, other, "stuck_retry", stale=True)


def test_a_long_list_comes_in_pages(town: Town):
    fail_notices(town, 7)
    first = ask(town, town.ana)
    assert "7 deliveries are stuck, 1 to 5." in words(first)
    assert buttons(first)[-1] == "Next"
    second = press(town, town.ana, first, "stuck_page:next")
    assert "7 deliveries are stuck, 6 to 7." in second
    for left in (6, 5):
        *_, last = (one for one in town.slack.message(first).blocks if "stuck_discard" in str(one))
        value = last["elements"][-1]["value"]
        assert town.ana.click(town.slack.message(first), "stuck_discard", value=value).ok
        assert f"{left} deliveries are stuck" in words(town.slack.message(first))
    now = town.slack.message(first)
    assert words(now).count("· failed") == 5, "the last page that there is"
    assert "Previous" not in buttons(now)


def test_what_is_tried_again_by_itself_is_told_with_its_reason(town: Town):
    town.slack.archive(town.slack.channel("billing"))
    for number in range(2):
        town.square.post("square", f"user{number}", REFUND)
    town.read("square")
    town.deliver(at_most=timedelta(minutes=2))
    told = words(ask(town, town.ana))
    assert NOTHING in told
    assert "Besides, 2 deliveries are tried again and again: #billing does not exist" in told


# -- replies


def test_a_reply_in_doubt_is_settled_by_its_link(town: Town):
    leave_in_doubt(town)
    shown, other = ask(town, town.ana), ask(town, town.cat)
    told = words(shown)
    assert "Ben Okafor's reply to mention 1 on Town Square" in told
    assert "nobody knows whether it went out" in told
    assert "tried once, looked for 3 times" in told
    card = town.card("billing")
    assert f"/archives/{card.channel}/p{card.ts.replace('.', '')}" in str(shown.blocks)
    assert buttons(shown) == ["It was posted…", "Send again", "Discard"]
    assert "it will be there twice" in str(shown.blocks)

    assert town.ana.click(shown, "stuck_posted").ok
    window = town.modal(town.ana)
    assert SORRY in words(window)
    wrong = town.ana.submit(window, {"posted_at": "under the post"})
    assert "That is no link to Town Square." in wrong.errors["posted_at"]
    there = "https://square.example/posts/99"
    assert town.ana.submit(window, {"posted_at": there}).ok
    assert "It counts as sent now." in words(town.modal(town.ana))
    assert town.slack.replay_last().status == 200
    town.deliver()

    card = town.card("billing")
    assert "Answered by *Ben Okafor*" in words(card)
    assert there in str(card.blocks)
    assert thread_text(town, card).count("Ana Lima saw the reply on the platform.") == 1
    assert "This went out meanwhile" in press(town, town.cat, other, "stuck_retry")
    town.cat.click(other, "stuck_posted", stale=True)
    assert "This went out meanwhile" in town.told(town.cat)
    town.deliver()
    assert public(town) == []


def test_a_reply_in_doubt_is_sent_again_once_whoever_presses(town: Town):
    leave_in_doubt(town)
    shown, other = ask(town, town.ana), ask(town, town.cat)
    press(town, town.ana, shown, "stuck_retry")
    assert "on its way again already" in press(town, town.cat, other, "stuck_retry")
    town.deliver()
    assert public(town) == [SORRY]
    assert "had the reply sent again." in thread_text(town, town.card("billing"))


def test_a_reply_that_is_given_up_is_its_writers_draft_again(town: Town):
    leave_in_doubt(town)
    other = ask(town, town.cat)
    assert NOTHING in press(town, town.ana, ask(town, town.ana), "stuck_discard")
    assert "Ana Lima dropped it." in press(town, town.cat, other, "stuck_discard")
    town.deliver()
    assert "Not sent: Ana Lima dropped it." in words(town.card("billing"))
    assert field_text(open_reply(town, town.ben)) == SORRY
    assert town.process._health()["problems"] == []


def test_a_refused_reply_is_listed_until_a_newer_one_takes_its_place(town: Town):
    post = town.post(REFUND)
    town.square.lock("square", post.id)
    reply(town, town.ben, SORRY)
    shown = ask(town, town.ana)
    assert "The thread is locked" in words(shown)
    assert buttons(shown) == ["Retry", "Discard"]
    town.square._put(post)
    reply(town, town.ben, "It went out on Friday.")
    assert words(ask(town, town.ana)) == NOTHING
    assert "Something newer has taken its place" in press(town, town.ana, shown, "stuck_retry")
    town.deliver()
    assert public(town) == ["It went out on Friday."]


def test_a_refused_reply_is_not_listed_anew_once_the_newer_one_is_taken_down(town: Town):
    post = town.post(REFUND)
    town.square.lock("square", post.id)
    reply(town, town.ben, SORRY)
    town.square._put(post)
    town.clock.move(timedelta(minutes=5))
    reply(town, town.ben, "It went out on Friday.")
    removal = open_modal(town, town.ben, town.card("billing"), "Take our reply down…")
    assert town.ben.submit(removal, {"reason": "It was another Friday."}).ok
    town.deliver()
    town.cat.click(town.card("billing"), "agree")
    town.deliver()
    assert public(town) == []
    assert "Try again" not in buttons(town.card("billing"))
    assert words(ask(town, town.ana)) == NOTHING


def test_a_reply_that_waits_for_a_second_pair_of_eyes_waits_on_its_card(town: Town):
    post = town.post(REFUND)
    window = open_reply(town, town.ben)
    town.clock.move(timedelta(minutes=5))
    town.ben.submit(window, {"text": SORRY})
    town.square.edit("square", post.id, "Where is my parcel, @acme?")
    town.deliver()
    shown = ask(town, town.ana)
    assert "The author changed the post after you wrote this." in words(shown)
    town.configure(policy=Policy(approve_first=3))
    assert town.ben.click(town.card("billing"), "try_again").ok
    assert words(ask(town, town.ana)) == NOTHING
    late = press(town, town.ana, shown, "stuck_retry")
    assert "Ben Okafor's reply to this waits for a second pair of eyes" in late
    town.deliver()
    assert public(town) == []
    assert "Approve" in buttons(town.card("billing"))


def test_a_reply_to_a_post_that_is_gone_waits_for_nobody(town: Town):
    post = town.post(REFUND)
    window = open_reply(town, town.ben)
    town.square.delete("square", post.id)
    town.ben.submit(window, {"text": SORRY})
    town.deliver()
    assert words(ask(town, town.ana)) == NOTHING


def test_a_change_that_was_refused_is_tried_once_more(town: Town):
    town.post(REFUND)
    reply(town, town.ben, SORRY)
    (ours,) = town.square.replies_by_brand("square")
    window = open_modal(town, town.ben, town.card("billing"), "Change our reply…")
    town.ben.submit(window, {"new_text": "On Friday.", "reason": "The day was wrong."})
    town.square.delete("square", ours.id)
    town.deliver()
    shown, other = ask(town, town.ana), ask(town, town.cat)
    assert "Ben Okafor's change of our reply to mention 1 on Town Square" in words(shown)
    press(town, town.ana, shown, "stuck_retry")
    town.deliver()
    refused = [one for one in town.slack.dms(town.ben) if "was not made" in words(one)]
    assert len(refused) == 2, "its writer is told each time that it is refused"
    shown, other = ask(town, town.ana), ask(town, town.cat)
    town.square._put(ours)
    press(town, town.ana, shown, "stuck_retry")
    assert "on its way again already" in press(town, town.cat, other, "stuck_retry")
    town.deliver()
    assert public(town) == ["On Friday."]
    card = town.card("billing")
    assert "Ana Lima had that tried once more." in thread_text(town, card)
    kept = open_modal(town, town.ben, card, "Change our reply…")
    assert "What you wrote before" not in words(kept)


# -- at home


def test_the_home_of_an_admin_counts_what_is_stuck(town: Town):
    fail_notices(town, 3)
    for person, told in ((town.ana, True), (town.ben, False)):
        person.open_home()
        town.deliver()
        shown = words(town.slack.home(person))
        assert ("*3 deliveries are stuck*: `/mentions stuck`" in shown) is told


def _help(town: Town) -> Message:
    town.ana.command("/mentions", "help", "general")
    return town.slack.ephemerals(town.ana)[-1]

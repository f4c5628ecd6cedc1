"""What a reply costs is told before it is sent, and changes with what is written."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.config import Budget
from bot.sandbox.door import ACK_SECONDS, Answered, Delivery, Door
from bot.sandbox.records import View
from tests.bot.test_budgets import NOON
from tests.journeys.steps import field_text, open_modal, open_reply
from tests.town import Town, words

QUESTION = "Where is my refund, @acme?"
LINK = "Here: https://acme.example/refunds"
CHEAP, DEAR = "A reply costs 1 cent on X.", "A reply with a link costs 20 cents on X."


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    opened = Town(database_url, start=NOON)
    opened.read("x")
    yield opened
    opened.close()


def types(town: Town, text: str) -> View:
    ack = town.ben.type(town.modal(town.ben), "text", "text", text)
    assert ack.ok, ack
    return town.modal(town.ben)


def test_the_price_follows_what_is_written(town: Town):
    town.post(QUESTION, on="x")
    assert CHEAP in words(open_reply(town, town.ben))
    first = types(town, "Let me look")
    assert CHEAP in words(first)
    linked = types(town, LINK)
    assert DEAR in words(linked)
    (value,) = linked.values["text"].values()
    assert value["value"] == LINK, "what was typed is gone"
    assert linked.body["submit"] == first.body["submit"]
    assert CHEAP in words(types(town, "Let me look"))
    assert len({one.hash for one in (first, linked)}) == 2

    ack = town.ben.submit(types(town, LINK), {"text": LINK})
    assert ack.ok
    town.deliver()
    assert [post.text for post in town.square.replies_by_brand("x")] == [LINK]


def test_a_draft_is_priced_when_it_is_opened_again(town: Town):
    town.post(QUESTION, on="x")
    open_reply(town, town.ben)
    types(town, LINK)
    assert DEAR in words(open_reply(town, town.ben))


def test_where_replies_are_free_no_price_is_told(town: Town):
    town.post(QUESTION)
    view = open_reply(town, town.ben)
    assert "cost" not in words(view)
    types(town, LINK)
    assert town.modal(town.ben).hash == view.hash, "the window was drawn again for nothing"


def test_what_is_answered_by_hand_costs_nothing(town: Town):
    town.post("is acme down? my invoice is late", on="x")
    assert "cost" not in words(open_reply(town, town.ben))


def test_the_budget_for_replies_holds_one_back_and_keeps_its_text(town: Town):
    town.configure(budget={"x": Budget(replies=0.1)})
    town.post(QUESTION, on="x")
    ack = town.ben.submit(open_reply(town, town.ben), {"text": LINK})
    (said,) = ack.errors.values()
    assert said.startswith("That costs 20 cents; replies may cost 10 cents more today.")
    assert town.ben.submit(town.modal(town.ben), {"text": "It went out today."}).ok
    town.deliver()
    assert len(town.square.replies_by_brand("x")) == 1


class Late:
    """The bot did it, and Slack has given up waiting for its acknowledgement."""

    def __init__(self, door: Door) -> None:
        self.door = door

    def deliver(self, delivery: Delivery, *, seconds: float = ACK_SECONDS) -> Answered:
        answered = self.door.deliver(delivery, seconds=seconds)
        return replace(answered, status=0, body=None, error="http_timeout")

    def replay(self) -> Answered:
        return self.door.replay()


def test_a_reply_that_used_up_the_budget_is_no_draft_when_reply_is_pressed_again(town: Town):
    town.configure(budget={"x": Budget(replies=0.2)})
    town.post(QUESTION, on="x")
    modal, way = open_reply(town, town.ben), town.slack.courier.way
    door = way.door
    way.door = Late(door)
    assert not town.ben.submit(modal, {"text": LINK}).ok
    way.door = door
    town.deliver()

    again = town.ben.submit(town.modal(town.ben))
    assert again.ok
    assert not again.errors, "it says what to do about a reply that is public"
    town.deliver()
    assert [post.text for post in town.square.replies_by_brand("x")] == [LINK]
    kept = open_modal(town, town.ben, town.card("billing"), "Reply again…")
    assert field_text(kept) == "", "what is public waits to be sent once more"


def test_what_waits_to_leave_is_spent_already(town: Town):
    town.configure(budget={"x": Budget(replies=0.3)})
    town.post(QUESTION, on="x", by="mara_k")
    first = town.card("billing")
    town.post(QUESTION, on="x", by="tobi_w")
    assert town.ben.click(first, "reply").ok
    town.slack.duplicate_next()
    assert not town.ben.submit(town.modal(town.ben), {"text": LINK}).errors
    ack = town.cat.submit(open_reply(town, town.cat), {"text": LINK})
    (said,) = ack.errors.values()
    assert said.startswith("That costs 20 cents; replies may cost 10 cents more today.")
    town.deliver()
    assert len(town.square.replies_by_brand("x")) == 1
    assert field_text(open_reply(town, town.cat)) == LINK


def test_a_window_that_cannot_be_changed_loses_no_draft(town: Town):
    town.post(QUESTION, on="x")
    open_reply(town, town.ben)
    town.slack.fail("views.update", "500")
    assert CHEAP in words(types(town, LINK)), "the failure did not happen, so this proves nothing"
    assert field_text(open_reply(town, town.ben)) == LINK

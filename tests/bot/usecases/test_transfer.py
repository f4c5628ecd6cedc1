"""A mention is put through to another desk, and both desks see where it went."""

import pytest

from bot.database import Database
from bot.errors import (
    AlreadyClosed,
    NowhereToSend,
    Refusal,
    ReplyOnItsWay,
    SamePlace,
    TwoPlaces,
    UnknownDepartment,
    UnknownMention,
)
from bot.models import Card, Mention, MentionState, Reply, ReplyState, Verdict
from bot.store import Store
from bot.usecases.cards import record_posted
from bot.usecases.claim import claim_mention
from bot.usecases.transfer import transfer_mention
from bot.usecases.verdict import close_mention
from tests.bot.steps import ANA, BEN, empty_outbox, found_mention, history, outbox_keys, stored
from tests.bot.worker import on_sqlite


@pytest.fixture
def mention(database: Database) -> int:
    """One that waits in Support, and its card is posted."""
    number = found_mention(database, "My router is broken")
    database.write(record_posted, 1, "C0SUPPORT1", "1.1")
    empty_outbox(database)
    return number


def desk(database: Database, name: str) -> int:
    department = database.read(lambda store: store.department(name))
    assert department is not None
    return department.id


def send(database: Database, *, click: str = "1", **where: object) -> Mention:
    return database.write(transfer_mention, 1, by=BEN, click=click, **where)


def cards(database: Database) -> list[Card]:
    def read(store: Store) -> list[Card]:
        found = [store.card(number) for number in range(1, 9)]
        return [one for one in found if one is not None]

    return database.read(read)


def test_the_old_card_points_on_and_a_new_one_is_opened(database: Database, mention: int):
    row = send(database, department_id=desk(database, "Billing"), reason=" wants a refund ")
    assert row.department is not None
    assert row.department.name == "Billing"
    old, new = cards(database)
    assert old.moved_by is not None
    assert (old.moved_to, old.reason, old.moved_by.name) == (
        "Billing",
        "wants a refund",
        "Ben Okafor",
    )
    assert (new.channel, new.came_from_id, new.moved_at) == ("#billing", old.id, None)
    assert {"card:1", "card:2", "thread:1", "thread:2"} <= set(outbox_keys(database))
    assert history(database, mention) == ["found", "moved"]


def test_the_stub_is_drawn_again_when_the_new_card_is_there(database: Database, mention: int):
    send(database, department_id=desk(database, "Billing"))
    empty_outbox(database)
    database.write(record_posted, 2, "C0BILLING1", "2.2")
    assert "card:1" in outbox_keys(database), "the stub does not lead to the new card"


def test_whoever_held_it_lets_it_go(database: Database, mention: int):
    database.write(claim_mention, mention, by=ANA, click="0")
    row = send(database, department_id=desk(database, "Billing"))
    assert (row.state, row.owner) == (MentionState.WAITING, None)


def test_any_channel_will_do(database: Database, mention: int):
    row = send(database, channel="C0ANYWHERE", channel_label="#random")
    assert row.department is None
    old, new = cards(database)
    assert (old.moved_to, new.channel) == ("#random", "C0ANYWHERE")


def test_a_departments_own_channel_stands_for_the_department(database: Database, mention: int):
    """Its id is known as soon as one card is there."""
    found_mention(database, "My bill is wrong")
    database.write(record_posted, 2, "C0BILLING1", "2.2")
    row = send(database, channel="C0BILLING1", channel_label="#billing")
    assert row.department is not None
    assert row.department.name == "Billing"


def test_it_can_go_on_and_come_back(database: Database, mention: int):
    for number, name in enumerate(("Billing", "Support", "Billing")):
        send(database, department_id=desk(database, name), click=str(number))
    shown = [one.channel for one in cards(database)]
    assert shown == ["#support", "#billing", "#support", "#billing"]
    current = database.read(lambda store: store.current_card(mention))
    assert current is not None
    assert current.id == 4


def test_the_same_submission_twice_moves_it_once(database: Database, mention: int):
    for _ in range(2):
        send(database, department_id=desk(database, "Billing"))
    assert len(cards(database)) == 2
    assert history(database, mention) == ["found", "moved"]


@on_sqlite
@pytest.mark.parametrize(
    ("where", "refusal"),
    [
        ({}, NowhereToSend),
        ({"channel": ""}, NowhereToSend),
        ({"department_id": 1, "channel": "C0ANYWHERE"}, TwoPlaces),
        ({"department_id": 99}, UnknownDepartment),
        ({"channel": "C0SUPPORT1"}, SamePlace),
        ({"department_id": "Support"}, SamePlace),
    ],
    ids=str,
)
def test_a_place_that_is_none_is_refused(
    database: Database, mention: int, where: dict[str, object], refusal: type[Refusal]
):
    if where.get("department_id") == "Support":
        where = {"department_id": desk(database, "Support")}
    with pytest.raises(refusal):
        send(database, **where)
    assert len(cards(database)) == 1
    assert outbox_keys(database) == []


def test_a_mention_that_is_none_is_refused(database: Database):
    with pytest.raises(UnknownMention, match="number 1"):
        send(database, channel="C0ANYWHERE")


def test_what_is_closed_stays_where_it_is(database: Database, mention: int):
    database.write(close_mention, mention, Verdict.SPAM, by=ANA, click="0")
    with pytest.raises(AlreadyClosed):
        send(database, channel="C0ANYWHERE")


@pytest.mark.parametrize("state", [ReplyState.QUEUED, ReplyState.SENDING, ReplyState.UNCERTAIN])
def test_what_is_being_answered_stays_where_it_is(
    database: Database, mention: int, state: ReplyState
):
    def answer(store: Store) -> None:
        author = store.person_named("Ana Lima")
        store.add(Reply(mention_id=1, author=author, text="", state=state, queued_at=store.now))

    database.write(answer)
    with pytest.raises(ReplyOnItsWay):
        send(database, channel="C0ANYWHERE")
    assert stored(database, mention).state == MentionState.WAITING


def test_a_failed_reply_holds_nothing_up(database: Database, mention: int):
    def fail(store: Store) -> None:
        author = store.person_named("Ana Lima")
        failed = Reply(mention_id=1, author=author, text="", state=ReplyState.FAILED)
        failed.queued_at = store.now
        store.add(failed)

    database.write(fail)
    send(database, channel="C0ANYWHERE")
    assert len(cards(database)) == 2


def test_who_changes_their_mind_in_the_same_window_puts_it_through_once_more(
    database: Database, mention: int
):
    """Slack held the first submission for lost, and it was not."""
    billing = desk(database, "Billing")
    for _ in range(2):
        send(database, department_id=billing, reason="a refund")
    with pytest.raises(SamePlace):
        send(database, department_id=billing, reason="a matter of money")
    send(database, department_id=desk(database, "PR"), reason="a journalist")
    assert history(database, mention).count("moved") == 2

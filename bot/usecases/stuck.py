"""What could not be delivered, for admins: read it, have it tried again, give it up.

What is decided about a reply is said in `decide.py`; here stands the rest.
"""

from bot import amendments, journal, leaving, outbox, parcels, rights, undelivered
from bot.errors import (
    ChangeOnItsWay,
    DiscardedAlready,
    OnItsWayAgain,
    OnlyAdmins,
    Overtaken,
    RemovalOnItsWay,
    ReplyHeld,
    WentOut,
)
from bot.models import (
    Actor,
    Amendment,
    AmendmentState,
    Delivery,
    DeliveryState,
    Person,
    Reply,
    ReplyState,
)
from bot.slack.cards import Labels, Links
from bot.slack.stuck import PAGE, StuckLine, StuckList
from bot.store import Store

TROUBLES = 5


def stuck_list(store: Store, *, by: Actor, page: int, label: Labels, link: Links) -> StuckList:
    """One page of what waits for a person; the last one where there are not so many."""
    rights.demand_admin(store, by, OnlyAdmins)
    total = undelivered.total(store)
    page = min(page, max(0, total - 1) // PAGE)
    rows = undelivered.page(store, limit=PAGE, offset=page * PAGE)
    return StuckList(
        lines=tuple(_line(store, row, label, link) for row in rows),
        total=total, page=page, troubles=tuple(undelivered.troubles(store, limit=TROUBLES)),
    )  # fmt: skip


def stuck_line(
    store: Store, delivery_id: int, *, by: Actor, label: Labels, link: Links
) -> StuckLine:
    """One of them. Raises what became of it when it does not wait for a person any more."""
    rights.demand_admin(store, by, OnlyAdmins)
    return _line(store, _demand_stuck(store, delivery_id), label, link)


def reply_in_doubt(store: Store, delivery_id: int, *, by: Actor, label: Labels) -> Reply:
    """The reply of which somebody says that it was posted."""
    rights.demand_admin(store, by, OnlyAdmins)
    row = _demand_stuck(store, delivery_id)
    reply = parcels.parcel(store, row, label=label).reply
    if reply is None or reply.state != ReplyState.UNCERTAIN:
        raise OnItsWayAgain
    return reply


def put_back(store: Store, delivery_id: int, *, by: Actor) -> None:
    """Have it tried once more from the beginning; anything but a reply."""
    rights.demand_admin(store, by, OnlyAdmins)
    row = _demand_stuck(store, delivery_id)
    person = rights.colleague(store, by)
    if row.kind == "amend":
        _ask_again(store, row.payload["amendment"], person)
    else:
        _note(store, row, "delivery tried again", person)
    outbox.enqueue(store, row.kind, row.key, lane=row.lane, payload=row.payload)


def discard(store: Store, delivery_id: int, *, by: Actor) -> None:
    """Give it up; anything but a reply. Whatever asks for the same once more has it sent."""
    rights.demand_admin(store, by, OnlyAdmins)
    row = _demand_stuck(store, delivery_id)
    person = rights.colleague(store, by)
    _note(store, row, "delivery given up", person)
    outbox.discard(store, row.key, note=f"{person.name} discarded it.")


def _demand_stuck(store: Store, delivery_id: int) -> Delivery:
    row = undelivered.waiting(store, delivery_id)
    if row is None:
        _tell_what_became_of(store, undelivered.any_of(store, delivery_id))
    assert row is not None
    return row


def _tell_what_became_of(store: Store, row: Delivery | None) -> None:
    """Raise it, for whoever sees an older list."""
    reply = store.reply(row.payload["reply"]) if row and row.kind == "reply" else None
    if reply is not None and reply.state == ReplyState.HELD:
        raise ReplyHeld(who=reply.author.name)
    if row is None or row.state in (DeliveryState.FAILED, DeliveryState.UNCERTAIN):
        raise Overtaken
    if row.state == DeliveryState.WAITING:
        raise OnItsWayAgain
    given_up = reply.state == ReplyState.FAILED if reply else bool(row.problem)
    if given_up:
        raise DiscardedAlready(told=reply.problem if reply else row.problem)
    raise WentOut


def _ask_again(store: Store, amendment_id: int, by: Person) -> None:
    """What the platform refused for good it may take now: somebody mended what was wrong."""
    amendment = amendments.numbered(store, amendment_id)
    assert amendment is not None
    other = amendments.open_one(store, amendment.mention_id)
    if other is not None:
        raise RemovalOnItsWay if other.is_removal else ChangeOnItsWay(who=other.asked_by.name)
    amendment.move(AmendmentState.QUEUED)
    amendment.settled_at, amendment.problem = None, ""
    if leaving.has_lost_its_voice(store, amendment.asked_by, second=amendment.agreed_by):
        rights.refuse_silent(store, by)
        amendment.agreed_by, amendment.agreed_at = by, store.now
    _forget_draft(store, amendment)
    journal.write(store, amendment.reply.mention, "amending again", by=by)


def _forget_draft(store: Store, amendment: Amendment) -> None:
    """It was kept in the window when it was refused; a text changed since then stays."""
    draft = amendments.draft(store, amendment.reply_id, amendment.asked_by)
    if draft is not None and draft.text == amendment.text:
        store.remove(draft)


def _line(store: Store, row: Delivery, label: Labels, link: Links) -> StuckLine:
    parcel = parcels.parcel(store, row, label=label)
    card = store.current_card(parcel.mention_id) if parcel.mention_id else None
    return StuckLine(
        number=row.id, what=parcel.what, discarded=parcel.discarded,
        link=link(card.channel_id, card.ts) if card else "",
        uncertain=row.state == DeliveryState.UNCERTAIN,
        age=store.now - (row.settled_at or row.created_at),
        tries=row.attempts + 1, looks=row.looks, problem=row.problem,
        reply_id=parcel.reply.id if parcel.reply else None,
    )  # fmt: skip


def _note(store: Store, row: Delivery, kind: str, by: Person) -> None:
    """Where it is about a mention. Nothing is drawn for it: that may be what is given up."""
    parcel = parcels.parcel(store, row, label=str)
    mention = store.mention(parcel.mention_id) if parcel.mention_id else None
    if mention is not None:
        journal.note(store, store.head(mention), kind, by=by, what=parcel.what)

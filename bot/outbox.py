"""The ledger of everything that must leave: enqueue, lease, mark, settle. Mechanics only.

It knows nothing of Slack or of platforms. A row is found by its `key`; asking again for a row that
is being sent makes it be sent once more afterwards (`wanted`). The life of a row:

    waiting --lease--> held --mark--> may be sent --settle--> done, waiting, failed or uncertain

A worker holds a row for `LEASE`; when it dies, another one takes the row after that. `mark` is
written before the call leaves, so that whoever takes a marked row over looks first whether it is
there already.

A lane is what shares one pace and one order; one row of it is on its way at a time. Its pace
follows the generic cell rate algorithm: a lane gains a place every `interval`, may save up `burst`
of them, and is full until the stored time.
"""

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from bot import deliveries
from bot.lanes import Pace
from bot.models import Delivery, DeliveryState
from bot.store import Store

LEASE = timedelta(seconds=60)
SAFE_MARGIN = timedelta(seconds=45)
"""What must be left of a lease when the call leaves: one and a half times the longest timeout."""

NOW = timedelta(0)
AHEAD = timedelta(seconds=0.2)
"""So long before its lane opens a row is taken, so that the call leaves when it may."""

Paces: TypeAlias = Callable[[str], Pace]
"""The pace of a lane, by its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A row that this worker holds, as it was when it was taken."""

    id: int
    key: str
    kind: str
    lane: str
    payload: dict[str, Any]
    token: str
    until: datetime
    wanted: int
    attempts: int
    looks: int
    tried_at: datetime | None
    """When it may have been sent before; None when surely not."""
    created_at: datetime
    not_before: datetime
    """When the lane opens: the call must not leave earlier."""


def enqueue(store: Store, kind: str, key: str, *, lane: str, payload: dict[str, Any]) -> None:
    """Ask for a delivery in the caller's transaction, new or once more."""
    enqueue_all(store, kind, [(key, lane, payload)])


def enqueue_all(store: Store, kind: str, wanted: Iterable[tuple[str, str, dict[str, Any]]]) -> None:
    """Ask for many of a kind: key, lane and payload of each."""
    asked = {"kind": kind, "now": store.now}
    store.want(
        [asked | {"key": key, "lane": lane, "payload": payload} for key, lane, payload in wanted]
    )


def add(store: Store, kind: str, key: str, *, lane: str, payload: dict[str, Any]) -> Delivery:
    """Enqueue under a key that is surely new, without looking for it."""
    store.made_due.add(lane)
    return store.add(
        Delivery(
            kind=kind,
            key=key,
            lane=lane,
            payload=payload,
            state=DeliveryState.WAITING,
            wanted=1,
            attempts=0,
            looks=0,
            due_at=store.now,
            created_at=store.now,
        )
    )


def lease(store: Store, *, limit: int, paces: Paces, ahead: timedelta = NOW) -> list[Lease]:
    """Take up to `limit` rows that are due, one a lane, as far as the lanes' pace allows.

    `ahead`: so long before a lane opens its row may be taken already. Reading and marking it then
    cost the lane no time; the call must wait till `not_before`.
    """
    taken: list[Lease] = []
    names = due_lanes(store, paces=paces, ahead=ahead)
    while names and len(taken) < limit:
        places = limit - len(taken)
        taken += _lease_in(store, names[:places], paces, ahead)
        names = names[places:]
    return taken


def lease_in(store: Store, name: str, *, paces: Paces, ahead: timedelta = NOW) -> Lease | None:
    """Take the lane's next row, if one is due, none is on its way, and the pace allows it."""
    return next(iter(_lease_in(store, [name], paces, ahead)), None)


def due_lanes(store: Store, *, paces: Paces, ahead: timedelta = NOW) -> list[str]:
    """Lanes with something that can be leased now, the longest waiting first."""
    return [name for moment, name in sorted(_moments(store, paces, ahead)) if moment <= store.now]


def next_moment(
    store: Store, *, paces: Paces, lane: str | None = None, ahead: timedelta = NOW
) -> datetime | None:
    """When the next row, or that of one lane, can be leased; None when nothing waits."""
    moments = _moments(store, paces, ahead)
    return min((moment for moment, name in moments if lane in (None, name)), default=None)


def renew(store: Store, lease: Lease) -> bool:
    """Hold it for a whole lease from now, whatever has passed of it. False: the lease is lost."""
    row = deliveries.held(store, lease.id, lease.token)
    if row is None:
        return False
    row.leased_until = store.now + LEASE
    return True


def mark(store: Store, lease: Lease, *, paces: Paces) -> bool:
    """Write down that the call leaves now. False: the lease is lost or too short; do not call.

    The lane's next place is counted from here: what was looked up since the lease takes time too.
    """
    if not deliveries.mark(store, lease.id, lease.token, safe_until=store.now + SAFE_MARGIN):
        return False
    deliveries.fill_lane(store, lease.lane, until=store.now + paces(lease.lane).interval)
    return True


def count_from(store: Store, name: str, left: datetime, *, paces: Paces) -> None:
    """Count the lane's next place from when a call really left: on a busy machine that is later."""
    deliveries.fill_lane(store, name, until=left + paces(name).interval)


def settle(store: Store, lease: Lease, *, lane: str | None = None) -> bool:
    """It is there. A request that came meanwhile waits again, in `lane`. False: lease lost."""
    wanted = lease.wanted
    now_in = deliveries.settle(store, lease.id, lease.token, wanted=wanted, lane=lane)
    if now_in is None:
        return False
    in_lane, state = now_in
    if state == DeliveryState.WAITING:
        store.made_due.add(in_lane)
    return True


def postpone(
    store: Store, lease: Lease, *, seconds: float | None, problem: str, counts: bool
) -> bool:
    """Try again later: it surely did not leave. `counts`: it was an attempt of ours.

    `seconds` None: as soon as its lane opens, before all that came after it.
    """
    row = deliveries.held(store, lease.id, lease.token)
    if row is None:
        return False
    _let_go(row)
    if seconds is not None:
        row.due_at = store.now + timedelta(seconds=seconds)
    row.problem, row.tried_at, row.looks = problem, None, 0
    row.attempts += counts
    return True


def look_later(store: Store, lease: Lease, *, seconds: float, problem: str) -> bool:
    """It may have left: look for it later."""
    row = deliveries.held(store, lease.id, lease.token)
    if row is None:
        return False
    _let_go(row)
    row.due_at, row.problem = store.now + timedelta(seconds=seconds), problem
    row.looks += 1
    return True


def give_up(store: Store, lease: Lease, *, state: DeliveryState, problem: str) -> bool:
    """Stop trying: failed, unless it was asked for again; or uncertain until a person decides."""
    row = deliveries.held(store, lease.id, lease.token)
    if row is None:
        return False
    _let_go(row)
    row.problem = problem
    if state == DeliveryState.FAILED and row.wanted > lease.wanted:
        # What is drawn now may be another thing than what was refused.
        row.due_at, row.tried_at, row.looks = store.now, None, 0
    else:
        row.state, row.settled_at = state, store.now
    return True


def end_doubt(store: Store, key: str) -> None:
    """What became of it is known now: a person said so, or the answer came late after all."""
    row = store.delivery(key)
    if row is not None and row.state == DeliveryState.UNCERTAIN:
        row.state = DeliveryState.DONE


def discard(store: Store, key: str, *, note: str) -> None:
    """A person gives up what failed or is in doubt. `note`: who did, as a sentence."""
    row = store.delivery(key)
    if row is not None and row.state in (DeliveryState.FAILED, DeliveryState.UNCERTAIN):
        row.state, row.problem = DeliveryState.DONE, note


def hold_lane(store: Store, name: str, *, seconds: float, paces: Paces) -> None:
    """Nothing leaves in this lane for so long: what a Retry-After asks for."""
    until = store.now + timedelta(seconds=seconds) + _saved(paces(name))
    deliveries.fill_lane(store, name, until=until)


def _lease_in(store: Store, names: Sequence[str], paces: Paces, ahead: timedelta) -> list[Lease]:
    """Take the next row of each of these lanes that lets one go."""
    taken = []
    free = deliveries.free_lanes(store, names)
    rows = deliveries.first_rows(store, free)
    for name in (one for one in names if one in rows):
        lane, pace = free[name], paces(name)
        opens = max(store.now, lane.full_until - _saved(pace))
        if opens - store.now > ahead:
            continue
        lane.full_until = max(lane.full_until, store.now) + pace.interval
        taken.append(_hold(rows[name], store.now, not_before=opens))
    return taken


def _moments(store: Store, paces: Paces, ahead: timedelta) -> list[tuple[datetime, str]]:
    """When each lane's next row can be leased, at the latest if one of it is on its way."""
    waiting = deliveries.waiting_lanes(store)
    if not waiting:  # as it mostly is: then one statement is enough
        return []
    opening = {
        name: full_until - _saved(paces(name)) - ahead
        for name, full_until in deliveries.lanes(store).items()
    }
    busy = deliveries.busy_lanes(store)
    return [
        (max(due, opening.get(name, due), busy.get(name, due)), name)
        for name, due in waiting.items()
    ]


def _saved(pace: Pace) -> timedelta:
    return pace.interval * (pace.burst - 1)


def _hold(row: Delivery, now: datetime, *, not_before: datetime) -> Lease:
    row.token, row.leased_until = secrets.token_hex(8), now + LEASE
    return Lease(
        id=row.id, key=row.key, kind=row.kind, lane=row.lane, payload=row.payload, token=row.token,
        until=row.leased_until, wanted=row.wanted, attempts=row.attempts, looks=row.looks,
        tried_at=row.tried_at, created_at=row.created_at, not_before=not_before,
    )  # fmt: skip


def _let_go(row: Delivery) -> None:
    row.token, row.leased_until = None, None

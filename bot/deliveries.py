"""The statements of the outbox that every delivery needs, made ready once.

Building a statement costs more than running it, and a delivery needs a dozen. What is taken, sent
again or given up is decided in `bot/outbox.py`.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import BindParameter, bindparam, exists, func, or_, select, text
from sqlalchemy.orm import aliased

from bot.models import Delivery, DeliveryState, Lane
from bot.store import Store

EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_TIME = Delivery.due_at.type
_NOW = bindparam("now", type_=_TIME)
_NAMES: BindParameter[list[str]] = bindparam("names", expanding=True)
_on_its_way, _first = aliased(Delivery), aliased(Delivery)

_LANES = select(Lane.name, Lane.full_until)
_BUSY = select(Delivery.lane, Delivery.leased_until).where(
    Delivery.state == DeliveryState.WAITING, Delivery.leased_until > _NOW
)
_WAITING = (
    select(Delivery.lane, func.min(Delivery.due_at, type_=_TIME))
    .where(
        Delivery.state == DeliveryState.WAITING,
        or_(Delivery.token.is_(None), Delivery.leased_until <= _NOW),
    )
    .group_by(Delivery.lane)
)
_KNOWN_LANES = select(Lane.name).where(Lane.name.in_(_NAMES))
_FREE_LANES = select(Lane).where(Lane.name.in_(_NAMES)).with_for_update(skip_locked=True)
# Two workers may meet a new lane at once; neither must fail for it.
_OPEN_LANE = text(
    "INSERT INTO lane (name, full_until) VALUES (:name, :full_until) ON CONFLICT DO NOTHING"
).bindparams(bindparam("full_until", type_=_TIME))
_FIRST_OF_LANE = (
    select(_first.id)
    .where(
        _first.state == DeliveryState.WAITING, _first.lane == Lane.name, _first.due_at <= _NOW
    )
    .order_by(_first.due_at, _first.id)
    .limit(1)
    .correlate(Lane)
    .scalar_subquery()
)  # fmt: skip
_FIRST_ROWS = (
    select(Delivery)
    .join(Lane, Delivery.id == _FIRST_OF_LANE)
    .where(
        Lane.name.in_(_NAMES),
        # Said once more of the row itself: whoever lost its lease may settle it meanwhile, and of a
        # row that has changed PostgreSQL looks at this alone again.
        Delivery.state == DeliveryState.WAITING,
        Delivery.lane == Lane.name,
        Delivery.due_at <= _NOW,
        or_(Delivery.leased_until.is_(None), Delivery.leased_until <= _NOW),
        ~exists()
        .where(
            _on_its_way.state == DeliveryState.WAITING,
            _on_its_way.lane == Lane.name,
            _on_its_way.leased_until > _NOW,
        )
        .correlate(Lane),
    )
    .with_for_update(of=Delivery, skip_locked=True)
)
_HELD = (
    select(Delivery)
    .where(Delivery.id == bindparam("delivery_id"), Delivery.token == bindparam("token"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
_MARK = text(
    "UPDATE delivery SET tried_at = coalesce(tried_at, :now)"
    " WHERE id = :delivery_id AND token = :token AND leased_until >= :safe_until RETURNING id"
).bindparams(_NOW, bindparam("safe_until", type_=_TIME))
_FILL_LANE = text(
    "INSERT INTO lane (name, full_until) VALUES (:name, :full_until) ON CONFLICT (name) DO UPDATE"
    " SET full_until = excluded.full_until WHERE lane.full_until < excluded.full_until"
).bindparams(bindparam("full_until", type_=_TIME))
_SETTLE = text("""
    UPDATE delivery SET
        token = NULL, leased_until = NULL, tried_at = NULL, problem = '', attempts = 0, looks = 0,
        lane = coalesce(:lane, lane),
        state = CASE WHEN wanted > :wanted THEN state ELSE 'done' END,
        due_at = CASE WHEN wanted > :wanted THEN :now ELSE due_at END,
        settled_at = CASE WHEN wanted > :wanted THEN settled_at ELSE :now END
    WHERE id = :delivery_id AND token = :token RETURNING lane, state
""").bindparams(_NOW)


def lanes(store: Store) -> dict[str, datetime]:
    """Until when each is full."""
    return dict(store.session.execute(_LANES).all())


def busy_lanes(store: Store) -> dict[str, datetime]:
    """Lanes of which a row is on its way, and when its lease ends."""
    rows = store.session.execute(_BUSY, {"now": store.now})
    return {lane: ends for lane, ends in rows if ends is not None}


def waiting_lanes(store: Store) -> dict[str, datetime]:
    """Lanes with something that nobody holds, and when the first of it is due."""
    return dict(store.session.execute(_WAITING, {"now": store.now}).all())


def free_lanes(store: Store, names: Sequence[str]) -> dict[str, Lane]:
    """These lanes, for this transaction alone, without those that another one has."""
    found = _free_lanes(store, names)
    unknown = set(names) - set(found)
    # To open one that another worker has would be to wait for it.
    unknown -= set(store.session.scalars(_KNOWN_LANES, {"names": list(unknown)}) if unknown else ())
    if unknown:
        # In one order, so that no two workers wait for each other.
        opened = [{"name": one, "full_until": EPOCH} for one in sorted(unknown)]
        store.session.execute(_OPEN_LANE, opened)
        found |= _free_lanes(store, list(unknown))
    return found


def first_rows(store: Store, lanes: Iterable[str]) -> dict[str, Delivery]:
    """The first row of each that is due; none while another one of it is on its way.

    Only whoever has the lanes to themselves may ask: else two could take a row of one.
    """
    found = store.session.scalars(_FIRST_ROWS, {"names": list(lanes), "now": store.now})
    return {one.lane: one for one in found}


def held(store: Store, delivery_id: int, token: str) -> Delivery | None:
    """The row, if this is still the lease under which it is held."""
    return store.session.scalar(_HELD, {"delivery_id": delivery_id, "token": token})


def mark(store: Store, delivery_id: int, token: str, *, safe_until: datetime) -> bool:
    """Write down that it may have been sent, if it is held at least until then."""
    return bool(
        store.run(_MARK, {
            "delivery_id": delivery_id, "token": token, "safe_until": safe_until, "now": store.now,
        })
    )  # fmt: skip


def fill_lane(store: Store, name: str, *, until: datetime) -> None:
    """Nothing leaves there before then."""
    store.run(_FILL_LANE, {"name": name, "full_until": until})


def settle(
    store: Store, delivery_id: int, token: str, *, wanted: int, lane: str | None
) -> tuple[str, str] | None:
    """Let go of a row that was sent; the lane and state it is in now. None: not held.

    It is done unless it was wanted more often than `wanted`.
    """
    store.flush()
    values = {"delivery_id": delivery_id, "token": token, "wanted": wanted, "lane": lane}
    rows = store.run(_SETTLE, values | {"now": store.now})
    return tuple(rows[0]) if rows else None


def _free_lanes(store: Store, names: Sequence[str]) -> dict[str, Lane]:
    found = store.session.scalars(_FREE_LANES, {"names": list(names)})
    return {one.name: one for one in found}

"""The figures by which Switchboard is watched: counts and ages, without a word of anybody.

They stand in the database, so every process can tell them and a restart loses none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select, text

from bot import deliveries, lanes
from bot.models import Card, Delivery, DeliveryState, Failure, Mention, MentionState, Reply
from bot.store import Store

OFTEN = 3
"""Failures in a row after which it is no weather any more."""
NOT_DONE = (DeliveryState.WAITING, DeliveryState.UNCERTAIN, DeliveryState.FAILED)
_FAILURES = select(Failure).order_by(Failure.place, Failure.kind)
_COUNT_FAILURE = text(
    "INSERT INTO failure (place, kind, times) VALUES (:place, :kind, 1)"
    " ON CONFLICT (place, kind) DO UPDATE SET times = failure.times + 1"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Ages are seconds."""

    mentions: Mapping[str, int]
    """By platform, later posts of a conversation included."""
    waiting: int
    """Mentions that nobody has claimed."""
    replies: Mapping[tuple[str, str], int]
    """By platform and state."""
    cards: int
    """That stand in Slack."""
    rows: Mapping[tuple[str, str], int]
    """What is in the outbox and not done, by kind and state."""
    lane_ages: Mapping[str, float]
    """For how long the first row of each lane has been due."""
    source_ages: Mapping[str, float]
    """Since when each source was last read; one that never was has none."""
    source_failures: Mapping[str, int]
    """Failed rounds in a row."""
    failures: Sequence[tuple[str, str, int]]
    """Where, of which kind, how often."""


def figures(store: Store) -> Figures:
    sources = store.sources()
    kinds = select(Delivery.kind, Delivery.state, func.count()).where(Delivery.state.in_(NOT_DONE))
    replies = select(Mention.platform, Reply.state, func.count()).join(Reply.mention)
    return Figures(
        mentions=_pairs(store, select(Mention.platform, func.count()).group_by(Mention.platform)),
        waiting=_number(store, select(func.count()).where(Mention.state == MentionState.WAITING)),
        replies=_pairs(store, replies.group_by(Mention.platform, Reply.state)),
        cards=_number(store, select(func.count()).where(Card.ts.is_not(None))),
        rows=_pairs(store, kinds.group_by(Delivery.kind, Delivery.state)),
        lane_ages=_lane_ages(store),
        source_ages={
            one.platform: (store.now - one.last_success_at).total_seconds()
            for one in sources
            if one.last_success_at is not None
        },
        source_failures={one.platform: one.failures for one in sources},
        failures=[(one.place, one.kind, one.times) for one in store.session.scalars(_FAILURES)],
    )


def held_up(store: Store) -> dict[str, int]:
    """How many deliveries have failed `OFTEN` times and are still tried, by what is wrong."""
    often = or_(Delivery.attempts >= OFTEN, Delivery.looks >= OFTEN)
    query = select(Delivery.problem, func.count()).where(
        Delivery.state == DeliveryState.WAITING, often
    )
    return _pairs(store, query.group_by(Delivery.problem))


def count_failure(store: Store, place: str, error: BaseException) -> None:
    """`place`: a lane of the outbox, or "read:" and a source."""
    store.run(_COUNT_FAILURE, {"place": lanes.shown(place), "kind": type(error).__name__})


def _lane_ages(store: Store) -> dict[str, float]:
    """By the name that may be shown; the oldest of those that share one."""
    found: dict[str, float] = {}
    for lane, due in deliveries.waiting_lanes(store).items():
        name = lanes.shown(lane)
        found[name] = max(found.get(name, 0.0), (store.now - due).total_seconds())
    return found


def _pairs(store: Store, query: Any) -> dict[Any, int]:
    """Counts by what stands before them in the row."""
    rows = store.session.execute(query).all()
    return {row[0] if len(row) == 2 else tuple(row[:-1]): row[-1] for row in rows}


def _number(store: Store, query: Any) -> int:
    return int(store.session.scalar(query) or 0)

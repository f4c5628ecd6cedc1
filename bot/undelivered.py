"""What could not be delivered and waits for a person: its SELECTs.

A reply or an amendment that failed waits no more once something newer has taken its place, or when
the post that it was for is gone or needs no answer. One that is in doubt waits until somebody says
what became of it.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import aliased

from bot.models import (
    Amendment,
    AmendmentState,
    Delivery,
    DeliveryState,
    Mention,
    MentionState,
    Reply,
    ReplyState,
)
from bot.store import Store

_OVER = (MentionState.CLOSED, MentionState.GONE)
_NOT_WANTED = (AmendmentState.DRAFT, AmendmentState.WITHDRAWN)


def total(store: Store) -> int:
    return store.session.scalar(select(func.count()).select_from(_stuck().subquery())) or 0


def page(store: Store, *, limit: int, offset: int) -> Sequence[Delivery]:
    """Those that may be public first, then the ones that failed last."""
    in_doubt = Delivery.state == DeliveryState.UNCERTAIN
    query = _stuck().order_by(in_doubt.desc(), Delivery.settled_at.desc(), Delivery.id.desc())
    return store.session.scalars(query.limit(limit).offset(offset)).all()


def waiting(store: Store, delivery_id: int) -> Delivery | None:
    """One that still waits for a person, for this transaction alone."""
    query = _stuck().where(Delivery.id == delivery_id).with_for_update()
    return store.session.scalars(query.execution_options(populate_existing=True)).first()


def any_of(store: Store, delivery_id: int) -> Delivery | None:
    """Whatever became of it."""
    return store.session.get(Delivery, delivery_id)


def troubles(store: Store, *, limit: int) -> Sequence[tuple[str, int]]:
    """What is tried again and again by itself: the problem, and how many deliveries have it."""
    tried = (Delivery.state == DeliveryState.WAITING, Delivery.problem != "")
    times = func.count()
    query = select(Delivery.problem, times).where(*tried).group_by(Delivery.problem)
    rows = store.session.execute(query.order_by(times.desc(), Delivery.problem).limit(limit))
    return [(problem, number) for problem, number in rows]


def is_over() -> ColumnElement[bool]:
    """For a SELECT of replies and their mentions: that one which failed waits for nobody."""
    later = aliased(Reply)
    overtaken = exists().where(
        later.mention_id == Reply.mention_id,
        later.queued_at > Reply.queued_at,
        later.state != ReplyState.DRAFT,
    )
    return or_(Mention.state.in_(_OVER), overtaken)


def _stuck() -> Select[Delivery]:
    failed = (Delivery.state == DeliveryState.FAILED) & ~_reply_is_over() & ~_amendment_is_over()
    return select(Delivery).where(or_(Delivery.state == DeliveryState.UNCERTAIN, failed))


def _reply_is_over() -> ColumnElement[bool]:
    return exists().where(
        Delivery.kind == "reply",
        Reply.id == Delivery.payload["reply"].as_integer(),
        Mention.id == Reply.mention_id,
        or_(Reply.state != ReplyState.FAILED, is_over()),
    )


def _amendment_is_over() -> ColumnElement[bool]:
    later = aliased(Amendment)
    overtaken = exists().where(
        later.mention_id == Amendment.mention_id,
        later.asked_at > Amendment.asked_at,
        later.state.not_in(_NOT_WANTED),
    )
    return exists().where(
        Delivery.kind == "amend",
        Amendment.id == Delivery.payload["amendment"].as_integer(),
        Reply.id == Amendment.reply_id,
        or_(Reply.state != ReplyState.SENT, overtaken),
    )

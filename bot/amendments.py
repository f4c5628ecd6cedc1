"""Amendments of public replies: found by name, kept as drafts, and sent on their way.

Who may ask for one, and what else is decided about it, is said in the use cases.
"""

from typing import Any

from sqlalchemy import Select, bindparam, select

from bot import lanes, outbox
from bot.errors import NothingPublic
from bot.models import Amendment, AmendmentKind, AmendmentState, Person, Reply, ReplyState
from bot.store import Store

_OPEN = (AmendmentState.ASKED, AmendmentState.QUEUED)
_UNSEEN = (AmendmentState.DRAFT, AmendmentState.WITHDRAWN)
_LATEST = (
    select(Amendment)
    .where(Amendment.mention_id == bindparam("mention_id"), Amendment.state.not_in(_UNSEEN))
    .order_by(Amendment.asked_at.desc(), Amendment.id.desc())
    .limit(1)
)


def numbered(store: Store, amendment_id: int) -> Amendment | None:
    return store.session.get(Amendment, amendment_id)


def submitted(store: Store, submission: str) -> Amendment | None:
    return _first(store, select(Amendment).where(Amendment.submission == submission))


def draft(store: Store, reply_id: int, person: Person) -> Amendment | None:
    """What somebody typed and did not submit."""
    return _first(
        store,
        select(Amendment).where(
            Amendment.reply_id == reply_id,
            Amendment.asked_by_id == person.id,
            Amendment.state == AmendmentState.DRAFT,
        ),
    )


def open_one(store: Store, mention_id: int) -> Amendment | None:
    """The one that is asked for or on its way; a mention has at most one."""
    query = select(Amendment).where(Amendment.mention_id == mention_id, Amendment.state.in_(_OPEN))
    return _first(store, query)


def latest(store: Store, mention_id: int) -> Amendment | None:
    """The newest one that people should see."""
    return store.session.scalar(_LATEST, {"mention_id": mention_id})


def last_change(store: Store, reply_id: int) -> Amendment | None:
    """The one that made the reply say what it says; None: nobody ever changed it."""
    query = select(Amendment).where(
        Amendment.reply_id == reply_id,
        Amendment.kind == AmendmentKind.CHANGE,
        Amendment.state == AmendmentState.DONE,
    )
    return _first(store, query.order_by(Amendment.settled_at.desc(), Amendment.id.desc()))


def public_reply(store: Store, reply_id: int) -> Reply:
    """A reply that everybody can read now and of which we know where it is, or a refusal."""
    reply = store.reply(reply_id)
    if reply is None or reply.state != ReplyState.SENT or not reply.external_id:
        raise NothingPublic
    return reply


def keep(store: Store, reply: Reply, person: Person, *, text: str, reason: str) -> Amendment:
    """The draft of this person's change, with what they typed last."""
    kept = draft(store, reply.id, person) or store.add(
        Amendment(
            mention_id=reply.mention_id, reply=reply, asked_by=person,
            kind=AmendmentKind.CHANGE, state=AmendmentState.DRAFT,
        )
    )  # fmt: skip
    kept.text, kept.reason = text, reason or kept.reason or ""
    return kept


def send(store: Store, amendment: Amendment) -> None:
    """Have the platform do what was decided."""
    store.flush()
    lane = lanes.replies(amendment.reply.mention.platform)
    payload = {"amendment": amendment.id}
    outbox.enqueue(store, "amend", amendment.outbox_key, lane=lane, payload=payload)


def _first(store: Store, query: Select[Any]) -> Amendment | None:
    found: Amendment | None = store.session.scalars(query.limit(1)).unique().first()
    return found

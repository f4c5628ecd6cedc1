"""The policy as it is changed: from Slack or with a file, each change is kept, and carried out.

Who may do what under it is decided in `bot/rights.py` and `bot/trust.py`, whenever somebody acts.
"""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from bot import rights
from bot.config import Policy
from bot.models import Mention, MentionState, Person, PolicyChange, Reply, ReplyState, Standing
from bot.store import Store

_COMPANY = "company"


def alone(store: Store) -> Policy:
    """What holds now; until this transaction ends nobody else can change it."""
    store.setting(_COMPANY, alone=True)
    return rights.policy(store)


def put(store: Store, wanted: Policy) -> None:
    """Let another policy hold. `note_change` is to follow."""
    company = store.setting(_COMPANY)
    store.put_setting(_COMPANY, company | {"policy": as_kept(wanted)})


def note_change(
    store: Store,
    before: Policy,
    *,
    by: Person | None = None,
    submission: str | None = None,
    admins: Sequence[str] | None = None,
) -> PolicyChange | None:
    """Write down that another policy holds than before, and what follows from it at once.

    `by`: None when it came with a file. `admins`: who they were, when they may have changed. None
    is returned when all is the same.
    """
    after, now = rights.policy(store), store.admins()
    were = now if admins is None else admins
    if fingerprint(after) == fingerprint(before) and set(were) == set(now):
        return None
    change = store.add(
        PolicyChange(
            at=store.now, actor=by, before=as_kept(before) | {"admins": list(were)},
            after=as_kept(after) | {"admins": list(now)}, submission=submission,
        )
    )  # fmt: skip
    store.flush()
    for guest in _guests_who_hold_something(store):
        if not rights.may_act(store, guest):
            rights.take_back(store, guest)
    return change


def last_change(store: Store) -> PolicyChange | None:
    """The newest that changed more than who is an admin."""
    changes = store.session.scalars(select(PolicyChange).order_by(PolicyChange.id.desc()))
    return next((one for one in changes if of_policy(one.before) != of_policy(one.after)), None)


def of_policy(kept: dict[str, Any]) -> dict[str, Any]:
    """Without the admins, who are kept beside it."""
    return {key: value for key, value in kept.items() if key in Policy.model_fields}


def submitted(store: Store, submission: str) -> PolicyChange | None:
    """The change that came of a window, when it was submitted before."""
    return store.session.scalar(select(PolicyChange).where(PolicyChange.submission == submission))


def held_replies(store: Store) -> int:
    """So many replies wait for a second pair of eyes."""
    over = (MentionState.CLOSED, MentionState.GONE)
    query = select(func.count(Reply.id)).join(Reply.mention)
    query = query.where(Reply.state == ReplyState.HELD, Mention.state.not_in(over))
    return store.session.scalar(query) or 0


def as_kept(policy: Policy) -> dict[str, Any]:
    return policy.model_dump(mode="json")


def fingerprint(policy: Policy) -> str:
    """Tells one policy from another; in which order people are named says nothing."""
    told = as_kept(policy) | {"may_reply": sorted(set(policy.may_reply))}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:12]


def _guests_who_hold_something(store: Store) -> list[Person]:
    held = select(Mention.owner_id).where(Mention.state == MentionState.CLAIMED)
    query = select(Person).where(Person.standing == Standing.GUEST, Person.id.in_(held))
    return list(store.session.scalars(query))

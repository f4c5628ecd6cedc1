"""Whose replies leave at once, and whose first ones a colleague approves.

Trusted is an admin, and whoever has had so many replies published as the policy says; what somebody
posted by hand is none of them, because nobody could have held it back. While there is nobody who
could approve, nobody must be approved: a new company has to begin somewhere.
"""

from collections.abc import Sequence

from sqlalchemy import func, select

from bot import rights
from bot.errors import ReplyHeld, ReplyHeldForOthers
from bot.models import Person, Reply, ReplyState
from bot.store import Store

NAMED = 3
_PUBLISHED = (Reply.state == ReplyState.SENT, Reply.first_tried_at.is_not(None))


def needs_approval(store: Store, person: Person) -> bool:
    """Whether a colleague has to look at what this person wants to say in public."""
    if not first_replies(store) or is_trusted(store, person):
        return False
    return bool(approvers(store, besides=person) or unmet_admins(store))


def is_trusted(store: Store, person: Person) -> bool:
    if not rights.may_speak(store, person):
        return False
    if person.slack_id in store.admins():
        return True
    mine = select(func.count()).where(Reply.author_id == person.id, *_PUBLISHED)
    return (store.session.scalar(mine) or 0) >= first_replies(store)


def approvers(store: Store, *, besides: Person | None = None) -> Sequence[Person]:
    """Who may approve what this person wrote; who answered last comes first, then admins."""
    query = select(Person).join(Reply, Reply.author_id == Person.id).where(*_PUBLISHED)
    query = query.group_by(Person.id).having(func.count() >= first_replies(store))
    found = [*store.session.scalars(query.order_by(func.max(Reply.sent_at).desc()))]
    found += [one for one in map(store.person, store.admins()) if one and one not in found]
    return [one for one in found if one != besides and rights.may_speak(store, one)]


def whom_to_ask(store: Store, *, besides: Person) -> str:
    """Names of some who may approve, for a sentence."""
    return " or ".join(one.name for one in approvers(store, besides=besides)[:NAMED]) or "an admin"


def who_approves(store: Store, person: Person) -> str:
    """Names of some who may approve what this person writes; "" when nobody has to."""
    return whom_to_ask(store, besides=person) if needs_approval(store, person) else ""


def refuse_while_held(store: Store, reply: Reply | None, person: Person) -> None:
    """Nobody writes past a colleague's reply that waits to be approved; says what they can do."""
    if reply is None or reply.state != ReplyState.HELD or reply.author == person:
        return
    names, who = who_approves(store, reply.author), reply.author.name
    if names and not is_trusted(store, person):
        raise ReplyHeldForOthers(who=who, names=names)
    raise ReplyHeld(who=who)


def first_replies(store: Store) -> int:
    """So many replies of each person are approved by a colleague."""
    return rights.policy(store).approve_first


def unmet_admins(store: Store) -> list[str]:
    """Slack ids of admins who never did anything here; they may approve all the same, where they
    may reply.
    """  # noqa: D205 (one sentence that is long)
    chosen = rights.policy(store).may_reply
    unmet = [one for one in store.admins() if store.person(one) is None]
    return [one for one in unmet if not chosen or one in chosen]

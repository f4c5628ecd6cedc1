"""Take a public reply down: one person asks and says why, a second one agrees, then it leaves."""

from bot import amendments, journal, rights, trust
from bot.errors import (
    CannotTakeDown,
    ChangeOnItsWay,
    NothingToDecide,
    NotYoursToAgree,
    RemovalAsked,
    RemovalOnItsWay,
    RemovalTaken,
    WhyMissing,
)
from bot.models import Actor, Amendment, AmendmentKind, AmendmentState, Person, Reply
from bot.store import Store
from platforms.base import Platform


def check_removal(reply: Reply, platform: Platform) -> None:
    """Refuse where the platform has no such thing."""
    if not platform.can_delete or not reply.external_id:
        raise CannotTakeDown(platform=platform.label)


def ask_removal(
    store: Store, reply_id: int, *, by: Actor, reason: str, submission: str
) -> Amendment:
    """Ask for a reply to be taken down. Nothing happens to it until a second person agrees."""
    again = amendments.submitted(store, submission)
    if again is not None:
        return _told_again(again, reason)
    reply, person = amendments.public_reply(store, reply_id), rights.speaker(store, by)
    if not reason.strip():
        raise WhyMissing
    other = amendments.open_one(store, reply.mention_id)
    if other is not None and other.submission == submission:
        # It came twice at once, and the other one was quicker.
        return _told_again(other, reason)
    if other is not None:
        _refuse_second(other)
    removal = store.add(
        Amendment(
            mention_id=reply.mention_id, reply=reply, kind=AmendmentKind.REMOVAL,
            state=AmendmentState.ASKED, asked_by=person, asked_at=store.now,
            reason=reason.strip(), earlier=reply.text, text="", submission=submission,
        )
    )  # fmt: skip
    store.flush()
    journal.write(store, reply.mention, "removal asked", by=person, reason=removal.reason)
    for concerned in {reply.author, reply.mention.owner} - {person, None}:
        _tell(store, removal, concerned)
    return removal


def withdraw_removal(store: Store, amendment_id: int, *, by: Actor, click: str) -> Amendment:
    """Whoever asked for it thought better of it; an admin may end it too."""
    removal = _removal(store, amendment_id)
    if not store.has_event(click):
        person = rights.colleague(store, by)
        removal.withdraw(person, now=store.now, is_admin=by.slack_id in store.admins())
        mention = removal.reply.mention
        journal.write(store, mention, "removal withdrawn", by=person, click=click)
    return removal


def agree_to_removal(store: Store, amendment_id: int, *, by: Actor, click: str) -> Amendment:
    """The second person agrees, and the removal leaves. Of two at once one is told so."""
    removal = _removal(store, amendment_id)
    if not store.has_event(click):
        person = rights.speaker(store, by)
        removal.agree(person, now=store.now)
        _demand_trusted(store, removal, person)
        amendments.public_reply(store, removal.reply_id)
        amendments.send(store, removal)
        journal.write(store, removal.reply.mention, "removal agreed", by=person, click=click)
    return removal


def _removal(store: Store, amendment_id: int) -> Amendment:
    found = amendments.numbered(store, amendment_id)
    if found is None or not found.is_removal:
        raise NothingToDecide
    return found


def _demand_trusted(store: Store, removal: Amendment, person: Person) -> None:
    """Whose own first replies are out; anybody while nobody of that kind is left to agree."""
    asker = removal.asked_by
    others = trust.approvers(store, besides=asker) or trust.unmet_admins(store)
    if others and not trust.is_trusted(store, person):
        raise NotYoursToAgree(names=trust.whom_to_ask(store, besides=asker))


def _told_again(taken: Amendment, reason: str) -> Amendment:
    """Refuses another reason, given because Slack held the first submission for lost."""
    if reason.strip() != taken.reason:
        raise RemovalTaken(reason=taken.reason)
    return taken


def _refuse_second(other: Amendment) -> None:
    """One thing at a time."""
    if not other.is_removal:
        raise ChangeOnItsWay(who=other.asked_by.name)
    if other.state == AmendmentState.ASKED:
        raise RemovalAsked(who=other.asked_by.name)
    raise RemovalOnItsWay


def _tell(store: Store, removal: Amendment, person: Person | None) -> None:
    """Whose word it is must not learn of it too late."""
    if person is None:
        return
    told = (
        f"{removal.asked_by.name} asks to take down a reply to mention {removal.mention_id}:"
        f" “{removal.reason}” It stays public until somebody else agrees on its card."
        f" The reply: {removal.earlier}"
    )
    key = f"removal:{removal.id}:{person.id}"
    journal.tell_person(store, person, key, told, about=removal.reply.mention)

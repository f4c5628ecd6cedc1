"""Who may reply, and whose first replies are approved: read by anybody, changed by admins."""

from collections.abc import Sequence

from bot import journal, policy, rights, trust
from bot.config import Policy
from bot.errors import (
    EverybodyAndSome,
    NobodyCouldApprove,
    NobodyNamed,
    NoSuchNumber,
    OnlyAdminsDecide,
    SamePolicy,
    SpeakerFromOutside,
    SpeakerIsGuest,
    SpeakerUnknown,
)
from bot.models import Actor, Person, PolicyChange, Standing
from bot.slack.blocks import name
from bot.slack.policy import PolicyView, Who, plainly, sentences
from bot.slack.policy_modal import PolicyForm, most_first
from bot.store import Store

NAMED = 5
"""So many people are named under a field."""


def policy_view(store: Store, *, by: Actor) -> PolicyView:
    """What holds now, who changed it last, and who may."""
    now, change = rights.policy(store), policy.last_change(store)
    admins = store.admins()
    return PolicyView(
        policy=now,
        speakers=_named(store, now.may_reply),
        admins=_named(store, admins),
        changed_by=change.actor.name if change and change.actor else "",
        changed_at=change.at if change else None,
        held=policy.held_replies(store),
        nobody_could_approve=not (trust.approvers(store) or trust.unmet_admins(store)),
        asker=by.slack_id,
    )


def policy_form(store: Store, *, by: Actor) -> PolicyForm:
    """What an admin's window shows."""
    rights.demand_admin(store, by, OnlyAdminsDecide)
    now = policy_view(store, by=by)
    out = tuple(one for one in now.speakers if _is_out(store, store.person(one.slack_id)))
    kept = tuple(one for one in now.policy.may_reply if one not in [who.slack_id for who in out])
    chosen = now.policy.model_copy(update={"may_reply": kept})
    seen = policy.fingerprint(now.policy)
    return PolicyForm(now=now, chosen=chosen, seen=seen, left_out=out)


def change_policy(
    store: Store, wanted: Policy, *, everybody: bool, by: Actor, submission: str, seen: str
) -> PolicyView | PolicyForm:
    """Let it hold from now on, once for each submission, and tell the other admins.

    The people it names were looked up in Slack before. `everybody`: it was chosen that nobody need
    be named; where it was not, those named may have gone, and nobody else gets in for that. When
    somebody else changed the policy since the window was opened, nothing is done: the form comes
    back with what was chosen, and the next submission knows what is new.
    """
    rights.demand_admin(store, by, OnlyAdminsDecide)
    person, before = rights.colleague(store, by), policy.alone(store)
    if policy.submitted(store, submission) is not None:
        return policy_view(store, by=by)
    _refuse_unclear(wanted, everybody=everybody)
    now = policy.fingerprint(before)
    if now != seen:
        return PolicyForm(now=policy_view(store, by=by), chosen=wanted, seen=now, held_back=True)
    if policy.fingerprint(wanted) == now:
        raise SamePolicy
    if wanted.approve_first > most_first(before):
        raise NoSuchNumber(most=most_first(before))
    policy.put(store, wanted)  # a refusal from here on takes it back
    _refuse_who_cannot(store, wanted)
    change = policy.note_change(store, before, by=person, submission=submission)
    assert change is not None
    _tell_others(store, change, person)
    return policy_view(store, by=by)


def _refuse_unclear(wanted: Policy, *, everybody: bool) -> None:
    if everybody and wanted.may_reply:
        raise EverybodyAndSome
    if not everybody and not wanted.may_reply:
        raise NobodyNamed


def _refuse_who_cannot(store: Store, wanted: Policy) -> None:
    """Judged by what would hold: whoever is named must be able to do what they are named for."""
    people = [(one, store.person(one)) for one in wanted.may_reply]
    unknown = [one for one, person in people if person is None or person.standing is None]
    if unknown:
        raise SpeakerUnknown(names=_listed(store, unknown))
    chosen = [person for _, person in people if person is not None]
    out = [one for one in chosen if not rights.may_act(store, one)]
    if out:
        same = [str(one.slack_id) for one in out if one.standing == out[0].standing]
        who = Standing(str(out[0].standing))
        refusal = SpeakerIsGuest if who == Standing.GUEST else SpeakerFromOutside
        raise refusal(who=who.value, names=_listed(store, same))
    if wanted.approve_first and chosen and not trust.approvers(store):
        raise NobodyCouldApprove


def _is_out(store: Store, person: Person | None) -> bool:
    known = person is not None and person.standing is not None
    return known and person is not None and not rights.may_act(store, person)


def _tell_others(store: Store, change: PolicyChange, person: Person) -> None:
    """The admins who did not do it, in the words that are new."""
    before, after = (_in_words(store, one) for one in (change.before, change.after))
    new = [f"{now} (Before: {was})" for was, now in zip(before, after, strict=True) if was != now]
    text = (
        f"{name(person.name)} changed who may reply in the brand's name. {' '.join(new)} "
        "Type /mentions policy to see all of it, or to change it."
    )
    for one in store.admins():
        if one != person.slack_id:
            journal.tell(store, one, f"policy:{change.id}:{one}", text)


def _in_words(store: Store, kept: dict[str, object]) -> list[str]:
    was = Policy.model_validate(policy.of_policy(kept), by_name=True)
    return [plainly(one) for one in sentences(was, _named(store, was.may_reply))]


def _named(store: Store, slack_ids: Sequence[str]) -> tuple[Who, ...]:
    return tuple(Who(one, _name(store, one)) for one in slack_ids)


def _name(store: Store, slack_id: str) -> str:
    """Nothing for whom the configuration knows by id alone."""
    person = store.person(slack_id)
    return person.name if person is not None and person.name != slack_id else ""


def _listed(store: Store, slack_ids: Sequence[str]) -> str:
    """For a sentence under a field."""
    names = [name(_name(store, one)) or one for one in slack_ids[:NAMED]]
    more = len(slack_ids) - NAMED
    return ", ".join(names) + (f" and {more} more" if more > 0 else "")

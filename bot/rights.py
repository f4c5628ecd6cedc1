"""Who may act for the company, decided from the database when they act.

What a button carries, or that it was there at all, is no right. Slack says what somebody is; that
is kept with the person and renewed daily, and whoever we know nothing of is refused.
"""

from bot import journal
from bot.config import Policy
from bot.errors import NobodyIsAdmin, NotASpeaker, NotMetYet, OnlyColleagues, Refusal
from bot.models import Actor, Person, Standing
from bot.slack.blocks import name
from bot.store import Store

MANY = 1000


def colleague(store: Store, by: Actor) -> Person:
    """The row of whoever acts for the company. Raises NotMetYet, OnlyColleagues."""
    found = journal.person(store, by)
    refuse_onlooker(store, found)
    return found


def speaker(store: Store, by: Actor) -> Person:
    """The row of whoever speaks in the brand's name. Raises NotASpeaker besides."""
    found = colleague(store, by)
    refuse_silent(store, found)
    return found


def known_speaker(store: Store, by: Actor) -> Person:
    """`speaker` for what is only read: nothing is written, and nobody is met."""
    found = store.person(by.slack_id)
    refuse_onlooker(store, found)
    assert found is not None, "whom we do not know was refused"
    refuse_silent(store, found)
    return found


def may_speak(store: Store, person: Person) -> bool:
    chosen = policy(store).may_reply
    return may_act(store, person) and (not chosen or person.slack_id in chosen)


def refuse_onlooker(store: Store, person: Person | None) -> None:
    """Raise the refusal for somebody who may look, not act."""
    if person is None or person.standing is None:
        raise NotMetYet
    if not may_act(store, person):
        raise OnlyColleagues(who=Standing(person.standing).value)


def refuse_silent(store: Store, person: Person) -> None:
    """Raise the refusal for somebody who may act, and not speak in the brand's name."""
    if not may_speak(store, person):
        chosen = [store.person(one) for one in policy(store).may_reply]
        names = [one.name for one in chosen if one is not None]
        raise NotASpeaker(names=" or ".join(names[:3]) or "an admin")


def demand_admin(store: Store, by: Actor, refusal: type[Refusal]) -> None:
    """Raise it for whoever is no admin (any more); it names those who are."""
    admins = store.admins()
    if by.slack_id in admins:
        return
    if not admins:
        raise NobodyIsAdmin
    known = (store.person(one) for one in admins)
    names = [name(one.name) for one in known if one is not None]
    raise refusal(admins=" or ".join(names) or "whoever looks after Switchboard")


def may_act(store: Store, person: Person) -> bool:
    if person.standing == Standing.GUEST:
        return policy(store).guests_may_reply
    return person.standing == Standing.COLLEAGUE


def take_back(store: Store, person: Person) -> None:
    """What somebody holds who may not act any more waits for others."""
    for mention in store.held_by(person, limit=MANY).mentions:
        mention.release(person, now=store.now)
        left = "left alone" if person.standing == Standing.LEFT else "taken from"
        journal.write(store, mention, left, name=person.name)


def policy(store: Store) -> Policy:
    return Policy.model_validate(store.setting("company").get("policy") or {}, by_name=True)

"""Who may act for the company, decided from the database when they act.

What a button carries, or that it was there at all, is no right. Slack says what somebody is; that
is kept with the person and renewed daily, and whoever we know nothing of is refused.
"""

from bot import journal
from bot.errors import NotMetYet, OnlyColleagues
from bot.models import Actor, Person, Standing
from bot.store import Store


def colleague(store: Store, by: Actor) -> Person:
    """The row of whoever acts for the company. Raises NotMetYet, OnlyColleagues."""
    found = journal.person(store, by)
    refuse_onlooker(store, found)
    return found


def refuse_onlooker(store: Store, person: Person | None) -> None:
    """Raise the refusal for somebody who may look, not act."""
    if person is None or person.standing is None:
        raise NotMetYet
    if not may_act(store, person):
        raise OnlyColleagues(who=Standing(person.standing).value)


def may_act(store: Store, person: Person) -> bool:
    if person.standing == Standing.GUEST:
        return bool(_policy(store).get("guests_may_reply"))
    return person.standing == Standing.COLLEAGUE


def _policy(store: Store) -> dict[str, object]:
    return dict(store.setting("company").get("policy") or {})

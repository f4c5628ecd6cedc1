"""Who people are: what Slack told us of them, and which departments they answer for."""

from datetime import timedelta

from bot import journal, rights
from bot.models import Actor, Member, Person, Standing
from bot.store import Store


def record_name(store: Store, person_id: int, name: str) -> None:
    """Keep the name that Slack gave."""
    person = store.person_by_id(person_id)
    if person is None:
        return
    before = person.name
    _join(store, person, name)
    person.name = person.name if person.named else name
    person.looked_up_at = store.now
    if person.name != before:
        for mention in store.touched_by(person, limit=20):
            journal.redraw(store, mention)


def record_standing(store: Store, person_id: int, standing: Standing) -> None:
    """Keep what somebody is. Who may not act any more holds nothing: it waits for others."""
    person = store.person_by_id(person_id)
    if person is None:
        return
    person.standing = standing
    person.left_at = (person.left_at or store.now) if standing == Standing.LEFT else None
    if not rights.may_act(store, person):
        rights.take_back(store, person)


def acquainted_for(store: Store, slack_id: str) -> timedelta | None:
    """How long what we know of somebody lasts; None when they must be looked up first."""
    person = store.person(slack_id)
    if person is None or person.standing is None or person.looked_up_at is None:
        return None
    left = person.looked_up_at + journal.NAME_LASTS - store.now
    return left if left > timedelta() else None


def introduce(store: Store, slack_id: str, *, name: str, standing: Standing) -> None:
    """Keep what Slack says of somebody who is about to act."""
    person = store.person(slack_id)
    if person is None:
        person = store.add(Person(slack_id=slack_id, name=name, aliases=[]))
        store.flush()
    record_name(store, person.id, name)
    record_standing(store, person.id, standing)


def lose_sight_of(store: Store, slack_id: str) -> None:
    """Slack knows nobody of that id: whom we knew by it does nothing more until it knows them."""
    person = store.person(slack_id)
    if person is not None:
        person.standing, person.looked_up_at = None, store.now
        rights.take_back(store, person)


def is_news(store: Store, slack_id: str, *, name: str, standing: Standing) -> bool:
    """Whether we know this person, and Slack tells of them what we did not know."""
    person = store.person(slack_id)
    if person is None:
        return False
    return person.standing != standing or (person.name != name and not person.named)


def hear_of(store: Store, slack_id: str, *, standing: Standing) -> None:
    """An event says what somebody whom we know is now: what it takes away holds at once.

    Slack repeats an event for minutes, so that an older one may come after a newer. What it gives,
    and whether it is still true, Slack is asked.
    """
    person = store.person(slack_id)
    if person is None:
        return
    if standing != Standing.COLLEAGUE and person.standing != Standing.LEFT:
        record_standing(store, person.id, standing)
    journal.ask_for_name(store, person)


def _join(store: Store, person: Person, name: str) -> None:
    """Who is in the configuration by name alone, and now is met in Slack, becomes one person."""
    written = store.person_without_slack(name)
    if written is None or written.id == person.id:
        return
    had = {one.id for one in store.departments_of(person)}
    for department in store.departments_of(written):
        store.leave(department.id, written.id)
        if department.id not in had:
            store.add(Member(department_id=department.id, person_id=person.id))
    person.name, person.aliases, person.named = written.name, written.aliases, written.named
    person.department_id = written.department_id
    store.remove(written)
    store.flush()


def answer_for(store: Store, department_ids: list[int], *, by: Actor) -> None:
    """Set the departments whose waiting mentions somebody wants to see at home."""
    person = journal.person(store, by)
    had = {one.id for one in store.departments_of(person)}
    for department_id in set(department_ids) - had:
        if store.department_by_id(department_id) is not None:
            store.add(Member(department_id=department_id, person_id=person.id))
    for department_id in had - set(department_ids):
        store.leave(department_id, person.id)
    store.flush()
    journal.redraw_home(store, person, even_if_unseen=True)


def visit_home(store: Store, slack_id: str) -> None:
    """Somebody opened App Home: have it drawn."""
    person = journal.person(store, Actor(slack_id, slack_id))
    journal.redraw_home(store, person, even_if_unseen=True)


def is_admin(store: Store, by: Actor) -> bool:
    return by.slack_id in store.admins()

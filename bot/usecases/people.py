"""Who people are: what Slack told us of them, and which departments they answer for."""

from bot import journal
from bot.models import Actor, Member, Person
from bot.store import Store

MANY = 1000


def record_name(store: Store, person_id: int, name: str | None) -> None:
    """Keep the name that Slack gave; None when Slack knows nobody of that id."""
    person = store.person_by_id(person_id)
    if person is None:
        return
    before = person.name
    if name is not None:
        _join(store, person, name)
        person.name = person.name if person.named else name
    person.looked_up_at = store.now
    if person.name != before:
        for mention in store.touched_by(person, limit=20):
            journal.redraw(store, mention)


def record_presence(store: Store, person_id: int, *, is_here: bool) -> None:
    """Who left the company holds nothing any more: it waits for somebody else."""
    person = store.person_by_id(person_id)
    if person is None:
        return
    if is_here:
        person.left_at = None
        return
    person.left_at = person.left_at or store.now
    for mention in store.held_by(person, limit=MANY).mentions:
        mention.release(person, now=store.now)
        journal.write(store, mention, "left alone", name=person.name)


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

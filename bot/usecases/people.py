"""Who people are: what Slack told us of them, and which departments they answer for."""

from bot import journal
from bot.models import Actor, Member
from bot.store import Store


def record_name(store: Store, person_id: int, name: str | None) -> None:
    """Keep the name that Slack gave; None when Slack knows nobody of that id."""
    person = store.person_by_id(person_id)
    if person is None:
        return
    changed = name is not None and name != person.name and not person.named
    if changed and name is not None:
        person.name = name
    person.looked_up_at = store.now
    if changed:
        for mention in store.touched_by(person, limit=20):
            journal.redraw(store, mention)


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


def admins(store: Store) -> list[str]:
    """The Slack ids of the people who look after Switchboard."""
    return list(store.setting("company").get("admins", []))


def warned(store: Store) -> list[str]:
    """Who hears of trouble: the admins, or where nobody is one, the catch-all's channel."""
    return admins(store) or [one.channel for one in store.departments() if one.catch_all]


def is_admin(store: Store, by: Actor) -> bool:
    return by.slack_id in admins(store)

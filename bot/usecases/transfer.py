"""Send a mention to another desk, like a call that is put through."""

from bot import journal, rights
from bot.errors import NowhereToSend, SamePlace, TwoPlaces, UnknownDepartment
from bot.models import Actor, Department, Mention
from bot.store import Store


def transfer_mention(
    store: Store,
    mention_id: int,
    *,
    by: Actor,
    click: str,
    department_id: int | None = None,
    channel: str | None = None,
    channel_label: str = "",
    reason: str = "",
    public_card: int | None = None,
) -> Mention:
    """Move a mention to a department or to any channel; whoever held it lets it go.

    The old card stays as a stub that says who sent it where and why; a new card is opened there.
    A channel that is a department's own stands for the department. `public_card`: the card of
    which Slack said that its channel is public; from any other the history does not go along.
    """
    mention = journal.mention(store, mention_id)
    click = _submission(click, department_id, channel, reason)
    if store.has_event(click):
        return mention
    mention.refuse_if_done(store.now)
    journal.refuse_while_sending(store, mention)
    department, place = _destination(store, department_id, channel, channel_label)
    old = store.current_card(mention_id)
    if old is None or place in (old.channel, old.channel_id):
        raise SamePlace(place=department.name if department else "that channel")
    person = rights.colleague(store, by)
    label = department.name if department else channel_label or place
    owner = mention.owner
    mention.move_to(department)
    old.moved_at, old.moved_by, old.moved_to, old.reason = store.now, person, label, reason.strip()
    journal.show_card(store, old)
    journal.open_card(store, mention, place, came_from=old)
    detail: dict[str, object] = {"to": label, "reason": reason.strip()}
    if old.id != public_card:
        detail["private"] = True
    journal.write(store, mention, "moved", by=person, click=click, **detail)
    journal.show_thread(store, old)
    journal.redraw_home(store, owner)
    return mention


def is_sent_on(
    store: Store, click: str, *, department_id: int | None, channel: str | None, reason: str
) -> bool:
    """Whether this submission was taken already."""
    return store.has_event(_submission(click, department_id, channel, reason))


def _submission(click: str, department_id: int | None, channel: str | None, reason: str) -> str:
    return journal.submission(click, str(department_id), str(channel), reason)


def _destination(
    store: Store, department_id: int | None, channel: str | None, channel_label: str
) -> tuple[Department | None, str]:
    """The department, if it is one, and the channel."""
    if department_id is not None and channel:
        raise TwoPlaces
    if department_id is not None:
        department = store.department_by_id(department_id)
        if department is None:
            names = ", ".join(one.name for one in store.departments())
            raise UnknownDepartment(name=department_id, departments=names)
        return department, department.channel
    if not channel:
        raise NowhereToSend
    owner = store.department_in(channel, name=channel_label)
    return owner, owner.channel if owner else channel

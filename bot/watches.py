"""When posts are looked at again: added, taken when due, planned. Mechanics and one rule.

Who takes a due row moves it on in the same transaction, so that of any number of workers only one
asks the platform. A row that nobody comes back for is due again after `TURN`.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, select, update
from sqlalchemy.orm import selectinload

from bot.models import Mention, MentionState, Reply, ReplyState, Watch
from bot.store import Store

TURN = timedelta(minutes=10)
DAY = 24
"""In units of the shortest time between two looks, which is an hour unless somebody sets it."""
DAYS_AFTER = 3
"""For how long a post is looked at once nobody waits for an answer any more."""
PLANNED_AT_ONCE = 500
_WITH_POSTS = select(Watch).options(
    selectinload(Watch.mention), selectinload(Watch.reply).selectinload(Reply.mention)
)


def watch_mentions(store: Store, platform: str, mention_ids: Iterable[int]) -> None:
    """Watch posts that the platform showed just now."""
    row = {"platform": platform, "asked_at": store.now, "due_at": store.now}
    store.insert(Watch, [row | {"mention_id": one} for one in mention_ids])


def watch_reply(store: Store, reply: Reply) -> None:
    """Watch a reply of ours that is public now."""
    row = {"platform": reply.mention.platform, "asked_at": store.now, "due_at": store.now}
    store.insert(Watch, [row | {"reply_id": reply.id}])


def watch_again(store: Store, mention: Mention) -> None:
    """Somebody waits for an answer once more."""
    row = of_mention(store, mention.id)
    if row is not None:
        row.due_at = store.now


def of_mention(store: Store, mention_id: int) -> Watch | None:
    return store.session.scalar(select(Watch).where(Watch.mention_id == mention_id))


def numbered(store: Store, numbers: Iterable[int]) -> Sequence[Watch]:
    return store.session.scalars(_WITH_POSTS.where(Watch.id.in_(list(numbers)))).all()


def is_due(store: Store, platform: str) -> bool:
    return store.session.scalar(_due(store, platform).limit(1)) is not None


def take(
    store: Store, platform: str, *, limit: int, every: timedelta, dear: bool
) -> Sequence[Watch]:
    """The posts to ask about now, at most `limit`. Those whose time has not come are planned.

    `every`: the shortest time between two looks. `dear`: each look costs money.
    """
    query = _due(store, platform).limit(PLANNED_AT_ONCE).with_for_update(skip_locked=True)
    taken: list[Watch] = []
    for row in store.session.scalars(query).all():
        look = next_look(row, every=every, dear=dear)
        if look is None or look > store.now:
            row.due_at = look
        elif len(taken) < limit:
            row.due_at = store.now + TURN
            taken.append(row)
    return taken


def note_asked(store: Store, rows: Iterable[Watch]) -> None:
    """The platform told what became of them; the next round plans when they are asked for again."""
    for row in rows:
        row.asked_at = row.due_at = store.now


def put_off(store: Store, platform: str, wait: timedelta) -> None:
    """Ask this platform for nothing so long."""
    due = (Watch.platform == platform, Watch.due_at <= store.now + wait)
    store.session.execute(update(Watch).where(*due).values(due_at=store.now + wait))


def next_look(row: Watch, *, every: timedelta, dear: bool) -> datetime | None:
    """When a post should be looked at: often in its first day, then daily while it is open, and a
    few days more; our own replies after an hour and after a day. None: never again.
    """  # noqa: D205 (two sentences that belong together)
    day = every * DAY
    if row.mention is None:
        return _look_at_ours(row.reply, row.asked_at, every) if row.reply else None
    mention = row.mention
    if mention.gone_at is not None:
        return None
    often = row.asked_at < mention.found_at + day
    if (done := _done_at(mention)) is not None and not (often and _goes_on(mention)):
        look = row.asked_at + day
        return look if look <= done + day * DAYS_AFTER else None
    return row.asked_at + (every if often and not dear else day)


def _look_at_ours(reply: Reply, asked_at: datetime, every: timedelta) -> datetime | None:
    if reply.state != ReplyState.SENT or reply.sent_at is None or reply.removed_at is not None:
        return None
    looks = (reply.sent_at + every, reply.sent_at + every * DAY)
    return next((look for look in looks if look > asked_at), None)


def _done_at(mention: Mention) -> datetime | None:
    times = {
        MentionState.ANSWERED: mention.answered_at,
        MentionState.CLOSED: mention.closed_at,
        MentionState.FOLLOW_UP: mention.found_at,
    }
    return times.get(MentionState(mention.state))


def _goes_on(mention: Mention) -> bool:
    """Whether it is a later post of a conversation, which waits for nothing by itself."""
    return mention.state == MentionState.FOLLOW_UP


def _due(store: Store, platform: str) -> Select[Watch]:
    due = _WITH_POSTS.where(Watch.platform == platform, Watch.due_at <= store.now)
    return due.order_by(Watch.due_at, Watch.id)

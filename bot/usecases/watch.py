"""What became of posts that are watched: which are due, and what their platform's answer changes.

It asks nobody; `bot/watch.py` and the worker that sends replies do.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import amendments, journal, original, watches
from bot.models import AmendmentState, Mention, Reply, ReplyState, Watch
from bot.store import Store
from platforms.base import Platform, SourceState

FAILURES = 3
"""Failed rounds of reading after which nothing else is asked either."""
REMOVED = (
    "Your reply to mention {number} cannot be seen any more: it was removed or hidden there. "
    "Moderators and filters do that without a word, often to links and to short replies. Look at "
    "the place, then answer once more from the card: ⋯ and Reply again…. What you wrote: {text}"
)


@dataclass(frozen=True, slots=True)
class Turn:
    """What one worker asks a platform about."""

    rows: tuple[int, ...]
    external_ids: tuple[str, ...]


def is_anything_due(store: Store, platform: str) -> bool:
    return watches.is_due(store, platform)


def take_turn(store: Store, platform: type[Platform], *, every: timedelta) -> Turn:
    """Take what is due for one request; nobody else asks about these posts meanwhile.

    `every`: the shortest time between two looks at a post.
    """
    if not _may_ask(store, platform.name):
        watches.put_off(store, platform.name, every)
        return Turn((), ())
    rows = watches.take(
        store, platform.name, limit=platform.at_once, every=every, dear=platform.looks_cost
    )
    asked = [row for row in rows if row.external_id]
    return Turn(tuple(row.id for row in asked), tuple(row.external_id for row in asked))


def record_turn(store: Store, turn: Turn, states: Iterable[SourceState]) -> int:
    """Write down what the platform said; how many posts had changed.

    A post of which it said nothing is as it was.
    """
    told = {state.external_id: state for state in states}
    rows = watches.numbered(store, turn.rows)
    watches.note_asked(store, rows)
    return sum(_record(store, row, told) for row in rows)


def put_off(store: Store, platform: str, *, wait: timedelta) -> None:
    """The platform cannot be asked now."""
    watches.put_off(store, platform, wait)


def record_state(store: Store, mention: Mention, state: SourceState) -> bool:
    """Take over what a platform says of a mention; True when that is news."""
    if state.gone:
        return original.note_gone(store, mention)
    if state.text is None:
        return False
    return original.note_edit(store, mention, state.text, address=state.address)


def asked_at(store: Store, mention: Mention) -> datetime:
    """When the platform last showed us this post."""
    row = watches.of_mention(store, mention.id)
    return row.asked_at if row else mention.found_at


def note_asked(store: Store, reply_id: int) -> None:
    """The platform was asked about the post that this reply answers."""
    reply = store.reply(reply_id)
    row = watches.of_mention(store, reply.post.id) if reply else None
    if row is not None:
        row.asked_at = store.now


def _may_ask(store: Store, platform: str) -> bool:
    """A platform that cannot even be read (no budget, no credits, keys revoked) is left alone."""
    source = next((one for one in store.sources() if one.platform == platform), None)
    return source is None or not (source.paused or source.failures >= FAILURES)


def _record(store: Store, row: Watch, told: Mapping[str, SourceState]) -> bool:
    state = told.get(row.external_id)
    if state is None:
        return False
    if row.mention is not None:
        return record_state(store, row.mention, state)
    return row.reply is not None and state.gone and _note_removed(store, row.reply)


def _note_removed(store: Store, reply: Reply) -> bool:
    """Nobody but us can see a reply of ours any more: its author is told once."""
    if reply.state != ReplyState.SENT or reply.removed_at is not None:
        return False
    ours = amendments.open_one(store, reply.mention_id)
    if ours is not None and ours.state == AmendmentState.QUEUED:
        return False  # it may be we who take it down at this moment
    reply.removed_at = store.now
    journal.write(store, reply.mention, "removed")
    text = REMOVED.format(number=reply.mention_id, text=reply.text)
    key, there = f"removed:{reply.id}", reply.mention.url or reply.url
    journal.tell_person(store, reply.author, key, text, about=reply.mention, link=there)
    return True

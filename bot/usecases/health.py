"""How Switchboard is doing, as sentences that name what is wrong."""

from dataclasses import dataclass
from datetime import timedelta

from bot import lanes, outbox
from bot.store import Store
from bot.wording import ago, count, span

LATE = timedelta(minutes=5)
TOLD_FOR = timedelta(days=1)
"""What can never be read is told for a day; after that it is history."""
FAILURES = 3
"""One failed round is the weather; so many in a row are a problem."""


@dataclass(frozen=True, slots=True)
class Health:
    problems: tuple[str, ...]
    sources: dict[str, str]
    waiting: int


def health(store: Store) -> Health:
    """What is wrong with the outbox and the sources; nothing when all is well."""
    counts = store.delivery_counts()
    return Health(
        problems=(*_outbox(store, counts), *_sources(store)),
        sources={one.platform: one.problem or "ok" for one in store.sources()},
        waiting=counts.get("waiting", 0),
    )


def _outbox(store: Store, counts: dict[str, int]) -> list[str]:
    found = []
    moment = outbox.next_moment(store, paces=lanes.pace_of)
    if moment is not None and store.now - moment > LATE:
        found.append(f"Something has been due for {span(store.now - moment)} and is not sent.")
    uncertain = counts.get("uncertain", 0)
    if uncertain:
        found.append(f"{count(uncertain, 'reply', 'replies')} may or may not have gone out.")
    return found


def _sources(store: Store) -> list[str]:
    found = []
    for one in store.sources():
        if (one.paused or one.failures >= FAILURES) and one.problem_since is not None:
            found.append(
                f"{one.platform}: {one.problem} First {ago(store.now - one.problem_since)}."
            )
        if one.gap_at is not None and store.now - one.gap_at < TOLD_FOR:
            found.append(f"{one.platform} has a gap: {one.gap}")
    return found

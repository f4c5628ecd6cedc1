"""A source that says nothing although all is well with it: people are told, once a silence."""

from datetime import datetime, timedelta

from bot import journal
from bot.habit import REACH, is_unlike
from bot.models import Source
from bot.store import Store
from bot.wording import span

LATELY = timedelta(minutes=30)


def quiet_since(store: Store, platform: str) -> datetime | None:
    """Since when a source is quieter than it ever is, while nobody was told of it."""
    source = next((one for one in store.sources() if one.platform == platform), None)
    if source is None or source.paused or source.failures or not _read_lately(source, store.now):
        return None  # it is not read, so that its silence says nothing
    times = store.published_times(platform, since=store.now - REACH)
    if not times or source.silent_since == times[-1] or not is_unlike(times, store.now):
        return None
    return times[-1]


def tell_of_silence(store: Store, platform: str, since: datetime, *, label: str) -> None:
    store.source(platform).silent_since = since
    quiet = (
        f"{label} is read without trouble and has brought nothing for {span(store.now - since)}, "
        f"which is unlike it. Next: look on {label} for a post about us; if there is one, the "
        "words to look for or the account's rights may have changed."
    )
    journal.warn(store, quiet, once=f"quiet:{platform}:{since:%Y%m%d%H%M%S}")


def _read_lately(source: Source, now: datetime) -> bool:
    """Right after a start nothing was read since the last stop."""
    return source.last_success_at is not None and now - source.last_success_at < LATELY

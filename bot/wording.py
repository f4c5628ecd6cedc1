"""How people say times, numbers and lengths. Pure; knows nothing of Slack or the database."""

from datetime import datetime, timedelta

MINUTE, HOUR, DAY = 60, 3600, 86400


def span(time: timedelta) -> str:
    """A length of time in its largest whole unit: "12 seconds", "4 min", "3 h", "2 days"."""
    seconds = max(0, int(time.total_seconds()))
    if seconds < MINUTE:
        return "1 second" if seconds == 1 else f"{seconds} seconds"
    if seconds < HOUR:
        return f"{seconds // MINUTE} min"
    if seconds < 2 * DAY:
        hours, minutes = divmod(seconds // MINUTE, MINUTE)
        return f"{hours} h {minutes} min" if minutes and hours < 10 else f"{hours} h"
    return f"{seconds // DAY} days"


def ago(time: timedelta) -> str:
    """How long ago something was: "just now", "12 seconds ago"."""
    return "just now" if time < timedelta(seconds=2) else f"{span(time)} ago"


def moment(time: datetime, now: datetime) -> str:
    """A time of today by the clock, else with its day; both in the zone of the reader."""
    same = time.date() == now.date()
    return f"{time:%H:%M}" if same else f"{time.day} {time:%B}, {time:%H:%M}"


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 mention", "3 mentions"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def money(mills: int) -> str:
    """An amount given in thousandths of a dollar: "0.5 cents", "1 cent", "20 cents", "$3.50"."""
    if mills >= 1000:
        return f"${mills / 1000:,.2f}"
    cents = f"{mills / 10:g}"
    return f"{cents} {'cent' if cents == '1' else 'cents'}"


def short_count(number: int) -> str:
    """As under a profile: 950, 2.1k, 12k, 1.3M."""
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if number >= size - size // 2000:  # 999,500 is nearer to 1M than to any other
            value = number / size
            return f"{value:.1f}".removesuffix(".0") + unit if value < 10 else f"{value:.0f}{unit}"
    return str(number)


def shorten(text: str, limit: int) -> str:
    """One line of at most `limit` code points, cut at a word where there is one near."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    word = cut.rfind(" ")
    return (cut[:word] if word > limit // 2 else cut).rstrip() + "…"


def storable(text: str) -> str:
    """Without what databases take from nobody: NUL and halves of surrogate pairs."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()

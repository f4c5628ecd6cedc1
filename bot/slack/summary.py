"""The weekly summary, as leadership reads it: under a minute on a phone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.models import Mention, Reply
from bot.slack import ids
from bot.slack.blocks import (
    Block,
    actions,
    button,
    context,
    header,
    is_web_link,
    leaf,
    line,
    link_leaf,
    name,
    notice,
    plain,
    quote,
    rich,
)
from bot.slack.cards import Drawn
from bot.wording import ago, count, span

WAITING_SHOWN = 5
HOW_COUNTED = "Medians count business hours only; single answers are told by the clock."


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A week in numbers. `needed`: all that came but what needed no reply."""

    received: int
    needed: int
    answered: int
    median: timedelta | None

    @property
    def share(self) -> int | None:
        """Percent of those that needed a reply and got one."""
        return round(100 * self.answered / self.needed) if self.needed else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    mention: Mention
    platform: str
    place: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Somebody's words and ours. `rule` says why it was chosen."""

    rule: str
    mention: Mention
    reply: Reply | None
    again: Mention | None
    """What its author wrote after our replies, when that still waits."""
    platform: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentWeek:
    name: str
    figures: Figures
    open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """All that the weekly summary shows. `first` and `last` are the week's Monday and Sunday."""

    week: str
    first: date
    last: date
    now: datetime
    figures: Figures
    before: Figures
    feelings: tuple[tuple[str, int], ...]
    waiting: tuple[Waiting, ...]
    waiting_total: int
    departments: tuple[DepartmentWeek, ...]
    exchanges: tuple[Exchange, ...]
    people: tuple[tuple[str, int], ...]
    in_hours: bool
    """Whether times to reply count business hours only."""


def draw_summary(view: Summary) -> Drawn:
    title = f"The week of {_days(view.first, view.last)}"
    numbers = _numbers(view)
    blocks = [header(title), rich(line(leaf(numbers)))]
    if view.figures.received or view.waiting_total:
        blocks += [*_feelings(view), *_waiting(view), *_exchanges(view)]
        blocks += [*_departments(view), *_people(view)]
    if view.in_hours and view.figures.median is not None:
        blocks.append(context(plain(HOW_COUNTED)))
    return Drawn(notice(f"{title}: {numbers}"), blocks)


def _days(first: date, last: date) -> str:
    """As people say it: 9 to 15 November, 30 November to 6 December."""
    if first.month == last.month:
        return f"{first.day} to {last.day} {last:%B}"
    return f"{first.day} {first:%B} to {last.day} {last:%B}"


AT_NIGHT = "half of the first replies or more"
"""These took no time at all, where only business hours count."""


def _numbers(view: Summary) -> str:
    now, before = view.figures, view.before
    if not now.received:
        return "Nobody mentioned us this week." + (
            f" The week before: {count(before.received, 'mention')}." if before.received else ""
        )
    parts = [count(now.received, "mention") + _change(now.received, before.received)]
    if now.share is not None:
        parts.append(f"{now.share} % answered" + _points(now.share, before.share))
    if now.median == timedelta(0):
        parts.append(f"{AT_NIGHT} came outside business hours")
    elif now.median is not None:
        notes = _bracketed(_counted(view), _quicker(now.median, before.median))
        parts.append(f"median first reply {_took(now.median)}{notes}")
    return " · ".join(parts)


def _change(now: int, before: int) -> str:
    if not before:
        return ""
    percent = round(100 * (now - before) / before)
    if percent == 0:
        return " (as many as the week before)"
    return f" ({abs(percent)} % {'more' if percent > 0 else 'fewer'} than the week before)"


def _points(now: int, before: int | None) -> str:
    if before is None or before == now:
        return ""
    return f" ({'up' if now > before else 'down'} from {before} %)"


def _quicker(now: timedelta, before: timedelta | None) -> str:
    if not before or _took(before) == _took(now):
        return ""
    return f"{'quicker' if now < before else 'slower'} than {_took(before)}"


def _took(time: timedelta) -> str:
    return "under a minute" if time < timedelta(minutes=1) else span(time)


def _counted(view: Summary) -> str:
    """What the reader must know beside a median: single answers are told by the clock."""
    return "business hours" if view.in_hours else ""


def _bracketed(*notes: str) -> str:
    told = ", ".join(filter(None, notes))
    return f" ({told})" if told else ""


def _feelings(view: Summary) -> Iterator[Block]:
    parts = [f"{number} {label}" for label, number in view.feelings if number]
    unread = view.figures.received - sum(number for _, number in view.feelings)
    if parts and unread:
        parts.append(f"{unread} we could not tell")
    if parts:
        yield context(plain(f"How they sound: {', '.join(parts)}."))


def _waiting(view: Summary) -> Iterator[Block]:
    if not view.waiting_total:
        yield rich(line(leaf("Nothing is left waiting.")))
        return
    oldest, shown = view.waiting[0], view.waiting[:WAITING_SHOWN]
    since = f"{oldest.mention.waiting_since:%A %d %B}"
    yield rich(
        line(
            leaf(f"Still waiting: {view.waiting_total}", bold=True),
            leaf(f", the oldest since {since} in {name(oldest.place)}. "),
            *_numbered(shown),
            *_more(view.waiting_total - len(shown)),
        )
    )


def _more(number: int) -> Iterator[Block]:
    """Slack takes no words that are empty."""
    if number > 0:
        yield leaf(f" and {number} more")


def _numbered(waiting: tuple[Waiting, ...]) -> Iterator[Block]:
    for at, one in enumerate(waiting):
        label = f"No.\u00a0{one.mention.id}"
        if at:
            yield leaf(", ")
        yield link_leaf(one.link, label) if one.link else leaf(label)


def _exchanges(view: Summary) -> Iterator[Block]:
    if view.exchanges:
        yield header("What people said")
    rules: dict[int, list[str]] = {}
    for one in view.exchanges:
        rules.setdefault(one.mention.id, []).append(one.rule)
    # What two rules chose is quoted once.
    for one in {one.mention.id: one for one in view.exchanges}.values():
        yield from _exchange(one, " · ".join(rules[one.mention.id]), view.now)


def _exchange(one: Exchange, rule: str, now: datetime) -> Iterator[Block]:
    mention = one.mention
    who = f"{one.platform} · {name(mention.author)}"
    links = []
    if one.link:
        links += [leaf(" · "), link_leaf(one.link, "card")]
    if is_web_link(mention.url):
        links += [leaf(" · "), link_leaf(mention.url, f"on {one.platform}")]
    yield rich(line(leaf(f"{rule}: ", bold=True), leaf(who), *links))
    yield rich(quote(mention.text, 600))
    if one.reply is not None:
        took = span((mention.answered_at or now) - mention.published_at)
        answered = f"{name(one.reply.author.name)} answered after {took}:"
        yield rich(line(leaf(answered)), quote(one.reply.text, 600))
    if one.again is not None:
        waits = f"@{name(mention.author_handle)} wrote again {ago(now - one.again.published_at)}"
        yield rich(line(leaf(f"{waits}, no answer yet:")), quote(one.again.text, 600))
    elif one.reply is None:
        yield context(plain(f"Posted {ago(now - mention.published_at)}, no answer yet."))
        if mention.owner is None:
            yield actions(button("Claim", ids.CLAIM, mention.id, style="primary"))


def _departments(view: Summary) -> Iterator[Block]:
    busy = [one for one in view.departments if one.figures.received or one.open]
    if not busy:
        return
    yield header("By department")
    yield rich(*(_department(one, _counted(view)) for one in busy[:30]))


def _department(one: DepartmentWeek, counted: str) -> Block:
    figures = one.figures
    parts = [count(figures.received, "mention")]
    if figures.share is not None:
        parts.append(f"{figures.share} % answered")
    if figures.median == timedelta(0):
        parts.append(f"{AT_NIGHT} outside business hours")
    elif figures.median is not None:
        parts.append(f"median {_took(figures.median)}{_bracketed(counted)}")
    if one.open:
        parts.append(f"{one.open} waiting")
    return line(leaf(name(one.name), bold=True), leaf(f": {', '.join(parts)}\n"))


def _people(view: Summary) -> Iterator[Block]:
    if view.people:
        thanked = [
            f"{name(who)} ({count(number, 'reply', 'replies')})" for who, number in view.people[:20]
        ]
        yield header("Thanks to")
        yield rich(line(leaf(", ".join(thanked))))

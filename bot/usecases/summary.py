"""The weekly summary: which week is due, its figures, and the exchanges it quotes."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from bot import conversation, lanes, outbox, posts
from bot.config import WEEKDAYS, Config
from bot.errors import UnknownWeek
from bot.hours import BusinessHours
from bot.models import OPEN_STATES, Mention, MentionState, Reply
from bot.slack.cards import Labels, Links
from bot.slack.summary import DepartmentWeek, Exchange, Figures, Summary, Waiting
from bot.store import Store

FEELINGS = (("negative", "unhappy"), ("neutral", "neutral"), ("positive", "happy"))
MANY = 100_000


@dataclass(frozen=True, slots=True)
class Week:
    """A calendar week of ISO 8601, in the brand's time zone."""

    year: int
    number: int
    zone: ZoneInfo

    @property
    def first(self) -> date:
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def start(self) -> datetime:
        return datetime.combine(self.first, datetime.min.time(), self.zone).astimezone(UTC)

    @property
    def end(self) -> datetime:
        return self.next().start

    def next(self) -> "Week":
        return week_of(self.first + timedelta(days=7), self.zone)

    def before(self) -> "Week":
        return week_of(self.first - timedelta(days=7), self.zone)

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02d}"


def week_of(day: date, zone: ZoneInfo) -> Week:
    year, number, _ = day.isocalendar()
    return Week(year, number, zone)


def read_week(written: str, zone: ZoneInfo) -> Week:
    """2026-W46; raises UnknownWeek."""
    match = re.fullmatch(r"(\d{4})-?W(\d{1,2})", written.strip(), re.IGNORECASE)
    if match is None:
        raise UnknownWeek(week=written)
    try:
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
    except ValueError as error:
        raise UnknownWeek(week=written) from error
    return week_of(monday, zone)


def zone_of(config: Config) -> ZoneInfo:
    return ZoneInfo(config.brand.timezone)


def due_summary(store: Store, config: Config) -> str | None:
    """The week whose summary is due and was never asked for; None when there is none.

    A company that had not a single mention by the end of a week gets none for it.
    """
    if config.leadership is None:
        return None
    now = store.now.astimezone(zone_of(config))
    week = week_of(now.date(), zone_of(config))
    names = [one[:3] for one in WEEKDAYS]
    due_day = week.first + timedelta(days=names.index(config.leadership.weekday))
    due = datetime.combine(due_day, config.leadership.at, now.tzinfo)
    last = week.before() if now >= due else week.before().before()
    if store.has_delivery(f"summary:{last}") or not store.has_mention_before(last.end):
        return None
    return str(last)


def queue_due_summary(store: Store, config: Config) -> str | None:
    """Ask for the summary that is due, once, however many clocks ring; tells its week."""
    week = due_summary(store, config)
    if week is not None:
        queue_summary(store, config, week, key=f"summary:{week}")
    return week


def queue_summary(store: Store, config: Config, week: str, *, key: str) -> None:
    """Ask for a week's summary to be posted for leadership."""
    assert config.leadership is not None
    channel = config.leadership.channel
    payload = {"week": week, "channel": channel}
    # Not `enqueue`: of two clocks that ring at once the slower must not ask for it once more.
    outbox.add(store, "summary", key, lane=lanes.posts(channel), payload=payload)


def summarize(store: Store, config: Config, week: Week, *, label: Labels, link: Links) -> Summary:
    """Everything the summary of a week shows."""
    return _Summarizer(store, config, label, link).of(week)


class _Summarizer:
    def __init__(self, store: Store, config: Config, label: Labels, link: Links) -> None:
        self._store = store
        self._label = label
        self._link = link
        self._hours = _hours(config)

    def of(self, week: Week) -> Summary:
        store = self._store
        mentions = store.published_between(week.start, week.end)
        before = week.before()
        open_ = store.open_mentions(limit=MANY)
        waiting = sorted(open_.mentions, key=lambda one: one.waiting_since)
        replies = store.sent_between(week.start, week.end)
        feelings = Counter(one.feeling for one in mentions)
        return Summary(
            week=str(week),
            first=week.first,
            last=week.first + timedelta(days=6),
            now=store.now,
            figures=self._figures(mentions),
            before=self._figures(store.published_between(before.start, before.end)),
            feelings=tuple((said, feelings[stored]) for stored, said in FEELINGS),
            waiting=tuple(self._waiting(one) for one in waiting[:20]),
            waiting_total=open_.total,
            departments=self._departments(mentions),
            exchanges=tuple(self._exchanges(mentions, waiting)),
            people=tuple(Counter(reply.author.name for reply in replies).most_common()),
            in_hours=self._hours is not None,
        )

    def _figures(self, mentions: Sequence[Mention]) -> Figures:
        needed = [one for one in mentions if _needed_reply(one)]
        times = [self._time_to_reply(one).total_seconds() for one in mentions if one.answered_at]
        return Figures(
            received=len(mentions), needed=len(needed), answered=len(times),
            median=timedelta(seconds=median(times)) if times else None,
        )  # fmt: skip

    def _time_to_reply(self, mention: Mention) -> timedelta:
        assert mention.answered_at is not None
        if self._hours is not None:
            return self._hours.between(mention.published_at, mention.answered_at)
        return mention.answered_at - mention.published_at

    def _departments(self, mentions: Sequence[Mention]) -> tuple[DepartmentWeek, ...]:
        counts = self._store.open_counts()
        return tuple(
            DepartmentWeek(
                name=team.name,
                figures=self._figures([one for one in mentions if one.department_id == team.id]),
                open=counts.get(team.id, 0),
            )
            for team in self._store.departments()
        )

    def _exchanges(self, mentions: Sequence[Mention], waiting: Sequence[Mention]) -> list[Exchange]:
        """Three, each by a rule that anybody can check."""
        there = (one for one in mentions if one.answered_at and one.gone_at is None)
        answered = sorted(there, key=self._time_to_reply)
        unhappy = [one for one in answered if one.feeling == "negative"]
        chosen = [
            ("Longest still waiting", waiting[0] if waiting else None),
            ("The median answer", answered[len(answered) // 2] if answered else None),
            ("Unhappy, and answered quickest", unhappy[0] if unhappy else None),
        ]
        replies = self._store.sent_replies_to([one.id for _, one in chosen if one])
        return [self._exchange(rule, one, replies.get(one.id)) for rule, one in chosen if one]

    def _exchange(self, rule: str, mention: Mention, reply: Reply | None) -> Exchange:
        waits = mention.state in OPEN_STATES
        again = waits and conversation.waits_for_answer(self._store, mention)
        return Exchange(
            rule=rule, mention=mention, reply=reply,
            again=posts.to_answer(self._store, mention) if again else None,
            platform=self._label(mention.platform), link=self._card_link(mention),
        )  # fmt: skip

    def _waiting(self, mention: Mention) -> Waiting:
        return Waiting(
            mention=mention,
            platform=self._label(mention.platform),
            place=mention.department.name if mention.department else "another channel",
            link=self._card_link(mention),
        )

    def _card_link(self, mention: Mention) -> str:
        card = self._store.current_card(mention.id)
        return self._link(card.channel_id, card.ts) if card else ""


def _needed_reply(mention: Mention) -> bool:
    return mention.state not in (MentionState.CLOSED, MentionState.GONE) or bool(
        mention.answered_at
    )


def _hours(config: Config) -> BusinessHours | None:
    if config.hours is None:
        return None
    names: list[str] = [one[:3] for one in WEEKDAYS]
    days = frozenset(names.index(day) for day in config.hours.days)
    return BusinessHours(days, config.hours.opens, config.hours.closes, zone_of(config))

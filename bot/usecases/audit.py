"""The audit trail: who did what to which mention, or changed who may reply, and when."""

import json
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute

from bot.models import Event, Mention, PolicyChange
from bot.store import Store

PAGE = 1000


@dataclass(frozen=True, slots=True)
class Line:
    """One act. `detail` holds what people wrote; the rest names who, what and when."""

    NAMES: ClassVar = ("at", "mention", "platform", "what", "who", "slack_id")
    number: int
    at: datetime
    mention: int | None
    """None: it is about the company."""
    platform: str
    what: str
    who: str
    """The colleague; "" where Switchboard itself did it."""
    slack_id: str
    detail: dict[str, Any]

    def shown(self, *, words: bool) -> dict[str, Any]:
        """As it leaves the house; `words`: with what people wrote."""
        named = {
            "at": self.at.isoformat(), "mention": self.mention, "platform": self.platform,
            "what": self.what, "who": self.who, "slack_id": self.slack_id,
        }  # fmt: skip
        return named | ({"detail": self.detail} if words else {})


def trail(
    store: Store, *, after: int, since: date | None = None, until: date | None = None
) -> Sequence[Line]:
    """At most `PAGE` lines after the one with this number; days are UTC, both included."""
    query = select(Event, Mention.platform).join(Mention, Mention.id == Event.mention_id)
    query = query.where(Event.id > after, *_days(Event.at, since, until))
    rows = store.session.execute(query.order_by(Event.id).limit(PAGE)).unique()
    return [_line(event, platform) for event, platform in rows]


def policy_trail(
    store: Store, *, since: date | None = None, until: date | None = None
) -> Sequence[Line]:
    """Every change of who may reply; there are few of them."""
    query = select(PolicyChange).where(*_days(PolicyChange.at, since, until))
    return [_policy_line(one) for one in store.session.scalars(query.order_by(PolicyChange.id))]


def _days(
    at: InstrumentedAttribute[datetime], since: date | None, until: date | None
) -> Iterator[ColumnElement[bool]]:
    if since is not None:
        yield at >= _midnight(since)
    if until is not None:
        yield at < _midnight(until) + timedelta(days=1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def _line(event: Event, platform: str) -> Line:
    by = event.actor
    return Line(
        event.id, event.at, event.mention_id, platform, event.kind,
        by.name if by else "", (by.slack_id or "") if by else "", event.detail,
    )  # fmt: skip


def _policy_line(change: PolicyChange) -> Line:
    """What is new in it is no words of anybody, so it is told in every trail."""
    by, was, now = change.actor, change.before, change.after
    new = {
        key: f"{key} {json.dumps(now[key])} (was {json.dumps(was.get(key))})"
        for key in now if now[key] != was.get(key)
    }  # fmt: skip
    what = "admins" if set(new) == {"admins"} else "policy"
    return Line(
        change.id, change.at, None, "", f"{what} changed: {'; '.join(new.values())}",
        by.name if by else "",
        (by.slack_id or "") if by else "", {"before": was, "after": now},
    )  # fmt: skip


def as_cell(value: Any) -> Any:
    """For a spreadsheet, which would run what begins like a formula
    (https://owasp.org/www-community/attacks/CSV_Injection).
    """  # noqa: D205 (one sentence that is long)
    cell = json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value
    return f"'{cell}" if isinstance(cell, str) and _runs(cell) else cell


def _runs(cell: str) -> bool:
    # Some take the wide signs of East Asian keyboards, and look behind the spaces.
    plain = unicodedata.normalize("NFKC", cell)
    return plain.startswith(("\t", "\r", "\n")) or plain.lstrip().startswith(tuple("=+-@"))

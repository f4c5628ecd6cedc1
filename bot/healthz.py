"""What `/healthz` answers: sentences for people, and the same as values for programs."""

from datetime import datetime
from typing import Any

from bot.sources import SourceReport
from bot.usecases.health import Health


def as_json(found: Health, *, disk: str = "") -> dict[str, Any]:
    """`disk`: what is wrong with the room that is left; "" when nothing is."""
    problems = [*([disk] if disk else []), *found.problems]
    return {
        "ok": not problems,
        "problems": problems,
        "sources": {one.platform: _source(one) for one in found.sources},
        "waiting": found.waiting,
    }


def _source(report: SourceReport) -> dict[str, Any]:
    """Times are ISO 8601, money is in dollars; null is what is not known or not limited."""
    purse = report.purse
    return {
        "ok": report.ok,
        "says": list(report.says()),
        "paused": report.paused,
        "problem": report.problem or None,
        "gap": report.gap or None,
        "read_at": _iso(report.read_at),
        "last_mention_at": _iso(report.mention_at),
        "silent_since": _iso(report.silent_since),
        "lag_seconds": report.lag and report.lag.total_seconds(),
        "spent_today": {
            "reading": purse.read / 1000,
            "reading_limit": _dollars(purse.read_limit),
            "replies": purse.written / 1000,
            "replies_limit": _dollars(purse.write_limit),
        },
    }


def _iso(time: datetime | None) -> str | None:
    return time.isoformat() if time else None


def _dollars(mills: int | None) -> float | None:
    return None if mills is None else mills / 1000

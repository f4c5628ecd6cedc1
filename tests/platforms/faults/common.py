"""What every platform may do to us alike. The stand-in network does it, and tells what it carried
out; so these rows also hold that nothing is sent twice.
"""

import platforms
from platforms.base import PausedError, TemporaryError, UncertainError
from tests.platforms.faults.row import Call, Fault

WHAT = {
    "401": "401, keys or session refused",
    "402": "402, payment asked for",
    "429": "429 with a time",
    "429_bare": "429 without a time",
    "500": "500",
    "503": "503",
    "503_after": "503, though it was done",
    "drop_before": "connection dropped before anything was done",
    "drop_after": "connection dropped after it was done",
    "hang": "silence, and nothing was done",
    "hang_after": "silence, though it was done",
    "half": "half an answer",
    "html": "HTML instead of JSON",
    "garbage": "JSON of another shape",
    "nobody": "nobody listens at the address",
}
NOT_DONE = frozenset({"503", "500", "drop_before", "hang"})
DONE = frozenset({"503_after", "drop_after", "hang_after", "half", "html", "garbage"})
SILENT = frozenset({"drop_before", "drop_after", "hang", "hang_after", "half"})
_READS = ("429", "500", "503", "drop_before", "drop_after", "hang", "half", "html", "garbage")
_LATER_LOOKS = ("429", "503", "drop_before", "hang", "html", "garbage")


def of(platform: str) -> list[Fault]:
    label = platforms.available()[platform].label
    rows = [_read(platform, label, "read", how) for how in _READS]
    rows += [_read(platform, label, call, how) for call in _LOOKS for how in _LATER_LOOKS]
    rows += [_reply(platform, label, how) for how in sorted(NOT_DONE | DONE)]
    rows.append(_slower(platform, label, "reply"))
    rows += [_away(platform, label, call) for call in ("read", "reply", *_LOOKS)]
    return rows


_LOOKS: tuple[Call, ...] = ("find", "refresh")


def _read(platform: str, label: str, call: Call, how: str) -> Fault:
    if how == "429":
        return _slower(platform, label, call)
    words = "did not answer" if how in SILENT else "has trouble of its own at the moment"
    return Fault(platform, call, WHAT[how], how, TemporaryError, f"{label} {words}.")


def _reply(platform: str, label: str, how: str) -> Fault:
    words = "did not answer" if how in SILENT else "answered with an error"
    says = f"{label} {words}, so the reply may be out or not."
    return Fault(platform, "reply", WHAT[how], how, UncertainError, says)


def _slower(platform: str, label: str, call: Call) -> Fault:
    says = f"{label} asks us to slow down."
    return Fault(platform, call, WHAT["429"], "429", TemporaryError, says, wait=120)


def _away(platform: str, label: str, call: Call) -> Fault:
    says = f"{label} could not be reached."
    return Fault(platform, call, WHAT["nobody"], "nobody", TemporaryError, says)


def refused(platform: str, how: str, says: str, *calls: Call) -> list[Fault]:
    """Rows for what only an admin can mend."""
    return [Fault(platform, call, WHAT[how], how, PausedError, says) for call in calls]


def slower(platform: str, wait: float | None) -> list[Fault]:
    """Rows for a 429 that does not say for how long: what we wait then."""
    says = f"{platforms.available()[platform].label} asks us to slow down."
    calls: tuple[Call, ...] = ("read", "reply")
    what = WHAT["429_bare"]
    return [Fault(platform, c, what, "429_bare", TemporaryError, says, wait) for c in calls]

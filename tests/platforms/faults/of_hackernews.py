"""Faults of the search through which Hacker News is read: https://hn.algolia.com/api."""

from collections.abc import Mapping
from typing import Any

from platforms.base import PausedError, Target, TemporaryError
from tests.platforms.faults.row import Fault, Well
from tests.platforms.scripted import Answer, dropped, half, ok, refused, silence

_SEARCH = "/search_by_date"
_BUSY = "Hacker News' search asks us to slow down."
_SILENT = "Hacker News did not answer."
_TROUBLE = "Hacker News has trouble of its own at the moment."


def _well() -> Mapping[str, Answer]:
    return {_SEARCH: ok({"hits": [], "nbHits": 0})}


WELL = Well(
    "hackernews",
    _well,
    asks={"read": _SEARCH},
    to=Target(external_id="1", address="1", url="", author_handle="", text=""),
    variables=lambda url: {"HACKERNEWS": "1", "HACKERNEWS_URL": url},
)


def _read(what: str, answer: Any, error: Any, says: str, wait: float | None = None) -> Fault:
    return Fault("hackernews", "read", what, answer, error, says, wait)


def _status(status: int) -> Fault:
    says = (
        f"Hacker News' search refuses to be read (HTTP {status})."
        " An admin has to look at HACKERNEWS_URL, or at what is searched for."
    )
    return _read(str(status), refused(status, {"message": "invalid"}), PausedError, says)


FAULTS = [
    *(_status(status) for status in (400, 401, 402, 403, 404, 410)),
    _read("429 with a time", refused(429, "", retry_after="90"), TemporaryError, _BUSY, 90),
    _read("429 without a time", refused(429, ""), TemporaryError, _BUSY),
    *(
        _read(what, answer, TemporaryError, _TROUBLE)
        for what, answer in (
            ("500", refused(500, "")),
            ("503", refused(503, "")),
            ("HTML instead of JSON", ok("<html>")),
            ("a list instead of an object", ok([])),
            ("hits that are null", ok({"hits": None, "nbHits": 1})),
            ("a hit without a time", ok({"hits": [{"objectID": "5"}], "nbHits": 1})),
        )
    ),
    *(
        _read(what, answer, TemporaryError, _SILENT)
        for what, answer in (
            ("connection dropped", dropped()),
            ("silence", silence()),
            ("half an answer", half('{"hits": [')),
        )
    ),
]

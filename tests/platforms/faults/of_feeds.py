"""Faults of feeds, when each of them fails. One that fails beside others is told of by its test."""

from collections.abc import Mapping
from typing import Any

from platforms.base import Target, TemporaryError
from tests.platforms.faults.row import Fault, Well
from tests.platforms.scripted import Answer, dropped, half, ok, refused, silence

_FEED = "/feed"
_EVERY = 600


def _well() -> Mapping[str, Answer]:
    return {_FEED: ok("<rss version='2.0'><channel><title>Quiet</title></channel></rss>")}


WELL = Well(
    "feeds",
    _well,
    asks={"read": _FEED},
    to=Target(external_id="1", address="1", url="", author_handle="", text=""),
    variables=lambda url: {"FEED_URLS": f"{url}{_FEED}"},
)


def _read(what: str, answer: Any, problem: str, *, wait: float = _EVERY) -> Fault:
    says = f"No feed can be read. 127.0.0.1: {problem}"
    return Fault("feeds", "read", what, answer, TemporaryError, says, wait)


def _status(status: int) -> Fault:
    return _read(str(status), refused(status, ""), f"It answers with HTTP {status}.")


_SILENT, _NO_FEED = "It did not answer as a feed should.", "What it answers is no feed."
FAULTS = [
    *(_status(status) for status in (400, 401, 402, 403, 404, 429, 500, 503)),
    _read("410", refused(410, ""), "It was given up (HTTP 410). Remove it from FEED_URLS."),
    _read(
        "429 with a time",
        refused(429, "", retry_after="7200"),
        "It answers with HTTP 429.",
        wait=7200,
    ),
    _read("HTML instead of a feed", ok("<html><p>Be right back</p></html>"), _NO_FEED),
    _read("nothing in the answer", ok(""), _NO_FEED),
    _read("JSON instead of a feed", ok('{"json": true}'), _NO_FEED),
    _read("more than 5 MB", ok("x" * 5_000_001), "It is larger than 5 MB."),
    _read("redirects without end", refused(302, "", location=_FEED), _SILENT),
    _read("a redirect to a file of ours", refused(302, "", location="file:///etc/passwd"), _SILENT),
    _read("connection dropped", dropped(), _SILENT),
    _read("silence", silence(), _SILENT),
    _read("half an answer", half("<rss version='2.0'><channel>"), _SILENT),
]

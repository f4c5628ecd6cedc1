"""Faults of Mastodon and of servers like it: the status decides, their words are passed on.

https://docs.joinmastodon.org/entities/Error/; GoToSocial words the same refusals in its own way.
"""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from platforms.base import (
    GoneError,
    PausedError,
    RejectedError,
    Target,
    TemporaryError,
    UncertainError,
)
from tests.platforms.faults import common
from tests.platforms.faults.row import Fault, Well
from tests.platforms.scripted import Answer, ok, refused

_API = "/mastodon/api/v1"
_NOTES, _STATUSES = f"{_API}/notifications", f"{_API}/statuses"
_OWN, _ONE = f"{_API}/accounts/1/statuses", f"{_API}/statuses/50"
_ADMIN = "An admin has to look at MASTODON_URL and MASTODON_ACCESS_TOKEN."
_TOKEN = f"Mastodon does not accept our access token any more. {_ADMIN}"
_SCOPE = "The access token may not do this. An admin has to make one with read and write:statuses."
_MOVED = f"The Mastodon server has moved to another address. {_ADMIN}"
_IN_DOUBT = "Mastodon answered with an error, so the reply may be out or not."
_TROUBLE = "Mastodon has trouble of its own at the moment."
_HIDDEN = "The post was deleted, or its author hides it from us."
_OUT = {"id": "60", "url": "https://m.example/@acme/60", "content": "<p>x</p>"}


def _well() -> Mapping[str, Answer]:
    return {
        f"{_API}/accounts/verify_credentials": ok({"id": "1", "acct": "acme"}),
        _NOTES: ok([]),
        "/mastodon/api/v2/search": ok({"accounts": [], "statuses": [], "hashtags": []}),
        _OWN: ok([]),
        _STATUSES: ok([]),
    }


WELL = Well(
    "mastodon",
    _well,
    asks={"read": _NOTES, "reply": _STATUSES, "find": _OWN, "refresh": _STATUSES},
    to=Target(
        external_id="50", address="50:public", url="", author_handle="mara@far.example", text=""
    ),
)


def _no(status: int, error: str) -> Answer:
    return refused(status, {"error": error})


def _both(what: str, answer: Any, error: Any, says: str) -> list[Fault]:
    return [_read(what, answer, error, says), _reply(what, answer, error, says)]


def _reply(what: str, answer: Any, error: Any, says: str, **more: Any) -> Fault:
    return Fault("mastodon", "reply", what, answer, error, says, **more)


def _read(what: str, answer: Any, error: Any, says: str, **more: Any) -> Fault:
    return Fault("mastodon", "read", what, answer, error, says, **more)


def _slower(what: str, answer: Answer | Callable[[], Answer], wait: float) -> Fault:
    return _reply(what, answer, TemporaryError, "Mastodon asks us to slow down.", wait=wait)


def _till_date() -> Answer:
    date = datetime.fromtimestamp(time.time() + 200, UTC).isoformat().replace("+00:00", "Z")
    return refused(429, "", x_ratelimit_reset=date)


def _till_second() -> Answer:
    return refused(429, "", x_ratelimit_reset=str(int(time.time() + 100)))


def _refuses(words: str) -> str:
    return f"Mastodon refuses to be read: {words} {_ADMIN}"


FAULTS = [
    *common.of("mastodon"),
    *common.refused("mastodon", "401", _TOKEN, "read", "reply", "find", "refresh"),
    *common.refused("mastodon", "402", _refuses("HTTP 402."), "read"),
    *common.slower("mastodon", 300),
    *_both("401, token revoked", _no(401, "The access token was revoked"), PausedError, _TOKEN),
    *_both(
        "301, the server has moved",
        refused(301, "", location="https://o.example/"),
        PausedError,
        _MOVED,
    ),
    _read("400, bad query", _no(400, "Bad limit"), PausedError, _refuses("Bad limit.")),
    _read(
        "403, a scope is missing",
        _no(403, "This action is outside the authorized scopes"),
        PausedError,
        _refuses("This action is outside the authorized scopes."),
    ),
    _read("404", _no(404, "Record not found"), PausedError, _refuses("Record not found.")),
    _read("410", refused(410, "gone"), PausedError, _refuses("HTTP 410.")),
    _read("422", _no(422, "Validation failed"), PausedError, _refuses("Validation failed.")),
    *(
        _read(what, answer, TemporaryError, _TROUBLE)
        for what, answer in (
            ("one object instead of a list", ok({"id": "5"})),
            (
                "a notification with an unreadable time",
                ok([{"id": "5", "created_at": "yesterday"}]),
            ),
            ("a limit's reset that is no time", ok([], x_ratelimit_reset="soon")),
        )
    ),
    _reply(
        "400, bad request",
        _no(400, "Bad visibility"),
        RejectedError,
        "Mastodon refuses it: Bad visibility.",
    ),
    _reply(
        "402, payment asked for",
        refused(402, "pay"),
        RejectedError,
        "Mastodon refuses it: HTTP 402.",
    ),
    _reply(
        "403, a scope is missing",
        _no(403, "This action is outside the authorized scopes"),
        PausedError,
        _SCOPE,
    ),
    _reply(
        "403, account closed",
        _no(403, "Your login is currently disabled"),
        PausedError,
        f"Mastodon has closed our account: Your login is currently disabled. {_ADMIN}",
    ),
    _reply(
        "403, not allowed",
        _no(403, "This action is not allowed"),
        RejectedError,
        "Mastodon refuses it: This action is not allowed.",
    ),
    _reply(
        "403 of GoToSocial, the author lets chosen people reply",
        _no(403, "Forbidden: you do not have permission to reply to this status"),
        RejectedError,
        "Mastodon refuses it: Forbidden: you do not have permission to reply to this status.",
    ),
    _reply("404", _no(404, "The post you are trying to reply to does…"), GoneError, _HIDDEN),
    _reply("410", refused(410, ""), GoneError, _HIDDEN),
    _reply(
        "422",
        _no(422, "Validation failed: Text can't be blank"),
        RejectedError,
        "Mastodon refuses it: Validation failed: Text can't be blank.",
    ),
    _slower("429, until a date", _till_date, 200),
    _slower("429, until a Unix time, as GoToSocial says it", _till_second, 100),
    _slower("429, Retry-After", refused(429, "", retry_after="60"), 60),
    _reply("504", refused(504, "oh"), UncertainError, _IN_DOUBT),
    _reply("a list instead of the post", ok([]), UncertainError, _IN_DOUBT),
    _reply(
        "a limit's reset that is no time",
        ok(_OUT, x_ratelimit_reset="soon"),
        UncertainError,
        _IN_DOUBT,
    ),
    Fault(
        "mastodon",
        "find",
        "403, a scope is missing",
        _no(403, "outside the authorized scopes"),
        PausedError,
        _refuses("outside the authorized scopes."),
    ),
    Fault(
        "mastodon",
        "refresh",
        "404: posts can only be had one by one",
        _no(404, "Not found"),
        None,
        "They are asked for one by one.",
        also={_ONE: ok({"id": "50", "edited_at": None})},
    ),
]

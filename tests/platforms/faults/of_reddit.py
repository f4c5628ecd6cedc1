"""Reddit's faults: errors in a 200, statuses alone, and what praw and prawcore stumble over.

Codes: https://github.com/reddit-archive/reddit/blob/master/r2/r2/lib/errors.py; a localised
RATELIMIT is told of in praw-dev/praw#1704, reply() that returns None in praw's own tests.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
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
from tests.platforms.faults.row import TEXT, Fault, Well
from tests.platforms.scripted import Answer, ok, refused

_LISTS = ("message/mentions", "message/comments", "message/selfreply", "r/all/search")
_MENTIONS, _COMMENT, _INFO = "/reddit/message/mentions", "/reddit/api/comment", "/reddit/api/info"
_OWN, _LOGIN = "/reddit/user/acme/comments", "/reddit/api/v1/access_token"
_EMPTY = ok({"kind": "Listing", "data": {"after": None, "children": []}})
_ADMIN = "An admin has to look at the REDDIT_ settings and at the app in Reddit's preferences."
_LOGGED_OUT = f"Reddit does not accept our login any more. {_ADMIN}"
_SCOPE = (
    "Our login at Reddit may not do this. An admin has to make a token with the scopes identity,"
    " read, privatemessages, submit, edit and history."
)
_NARROW = refused(403, "", www_authenticate='Bearer realm="reddit", error="insufficient_scope"')
_LATER = "Reddit lets us write again later."
_TROUBLE = "Reddit has trouble of its own at the moment."
_IN_DOUBT = "Reddit answered with an error, so the reply may be out or not."
_CLOSED_TO_US = (
    "Reddit does not let our account answer there: the community is private, quarantined or banned"
    " us, or the thread is locked."
)
_OURS = {
    "id": "b",
    "name": "t1_b",
    "author": "acme",
    "body": TEXT,
    "parent_id": "t1_a",
    "permalink": "/r/m/comments/p/_/b/",
    "created_utc": 2e9,
}


def _well() -> Mapping[str, Answer]:
    token = {"access_token": "t", "token_type": "bearer", "expires_in": 86400, "scope": "*"}
    return {
        _LOGIN: ok(token),
        "/reddit/api/v1/me": ok({"id": "1", "name": "acme"}),
        **{f"/reddit/{path}": _EMPTY for path in _LISTS},
        **dict.fromkeys((_OWN, _INFO), _EMPTY),
        _COMMENT: ok({"json": {"errors": [], "data": {"things": [{"kind": "t1", "data": _OURS}]}}}),
    }


WELL = Well(
    "reddit",
    _well,
    asks={"read": _MENTIONS, "reply": _COMMENT, "find": _OWN, "refresh": _INFO},
    to=Target(external_id="t1_a", address="t1_a", url="", author_handle="mara", text=""),
)


def _said(code: str, words: str) -> Answer:
    return ok({"json": {"errors": [[code, words, "field"]]}})


def _status(status: int, **more: Any) -> Answer:
    return refused(status, {"message": "Refused", "error": status} | more)


def _date() -> Answer:
    until = datetime.now(UTC) + timedelta(seconds=90)
    return refused(429, "", retry_after=format_datetime(until, usegmt=True))


def _reply(what: str, answer: Any, error: Any, says: str, **more: Any) -> Fault:
    return Fault("reddit", "reply", what, answer, error, says, **more)


def _read(what: str, answer: Any, error: Any, says: str, **more: Any) -> Fault:
    return Fault("reddit", "read", what, answer, error, says, **more)


def _hidden(path: str, status: int) -> str:
    return f"Reddit refuses to show {path} (HTTP {status}). {_ADMIN}"


def _pace(what: str, words: str, wait: float) -> Fault:
    return _reply(
        f"RATELIMIT, {what}", _said("RATELIMIT", words), TemporaryError, _LATER, wait=wait
    )


_LOGINS = [
    Fault("reddit", call, f"login: {what}", answer, PausedError, _LOGGED_OUT, path=_LOGIN)
    for call in ("read", "reply")
    for what, answer in (
        ("wrong password, told with a 200", ok({"error": "invalid_grant"})),
        ("400, refresh token revoked", _status(400)),
        ("401, app unknown", _status(401)),
    )
] + [
    Fault("reddit", call, f"login: {what}", answer, TemporaryError, _TROUBLE, path=_LOGIN)
    for call in ("read", "reply")
    for what, answer in (
        ("an empty object", ok({})),
        ("a list", ok([])),
        ("HTML instead of JSON", ok("<html>")),
        ("503", refused(503, "")),
    )
]
_REFUSALS = [
    _reply(f"{code} in a 200", _said(code, "Words of Reddit."), error, says)
    for code, error, says in (
        ("DELETED_COMMENT", GoneError, "The comment was deleted."),
        ("DELETED_LINK", GoneError, "The post was deleted."),
        (
            "THREAD_LOCKED",
            RejectedError,
            "The thread is locked: nobody can answer there any more.",
        ),
        ("TOO_OLD", RejectedError, "The thread is archived: nobody can answer there any more."),
        ("USER_BLOCKED", RejectedError, "The author has blocked our account."),
        ("SUBREDDIT_NOTALLOWED", RejectedError, "Our account may not post in this community."),
        ("TOO_LONG", RejectedError, "Reddit says that the text is too long."),
        ("NO_TEXT", RejectedError, "Reddit says that the reply is empty."),
        ("USER_REQUIRED", PausedError, _LOGGED_OUT),
        ("A_NEW_ONE", RejectedError, "Reddit refuses it: Words of Reddit."),
    )
]

FAULTS = [
    *common.of("reddit"),
    *common.refused("reddit", "401", _LOGGED_OUT, "read", "reply", "find", "refresh"),
    *common.refused("reddit", "402", _hidden(_MENTIONS, 402), "read"),
    *common.slower("reddit", 60),
    *_LOGINS,
    _read(
        "401, token refused, with the header that prawcore looks for",
        refused(401, "", www_authenticate='Bearer realm="reddit", error="invalid_token"'),
        PausedError,
        _LOGGED_OUT,
    ),
    _read("400, bad query", _status(400), PausedError, _hidden(_MENTIONS, 400)),
    _read("403", _status(403), PausedError, _hidden(_MENTIONS, 403)),
    _read("403, a scope is missing", _NARROW, PausedError, _SCOPE),
    _read("404", _status(404), PausedError, _hidden(_MENTIONS, 404)),
    _read("410", _status(410), PausedError, _hidden(_MENTIONS, 410)),
    _read(
        "USER_REQUIRED in a 200",
        ok({"json": {"errors": [["USER_REQUIRED", "please log in", ""]]}}),
        PausedError,
        f"Reddit refuses to be read: please log in. {_ADMIN}",
    ),
    _read(
        "429, a date in Retry-After", _date, TemporaryError, "Reddit asks us to slow down.", wait=90
    ),
    _read(
        "comments without a time",
        ok({"kind": "Listing", "data": {"children": [{"kind": "t1", "data": {"id": "a"}}]}}),
        TemporaryError,
        _TROUBLE,
    ),
    *_REFUSALS,
    _pace("9 minutes", "Take a break for 9 minutes before trying again.", 600),
    _pace("30 seconds", "you are doing that too much. try again in 30 seconds.", 31),
    _pace(
        "500 milliseconds",
        "Looks like you've been doing that a lot. Try again in 500 milliseconds.",
        1,
    ),
    _pace("in another language", "Сделайте перерыв 3 с.", 600),  # noqa: RUF001 - Russian
    _reply(
        "400 with a reason",
        refused(400, {"reason": "BAD", "explanation": "not so", "message": "Bad Request"}),
        RejectedError,
        "Reddit refuses it: not so.",
    ),
    _reply("400, bad request", _status(400), RejectedError, "Reddit refuses the reply (HTTP 400)."),
    _reply(
        "402, payment asked for",
        _status(402),
        RejectedError,
        "Reddit refuses the reply (HTTP 402).",
    ),
    _reply("403, banned or private", _status(403, reason="private"), RejectedError, _CLOSED_TO_US),
    _reply("403, quarantined", _status(403, reason="quarantined"), RejectedError, _CLOSED_TO_US),
    _reply("403, a scope is missing", _NARROW, PausedError, _SCOPE),
    _reply("404", _status(404), GoneError, "The post cannot be seen any more."),
    _reply("410", _status(410), RejectedError, "Reddit refuses the reply (HTTP 410)."),
    _reply("413", refused(413, ""), RejectedError, "Reddit refuses the reply (HTTP 413)."),
    _reply(
        "a 200 without the comment, so that praw's reply() returns None (quarantined community)",
        ok({"json": {"errors": [], "data": {"things": []}}}),
        UncertainError,
        "Reddit took the reply and did not show it, so it may be out or not.",
    ),
    _reply("a 200 without anything", ok({}), UncertainError, _IN_DOUBT),
    _reply("a 200 without data", ok({"json": {}}), UncertainError, _IN_DOUBT),
    _reply(
        "a comment without its name",
        ok({"json": {"errors": [], "data": {"things": [{"kind": "t1", "data": {"id": "x"}}]}}}),
        UncertainError,
        _IN_DOUBT,
    ),
    Fault("reddit", "find", "403", _status(403), PausedError, _hidden(_OWN, 403)),
    Fault("reddit", "refresh", "403", _status(403), PausedError, _hidden(f"{_INFO}/", 403)),
]

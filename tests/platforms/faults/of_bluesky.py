"""Bluesky's faults: servers name their refusals, and some names stand for many things.

https://atproto.com/specs/xrpc#error-responses; words were taken down from a real PDS
(`make test-bluesky` runs one).
"""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from platforms._bluesky_posts import own_key
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

_XRPC = "/bluesky/xrpc"
_LOGIN = f"{_XRPC}/com.atproto.server.createSession"
_RENEWAL = f"{_XRPC}/com.atproto.server.refreshSession"
_NOTES = f"{_XRPC}/app.bsky.notification.listNotifications"
_POSTS = f"{_XRPC}/app.bsky.feed.getPosts"
_PUT = f"{_XRPC}/com.atproto.repo.putRecord"
_GET = f"{_XRPC}/com.atproto.repo.getRecord"
_ME, _MARA = "did:plc:us", "did:plc:mara"
_HERS = f"at://{_MARA}/app.bsky.feed.post/3lbqnsy2abc2x"
_OURS = f"at://{_ME}/app.bsky.feed.post/{own_key(_HERS, TEXT, 'k1')}"
_SESSION = {"did": _ME, "handle": "acme.test", "accessJwt": "a", "refreshJwt": "r"}
_ADMIN = "An admin has to look at BLUESKY_HANDLE and BLUESKY_APP_PASSWORD."
_IN_DOUBT = "Bluesky answered with an error, so the reply may be out or not."
_TROUBLE = "Bluesky has trouble of its own at the moment."
_HIDDEN = "The post was deleted, or its author is gone or hides it from us."


def _view(**more: Any) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat()
    record = {"text": "@acme.test hello", "createdAt": now}
    author = {"did": _MARA, "handle": "mara.test"}
    view = {"uri": _HERS, "cid": "bafy1", "author": author, "record": record, "indexedAt": now}
    return view | more


def _well() -> Mapping[str, Answer]:
    return {
        _LOGIN: ok(_SESSION),
        _RENEWAL: ok(_SESSION),
        _NOTES: ok({"notifications": []}),
        f"{_XRPC}/app.bsky.feed.searchPosts": ok({"posts": []}),
        _POSTS: ok({"posts": [_view()]}),
        _PUT: ok({"uri": _OURS, "cid": "bafy2"}),
        _GET: ok({"uri": _OURS, "value": {"text": TEXT}}),
    }


WELL = Well(
    "bluesky",
    _well,
    asks={"read": _NOTES, "reply": _PUT, "find": _GET, "refresh": _POSTS},
    to=Target(external_id=_HERS, address=_HERS, url="", author_handle="mara.test", text="?"),
)


def _no(status: int, name: str, message: str = "no") -> Answer:
    return refused(status, {"error": name, "message": message})


def _reply(what: str, answer: Any, error: Any, says: str, **more: Any) -> Fault:
    return Fault("bluesky", "reply", what, answer, error, says, **more)


def _read(what: str, answer: Any, error: Any, says: str, **more: Any) -> Fault:
    return Fault("bluesky", "read", what, answer, error, says, **more)


def _much(*, reset: float = 0, **headers: str) -> Callable[[], Answer]:
    def answer() -> Answer:
        known = {"ratelimit_reset": str(int(time.time() + reset))} if reset else {}
        return refused(429, {"error": "RateLimitExceeded"}, **(known | headers))

    return answer


def _slower(what: str, answer: Callable[[], Answer], wait: float, **more: Any) -> Fault:
    return _read(what, answer, TemporaryError, "Bluesky asks us to slow down.", wait=wait, **more)


_STALE = _no(400, "ExpiredToken", "Token has expired")
_GATED = {"viewer": {"replyDisabled": True}, "threadgate": {"record": {"allow": []}}}
_ACCOUNT = [
    Fault("bluesky", call, f"{status}, {what}", _no(status, name), PausedError, says, path=_LOGIN)
    for call in ("read", "reply")
    for status, name, what, says in (
        (
            401,
            "AuthenticationRequired",
            "handle or password wrong",
            f"Bluesky does not accept our handle or our app password. {_ADMIN}",
        ),
        (
            401,
            "AuthFactorTokenRequired",
            "the account's own password with a second factor",
            "Bluesky asks for a code by mail, because BLUESKY_APP_PASSWORD is the account's own"
            " password. An admin has to make an app password and set that.",
        ),
        (
            401,
            "AccountTakedown",
            "account taken down",
            "Bluesky has taken our account down. An admin has to ask Bluesky's support.",
        ),
    )
]

FAULTS = [
    *common.of("bluesky"),
    *common.refused(
        "bluesky",
        "401",
        f"Bluesky does not let us in: HTTP 401. {_ADMIN}",
        *("read", "reply", "find", "refresh"),
    ),
    *common.refused("bluesky", "402", f"Bluesky does not let us in: HTTP 402. {_ADMIN}", "read"),
    *common.slower("bluesky", 300),
    *_ACCOUNT,
    _read(
        "400, session expired; a new one is taken",
        (_STALE, ok({"notifications": []})),
        None,
        "The session is renewed, and reading goes on.",
    ),
    _read(
        "400, every new session is taken back",
        _STALE,
        PausedError,
        f"Bluesky takes our session back at once. {_ADMIN}",
    ),
    _read(
        "400, session not valid",
        _no(400, "InvalidToken"),
        PausedError,
        f"Bluesky does not accept our session. {_ADMIN}",
    ),
    _read(
        "400, bad query",
        _no(400, "InvalidRequest", "No such thing"),
        PausedError,
        "Bluesky refuses to be read: No such thing.",
    ),
    _read("403", _no(403, "Forbidden"), PausedError, f"Bluesky does not let us in: no. {_ADMIN}"),
    _read("404", _no(404, "NotFound"), PausedError, "Bluesky refuses to be read: no."),
    _read("410", _no(410, "Gone"), PausedError, "Bluesky refuses to be read: no."),
    _read(
        "502, the server behind it is down", _no(502, "UpstreamFailure"), TemporaryError, _TROUBLE
    ),
    _slower("429, reset 4 minutes away", _much(reset=240), 240),
    _slower(
        "429, reset and Retry-After: the later counts", _much(reset=240, retry_after="10"), 240
    ),
    _slower("429, Retry-After", _much(retry_after="33"), 33),
    _slower(
        "429, headers that are no numbers", _much(ratelimit_reset="soon", retry_after="-"), 300
    ),
    _slower("429, too many logins", _much(reset=240), 240, path=_LOGIN),
    *(
        _read(f"notifications that are {what}", ok(body), TemporaryError, _TROUBLE)
        for what, body in (
            ("null", {"notifications": None}),
            ("missing", {}),
            ("without a time", {"notifications": [{"uri": _HERS}]}),
            ("dated “?”", {"notifications": [{"uri": _HERS, "indexedAt": "?"}]}),
        )
    ),
    _reply(
        "400, session expired; a new one is taken",
        (_STALE, ok({"uri": _OURS})),
        None,
        "The session is renewed, and the reply is sent.",
    ),
    _reply(
        "400, this very reply is there already",
        _no(400, "InvalidSwap"),
        None,
        "It counts as sent: the record's key was chosen before the first attempt.",
    ),
    _reply(
        "400, bad record",
        _no(400, "InvalidRequest", "Invalid record"),
        RejectedError,
        "Bluesky refuses the reply: Invalid record.",
    ),
    _reply(
        "400, more than 300 characters",
        _no(400, "InvalidRequest", "grapheme too big (maximum 300, got 301) at $.record.text"),
        RejectedError,
        "Bluesky says that the text is too long.",
    ),
    _reply(
        "400, more than 3,000 bytes",
        _no(400, "InvalidRequest", "string too big (maximum 3000, got 3025) at $.record.text"),
        RejectedError,
        "Bluesky says that the text is too long.",
    ),
    _reply("400, blocked by the author", _no(400, "BlockedByActor"), GoneError, _HIDDEN),
    _reply(
        "400, account deactivated",
        _no(400, "AccountDeactivated"),
        PausedError,
        "Our account at Bluesky is deactivated. An admin has to activate it there.",
    ),
    _reply(
        "401, account taken down",
        _no(401, "AccountTakedown"),
        PausedError,
        "Bluesky has taken our account down. An admin has to ask Bluesky's support.",
    ),
    _reply("403", _no(403, "Forbidden"), PausedError, f"Bluesky does not let us in: no. {_ADMIN}"),
    _reply(
        "404 of a gateway",
        refused(404, "<html>"),
        RejectedError,
        "Bluesky refuses the reply: HTTP 404.",
    ),
    _reply("410", _no(410, "Gone"), RejectedError, "Bluesky refuses the reply: no."),
    _reply(
        "413",
        _no(413, "PayloadTooLarge"),
        RejectedError,
        "Bluesky says that the reply is too long.",
    ),
    _reply(
        "502, the server behind it is down", _no(502, "UpstreamFailure"), UncertainError, _IN_DOUBT
    ),
    _reply(
        "a 200 with another record's address",
        ok({"uri": "at://somebody/else/1"}),
        UncertainError,
        _IN_DOUBT,
    ),
    _reply(
        "the post is gone when we look before sending",
        ok({"posts": []}),
        GoneError,
        _HIDDEN,
        path=_POSTS,
    ),
    _reply(
        "the thread is closed when we look before sending",
        ok({"posts": [_view(**_GATED)]}),
        RejectedError,
        "The author lets nobody reply.",
        path=_POSTS,
    ),
    *(
        _reply(f"looking before sending: {what}", answer, TemporaryError, _TROUBLE, path=_POSTS)
        for what, answer in (
            ("502", refused(502, {})),
            ("posts that are missing", ok({})),
            ("a post that is null", ok({"posts": [None]})),
        )
    ),
    Fault(
        "bluesky",
        "find",
        "400, there is no such record",
        _no(400, "RecordNotFound", "Could not locate record"),
        None,
        "It is not out, which is certain here.",
    ),
    Fault(
        "bluesky",
        "find",
        "400, bad query",
        _no(400, "InvalidRequest", "No such thing"),
        PausedError,
        "Bluesky refuses to be read: No such thing.",
    ),
    Fault(
        "bluesky", "refresh", "a post that is null", ok({"posts": [None]}), TemporaryError, _TROUBLE
    ),
]

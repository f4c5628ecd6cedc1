"""X's faults. What it says is as people have reported it; no codes come with its refusals.

Sources: https://docs.x.com/x-api/fundamentals/response-codes-and-errors; akrherz/iembot#163 and
plhery/node-twitter-api-v2#469 (duplicate), gptme/gptme-contrib#811 (not mentioned),
nminaya/grammar-nazi-bot#221 and #592 (restricted, access), tryethernal/ethernal#1314 (credits),
plhery/node-twitter-api-v2#583 (invalid request), all on GitHub.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

from bot.sandbox.square import BRAND_ID
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

_MENTIONS = f"/x/2/users/{BRAND_ID}/mentions"
_OWN = f"/x/2/users/{BRAND_ID}/tweets"
_POSTS = "/x/2/tweets"
_NOTHING: dict[str, Any] = {"meta": {"result_count": 0}}
_ADMIN = "An admin has to look at the app in X's developer portal."
_KEYS = f"X does not accept our keys any more. {_ADMIN}"
_CREDITS = f"Our account at X has no credits left. {_ADMIN}"
_BUSY = "X asks us to slow down."
_PLAN = (
    "You currently have access to a subset of X API V2 endpoints and limited v1.1 endpoints"
    " (e.g. media post, oauth) only."
)


def _well() -> Mapping[str, Answer]:
    search = "/x/2/tweets/search/recent"
    return dict.fromkeys((_MENTIONS, search, _OWN), ok(_NOTHING)) | {_POSTS: ok({"data": []})}


WELL = Well(
    "x",
    _well,
    asks={"read": _MENTIONS, "reply": _POSTS, "find": _OWN, "refresh": _POSTS},
    to=Target(external_id="5", address="5", url="", author_handle="mara", text=""),
)


def _no(status: int, detail: str, title: str = "Forbidden") -> Answer:
    body = {"detail": detail, "type": "about:blank", "title": title, "status": status}
    return refused(status, body)


def _old_no(status: int, message: str, code: int) -> Answer:
    return refused(status, {"errors": [{"message": message, "code": code}]})


def _much(**more: str) -> Callable[[], Answer]:
    """Resets are told as seconds from now."""
    body = {"title": "Too Many Requests", "detail": "Too Many Requests", "status": 429}

    def answer() -> Answer:
        made = {
            name: str(int(time.time()) + int(value)) if name.endswith("reset") else value
            for name, value in more.items()
        }
        return refused(429, body, **made)

    return answer


_TWICE = _no(403, "You are not allowed to create a Tweet with duplicate content.")
_OURS = {
    "data": [
        {
            "id": "60",
            "author_id": str(BRAND_ID),
            "text": f"@mara {TEXT}",
            "referenced_tweets": [{"type": "replied_to", "id": "5"}],
        }
    ],
    "meta": {"result_count": 1},
}


def _read(what: str, answer: Any, error: Any, says: str, **more: Any) -> Fault:
    return Fault("x", "read", what, answer, error, says, **more)


def _reply(what: str, answer: Any, error: Any, says: str, **more: Any) -> Fault:
    return Fault("x", "reply", what, answer, error, says, **more)


FAULTS = [
    *common.of("x"),
    *common.refused("x", "401", _KEYS, "read", "reply", "find", "refresh"),
    *common.refused("x", "402", _CREDITS, "read", "reply", "find", "refresh"),
    *common.slower("x", 900),
    _read(
        "400, a field that X has renamed",
        refused(400, {"errors": [{"message": "invalid value 'referenced_tweets.id'"}]}),
        PausedError,
        f"X refuses to be read: invalid value 'referenced_tweets.id'. {_ADMIN}",
    ),
    _read(
        "403, the app's access does not cover it",
        _old_no(403, _PLAN, 453),
        PausedError,
        f"X refuses to be read: {_PLAN} {_ADMIN}",
    ),
    _read("404", refused(404, ""), PausedError, f"X refuses to be read: HTTP 404. {_ADMIN}"),
    _read("410", refused(410, ""), PausedError, f"X refuses to be read: HTTP 410. {_ADMIN}"),
    _read(
        "429, reset 20 seconds away", _much(x_rate_limit_reset="20"), TemporaryError, _BUSY, wait=60
    ),
    _read(
        "429, reset 7 minutes away",
        _much(x_rate_limit_reset="420"),
        TemporaryError,
        _BUSY,
        wait=420,
    ),
    _read(
        "429, the month's reading is used up",
        refused(429, {"type": "https://api.twitter.com/2/problems/usage-capped"}),
        PausedError,
        f"The month's reading at X is used up. {_ADMIN}",
    ),
    _read(
        "errors and no posts",
        ok({"errors": [{"title": "Not Found Error"}]}),
        TemporaryError,
        "X has trouble of its own at the moment.",
    ),
    _reply(
        "400, bad request",
        refused(400, {"errors": [{"message": "$.reply is wrong."}], "title": "Invalid Request"}),
        RejectedError,
        "X refuses it: $.reply is wrong.",
    ),
    _reply("400 without words", refused(400, "no"), RejectedError, "X refuses it: HTTP 400."),
    _reply(
        "403, the same text went out before, under another post",
        _TWICE,
        RejectedError,
        "X takes no text twice, and this one went out before. Change a few words and send again.",
    ),
    _reply(
        "403, the same text, after an attempt without answer",
        _TWICE,
        None,
        "X has this very reply; it is found among our posts and counts as sent.",
        also={_OWN: ok(_OURS)},
    ),
    _reply(
        "403, the same text, and our posts cannot be read now",
        _TWICE,
        TemporaryError,
        "X has trouble of its own at the moment.",
        also={_OWN: refused(503, "")},
    ),
    _reply(
        "403, the author did not mention us",
        _no(
            403,
            "Reply to this conversation is not allowed because you have not been mentioned or"
            " otherwise engaged by the author of the post you are replying to.",
        ),
        RejectedError,
        "X lets programs answer only people who mention us in the post or quote one of ours."
        " You can answer on X itself.",
    ),
    _reply(
        "403, the author limits who replies",
        _old_no(403, "The original Tweet author restricted who can reply to this Tweet.", 433),
        RejectedError,
        "The author lets only some people reply.",
    ),
    _reply(
        "403, the post is deleted or hidden",
        _no(403, "You attempted to reply to a Tweet that is deleted or not visible to you."),
        GoneError,
        "The post was deleted, or its author hides it from us.",
    ),
    _reply(
        "403, the app's access does not cover it",
        _old_no(403, _PLAN, 453),
        PausedError,
        f"The app's access to X does not cover replies. {_ADMIN}",
    ),
    _reply(
        "403, the app may only read",
        _no(403, "Your client app is not configured with the appropriate oauth1 app permissions"),
        PausedError,
        f"The app may read X but not write. {_ADMIN}",
    ),
    _reply(
        "403, spending limit",
        _no(403, "Your app has reached its spend cap for this billing cycle."),
        PausedError,
        f"The app has reached its spending limit at X. {_ADMIN}",
    ),
    _reply(
        "403, account suspended",
        _no(403, "Your account is suspended and is not permitted to access this feature."),
        PausedError,
        f"X has suspended our account. {_ADMIN}",
    ),
    _reply(
        "403, account locked",
        _old_no(403, "To protect our users, your account has been temporarily locked.", 326),
        PausedError,
        "X has locked our account. An admin has to log in at X.",
    ),
    _reply(
        "403, too long",
        _no(403, "Your Tweet text is too long. For more information see the documentation."),
        RejectedError,
        "X says that the text is too long.",
    ),
    _reply(
        "403, words that we do not know",
        _no(403, "No cats allowed."),
        RejectedError,
        "X refuses it: No cats allowed.",
    ),
    _reply(
        "404", refused(404, ""), GoneError, "The post was deleted, or its author hides it from us."
    ),
    _reply("410", refused(410, {"title": "Gone."}), RejectedError, "X refuses it: Gone."),
    _reply(
        "429, reset 20 seconds away", _much(x_rate_limit_reset="20"), TemporaryError, _BUSY, wait=60
    ),
    _reply(
        "429, the day's limit is used up",
        _much(
            x_rate_limit_reset="20",
            x_user_limit_24hour_remaining="0",
            x_user_limit_24hour_reset="40000",
        ),
        TemporaryError,
        _BUSY,
        wait=40_000,
    ),
    _reply(
        "201 without the number of the reply",
        refused(201, {"data": {}}),
        UncertainError,
        "X answered with an error, so the reply may be out or not.",
    ),
    Fault(
        "x",
        "refresh",
        "400, bad request",
        _no(400, "Invalid ids.", "Invalid Request"),
        PausedError,
        f"X refuses to be read: Invalid ids. {_ADMIN}",
    ),
    Fault(
        "x",
        "find",
        "403, the app's access does not cover it",
        _old_no(403, _PLAN, 453),
        PausedError,
        f"X refuses to be read: {_PLAN} {_ADMIN}",
    ),
]

"""What X refuses, as the errors of `platforms.base`: one table for reading and one for replies.

X gives no codes with its refusals, so its words are matched; unknown words are passed on.
"""

import time
from typing import Any

import requests

from platforms._http import as_sentence, no_use
from platforms.base import GoneError, PausedError, PlatformError, RejectedError, TemporaryError

LABEL = "X"
NOT_SUMMONED = "X lets programs answer only people who mention us in the post or quote one of ours."


class SaidBeforeError(RejectedError):
    """X takes no text twice from one account, for hours, even after it was deleted."""


_HIDDEN = "The post was deleted, or its author hides it from us."
_ASK_ADMIN = "An admin has to look at the app in X's developer portal."
_PAUSES = {
    401: f"X does not accept our keys any more. {_ASK_ADMIN}",
    402: f"Our account at X has no credits left. {_ASK_ADMIN}",
}
_REPLY_REFUSALS: tuple[tuple[str, type[PlatformError], str], ...] = (
    (
        "duplicate",
        SaidBeforeError,
        "X takes no text twice, and this one went out before. Change a few words and send again.",
    ),
    ("have not been mentioned", RejectedError, f"{NOT_SUMMONED} You can answer on X itself."),
    ("deleted or not visible", GoneError, _HIDDEN),
    ("restricted who can reply", RejectedError, "The author lets only some people reply."),
    ("too long", RejectedError, "X says that the text is too long."),
    ("app permissions", PausedError, f"The app may read X but not write. {_ASK_ADMIN}"),
    ("subset of", PausedError, f"The app's access to X does not cover replies. {_ASK_ADMIN}"),
    ("suspended", PausedError, f"X has suspended our account. {_ASK_ADMIN}"),  # before "spend"
    ("spend", PausedError, f"The app has reached its spending limit at X. {_ASK_ADMIN}"),
    ("temporarily locked", PausedError, "X has locked our account. An admin has to log in at X."),
)


def refuse(response: requests.Response, *_: Any, **__: Any) -> None:
    """Raise what X refused; a hook for `requests`, so that nothing else reads the answer first."""
    if not 200 <= response.status_code < 300:
        with response:
            raise _refusal(response, write=response.request.method != "GET")


def _refusal(response: requests.Response, *, write: bool) -> PlatformError:
    status = response.status_code
    if status in _PAUSES:
        return PausedError(_PAUSES[status])
    if status == 429:
        return _too_many(response)
    if status == 408 or not 400 <= status < 500:
        return no_use(LABEL, write=write)
    said = _words(response)
    if not write:
        return PausedError(f"X refuses to be read: {said} {_ASK_ADMIN}")
    return GoneError(_HIDDEN) if status == 404 else _refused_reply(said)


def _refused_reply(said: str) -> PlatformError:
    for words, kind, sentence in _REPLY_REFUSALS:
        if words in said.lower():
            return kind(sentence)
    return RejectedError(f"X refuses it: {said}")


def _words(response: requests.Response) -> str:
    try:
        body = response.json()
        errors = body.get("errors") or [{}]
        said = errors[0].get("message") or body.get("detail") or body["title"]
    except (AttributeError, KeyError, IndexError, TypeError, requests.JSONDecodeError):
        return f"HTTP {response.status_code}."
    return as_sentence(str(said))


def _too_many(response: requests.Response) -> TemporaryError:
    if "usage-capped" in response.text:
        return PausedError(f"The month's reading at X is used up. {_ASK_ADMIN}")
    limits = [
        window
        for window in ("x-user-limit-24hour", "x-app-limit-24hour")
        if response.headers.get(f"{window}-remaining") == "0"
    ]
    resets = [response.headers.get(f"{each}-reset", "") for each in ("x-rate-limit", *limits)]
    known = [int(reset) for reset in resets if reset.isdigit()]
    wait = max(known) - time.time() if known else 900.0
    return TemporaryError("X asks us to slow down.", retry_after=max(wait, 60.0))

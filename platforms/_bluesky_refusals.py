"""What Bluesky refuses, as the errors of `platforms.base`: one table for reading and for replies.

Servers name their refusals (https://atproto.com/specs/xrpc#error-responses); where one name stands
for many things, its words are matched. Unknown words are passed on.
"""

import time
from typing import Any

from platforms._http import as_sentence
from platforms.base import (
    GoneError,
    PausedError,
    PlatformError,
    RejectedError,
    TemporaryError,
    UncertainError,
)

LABEL = "Bluesky"
HIDDEN = "The post was deleted, or its author is gone or hides it from us."
WINDOW = 300.0
"""Seconds after which Bluesky counts requests anew: https://docs.bsky.app/docs/advanced-guides/rate-limits"""
_ASK_ADMIN = "An admin has to look at BLUESKY_HANDLE and BLUESKY_APP_PASSWORD."


class StaleSessionError(PausedError):
    """The session has run out, or was taken back; there may be a new one."""


class NotLetInError(PausedError):
    """Bluesky lets us in no more, and a new login may be what is missing."""


class NotThereError(RejectedError):
    """There is no such record or handle."""


class ThereAlreadyError(RejectedError):
    """A record stands under this key already, so this write changed nothing."""


_Refusal = tuple[type[PlatformError], str]
_REFUSALS: dict[str, _Refusal] = {
    "ExpiredToken": (StaleSessionError, f"Bluesky takes our session back at once. {_ASK_ADMIN}"),
    "InvalidToken": (StaleSessionError, f"Bluesky does not accept our session. {_ASK_ADMIN}"),
    "AuthenticationRequired": (
        PausedError,
        f"Bluesky does not accept our handle or our app password. {_ASK_ADMIN}",
    ),
    "AuthFactorTokenRequired": (
        PausedError,
        "Bluesky asks for a code by mail, because BLUESKY_APP_PASSWORD is the account's own"
        " password. An admin has to make an app password and set that.",
    ),
    "AccountTakedown": (
        PausedError,
        "Bluesky has taken our account down. An admin has to ask Bluesky's support.",
    ),
    "AccountDeactivated": (
        PausedError,
        "Our account at Bluesky is deactivated. An admin has to activate it there.",
    ),
    "RecordNotFound": (NotThereError, "There is no such record at Bluesky."),
    "HandleNotFound": (NotThereError, "There is nobody of this name at Bluesky."),
    "InvalidSwap": (ThereAlreadyError, "Bluesky has this very reply already."),
    "BlockedActor": (GoneError, HIDDEN),
    "BlockedByActor": (GoneError, HIDDEN),
    "PayloadTooLarge": (RejectedError, "Bluesky says that the reply is too long."),
}
_WORDS: tuple[tuple[str, _Refusal], ...] = (
    ("grapheme too big", (RejectedError, "Bluesky says that the text is too long.")),
    ("string too big", (RejectedError, "Bluesky says that the text is too long.")),
    ("unable to resolve handle", _REFUSALS["HandleNotFound"]),
    ("could not locate record", _REFUSALS["RecordNotFound"]),
)


def refusal(error: Exception, *, write: bool) -> PlatformError:
    """Class what atproto or httpx raised; only what never left is surely not carried out."""
    import httpx  # noqa: PLC0415 - comes with atproto, which is loaded when it is needed

    response = getattr(error, "response", None)
    if response is not None and hasattr(response, "status_code"):
        return _of_answer(response, write=write)
    cause = error if isinstance(error, httpx.HTTPError) else error.__cause__
    unconnected = httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout | httpx.ProxyError
    if isinstance(cause, unconnected):
        return TemporaryError(f"{LABEL} could not be reached.")
    if isinstance(cause, httpx.HTTPError):
        if write:
            return UncertainError(f"{LABEL} did not answer, so the reply may be out or not.")
        return TemporaryError(f"{LABEL} did not answer.")
    return no_use(write=write)


def no_use(*, write: bool) -> PlatformError:
    """Class an answer that cannot be used: a 5xx, or what is not the JSON it should be."""
    if write:
        return UncertainError(f"{LABEL} answered with an error, so the reply may be out or not.")
    return TemporaryError(f"{LABEL} has trouble of its own at the moment.")


def _of_answer(response: Any, *, write: bool) -> PlatformError:
    status: int = response.status_code
    if status == 429:
        return _too_many(response.headers)
    if status == 408 or not 400 <= status < 500:
        return no_use(write=write)
    name = str(getattr(response.content, "error", None) or "")
    said = str(getattr(response.content, "message", None) or name or f"HTTP {status}")
    if known := _known(name, said.lower()):
        kind, sentence = known
        return kind(sentence)
    if status in {401, 402, 403}:
        return NotLetInError(f"Bluesky does not let us in: {as_sentence(said)} {_ASK_ADMIN}")
    if write:
        return RejectedError(f"Bluesky refuses the reply: {as_sentence(said)}")
    return PausedError(f"Bluesky refuses to be read: {as_sentence(said)}")


def _known(name: str, said: str) -> _Refusal | None:
    return next((known for words, known in _WORDS if words in said), _REFUSALS.get(name))


def _too_many(headers: dict[str, str]) -> TemporaryError:
    """Wait till the later of what the two headers say; one comes without the other."""
    after, reset = headers.get("retry-after", ""), headers.get("ratelimit-reset", "")
    waits = [float(after)] if after.isdigit() else []
    waits += [int(reset) - time.time()] if reset.isdigit() else []
    wait = max(waits, default=WINDOW)
    return TemporaryError("Bluesky asks us to slow down.", retry_after=max(wait, 1.0))

"""What a Mastodon server refuses, as the errors of `platforms.base`: for reading and for replies.

Servers answer `{"error": "…"}` (https://docs.joinmastodon.org/entities/Error/) in words of their
own, and GoToSocial in others, so the status decides and the words are passed on.
"""

import time
from datetime import UTC, datetime

import requests

from platforms._http import as_sentence, no_use, retry_after
from platforms.base import GoneError, PausedError, PlatformError, RejectedError, TemporaryError

LABEL = "Mastodon"
HIDDEN = "The post was deleted, or its author hides it from us."
_ASK_ADMIN = "An admin has to look at MASTODON_URL and MASTODON_ACCESS_TOKEN."
_TOKEN_REFUSED = f"Mastodon does not accept our access token any more. {_ASK_ADMIN}"
_NARROW_TOKEN = (
    "The access token may not do this. An admin has to make one with read and write:statuses."  # noqa: S105 - a sentence
)
_ACCOUNT_TROUBLE = ("login", "suspended", "disabled", "pending", "confirm")


class NotThereError(PausedError):
    """What was to be read is not there. Of a single post it says that the post is gone."""


def refuse(response: requests.Response, *_: object, **__: object) -> None:
    """Raise what the server refused; a hook for `requests`, so nothing else reads it first."""
    if not 200 <= response.status_code < 300:
        with response:
            raise _refusal(response, write=response.request.method != "GET")


def _refusal(response: requests.Response, *, write: bool) -> PlatformError:
    status = response.status_code
    if 300 <= status < 400:
        return PausedError(f"The Mastodon server has moved to another address. {_ASK_ADMIN}")
    if status == 429:
        return TemporaryError("Mastodon asks us to slow down.", retry_after=_wait(response))
    if status == 401:
        return PausedError(_TOKEN_REFUSED)
    if status == 408 or not 400 <= status < 500:
        return no_use(LABEL, write=write)
    return _refused_reply(status, _words(response)) if write else _refused_reading(response)


def _refused_reading(response: requests.Response) -> PlatformError:
    kind = NotThereError if response.status_code in {404, 410} else PausedError
    return kind(f"Mastodon refuses to be read: {_words(response)} {_ASK_ADMIN}")


def _refused_reply(status: int, said: str) -> PlatformError:
    if status in {404, 410}:
        return GoneError(HIDDEN)
    if status == 403 and "scope" in said.lower():
        return PausedError(_NARROW_TOKEN)
    if status in {402, 403} and any(word in said.lower() for word in _ACCOUNT_TROUBLE):
        return PausedError(f"Mastodon has closed our account: {said} {_ASK_ADMIN}")
    return RejectedError(f"Mastodon refuses it: {said}")


def _words(response: requests.Response) -> str:
    try:
        return as_sentence(str(response.json()["error"]))
    except (KeyError, TypeError, requests.JSONDecodeError):
        return f"HTTP {response.status_code}."


def _wait(response: requests.Response) -> float:
    """Seconds until the limit is lifted: Mastodon gives a date, GoToSocial Unix seconds."""
    reset = response.headers.get("x-ratelimit-reset", "")
    try:
        until = float(reset) if reset.isdigit() else _moment(reset).timestamp()
    except ValueError:
        return retry_after(response) or 300.0  # limits are counted over five minutes
    return min(max(until - time.time(), 10.0), 86_400.0)


def _moment(iso: str) -> datetime:
    at = datetime.fromisoformat(iso)
    return at.replace(tzinfo=at.tzinfo or UTC)

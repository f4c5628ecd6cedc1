"""The wire to Reddit under praw: one attempt for each request, no sleeping, refusals classed.

Left alone, prawcore sends a POST up to three times and sleeps up to ten minutes before a request.
Whether and when to try again is decided above this package, so both are kept from happening here.
"""

import re
import time
from typing import Any
from urllib.parse import urlsplit

import requests

from platforms._http import Wire, as_sentence, no_answer, no_use, retry_after
from platforms.base import GoneError, PausedError, PlatformError, RejectedError, TemporaryError

LABEL = "Reddit"
_SLOWER = "Reddit asks us to slow down."
_LIMITS = ("x-ratelimit-remaining", "x-ratelimit-reset", "x-ratelimit-used")
_ASK_ADMIN = "An admin has to look at the REDDIT_ settings and at the app in Reddit's preferences."
LOGIN_REFUSED = f"Reddit does not accept our login any more. {_ASK_ADMIN}"
_NARROW_TOKEN = (
    "Our login at Reddit may not do this. An admin has to make a token with the scopes identity,"  # noqa: S105 - a sentence
    " read, privatemessages, submit, edit and history."
)
_UNIT_SECONDS = {"millisecond": 0, "second": 1, "minute": 60, "hour": 3600}
_UNKNOWN_WAIT = 600.0
_WRITES = ("/api/comment", "/api/editusertext", "/api/del")
_REPLY_REFUSALS: dict[str, tuple[type[PlatformError], str]] = {
    # https://github.com/reddit-archive/reddit/blob/master/r2/r2/lib/errors.py
    "DELETED_COMMENT": (GoneError, "The comment was deleted."),
    "DELETED_LINK": (GoneError, "The post was deleted."),
    "THREAD_LOCKED": (RejectedError, "The thread is locked: nobody can answer there any more."),
    "TOO_OLD": (RejectedError, "The thread is archived: nobody can answer there any more."),
    "USER_BLOCKED": (RejectedError, "The author has blocked our account."),
    "SUBREDDIT_NOTALLOWED": (RejectedError, "Our account may not post in this community."),
    "TOO_LONG": (RejectedError, "Reddit says that the text is too long."),
    "NO_TEXT": (RejectedError, "Reddit says that the reply is empty."),
    "USER_REQUIRED": (PausedError, LOGIN_REFUSED),
}


class OneAttempt(requests.Session):
    """A session that raises PlatformError for all that praw would repeat or stumble over."""

    def __init__(self, timeout: tuple[float, float]) -> None:
        super().__init__()
        self.mount("https://", Wire(timeout=timeout))
        self.mount("http://", Wire(timeout=timeout))
        self.write_left = False
        """Whether a comment, or a change of one, left since this was last set to False."""
        self._free_at = 0.0

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        wait = self._free_at - time.monotonic()
        if wait > 0:
            raise TemporaryError(_SLOWER, retry_after=wait)
        path = urlsplit(request.url or "").path.rstrip("/")
        write = request.method == "POST" and path.endswith(_WRITES)
        self.write_left = self.write_left or write
        try:
            response = super().send(request, **kwargs)
        except requests.RequestException as error:
            raise no_answer(LABEL, error, write=write) from error
        self._note_limits(response)
        if refused := _refusal(response, write=write):
            raise refused
        return response

    def _note_limits(self, response: requests.Response) -> None:
        """Remember when to go on, and hide the figures from prawcore, which would sleep on them."""
        remaining, reset, _ = (_number(response.headers.pop(name, "")) for name in _LIMITS)
        if remaining is not None and remaining < 1:
            self._free_at = time.monotonic() + (reset or 60.0)


def said_no(errors: list[Any], *, write: bool) -> PlatformError:
    """Class praw's RedditErrorItems by the one that says most; there is always one."""
    told = {each.error_type: each.message or each.error_type for each in errors}
    code = next(
        (each for each in ("RATELIMIT", *_REPLY_REFUSALS) if each in told), next(iter(told))
    )
    words = as_sentence(told[code])
    if code == "RATELIMIT":
        return TemporaryError("Reddit lets us write again later.", retry_after=_wait_in(words))
    if not write:
        return PausedError(f"Reddit refuses to be read: {words} {_ASK_ADMIN}")
    kind, sentence = _REPLY_REFUSALS.get(code, (RejectedError, f"Reddit refuses it: {words}"))
    return kind(sentence)


def _refusal(response: requests.Response, *, write: bool) -> PlatformError | None:
    status = response.status_code
    if status == 429:
        return TemporaryError(_SLOWER, retry_after=retry_after(response) or 60.0)
    if status == 408 or status >= 500:
        return no_use(LABEL, write=write)
    if status < 400 or _has_reason(response):
        return None  # praw tells what it says
    if "insufficient_scope" in response.headers.get("www-authenticate", ""):
        return PausedError(_NARROW_TOKEN)
    if status == 401 or response.url.endswith("/access_token"):
        return PausedError(LOGIN_REFUSED)
    return _refused_write(response) if write else _refused_reading(response)


def _refused_reading(response: requests.Response) -> PlatformError:
    where = urlsplit(response.url).path
    return PausedError(
        f"Reddit refuses to show {where} (HTTP {response.status_code}). {_ASK_ADMIN}"
    )


def _refused_write(response: requests.Response) -> PlatformError:
    if urlsplit(response.url).path.rstrip("/").endswith("/api/comment"):
        return _refused_reply(response.status_code)
    return RejectedError("Reddit changes it no more: it is deleted, or a moderator removed it.")


def _refused_reply(status: int) -> PlatformError:
    if status == 404:
        return GoneError("The post cannot be seen any more.")
    if status == 403:
        return RejectedError(
            "Reddit does not let our account answer there: the community is private, quarantined or"
            " banned us, or the thread is locked."
        )
    return RejectedError(f"Reddit refuses the reply (HTTP {status}).")


def _has_reason(response: requests.Response) -> bool:
    return response.status_code == 400 and '"reason"' in response.text


def _wait_in(words: str) -> float:
    """Read "try again in 9 minutes"; the minutes are rounded down, and may be in any language."""
    found = re.search(r"(\d+) (millisecond|second|minute|hour)", words)
    if not found:
        return _UNKNOWN_WAIT
    unit = _UNIT_SECONDS[found[2]]
    return float(int(found[1]) * unit + max(unit, 1))


def _number(said: str) -> float | None:
    try:
        return float(said)
    except ValueError:
        return None

"""What adapters over `requests` share: requests that end, and what a missing answer means.

Not a platform (its name starts with `_`), and no place for what only one platform does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies
from urllib3.exceptions import NewConnectionError

from platforms.base import PlatformError, TemporaryError, UncertainError

TIMEOUT = (5.0, 30.0)
"""Seconds to connect, and between two pieces of an answer."""


class Wire(HTTPAdapter):
    """Puts our timeout on every request and, where `base` is given, sends it there instead."""

    def __init__(self, *, base: str = "", timeout: tuple[float, float] = TIMEOUT) -> None:
        super().__init__()
        self._base = base.rstrip("/")
        self._timeout = timeout

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        if self._base:
            asked = urlsplit(request.url or "")
            query = f"?{asked.query}" if asked.query else ""
            request.url = f"{self._base}{asked.path}{query}"
            kwargs["proxies"] = get_environ_proxies(request.url)
        kwargs["timeout"] = self._timeout
        return super().send(request, *args, **kwargs)


def no_answer(label: str, error: requests.RequestException, *, write: bool) -> PlatformError:
    """Class a request that brought no answer: only what never left is surely not carried out."""
    if _never_left(error):
        return TemporaryError(f"{label} could not be reached.")
    if write:
        return UncertainError(f"{label} did not answer, so the reply may be out or not.")
    return TemporaryError(f"{label} did not answer.")


def no_use(label: str, *, write: bool) -> PlatformError:
    """Class an answer that cannot be used: a 5xx, or what is not the JSON it should be."""
    if write:
        return UncertainError(f"{label} answered with an error, so the reply may be out or not.")
    return TemporaryError(f"{label} has trouble of its own at the moment.")


@contextmanager
def usable(label: str, *, write: bool = False) -> Iterator[None]:
    """Take an answer that is not as it should be for one that cannot be used."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise no_use(label, write=write) from error


def json_of(label: str, response: requests.Response, *, write: bool) -> dict[str, Any]:
    """Return the answer's JSON object; raises TemporaryError or, for a write, UncertainError."""
    try:
        found = response.json()
    except requests.JSONDecodeError as error:
        raise no_use(label, write=write) from error
    if not isinstance(found, dict):
        raise no_use(label, write=write)
    return found


def as_sentence(said: str) -> str:
    """Return what a platform said in its own words, cut to a bearable length and ended."""
    said = said.strip()[:300]
    return said if said.endswith((".", "!", "?", "…")) else f"{said}."


def retry_after(response: requests.Response) -> float | None:
    """Seconds that the Retry-After header asks for, given as a number or as a date."""
    said = response.headers.get("retry-after", "")
    try:
        return min(max(0.0, float(said)), 86400.0)
    except ValueError:
        pass  # a date, or nothing
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return None
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _never_left(error: requests.RequestException) -> bool:
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.ProxyError):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError)  # refused, or the name is unknown

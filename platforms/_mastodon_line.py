"""How we speak with a Mastodon server: calls that end, refusals in our words, its own limits.

Mastodon.py makes the requests. What is refused is classed in a response hook
(`_mastodon_refusals`), because the library's own errors leave out when to come back.
"""

import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, ClassVar

import requests

from platforms._http import Wire, no_answer, no_use, usable
from platforms._mastodon_refusals import LABEL, refuse
from platforms.base import PlatformError

_CONFIGURATION = "/api/v2/instance"
_PATIENCE = (1.0, 2.0)
"""Seconds for the server's limits: somebody is waiting for a window in Slack to open."""
_KEPT, _KEPT_AFTER_FAILURE = 3600.0, 300.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What a post may have on a server, and what a link counts; Mastodon's own by default."""

    characters: int = 500
    link: int = 23


class Line:
    """Calls to one server as one account. Not shared by threads."""

    _limits: ClassVar[dict[str, tuple[float, Limits]]] = {}
    """By server, and until when they hold: lines live for one job only."""

    def __init__(self, url: str, token: str, *, timeout: tuple[float, float]) -> None:
        """`timeout`: seconds to connect and between two pieces of an answer."""
        self.url = url
        self._session = requests.Session()
        self._session.mount(url, Wire(timeout=timeout))
        short = (min(timeout[0], _PATIENCE[0]), min(timeout[1], _PATIENCE[1]))
        self._session.mount(f"{url}{_CONFIGURATION}", Wire(timeout=short))
        self._session.hooks["response"].append(refuse)
        self._client = _client(url, token, self._session)
        self._me: Mapping[str, Any] | None = None

    def my_id(self) -> str:
        self._me = self._me or self.ask("account_verify_credentials")
        return str(self._me["id"])

    def limits(self) -> Limits:
        """Return the server's limits; when it does not tell, what was known or is usual."""
        until, limits = self._limits.get(self.url, (0.0, Limits()))
        if until > time.monotonic():
            return limits
        try:
            said = self.ask("instance_v2")["configuration"]["statuses"]
            limits = Limits(int(said["max_characters"]), int(said["characters_reserved_per_url"]))
            until = time.monotonic() + _KEPT
        except (PlatformError, LookupError, TypeError, ValueError):
            until = time.monotonic() + _KEPT_AFTER_FAILURE
        self._limits[self.url] = until, limits
        return limits

    def ask(self, method: str, *args: Any, write: bool = False, **kwargs: Any) -> Any:
        """Call the library's `method`; raises one of the contract's errors, or NotThereError."""
        import mastodon  # noqa: PLC0415 - only when Mastodon is switched on

        try:
            return getattr(self._client, method)(*args, **kwargs)
        except mastodon.MastodonNetworkError as error:
            cause = error.__context__  # the library wraps whatever happened during the request
            if isinstance(cause, PlatformError):
                raise cause from None
            if isinstance(cause, requests.RequestException):
                raise no_answer(LABEL, cause, write=write) from error
            raise no_use(LABEL, write=write) from error
        except (mastodon.MastodonError, ValueError) as error:
            raise no_use(LABEL, write=write) from error

    def close(self) -> None:
        self._session.close()


def shaped(*, write: bool = False) -> AbstractContextManager[None]:
    """Take an answer that is not as it should be for one that cannot be used."""
    return usable(LABEL, write=write)


def _client(url: str, token: str, session: requests.Session) -> Any:
    import mastodon  # noqa: PLC0415 - only when Mastodon is switched on

    client = mastodon.Mastodon(
        access_token=token,
        api_base_url=url,
        ratelimit_method="throw",
        request_timeout=_PATIENCE[1],  # the session's adapters know better
        version_check_mode="none",
        mastodon_version="4.3.0",  # given, so that the library does not ask the server
        session=session,
    )
    # It checks for the search even so, and overlooks the version that it was given.
    client.mastodon_major, client.mastodon_minor = 4, 3
    return client

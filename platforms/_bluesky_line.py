"""How we speak with Bluesky: one session an account, requests that end, refusals in our words.

atproto sends and classes requests; its typed methods are passed by, because they refuse a whole
page, and every later round with it, when one record in it is odd.
"""

import threading
import time
from dataclasses import dataclass, field
from typing import Any, ClassVar

from platforms._bluesky_refusals import NotLetInError, StaleSessionError, no_use, refusal
from platforms.base import PausedError

Json = dict[str, Any]
REFUSED_FOR = 600.0
"""Seconds for which a refused login is not tried again; a new password comes with a new start."""


@dataclass(frozen=True, slots=True)
class Session:
    """What a login gave. `home`: the server that holds the account, which may not be the first."""

    did: str
    access: str = field(repr=False)
    refresh: str = field(repr=False)
    home: str


class _Account:
    """One account's session, which all threads of the process share."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.session: Session | None = None
        self.refused = ""
        self.refused_until = 0.0


class Line:
    """Calls to Bluesky as one account. Not shared by threads, but its session is.

    Adapters live for one job, and a login is limited to 30 in five minutes and 300 a day
    (https://docs.bsky.app/docs/advanced-guides/rate-limits). So a session outlives them: it is
    kept for the process by what one logs in with, and renewed by its refresh token.
    """

    _accounts: ClassVar[dict[tuple[str, str, str], _Account]] = {}

    def __init__(
        self, url: str, handle: str, password: str, *, timeout: tuple[float, float]
    ) -> None:
        """`timeout`: seconds to connect and between two pieces of an answer."""
        self._url, self._handle, self._password = url, handle, password
        self._timeout = timeout
        self._account = self._accounts.setdefault((url, handle, password), _Account())
        self._client: Any = None

    @property
    def did(self) -> str:
        """Our account's lasting name."""
        return self._session().did

    def get(self, method: str, **params: Any) -> Json:
        """Ask; raises what `platforms.base` knows for reading."""
        given = {name: value for name, value in params.items() if value is not None}
        return self._call("get", method, params=given)

    def write(self, method: str, body: Json) -> Json:
        """Have something done; raises what `platforms.base` knows for replies."""
        return self._call("post", method, write=True, json=body)

    def close(self) -> None:
        if self._client is not None:
            self._client.close()

    def _call(self, verb: str, method: str, **what: Any) -> Json:
        """A stale session is refused before anything is done, so a write may follow a new one."""
        session = self._session()
        try:
            try:
                return self._send(verb, session.home, method, session.access, **what)
            except StaleSessionError:
                session = self._renewed(session)
                return self._send(verb, session.home, method, session.access, **what)
        except NotLetInError:
            self._forget(session)
            raise

    def _session(self) -> Session:
        with self._account.lock:
            if self._account.session is None:
                self._account.session = self._log_in()
            return self._account.session

    def _renewed(self, old: Session) -> Session:
        """Return a newer session than `old`: another thread may have it already."""
        with self._account.lock:
            if self._account.session is None or self._account.session is old:
                self._account.session = self._refresh(old)
            return self._account.session

    def _forget(self, session: Session) -> None:
        with self._account.lock:
            if self._account.session is session:
                self._account.session = None

    def _refresh(self, old: Session) -> Session:
        method = "com.atproto.server.refreshSession"
        try:
            return _opened(self._send("post", old.home, method, old.refresh), home=old.home)
        except StaleSessionError:
            return self._log_in()

    def _log_in(self) -> Session:
        account = self._account
        if time.monotonic() < account.refused_until:
            raise PausedError(account.refused)
        body = {"identifier": self._handle, "password": self._password}
        try:
            answer = self._send("post", self._url, "com.atproto.server.createSession", json=body)
        except PausedError as error:
            account.refused, account.refused_until = str(error), time.monotonic() + REFUSED_FOR
            raise
        return _opened(answer, home=self._url)

    def _send(
        self,
        verb: str,
        home: str,
        method: str,
        token: str = "",
        *,
        write: bool = False,
        **what: Any,
    ) -> Json:
        import httpx  # noqa: PLC0415 - comes with atproto
        from atproto_core.exceptions import AtProtocolError  # noqa: PLC0415 - slow to load

        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            ask = getattr(self._request(), verb)
            answer = ask(url=f"{home}/xrpc/{method}", headers=headers, **what)
        except (AtProtocolError, httpx.HTTPError, ValueError) as error:
            raise refusal(error, write=write) from error
        if not isinstance(answer.content, dict):
            raise no_use(write=write)
        return answer.content

    def _request(self) -> Any:
        if self._client is None:
            import httpx  # noqa: PLC0415 - comes with atproto
            from atproto_client.request import Request  # noqa: PLC0415 - slow to load

            connect, read = self._timeout
            self._client = Request(timeout=httpx.Timeout(read, connect=connect))
        return self._client


def _opened(answer: Json, *, home: str) -> Session:
    """Read a session; where the account is held elsewhere, its document tells where."""
    from atproto_core.did_doc import DidDocument, is_valid_did_doc  # noqa: PLC0415 - slow to load

    document = answer.get("didDoc")
    if document and is_valid_did_doc(document):
        home = DidDocument.from_dict(document).get_pds_endpoint() or home
    try:
        return Session(answer["did"], answer["accessJwt"], answer["refreshJwt"], home.rstrip("/"))
    except KeyError as error:
        raise no_use(write=False) from error

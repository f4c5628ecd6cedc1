"""How the stand-in reaches the bot: signed HTTP, or Socket Mode. Both wait for an acknowledgement.

Signing: docs.slack.dev/authentication/verifying-requests-from-slack. Requests are signed with the
machine's own time, whatever the stand-in's clock says, because the bot checks it against its own.
"""

import hashlib
import hmac
import http.client
import json
import threading
import time
import urllib.parse
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

from bot.sandbox.records import Json

ACK_SECONDS = 3.0

Kind = Literal["interactive", "slash_commands", "events_api"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One thing to tell the bot; `attempt` counts the repeats of an event, from 0."""

    kind: Kind
    payload: Json
    attempt: int = 0
    reason: str = ""
    envelope_id: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """What the bot answered. `error` is "" for an acknowledgement in time.

    `body` is parsed JSON, a string, or None when there was none. status 0: no answer at all.
    """

    status: int
    body: Any
    seconds: float
    error: str = ""


class Door(Protocol):
    def deliver(self, delivery: Delivery, *, seconds: float = ACK_SECONDS) -> Answered:
        """Send, and wait at most `seconds` for the acknowledgement."""

    def replay(self) -> Answered:
        """Send the last delivery again, byte for byte."""


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Sign a body as Slack does: v0= and the hex HMAC-SHA256 of `v0:timestamp:body`."""
    signed = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


class HttpDoor:
    """Posts signed requests to the bot's address, one connection each."""

    def __init__(
        self, url: str, signing_secret: str, *, clock: Callable[[], float] = time.time
    ) -> None:
        self.url = url
        self._secret = signing_secret
        self._clock = clock
        self._last: tuple[bytes, dict[str, str]] | None = None

    def deliver(self, delivery: Delivery, *, seconds: float = ACK_SECONDS) -> Answered:
        kind, body = _encoded(delivery)
        timestamp = str(int(self._clock()))
        headers = {
            "Content-Type": kind,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(self._secret, timestamp, body),
        }
        if delivery.attempt:
            headers["X-Slack-Retry-Num"] = str(delivery.attempt)
            headers["X-Slack-Retry-Reason"] = delivery.reason
        self._last = (body, headers)
        return self._post(body, headers, seconds)

    def replay(self) -> Answered:
        if self._last is None:
            raise LookupError("Nothing was sent yet that could be sent again.")
        return self._post(*self._last, ACK_SECONDS)

    def _post(self, body: bytes, headers: dict[str, str], seconds: float) -> Answered:
        url = urllib.parse.urlsplit(self.url)
        connection = http.client.HTTPConnection(url.netloc, timeout=seconds)
        begun = time.perf_counter()
        try:
            connection.request("POST", url.path or "/", body, headers)
            response = connection.getresponse()
            text = response.read().decode()
        except TimeoutError:
            return Answered(0, None, time.perf_counter() - begun, "http_timeout")
        except (OSError, http.client.HTTPException):
            return Answered(0, None, time.perf_counter() - begun, "connection_failed")
        finally:
            connection.close()
        taken = time.perf_counter() - begun
        if taken > seconds:
            return Answered(response.status, None, taken, "http_timeout")
        if response.status != http.HTTPStatus.OK:
            return Answered(response.status, text, taken, "http_error")
        return Answered(response.status, _parsed(text, response), taken)


class DoublingDoor:
    """A door that sends the next delivery two times at once, and is itself again afterwards."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self._armed = threading.Event()
        self.doubled: list[Answered] = []

    def arm(self) -> None:
        self._armed.set()

    def deliver(self, delivery: Delivery, *, seconds: float = ACK_SECONDS) -> Answered:
        if not self._armed.is_set():
            return self.door.deliver(delivery, seconds=seconds)
        self._armed.clear()
        delivery = replace(delivery, envelope_id=str(uuid.uuid4()))
        second = threading.Thread(
            target=lambda: self.doubled.append(self.door.deliver(delivery, seconds=seconds))
        )
        second.start()
        first = self.door.deliver(delivery, seconds=seconds)
        second.join()
        return first

    def replay(self) -> Answered:
        return self.door.replay()


def _encoded(delivery: Delivery) -> tuple[str, bytes]:
    form = "application/x-www-form-urlencoded"
    match delivery.kind:
        case "events_api":
            return "application/json", json.dumps(delivery.payload).encode()
        case "slash_commands":
            return form, urllib.parse.urlencode(delivery.payload).encode()
        case "interactive":
            text = json.dumps(delivery.payload)
            return form, urllib.parse.urlencode({"payload": text}).encode()


def _parsed(text: str, response: http.client.HTTPResponse) -> Any:
    if not text:
        return None
    if "json" in (response.getheader("Content-Type") or ""):
        return json.loads(text)
    return text

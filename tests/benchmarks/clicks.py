"""Clicks on Claim as Slack sends them, signed beforehand, and how long their answers take."""

import http.client
import json
import math
import threading
import time
import urllib.parse
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.sandbox.door import ACK_SECONDS, Answered, Delivery, signature
from bot.slack import ids
from bot.web import SLACK_PATH
from tests.town import Town

Signed = tuple[bytes, dict[str, str]]
"""Body and headers of a request."""


@dataclass(frozen=True, slots=True)
class Click:
    """One press of Claim by one person; `name` is what Slack calls it."""

    mention_id: int
    person: str
    name: str


class ClaimButton:
    """The button on a real card of `town`: what its Slack would send for anybody's click."""

    def __init__(self, town: Town) -> None:
        self._secret = town.slack.signing_secret
        self._payload = _payload(town)

    def signed(self, click: Click) -> Signed:
        """A request that Bolt takes for five minutes from now."""
        who = {"id": click.person, "name": click.person, "username": click.person}
        payload = self._payload | {
            "user": self._payload["user"] | who,
            "trigger_id": click.name,
            "actions": [self._payload["actions"][0] | {"value": f"{ids.CLAIM}:{click.mention_id}"}],
        }
        body = urllib.parse.urlencode({"payload": json.dumps(payload)}).encode()
        now = str(int(time.time()))
        return body, {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Slack-Request-Timestamp": now,
            "X-Slack-Signature": signature(self._secret, now, body),
        }


def press(port: int, requests: Sequence[Signed], *, clients: int) -> list[float]:
    """Send the requests over so many connections at once; the seconds until each acknowledgement.

    Infinite for one that never came.
    """
    taken: list[float] = []
    start = threading.Barrier(clients)

    def client(mine: Sequence[Signed]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ACK_SECONDS)
        start.wait()
        taken.extend([_seconds(connection, *request) for request in mine])
        connection.close()

    shares = [requests[first::clients] for first in range(clients)]
    threads = [threading.Thread(target=client, args=(mine,)) for mine in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken


def _seconds(connection: http.client.HTTPConnection, body: bytes, headers: dict[str, str]) -> float:
    begun = time.perf_counter()
    try:
        connection.request("POST", SLACK_PATH, body, headers)
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        connection.close()
        return math.inf
    taken = time.perf_counter() - begun
    return taken if answer.status == http.HTTPStatus.OK else math.inf


def _payload(town: Town) -> dict[str, Any]:
    town.post("Where is my refund, @acme? You promised it on Monday.")
    kept = _Keeps()
    town.slack.connect(kept)
    town.ben.click(town.card("billing"), ids.CLAIM)
    return kept.payload


class _Keeps:
    """A door that leads nowhere and keeps what was to go through it."""

    payload: dict[str, Any]

    def deliver(self, delivery: Delivery, *, seconds: float = ACK_SECONDS) -> Answered:
        self.payload = delivery.payload
        return Answered(200, None, 0.0)

    def replay(self) -> Answered:
        raise NotImplementedError

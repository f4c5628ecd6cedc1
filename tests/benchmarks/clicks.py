"""Clicks on Claim as Slack sends them, signed beforehand, and how long their answers take."""

import http.client
import json
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
    """Send the requests over so many connections at once; the seconds that each answer took."""
    taken: list[float] = []
    problems: list[BaseException] = []
    start = threading.Barrier(clients)

    def client(mine: Sequence[Signed]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ACK_SECONDS)
        start.wait()
        try:
            taken.extend([_seconds(connection, *request) for request in mine])
        except (OSError, http.client.HTTPException, ValueError) as error:
            problems.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=client, args=(requests[n::clients],)) for n in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise RuntimeError("A click was not acknowledged.") from problems[0]
    return taken


def _seconds(connection: http.client.HTTPConnection, body: bytes, headers: dict[str, str]) -> float:
    begun = time.perf_counter()
    connection.request("POST", SLACK_PATH, body, headers)
    answer = connection.getresponse()
    words = answer.read()
    taken = time.perf_counter() - begun
    if answer.status != http.HTTPStatus.OK:
        raise ValueError(f"{answer.status} {words.decode(errors='replace')}")
    return taken


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

"""What Slack sends, recorded and then broken: the door answers it, and nothing of ours breaks.

    python -m tests.rigs.garbage DATABASE_URL [--requests N] [--seed N]

Most are signed, so that they get as far as anything can. What is expected of each: an answer below
500, and no error in the log that nobody foresaw. Of the others, whose headers are broken, too: that
they are refused, as unreadable or as unsigned, and that Slack is called for none.
"""

import argparse
import copy
import json
import logging
import random
import sys
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import closing
from io import BytesIO
from typing import Any

import app
from bot.config import Policy
from bot.sandbox.door import ACK_SECONDS, Answered, Delivery, HttpDoor, Kind, signature
from bot.web import SLACK_PATH, make_wsgi
from tests.journeys.steps import open_modal, open_reply, send_to
from tests.rigs import lanes
from tests.rigs.findings import Findings
from tests.town import Town

PROMISE = "what comes to the web door, however broken, is answered"
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
WRONG: tuple[Any, ...] = (
    None, True, 0, -1, 2**63, 1.5, "", " ", "\0", "x" * 5000, "claim:",
    "claim:99999999999999999999", "reply:١٢", "😀", "\ud800", [], [None], {},
    {"id": None}, {"value": {}},
)  # fmt: skip

MOMENT, SIGNATURE = "HTTP_X_SLACK_REQUEST_TIMESTAMP", "HTTP_X_SLACK_SIGNATURE"
UNSIGNED = ("", " ", "abc", "1e9", "-1", "0", "9" * 5000, "\xe9", "\xb2", "v0=", "v0=\xe9")

Request = tuple[str, bytes]
"""Content type and body."""


class Recorder:
    """The door, and everything that went through it."""

    def __init__(self, door: HttpDoor) -> None:
        self._door = door
        self.heard: list[Delivery] = []

    def deliver(self, delivery: Delivery, *, seconds: float = ACK_SECONDS) -> Answered:
        self.heard.append(delivery)
        return self._door.deliver(delivery, seconds=seconds)

    def replay(self) -> Answered:
        return self._door.replay()


def record(town: Town) -> list[Delivery]:
    """One of each thing that people can do."""
    assert town.process.web is not None
    url = f"http://127.0.0.1:{town.process.web.port}{SLACK_PATH}"
    recorder = Recorder(HttpDoor(url, town.slack.signing_secret))
    town.slack.connect(recorder)
    for act in (_claim_and_reply, _send_on, _close, _look_up, _decide_who_replies):
        act(town)
    return recorder.heard


def _claim_and_reply(town: Town) -> None:
    town.post("Where is my refund, @acme?")
    town.ben.click(town.card("billing"), "claim")
    modal = open_reply(town, town.ben)
    town.ben.type(modal, "text", "text", "Sorry for")
    town.ben.submit(modal, {"text": "Sorry for the wait."})
    town.deliver()
    modal = open_modal(town, town.ana, town.card("billing"), "Add a note…")
    town.ana.submit(modal, {"text": "She called, too."})


def _send_on(town: Town) -> None:
    town.post("@acme, send me your pricing")
    send_to(town, town.ana, town.card("sales"), channel="#pr", reason="Press.")
    town.deliver()


def _close(town: Town) -> None:
    town.post("@acme is a circus")
    modal = open_modal(town, town.cat, town.card("support"), "No reply needed…")
    town.cat.submit(modal, {"verdict": "spam"})
    town.deliver()
    town.cat.react(town.card("support"), "eyes")
    town.slack.change_person("cat", real_name="Cat Nováková")


def _look_up(town: Town) -> None:
    for text in ("", "help", "open", "mine", "search refund", "from mara_k", "1", "stats"):
        town.ana.command("/mentions", text)
    town.ana.command("/departments")
    town.ana.open_home()


def _decide_who_replies(town: Town) -> None:
    town.configure(admins=(town.ana.id,))
    town.ana.command("/mentions", "policy", "general")
    town.ana.click(town.slack.ephemerals(town.ana)[-1], "policy_change")
    people = {"who": "only", "speakers": [town.ana.id]}
    chosen = {"first_replies": "1", "guests": ["yes"]} | people
    assert town.ana.submit(town.modal(town.ana), chosen).ok
    town.configure(policy=Policy())


class Breaker:
    """Breaks recorded requests by seed."""

    def __init__(self, recorded: list[Delivery], seed: int) -> None:
        # As text, which is read again more quickly than a payload is copied.
        self._recorded = [(one.kind, json.dumps(one.payload)) for one in recorded]
        self._dice = random.Random(seed)

    def requests(self, count: int) -> Iterator[Request]:
        for _ in range(count):
            yield self._request(*self._dice.choice(self._recorded))

    def _request(self, kind: Kind, recorded: str) -> Request:
        payload = json.loads(recorded)
        for _ in range(self._dice.choice((1, 1, 1, 2, 5))):
            self._break(payload)
        text = json.dumps(payload)
        if kind == "events_api":
            return JSON, self._scratch(text.encode())
        fields = payload if kind == "slash_commands" else {"payload": text}
        return FORM, self._scratch(urllib.parse.urlencode(fields, errors="replace").encode())

    def _break(self, payload: Any) -> None:
        """Change, remove or double one thing somewhere inside."""
        places = list(_places(payload))
        if not places:
            return
        inside, key = self._dice.choice(places)
        match self._dice.randrange(4):
            case 0 if isinstance(inside, dict):
                del inside[key]
            case 1:
                other, taken = self._dice.choice(places)
                inside[key] = copy.deepcopy(other[taken])
            case _:
                inside[key] = copy.deepcopy(self._dice.choice(WRONG))

    def _scratch(self, body: bytes) -> bytes:
        """Now and then the bytes themselves are torn."""
        if self._dice.random() < 0.9 or not body:
            return body
        at = self._dice.randrange(len(body))
        return self._dice.choice(
            (body[:at], body[:at] + b"\xff" + body[at:], body[at:], body * 2, b"[" * at)
        )

    def forge(self, headers: dict[str, str]) -> bool:
        """Now and then make one of the two that sign it another, or none. Whether it did."""
        if self._dice.random() < 0.9:
            return False
        name = self._dice.choice((MOMENT, SIGNATURE))
        right = headers.pop(name)
        wrong = (*UNSIGNED, right[:-1], f"{right}, {right}", f"{right}\xe9", None)
        if (chosen := self._dice.choice(wrong)) is not None:
            headers[name] = chosen
        return True


def _places(payload: Any) -> Iterator[tuple[Any, Any]]:
    pairs = payload.items() if isinstance(payload, dict) else enumerate(payload)
    for key, value in list(pairs):
        yield payload, key
        if isinstance(value, (dict, list)):
            yield from _places(value)


class Unforeseen(logging.Handler):
    """Errors that were logged: what nobody thought of."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.last: logging.LogRecord | None = None

    def emit(self, record: logging.LogRecord) -> None:
        self.last = record

    def take(self) -> str:
        record, self.last = self.last, None
        if record is None:
            return ""
        error = record.exc_info[1] if record.exc_info else None
        return f"{record.getMessage()[:100]}: {told(error)}"


def told(error: BaseException | None) -> str:
    """An error and the innermost place it came from."""
    where = error.__traceback__ if error else None
    while where and where.tb_next:
        where = where.tb_next
    place = f"{where.tb_frame.f_code.co_filename}:{where.tb_lineno}" if where else ""
    return f"{error!r:.200} at {place}"


def ask(wsgi: Callable[..., Any], request: Request, headers: dict[str, str]) -> int:
    """The status of the answer."""
    kind, body = request
    statuses: list[str] = []
    environ = {
        "REQUEST_METHOD": "POST", "PATH_INFO": SLACK_PATH, "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": kind, "CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body),
        **headers,
    }  # fmt: skip
    list(wsgi(environ, lambda status, *_: statuses.append(status)))
    return int(statuses[0].split()[0])


def signed(secret: str, body: bytes) -> dict[str, str]:
    moment = str(int(time.time()))
    return {MOMENT: moment, SIGNATURE: signature(secret, moment, body)}


def run(town: Town, *, requests: int, seed: int) -> Findings:
    begun = time.monotonic()
    heard = Unforeseen()
    found = Findings("recorded requests, broken at random, nine in ten signed")
    recorded = record(town)
    wsgi = make_wsgi(
        app.build_app(town.process.switchboard, town.process.settings), lambda: {"ok": True}
    )
    logging.getLogger().addHandler(heard)
    breaker, calls = Breaker(recorded, seed), town.slack.api.calls
    for number, request in enumerate(breaker.requests(requests)):
        problems, called = [], len(calls)
        headers = signed(town.slack.signing_secret, request[1])
        forged = breaker.forge(headers)
        try:
            status = ask(wsgi, request, headers)
            right = status in {400, 401} and len(calls) == called if forged else status < 500
            problems += [] if right else [f"lost: answered with {status} to {headers}"]
        except Exception as error:  # noqa: BLE001 (this is what the rig is there to find)
            problems.append(f"lost: {told(error)} came through the door")
        problems += [f"lost: {said}" for said in [heard.take()] if said]
        how = f"--seed {seed}, request {number}: {request[1][:300]!r}"
        found.add(PROMISE, points=1, problems=problems, how=how)
    logging.getLogger().removeHandler(heard)
    found.rows[PROMISE]["runs"] = 1
    found.seconds = time.monotonic() - begun
    return found


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("database_url")
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    lanes.prepare(chosen.database_url)
    with closing(Town(chosen.database_url)) as town:
        print(run(town, requests=chosen.requests, seed=chosen.seed).said())


if __name__ == "__main__":
    main(sys.argv[1:])

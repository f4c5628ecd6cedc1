"""The control API of the page: who does what, over HTTP. Its contract: the docstring of server.

It only translates: what a person may do stands in people, what the page shows in page_state.
"""

import asyncio
import functools
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.sandbox import page_state
from bot.sandbox.people import Person
from bot.sandbox.records import Ack, Channel, Json, Message, NotFoundError, RefusedError, View

if TYPE_CHECKING:
    from bot.sandbox.server import SlackStandIn

KEEP_ALIVE_SECONDS = 15.0
NO_NOTICE = Ack(ok=True)

Acts = Callable[[Person, Json], Ack]


class Control:
    """The routes under /sandbox/."""

    def __init__(self, standin: "SlackStandIn") -> None:
        self._standin = standin
        self._slack = standin.inside
        self._streams: set[asyncio.Task[Any]] = set()

    def routes(self) -> list[web.RouteDef]:
        acts: dict[str, Acts] = {
            "click": self._click,
            "choose": self._choose,
            "type": self._type,
            "submit": self._submit,
            "close": self._close,
            "command": self._command,
            "home": lambda person, _: person.open_home(),
            "react": self._react,
            "say": self._say,
            "read": self._read,
        }
        posts = [
            web.post(f"/sandbox/{name}", functools.partial(self._person_acts, act))
            for name, act in acts.items()
        ]
        return [
            *posts,
            web.post("/sandbox/fault", self.fault),
            web.get("/sandbox/state", self.state),
            web.get("/sandbox/thread", self.thread),
            web.get("/sandbox/events", self.events),
        ]

    async def state(self, request: web.Request) -> web.Response:
        me = self._slack.workspace.member(request.query["person"])
        name = request.query.get("channel", "")
        channel = self._channel(me.id, name) if name else None
        return web.json_response(page_state.state(self._slack, me, channel))

    async def thread(self, request: web.Request) -> web.Response:
        me = self._slack.workspace.member(request.query["person"])
        channel = self._channel(me.id, request.query["channel"])
        parent = self._slack.workspace.message(channel.id, request.query["ts"])
        return web.json_response(page_state.thread(self._slack, me, parent))

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Stream a line for every change, until the page goes away."""
        changes: asyncio.Queue[Json] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def heard(what: str, channel: str, person: str) -> None:
            change = {"what": what, "channel": channel, "person": person}
            loop.call_soon_threadsafe(changes.put_nowait, change)

        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        self._slack.workspace.watchers.append(heard)
        stream = asyncio.current_task()
        assert stream is not None
        self._streams.add(stream)
        try:
            await response.prepare(request)
            await _stream(changes, response)
        except ConnectionResetError:
            pass  # The page was closed: that is how this always ends.
        finally:
            self._streams.remove(stream)
            self._slack.workspace.watchers.remove(heard)
        return response

    async def end_streams(self, _: web.Application) -> None:
        for stream in self._streams:
            stream.cancel()

    async def fault(self, request: web.Request) -> web.Response:
        body = await _read_object(request)
        await asyncio.to_thread(self._fault, body)
        return web.json_response(asdict(NO_NOTICE))

    def _fault(self, body: Json) -> None:
        if body.get("clear"):
            self._standin.clear_faults()
        elif body.get("deliver") == "replay":
            self._standin.replay_last()
        elif body.get("deliver") == "duplicate":
            self._standin.duplicate_next()
        else:
            options = ("times", "channel", "seconds", "retry_after")
            chosen = {key: body[key] for key in options if key in body}
            self._standin.fail(body["method"], body["how"], **chosen)

    async def _person_acts(self, act: Acts, request: web.Request) -> web.Response:
        body = await _read_object(request)
        person = self._standin.person(body["person"])
        return web.json_response(asdict(await asyncio.to_thread(act, person, body)))

    def _click(self, person: Person, body: Json) -> Ack:
        return person.click(
            self._target(person, body),
            body["action_id"],
            value=body.get("value"),
            block_id=body.get("block_id"),
            stale=bool(body.get("stale")),
        )

    def _choose(self, person: Person, body: Json) -> Ack:
        target = self._target(person, body)
        return person.choose(
            target, body["action_id"], body["selected"], block_id=body.get("block_id")
        )

    def _type(self, person: Person, body: Json) -> Ack:
        view = self._view(person, body)
        return person.type(view, body["block_id"], body["action_id"], body["text"])

    def _submit(self, person: Person, body: Json) -> Ack:
        return person.submit(self._view(person, body), body.get("values"))

    def _close(self, person: Person, body: Json) -> Ack:
        return person.close(self._view(person, body), everything=bool(body.get("everything")))

    def _command(self, person: Person, body: Json) -> Ack:
        return person.command(body["command"], body.get("text", ""), body["channel"])

    def _react(self, person: Person, body: Json) -> Ack:
        message = self._slack.workspace.message(body["channel"], body["ts"])
        return person.react(message, body["name"])

    def _say(self, person: Person, body: Json) -> Ack:
        return person.say(body["channel"], body["text"], body.get("thread_ts"))

    def _read(self, person: Person, body: Json) -> Ack:
        person.read(body["channel"])
        return NO_NOTICE

    def _target(self, person: Person, body: Json) -> Message | View:
        if body.get("home") or "view" in body:
            return self._view(person, body)
        return self._slack.workspace.message(body["channel"], body["ts"])

    def _view(self, person: Person, body: Json) -> View:
        if not body.get("home"):
            return self._slack.views.view(body["view"])
        home = self._slack.views.home(person.id)
        if home is None:
            raise NotFoundError(f"{person.name} has no home to see yet.")
        return home

    def _channel(self, user: str, name: str) -> Channel:
        channel = self._slack.workspace.channel(name)
        if not self._slack.workspace.visible(channel, user):
            raise NotFoundError(f"There is no channel {name} to see.")
        return channel


@web.middleware
async def told_plainly(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Answer the page's mistakes with a status and a sentence."""
    if not request.path.startswith("/sandbox/"):
        return await handler(request)
    try:
        return await handler(request)
    except RefusedError as error:
        return _problem(409, "refused", str(error))
    except NotFoundError as error:
        return _problem(404, "not_found", str(error))
    except KeyError as error:
        return _problem(400, "bad_request", f"{error} is missing.")
    except (TypeError, ValueError) as error:
        return _problem(400, "bad_request", str(error))


async def _stream(changes: asyncio.Queue[Json], response: web.StreamResponse) -> None:
    while True:
        try:
            change = await asyncio.wait_for(changes.get(), KEEP_ALIVE_SECONDS)
        except TimeoutError:
            await response.write(b": still here\n\n")
        else:
            await response.write(f"event: changed\ndata: {json.dumps(change)}\n\n".encode())


async def _read_object(request: web.Request) -> Json:
    body: Any = json.loads(await request.read() or b"{}")
    if not isinstance(body, dict):
        raise TypeError("The body must be a JSON object.")
    return body


def _problem(status: int, error: str, notice: str) -> web.Response:
    body = asdict(Ack(ok=False, error=error, notice=notice))
    return web.json_response(body, status=status)

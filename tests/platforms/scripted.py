"""A server that gives prepared answers, for shapes that the stand-in network does not make."""

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from bot.sandbox.serve import Served

Answer = tuple[int, Any, dict[str, str]]


def ok(body: Any, **headers: str) -> Answer:
    return refused(200, body, **headers)


def dropped() -> Answer:
    """The connection closes, and nobody has said a word."""
    return 0, "", {}


def silence() -> Answer:
    """Nothing comes, for as long as one cares to wait."""
    return 0, None, {}


def half(body: str) -> Answer:
    """The connection closes in the middle of an answer."""
    return 0, body, {}


def refused(status: int, body: Any, **headers: str) -> Answer:
    return status, body, {name.replace("_", "-"): value for name, value in headers.items()}


class Scripted:
    """Answers each path in turn from its list; the last answer is given again and again."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Answer]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.heard: list[dict[str, str]] = []
        """The header fields of each request, and its form."""
        self.sent: list[tuple[str, str]] = []
        self._served = Served(self._application).start()
        self.url = self._served.url

    def on(self, path: str, *answers: Answer) -> None:
        self.answers[path.rstrip("/")] = list(answers)

    def asked_for(self, path: str) -> list[dict[str, str]]:
        return [query for where, query in self.asked if where == path.rstrip("/")]

    def sent_to(self, path: str) -> list[Any]:
        """The JSON bodies that came for a path."""
        return [json.loads(body) for where, body in self.sent if where == path.rstrip("/")]

    def stop(self) -> None:
        self._served.stop()

    def _application(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        return app

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        path = urlsplit(request.path).path.rstrip("/")
        self.asked.append((path, dict(request.query)))
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.heard.append(
            headers | {name: str(said) for name, said in (await request.post()).items()}
        )
        self.sent.append((path, await request.text()))
        due = self.answers.get(path, [refused(404, {"detail": f"nothing prepared for {path}"})])
        status, body, headers = due.pop(0) if len(due) > 1 else due[0]
        if status == 0:
            return await _broken(request, body)
        if isinstance(body, str):
            return web.Response(status=status or 500, text=body, headers=headers)
        return web.json_response(body, status=status, headers=headers)


async def _broken(request: web.Request, body: str | None) -> web.StreamResponse:
    transport = request.transport
    assert transport is not None
    response = web.StreamResponse(headers={"content-length": str(len(body or "") + 1)})
    if body:
        await response.prepare(request)
        await response.write(body.encode())
    while body is None and not transport.is_closing():
        await asyncio.sleep(0.02)
    transport.abort()
    return response

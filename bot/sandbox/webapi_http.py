"""The Web API on the wire: reads what clients send, answers, and fails on demand."""

import asyncio
import json
from typing import Any

from aiohttp import web

from bot.sandbox.faults import Fault, Faults
from bot.sandbox.records import Json
from bot.sandbox.webapi import Answer, WebApi, too_many

HTML = "<html><body><h1>502 Bad Gateway</h1></body></html>"
STATUSES = {"429": 429, "500": 500, "503": 503, "html": 200, "user_not_found": 200}


class WebApiRoutes:
    def __init__(self, api: WebApi, faults: Faults) -> None:
        self._api = api
        self._faults = faults

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/api/{method}", self.call),
            web.get("/api/{method}", self.call, allow_head=False),
        ]

    async def call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        try:
            arguments = await read_arguments(request)
        except ValueError:
            return web.json_response({"ok": False, "error": "invalid_json"})
        token = _token(request, arguments)
        fault = self._faults.take(method, str(arguments.get("channel", "")))
        if fault is not None:
            return await self._fail(request, fault, arguments, token)
        return _response(self._api.answer(method, arguments, token))

    async def _fail(
        self, request: web.Request, fault: Fault, arguments: Json, token: str
    ) -> web.StreamResponse:
        if fault.how in ("drop_after", "half", "slow"):
            answer = self._api.answer(fault.method, arguments, token)
            return await _spoil(request, fault, answer)
        sent = STATUSES.get(fault.how, 0)
        self._api.log_fault(fault.method, arguments, sent, fault.how)
        match fault.how:
            case "429":
                return _response(too_many(fault.retry_after))
            case "user_not_found":
                return web.json_response({"ok": False, "error": fault.how})
            case "html":
                return web.Response(text=HTML, content_type="text/html")
            case "hang":
                await asyncio.sleep(fault.seconds)
        return _hang_up(request) if not sent else web.Response(status=sent, text=HTML)


async def read_arguments(request: web.Request) -> Json:
    """Read what a client sent: the query, and a JSON or a form body."""
    arguments: Json = dict(request.query)
    if request.content_type == "application/json":
        body: Any = json.loads(await request.read() or b"{}")
        return arguments | (body if isinstance(body, dict) else {})
    if request.method == "POST":
        arguments |= dict(await request.post())
    return arguments


async def _spoil(request: web.Request, fault: Fault, answer: Answer) -> web.StreamResponse:
    if fault.how == "slow":
        await asyncio.sleep(fault.seconds)
        return _response(answer)
    if fault.how == "drop_after":
        return _hang_up(request)
    whole = json.dumps(answer.body).encode()
    half = web.StreamResponse(headers={"Content-Type": "application/json"})
    half.content_length = len(whole)
    await half.prepare(request)
    await half.write(whole[: len(whole) // 2])
    _hang_up(request)
    return half


def _hang_up(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.close()
    return web.Response()


def _token(request: web.Request, arguments: Json) -> str:
    in_body = str(arguments.pop("token", ""))
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if kind.lower() == "bearer" else in_body


def _response(answer: Answer) -> web.Response:
    return web.json_response(answer.body, status=answer.status, headers=answer.headers)

"""Faults on demand for the stand-in social network, the same for each of its dialects.

How a request can fail: `401`, `402`, `429` (with a reset), `429_bare` (without), `500`, `503`,
`drop_before`, `hang` are not carried out. `503_after`, `drop_after`, `hang_after`, `slow` (it is
answered, after some seconds) and the mangled answers `half`, `html` and `garbage` are carried out
first.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.sandbox.square import NETWORKS, Request, Square

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Problem = Callable[[int], web.Response]
"""Makes a network's own kind of error answer."""

NOT_DONE = frozenset(["401", "402", "429", "429_bare", "500", "503", "drop_before", "hang"])
DONE = frozenset(["503_after", "drop_after", "hang_after", "half", "html", "garbage", "slow"])
HOWS = NOT_DONE | DONE
RESET_SECONDS = 120
SLOW_SECONDS = 3.0
"""Less than any client here waits."""


def guarded(
    square: Square, network: str, handler: Handler, problem: Problem, *, write: bool = False
) -> Handler:
    """Note each request, and let it fail where a fault was ordered."""
    assert network in NETWORKS

    async def answer(request: web.Request) -> web.StreamResponse:
        body = await request.text()
        how = square.take_fault(network, write=write)
        square.note(
            Request(
                network, request.method, request.path, request.query_string, body, fault=how or ""
            )
        )
        if how is None:
            return await handler(request)
        if how[:3].isdigit() and not how.endswith("_after"):
            return _refusal(how, problem)
        if how in {"drop_before", "hang"}:
            return await _silence(request, hang=how == "hang")
        return await _spoil(request, how, await handler(request), problem)

    return answer


def _refusal(how: str, problem: Problem) -> web.Response:
    response = problem(int(how[:3]))
    if how == "429":
        reset = int(time.time()) + RESET_SECONDS
        response.headers["x-rate-limit-remaining"] = "0"
        response.headers["x-rate-limit-reset"] = str(reset)
        response.headers["retry-after"] = str(RESET_SECONDS)
    return response


async def _spoil(
    request: web.Request, how: str, done: web.StreamResponse, problem: Problem
) -> web.StreamResponse:
    if how in {"drop_after", "hang_after"}:
        return await _silence(request, hang=how == "hang_after")
    if how == "slow":
        await asyncio.sleep(SLOW_SECONDS)
        return done
    if how == "503_after":
        return problem(503)
    if how == "html":
        return web.Response(text="<html><h1>Be right back</h1></html>", content_type="text/html")
    if how == "garbage":
        return web.json_response(["what", "is", {"this": None}])
    return await _half(request, done)


async def _half(request: web.Request, done: web.StreamResponse) -> web.StreamResponse:
    body = done.body if isinstance(done, web.Response) and isinstance(done.body, bytes) else b"{}"
    response = web.StreamResponse(headers={"content-length": str(len(body))})
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    return await _silence(request, hang=False)


async def _silence(request: web.Request, *, hang: bool) -> web.StreamResponse:
    """Answer nothing: close the connection, or keep it open until the client has enough."""
    while hang and request.transport is not None and not request.transport.is_closing():
        await asyncio.sleep(0.02)
    if request.transport is not None:
        request.transport.close()
    return web.Response()

"""The aiohttp application of the stand-in: which address leads where, and who is let in."""

import asyncio
import contextlib
import functools
import urllib.parse
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from bot.sandbox.answers import answer_url
from bot.sandbox.control import Control, told_plainly
from bot.sandbox.inside import Inside, decoded
from bot.sandbox.records import SlackError
from bot.sandbox.webapi_http import WebApiRoutes

if TYPE_CHECKING:
    from bot.sandbox.server import SlackStandIn

PAGE = Path(__file__).parent / "page"
OWN_HOSTS = ("localhost", "127.0.0.1")
# How often events that wait for a repeat are looked at; the waiting itself goes by `clock`.
RETRY_LOOK_SECONDS = 1.0

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def make_application(
    standin: "SlackStandIn", extra_routes: Iterable[web.AbstractRouteDef]
) -> web.Application:
    app = web.Application(middlewares=[_only_from_here, told_plainly])
    app.add_routes(WebApiRoutes(standin.api, standin.faults).routes())
    control = Control(standin)
    app.add_routes(control.routes())
    # What stays open would keep the server from its end.
    app.on_shutdown.append(control.end_streams)
    app.on_shutdown.append(standin.sockets.close)
    app.add_routes([web.get("/link/", standin.sockets.accept), web.get("/", _page)])
    respond = functools.partial(_respond, standin.inside)
    app.add_routes([web.post("/response/{name}", respond)])
    if PAGE.is_dir():
        app.add_routes([web.static("/static", PAGE)])
    app.add_routes(extra_routes)
    app.cleanup_ctx.append(functools.partial(_alive, standin))
    return app


async def _alive(standin: "SlackStandIn", app: web.Application) -> AsyncIterator[None]:  # noqa: ARG001  aiohttp's call
    repeating = asyncio.create_task(_repeat_events(standin))
    yield
    repeating.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await repeating


async def _repeat_events(standin: "SlackStandIn") -> None:
    while True:
        await asyncio.sleep(RETRY_LOOK_SECONDS)
        if standin.courier.owed:
            await asyncio.to_thread(standin.courier.retry_now, only_due=True)


async def _respond(slack: Inside, request: web.Request) -> web.Response:
    try:
        body = decoded(await request.text(), "invalid_payload")
        answer_url(slack, request.match_info["name"], body)
    except SlackError as error:
        return web.json_response({"ok": False, "error": error.code, **error.more}, status=400)
    return web.Response(text="ok")


@web.middleware
async def _only_from_here(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse other names for this machine (DNS rebinding) and pages of other sites."""
    host = urllib.parse.urlsplit(f"//{request.host}").hostname
    origin = request.headers.get("Origin")
    if host not in OWN_HOSTS or origin not in (None, f"http://{request.host}"):
        raise web.HTTPForbidden(text="Only pages of this sandbox may use it.")
    return await handler(request)


async def _page(request: web.Request) -> web.StreamResponse:  # noqa: ARG001  aiohttp's call
    index = PAGE / "index.html"
    if not index.is_file():
        raise web.HTTPNotFound(text="The page is not installed; the control API works.")
    return web.FileResponse(index)

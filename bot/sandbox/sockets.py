"""Socket Mode: docs.slack.dev/apis/events-api/using-socket-mode.

The bot fetches a single-use address, connects, hears hello, and gets envelopes on any one of its
sockets. An acknowledgement is `{"envelope_id": …, "payload"?: …}`; nothing is signed.
"""

import asyncio
import itertools
import json
import secrets
import time
import uuid
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

from aiohttp import WSMsgType, web

from bot.sandbox.door import ACK_SECONDS, Answered, Delivery
from bot.sandbox.records import Json
from bot.sandbox.workspace import APP_ID

MOST_SOCKETS = 10


class SocketDoor:
    """Keeps the bot's sockets. Made before the server's loop runs; `loop` is set when it does."""

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        self.url = ""
        self._tickets: set[str] = set()
        self._sockets: list[web.WebSocketResponse] = []
        self._transports: dict[web.WebSocketResponse, asyncio.Transport] = {}
        # Sockets that were told to go: they end when the bot has connected anew.
        self._leaving: list[web.WebSocketResponse] = []
        # A doubled envelope waits twice under one id: each acknowledgement answers one of them.
        self._waiting: dict[str, list[Future[Any]]] = {}
        self._turn = itertools.count()
        self._last: Delivery | None = None

    @property
    def connected(self) -> int:
        return len(self._sockets)

    def new_address(self) -> str:
        ticket = secrets.token_hex(8)
        self._tickets.add(ticket)
        return f"{self.url.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={APP_ID}"

    def deliver(self, delivery: Delivery, *, seconds: float = ACK_SECONDS) -> Answered:
        delivery = replace(delivery, envelope_id=delivery.envelope_id or str(uuid.uuid4()))
        self._last = delivery
        if not self._sockets or self.loop is None:
            return Answered(0, None, 0.0, "connection_failed")
        answer: Future[Any] = Future()
        self._waiting.setdefault(delivery.envelope_id, []).append(answer)
        begun = time.perf_counter()
        asyncio.run_coroutine_threadsafe(self._send(_envelope(delivery)), self.loop)
        try:
            payload = answer.result(seconds)
        except TimeoutError:
            return Answered(0, None, time.perf_counter() - begun, "timeout")
        finally:
            self._forget(delivery.envelope_id, answer)
        return Answered(200, _unwrapped(payload), time.perf_counter() - begun)

    def replay(self) -> Answered:
        if self._last is None:
            raise LookupError("Nothing was sent yet that could be sent again.")
        return self.deliver(self._last)

    def ask_to_reconnect(self, reason: str = "refresh_requested") -> None:
        """Tell every socket to come back; `reason` may also be warning or link_disabled."""
        assert self.loop is not None
        asyncio.run_coroutine_threadsafe(self._disconnect(reason), self.loop).result(ACK_SECONDS)

    def drop_all(self) -> None:
        """End every connection without a goodbye."""
        assert self.loop is not None
        for transport in list(self._transports.values()):
            self.loop.call_soon_threadsafe(transport.close)

    async def accept(self, request: web.Request) -> web.StreamResponse:
        """Take a connection whose ticket is fresh, and listen to it until it closes."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            raise web.HTTPForbidden(text="This ticket is unknown or used.")
        self._tickets.remove(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if len(self._sockets) >= MOST_SOCKETS:
            await socket.send_json(self._goodbye("too_many_websockets"))
            await socket.close()
            return socket
        await self._serve(socket, request.transport)
        return socket

    async def close(self, _: web.Application) -> None:
        for socket in list(self._sockets):
            await socket.close()

    async def _serve(
        self, socket: web.WebSocketResponse, transport: asyncio.Transport | None
    ) -> None:
        assert transport is not None
        self._sockets.append(socket)
        self._transports[socket] = transport
        try:
            await socket.send_json(self._hello())
            self._let_go()
            await self._listen(socket)
        finally:
            del self._transports[socket]
            if socket in self._sockets:
                self._sockets.remove(socket)

    async def _listen(self, socket: web.WebSocketResponse) -> None:
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self._hear(message.data)

    def _hear(self, text: str) -> None:
        try:
            heard = json.loads(text)
        except ValueError:
            return  # Clients send words of their own to keep the connection alive.
        for answer in self._waiting.get(heard.get("envelope_id", ""), []):
            if not answer.done():
                answer.set_result(heard.get("payload"))
                return

    def _forget(self, envelope_id: str, answer: Future[Any]) -> None:
        waiting = self._waiting[envelope_id]
        waiting.remove(answer)
        if not waiting:
            del self._waiting[envelope_id]

    async def _send(self, envelope: Json) -> None:
        open_ones = [socket for socket in self._sockets if not socket.closed]
        if open_ones:
            await open_ones[next(self._turn) % len(open_ones)].send_json(envelope)

    def _let_go(self) -> None:
        for socket in self._leaving:
            if socket in self._transports:
                self._transports[socket].close()  # a client waits for this to read the new one
        self._leaving.clear()

    async def _disconnect(self, reason: str) -> None:
        leaving = list(self._sockets)
        self._leaving.extend(leaving)
        if reason != "warning":
            self._sockets.clear()
        for socket in leaving:
            await socket.send_json(self._goodbye(reason))

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self._sockets),
            "connection_info": {"app_id": APP_ID},
            "debug_info": {
                "host": "applink-sandbox",
                "build_number": 1,
                "approximate_connection_time": 3600,
            },
        }

    def _goodbye(self, reason: str) -> Json:
        return {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-sandbox"}}


def _envelope(delivery: Delivery) -> Json:
    envelope: Json = {
        "envelope_id": delivery.envelope_id,
        "payload": delivery.payload,
        "type": delivery.kind,
        "accepts_response_payload": delivery.kind != "events_api",
    }
    if delivery.kind == "events_api":
        envelope |= {"retry_attempt": delivery.attempt, "retry_reason": delivery.reason}
    return envelope


def _unwrapped(payload: Any) -> Any:
    """Bolt wraps an answer that is only text, which HTTP carries as it is."""
    if isinstance(payload, dict) and list(payload) == ["text"]:
        return payload["text"]
    return payload or None

"""Runs an aiohttp application in a thread of its own, on this machine only."""

import asyncio
import threading
from collections.abc import Callable

from aiohttp import web

START_SECONDS = 10.0


class Served:
    """An HTTP server on 127.0.0.1 that runs until `stop`. `port` 0 takes a free one."""

    def __init__(self, make_app: Callable[[], web.Application], *, port: int = 0) -> None:
        self._make_app = make_app
        self.port = port
        self.loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="sandbox-http", daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "Served":
        """Return when the port is open; raises OSError when it is taken."""
        self._thread.start()
        self._ready.wait(START_SECONDS)
        if self._failure is not None:
            raise self._failure
        return self

    def stop(self) -> None:
        if self._thread.is_alive():
            self.loop.call_soon_threadsafe(self.loop.stop)
            self._thread.join(START_SECONDS)

    def _run(self) -> None:
        served = web.AppRunner(self._make_app(), access_log=None, shutdown_timeout=0.5)
        # Its end cancels what still waits, such as the stream of a page that is open.
        with asyncio.Runner(loop_factory=lambda: self.loop) as runner:
            try:
                runner.run(self._open(served))
            except OSError as error:
                self._failure = error
                return
            finally:
                self._ready.set()
            try:
                self.loop.run_forever()
            finally:
                runner.run(served.cleanup())

    async def _open(self, served: web.AppRunner) -> None:
        await served.setup()
        site = web.TCPSite(served, "127.0.0.1", self.port)
        await site.start()
        self.port = served.addresses[0][1]

"""What `python app.py sandbox` does, in a process of its own on a free port."""

import multiprocessing
import os
import re
import sys
import tempfile
from functools import cached_property
from multiprocessing.connection import Connection
from pathlib import Path

import app

STOP_SECONDS = 15
# To load what a sandbox needs takes longer than the sandbox: each forks off one that has loaded it.
# Where that finds no `app`, because it was started elsewhere than in the root, it is only slower.
_loaded = multiprocessing.get_context("forkserver")
_loaded.set_forkserver_preload(["app", "bot.sandbox.world", "atproto_client", "twitter_text"])


class Sandbox:
    """It starts at once, and is open when somebody asks for its `url`."""

    def __init__(self) -> None:
        self._log = tempfile.NamedTemporaryFile("r")  # noqa: SIM115 (closed by stop)
        self._printed, printing = _loaded.Pipe(duplex=False)
        self._process = _loaded.Process(target=_run, args=(printing, self._log.name), daemon=True)
        self._process.start()
        printing.close()

    @cached_property
    def url(self) -> str:
        """The address that it prints when it is open."""
        with os.fdopen(os.dup(self._printed.fileno())) as printed:
            for line in printed:
                if found := re.search(r"http://\S+", line):
                    return found[0]
        raise AssertionError(f"The sandbox did not start:\n{self.log()}")

    def log(self) -> str:
        """What it has logged so far."""
        self._log.seek(0)
        return self._log.read()

    def stop(self) -> None:
        self._process.terminate()
        self._process.join(STOP_SECONDS)
        ended = self._process.exitcode
        if ended is None:
            self._process.kill()
            self._process.join()
        said = self.log()
        for each in (self._process, self._printed, self._log):
            each.close()
        assert ended == 0, f"The sandbox ended with {ended}:\n{said}"


def _run(printing: Connection, log: str) -> None:
    os.dup2(printing.fileno(), sys.stdout.fileno())
    with Path(log).open("ab") as logged:
        os.dup2(logged.fileno(), sys.stderr.fileno())
    sys.exit(app.main(["sandbox", "--port", "0"]))

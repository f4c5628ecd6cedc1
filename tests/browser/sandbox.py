"""The sandbox as people start it: a process of its own on a free port."""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import app

ROOT = Path(app.__file__).parent
STOP_SECONDS = 15


@dataclass
class Sandbox:
    """A sandbox that runs; `url` is its page."""

    url: str
    _log: IO[str]

    def log(self) -> str:
        """What it has logged so far."""
        self._log.seek(0)
        return self._log.read()


@contextmanager
def sandbox() -> Iterator[Sandbox]:
    """Run `python app.py sandbox` for a while."""
    with tempfile.TemporaryFile("w+") as log:
        command = [sys.executable, "app.py", "sandbox", "--port", "0"]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True)
        assert process.stdout is not None
        try:
            yield Sandbox(_address(process.stdout), log)
        finally:
            process.terminate()
            process.wait(STOP_SECONDS)
            process.stdout.close()


def _address(printed: IO[str]) -> str:
    """What it prints when it is open. Ends without it when the process has died."""
    for line in printed:
        found = re.search(r"http://\S+", line)
        if found:
            return found[0]
    raise AssertionError("The sandbox did not start; run python app.py sandbox to see why.")

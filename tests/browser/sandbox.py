"""The sandbox as people start it: a process of its own on a free port."""

import re
import subprocess
import sys
import tempfile
from functools import cached_property
from pathlib import Path

import app

ROOT = Path(app.__file__).parent
COMMAND = [sys.executable, "app.py", "sandbox", "--port", "0"]
STOP_SECONDS = 15


class Sandbox:
    """`python app.py sandbox`. It starts at once and is open when somebody asks for its `url`."""

    def __init__(self) -> None:
        self._log = tempfile.TemporaryFile("w+")  # noqa: SIM115 (closed by stop)
        self._process = subprocess.Popen(
            COMMAND, cwd=ROOT, stdout=subprocess.PIPE, stderr=self._log, text=True
        )

    @cached_property
    def url(self) -> str:
        """The address that it prints when it is open."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if found := re.search(r"http://\S+", line):
                return found[0]
        raise AssertionError(f"The sandbox did not start:\n{self.log()}")

    def log(self) -> str:
        """What it has logged so far."""
        self._log.seek(0)
        return self._log.read()

    def stop(self) -> None:
        self._process.terminate()
        self._process.communicate(timeout=STOP_SECONDS)
        self._log.close()

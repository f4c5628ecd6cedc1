"""Programs to measure, each in a process of its own."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

import app

ROOT = Path(app.__file__).parent
LONGEST = 30.0
"""Seconds in which a program must be ready."""


@dataclass(frozen=True, slots=True)
class Running:
    """`seconds`: from starting it till it said that it was ready."""

    process: psutil.Process
    seconds: float

    def work(self) -> float:
        """Seconds that processors gave it so far."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    def megabytes(self) -> float:
        return float(self.process.memory_info().rss) / 2**20


@contextmanager
def running(
    arguments: Sequence[str], variables: Mapping[str, str], *, ready: str
) -> Iterator[Running]:
    """Run Python with these arguments and variables; it is ready when it prints `ready`."""
    begun = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1", **variables},
            stdin=subprocess.PIPE,
            stdout=said,
            stderr=said,
        )
        try:
            while ready.encode() not in os.pread(said.fileno(), 100_000, 0):
                _demand_life(process, said.fileno(), begun)
                time.sleep(0.002)
            yield Running(psutil.Process(process.pid), time.perf_counter() - begun)
        finally:
            process.kill()
            process.wait()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _demand_life(process: subprocess.Popen[bytes], said: int, begun: float) -> None:
    if process.poll() is not None or time.perf_counter() - begun > LONGEST:
        words = os.pread(said, 100_000, 0).decode(errors="replace")
        raise RuntimeError(f"{process.args!r} did not become ready. It said:\n{words}")

"""What was measured, as a table for people, and on which machine."""

import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Table:
    """`columns` start with the one that names the row; cells are ready to print."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    told: str = ""
    """What the reader should know to read it."""

    def __str__(self) -> str:
        lines = [self.columns, *self.rows]
        widths = [max(len(line[at]) for line in lines) for at in range(len(self.columns))]
        drawn = [_row(line, widths) for line in lines]
        return "\n".join(["", self.title, self.told, "", drawn[0], _rule(widths), *drawn[1:]])


def say(words: str) -> None:
    """Tell how far the measuring is; not part of the result."""
    print(f"  … {words}", file=sys.stderr, flush=True)


def machine(versions: Sequence[str]) -> str:
    """Describe what the figures were measured on."""
    software = ", ".join([f"Python {platform.python_version()}", *versions])
    load = os.getloadavg()[0]
    busy = " Others use it too: trust the ratios, not the figures." if load > 0.7 else ""
    return (
        f"{os.cpu_count()} cores, {_processor()}, {software}; "
        f"a disk that keeps 4 kB in {_disk() * 1000:.2f} ms; load when begun {load:.1f}.{busy}"
    )


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = (
        cell.ljust(width) if at == 0 else cell.rjust(width)
        for at, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join([first, *rest]).rstrip()


def _rule(widths: Sequence[int]) -> str:
    return "  ".join("-" * width for width in widths)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _disk() -> float:
    """Seconds, the median of 100."""
    taken = []
    with tempfile.TemporaryFile() as file:
        for _ in range(100):
            file.write(b"x" * 4096)
            file.flush()
            begun = time.perf_counter()
            os.fsync(file.fileno())
            taken.append(time.perf_counter() - begun)
    return statistics.median(taken)

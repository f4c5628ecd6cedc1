"""`python -m tests.benchmarks [acknowledging] [growing] …`: print tables, of those parts alone.

Everything is measured against a bare floor in the same run, because machines differ.
"""

import sys
import time

from tests.benchmarks import acknowledging, databases, growing, ingesting, reading, starting
from tests.benchmarks.table import machine, say

PARTS = {
    part.__name__.rpartition(".")[2]: part
    for part in (acknowledging, growing, ingesting, reading, starting)
}


def main(chosen: list[str]) -> None:
    begun = time.monotonic()
    with databases.both() as kinds:
        print(machine([f"{kind.name} {kind.version}" for kind in kinds]), flush=True)
        for name in chosen or PARTS:
            for table in PARTS[name].measure(kinds):
                print(table, flush=True)
    say(f"{time.monotonic() - begun:.0f} seconds in all")


if __name__ == "__main__":
    main(sys.argv[1:])

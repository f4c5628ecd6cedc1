"""`make bench`: every part, and its tables in docs/scale.md.

`python -m tests.benchmarks acknowledging growing` measures only these, and writes no page.
Everything is measured against a bare floor in the same run, because machines differ.
"""

import sys
import time

from tests.benchmarks import acknowledging, databases, growing, ingesting, page, reading, starting
from tests.benchmarks.table import Table, machine, say
from tests.rigs import workers

PARTS = {
    part.__name__.rpartition(".")[2]: part
    for part in (acknowledging, growing, ingesting, reading, starting, workers)
}


def main(chosen: list[str]) -> None:
    begun = time.monotonic()
    tables: list[Table] = []
    with databases.both() as kinds:
        where = machine([f"{kind.name} {kind.version}" for kind in kinds])
        print(where, flush=True)
        for name in chosen or PARTS:
            for table in PARTS[name].measure(kinds):
                print(table, flush=True)
                tables.append(table)
    seconds = time.monotonic() - begun
    if not chosen:
        page.write(tables, where=where, seconds=seconds)
    say(f"{seconds:.0f} seconds in all")


if __name__ == "__main__":
    main(sys.argv[1:])

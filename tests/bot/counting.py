"""What another process does in `test_database`. It imports little, so that it starts quickly.

python -m tests.bot.counting DATABASE_URL TIMES
"""

import sys

from bot.database import Database
from bot.models import Setting
from bot.store import Store


def count_up(store: Store) -> int:
    """Read, then write: what loses updates where two may read before one of them writes."""
    row = store.session.get_one(Setting, "count", with_for_update=True)
    row.value = {"count": row.value["count"] + 1}
    return int(row.value["count"])


if __name__ == "__main__":
    database = Database(sys.argv[1])
    for _ in range(int(sys.argv[2])):
        database.write(count_up)

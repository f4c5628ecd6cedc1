"""The release before and the code of today on one database, while it is migrated.

Before the first release there is nothing to collect here. `python -m tests.rigs.upgrade REVISION`
does the same with any revision.
"""

import subprocess
from pathlib import Path

from bot.schema import MIGRATIONS
from tests.rigs.upgrade import release_before, roll_out

RELEASE = release_before()
__test__ = bool(RELEASE)


def test_the_release_before_works_on_and_can_take_over_again(
    empty_database_url: str, tmp_path: Path
):
    assert len(list(roll_out(RELEASE, empty_database_url, tmp_path))) == 5


def test_no_migration_that_was_released_has_changed():
    command = ["git", "diff", "--name-only", "--diff-filter=a", RELEASE, "--", "versions"]
    told = subprocess.run(command, cwd=MIGRATIONS, capture_output=True, text=True, check=True)
    assert not told.stdout, (
        f"What {RELEASE} applied is changed:\n{told.stdout}"
        "Next: write another migration that mends what it did."
    )

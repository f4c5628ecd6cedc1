"""A Switchboard that can be killed at any step and started again within milliseconds.

    rig --fork--> nursery --fork--> Switchboard, killed
                          --fork--> Switchboard, the next one …

The nursery has everything imported, every statement compiled, and no thread and no connection when
it forks; none of what a Switchboard does reaches it, so each fork is a fresh start. Rig and
Switchboard speak in single bytes, which are never half read when somebody dies.
"""

import gc
import mmap
import os
import signal
import struct
import sys
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from bot.sandbox.world import MovableClock
from tests.rigs.steps import watch_database, watch_hints, watch_network

DIED, DONE, FAILED = b"!", b".", b"x"
START, KILL = b"S", b"K"
_AHEAD, _KILL_AT, _STEPS, _PORT = 0, 8, 16, 24
_NAME, _ENVIRONMENT, _END = slice(32, 512), slice(512, 4096), 4096


def _number(kind: str, at: int) -> Any:
    def get(board: "Board") -> Any:
        return struct.unpack_from(kind, board._memory, at)[0]

    return property(get, lambda board, to: struct.pack_into(kind, board._memory, at, to))


def _words(at: slice) -> Any:
    size = at.stop - at.start

    def put(board: "Board", text: str) -> None:
        assert len(text.encode()) <= size, text
        board._memory[at] = text.encode().ljust(size, b"\0")

    return property(lambda board: bytes(board._memory[at]).rstrip(b"\0").decode(), put)


class Board:
    """A few things in memory that all processes of a rig share."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _END)

    ahead = _number("d", _AHEAD)
    """Seconds by which the common clock was moved on."""
    kill_at = _number("q", _KILL_AT)
    """The step at which the next Switchboard is killed; 0: never."""
    steps = _number("q", _STEPS)
    """How many steps the newest Switchboard has made."""
    port = _number("q", _PORT)
    """Where its door for clicks is."""
    killed_at = _words(_NAME)
    """The name of the step at which one was killed last."""
    environment = _words(_ENVIRONMENT)
    """The variables that a Switchboard is started with, as JSON."""


class SharedClock(MovableClock):
    """One time for all processes of a rig; it stands still till one of them moves it."""

    def __init__(self, start: datetime, board: Board) -> None:
        super().__init__(start)
        self._begin = start
        self._board = board

    def now(self) -> datetime:
        return self._begin + timedelta(seconds=self._board.ahead)

    def move(self, by: timedelta) -> None:
        self._board.ahead += by.total_seconds()


Switch = Callable[[bytes], None]
"""Does what an order says; its first order is START, and KILL it never gets."""


class Nursery:
    """Makes Switchboards. Make it before the first thread, and the world after it.

    `raise_one` runs in the nursery's own process, once, when the first is asked for.
    """

    def __init__(self, raise_one: Callable[[], Switch], board: Board) -> None:
        self._board = board
        ours, theirs = os.pipe(), os.pipe()
        self._pid = os.fork()
        if not self._pid:
            os.close(ours[1])
            os.close(theirs[0])
            _in_a_process_of_its_own(lambda: _nurse(raise_one, board, ours[0], theirs[1]))
        os.close(ours[0])
        os.close(theirs[1])
        self._orders, self._answers = ours[1], theirs[0]
        self._alive = False

    def start(self, *, kill_at: int = 0) -> None:
        """Start the next Switchboard; the last one must be dead."""
        self._board.kill_at, self._board.steps = kill_at, 0
        self._alive = True
        assert self.ask(START) or kill_at, "Switchboard died before it had begun"

    def ask(self, order: bytes) -> bool:
        """Have an order carried out. False: it died, now or before."""
        if self._alive:
            os.write(self._orders, order)
            answer = os.read(self._answers, 1)
            assert answer in (DIED, DONE), "Switchboard failed; what it wrote above tells why"
            self._alive = answer == DONE
        return self._alive

    def kill(self) -> None:
        self.ask(KILL)

    def end(self) -> None:
        os.close(self._orders)
        os.waitpid(self._pid, 0)


def _nurse(raise_one: Callable[[], Switch], board: Board, orders: int, answers: int) -> None:
    order = os.read(orders, 1)
    switchboard = raise_one() if order else None
    # Else the first garbage collection of each child copies all that it shares with this process.
    gc.freeze()
    while order:
        # Other orders were meant for one that has died meanwhile; its rig knows.
        if order == START and switchboard is not None:
            child = os.fork()
            if not child:
                _in_a_process_of_its_own(lambda: _live(switchboard, board, orders, answers))
            _, status = os.waitpid(child, 0)
            killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
            os.write(answers, DIED if killed else FAILED)
        order = os.read(orders, 1)


def _live(switchboard: Switch, board: Board, orders: int, answers: int) -> None:
    switchboard(START)
    numbers = count(1)

    def at(name: str) -> None:
        number = next(numbers)
        board.steps = number
        if number == board.kill_at:
            board.killed_at = name[:100]
            os.kill(os.getpid(), signal.SIGKILL)

    watch_database(at)
    watch_network(at)
    watch_hints(at)
    os.write(answers, DONE)
    while order := os.read(orders, 1):
        if order == KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        switchboard(order)
        os.write(answers, DONE)


def _in_a_process_of_its_own(run: Callable[[], None]) -> None:
    """Nothing of the process it was forked from may run on in it, not even what it does at exit."""
    try:
        run()
    except BaseException:  # noqa: BLE001 (whatever it is, the parent must not run on here)
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)

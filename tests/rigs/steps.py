"""Every step at which a process touches the database or the network, found by hooks.

No list of places is kept by hand: SQLAlchemy tells of each statement and commit, and every TCP
socket of this process, also those of libraries, of each piece it sends and receives. Between two
steps nothing happens that anybody outside could see.
"""

import socket
from collections.abc import Callable
from typing import Any

from psycopg import AsyncCursor
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

At = Callable[[str], None]
"""Called with the name of the step, in the thread that makes it."""

ON_A_SOCKET = ("send", "sendall", "recv", "recv_into")
INTERNET = (socket.AF_INET, socket.AF_INET6)


def watch_database(at: At) -> None:
    """Call `at` before each statement, and before and after each commit, of every engine."""

    def before(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        at(f"before {_short(statement)}")

    event.listen(Engine, "before_cursor_execute", before)
    event.listen(Engine, "commit", lambda _: at("before commit"))
    event.listen(Session, "after_commit", lambda _: at("after commit"))


def watch_network(at: At) -> None:
    """Call `at` after each piece that was sent or received.

    For processes that end by being killed: it cannot be undone.
    """
    for name in ON_A_SOCKET:
        setattr(socket.socket, name, _watched(getattr(socket.socket, name), name, at))


def watch_hints(at: At) -> None:
    """Call `at` before and after each statement on a connection that is Procrastinate's own.

    For processes that end by being killed, like those of `watch_network`.
    """
    real = AsyncCursor.execute

    async def execute(self: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        name = _short(query) if isinstance(query, str) and query else "its own"
        at(f"before {name} of a hint")
        answer = await real(self, query, *args, **kwargs)
        at(f"after {name} of a hint")
        return answer

    AsyncCursor.execute = execute


def _watched(real: Any, name: str, at: At) -> Any:
    def call(self: socket.socket, *args: Any, **kwargs: Any) -> Any:
        answer = real(self, *args, **kwargs)
        if self.family in INTERNET:
            at(f"after {name}")
        return answer

    return call


def _short(statement: str) -> str:
    """What is done to which table, as far as a name needs it."""
    words = statement.split()
    wanted = {"INSERT": 3, "DELETE": 3, "UPDATE": 2}
    if words[0] in wanted:
        return " ".join(words[: wanted[words[0]]])
    if words[0] == "SELECT" and "FROM" in words:
        return f"SELECT FROM {words[words.index('FROM') + 1]}"
    return words[0]

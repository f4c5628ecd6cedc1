"""What the process writes about its work: as text or as JSON, with the number of the mention that a
line is about, and without secrets.

The number goes with the work: `about` sets it for a piece of work, and every line that is written
meanwhile has it, also those of libraries and platforms. The line itself may name another one by
`extra=mentioning(12)`.
"""  # noqa: D205 (two sentences that belong together)

import json
import logging
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType

from bot.secrecy import Redactor
from bot.settings import LOG_FORMATS

TEXT, JSON = LOG_FORMATS
QUIET = {
    # When they are talkative these print tokens, whole payloads and what people wrote.
    **dict.fromkeys(
        ("tweepy", "prawcore", "urllib3", "requests_oauthlib", "oauthlib", "slack_sdk", "httpcore"),
        logging.INFO,
    ),
    "httpx": logging.WARNING,  # a line for each request
    "slack_bolt": logging.ERROR,  # it warns at each start of a client that we give it on purpose
}
"""The least important that is taken from whom."""
_LINE = "%(asctime)s %(levelname)-7s %(name)s: %(about)s%(message)s"
_mention: ContextVar[int | None] = ContextVar("mention", default=None)
_uncaught = logging.getLogger("switchboard")


def set_up(level: str, form: str, redactor: Redactor) -> None:
    """Let everything that is logged go to standard error, as lines of `form`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(redactor) if form == JSON else TextLines(redactor))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    handler.addFilter(_is_wanted)
    for name, least in QUIET.items():
        logging.getLogger(name).setLevel(max(least, logging.getLevelName(level)))


def log_what_nobody_catches() -> None:
    """Python itself would write the end of a thread or of the process past the log."""
    sys.excepthook = _ended
    threading.excepthook = lambda args: _ended(
        args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback
    )


@contextmanager
def work() -> Iterator[None]:
    """A piece of work begins that is about no mention yet."""
    token = _mention.set(None)
    try:
        yield
    finally:
        _mention.reset(token)


def about(mention_id: int | None) -> None:
    """From here on this piece of work is about this mention."""
    _mention.set(mention_id)


def mention_at_hand() -> int | None:
    return _mention.get()


def mentioning(mention_id: int) -> Mapping[str, int]:
    """For the `extra` of one line."""
    return {"mention": mention_id}


class TextLines(logging.Formatter):
    """For people who read along."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__(_LINE)
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        number = _number(record)
        record.about = "" if number is None else f"mention={number} "
        return self._redactor.redact(super().format(record))


class JsonLines(logging.Formatter):
    """For programs: one object a line."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": self._redactor.redact(record.getMessage()),
        }
        if (number := _number(record)) is not None:
            line["mention"] = number
        if record.exc_info:
            line["error"] = self._redactor.redact(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def _is_wanted(record: logging.LogRecord) -> bool:
    """Also of loggers that, as Bolt's do, set their own level."""
    return record.levelno >= QUIET.get(record.name.split(".")[0], logging.NOTSET)


def _number(record: logging.LogRecord) -> int | None:
    said: int | None = getattr(record, "mention", None)
    return _mention.get() if said is None else said


def _ended(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    _uncaught.critical("nobody caught this", exc_info=(kind, error, traceback))

"""`python app.py check`: says what is connected, what is missing, and the exact next step."""

from collections.abc import Generator, Iterator, Mapping
from datetime import datetime, timedelta
from enum import Enum, auto
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot import clock, disk, schema
from bot.config import Config
from bot.config_file import ConfigFileError, load_config
from bot.config_mistakes import ConfigError
from bot.database import Database
from bot.diagnosis import Finding, left_open
from bot.settings import EMBEDDED, Settings
from bot.slack.workspace import Workspace
from bot.store import Store
from bot.usecases.configure import as_applied, current_config, is_configured
from bot.usecases.health import health
from platforms import Configured, available
from platforms.base import PausedError, PlatformError

NO_ADMIN = (
    "No admin is named: nobody hears of trouble, and at first replies leave without a second "
    "pair of eyes. Next: in Slack, your profile > ⋮ > Copy member ID; add it to admins in {file}"
)
INSTALL_STEP = (
    "Next: install the app anew at api.slack.com/apps, and set SLACK_BOT_TOKEN to its token."
)
CLOCK_MAY_BE_OFF = 60
"""Seconds."""
CLOCK_STEP = "Next: let the network set it (timedatectl set-ntp true)."
NETWORK_STEP = "Next: look at this machine's network and at SLACK_API_URL, then check again."


class _Held(Enum):
    """What of the database can be looked at."""

    NOTHING = auto()
    NEW = auto()
    ALL = auto()


def examine(
    database: Database,
    workspace: Workspace,
    platforms: Mapping[str, Configured],
    settings: Settings,
) -> Iterator[Finding]:
    """Look at one thing after the other, each told as soon as it is known."""
    held = yield from _database(database, settings.engine)
    config = None
    if held is not _Held.NOTHING:
        config = yield from _configuration(database, held, settings.config_path)
    slack, its_time = _slack(workspace)
    yield slack
    if its_time is not None:
        yield from _clocks(its_time, None if held is _Held.NOTHING else database)
    if config is not None and slack.ok:
        yield from _channels(config, workspace)
    yield from _platforms(platforms)
    if config is not None:
        yield from _budgets(config)
    if held is _Held.ALL:
        yield from _health(database)


def _database(database: Database, engine: str) -> Generator[Finding, None, _Held]:
    name = database.engine.dialect.name
    try:
        current = schema.is_current(database, engine=engine)
        new = not current and schema.is_new(database)
    except SQLAlchemyError as error:
        reason = str(error).splitlines()[0]
        told = f"The database ({name}) does not answer: {reason}. Next: look at DATABASE_URL."
        yield Finding(ok=False, sentence=told)
        return _Held.NOTHING
    if new and engine == EMBEDDED:
        yield left_open(
            f"The database ({name}) is new: the first start of python app.py creates it "
            "(where web and worker run apart: python app.py migrate)."
        )
        return _Held.NEW
    if not current:
        yield Finding(ok=False, sentence=f"{name}: not up to date. Next: python app.py migrate")
        return _Held.NEW if new else _Held.NOTHING
    if room := disk.trouble(database, surely=True):
        yield Finding(ok=False, sentence=room)
    yield Finding(ok=True, sentence=f"The database ({name}) is up to date.")
    return _Held.ALL


def _configuration(
    database: Database, held: _Held, file: Path
) -> Generator[Finding, None, Config | None]:
    """What holds, or will hold from the first start on: the file fills an empty database only."""
    if held is _Held.ALL and database.read(is_configured):
        yield from _later_file(database, file)
        config, change = database.read(current_config), ", then python app.py config import"
    else:
        first = yield from _first_file(file)
        if first is None:
            return None
        config, change = first, ""
    if not config.admins:
        yield left_open(NO_ADMIN.format(file=file) + change)
    return config


def _first_file(file: Path) -> Generator[Finding, None, Config | None]:
    try:
        config = load_config(file)
    except (ConfigError, ConfigFileError) as error:
        yield from (Finding(ok=False, sentence=one) for one in str(error).splitlines())
        return None
    yield Finding(ok=True, sentence=f"{file} can be read; the first start takes it.")
    return config


def _later_file(database: Database, file: Path) -> Iterator[Finding]:
    """Nobody reads it any more, and whoever edits it may not know."""
    if not file.exists():
        return
    try:
        differs = database.read(_differs, load_config(file))
    except (ConfigError, ConfigFileError) as error:
        yield from (left_open(one) for one in str(error).splitlines())
        return
    if differs:
        yield left_open(
            f"{file} says something else than the database, which holds. Next: "
            f"python app.py config import {file} shows the difference and asks before it writes."
        )
    else:
        yield Finding(ok=True, sentence=f"The database says the same as {file}.")


def _differs(store: Store, written: Config) -> bool:
    return as_applied(store, written) != current_config(store)


def _slack(workspace: Workspace) -> tuple[Finding, datetime | None]:
    """And what time it is there, if it says so."""
    try:
        its_time = workspace.time()
    except PlatformError as error:
        step = INSTALL_STEP if isinstance(error, PausedError) else NETWORK_STEP
        return Finding(ok=False, sentence=f"Slack: {error} {step}"), None
    return Finding(ok=True, sentence="Slack knows our token."), its_time


def _clocks(right: datetime, database: Database | None) -> Iterator[Finding]:
    """By this machine's clock presses are refused; by the database's, what was sent is found."""
    here, there = "This machine's clock", "The database server's clock"
    yield from _clock(here, clock.utc_now() - right, "From five minutes on presses are refused.")
    if database is not None and not database.is_sqlite:
        yield from _clock(there, database.now() - right, "From ten minutes on a card may double.")


def _clock(whose: str, ahead: timedelta, means: str) -> Iterator[Finding]:
    off = round(ahead.total_seconds())
    if abs(off) > CLOCK_MAY_BE_OFF:
        way = "ahead of" if off > 0 else "behind"
        told = f"{whose} is {abs(off)} seconds {way} Slack's. {means} {CLOCK_STEP}"
        yield Finding(ok=False, sentence=told)


def _channels(config: Config, workspace: Workspace) -> Iterator[Finding]:
    channels = [one.channel for one in config.departments]
    channels += [config.leadership.channel] if config.leadership else []
    for channel in dict.fromkeys(channels):
        try:
            member = workspace.is_member(workspace.channel_id(channel))
        except PlatformError as error:
            yield Finding(ok=False, sentence=f"{channel}: {error}")
            continue
        invite = f"I am not in {channel}. Next: type /invite @Switchboard there."
        yield Finding(ok=member, sentence=f"I can post in {channel}." if member else invite)


def _platforms(platforms: Mapping[str, Configured]) -> Iterator[Finding]:
    for name, platform in available().items():
        if name in platforms:
            yield Finding(ok=True, sentence=f"{platform.label} is connected.")
        elif not platform.for_trying:
            told = f"{platform.label} is not connected; README.md tells its variables."
            yield Finding(ok=None, sentence=told)
    if not platforms:
        yield left_open("There is nothing to read yet. Next: set the variables of a platform.")


def _budgets(config: Config) -> Iterator[Finding]:
    """A limit under a name that nothing has would limit nothing, and nobody would notice."""
    names = available()
    for name in config.budget:
        if name not in names:
            known = ", ".join(names)
            told = f"[budget.{name}] is for no platform. Next: name it as one of: {known}."
            yield Finding(ok=False, sentence=told)


def _health(database: Database) -> Iterator[Finding]:
    labels = {name: platform.label for name, platform in available().items()}
    found = database.read(health, label=lambda name: labels.get(name, name))
    yield from (Finding(ok=False, sentence=one) for one in found.outbox)
    for report in found.sources:
        yield Finding(ok=report.ok, sentence=f"{report.label}: {' '.join(report.says())}")

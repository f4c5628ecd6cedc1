"""`python app.py check`: says what is connected, what is missing, and the exact next step."""

from collections.abc import Iterator, Mapping

from sqlalchemy.exc import SQLAlchemyError

from bot import disk, schema
from bot.database import Database
from bot.diagnosis import Finding
from bot.slack.workspace import Workspace
from bot.store import Store
from bot.usecases.configure import current_config, is_configured
from bot.usecases.health import health
from platforms import Configured, available
from platforms.base import PlatformError


def examine(
    database: Database,
    workspace: Workspace,
    platforms: Mapping[str, Configured],
    *,
    engine: str,
) -> Iterator[Finding]:
    """Look at one thing after the other, each told as soon as it is known."""
    ready = None
    for finding in _database(database, engine):
        ready = finding.ok
        yield finding
    slack = _slack(workspace)
    yield slack
    if ready and slack.ok:
        yield from _channels(database, workspace)
    yield from _platforms(platforms)
    if ready:
        yield from _budgets(database)
        yield from _health(database)


def _budgets(database: Database) -> Iterator[Finding]:
    """A limit under a name that nothing has would limit nothing, and nobody would notice."""
    names = available()
    for name in database.read(current_config).budget:
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


def _database(database: Database, engine: str) -> Iterator[Finding]:
    name = database.engine.dialect.name
    try:
        current = schema.is_current(database, engine=engine)
    except SQLAlchemyError as error:
        reason = str(error).splitlines()[0]
        yield Finding(ok=False, sentence=f"The database ({name}) does not answer: {reason}")
        return
    if not current:
        yield Finding(ok=False, sentence=f"{name}: not up to date. Next: python app.py migrate")
        return
    if room := disk.trouble(database, surely=True):
        yield Finding(ok=False, sentence=room)
    yield Finding(ok=True, sentence=f"The database ({name}) is up to date.")
    if not database.read(is_configured):
        yield Finding(
            ok=False,
            sentence="There is no configuration yet. Next: start once with switchboard.toml, or "
            "python app.py config import FILE",
        )


def _slack(workspace: Workspace) -> Finding:
    try:
        workspace.who_am_i()
    except PlatformError as error:
        return Finding(ok=False, sentence=f"Slack: {error}")
    return Finding(ok=True, sentence="Slack knows our token.")


def _channels(database: Database, workspace: Workspace) -> Iterator[Finding]:
    for channel in database.read(_configured_channels):
        try:
            member = workspace.is_member(workspace.channel_id(channel))
        except PlatformError as error:
            yield Finding(ok=False, sentence=f"{channel}: {error}")
            continue
        invite = f"I am not in {channel}. Next: type /invite @Switchboard there."
        yield Finding(ok=member, sentence=f"I can post in {channel}." if member else invite)


def _configured_channels(store: Store) -> list[str]:
    config = current_config(store)
    channels = [one.channel for one in config.departments]
    if config.leadership is not None:
        channels.append(config.leadership.channel)
    return list(dict.fromkeys(channels))


def _platforms(platforms: Mapping[str, Configured]) -> Iterator[Finding]:
    for name, platform in available().items():
        connected = name in platforms
        said = "is connected" if connected else "is not connected; README.md tells its variables"
        yield Finding(ok=True if connected else None, sentence=f"{platform.label} {said}.")

"""The composition root and the command line. The only place that reads the environment.

`python app.py` runs everything in one process; `python app.py --help` tells what else there is.
"""

import argparse
import csv
import difflib
import heapq
import json
import logging
import os
import signal
import sqlite3
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, TextIO

try:
    from sqlalchemy.exc import DatabaseError, OperationalError, SQLAlchemyError
except ModuleNotFoundError as error:
    typed = " ".join(("app.py", *sys.argv[1:]))
    sys.exit(f"{error.name} is not here. Next: make install, then .venv/bin/python {typed}")

from bot import doctor, logs, pressing, schema, sentry
from bot.backup import BackupError, back_up
from bot.clock import Clock, utc_now
from bot.config import Config, write_config
from bot.config_file import ConfigFileError, load_config
from bot.config_mistakes import ConfigError
from bot.database import Database, found_no_room
from bot.diagnosis import OPEN, Finding
from bot.engine.tables import ForeignTablesError
from bot.errors import Refusal
from bot.models import DeliveryState
from bot.process import Process, make_drain
from bot.secrecy import Redactor, secrets_of
from bot.settings import CONFIG_PATH, DatabaseSettings, Settings, SettingsError
from bot.slack.as_text import as_text
from bot.slack.summary import draw_summary
from bot.usecases.audit import Line, as_cell, policy_trail, trail
from bot.usecases.configure import apply_config, as_applied, current_config, is_configured
from bot.usecases.erase import erase_author, erase_conversation, traces, traces_of_mention
from bot.usecases.restored import doubt_all
from bot.usecases.summary import queue_summary, read_week, summarize, week_of, zone_of
from bot.web import SLACK_PATH
from handlers import build_app
from platforms import available, configured
from platforms.base import SettingsProblem

log = logging.getLogger("switchboard")

MANY_PORTS = 65536


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options, os.environ))
    except MISTAKES as error:
        print(error, file=sys.stderr)
        return 2
    except DatabaseError as error:
        told = _what_is_wrong(error)
        if not told:
            raise
        print(told, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _what_is_wrong(error: DatabaseError) -> str:
    """Where it is the database's fault, and not ours."""
    if type(error.orig) is sqlite3.DatabaseError:
        return (
            f"The database cannot be read: {error.orig}. Next: look at DATABASE_URL; "
            "if that is the right file, put a backup in its place."
        )
    if not isinstance(error, OperationalError):
        return ""
    if found_no_room(error):
        return (
            "The disk of the database is full, and nothing was changed. "
            "Next: free space on it, then do this again."
        )
    reason = str(error.orig).splitlines()[0]
    return (
        f"The database does not answer: {reason}. Next: look whether it runs, and at DATABASE_URL."
    )


class CommandError(Exception):
    """What was asked for cannot be done; the message says what to do next."""


MISTAKES = (
    SettingsError, SettingsProblem, ConfigError, ConfigFileError, ForeignTablesError, Refusal,
    CommandError, sentry.SentryMissingError, BackupError,
)  # fmt: skip


def run_all(_: argparse.Namespace, env: Mapping[str, str]) -> int:
    process = _process(env)
    prepare(process)
    process.greet_slack()
    process.start_worker()
    _open_door(process)
    return _serve(process)


def run_web(_: argparse.Namespace, env: Mapping[str, str]) -> int:
    process = _process(env)
    _demand_schema(process.database, process.settings)
    fill_when_empty(process.database, process.settings.config_path)
    process.greet_slack()
    _open_door(process)
    return _serve(process)


def run_worker(_: argparse.Namespace, env: Mapping[str, str]) -> int:
    process = _process(env)
    _demand_schema(process.database, process.settings)
    fill_when_empty(process.database, process.settings.config_path)
    process.greet_slack()
    process.start_worker()
    return _serve(process)


def run_migrate(_: argparse.Namespace, env: Mapping[str, str]) -> int:
    settings = DatabaseSettings.read(env)
    logs.set_up("INFO", logs.TEXT, Redactor(secrets_of(settings)))
    with closing(Database(settings.database_url)) as database:
        changed = schema.upgrade(database, engine=settings.engine)
    print("The database is up to date now." if changed else "The database was up to date already.")
    return 0


def prepare(process: Process) -> None:
    """Bring an own database into shape and fill it at the first start."""
    schema.upgrade(process.database, engine=process.settings.engine)
    fill_when_empty(process.database, process.settings.config_path)


def fill_when_empty(database: Database, config_path: Path) -> None:
    if not database.read(is_configured):
        database.write(apply_config, load_config(config_path))
        log.info("filled the empty database from %s", config_path)


def _process(
    env: Mapping[str, str], *, clock: Clock | None = None, log_level: str | None = None
) -> Process:
    settings = Settings.read(env)
    platforms = {one.platform.name: one for one in configured(env)}
    told = (settings, *(one.settings for one in platforms.values()))
    redactor = Redactor(secret for one in told for secret in secrets_of(one))
    logs.set_up(log_level or settings.log_level, settings.log_format, redactor)
    if settings.sentry_dsn is not None:
        sentry.start(settings.sentry_dsn.get_secret_value(), redactor)
    for name in platforms:
        log.info("connected to %s", name)
    if not platforms:
        log.warning("No platform is connected. Next: set the variables of one; see README.md.")
    return Process(settings, platforms, build_app, clock=clock)


def _demand_schema(database: Database, settings: DatabaseSettings) -> None:
    if database.is_missing:
        file = database.engine.url.database
        raise CommandError(
            f"There is no database at {file}. Next: look at DATABASE_URL; python app.py migrate"
            " makes a new one there."
        )
    if not schema.is_current(database, engine=settings.engine):
        raise CommandError("The database is not up to date. Next: python app.py migrate")


def _open_door(process: Process) -> None:
    try:
        process.start_web()
    except OSError as error:
        process.stop()
        raise CommandError(
            f"Port {process.settings.port} cannot be opened: {error.strerror or error}. "
            "Next: stop what is there, or set PORT to a free one."
        ) from error


def _serve(process: Process) -> int:
    """Run until SIGTERM or Ctrl-C, then finish what is in hand."""
    asked = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: asked.set())
    where = f", on port {process.web.port}" if process.web else ""
    log.info("Switchboard is running%s. Stop it with Ctrl-C.", where)
    asked.wait()
    log.info("stopping: finishing what is in hand")
    process.stop()
    return 0


def run_check(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    # What it finds it says itself; the log's own words are for who asks for them.
    process = _process(env, log_level=None if env.get("LOG_LEVEL") else "CRITICAL")
    findings = list(_told(doctor.examine(
        process.database, process.workspace, process.platforms, process.settings
    )))  # fmt: skip
    if _takes_writes(process):
        findings += _told(_presses(options, process))
    process.stop()
    print(_in_short(findings, asked=options.press is not None))
    return 1 if _is_wrong(findings) else 0


def _in_short(findings: list[Finding], *, asked: bool) -> str:
    """`asked`: whether a press was to be proved, too."""
    if _is_wrong(findings):
        return "Mend what stands under PROBLEM, then check again."
    if asked and findings[-1].ok is None:
        return "Nothing is wrong as far as that goes; that a press comes back is not proved."
    if any(one.ok is None and one.mark == OPEN for one in findings):
        return "Nothing is wrong. What stands under open is yet to do."
    return "All is well."


def _is_wrong(findings: list[Finding]) -> bool:
    return any(one.ok is False for one in findings)


def _presses(options: argparse.Namespace, process: Process) -> Iterator[Finding]:
    database, settings = process.database, process.settings
    if options.press is None or not settings.socket_mode:
        yield from pressing.knock(database, settings)
    if options.press is not None:
        whom, seconds = options.press, options.wait
        yield from pressing.ask(database, process.workspace, settings, whom=whom, seconds=seconds)


def _takes_writes(process: Process) -> bool:
    """Whether the database can be written into; the doctor says what is wrong with it."""
    if process.database.is_full:
        return False
    try:
        return schema.is_current(process.database, engine=process.settings.engine)
    except SQLAlchemyError:
        return False


def _told(findings: Iterable[Finding]) -> Iterator[Finding]:
    for finding in findings:
        print(finding, flush=True)
        yield finding


def run_config(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    settings = DatabaseSettings.read(env)
    with closing(Database(settings.database_url)) as database:
        _demand_schema(database, settings)
        have = ""
        if database.read(is_configured):
            have = write_config(database.read(current_config))
        if options.what == "import":
            _import_config(database, have, options.file or CONFIG_PATH, yes=options.yes)
        elif not have:
            raise CommandError("Nothing is configured yet. Next: python app.py config import FILE.")
        else:
            with _opened(options.file) as out:
                out.write(have)
    return 0


def _import_config(database: Database, have: str, file: Path, *, yes: bool) -> None:
    """Show what would change, and change it when that is wanted."""
    wanted = load_config(file)
    become = database.read(as_applied, wanted)
    difference = "".join(
        difflib.unified_diff(
            have.splitlines(keepends=True),
            write_config(become).splitlines(keepends=True),
            "the database",
            str(file),
        )
    )
    print(difference or "The database says the same already.\n", end="")
    if difference and (yes or _agreed("Write this into the database?")):
        database.write(apply_config, wanted)
        print("Written. It holds from the next mention on.")


def run_backup(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    def tell(done: int, pages: int) -> None:
        print(f"\r{100 * done // max(pages, 1)} % copied", end="", file=sys.stderr, flush=True)

    back_up(DatabaseSettings.read(env).database_url, options.file, tell=tell)
    print(f"\nWritten to {options.file}. Keep it where this machine's end does not reach it.")
    return 0


def run_restored(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    settings = DatabaseSettings.read(env)
    with closing(Database(settings.database_url)) as database:
        if schema.is_new(database):
            raise CommandError("This database is empty. Next: put the copy back, then once more.")
        if not (options.yes or _agreed(RESTORED)):
            print("Nothing was changed.")
            return 1
        database.write(doubt_all)
    print("Done: what waits is looked for before it is sent. Start Switchboard.")
    return 0


RESTORED = (
    "What waits to leave is taken for what may have left since the copy was made. Nothing may run "
    "on this database now. Was it put back from a copy, and is Switchboard stopped?"
)


def run_export(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    if options.since and options.until and options.since > options.until:
        raise CommandError("These days are the wrong way round. Next: --since the earlier one.")
    settings = DatabaseSettings.read(env)
    with closing(Database(settings.database_url)) as database:
        _demand_schema(database, settings)
        with _opened(options.file) as out:
            _export(database, options, out)
    return 0


def _opened(file: Path | None) -> AbstractContextManager[TextIO]:
    """Where to write: a new file, or what is printed when none is named (or `-`)."""
    return _printed() if file is None or file == Path("-") else _new_file(file)


@contextmanager
def _printed() -> Iterator[TextIO]:
    """What is printed, as far as somebody reads it."""
    try:
        yield sys.stdout
        sys.stdout.flush()
    except OSError as error:
        # Else Python tries once more, when it ends, to write what is left, and fails aloud.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            raise CommandError(f"{error}. {NOT_WHOLE}") from None


@contextmanager
def _new_file(path: Path) -> Iterator[TextIO]:
    """A file to write, for whoever makes it alone: it names people. Whole, or not there."""
    try:
        number = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        raise CommandError(f"{path} is there already. Next: name another file.") from None
    except OSError as error:
        raise CommandError(f"{error}. Next: name a new file in a folder that is there.") from None
    whole = False
    try:
        with os.fdopen(number, "w", encoding="utf-8", newline="") as file:
            yield file
        whole = True
    except OSError as error:
        raise CommandError(f"{path}: {error}. {NOT_WHOLE}") from None
    finally:
        if not whole:
            path.unlink()
    print(f"Written to {path}.", file=sys.stderr)


NOT_WHOLE = "It was not written whole. Next: make room there, or name a file where there is some."


def _export(database: Database, options: argparse.Namespace, file: TextIO) -> None:
    names = [*Line.NAMES, *(["detail"] if options.words else [])]
    table = csv.DictWriter(file, names) if options.format == "csv" else None
    if table is not None:
        table.writeheader()
    of_policy = database.read(policy_trail, since=options.since, until=options.until)
    for line in heapq.merge(_of_mentions(database, options), of_policy, key=lambda one: one.at):
        shown = line.shown(words=options.words)
        if table is not None:
            table.writerow({name: as_cell(value) for name, value in shown.items()})
        else:
            file.write(json.dumps(shown, ensure_ascii=False) + "\n")


def _of_mentions(database: Database, options: argparse.Namespace) -> Iterator[Line]:
    last = 0
    while lines := database.read(trail, after=last, since=options.since, until=options.until):
        yield from lines
        last = lines[-1].number


def run_erase(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    settings = DatabaseSettings.read(env)
    handle = options.author.strip().removeprefix("/").removeprefix("u/").removeprefix("@")
    one_of_both = bool(handle) != bool(options.mention)
    if not one_of_both or (handle and options.platform not in available()):
        known = ", ".join(available())
        raise CommandError(
            f"Next: say --author NAME --platform, one of {known}; or --mention NUMBER."
        )
    whose = f"{handle} on {options.platform}" if handle else f"mention {options.mention}"
    with closing(Database(settings.database_url)) as database:
        _demand_schema(database, settings)
        if handle:
            found = database.read(traces, options.platform, handle)
        else:
            found = database.read(traces_of_mention, options.mention)
        if not found:
            where = database.engine.url.set(query={}).render_as_string()  # without its password
            print(f"Nothing is stored of {whose} in {where}. {MAY_BE_GONE}")
            _write_anew(database)  # an earlier run may have got no further than this
            return 0
        print(found.told(whose))
        if not (options.yes or _typed_again(handle or str(options.mention))):
            print("Nothing was erased.")
            return 1
        for head in found.heads:
            database.write(erase_conversation, head)
        if handle:
            database.write(erase_author, options.platform, handle)
        print(ERASED_NOW)
        _write_anew(database)
    return 0


def _write_anew(database: Database) -> None:
    try:
        database.write_anew()
    except sqlite3.OperationalError as error:
        raise CommandError(STILL_IN_FILE.format(error=error)) from error


MAY_BE_GONE = (
    "Of posts that were deleted before nobody here knows whose they were: what was written to "
    "their authors goes with --mention NUMBER."
)
ERASED_NOW = f"""\
Erased. The cards are drawn anew by the worker. What is left, and is not in this database:
- in Slack: the lines in the cards' threads, direct messages, summaries. Delete them there.
- on the platform: the posts, and our replies to them. Take those down from their cards or there.
- backups and exports that were made before.
{MAY_BE_GONE}
What they post from now on comes in like anybody's."""
STILL_IN_FILE = (
    "It is erased from the tables, and the database's file still holds some of it ({error}). Next: "
    "free as much space as the file takes, or stop Switchboard, and run this once more."
)


def _typed_again(handle: str) -> bool:
    return _typed(f"This cannot be undone. Type {handle} to erase it: ") == handle


def run_summary(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    process = _process(env)
    try:
        return _summary(options, process)
    finally:
        process.stop()


def _summary(options: argparse.Namespace, process: Process) -> int:
    _demand_schema(process.database, process.settings)
    if not process.database.read(is_configured):
        raise CommandError("There is no configuration yet. Next: python app.py config import FILE")
    config = process.database.read(current_config)
    zone = zone_of(config)
    last = week_of(datetime.now(zone).date(), zone).before()
    week = read_week(options.week, zone) if options.week else last
    process.greet_slack()
    if options.post:
        return _post_summary(process, config, str(week))
    label, link = process.switchboard.label, process.switchboard.link
    view = process.database.read(summarize, config, week, label=label, link=link)
    print(as_text(draw_summary(view).blocks))
    return 0


def _post_summary(process: Process, config: Config, week: str) -> int:
    if config.leadership is None:
        raise CommandError("No channel is set. Next: add [leadership] to the configuration.")
    key = f"summary:{week}:{utc_now():%Y%m%d%H%M%S%f}"
    process.database.write(queue_summary, config, week, key=key)
    print(f"Posting the summary of {week} to {config.leadership.channel} …", flush=True)
    make_drain(process.switchboard, process.workspace).run_until_idle()
    row = process.database.read(lambda store: store.delivery(key))
    done = row is not None and row.state == DeliveryState.DONE
    why = f" {row.problem}" if row and row.problem else ""
    print("Posted." if done else f"Not posted yet.{why} The worker goes on trying.")
    return 0 if done else 1


def run_sandbox(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Everything, with a stand-in for the world outside, on 127.0.0.1."""
    from bot.sandbox.world import World  # noqa: PLC0415 (brings a web server that nothing else needs)

    if any(env.get(name) for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN")):
        raise CommandError(
            "The sandbox does not start where real Slack tokens are set. "
            "Next: unset SLACK_BOT_TOKEN and SLACK_APP_TOKEN, or open another terminal."
        )
    example = Path(__file__).parent / "switchboard.example.toml"
    config = load_config(example)
    channels = [one.channel for one in config.departments]
    channels += [config.leadership.channel] if config.leadership else []
    with tempfile.TemporaryDirectory(prefix="switchboard-") as folder:
        world = World(channels, port=options.port)
        try:
            world.start()
        except OSError as error:
            raise CommandError(
                f"Port {options.port} is taken. Next: stop what is there, or make sandbox PORT=8001"
            ) from error
        looked_after = config.model_copy(update={"admins": (world.slack.person("ana").id,)})
        company = Path(folder) / "switchboard.toml"
        company.write_text(write_config(looked_after), encoding="utf-8")
        around = world.environment() | {
            "DATABASE_URL": f"sqlite:///{folder}/sandbox.db",
            "SWITCHBOARD_CONFIG": str(company),
            "POLL_SECONDS": "1",
            "WATCH_SECONDS": "5",
            "LOG_LEVEL": env.get("LOG_LEVEL", "WARNING"),
        }
        process = _process(around, clock=world.clock.now)
        prepare(process)
        process.greet_slack()
        process.start_worker()
        process.start_web(host="127.0.0.1", port=0)
        assert process.web is not None
        world.connect(f"http://127.0.0.1:{process.web.port}{SLACK_PATH}")
        print(
            f"\n  Switchboard's sandbox is open: {world.url}\n\n  Stop it with Ctrl-C.", flush=True
        )
        try:
            return _serve(process)
        finally:
            world.stop()


def _agreed(question: str) -> bool:
    return _typed(f"{question} [y/N] ").casefold() in ("y", "yes")


def _typed(question: str) -> str:
    """What somebody answers. Raises CommandError where there is no terminal to answer at."""
    try:
        return input(question).strip()
    except EOFError:
        told = "\nNobody is there to answer: nothing was changed. Next: the same with --yes."
        raise CommandError(told) from None


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        told = f"{written} is no day. Next: write it as year, month and day, like 2026-11-01"
        raise argparse.ArgumentTypeError(told) from None


def _port(written: str) -> int:
    if not (written.isascii() and written.isdigit() and int(written[:9]) < MANY_PORTS):
        told = f"{written} is no port. Next: choose a number from 1024 to 65535, like 8001"
        raise argparse.ArgumentTypeError(told)
    return int(written)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python app.py",
        description="Every public mention of your brand, in Slack. Without a command "
        "everything runs in one process, until Ctrl-C.",
    )
    parser.set_defaults(run=run_all)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    def add(name: str, run: Callable[[Any, Any], int], told: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=told, description=told)
        command.set_defaults(run=run)
        return command

    add("web", run_web, "hear what people do in Slack")
    add("worker", run_worker, "read the platforms and send what is due")
    check = add("check", run_check, "say what is connected, what is missing and what to do")
    check.add_argument("--press", nargs="?", const="", metavar="@ana",
        help="have the first admin, or whom you name, press a button in Slack")  # fmt: skip
    check.add_argument("--wait", type=int, default=60, metavar="SECONDS", help="for that press")
    add("migrate", run_migrate, "bring the database up to date")
    backup = add("backup", run_backup, "copy a running SQLite database into a file")
    backup.add_argument("file", type=Path)
    restored = add("restored", run_restored, "after a copy was put back: send nothing twice")
    restored.add_argument("--yes", action="store_true", help="without asking")
    export = add("export", run_export, "write who did what when, for auditors")
    export.add_argument("file", nargs="?", type=Path, help="a new file (default, or -: print it)")
    export.add_argument("--since", type=_day, metavar="2026-11-01")
    export.add_argument("--until", type=_day, metavar="2026-11-30")
    export.add_argument("--format", choices=["csv", "jsonl"], default="csv")
    export.add_argument("--words", action="store_true", help="also what people wrote")
    erase = add("erase", run_erase, "forget what an author wrote, and who they are")
    erase.add_argument("--author", default="", metavar="HANDLE")
    erase.add_argument("--platform", default="")
    erase.add_argument("--mention", type=int, metavar="NUMBER", help="of this conversation alone")
    erase.add_argument("--yes", action="store_true", help="erase without asking")
    summary = add("summary", run_summary, "print a week's summary, or post it")
    summary.add_argument("--week", metavar="2026-W46", help="which week (default: the last one)")
    summary.add_argument("--post", action="store_true", help="post it for leadership")
    config = add("config", run_config, "move the configuration between database and file")
    config.add_argument("what", choices=["import", "export"])
    config.add_argument("file", nargs="?", type=Path,
        help=f"to import (default: {CONFIG_PATH}), or a new file to write")  # fmt: skip
    config.add_argument("--yes", action="store_true", help="write without asking")
    sandbox = add("sandbox", run_sandbox, "try everything in the browser, no account needed")
    sandbox.add_argument("--port", type=_port, default=8000)
    return parser


def _leave(code: int) -> None:
    """End now. A thread that still waits for a platform's answer must not hold up the end: what it
    sent is written down as perhaps sent, and is looked for after the next start.
    """  # noqa: D205 (two sentences that belong together)
    sentry.finish()
    logging.shutdown()
    sys.stdout.flush()
    os._exit(code)


if __name__ == "__main__":
    logs.log_what_nobody_catches()
    _leave(main())

"""Who may import whom. The table is the plan of the house; the test walks through it.

A line may import the lines below it, and nobody beside it. When a test here fails, most often the
code stands in the wrong room: ask what it is about, and put it where that is at home. To change the
plan on purpose, change the table, and CONTRIBUTING.md with it.
"""

import ast
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# x.* each module of the package by itself; x/ the package as one room, free inside.
LINES = (
    "app  migrations.env",  # puts everything together
    "bot.process  bot.doctor  bot.pressing  handlers",
    "handlers.*  bot.scheduler  bot.engine/  bot.healthz  bot.web",  # what happens, and when
    "bot.backup  "
    "bot.claims  bot.delivery/  bot.door  bot.ingest  bot.metrics  bot.schema  bot.switchboard"
    "  bot.watch",
    "bot.disk  bot.ledger",
    "bot.database  bot.slack.workspace  platforms  platforms.*",  # commits, and the network
    "bot.clock  bot.engine.tables",
    # From here down nothing commits and nothing reaches the network.
    "bot.usecases  bot.usecases.*",
    "bot.original  bot.policy",
    "bot.leaving",
    "bot.conversation  bot.shortcut  bot.trust",
    "bot.parcels  bot.rights  bot.sources",
    "bot.amendments  bot.journal  bot.news  bot.purse",
    "bot.billing  bot.figures  bot.finding  bot.outbox  bot.posts  bot.undelivered  bot.watches",
    "bot.deliveries",
    "bot.store  bot.slack/",
    "bot.config_file  bot.models/  bot.routing  bot.language/  platforms._*/",
    "bot.config  bot.diagnosis  bot.gathering  bot.habit  bot.hours  bot.lanes  bot.matching"
    "  bot.retry  bot.search  bot.sentry",
    "bot.logs",
    "bot.secrecy",
    "bot.config_mistakes  bot.errors  bot.seen  bot.settings  bot.wording  platforms.base",
)
OURS = ("app", "bot", "handlers", "migrations", "platforms")
SANDBOX = "bot.sandbox"
FILES = sorted(
    path
    for path in (ROOT / "app.py", ROOT / "migrations" / "env.py", *ROOT.glob("[bhp]*/**/*.py"))
    if path.relative_to(ROOT).parts[0].removesuffix(".py") in OURS
)


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module_of(path): path for path in FILES}
LAID_OUT = sorted(
    name for name in MODULES if not name.startswith(SANDBOX) and name not in ("bot", "migrations")
)


@cache
def tree_of(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def imports_of(module: str) -> Iterator[str]:
    """The modules of ours that this one imports, wherever in the file."""
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names if one.name.split(".")[0] in OURS)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module} imports relatively. Next: write the name out."
            whole = [f"{node.module}.{one.name}" for one in node.names]
            found = {each if each in MODULES else str(node.module) for each in whole}
            yield from (each for each in found if each.split(".")[0] in OURS)


def place_of(module: str) -> tuple[int, str] | None:
    """The line and the room of a module; of several names that fit, the longest counts."""
    fitting = [
        (len(room), number, room)
        for number, line in enumerate(LINES)
        for room in line.split()
        if fits(module, room)
    ]
    return max(fitting)[1:] if fitting else None


def fits(module: str, room: str) -> bool:
    package = room.removesuffix("/")
    inside = room.endswith("/") and fnmatchcase(module, f"{package}.*")
    return fnmatchcase(module, package) or inside


@pytest.mark.parametrize("module", LAID_OUT)
def test_a_module_imports_only_what_lies_below_it(module: str):
    place = place_of(module)
    assert place is not None, (
        f"{module} has no place in the plan. Next: put it into the line of LINES in"
        f" {Path(__file__).name} that is just above what it needs to import."
    )
    line, room = place
    for other in sorted(imports_of(module)):
        if other in ("bot", module) or other.startswith(SANDBOX):
            continue
        there = place_of(other)
        assert there is not None, f"{other}, which {module} imports, has no place in the plan"
        if room == there[1] and room.endswith("/"):
            continue
        assert there[0] > line, (
            f"{module} imports {other}, which lies {'beside' if there[0] == line else 'above'} it."
            " Next: move what both need into a line below, or hand it over as an argument."
        )


@pytest.mark.parametrize("line", LINES)
def test_every_room_of_the_plan_is_lived_in(line: str):
    for room in line.split():
        assert any(place_of(module) and place_of(module)[1] == room for module in MODULES), (  # type: ignore[index]
            f"Nothing stands in {room} any more. Next: take it out of LINES."
        )


@pytest.mark.parametrize("module", [name for name in LAID_OUT if name.startswith("platforms")])
def test_a_platform_knows_nothing_of_switchboard(module: str):
    for other in imports_of(module):
        assert other.startswith("platforms"), (
            f"{module} imports {other}. Next: say it with what platforms/base.py has; a platform"
            " must work for a program that is not Switchboard."
        )


def test_only_the_command_line_and_tests_know_of_the_sandbox():
    for module in LAID_OUT:
        taken = [other for other in imports_of(module) if other.startswith(SANDBOX)]
        assert module == "app" or not taken, (
            f"{module} imports {taken[0]}. The product must not know whether the world around it"
            " is real. Next: leave the difference to addresses and tokens, as app.py does."
        )


def test_the_sandbox_knows_nothing_of_switchboard():
    for module in (name for name in MODULES if name.startswith(SANDBOX)):
        taken = [other for other in imports_of(module) if not other.startswith(SANDBOX)]
        assert set(taken) <= {"bot"}, (
            f"{module} imports {taken[0]}. It stands for the world outside: with code of ours it"
            " would be wrong wherever we are. Next: write it there once more, from Slack's page."
        )


def test_every_error_is_caught_in_two_places_only():
    """The drain and the ingest loop, which must go on whatever happens."""
    found = [
        module
        for module in MODULES
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.ExceptHandler) and catches_all(node)
    ]
    assert sorted(found) == ["bot.delivery.drain", "bot.ingest"], (
        "Somewhere every error is caught. Next: name the errors that can be dealt with there, and"
        " let the others reach the drain, the ingest loop or handlers/errors.py."
    )


def catches_all(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    names = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(ast.unparse(name) in ("Exception", "BaseException") for name in names)


def test_only_the_command_line_reads_the_environment():
    found = [module for module in MODULES if reads_environment(tree_of(module))]
    assert sorted(found) == ["app", "migrations.env"], (
        "A variable is read out of the environment somewhere. Next: give it a field in"
        " bot/settings.py or in the platform's Settings; app.py hands the environment to both."
    )


def reads_environment(tree: ast.Module) -> bool:
    named = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    imported = {
        f"{node.module}.{one.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for one in node.names
    }
    return bool((named | imported) & {"os.environ", "os.getenv"})

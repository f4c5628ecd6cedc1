"""The documentation says what is: every command, variable, target and dependency stands in it."""

import re
from pathlib import Path

import pytest

import app
import platforms
from bot.sandbox.inside import DEFAULT_COMMANDS, DEFAULT_EVENTS, DEFAULT_SCOPES
from bot.settings import Settings

ROOT = Path(app.__file__).parent
README = (ROOT / "README.md").read_text()
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()


def commands() -> list[str]:
    (found,) = [one for one in app._parser()._actions if hasattr(one, "choices") and one.choices]
    return list(found.choices)


def variables() -> set[str]:
    own = {str(field.alias) for field in Settings.model_fields.values()}
    theirs = {
        str(field.alias)
        for platform in platforms.available().values()
        for field in platform.Settings.model_fields.values()
    }
    return own | theirs


def named_packages(name: str) -> set[str]:
    lines = (ROOT / name).read_text().splitlines()
    found = (re.match(r"[a-zA-Z0-9.-]+", one) for one in lines if one and one[0] not in "#-")
    return {match[0].lower() for match in found if match}


@pytest.mark.parametrize("command", commands())
def test_every_command_is_in_the_readme(command: str):
    assert f"`python app.py {command}" in README, f"tell in README.md what {command} does"


def test_the_readme_names_no_command_that_is_not_there():
    named = set(re.findall(r"`python app\.py ([a-z]+)", README))
    assert named <= set(commands())


@pytest.mark.parametrize("variable", sorted(variables()))
def test_every_variable_is_in_the_readme(variable: str):
    assert f"`{variable}`" in README, f"add {variable} to the table of variables in README.md"


def test_the_set_up_names_what_a_newcomer_has_to_give():
    _, _, rest = README.partition("## Set it up for your company")
    steps, _, _ = rest.partition("### Variables")
    for given in ("BOT_TOKEN=xoxb-", "SIGNING_SECRET=", "APP_TOKEN=xapp-"):
        assert f"       export SLACK_{given}" in steps
    assert "`admins`" in steps, "without one nobody hears of trouble"
    assert "request_url" not in steps, "the manifest tells all of what HTTP needs"
    assert ". .venv/bin/activate" in README.partition("### Commands")[2].partition("| command")[0]


def test_every_make_target_that_is_named_exists():
    named = set(re.findall(r"\bmake ([a-z-]+)", README + CONTRIBUTING)) - {"it"}
    there = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    assert named <= there


@pytest.mark.parametrize("text", [README, CONTRIBUTING], ids=["README", "CONTRIBUTING"])
def test_every_file_that_is_named_exists(text: str):
    linked = re.findall(r"\]\((?!https?:)([^)#]+)\)", text)
    coded = re.findall(r"`((?:bot|platforms|handlers|tests|migrations)/[\w/.]+\.py)`", text)
    missing = [name for name in (*linked, *coded) if not (ROOT / name).exists()]
    assert not missing


def test_every_room_on_the_map_exists():
    table = CONTRIBUTING.split("```")[1]
    rooms = re.findall(
        r"(?:^|\s{2,})((?:bot|platforms|handlers|tests|migrations)/\S*)", table, re.MULTILINE
    )
    missing = [name for name in rooms if not (ROOT / name).exists()]
    assert len(rooms) > 20
    assert not missing


def test_every_room_of_the_bot_is_on_the_map():
    table = CONTRIBUTING.split("```")[1]
    rooms = {f"bot/{one.name}" for one in (ROOT / "bot").glob("*.py")} - {"bot/__init__.py"}
    rooms |= {f"bot/{one.parent.name}/" for one in (ROOT / "bot").glob("*/__init__.py")}
    named = set(re.findall(r"bot/[a-z_]+(?:\.py|/)", table))
    assert rooms - named == set(), "say in CONTRIBUTING.md under Rooms what these are for"


@pytest.mark.parametrize(
    "package", sorted(named_packages("requirements.in") | named_packages("requirements-dev.in"))
)
def test_every_dependency_has_its_reason(package: str):
    told = CONTRIBUTING.split("### Dependencies")[1].lower()
    assert re.search(rf"[|,] {re.escape(package)}[ ,]", told), f"say why {package} is needed"


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_the_lock_names_no_registry(name: str):
    text = (ROOT / name).read_text()
    for entry in re.split(r"^(?=\w)", text, flags=re.MULTILINE)[1:]:
        assert re.match(r"\S+==.+ \\\n    --hash=sha256:[0-9a-f]{64}\b", entry), entry
    assert "://" not in text
    assert "--index-url" not in text


def test_the_sandbox_grants_what_the_manifest_asks_for():
    manifest = (ROOT / "manifest.yaml").read_text()
    assert all(f"- {scope}" in manifest for scope in DEFAULT_SCOPES)
    assert all(f"- {event}" in manifest for event in DEFAULT_EVENTS)
    assert tuple(re.findall(r"- command: (\S+)", manifest)) == DEFAULT_COMMANDS

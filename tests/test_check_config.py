"""`python app.py check` reads the configuration file, and says whether it is what holds."""

from contextlib import closing
from pathlib import Path

import pytest

from bot import schema
from bot.database import Database
from tests.command import Typed
from tests.conftest import new_postgres_database
from tests.town import EXAMPLE, Town, words

a_world = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""The town's own database is not looked at: only its Slack."""
NOWHERE = "PROBLEM #nowhere: #nowhere does not exist, or it is private and I am not in it."
TEXT = EXAMPLE.read_text(encoding="utf-8")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mine.toml"


def fresh(town: Town, file: Path, address: str) -> dict[str, str]:
    """What a newcomer has set: nothing was started yet."""
    return town.env | {"DATABASE_URL": address, "SWITCHBOARD_CONFIG": str(file)}


@a_world
def test_before_the_first_start_it_says_what_the_start_will_do(
    town: Town, typed: Typed, file: Path, empty_database_url: str
):
    file.write_text(TEXT.replace('"#sales"', '"#nowhere"'), encoding="utf-8")
    code, out, _ = typed(fresh(town, file, empty_database_url), "check")
    assert code == 1, "only for the channel"
    assert [one for one in out.splitlines() if one.startswith("PROBLEM")] == [NOWHERE]
    name = empty_database_url.partition(":")[0].partition("+")[0]
    assert f"open    The database ({name}) is new: the first start of python app.py cre" in out
    assert f"ok      {file} can be read; the first start takes it." in out
    assert "ok      I can post in #billing." in out
    assert "open    No admin is named: nobody hears of trouble, and at first replies leave" in out
    assert f"> Copy member ID; add it to admins in {file}\n" in out

    file.write_text(TEXT.replace("admins = []", 'admins = ["U0123ABCD"]'), encoding="utf-8")
    code, out, _ = typed(fresh(town, file, empty_database_url), "check")
    assert code == 0, out
    assert "No admin" not in out
    assert out.endswith("Nothing is wrong. What stands under open is yet to do.\n")


@a_world
def test_where_many_machines_share_it_a_new_database_has_to_be_migrated_first(
    town: Town, typed: Typed, file: Path, postgres_server: str
):
    env = fresh(town, file, new_postgres_database(postgres_server))
    file.write_text(TEXT, encoding="utf-8")
    code, out, _ = typed(env | {"ENGINE": "procrastinate"}, "check")
    assert code == 1
    assert "PROBLEM postgresql: not up to date. Next: python app.py migrate" in out
    assert "ok      I can post in #billing." in out


@a_world
def test_an_old_database_has_to_be_migrated(town: Town, typed: Typed, tmp_path: Path):
    address = f"sqlite:///{tmp_path}/old.db"
    with closing(Database(address)) as database:
        schema.migrate(database, "0001")
    code, out, _ = typed(town.env | {"DATABASE_URL": address}, "check")
    assert code == 1
    assert "PROBLEM sqlite: not up to date. Next: python app.py migrate" in out
    assert "ok      Slack knows our token." in out
    assert "can be read" not in out, "nobody knows whether the first start was long ago"


@a_world
@pytest.mark.parametrize(
    ("written", "told"),
    [
        (None, ["mine.toml does not exist. Next: cp switchboard.example.toml"]),
        (b"name = '\xff'", ["mine.toml cannot be read"]),
        (
            TEXT.replace('"#sales"', '"sales"').replace("terms = [", "termss = ["),
            ["brand.terms: is missing.", 'Did you mean "terms"?', 'Write it as "#sales"'],
        ),
    ],
)
def test_before_the_first_start_every_mistake_in_the_file_is_a_problem(
    town: Town, typed: Typed, file: Path, tmp_path: Path, written: str | bytes | None, told
):
    if written is not None:
        file.write_bytes(written if isinstance(written, bytes) else written.encode())
    code, out, _ = typed(fresh(town, file, f"sqlite:///{tmp_path}/new.db"), "check")
    assert code == 1
    for one in told:
        (line,) = [line for line in out.splitlines() if one in line]
        assert line.startswith("PROBLEM "), line
    assert "I can post in" not in out


def test_an_edited_file_is_not_overlooked_after_the_first_start(
    town: Town, typed: Typed, file: Path
):
    env = town.env | {"SWITCHBOARD_CONFIG": str(file)}
    assert str(file) not in typed(env, "check")[1].partition("No admin")[0], "nobody needs it now"

    file.write_text(TEXT, encoding="utf-8")
    assert f"ok      The database says the same as {file}." in typed(env, "check")[1]

    file.write_text(TEXT.replace('"refund*"', '"refunded"'), encoding="utf-8")
    code, out, _ = typed(env, "check")
    assert code == 0, out
    assert f"open    {file} says something else than the database, which holds. Next: " in out
    assert f"python app.py config import {file} shows the difference" in out
    assert "All is well" not in out
    typed(env, "config", "import", str(file), "--yes")
    assert f"ok      The database says the same as {file}." in typed(env, "check")[1]

    file.write_text(TEXT.replace('"#sales"', '"sales"'), encoding="utf-8")
    code, out, _ = typed(env, "check")
    assert code == 0, "what holds is in the database"
    assert 'open    mine.toml: department[5].channel: "sales" is not a channel.' in out


def test_what_slack_told_of_people_is_no_difference(town: Town, typed: Typed, file: Path):
    """The file calls them by name alone, and the database knows their ids once they acted."""
    file.write_text(TEXT.replace("members = []", 'members = ["Cat Novak"]'), encoding="utf-8")
    env = town.env | {"SWITCHBOARD_CONFIG": str(file)}
    typed(env, "config", "import", str(file), "--yes")
    for person in (town.cat, town.ana):
        town.post("Where is my refund, @acme?")
        person.click(town.card("billing"), "claim")
        town.deliver()
    assert "Claimed by *Ana Lima*" in words(town.card("billing"))
    assert f'slack = "{town.ana.id}"' in typed(env, "config", "export")[1]
    assert f'"{town.cat.id}"' in typed(env, "config", "export")[1]

    assert f"ok      The database says the same as {file}." in typed(env, "check")[1]
    said = typed(env, "config", "import", str(file))[1]
    assert said == "The database says the same already.\n"


@pytest.mark.parametrize(
    "command",
    ["check", "web", "worker", "config export", "summary --week 2026-W46", "export mine.csv"],
)
def test_what_only_looks_leaves_no_empty_database(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
):
    monkeypatch.chdir(tmp_path)
    tokens = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "1"}
    code, out, err = typed(tokens | {"SLACK_API_URL": "http://127.0.0.1:9/"}, *command.split())
    assert code
    assert "first start of python app.py creates it" in out or "There is no database at" in err
    assert list(tmp_path.iterdir()) == []

"""The command line, as the engineer types it: what it prints, and with which code it ends."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

import app
from bot import clock
from bot.database import Database
from bot.models import ReplyState
from bot.sandbox.square import Post
from bot.sandbox.world import World
from bot.web import SLACK_PATH
from tests.command import Typed
from tests.conftest import new_postgres_database
from tests.town import EXAMPLE, Town

ROOT = Path(app.__file__).parent
NOT_UP_TO_DATE = "The database is not up to date. Next: python app.py migrate"
TOKENS = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "made-up"}


class Command:
    """`python app.py …` as a process of its own, in an empty folder, with these variables alone."""

    def __init__(self, folder: Path, env: dict[str, str], *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(ROOT / "app.py"), *arguments],
            cwd=folder, env={"PATH": os.environ["PATH"], **env}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def end(self, *, within: float = 20) -> tuple[int, str, str]:
        """Its exit code, what it printed, and what it said on standard error."""
        out, err = self._process.communicate(timeout=within)
        return self._process.returncode, out, err

    def kill(self) -> None:
        with self._process:
            self._process.kill()

    def terminate(self) -> None:
        self._process.send_signal(signal.SIGTERM)

    def wait_for(self, port: int, path: str = "/healthz") -> None:
        """Return when it answers on this port of this machine."""
        until = time.monotonic() + 20
        while True:
            try:
                get(port, path)
            except OSError:
                assert self._process.poll() is None, self.end()
                assert time.monotonic() < until, "it never opened its port"
                time.sleep(0.02)
            else:
                return


def get(port: int, path: str) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


Start = Callable[..., Command]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts commands, and ends those that a failed test left running."""
    started: list[Command] = []

    def start_one(env: dict[str, str], *arguments: str) -> Command:
        started.append(Command(tmp_path, env, *arguments))
        return started[-1]

    yield start_one
    for one in started:
        one.kill()


@pytest.fixture
def world() -> Iterator[World]:
    """What stands around Switchboard, by this machine's own clock."""
    channels = [one.channel for one in app.load_config(EXAMPLE).departments]
    opened = World([*channels, "#leadership"])
    opened.start()
    yield opened
    opened.stop()


@pytest.fixture
def env(world: World, tmp_path: Path) -> dict[str, str]:
    """Variables with which Switchboard finds this world."""
    return world.environment() | {
        "DATABASE_URL": f"sqlite:///{tmp_path}/switchboard.db",
        "SWITCHBOARD_CONFIG": str(EXAMPLE),
        "POLL_SECONDS": "1",
        "HOST": "127.0.0.1",
        "PORT": str(free_port()),
    }


# -- what is missing or wrong


def test_every_missing_or_wrong_variable_is_named_with_what_to_do(start: Start):
    nothing = start({})
    wrong = start(
        {"SLACK_BOT_TOKEN": "xoxp-a-secret", "PORT": "http", "POLL_SECONDS": "0"}
        | {"DATABASE_URL": "mysql://me:a-secret@host/db", "LOG_LEVEL": "LOUD"},
        "worker",
    )

    code, out, err = nothing.end()
    assert (code, out) == (2, "")
    assert "SLACK_BOT_TOKEN is not set. Next: api.slack.com/apps > your app" in err
    assert "SLACK_SIGNING_SECRET is not set. Next:" in err

    code, out, err = wrong.end()
    assert (code, out) == (2, "")
    for name in ("SLACK_BOT_TOKEN", "PORT", "POLL_SECONDS", "DATABASE_URL", "LOG_LEVEL"):
        assert re.search(rf"^{name}\b.* Next: .+", err, re.MULTILINE), name
    assert "a-secret" not in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["export", "--since", "2026-13-01"], "2026-13-01 is no day. Next: write it as year, mon"),
        (["sandbox", "--port", "abc"], "abc is no port. Next: choose a number from 1024 to 65535"),
        (["sandbox", "--port", "99999"], "99999 is no port. Next: "),
    ],
)
def test_a_wrong_choice_is_told_with_what_to_type(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
):
    with pytest.raises(SystemExit):
        app.main(arguments)
    assert told in " ".join(capsys.readouterr().err.split())


def test_help_says_what_no_command_does(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        app.main(["--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert "Without a command everything runs in one process" in said


def test_where_the_libraries_are_not_here_the_next_step_is_told():
    """As with the system's own Python: -S leaves out what was installed."""
    bare = [sys.executable, "-I", "-S", str(ROOT / "app.py"), "check", "--press"]
    ended = subprocess.run(bare, check=False, capture_output=True, text=True)
    told = "sqlalchemy is not here. Next: make install, then .venv/bin/python app.py check --press"
    assert (ended.returncode, ended.stderr) == (1, told + "\n")


def test_a_platform_with_half_its_variables_is_told(typed: Typed, tmp_path: Path):
    half = TOKENS | {"X_API_KEY": "a", "DATABASE_URL": f"sqlite:///{tmp_path}/x.db"}
    code, _, err = typed(half, "check")
    assert code == 2
    assert "X_API_SECRET" in err


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (None, "wrong.toml does not exist. Next: cp switchboard.example.toml"),
        ('catch_all = "Support', "wrong.toml: line 1: catch_all"),
        ('[[department]]\nname = "A"\nchannel = "#a"\nchannels = "#b"', 'Did you mean "channel"?'),
        ('catch_all = "Sales"', "wrong.toml: brand: is missing. Write it as: [brand]"),
        (b"name = '\xff'", "wrong.toml cannot be read"),
    ],
)
def test_a_mistake_in_the_file_names_file_key_and_fix(
    typed: Typed, tmp_path: Path, written: str | bytes | None, told: str
):
    file = tmp_path / "wrong.toml"
    if written is not None:
        file.write_bytes(written if isinstance(written, bytes) else written.encode())
    env = TOKENS | {"DATABASE_URL": f"sqlite:///{tmp_path}/new.db", "SWITCHBOARD_CONFIG": str(file)}
    code, out, err = typed(env)
    assert (code, out) == (2, "")
    assert told in err


def test_a_database_that_does_not_answer_is_told_in_a_sentence(typed: Typed):
    address = f"postgresql://me:a-secret@127.0.0.1:{free_port()}/none"
    for command in ("migrate", "web", "summary"):
        code, _, err = typed(TOKENS | {"DATABASE_URL": address}, command)
        assert code == 2
        assert "The database does not answer:" in err
        assert "a-secret" not in err
    code, out, _ = typed(TOKENS | {"DATABASE_URL": address}, "check")
    assert code == 1
    assert "PROBLEM The database (postgresql) does not answer:" in " ".join(out.split())


# -- commands that come back


def test_migrate_says_what_it_did_and_can_be_repeated(typed: Typed, empty_database_url: str):
    env = {"DATABASE_URL": empty_database_url}
    assert typed(env, "migrate")[:2] == (0, "The database is up to date now.\n")
    assert typed(env, "migrate")[:2] == (0, "The database was up to date already.\n")


def test_no_process_starts_on_an_old_schema(typed: Typed, tmp_path: Path):
    (tmp_path / "old.db").touch()
    env = TOKENS | {"DATABASE_URL": f"sqlite:///{tmp_path}/old.db"}
    for command in (["web"], ["worker"], ["summary"], ["config", "export"]):
        code, out, err = typed(env, *command)
        assert (code, out) == (2, ""), command
        assert err.splitlines()[-1] == NOT_UP_TO_DATE


def test_a_process_of_the_release_before_starts_on_a_newer_schema(
    typed: Typed, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    """While a release is rolled out a host may start the one before anew, or go back to it."""
    url = f"sqlite:///{tmp_path}/newer.db"
    env = TOKENS | {"DATABASE_URL": url}
    typed(env, "migrate")
    with closing(Database(url)) as database:
        newer = text("UPDATE alembic_version SET version_num = '9999'")
        database.write(lambda store: store.run(newer, {}))
    assert typed(env, "migrate")[:2] == (0, "The database was up to date already.\n")
    caplog.clear()
    assert "is configured yet" in typed(env, "config", "export")[2]
    assert "The database is of a newer release (9999) than this code" in caplog.text


def test_check_says_what_is_connected_and_what_to_do(
    typed: Typed, world: World, env: dict[str, str], tmp_path: Path
):
    typed(env, "migrate")
    code, _, err = typed(env, "summary")
    assert code == 2
    assert "There is no configuration yet. Next:" in err
    looked_after = tmp_path / "looked-after.toml"
    text = EXAMPLE.read_text(encoding="utf-8")
    looked_after.write_text(text.replace("admins = []", 'admins = ["U0123ABCD"]'), encoding="utf-8")
    typed(env, "config", "import", str(looked_after), "--yes")

    env = env | {"SWITCHBOARD_CONFIG": str(looked_after)}
    code, out, _ = typed(env, "check")
    assert code == 0, out
    for sentence in (
        "ok      The database (sqlite) is up to date.",
        "ok      Slack knows our token.",
        "ok      I can post in #billing.",
        "ok      I can post in #leadership.",
        "ok      Reddit is connected.",
        "ok      X is connected.",
        f"ok      The database says the same as {looked_after}.",
    ):
        assert sentence in out.splitlines()

    world.slack.add_channel("closed", bot_is_member=False)
    changed = EXAMPLE.read_text(encoding="utf-8").replace('"#sales"', '"#closed"')
    other = tmp_path / "other.toml"
    changed = changed.replace("[budget.x]", "[budget.twitter]")
    other.write_text(changed.replace('"#product"', '"#nowhere"'), encoding="utf-8")
    typed(env, "config", "import", str(other), "--yes")
    without_x = {name: value for name, value in env.items() if not name.startswith("X_")}
    code, out, _ = typed(without_x, "check")
    assert code == 1
    assert "PROBLEM I am not in #closed. Next: type /invite @Switchboard there." in out
    assert "PROBLEM #nowhere: #nowhere does not exist" in out
    assert "PROBLEM [budget.twitter] is for no platform. Next: name it as one of: " in out
    assert "off     X is not connected; README.md tells its variables." in out
    assert out.endswith("Mend what stands under PROBLEM, then check again.\n")

    code, out, _ = typed(env | {"SLACK_BOT_TOKEN": "xoxb-revoked"}, "check")
    assert code == 1
    assert "PROBLEM Slack: Slack does not know our token any more." in out
    assert "revoked" not in out


def test_a_port_that_is_taken_is_named(typed: Typed, env: dict[str, str], tmp_path: Path):
    typed(env, "migrate")
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = str(taken.getsockname()[1])
        code, _, err = Command(tmp_path, env | {"HOST": "127.0.0.1", "PORT": port}, "web").end()
    assert code == 2
    assert f"Port {port} cannot be opened: Address already in use. Next:" in err
    assert "Traceback" not in err


@pytest.mark.parametrize("command", ["migrate", "export", "worker"])
def test_a_file_that_is_no_database_is_told(
    typed: Typed, env: dict[str, str], tmp_path: Path, command: str
):
    broken = tmp_path / "broken.db"
    broken.write_text("This is what a restore left behind. " * 40)
    code, _, err = typed(env | {"DATABASE_URL": f"sqlite:///{broken}"}, command)
    assert code == 2
    assert "The database cannot be read: file is not a database. Next: look at DATABASE_URL;" in err


@pytest.mark.parametrize(("minutes", "told"), [(7, "ahead of"), (-7, "behind"), (0.5, "")])
def test_check_tells_of_a_clock_by_which_presses_would_be_refused(
    typed: Typed, env: dict[str, str], monkeypatch: pytest.MonkeyPatch, minutes: float, told: str
):
    right = clock.utc_now
    monkeypatch.setattr(clock, "utc_now", lambda: right() + timedelta(minutes=minutes))
    _, out, _ = typed(env, "check")
    # Slack says it to the second, and a busy machine takes some.
    said = rf"PROBLEM This machine's clock is 4[123]\d seconds {told} Slack's. From five minutes on"
    assert re.search(said, out) if told else "clock" not in out, out


def test_the_configuration_moves_between_file_and_database(
    typed: Typed, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
):
    env = {"DATABASE_URL": database_url}
    file = tmp_path / "mine.toml"
    file.write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")

    monkeypatch.setattr("builtins.input", lambda _: "")
    code, out, _ = typed(env, "config", "import", str(file))
    assert code == 0
    assert f"+++ {file}" in out
    assert '+catch_all = "Support"' in out
    assert "Written" not in out, "nothing is written without a yes"
    code, out, err = typed(env, "config", "export")
    assert (code, out) == (2, "")
    assert "Nothing is configured yet. Next: python app.py config import" in err

    monkeypatch.setattr("builtins.input", lambda _: "y")
    assert (
        "Written. It holds from the next mention on."
        in typed(env, "config", "import", str(file))[1]
    )
    assert typed(env, "config", "import", str(file))[1] == "The database says the same already.\n"

    exported = typed(env, "config", "export")[1]
    file.write_text(exported.replace("#sales", "#sales-emea"), encoding="utf-8")
    _, out, _ = typed(env, "config", "import", str(file), "--yes")
    assert '-channel = "#sales"' in out
    assert '+channel = "#sales-emea"' in out
    assert out.count("\n+") == 2, "only what differs is shown"
    assert typed(env, "config", "export")[1] == file.read_text(encoding="utf-8")

    copy = tmp_path / "copy.toml"
    assert typed(env, "config", "export", str(copy))[:2] == (0, "")
    assert copy.read_text(encoding="utf-8") == file.read_text(encoding="utf-8")


def test_a_summary_can_be_posted_at_will(
    typed: Typed, world: World, env: dict[str, str], tmp_path: Path
):
    typed(env, "migrate")
    typed(env, "config", "import", str(EXAMPLE), "--yes")
    code, out, _ = typed(env, "summary", "--week", "2046-W07", "--post")
    assert (code, out.splitlines()[-1]) == (0, "Posted.")
    assert "Posting the summary of 2046-W07 to #leadership …" in out
    (message,) = world.slack.messages("leadership")
    assert message.text.startswith("The week of 12 to 18 February: Nobody mentioned us this week.")

    file = tmp_path / "elsewhere.toml"
    changed = EXAMPLE.read_text(encoding="utf-8").replace('"#leadership"', '"#nowhere"')
    file.write_text(changed, encoding="utf-8")
    typed(env, "config", "import", str(file), "--yes")
    code, out, _ = typed(env, "summary", "--week", "2046-W07", "--post")
    assert code == 1
    assert "Not posted yet. #nowhere does not exist" in out
    assert "The worker goes on trying." in out


def test_the_sandbox_does_not_start_beside_real_slack_or_on_a_taken_port(
    typed: Typed, world: World, start: Start
):
    taken = world.url.rpartition(":")[2]
    second = start({}, "sandbox", "--port", taken)
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"):
        code, _, err = typed({name: "xoxb-real"}, "sandbox")
        assert code == 2
        assert "does not start where real Slack tokens are set. Next: unset" in err

    code, _, err = second.end()
    assert code == 2
    assert f"Port {taken} is taken. Next: stop what is there, or" in err
    assert "Traceback" not in err


# -- commands that stay


def test_healthz_says_what_is_wrong(town: Town):
    assert town.process.web is not None
    port = town.process.web.port
    town.post("Where is my refund, @acme?")
    status, body = get(port, "/healthz")
    assert status == 200
    assert '"problems": []' in body
    square = json.loads(body)["sources"]["square"]
    assert square["ok"]
    assert square["says"][:2] == ["Read just now.", "Last mention just now."]
    assert square["lag_seconds"] == pytest.approx(61)

    town.ben.click(town.card("billing"), "claim")
    town.clock.move(timedelta(minutes=6))
    status, body = get(port, "/healthz")
    assert status == 503
    assert "Something has been due for 6 min and is not sent." in body

    town.deliver()
    town.square.order_fault("square", "500", times=9)
    for _ in range(3):
        town.clock.move(timedelta(hours=1))
        town.read("square")
    status, body = get(port, "/healthz")
    assert status == 503
    assert "Town Square: " in body
    square = json.loads(body)["sources"]["square"]
    assert (square["ok"], square["paused"]) == (False, False)
    assert square["says"][0].startswith("In trouble since 1")
    assert get(port, "/")[0] == 404
    assert get(port, SLACK_PATH)[0] == 404


def test_on_sigterm_the_reply_in_hand_goes_out_and_is_written_down(
    world: World, env: dict[str, str], start: Start
):
    arrived, let_go = threading.Event(), threading.Event()
    publish = world.square.post

    def slowly(network: str, as_: str, text: str, **more: Any) -> Post:
        if more.get("key"):
            arrived.set()
            let_go.wait(10)
        return publish(network, as_, text, **more)

    world.square.post = slowly  # type: ignore[method-assign]
    post = world.square.post("square", "mara_k", "Where is my refund, @acme?")
    running = start(env)
    running.wait_for(int(env["PORT"]))
    world.connect(f"http://127.0.0.1:{env['PORT']}{SLACK_PATH}")
    ben = world.slack.person("ben")
    wait_until(lambda: world.slack.messages("billing"))
    ben.click(world.slack.messages("billing")[0], "reply")
    (modal,) = world.slack.open_views(ben)
    assert ben.submit(modal, {"text": "It went out today."}).ok
    assert arrived.wait(10), "the reply never reached the platform"

    running.terminate()
    begun = time.monotonic()
    wait_until(lambda: refused(int(env["PORT"])))
    let_go.set()
    code, _, err = running.end()
    assert code == 0, err
    assert time.monotonic() - begun < 10
    assert "stopping: finishing what is in hand" in err
    assert "Traceback" not in err

    (answer,) = world.square.replies_by_brand("square")
    assert answer.reply_to == post.id
    database = Database(env["DATABASE_URL"])
    latest = database.read(lambda store: store.latest_reply(1))
    database.close()
    assert latest is not None
    assert latest.state == ReplyState.SENT


@pytest.fixture
def many_machines(env: dict[str, str], request: pytest.FixtureRequest) -> dict[str, str]:
    """The variables of the engine for many machines, on a PostgreSQL database of its own."""
    address = new_postgres_database(request.getfixturevalue("postgres_server"))
    return env | {"DATABASE_URL": address, "ENGINE": "procrastinate"}


@pytest.mark.parametrize("variables", ["env", "many_machines"])
def test_web_and_worker_share_the_work(
    typed: Typed, world: World, start: Start, variables: str, request: pytest.FixtureRequest
):
    env = request.getfixturevalue(variables)
    code, _, err = typed(env, "worker")
    assert code == 2
    assert "Next: " in err.splitlines()[-1]
    assert "python app.py migrate" in err.splitlines()[-1]
    typed(env, "migrate")
    both = [start(env, one) for one in ("web", "worker")]
    both[0].wait_for(int(env["PORT"]))
    world.connect(f"http://127.0.0.1:{env['PORT']}{SLACK_PATH}")
    world.square.post("square", "mara_k", "Where is my refund, @acme?")
    wait_until(lambda: world.slack.messages("billing"))
    ben = world.slack.person("ben")
    assert ben.click(world.slack.messages("billing")[0], "claim").ok
    wait_until(lambda: "Claimed by" in str(world.slack.messages("billing")[0].blocks))
    for one in both:
        one.terminate()
    ends = [one.end() for one in both]
    assert [code for code, _, _ in ends] == [0, 0], ends


def wait_until(true: Any) -> None:
    """Another process is at work: look until it has done its part."""
    until = time.monotonic() + 30
    while not true():
        assert time.monotonic() < until, "it never happened"
        time.sleep(0.02)


def refused(port: int) -> bool:
    try:
        get(port, "/healthz")
    except OSError:
        return True
    return False

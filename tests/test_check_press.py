"""`python app.py check` proves that a press comes back, and says which way it came."""

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.sandbox.people import Person
from bot.sandbox.records import Ack, Message
from tests.command import Typed
from tests.journeys.test_socket_mode import SocketTown
from tests.town import Town, buttons, words

ALONE = "ok      A press that we signed ourselves came back through 127.0.0.1:{port} in "


class Presser(threading.Thread):
    """Somebody who presses the button as soon as it is there."""

    def __init__(self, town: Town, person: Person) -> None:
        super().__init__(daemon=True)
        self._town, self._person = town, person
        self.ack: Ack | None = None

    def run(self) -> None:
        until = time.monotonic() + 20
        while not self._town.slack.dms(self._person):
            if time.monotonic() > until:
                return
            time.sleep(0.02)
        self.ack = self._person.click(self._town.slack.dms(self._person)[-1], "prove")

    def check(self, typed: Typed, env: dict[str, str], *arguments: str) -> tuple[int, str]:
        self.start()
        code, out, _ = typed(env, "check", *arguments)
        self.join(20)
        return code, out


def env_of(town: Town, **more: str) -> dict[str, str]:
    assert town.process.web is not None
    door = {"PORT": str(town.process.web.port), "HOST": "127.0.0.1"}
    return town.env | door | {"SWITCHBOARD_CONFIG": "not-here.toml"} | more


def button(town: Town, person: Person) -> Message:
    return town.slack.dms(person)[-1]


@pytest.fixture
def socket_town(database_url: str) -> Iterator[Town]:
    opened = SocketTown(database_url)
    yield opened
    opened.close()


def test_a_check_alone_proves_its_own_door_and_says_no_more(town: Town, typed: Typed):
    town.configure(admins=(town.ana.id,))
    env = env_of(town)
    code, out, err = typed(env, "check")
    assert code == 0, out + err
    assert ALONE.format(port=env["PORT"]) in out
    assert "That Slack finds the way there was not tried" in out
    assert out.endswith("All is well.\n")
    assert town.slack.dms(town.ana) == [], "nobody is bothered"
    assert town.database.read(lambda store: store.person("")) is None


def test_a_check_alone_says_why_a_press_does_not_come_back(
    town: Town, typed: Typed, tmp_path: Path, sqlite_template: Path
):
    code, out, _ = typed(env_of(town, SLACK_SIGNING_SECRET="another"), "check")
    assert code == 1
    assert "our signature is refused. Next: start what runs there with this SLACK_SIGN" in out

    elsewhere = tmp_path / "elsewhere.db"
    elsewhere.write_bytes(sqlite_template.read_bytes())
    _, out, _ = typed(env_of(town, DATABASE_URL=f"sqlite:///{elsewhere}"), "check")
    assert "a press was taken and is not in this database. Next: start what runs" in out

    slack = town.world.url.rpartition(":")[2]
    _, out, _ = typed(env_of(town, PORT=slack), "check")
    assert re.search(r"a press is answered with 40\d. Next: look at its log", out)

    env = env_of(town)
    town.process.web.stop()
    code, out, _ = typed(env, "check")
    assert code == 0, "it may not be started yet"
    assert f"open    A press was not tried: nothing answers on 127.0.0.1:{env['PORT']}." in out


def test_the_press_of_an_admin_comes_back_through_slack(town: Town, typed: Typed):
    town.configure(admins=(town.ana.id,))
    presser = Presser(town, town.ana)
    code, out = presser.check(typed, env_of(town), "--press", "--wait", "20")
    assert code == 0, out
    assert "ok      Ana Lima was sent a button in a direct message. Waiting up to 20 s" in out
    assert "ok      The press came back from Slack over HTTP, " in out
    assert "All is well." in out
    assert presser.ack is not None
    assert presser.ack.ok
    shown = button(town, town.ana)
    assert words(shown) == "Thank you: your press came back and is written down."
    assert buttons(shown) == []


def test_over_socket_mode_it_takes_a_person(socket_town: Town, typed: Typed):
    town = socket_town
    code, out, _ = typed(env_of(town), "check")
    assert code == 0, out
    assert "open    A press was not tried: over Socket Mode it takes a person." in out
    code, out = Presser(town, town.ben).check(
        typed, env_of(town), "--press", "@ben", "--wait", "20"
    )
    assert code == 0, out
    assert "ok      The press came back from Slack over Socket Mode, " in out


@pytest.mark.usefixtures("database_url")
@pytest.mark.parametrize("door", ["town", "socket_town"])
def test_when_nobody_presses_it_names_the_next_step_and_does_not_fail(
    typed: Typed, door: str, request: pytest.FixtureRequest
):
    town: Town = request.getfixturevalue(door)
    code, out, _ = typed(env_of(town), "check", "--press", town.ben.id, "--wait", "0")
    assert code == 0, out
    assert "open    No press came within 0 seconds. If somebody pressed: " in out
    step = "whether Socket Mode is on" if door == "socket_town" else "Interactivity & Shortcuts"
    assert step in out
    assert "that a press comes back is not proved." in out
    assert "All is well" not in out
    assert words(button(town, town.ben)) == "The check is over. Nobody waits for a press any more."


def test_a_press_after_the_check_is_told_that_it_is_over(town: Town, typed: Typed):
    town.slack.fail("chat.update", "500", times=9)
    typed(env_of(town), "check", "--press", "@ben", "--wait", "0")
    shown = button(town, town.ben)
    assert buttons(shown) == ["It works"]
    assert town.ben.click(shown, "prove").ok
    assert words(button(town, town.ben)).startswith("The check is over.")


def test_without_anybody_to_ask_it_says_whom_to_name(town: Town, typed: Typed):
    code, out, _ = typed(env_of(town), "check", "--press")
    assert code == 0, out
    assert "open    Nobody was asked to press a button: no admin is configured. Next: add" in out
    code, out, _ = typed(env_of(town), "check", "--press", "@nobody")
    assert code == 1
    assert "PROBLEM @nobody could not be asked to press a button: Nobody in Slack is called" in out
    assert "member ID" in out

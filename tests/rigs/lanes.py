"""Lanes of the rigs as processes of their own: started, listened to, and killed when they hang."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import app
from bot import schema
from bot.database import Database
from bot.settings import EMBEDDED
from tests.rigs.findings import Findings

ROOT = Path(app.__file__).parent


def prepare(database_url: str, *, engine: str = EMBEDDED) -> None:
    """Make the tables where there are none."""
    with closing(Database(database_url)) as database:
        schema.upgrade(database, engine=engine)


def run(module: str, *arguments: str, root: Path = ROOT, seconds: float = 900) -> Findings:
    """Run `tests.rigs.<module>` and hear what it found.

    Raises RuntimeError when it ended without finding anything out.
    """
    command = [sys.executable, "-m", f"tests.rigs.{module}", *arguments]
    done = subprocess.run(
        command, cwd=root, capture_output=True, text=True, timeout=seconds, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} broke off:\n{done.stderr[-4000:]}")
    return Findings.heard(done.stdout)

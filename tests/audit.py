"""`make audit`: does a locked package have a known weakness? pip-audit asks PyPI.

pip-audit itself is content when PyPI knows none of the packages; here that is no answer.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import app

ROOT = Path(app.__file__).parent
PLACE = ROOT / ".audit"
"""pip-audit has a place of its own: what it needs is locked for nobody."""
LOCKS = ("requirements.txt", "requirements-dev.txt")
WEAK, UNKNOWN = 1, 3


class CannotRunError(Exception):
    """pip-audit cannot be installed here, or it broke off."""


def ask() -> list[dict[str, Any]]:
    """What pip-audit says of each locked package. Raises CannotRunError."""
    _run(sys.executable, "-m", "venv", "--upgrade-deps", PLACE)
    _run(PLACE / "bin" / "python", "-m", "pip", "install", "--quiet", "pip-audit")
    audit = PLACE / "bin" / "pip-audit"
    locks = [part for name in LOCKS for part in ("-r", name)]
    asked = ("--require-hashes", "--disable-pip", "--format", "json", *locks)
    said = _run(audit, *asked, fine=(0, 1))
    if not said:  # it ends so, too, when it breaks off
        raise CannotRunError("pip-audit broke off")
    answer: list[dict[str, Any]] = json.loads(said)["dependencies"]
    return answer


def tell(answer: list[dict[str, Any]]) -> int:
    """Print what is weak, and what nobody could be asked about; the code to end with."""
    weak = [
        f"{one['name']} {one['version']}: {found['id']}, mended in"
        f" {', '.join(found['fix_versions']) or 'no version yet'}"
        for one in answer for found in one.get("vulns", ())
    ]  # fmt: skip
    unknown = [one["name"] for one in answer if "skip_reason" in one]
    known = len(answer) - len(unknown)
    if unknown and known:
        print(f"PyPI knows nothing of: {', '.join(unknown)}.")
    print(f"PyPI told of {known} of {len(answer)} locked packages.")
    for one in weak:
        print(one)
    if weak:
        print("Next: raise what is weak in requirements.in or requirements-dev.in, then: make lock")
        return WEAK
    return UNKNOWN if unknown else 0


def _run(*command: str | Path, fine: tuple[int, ...] = (0,)) -> str:
    """What it printed."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode not in fine:
        raise CannotRunError(f"{command[0]} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--where-it-can-run",
        action="store_true",
        help="say why nothing could be audited, and be content",
    )
    options = parser.parse_args(arguments)
    try:
        code = tell(ask())
    except CannotRunError as error:
        print(f"Nothing was audited: {error}")
        code = UNKNOWN
    return 0 if code == UNKNOWN and options.where_it_can_run else code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

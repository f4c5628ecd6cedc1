"""One sentence of `python app.py check`."""

from dataclasses import dataclass

OPEN = "open"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `ok` None: nothing is wrong and nothing proved, as `mark` says."""

    ok: bool | None
    sentence: str
    mark: str = "off"

    def __str__(self) -> str:
        mark = {True: "ok", False: "PROBLEM", None: self.mark}[self.ok]
        return f"{mark:8}{self.sentence}"


def left_open(sentence: str) -> Finding:
    """Nothing is wrong, and something is yet to do or to prove."""
    return Finding(ok=None, sentence=sentence, mark=OPEN)

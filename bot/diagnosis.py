"""One sentence of `python app.py check`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `ok` None: nothing is wrong and nothing proved, as `mark` says."""

    ok: bool | None
    sentence: str
    mark: str = "off"

    def __str__(self) -> str:
        mark = {True: "ok", False: "PROBLEM", None: self.mark}[self.ok]
        return f"{mark:8}{self.sentence}"

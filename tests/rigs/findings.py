"""What a lane of a rig found: a line of JSON for whoever started it, sentences for people."""

import json
from dataclasses import asdict, dataclass, field

COUNTED = ("points", "runs", "lost", "twice")


@dataclass
class Findings:
    fault: str
    """What was done to it, as the table tells."""
    rows: dict[str, dict[str, int]] = field(default_factory=dict)
    """By promise: points, runs, lost, twice."""
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, promise: str, *, points: int, problems: list[str], how: str) -> None:
        """Count a run; what is wrong begins with "lost" or "twice". `how`: to do it once more."""
        row = self.rows.setdefault(promise, dict.fromkeys(COUNTED, 0))
        row["points"] += points
        row["runs"] += 1
        for what in ("lost", "twice"):
            row[what] += sum(one.startswith(what) for one in problems)
        self.problems += [f"{one} ({how})" for one in problems]

    def sums(self) -> tuple[int, int, int, int]:
        """Points, runs, lost and twice, all promises together."""
        rows = self.rows.values()
        points, runs, lost, twice = (sum(one[what] for one in rows) for what in COUNTED)
        return points, runs, lost, twice

    @property
    def clean(self) -> bool:
        return not self.problems

    def said(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def heard(cls, output: str) -> "Findings":
        """What the last line of a lane's output says."""
        return cls(**json.loads(output.splitlines()[-1]))

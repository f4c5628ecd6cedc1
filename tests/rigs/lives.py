"""Journeys lived through in the office, whatever a rig breaks meanwhile: begun, acted, judged."""

from collections.abc import Sequence
from itertools import count

from tests.rigs.findings import Findings
from tests.rigs.journeys import (
    Claim,
    Draft,
    Journey,
    NoReply,
    Note,
    ReadPage,
    Reply,
    SendTo,
    Summary,
)
from tests.rigs.office import DELIVER, READ, Office
from tests.rigs.second_looks import Changed, Held, TakenDown

JOURNEYS = (
    ReadPage, Claim, Reply, Draft, SendTo, NoReply, Note, Summary, Held, Changed, TakenDown,
)  # fmt: skip
PATIENCE = 3
"""How often people press what is not acknowledged, before they wait till all is well again."""


class Lives:
    def __init__(self, office: Office, findings: Findings) -> None:
        self.office = office
        self._findings = findings
        self._numbers = count(1)

    def prepared(self, kinds: Sequence[type[Journey]]) -> list[Journey]:
        """A journey of each kind, with the card that it begins with."""
        office = self.office
        made = [kind(office, next(self._numbers)) for kind in kinds]
        if any(kind.ready_made for kind in kinds):
            office.start_bot()
            assert office.bot.ask(READ)
            assert office.bot.ask(DELIVER)
            for one in made:
                one.begin()
            assert office.bot.ask(DELIVER)
            office.clear_desk()
            office.bot.kill()
        return made

    def insist(self, journey: Journey) -> None:
        """People do it, and do it again a few times while nothing acknowledges it."""
        for _ in range(PATIENCE):
            if not journey.acknowledged:
                journey.act()

    def judge(self, journey: Journey, *, points: int, how: str) -> None:
        """Count what is wrong in the end; the next journey begins at a tidy desk."""
        problems = list(journey.check())
        told = f"{type(journey).__name__}, {how}"
        self._findings.add(journey.promise, points=points, problems=problems, how=told)
        self.office.clear_desk()
        self.office.bot.kill()

"""Whoever opens a platform for a moment closes it again."""

from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from platforms import Configured
from platforms.square import Square
from tests.bot.worker import on_sqlite
from tests.journeys.steps import open_reply
from tests.journeys.test_stuck import ask, leave_in_doubt
from tests.town import Town


class Counted(Square):
    """Knows which of its kind are open."""

    are_open: ClassVar[set["Counted"]] = set()
    were_opened: ClassVar[int] = 0

    def __init__(self, settings: Any) -> None:
        super().__init__(settings)
        self.are_open.add(self)
        type(self).were_opened += 1

    def close(self) -> None:
        self.are_open.discard(self)
        super().close()


def count(town: Town) -> None:
    """From now on: without what reads the town square, which stays open on purpose."""
    town.read("square")
    Counted.are_open.clear()
    Counted.were_opened = 0
    platforms = town.process.switchboard.platforms
    platforms["square"] = Configured(Counted, platforms["square"].settings)  # type: ignore[index]


def post_by_hand(town: Town) -> None:
    """What the platform takes from no program, Ben posts himself."""
    town.post("Where is my refund, @acme?")
    town.database.write(lambda store: setattr(store.mention(1), "can_reply", False))
    assert town.ben.submit(open_reply(town, town.ben), {"text": "Today."}).ok
    there = {"posted_at": "https://square.example/posts/99"}
    assert town.ben.submit(town.modal(town.ben), there).ok


def reply_and_prove(town: Town) -> None:
    """Nobody knows whether Ben's reply went out; Ana says where it is."""
    leave_in_doubt(town)
    town.configure(admins=(town.ana.id,))
    town.ana.click(ask(town, town.ana), "stuck_posted")
    there = {"posted_at": "https://square.example/posts/99"}
    assert town.ana.submit(town.modal(town.ana), there).ok


@on_sqlite
@pytest.mark.parametrize("journey", [post_by_hand, reply_and_prove])
def test_a_platform_that_a_window_opened_is_closed_again(
    town: Town, journey: Callable[[Town], None]
):
    count(town)
    journey(town)
    assert Counted.were_opened, "nothing was opened, so this proves nothing"
    assert not Counted.are_open

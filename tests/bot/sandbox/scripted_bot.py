"""A bot without a network: it notes what it is told and answers what a test wants."""

from collections.abc import Callable
from typing import Any

from bot.sandbox.door import ACK_SECONDS, Answered, Delivery

Answer = Callable[[dict[str, Any]], Any]


class ScriptedBot:
    """A door for the stand-in. `answer(payload)` gives the body of the next acknowledgements."""

    def __init__(self) -> None:
        self.told: list[Delivery] = []
        self.answer: Answer = lambda payload: None
        self.failures: list[str] = []

    def deliver(self, delivery: Delivery, *, seconds: float = ACK_SECONDS) -> Answered:
        self.told.append(delivery)
        if self.failures:
            return Answered(0, None, seconds, self.failures.pop(0))
        return Answered(200, self.answer(delivery.payload), 0.001)

    def replay(self) -> Answered:
        return self.deliver(self.told[-1])

    @property
    def last(self) -> dict[str, Any]:
        return self.told[-1].payload

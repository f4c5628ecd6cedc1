"""What makes the outbox run: one port, and an adapter for each way of running it."""

from typing import Protocol


class Engine(Protocol):
    """Runs the drain. What is due stands in the tables: losing a `wake` costs only time."""

    def start(self) -> None: ...

    def wake(self) -> None:
        """Something may be due now."""

    def stop(self, *, timeout: float) -> None:
        """Take nothing more, finish what is in hand, and return within `timeout` seconds."""

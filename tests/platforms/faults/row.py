"""One row of the table of faults: what a platform answers, and what becomes of it.

The rows are the parameters of `test_faults.py`, and docs/platforms.md is written from them, so that
what is told there has been seen to happen.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from platforms.base import PlatformError, Target
from tests.platforms.scripted import Answer

Call = Literal["read", "reply", "find", "refresh"]
CALLS: tuple[Call, ...] = ("read", "reply", "find", "refresh")
TEXT = "We can. Ana"
"""What is replied in every row."""


@dataclass(frozen=True)
class Fault:
    """`says`: the whole sentence that people read; of a row without an error, what happens."""

    platform: str
    call: Call
    what: str
    answer: str | Answer | tuple[Answer, ...] | Callable[[], Answer]
    """A fault of the stand-in network by its name, or what a scripted server answers, in turn."""
    error: type[PlatformError] | None
    says: str
    wait: float | None = None
    """Seconds before which it must not be tried again."""
    path: str = ""
    """What is answered so; else what the call itself asks for."""
    also: Mapping[str, Answer] = field(default_factory=lambda: MappingProxyType({}))
    """What other paths answer, where that is not what they answer when all is well."""

    def __str__(self) -> str:
        return f"{self.platform}-{self.call}-{self.what}"

    @property
    def answers(self) -> tuple[Answer, ...]:
        """What is answered in turn, made anew because it may tell a time."""
        if callable(self.answer):
            return (self.answer(),)
        assert not isinstance(self.answer, str), f"{self} is for the stand-in network"
        one = isinstance(self.answer[0], int)
        return (self.answer,) if one else self.answer  # type: ignore[return-value]


@dataclass(frozen=True)
class Well:
    """A platform on which all is well: what each path answers, and what each call asks for."""

    platform: str
    answers: Callable[[], Mapping[str, Answer]]
    asks: Mapping[Call, str]
    to: Target
    variables: Callable[[str], Mapping[str, str]] | None = None
    """Its variables at a server's address, where the stand-in network does not tell them."""

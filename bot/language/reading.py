"""All that is made out of a post's text, in one go and outside of any transaction."""

from dataclasses import dataclass

from bot.language.identify import language_of
from bot.language.sentiment import Feeling, feeling


@dataclass(frozen=True, slots=True)
class Reading:
    """`language`: ISO 639-1, None when it cannot be told; `feeling` likewise."""

    language: str | None
    feeling: Feeling | None


def read(text: str, *, language: str | None) -> Reading:
    """Read a text; `language` is what its platform says. The first call loads the models."""
    found = language or language_of(text)
    return Reading(found, feeling(text, language=found))


def warm_up() -> None:
    """Load the models (about a second), so that the first mention does not wait for them."""
    read("The quick brown fox jumps over the lazy dog.", language=None)

"""Whether a word or phrase stands in a text, in all scripts. Knows no mentions and no rules."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

# Phones type curly apostrophes; emoji come with and without a variation selector; invisible
# characters hide in copied text. None of them makes another word.
_SAME = str.maketrans(
    {"\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u2010": "-", "\u2011": "-"}
    | dict.fromkeys("\u00ad\u200b\u2060\ufeff\ufe0e\ufe0f", "")
)

# Scripts written without spaces, or whose words take endings without one (Korean):
# Thai to Tibetan, Myanmar, Hangul, Khmer, kana, Chinese characters. https://unicode.org/charts
_UNSPACED = (
    (0x0E00, 0x0FFF), (0x1000, 0x109F), (0x1100, 0x11FF), (0x1780, 0x17FF), (0x3005, 0x3007),
    (0x3040, 0x31FF), (0x3400, 0x9FFF), (0xAC00, 0xD7AF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF),
)  # fmt: skip


def fold(text: str) -> str:
    """Make texts comparable that people would call the same: case, width, any white space."""
    return plain(unicodedata.normalize("NFKC", plain(text).casefold()))


def plain(text: str) -> str:
    """Do as `fold` does, and keep upper and lower case."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_SAME).split())


@dataclass(frozen=True, slots=True)
class _Word:
    folded: str
    bounded_left: bool
    bounded_right: bool


def position(keyword: str, folded: str) -> int | None:
    """Find a word or phrase in a text that went through `fold`, as a whole; None if absent.

    A trailing * lets the last word go on. Next to a sign, as in "c++" or "#fail", and in scripts
    without spaces, nothing needs to end.
    """
    return _position(_word(keyword), folded)


def exact_position(name: str, plain_text: str) -> int | None:
    """Do as `position` does in a text that went through `plain`: case matters, * is a sign."""
    return _position(_bounded(plain(name)), plain_text)


def unspaced(char: str) -> bool:
    """Tell whether words of this letter's script run into each other."""
    return any(low <= ord(char) <= high for low, high in _UNSPACED)


@lru_cache(maxsize=10_000)
def _word(keyword: str) -> _Word:
    word = _bounded(fold(keyword.rstrip().removesuffix("*")))
    if keyword.rstrip().endswith("*"):
        return _Word(word.folded, word.bounded_left, bounded_right=False)
    return word


def _bounded(text: str) -> _Word:
    return _Word(text, bool(text) and _joins(text[0]), bool(text) and _joins(text[-1]))


def _position(word: _Word, text: str) -> int | None:
    start = text.find(word.folded) if word.folded else -1
    while start >= 0:
        end = start + len(word.folded)
        opens = not word.bounded_left or start == 0 or not _joins(text[start - 1])
        closes = not word.bounded_right or end == len(text) or not _joins(text[end])
        if opens and closes:
            return start
        start = text.find(word.folded, start + 1)
    return None


def _joins(char: str) -> bool:
    """Tell whether the character makes one word with a letter beside it: letters, digits, marks."""
    return (char.isalnum() or unicodedata.category(char)[0] == "M") and not unspaced(char)

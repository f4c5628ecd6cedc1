"""What a post is found by, and how words that somebody typed are looked for. Pure.

Both databases keep an index of whole words (FTS5, tsvector with GIN). It is given words and blanks
alone, so that neither one's idea of addresses, hyphens or emoji matters. What is no plain word, and
what is written without blanks between words, is looked for letter by letter.
"""

import re
import unicodedata
from dataclasses import dataclass

INDEX = "mention_words"
"""What the index is called, and what everything that belongs to it begins with."""
FORGET_DELETED_WORDS = "INSERT INTO mention_words (mention_words) VALUES ('optimize')"
"""For SQLite: a word that is in no post any more stands in FTS5's index, as deleted, until then
(https://sqlite.org/fts5.html#the_optimize_command)."""
WORDS_TAKEN = 16
# Thai, Lao, Burmese, Khmer, Chinese, Japanese and Korean.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]"
)


class _Blanks(dict[int, str]):
    """Maps a character to itself when words are made of it, else to a blank."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        self[code] = letter if unicodedata.category(letter)[0] in "LMN" else " "
        return self[code]


_BLANKS = _Blanks()


@dataclass(frozen=True, slots=True)
class Wanted:
    """`words` are beginnings of words in the index; `pieces` stand anywhere in the text."""

    words: tuple[str, ...]
    pieces: tuple[str, ...]

    @property
    def fts5(self) -> str:
        """For MATCH (https://sqlite.org/fts5.html#fts5_prefix_queries)."""
        return " AND ".join(f'"{word}" *' for word in self.words)

    @property
    def tsquery(self) -> str:
        """For to_tsquery (https://www.postgresql.org/docs/current/textsearch-controls.html)."""
        return " & ".join(f"'{word}':*" for word in self.words)


def words_of(text: str) -> str:
    """The words of a case-folded text, with one blank between them."""
    return " ".join(text.translate(_BLANKS).split())


def wanted(typed: str) -> Wanted:
    """What somebody looks for: every one of the words, in any case."""
    asked = typed.casefold().split()[:WORDS_TAKEN]
    words = tuple(one for one in asked if words_of(one) == one and not _UNSPACED.search(one))
    return Wanted(words, tuple(one for one in asked if one not in words))

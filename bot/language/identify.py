"""In which language a text is written. Knows nothing of mentions and platforms."""

import re
import threading
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

# Fewer candidates make fewer mistakes: with all 97 of the model a quarter of short posts fail.
LANGUAGES = (
    "ar", "bg", "ca", "cs", "da", "de", "el", "en", "es", "fa", "fi", "fr",
    "he", "hi", "hr", "hu", "id", "it", "ja", "ko", "nl", "no", "pl", "pt",
    "ro", "ru", "sk", "sv", "th", "tr", "uk", "ur", "vi", "zh",
)  # fmt: skip
MIN_LETTERS = 20
MAX_CHARACTERS = 2_000

_NOT_PROSE = re.compile(r"https?://\S+|[@#]\w+")
_loading = threading.Lock()


def language_of(text: str) -> str | None:
    """Tell the ISO 639-1 code of the text's language, None when it is too short to tell.

    The first call loads the model: about a second and 70 MB.
    """
    prose = _NOT_PROSE.sub(" ", text[:MAX_CHARACTERS])
    if sum(map(str.isalpha, prose)) < MIN_LETTERS:
        return None
    with _loading:
        identifier = _identifier()
    language, _ = identifier.classify(prose)
    return str(language)


@cache
def _identifier() -> "LanguageIdentifier":
    from py3langid.langid import (  # noqa: PLC0415 - brings numpy; many processes never need it
        MODEL_FILE,
        LanguageIdentifier,
    )

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(LANGUAGES)
    return identifier

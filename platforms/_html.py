"""HTML that strangers wrote, as the plain text that people read. Knows no platform.

Nothing is trusted: what is not text is dropped, and nothing here follows a link.
"""

import re
from html.parser import HTMLParser

LONGEST = 500_000
"""Characters of HTML that are looked at; no post is longer, and parsing takes time."""
# fmt: off
_PARAGRAPHS = frozenset([
    "p", "blockquote", "pre", "ul", "ol", "dl", "table", "figure", "article", "section", "header",
    "footer", "h1", "h2", "h3", "h4", "h5", "h6",
])
_LINES = frozenset(["div", "li", "tr", "dt", "dd", "figcaption", "hr"])
_UNSEEN = frozenset([
    "script", "style", "template", "noscript", "head", "title", "iframe", "object", "svg",
])
# fmt: on


def text_of_html(html: str) -> str:
    """Return what a person reads: paragraphs kept, entities decoded, links whole.

    A link whose words are not its address is followed by it in brackets; mentions (@mara) and
    hashtags stay as they are, and a shortened address is written out.
    """
    reader = _Reader()
    reader.feed(html[:LONGEST])
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._unseen = 0
        self._as_typed = 0
        self._link: tuple[str, bool, int] | None = None
        """Address, whether it is a name (@mara, #acme), and where its words begin."""

    def text(self) -> str:
        self._end_link()
        lines = re.sub(r"[ \t]*\n[ \t]*", "\n", "".join(self._parts))
        whole = re.sub(r"\n{3,}", "\n\n", lines).strip("\n")
        return whole.replace("\x01", " ").strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        elif self._unseen:
            return
        elif tag == "a":
            self._begin_link({name: value or "" for name, value in attrs})
        elif tag == "img":
            self._say(dict(attrs).get("alt") or "")
        else:
            self._as_typed += tag == "pre"
            self._break(tag)
            self._parts += ["- "] if tag == "li" else []

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _UNSEEN:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif self._unseen:
            return
        elif tag == "a":
            self._end_link()
        elif tag != "br":
            self._as_typed = max(0, self._as_typed - (tag == "pre"))
            self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._say(data)

    def _say(self, words: str) -> None:
        if self._as_typed:
            self._parts.append(words.replace(" ", "\x01").replace("\t", "\x01" * 4))
            return
        words = re.sub(r"[ \t\r\n\f]+", " ", words)
        before = self._parts[-1] if self._parts else "\n"
        self._parts.append(
            words[1:] if before.endswith((" ", "\n")) and words[:1] == " " else words
        )

    def _break(self, tag: str) -> None:
        if tag == "br":
            self._parts.append("\n")
        elif tag in _PARAGRAPHS:
            self._parts.append("\n\n")
        elif tag in _LINES and not "".join(self._parts[-2:]).endswith("\n"):
            self._parts.append("\n")

    def _begin_link(self, attrs: dict[str, str]) -> None:
        self._end_link()
        names = {"mention", "hashtag", "tag"} & {*attrs.get("class", "").split(), attrs.get("rel")}
        self._link = (attrs.get("href", "").strip(), bool(names), len(self._parts))

    def _end_link(self) -> None:
        if self._link is None:
            return
        (address, is_name, start), self._link = self._link, None
        words = "".join(self._parts[start:])
        shown = words.strip()
        if not address.startswith(("http://", "https://")) or is_name or shown[:1] in {"@", "#"}:
            return
        if not shown or _is_address(shown, address):
            self._parts[start:] = [words.replace(shown, address) if shown else address]
        else:
            self._parts.append(f" ({address})")


def _is_address(shown: str, address: str) -> bool:
    """Whether these words are the address itself, or the beginning of it."""
    bare, whole = (re.sub(r"^https?://(www\.)?", "", each).rstrip("/") for each in (shown, address))
    cut = re.sub(r"(…|\.\.\.)$", "", bare)
    return bare == whole or (cut != bare and whole.startswith(cut))

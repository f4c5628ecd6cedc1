"""How platforms count: texts of every class, and what else our counting was held against."""

from dataclasses import dataclass

FAMILY, FLAG, THUMB = "👨‍👩‍👧‍👦", "🇵🇹", "👍🏽"
_PLAIN, _LINKS, _NAMES = "plain letters and lines", "links", "people and mail addresses"
_EMOJI, _SIGNS = "emoji, flags, families, skin tones", "signs that are emoji only at times"
_WIDE, _ACCENTS = "Chinese, Japanese, Korean, Indic", "letters put together of several"
_DASHES = "dashes and quotation marks"


@dataclass(frozen=True)
class Counted:
    """A text of this class, and what the platform counts it as."""

    platform: str
    kind: str
    text: str
    used: int


@dataclass(frozen=True)
class Compared:
    """Cases of somebody else's that were tried once, by hand; they are not kept here."""

    platform: str
    what: str
    source: str
    cases: int
    differences: str


# The classes are those of https://github.com/twitter/twitter-text, conformance/validate.yml.
_X = (
    (_PLAIN, "a" * 280, 280),
    (_PLAIN, "a" * 281, 281),
    (_PLAIN, "Hi there\n\nyou", 13),
    (_LINKS, "a" * 256 + " https://acme.com/" + "x" * 200, 280),
    (_LINKS, "a" * 257 + " https://acme.com/x", 281),
    (_LINKS, "a" * 256 + " acme.com", 280),
    (_LINKS, "https://acme.com " * 10, 240),
    (_LINKS, "acme.com/a and acme.com/b", 51),
    (_WIDE, "日" * 140, 280),
    (_WIDE, "日" * 140 + "a", 281),
    (_WIDE, "abc" + "한" * 3 + "あ", 11),
    (_EMOJI, "👩‍👩‍👧‍👦" * 140, 280),
    (_EMOJI, THUMB * 140 + "a", 281),
    (_EMOJI, "H🐱☺" + FAMILY, 7),
    (_EMOJI, FLAG + "1️⃣", 4),
    (_SIGNS, "©®" * 140, 280),
    (_SIGNS, "©\ufe0f" * 140, 280),
    (_ACCENTS, "e\u0301" * 280, 280),
    (_DASHES, "\u2013\u201c\u201d" * 93 + "a", 280),
    (_NAMES, "@acme hello", 11),
)
_BLUESKY = (
    (_PLAIN, "", 0),
    (_PLAIN, "a" * 300, 300),
    (_PLAIN, "\r\n" * 5, 5),
    (_LINKS, "https://acme.example/" + "x" * 9, 30),
    (_EMOJI, FAMILY * 120, 120),
    (_EMOJI, FLAG * 301, 301),
    (_EMOJI, THUMB * 300, 300),
    (_SIGNS, "©\ufe0f®", 2),
    (_ACCENTS, "e\u0301" * 300, 300),
    (_WIDE, "क्षि" * 10, 10),
    (_WIDE, "각" * 3, 3),
    (_WIDE, "日本", 2),
    (_NAMES, "@mara.test", 10),
)
_MASTODON = (
    (_PLAIN, "a" * 500, 500),
    (_PLAIN, "a\nb", 3),
    (_LINKS, "https://acme.example/" + "x" * 300, 23),
    (_LINKS, "http://acme.example", 23),
    (_LINKS, "(see https://acme.example/a).", 30),
    (_LINKS, "acme.example", 12),
    (_LINKS, "a" * 476 + " http://" + "b" * 30 + ".com/example", 500),
    (_LINKS, "aaaaaaaaaahttp://acme.example", 29),
    (_NAMES, "a" * 475 + " @alice@" + "b" * 30 + ".com", 482),
    (_NAMES, "@mara@far.example hi", 8),
    (_NAMES, "@mara hi", 8),
    (_NAMES, "mail me@far.example", 19),
    (_NAMES, "@mara@far.example, @ole@near.example: hi", 15),
    (_WIDE, "日本", 2),
    (_EMOJI, "👩‍👩‍👧‍👦👍🏽🇳🇱", 3),
    (_SIGNS, "©\ufe0f®", 2),
    (_ACCENTS, "e\u0301\u0302", 1),
)
COUNTED = [
    Counted(name, *case)
    for name, cases in (("x", _X), ("bluesky", _BLUESKY), ("mastodon", _MASTODON))
    for case in cases
]

COMPARED = (
    Compared(
        "mastodon",
        "length with links and names",
        "[Mastodon's own](https://github.com/mastodon/mastodon/blob/"
        "034e5a66b6044070fca35f98cfbda37103dcaaff/spec/validators/status_length_validator_spec.rb):"
        " a text of 520, a link of 23, a name without its server",
        3,
        "none",
    ),
    Compared(
        "x",
        "weighted length",
        "[twitter-text, conformance/validate.yml](https://github.com/twitter/twitter-text/blob/"
        "30e2430d90cff3b46393ea54caf511441983c260/conformance/validate.yml):"
        " weighted, with emoji discounted, directional markers",
        44,
        "2, both of the configuration before emoji counted 2 each; the same texts with today's"
        " configuration are among the other 42",
    ),
    Compared(
        "bluesky",
        "characters that people see",
        "the sequences of Unicode's [GraphemeBreakTest]"
        "(https://www.unicode.org/Public/10.0.0/ucd/auxiliary/GraphemeBreakTest.txt), counted by"
        " [unicode-segmenter](https://www.npmjs.com/package/unicode-segmenter) 0.17.3, which"
        " Bluesky's servers count with, and by ICU with Unicode 17",
        744,
        "none",
    ),
    Compared(
        "bluesky",
        "characters that people see",
        "strings drawn at random from 50 letters that join others, counted by the same two",
        20_000,
        "876, in each of which an Indic sign that joins two consonants does not stand right after"
        " one, as in no word: we count less there, and Bluesky would refuse such a text",
    ),
)

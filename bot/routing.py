"""Which department a mention is for, and why, in words for the card.

Pure: text, facts and rulebook in, decision out. An employee named in the text wins, then a
department named in it, then the first rule that holds, then the department that takes the rest.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

from bot.matching import exact_position, fold, plain, position, unspaced

DepartmentKey = int | str

LANGUAGE_NAMES = {
    "ar": "Arabic", "bg": "Bulgarian", "ca": "Catalan", "cs": "Czech", "da": "Danish",
    "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "fa": "Persian",
    "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian",
    "hu": "Hungarian", "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean",
    "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian",
    "ru": "Russian", "sk": "Slovak", "sv": "Swedish", "th": "Thai", "tr": "Turkish",
    "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip

_UNIT_WORDS = ("department", "dept", "team")


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentName:
    """A department as the public may call it. `key` is the caller's own."""

    key: DepartmentKey
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPerson:
    """An employee. The name counts when it is a full one; an alias always, as it is written."""

    name: str
    aliases: tuple[str, ...] = ()
    department: DepartmentKey


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingRule:
    """Conditions that must all hold; of a tuple, any one; an empty one is not asked.

    `position` counts from 1 inside the department. A rule without conditions never holds.
    """

    department: DepartmentKey
    position: int
    label: str | None = None
    keywords: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    communities: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    min_followers: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """All that decides. `rules` stand in the order in which they are tried."""

    departments: tuple[DepartmentName, ...]
    catch_all: DepartmentKey
    rules: tuple[RoutingRule, ...] = ()
    people: tuple[NamedPerson, ...] = ()

    def name_of(self, key: DepartmentKey) -> str:
        return next((d.name for d in self.departments if d.key == key), str(key))


def _unknown_language() -> str | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionFacts:
    """What is known of a post besides its text. `language` is called only when a rule asks."""

    platform: str = ""
    platform_label: str = ""
    community: str | None = None
    author_handle: str = ""
    followers: int | None = None
    language: Callable[[], str | None] = _unknown_language


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`why` goes on the card after "Why here:"."""

    department: DepartmentKey
    why: str
    kind: Literal["person", "department", "rule", "catch-all"]


class _Post:
    """A text with its facts, each made ready once for however many rules."""

    def __init__(self, text: str, facts: MentionFacts) -> None:
        self.facts = facts
        self.plain = plain(text)
        self.folded = fold(text)

    @cached_property
    def language(self) -> str | None:
        code = self.facts.language()
        return code.partition("-")[0].lower() if code else None


def route(text: str, facts: MentionFacts, rulebook: Rulebook) -> Decision:
    """Find the department for a post: always one. Raises only what `facts.language` raises."""
    post = _Post(text, facts)
    return (
        _by_person(post, rulebook)
        or _by_department(post, rulebook)
        or _by_rule(post, rulebook)
        or _by_default(rulebook)
    )


def _by_person(post: _Post, rulebook: Rulebook) -> Decision | None:
    found = [(at, p) for p in rulebook.people if (at := _first(_person(p, post))) is not None]
    if not found:
        return None
    _, person = min(found, key=lambda each: each[0])
    why = f"names {person.name} of {rulebook.name_of(person.department)}"
    return Decision(department=person.department, why=why, kind="person")


def _person(person: NamedPerson, post: _Post) -> Iterable[int | None]:
    if _is_full(person.name):
        yield position(person.name, post.folded)
    for alias in person.aliases:
        # As written, so that an alias "Will" is not found in "I will".
        yield position(alias, post.folded) if _is_full(alias) else exact_position(alias, post.plain)


def _is_full(name: str) -> bool:
    folded = fold(name)
    return " " in folded or any(map(unspaced, folded))


def _by_department(post: _Post, rulebook: Rulebook) -> Decision | None:
    found = [
        (at, department)
        for department in rulebook.departments
        if (at := _first(position(name, post.folded) for name in _names(department.name)))
        is not None
    ]
    if not found:
        return None
    _, department = min(found, key=lambda each: each[0])
    why = f"names the {department.name} department"
    return Decision(department=department.key, why=why, kind="department")


@lru_cache(maxsize=1000)
def _names(department: str) -> tuple[str, ...]:
    """List how people name a department: its bare name alone is an ordinary word."""
    words = fold(department).split()
    if len(words) > 1 and words[-1] in _UNIT_WORDS:
        words.pop()
    if not words:
        return ()
    units = (f"{' '.join(words)} {unit}" for unit in _UNIT_WORDS)
    return (*units, *(f"#{joint.join(words)}" for joint in ("", "-", "_")))


def _first(positions: Iterable[int | None]) -> int | None:
    return min((at for at in positions if at is not None), default=None)


def _by_rule(post: _Post, rulebook: Rulebook) -> Decision | None:
    for rule in rulebook.rules:
        if grounds := _grounds(rule, post):
            place = f"rule {rule.position} of {rulebook.name_of(rule.department)}"
            label = f' ("{rule.label}")' if rule.label else ""
            why = f"{', '.join(grounds)}, {place}{label}"
            return Decision(department=rule.department, why=why, kind="rule")
    return None


def _by_default(rulebook: Rulebook) -> Decision:
    name = rulebook.name_of(rulebook.catch_all)
    why = f"no rule matched: {name} takes what nobody else does"
    return Decision(department=rulebook.catch_all, why=why, kind="catch-all")


def _grounds(rule: RoutingRule, post: _Post) -> list[str]:
    """List what the rule found, in words; nothing when a condition does not hold."""
    grounds: list[str] = []
    for condition in _CONDITIONS:
        words = condition(rule, post)
        if words is None:
            return []
        grounds.append(words)
    return [words for words in grounds if words]


# A condition tells what it found in words, "" when the rule does not ask, None when it fails.


def _keyword(rule: RoutingRule, post: _Post) -> str | None:
    if not rule.keywords:
        return ""
    found = next((k for k in rule.keywords if position(k, post.folded) is not None), None)
    return None if found is None else f'keyword "{found}"'


def _place(rule: RoutingRule, post: _Post) -> str | None:
    facts = post.facts
    if rule.platforms and _bare(facts.platform) not in map(_bare, rule.platforms):
        return None
    platform = f"on {facts.platform_label or facts.platform}" if rule.platforms else ""
    if not rule.communities:
        return platform
    here = _bare(facts.community or "")
    found = next((c for c in rule.communities if here and _bare(c) == here), None)
    return None if found is None else f"{platform} in {found}".strip()


def _author(rule: RoutingRule, post: _Post) -> str | None:
    if not rule.authors:
        return ""
    handle = _bare(post.facts.author_handle)
    wanted = handle and handle in map(_bare, rule.authors)
    return f"by @{post.facts.author_handle.lstrip('@')}" if wanted else None


def _followers(rule: RoutingRule, post: _Post) -> str | None:
    if rule.min_followers is None:
        return ""
    followers = post.facts.followers
    reached = followers is not None and followers >= rule.min_followers
    return f"{followers:,} followers" if reached else None


def _language(rule: RoutingRule, post: _Post) -> str | None:
    if not rule.languages:
        return ""
    if post.language is None or post.language not in rule.languages:
        return None
    return f"written in {LANGUAGE_NAMES.get(post.language, post.language)}"


# Language last: finding it out costs the most.
_CONDITIONS = (_keyword, _place, _author, _followers, _language)


def _bare(name: str) -> str:
    """Take @, u/ and r/ off a name that people write either way."""
    folded = fold(name).lstrip("@/")
    return folded.removeprefix("u/").removeprefix("r/")

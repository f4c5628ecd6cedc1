"""A platform showed us posts: keep the unseen ones, decide where they go, and open their cards."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from bot import conversation, journal, original, watches
from bot.language.reading import Reading
from bot.models import Card, Event, Mention, MentionState, Rule
from bot.models.mention import search_text
from bot.routing import Decision, DepartmentName, MentionFacts, NamedPerson, RoutingRule, Rulebook
from bot.routing import route as route_text
from bot.search import words_of
from bot.store import Store
from bot.wording import shorten, storable
from platforms.base import FoundMention, Page, Parent, Platform

UNREAD = Reading(None, None)
LONGEST_NAME = 255
PARENT_LIMIT = 200
"""Code points that are kept of a post that is no mention itself."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a page."""

    new: int = 0
    changed: int = 0
    known: int = 0


def unseen(
    store: Store, platform: Platform, page: Page, *, own_accounts: frozenset[str]
) -> list[FoundMention]:
    """The posts of a page that are new. Posts of the brand's own accounts are passed over."""
    found = _by_others(page, own_accounts)
    known = store.known_mentions(platform.name, found)
    return [post for key, post in found.items() if key not in known]


def record_page(
    store: Store,
    platform: Platform,
    page: Page,
    readings: Mapping[str, Reading],
    *,
    own_accounts: frozenset[str] = frozenset(),
) -> Recorded:
    """Write a page and the cursor behind it, all or nothing.

    A post is recognised by platform and external id; one that reads differently than before was
    edited, and its card is drawn again. `readings`: what was made out of the new posts, by
    external id, beforehand; a post without one is taken without language and feeling.
    """
    found = _by_others(page, own_accounts)
    known = store.known_mentions(platform.name, found)
    changed = [key for key in known if _note_edit(store, known[key], found[key])]
    fresh = [post for key, post in found.items() if key not in known]
    new, later = conversation.part(store, platform.name, fresh)
    _add_all(store, platform, new, readings)
    for post in later:
        _go_on(store, platform, post, readings.get(post.external_id, UNREAD))
    _move_cursor(store, platform.name, page, arrived=bool(fresh))
    return Recorded(new=len(fresh), changed=len(changed), known=len(known) - len(changed))


def rulebook(store: Store) -> Rulebook:
    """The rules of all departments, in the order they are tried."""
    departments = store.departments()
    catch_all = next((one for one in departments if one.catch_all), departments[-1])
    return Rulebook(
        rules=tuple(_rule(rule) for team in departments for rule in team.rules),
        people=tuple(
            NamedPerson(
                name=person.name, aliases=tuple(person.aliases), department=person.department_id
            )
            for person in store.named_people()
            if person.department_id is not None
        ),
        departments=tuple(DepartmentName(key=one.id, name=one.name) for one in departments),
        catch_all=catch_all.id,
    )


def _rule(rule: Rule) -> RoutingRule:
    said: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in rule.conditions.items()
    }
    return RoutingRule(department=rule.department_id, position=rule.position, **said)


def _by_others(page: Page, own_accounts: frozenset[str]) -> dict[str, FoundMention]:
    return {
        post.external_id: _storable(post)
        for post in page.mentions
        if post.author.handle.casefold() not in own_accounts
    }


def _storable(post: FoundMention) -> FoundMention:
    """Without what PostgreSQL takes from nobody; one such post would stop its whole source."""
    author = post.author
    handle, name = (storable(each)[:LONGEST_NAME] for each in (author.handle, author.name))
    parent = post.parent or Parent()
    begins = shorten(storable(parent.text), PARENT_LIMIT)
    return replace(
        post, text=storable(post.text), author=replace(author, handle=handle, name=name),
        parent=replace(parent, handle=storable(parent.handle)[:LONGEST_NAME], text=begins),
    )  # fmt: skip


def _add_all(
    store: Store,
    platform: Platform,
    posts: Sequence[FoundMention],
    readings: Mapping[str, Reading],
) -> None:
    """Add new mentions with their first line of history, their card, and its delivery.

    As rows, because a burst brings thousands and an object costs several times its row.
    """
    if not posts:
        return
    book = rulebook(store)
    read = [(post, readings.get(post.external_id, UNREAD)) for post in posts]
    store.insert(Mention, [_mention(store, platform, *one, book) for one in read])
    new = store.assigned(platform.name, [post.external_id for post in posts])
    store.insert(Event, [{"mention_id": one, "at": store.now, "kind": "found"} for one, _ in new])
    _watch(store, platform, [one for one, _ in new])
    store.insert(Card, [{"mention_id": one, "channel": channel} for one, channel in new])
    store.happened += [(one, f"found on {platform.name}, for {there}") for one, there in new]
    journal.show_new_cards(store, store.current_cards([one for one, _ in new]))


def _go_on(store: Store, platform: Platform, post: FoundMention, reading: Reading) -> None:
    row = Mention(**_row(store, platform, post, reading))
    conversation.go_on(store, row, post, where=platform.label)
    _watch(store, platform, [row.id])
    watches.watch_again(store, store.head(row))


def _watch(store: Store, platform: Platform, mention_ids: Sequence[int]) -> None:
    if platform.at_once:
        watches.watch_mentions(store, platform.name, mention_ids)


def _mention(
    store: Store, platform: Platform, post: FoundMention, reading: Reading, book: Rulebook
) -> dict[str, Any]:
    decision = _route(platform, post, book, reading.language)
    return _row(store, platform, post, reading) | {
        "department_id": decision.department,
        "why": decision.why,
    }


def _row(store: Store, platform: Platform, post: FoundMention, reading: Reading) -> dict[str, Any]:
    """A post as the table has it, without where it goes."""
    mood, parent = reading.feeling, post.parent or Parent()
    found_by = search_text(post.text, post.author.handle, post.author.name)
    return {
        "platform": platform.name,
        "external_id": post.external_id,
        "address": post.address,
        "url": post.url,
        "text": post.text,
        "search_text": found_by,
        "search_words": words_of(found_by),
        "author_id": post.author.id,
        "author_handle": post.author.handle,
        "author_key": post.author.handle.casefold(),
        "author_name": post.author.name,
        "author_followers": post.author.followers,
        "community": post.community,
        "language": reading.language,
        "parent_id": post.parent_id,
        "root_id": post.root_id,
        "parent_handle": parent.handle,
        "parent_text": parent.text,
        "parent_url": parent.url,
        "media": [asdict(item) for item in post.media],
        "can_reply": post.can_reply,
        "cannot_reply_reason": post.cannot_reply_reason,
        "published_at": post.published_at,
        "found_at": store.now,
        "feeling": mood.label if mood else None,
        "feeling_words": mood.words if mood else "",
        "why": "",
        "state": MentionState.WAITING,
        "waiting_since": post.published_at,
    }


def _route(
    platform: Platform, post: FoundMention, book: Rulebook, language: str | None
) -> Decision:
    facts = MentionFacts(
        platform=platform.name,
        platform_label=platform.label,
        community=post.community,
        author_handle=post.author.handle,
        followers=post.author.followers,
        language=lambda: language,
    )
    return route_text(post.text, facts, book)


def _note_edit(store: Store, mention: Mention, post: FoundMention) -> bool:
    media = [asdict(item) for item in post.media]
    return original.note_edit(store, mention, post.text, address=post.address, media=media)


def _move_cursor(store: Store, platform: str, page: Page, *, arrived: bool) -> None:
    source = store.source(platform)
    source.cursor, source.last_success_at = page.cursor, store.now
    source.failures, source.problem, source.problem_since = 0, "", None
    source.paused = False
    if page.gap:
        source.gap, source.gap_at = page.gap, store.now
        journal.warn(store, page.gap)
    if arrived:
        source.last_mention_at, source.silent_since = store.now, None

"""`/mentions` and `/departments`: find things, for the asker alone."""

from collections.abc import Sequence
from datetime import timedelta

from bot import finding, journal, posts
from bot.errors import UnknownDepartment, UnknownMention
from bot.models import Actor, Department, Mention, Person, Reply, Standing
from bot.slack.cards import Labels, Links
from bot.slack.lookups import (
    PAGE,
    Answer,
    Desk,
    Help,
    Line,
    Listing,
    Single,
    SourceLine,
    Sources,
    Stats,
)
from bot.sources import source_reports
from bot.store import Found, Store

LATELY = timedelta(days=30)
LONGEST = 200
"""Code points of a command that are looked at. A button for the next page carries them along."""


def look_up(  # noqa: C901, PLR0911 (one line a subcommand)
    store: Store, text: str, *, by: Actor, page: int, label: Labels, link: Links
) -> Answer:
    """Answer what was typed after `/mentions`. Words that are no subcommand are searched for."""
    # PostgreSQL takes no NUL.
    text = text.replace("\0", "").strip()[:LONGEST].strip()
    word, _, rest = text.partition(" ")
    rest = rest.strip()
    finder = _Finder(store, by, page, label, link)
    match word.casefold():
        case "":
            return finder.mine("")
        case "help" | "?":
            return Help()
        case "open":
            return finder.open(rest)
        case "mine":
            return finder.mine("mine")
        case "search":
            return finder.containing(rest) if rest else Help(unknown="search")
        case "from":
            return finder.by_author(rest) if rest else Help(unknown="from")
        case "stats":
            return _stats(store)
        case "sources":
            return _sources(store, label)
        case _ if word.lstrip("#").isdecimal() and not rest:
            return finder.single(int(word.lstrip("#")[:12]))
        case _:
            return finder.containing(text)


class _Finder:
    def __init__(self, store: Store, by: Actor, page: int, label: Labels, link: Links) -> None:
        self._store = store
        self._by = by
        self._page = max(0, page)
        self._label = label
        self._link = link

    @property
    def _window(self) -> dict[str, int]:
        return {"limit": PAGE, "offset": self._page * PAGE}

    def open(self, name: str) -> Listing:
        department = _department(self._store, name) if name else None
        found = self._store.open_mentions(department, **self._window)
        where = f" in {department.name}" if department else ""
        return self._listing(f"Open{where}", found, f"open {name}", f"Nothing waits{where}.")

    def mine(self, command: str) -> Listing:
        person = self._store.person(self._by.slack_id)
        found = self._store.held_by(person, **self._window) if person else Found((), 0)
        empty = "You hold no mentions. Type `/mentions open` to see what waits."
        return self._listing("Yours", found, command, empty)

    def containing(self, words: str) -> Listing:
        found = finding.containing(self._store, words, **self._window)
        empty = f"No mention contains “{words}”. Type `/mentions help` for what else there is."
        return self._listing(f"With “{words}”", found, f"search {words}", empty)

    def by_author(self, handle: str) -> Listing:
        wanted = handle.removeprefix("@").removeprefix("u/").removeprefix("/u/")
        found = self._store.by_author(wanted, **self._window)
        empty = f"Nobody called @{wanted} has mentioned us."
        return self._listing(f"From @{wanted}", found, f"from {wanted}", empty)

    def single(self, number: int) -> Single:
        mention = self._store.mention(number)
        number = self._store.head(mention).id if mention else number
        card = self._store.current_card(number)
        if card is None:
            raise UnknownMention(number=number)
        events = journal.told_from(self._store.events(number), arrived=self._store.now)
        person = self._store.person(self._by.slack_id)
        return Single(
            card.id, self._link(card.channel_id, card.ts), card.channel_id, tuple(events),
            colleague=person is not None and person.standing == Standing.COLLEAGUE,
        )  # fmt: skip

    def _listing(self, title: str, found: Found, command: str, empty: str) -> Listing:
        newest = posts.newest(self._store, found.mentions)
        held = posts.held_among(self._store, found.mentions)
        lines = (
            self._line(one, newest.get(one.id, one), held.get(one.id)) for one in found.mentions
        )
        return Listing(
            title=title, lines=tuple(lines), total=found.total, more=found.more,
            page=self._page, command=command.strip(), empty=empty,
        )  # fmt: skip

    def _line(self, mention: Mention, post: Mention, held: Reply | None) -> Line:
        card = self._store.current_card(mention.id)
        link = self._link(card.channel_id, card.ts) if card else ""
        return Line(
            mention=mention, post=post, platform=self._label(mention.platform), link=link,
            now=self._store.now, held_of=held.author.name if held else "",
        )  # fmt: skip


def mention_numbered(store: Store, number: int) -> Mention:
    """Raises UnknownMention."""
    return journal.mention(store, number)


def mention_at(store: Store, channel_id: str, ts: str) -> int | None:
    """The number of the mention whose card this message is."""
    card = store.card_at(channel_id, ts)
    return card.mention_id if card else None


def departments_and(store: Store, number: int) -> tuple[Mention, Sequence[Department]]:
    """A mention that can be sent on, and where to."""
    mention = journal.mention(store, number)
    mention.refuse_if_done(store.now)
    journal.refuse_while_sending(store, mention)
    return mention, store.departments()


def desks(store: Store, name: str = "") -> tuple[Desk, ...]:
    """Every department, or the one of this name or channel: what waits, and who answered lately."""
    name = name.replace("\0", "").strip()[:LONGEST]
    asked = [_department(store, name)] if name else store.departments()
    counts = store.open_counts()
    lately = _who_answered(store)
    return tuple(
        Desk(
            department=one, waiting=counts.get(one.id, 0),
            lately=tuple(person.name for person in lately.get(one.id, [])[:3]),
        )
        for one in asked
    )  # fmt: skip


def _department(store: Store, name: str) -> Department:
    department = store.department(name)
    if department is None:
        names = ", ".join(one.name for one in store.departments())
        raise UnknownDepartment(name=name, departments=names)
    return department


def _who_answered(store: Store) -> dict[int | None, list[Person]]:
    """By department, the people who answered last, the latest first."""
    found: dict[int | None, list[Person]] = {}
    for reply in reversed(store.sent_between(store.now - LATELY, store.now + LATELY)):
        people = found.setdefault(reply.mention.department_id, [])
        if reply.author not in people:
            people.append(reply.author)
    return found


def _sources(store: Store, label: Labels) -> Sources:
    reports = source_reports(store, label=label)
    return Sources(
        tuple(SourceLine(label=one.label, ok=one.ok, says=one.says()) for one in reports)
    )


def _stats(store: Store) -> Stats:
    week = timedelta(days=7)
    mentions = store.published_between(store.now - week, store.now + week)
    times = sorted(
        one.answered_at - one.published_at for one in mentions if one.answered_at is not None
    )
    return Stats(
        received=len(mentions),
        answered=len(times),
        open=store.open_by_place(store.departments()),
        median_reply=times[len(times) // 2] if times else None,
    )

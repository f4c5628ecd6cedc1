"""Answers to slash commands, as their asker sees them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.models import Department, Event, Mention, MentionState
from bot.slack import ids
from bot.slack.blocks import (
    Block,
    actions,
    button,
    context,
    escape,
    leaf,
    line,
    link_leaf,
    name,
    notice,
    plain,
    rich,
    section,
)
from bot.slack.cards import CardView, Drawn, draw_card, draw_post
from bot.slack.threads import told
from bot.wording import ago, count, shorten, span

PAGE = 10

MENTIONS_HELP = """*What you can type*
• `/mentions` or `/mentions mine`: the mentions you hold
• `/mentions open` or `/mentions open billing`: what waits, everywhere or in one department
• `/mentions search refund`: mentions with these words
• `/mentions from @name`: mentions by an author
• `/mentions 123`: one mention with its history
• `/mentions stats`: the last seven days in numbers
• `/mentions sources`: how each platform is read, and what it cost today
• `/mentions policy`: who may reply, and whose first replies somebody else approves
• `/mentions stuck`: for admins, what could not be sent, and what to do about it
• `/departments`: who does what, and where
The reaction :eyes: on a card claims it, :white_check_mark: closes it as already answered.
Only you see the answers."""

DEPARTMENTS_HELP = """*What you can type*
• `/departments`: who does what, in which channel, and who answered lately
• `/departments billing`: the same of one department
• `/mentions open billing`: what waits in one department
Only you see the answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One mention in a list."""

    mention: Mention
    post: Mention
    """What its author wrote last, most often the mention itself."""
    platform: str
    link: str
    """Its card in Slack."""
    now: datetime
    held_of: str = ""
    """Whose reply to it waits for approval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One page of mentions. `command` is what gives it again."""

    title: str
    lines: tuple[Line, ...]
    total: int
    page: int
    command: str
    empty: str = "Nothing found."
    more: bool = False
    """There are older ones that are not counted."""

    @property
    def has_next(self) -> bool:
        return (self.page + 1) * PAGE < self.total


@dataclass(frozen=True, slots=True)
class Help:
    """What can be typed. `unknown` is what was typed instead."""

    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Single:
    """One mention by its number, with its history."""

    card_id: int
    link: str
    channel_id: str | None
    events: tuple[Event, ...]
    colleague: bool
    """Whether who asks works here. A guest does not, also where guests may act."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """Numbers of the last seven days, and of now."""

    received: int
    answered: int
    open: tuple[tuple[str, int], ...]
    median_reply: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """How one source does, in sentences."""

    label: str
    ok: bool
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sources:
    lines: tuple[SourceLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a department does, where, and who answered lately."""

    department: Department
    waiting: int
    lately: tuple[str, ...] = field(default=())


Answer = Listing | Help | Single | Stats | Sources


def draw_listing(listing: Listing) -> Drawn:
    """One page of mentions, with a button for the next one."""
    if not listing.total:
        return Drawn(notice(listing.empty), [section(escape(listing.empty))])
    newest = "the newest " if listing.more else ""
    head = f"{listing.title}: {newest}{count(listing.total, 'mention')}"
    first = listing.page * PAGE + 1
    here = f", {first} to {first + len(listing.lines) - 1}" if listing.total > PAGE else ""
    blocks = [rich(line(leaf(head + here, bold=True)))]
    blocks += [rich(_line(one)) for one in listing.lines]
    turns = _turns(listing)
    if turns:
        blocks.append(actions(*turns))
    if not listing.command:
        more = "Type /mentions open to see what waits, /mentions help for everything else."
        blocks.append(context(plain(more)))
    return Drawn(notice(head), blocks)


def draw_single(view: CardView, single: Single) -> Drawn:
    """A mention as its card shows it, and its history."""
    card = draw_card(view)
    blocks = list(card.blocks)
    for event in single.events[-20:]:
        when = plain(ago(view.now - event.at))
        blocks.append(context(plain(told(event)), when))
    if single.link:
        blocks.append(rich(line(link_leaf(single.link, "Go to its card"))))
    return Drawn(card.text, blocks)


def draw_from_outside(view: CardView) -> Drawn:
    """What the public reads of a mention, for whoever may not see the channel where its card is."""
    told = "It is handled in a channel that you are not in: what is said and done is shown there."
    post = draw_post(view)
    return Drawn(post.text, [*post.blocks, context(plain(told))])


def draw_stats(stats: Stats) -> Drawn:
    share = f" ({round(100 * stats.answered / stats.received)} %)" if stats.received else ""
    median = f", median first reply {span(stats.median_reply)}" if stats.median_reply else ""
    came = count(stats.received, "mention")
    head = f"Last 7 days: {came}, {stats.answered} answered{share}{median}."
    waiting = [leaf(f"{name(place)}: {number}\n") for place, number in stats.open]
    blocks = [rich(line(leaf(head)))]
    if waiting:
        blocks.append(rich(line(leaf("Open now\n", bold=True), *waiting)))
    return Drawn(notice(head), blocks)


def draw_sources(sources: Sources) -> Drawn:
    """Each source with how it does; the words of a platform's refusal may be among them."""
    if not sources.lines:
        empty = "No platform was read yet. An admin can see why with python app.py check."
        return Drawn(empty, [section(empty)])
    troubled = sum(not one.ok for one in sources.lines)
    head = f"{count(len(sources.lines), 'source')}, {troubled or 'none'} in trouble."
    blocks = [rich(line(leaf(head, bold=True)))]
    for one in sources.lines[:40]:
        told = f" · {name(' '.join(one.says), 900)}"
        blocks.append(rich(line(leaf(name(one.label), bold=True), leaf(told))))
    return Drawn(notice(head), blocks)


def draw_help(about: Help, text: str) -> Drawn:
    blocks = [section(text)]
    if about.unknown:
        missing = f"Type something after “{name(about.unknown)}”, as in the examples here."
        blocks.insert(0, rich(line(leaf(missing))))
    return Drawn("What you can type after /mentions and /departments.", blocks)


def draw_desks(desks: tuple[Desk, ...]) -> Drawn:
    blocks = [
        rich(line(leaf("Who does what", bold=True))),
        *(rich(_desk(one)) for one in desks[:40]),
    ]
    return Drawn(f"{count(len(desks), 'department')}.", blocks)


def draw_told(text: str) -> Drawn:
    """One sentence."""
    return Drawn(notice(text), [section(text)])


def _line(one: Line) -> Block:
    mention = one.mention
    words = shorten(name(one.post.text, 200), 90) or "(no words)"
    if one.post.gone_at is not None:
        words = "(deleted by its author)"
    place = mention.department.name if mention.department else "another channel"
    about = (
        f" · {one.platform} · {name(mention.author, 40)} · {_state_of(one)}"
        f" · {name(place)} · {ago(one.now - one.post.published_at)}\n{words}"
    )
    number = f"No. {mention.id}"
    return line(link_leaf(one.link, number) if one.link else leaf(number), leaf(about))


def _state_of(one: Line) -> str:
    mention = one.mention
    if one.held_of:
        return f"{name(one.held_of)}'s reply waits for approval"
    if mention.state == MentionState.CLAIMED and mention.owner:
        return f"claimed by {name(mention.owner.name)}"
    if mention.state == MentionState.CLOSED:
        return f"no reply needed ({mention.verdict})"
    return str(mention.state)


def _turns(listing: Listing) -> list[Block]:
    turns = []
    if listing.page:
        turns.append(
            button("Previous", f"{ids.PAGE}:back", f"{listing.page - 1}|{listing.command}")
        )
    if listing.has_next:
        turns.append(button("Next", f"{ids.PAGE}:next", f"{listing.page + 1}|{listing.command}"))
    return turns


def _desk(desk: Desk) -> Block:
    team = desk.department
    told = [name(team.purpose, 300)] if team.purpose else []
    if desk.lately:
        told.append(f"Answered lately: {', '.join(name(one) for one in desk.lately)}.")
    waits = f"{desk.waiting:,} open" if desk.waiting else "nothing open"
    about = f" · {team.channel} · {waits}\n{' '.join(told)}".rstrip()
    return line(leaf(name(team.name), bold=True), leaf(about))

"""App Home: one person's own view of what is theirs and what waits."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.models import Department, Mention
from bot.slack import ids
from bot.slack.blocks import (
    Block,
    actions,
    button,
    context,
    date,
    header,
    leaf,
    line,
    link,
    link_button,
    mrkdwn,
    name,
    option,
    plain,
    rich,
    section,
)
from bot.slack.stuck import told_in_short
from bot.wording import count, shorten

ABOUT = (
    "Switchboard puts every public post about us in front of the person who can answer it. "
    "Claim what you can answer, send on what you can't. Type /mentions help for more."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeLine:
    mention: Mention
    post: Mention
    """What its author wrote last, most often the mention itself."""
    platform: str
    link: str
    held: str = ""
    """Whose reply to it waits for approval: "Your", "Ben's"."""
    may_change: bool = False
    """It is this person's own, who may still change its text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeView:
    slack_id: str
    mine: tuple[HomeLine, ...]
    mine_total: int
    waiting: tuple[HomeLine, ...]
    waiting_total: int
    departments: tuple[Department, ...]
    my_departments: tuple[Department, ...]
    elsewhere: tuple[tuple[str, int], ...]
    """Departments of others, and channels of none, with what is open there."""
    answered_this_week: int
    to_approve: tuple[HomeLine, ...] = ()
    """The oldest of what others wrote and this person may approve."""
    stuck: int = 0
    """Deliveries that wait for an admin; 0 for everybody else."""


def draw_home(view: HomeView) -> Block:
    """The whole tab."""
    blocks = [*_to_approve(view), *_mine(view), {"type": "divider"}]
    blocks += [*_waiting(view), {"type": "divider"}]
    if view.stuck:
        blocks.insert(0, section(f"*{told_in_short(view.stuck)}*: `/mentions stuck`"))
    week = f"You answered {count(view.answered_this_week, 'mention')} in the last 7 days."
    blocks += [context(plain(week)), context(plain(ABOUT))]
    return {"type": "home", "blocks": blocks}


def _to_approve(view: HomeView) -> Iterator[Block]:
    if not view.to_approve:
        return
    yield header("Waits for your approval")
    for one in view.to_approve:
        yield from _about(one)
        if one.link:
            yield actions(link_button("Read it on its card", one.link, ids.OPEN_LINK))
    yield {"type": "divider"}


def _mine(view: HomeView) -> Iterator[Block]:
    yield header("My open mentions")
    if not view.mine:
        yield context(plain("Nothing waits for you."))
    for one in view.mine:
        yield from _row(one, claimed=True)
    if view.mine_total > len(view.mine):
        yield context(plain(f"{view.mine_total} in all: type /mentions mine"))


def _waiting(view: HomeView) -> Iterator[Block]:
    yield header("Waiting in my departments")
    elsewhere = ", ".join(f"{number} in {name(place)}" for place, number in view.elsewhere[:5])
    open_ = f" Open: {elsewhere}." if elsewhere else ""
    if not view.my_departments:
        ask = "Choose the departments you answer for to see what waits there."
        yield context(plain(ask + open_))
    yield actions(_chooser(view))
    if view.my_departments and not view.waiting:
        yield context(plain(f"Nothing waits here.{open_}"))
    for one in view.waiting:
        yield from _row(one, claimed=False)
    if view.waiting_total > len(view.waiting):
        yield context(plain(f"{view.waiting_total} in all: type /mentions open"))


def _row(one: HomeLine, *, claimed: bool) -> Iterator[Block]:
    mention = one.mention
    yield from _about(one)
    first = () if claimed else (button("Claim", ids.CLAIM, mention.id, style="primary"),)
    last = (
        button("Release", ids.RELEASE, mention.id)
        if claimed
        else button("Send to…", ids.SEND_TO, mention.id)
    )
    if one.held:
        change = button("Change the text", ids.REPLY, mention.id)
        yield actions(*([change] if one.may_change else []), last)
        return
    reply = button("Reply", ids.REPLY, mention.id, style="primary" if claimed else "")
    yield actions(*first, reply, last)


def _about(one: HomeLine) -> Iterator[Block]:
    mention = one.mention
    number = f"No. {mention.id}"
    where = mrkdwn(link(one.link, number)) if one.link else plain(number)
    about = plain(f"{one.platform} · @{name(mention.author_handle, 40)}")
    held = [plain(f"{name(one.held)} reply waits for approval")] if one.held else []
    yield context(where, about, mrkdwn(date(one.post.published_at)), *held)
    yield rich(line(leaf(shorten(name(one.post.text, 300), 200) or "(no words)")))


def _chooser(view: HomeView) -> Block:
    options = {one.id: option(name(one.name, 70), one.id) for one in view.departments[:100]}
    made: Block = {
        "type": "multi_static_select",
        "action_id": ids.JOIN,
        "placeholder": plain("Departments I answer for"),
        "options": list(options.values()),
    }
    chosen = [options[one.id] for one in view.my_departments if one.id in options]
    return made | {"initial_options": chosen} if chosen else made

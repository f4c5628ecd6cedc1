"""What is stuck, as an admin sees it, with what can be done about each."""

from dataclasses import dataclass
from datetime import timedelta

from bot.models import Reply
from bot.slack import ids
from bot.slack.blocks import (
    Block,
    actions,
    button,
    context,
    field,
    leaf,
    line,
    link_leaf,
    modal,
    name,
    notice,
    plain,
    quote,
    rich,
    text_field,
)
from bot.slack.cards import Drawn
from bot.slack.modals import carry
from bot.wording import ago, count

PAGE = 5
EMPTY = "Nothing is stuck: everything that was to leave has left or is on its way."


@dataclass(frozen=True, slots=True, kw_only=True)
class StuckLine:
    """One delivery that waits for a person."""

    number: int
    """Its own in the outbox."""
    what: str
    discarded: str
    """What it means to give it up."""
    link: str
    """Its card in Slack; "" when there is none."""
    uncertain: bool
    """It is a public reply, and may be there."""
    age: timedelta
    """Since it failed, or since nobody knows."""
    tries: int
    looks: int
    problem: str
    reply_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StuckList:
    """One page of them, the newest first."""

    lines: tuple[StuckLine, ...]
    total: int
    page: int
    troubles: tuple[tuple[str, int], ...]
    """What is tried again by itself: the problem, and how many deliveries have it."""


def told_in_short(total: int) -> str:
    """One sentence of all that is stuck."""
    return f"{count(total, 'delivery is', 'deliveries are')} stuck"


def draw_stuck(view: StuckList, *, told: str = "") -> Drawn:
    """`told`: what became of the last press, as a sentence."""
    head = f"{told_in_short(view.total)}." if view.total else EMPTY
    first = view.page * PAGE + 1
    if view.total > PAGE:
        head = f"{head[:-1]}, {first} to {first + len(view.lines) - 1}."
    blocks = [rich(line(leaf(told)))] if told else []
    blocks.append(rich(line(leaf(head, bold=True))))
    for one in view.lines:
        blocks += [rich(_line(one)), actions(*_buttons(one, view.page))]
    blocks += [context(plain(name(_trouble(*one), 500))) for one in view.troubles]
    turns = _turns(view)
    return Drawn(notice(f"{told} {head}"), [*blocks, *([actions(*turns)] if turns else [])])


def proof_modal(reply: Reply, platform: str) -> Block:
    """Where somebody says where a reply of which nobody knows is."""
    asked = text_field(ids.POSTED_AT, multiline=False, limit=2000)
    hint = f"Open it on {platform} and copy its address. It then counts as sent, and nothing more."
    blocks = [
        rich(line(leaf(f"{name(reply.author.name)} wrote:"))),
        rich(quote(reply.text)),
        field(ids.POSTED_AT, f"Link to this reply on {platform}", asked, hint=hint),
    ]
    metadata = carry(reply.mention_id, str(reply.id))
    return modal(ids.PROOF_MODAL, "It was posted", blocks, submit="It is there", metadata=metadata)


def _line(one: StuckLine) -> Block:
    what = name(one.what, 150)
    state = "nobody knows whether it went out" if one.uncertain else "failed"
    tried = "tried once" if one.tries == 1 else f"tried {one.tries} times"
    looked = f", looked for {count(one.looks, 'time')}" if one.looks else ""
    about = f" · {state}, {ago(one.age)} · {tried}{looked}\n{name(one.problem, 500)}"
    return line(link_leaf(one.link, what) if one.link else leaf(what, bold=True), leaf(about))


def _buttons(one: StuckLine, page: int) -> list[Block]:
    value = f"{page}|{one.number}"
    discard = button("Discard", ids.STUCK_DISCARD, value)
    meant = one.discarded
    if one.uncertain:
        meant += " If it is public already, it stays public."
    discard |= _ask("Discard this?", meant, "Discard")
    if not one.uncertain:
        return [button("Retry", ids.STUCK_RETRY, value), discard]
    twice = "If it is public already, it will be there twice. Look under the post first."
    again = button("Send again", ids.STUCK_RETRY, value) | _ask("Send again?", twice, "Send again")
    return [button("It was posted…", ids.STUCK_POSTED, value), again, discard]


def _ask(title: str, text: str, yes: str) -> Block:
    return {
        "confirm": {
            "title": plain(title, 100), "text": plain(text, 300), "confirm": plain(yes, 30),
            "deny": plain("Not now", 30),
        }
    }  # fmt: skip


def _trouble(problem: str, times: int) -> str:
    tried = count(times, "delivery is", "deliveries are")
    return f"Besides, {tried} tried again and again: {problem}"


def _turns(view: StuckList) -> list[Block]:
    turns = []
    if view.page:
        turns.append(button("Previous", f"{ids.STUCK_PAGE}:back", view.page - 1))
    if (view.page + 1) * PAGE < view.total:
        turns.append(button("Next", f"{ids.STUCK_PAGE}:next", view.page + 1))
    return turns

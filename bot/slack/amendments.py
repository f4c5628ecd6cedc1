"""What a card says of a public reply that is changed or taken down, and what it offers."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.models import Amendment, AmendmentState, Reply
from bot.slack import ids
from bot.slack.blocks import (
    Block,
    button,
    clean,
    context,
    date,
    leaf,
    line,
    mrkdwn,
    name,
    option,
    plain,
    quote,
    rich,
)

QUOTED = 1200
CHANGE_OURS, CORRECT_OURS = "Change our reply…", "Correct our reply…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amending:
    """What can be done about what we said in public, and what was done or asked for last."""

    can_correct: bool = False
    """One more reply may say what is right."""
    can_change: bool = False
    can_take_down: bool = False
    latest: Amendment | None = None


NOTHING_SAID = Amending()


def amendment_lines(amending: Amending, reply: Reply | None, platform: str) -> Iterator[Block]:
    """`reply`: the one that the card quotes."""
    latest = amending.latest
    if latest is None or not _still_matters(latest, reply):
        return
    yield from _removal(latest, reply, platform) if latest.is_removal else _change(latest)


def amendment_buttons(amending: Amending) -> list[Block]:
    """For the second person, and for whoever asked."""
    latest = amending.latest
    if latest is None or latest.state != AmendmentState.ASKED:
        return []
    ask = {
        "title": plain("Take our reply down?"),
        "text": plain("Nobody will be able to read it there any more. This cannot be undone."),
        "confirm": plain("Take it down"),
        "deny": plain("Leave it"),
        "style": "danger",
    }
    take_down = button("Take it down", ids.AGREE, latest.id, style="danger")
    return [take_down | {"confirm": ask}, button("Withdraw", ids.WITHDRAW, latest.id)]


def amendment_options(amending: Amending, mention_id: int) -> Iterator[Block]:
    """The entries of the ⋯ menu; none while something is open."""
    if amending.latest is not None and amending.latest.is_open:
        return
    if amending.can_change:
        yield option(CHANGE_OURS, f"{ids.CHANGE}:{mention_id}")
    elif amending.can_correct:
        yield option(CORRECT_OURS, f"{ids.CORRECT}:{mention_id}")
    if amending.can_take_down:
        yield option("Take our reply down…", f"{ids.TAKE_DOWN}:{mention_id}")


def _still_matters(latest: Amendment, reply: Reply | None) -> bool:
    """What is settled is told until there is a newer reply."""
    if latest.settled_at is None or reply is None:
        return True
    return reply.queued_at is not None and reply.queued_at <= latest.settled_at


def _change(change: Amendment) -> Iterator[Block]:
    who = name(change.asked_by.name)
    if change.state == AmendmentState.QUEUED:
        problem = f" Not done yet: {change.problem} We keep trying." if change.problem else ""
        yield context(plain(f"Changing our reply…{problem} {who} wants it to say:"))
        yield rich(quote(change.text, QUOTED))
    elif change.state == AmendmentState.REFUSED:
        yield context(plain(f"Our reply was not changed: {change.problem} {who}'s text is kept."))
        yield rich(quote(change.text, QUOTED))
    else:
        yield context(plain(f"Changed by {who}: “{clean(change.reason)}”"), *_when(change))


def _removal(removal: Amendment, reply: Reply | None, platform: str) -> Iterator[Block]:
    who = name(removal.asked_by.name)
    second = name(removal.agreed_by.name) if removal.agreed_by else "nobody"
    wanted = f"{who} asked, {second} agreed: “{clean(removal.reason)}”"
    if removal.state == AmendmentState.ASKED:
        quoted = reply is not None and reply.id == removal.reply_id
        yield from _asked(removal, who, platform, quoted=quoted)
    elif removal.state == AmendmentState.QUEUED:
        problem = f" Not done yet: {removal.problem} We keep trying." if removal.problem else ""
        yield context(plain(f"Taking our reply down…{problem} {wanted}"))
    elif removal.state == AmendmentState.REFUSED:
        yield context(plain(f"Our reply is still public: {removal.problem} {wanted}"))
    else:
        yield context(plain(f"Our reply was taken down. {wanted}"), *_when(removal))


def _asked(removal: Amendment, who: str, platform: str, *, quoted: bool) -> Iterator[Block]:
    """`quoted`: the card quotes this very reply already."""
    wish = leaf(f"{who} asks to take our reply down: “{clean(removal.reason)}”", bold=True)
    yield rich(line(wish))
    if not quoted:
        yield rich(quote(removal.earlier, QUOTED))
    until = f"Until somebody else agrees, it stays public on {platform}."
    yield context(plain(until))


def _when(amendment: Amendment) -> list[Block]:
    return [mrkdwn(date(amendment.settled_at))] if amendment.settled_at else []

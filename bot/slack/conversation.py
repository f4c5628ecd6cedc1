"""What was said before and after: the post that a mention answers, and the turns of a conversation.

A long conversation is shown by its last turns; the card's thread has them all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.slack.blocks import (
    Block,
    clean,
    context,
    date_within,
    is_web_link,
    link,
    mrkdwn,
    name,
    plain,
    quote,
    rich,
)
from bot.wording import count, shorten

TURNS_SHOWN = 4
TURN_LIMIT, LAST_TURN_LIMIT = 500, 1500
"""Code points; with a whole post and a reply they stay below what Slack takes in one message."""
ABOVE_LIMIT = 70


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One post of a conversation after the first: our reply, or what its author wrote then."""

    who: str
    """A colleague's name, or the author's handle with an @."""
    text: str
    at: datetime
    url: str
    reply_id: int = 0
    """Of our reply; 0 for what the author wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Above:
    """The post that a mention answers."""

    who: str
    """As in "in answer to …": "@x", "our reply to @x"; "" when nobody knows."""
    text: str
    url: str
    card: str = ""
    """The address of its card in Slack, when it has one."""
    number: int = 0


def draw_above(above: Above | None) -> Iterator[Block]:
    """One quiet line; nothing when all that is known is that there is such a post."""
    if above is None:
        return
    words = shorten(clean(above.text), ABOVE_LIMIT)
    said = [name(above.who)] * bool(above.who) + [f"“{words}”"] * bool(words)
    links = _links(above)
    if said or links:
        whole = f"In answer to {': '.join(said) or 'another post'}"
        yield context(plain(whole), *links)


def _links(above: Above) -> list[Block]:
    if above.card:
        return [mrkdwn(link(above.card, f"Card No. {above.number}"))]
    return [mrkdwn(link(above.url, "See it there"))] if is_web_link(above.url) else []


def draw_turns(turns: Sequence[Turn]) -> Iterator[Block]:
    """The last turns, oldest first, the very last at more length."""
    left_out = len(turns) - TURNS_SHOWN
    if left_out > 0:
        yield context(plain(f"… {count(left_out, 'post')} in between: the thread tells them all."))
    for turn in turns[-TURNS_SHOWN:]:
        there = f" · {link(turn.url, 'See it there')}" if is_web_link(turn.url) else ""
        when = mrkdwn(f"{date_within(turn.at)}{there}")
        limit = LAST_TURN_LIMIT if turn is turns[-1] else TURN_LIMIT
        yield context(plain(f"{name(turn.who)} wrote"), when)
        yield rich(quote(turn.text, limit))

"""A mention's history as lines under its card."""

from collections.abc import Sequence

from bot.models import Event
from bot.slack.blocks import (
    Block,
    clean,
    context,
    date,
    leaf,
    line,
    mrkdwn,
    name,
    notice,
    plain,
    rich,
)
from bot.slack.cards import Drawn

INTRO = "What happens to this mention is told here. What you write in this thread stays in Slack."
LINE_LIMIT, MESSAGE_LIMIT = 2500, 11_000
"""Code points; what many people wrote at once must still go into one message."""

_LINES = {
    "found": "This came in.",
    "went on": "@{author} wrote: “{text}”",
    "later post gone": "The author deleted what they wrote after that. {problem}",
    "edited": "The author edited the post. The card shows the new text.",
    "claimed": "{who} claimed this.",
    "released": "{who} released this; it waits for somebody.",
    "left alone": "{name} is not in Slack any more; this waits for somebody.",
    "taken from": "{name} may not act for the company any more; this waits for somebody.",
    "replied": "{who} sent a reply on its way: “{text}”",
    "held": "{who} wrote a reply; it waits for a second pair of eyes: “{text}”",
    "held anew": "{who} changed the reply; it waits for a second pair of eyes: “{text}”",
    "held back": "{problem} The reply waits for a second pair of eyes.",
    "asked again": "{who} asked for the reply to be approved once more.",
    "approved": "{who} approved the reply; it is on its way.",
    "sent back": "{who} sent the reply back: “{reason}”",
    "answered": "{who}'s reply is public.",
    "answered by hand": "{who} answered this there: “{text}”",
    "failed": "The reply was not sent. {problem}",
    "uncertain": "We can't tell whether the reply went out; somebody must look.",
    "tried again": "{who} had the reply sent again.",
    "confirmed": "{who} saw the reply on the platform.",
    "amending again": "{who} had that tried once more.",
    "delivery tried again": "{who} had this tried again: {what}.",
    "delivery given up": "{who} gave this up: {what}.",
    "dropped": "{who} dropped the reply; its text is kept as a draft.",
    "moved": "{who} sent this to {to}: “{reason}”",
    "moved silently": "{who} sent this to {to}.",
    "moved away": "{who} sent this to a private channel.",
    "closed": "{who}: no reply needed ({verdict}).",
    "closed with note": "{who}: no reply needed ({verdict}): “{note}”",
    "reopened": "{who} opened this again.",
    "noted": "{who} noted: “{text}”",
    "changing": "{who} is having our reply changed: “{reason}”",
    "changed": "{who} changed our reply: “{reason}” It said before: “{earlier}”",
    "says now": "It says now: “{text}”",
    "change refused": "Our reply was not changed. {problem}",
    "removal asked": "{who} asks to take our reply down, and somebody has to agree: “{reason}”",
    "removal withdrawn": "{who} withdrew the wish to take our reply down.",
    "removal overtaken": "The reply is changed instead, so the wish to take it down has ended.",
    "removal agreed": "{who} agreed to take our reply down.",
    "removal refused": "Our reply is still public. {problem}",
    "taken down": "Our reply is not public any more: “{text}” {who} asked, {agreed} agreed:"
    " “{reason}”",
    "gone": "The post is gone from the platform. {problem}",
    "erased": "What the author wrote was erased here, and what was written to them.",
    "removed": "The platform does not show our reply any more: it was removed or hidden there.",
}


def told(event: Event) -> str:
    """One line of history as a sentence."""
    who = name(event.actor.name) if event.actor else "Somebody"
    facts = {key: clean(str(value)) for key, value in event.detail.items()}
    return _pattern(event).format_map({"who": who, "problem": ""} | facts).strip()


def _pattern(event: Event) -> str:
    kind = event.kind
    if kind == "moved" and not event.detail.get("reason"):
        kind = "moved silently"
    if kind == "closed" and event.detail.get("note"):
        kind = "closed with note"
    return _LINES[kind]


def draw_thread(events: Sequence[Event], *, first: bool, discreet: bool = False) -> Drawn:
    """The lines that are not in the thread yet, in one message.

    `first`: it opens the thread. `discreet`: it ends with a move to a private channel.
    """
    if discreet:
        events = [*events[:-1], _without_place(events[-1])]
    blocks: list[Block] = [context(plain(INTRO))] if first else []
    shown = events[-20:]
    for event in shown:
        blocks += _lines(event, min(LINE_LIMIT, MESSAGE_LIMIT // len(shown)))
    return Drawn(notice(told(events[-1])), blocks)


def _without_place(event: Event) -> Event:
    if event.kind != "moved":
        return event
    return Event(id=event.id, at=event.at, actor=event.actor, kind="moved away", detail={})


def _lines(event: Event, limit: int) -> list[Block]:
    """What happened stands small beside its time; what somebody wrote stands large."""
    sentence, when = told(event), mrkdwn(date(event.at))
    if "“" in _pattern(event):
        short = sentence if len(sentence) <= limit else sentence[: limit - 1] + "…"
        return [rich(line(leaf(short))), context(when)]
    return [context(plain(sentence), when)]

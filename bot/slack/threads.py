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

_LINES = {
    "found": "This came in.",
    "edited": "The author edited the post. The card shows the new text.",
    "claimed": "{who} claimed this.",
    "released": "{who} released this; it waits for somebody.",
    "replied": "{who} sent a reply on its way: “{text}”",
    "answered": "{who}'s reply is public: “{text}”",
    "failed": "The reply was not sent. {problem}",
    "uncertain": "We can't tell whether the reply went out; somebody must look.",
    "tried again": "{who} had the reply sent again.",
    "confirmed": "{who} saw the reply on the platform.",
    "dropped": "{who} dropped the reply; its text is kept as a draft.",
    "moved": "{who} sent this to {to}: “{reason}”",
    "moved silently": "{who} sent this to {to}.",
    "closed": "{who}: no reply needed ({verdict}).",
    "closed with note": "{who}: no reply needed ({verdict}): “{note}”",
    "reopened": "{who} opened this again.",
    "noted": "{who} noted: “{text}”",
    "gone": "The post is gone from the platform. {problem}",
}


def told(event: Event) -> str:
    """One line of history as a sentence."""
    kind = event.kind
    if kind == "moved" and not event.detail.get("reason"):
        kind = "moved silently"
    if kind == "closed" and event.detail.get("note"):
        kind = "closed with note"
    who = name(event.actor.name) if event.actor else "Somebody"
    facts = {key: clean(str(value)) for key, value in event.detail.items()}
    return _LINES[kind].format_map({"who": who, "problem": ""} | facts).strip()


def draw_thread(events: Sequence[Event], *, first: bool) -> Drawn:
    """The lines that are not in the thread yet, in one message. `first`: it opens the thread."""
    blocks: list[Block] = [context(plain(INTRO))] if first else []
    for event in events[-20:]:
        blocks.append(rich(line(leaf(told(event)[:2500]))))
        blocks.append(context(mrkdwn(date(event.at))))
    return Drawn(notice(told(events[-1])), blocks)

"""The windows to change what we said in public, and to ask that it be taken down."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.models import Mention, Reply
from bot.slack import ids
from bot.slack.blocks import (
    Block,
    clean,
    context,
    field,
    leaf,
    line,
    modal,
    name,
    option,
    plain,
    quote,
    rich,
    text_field,
)
from bot.slack.modals import carry, quoted, read_back, written
from bot.wording import shorten

WHY_LIMIT = 300
WHY_HINT = "Colleagues read it in the card's history. It never leaves Slack."
MOST_SHOWN = 10
"""Radio buttons in one group: https://docs.slack.dev/reference/block-kit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """What the window to change a reply shows."""

    reply: Reply
    platform: str
    account: str
    """Our handle there, as people read it."""
    counting: str
    text: str
    reason: str
    seen: str
    warning: str = ""


class CarriedReply(NamedTuple):
    """What these windows carry: which reply, and which version of it their writer had seen."""

    reply_id: int
    seen: str


def carried_reply(metadata: str) -> CarriedReply:
    """Read it back; raises Unreadable when somebody made it up."""
    return CarriedReply(*read_back(metadata, "r"))


def carry_reply(reply: Reply, seen: str = "") -> str:
    return json.dumps({"r": reply.id, "seen": seen})


def which_modal(verb: str, mention: Mention, replies: Sequence[Reply]) -> Block:
    """Where we said several things: which of them is meant. The newest comes first."""
    options = [
        option(shorten(clean(one.text), 70), one.id, hint=name(one.author.name, 70))
        for one in [*reversed(replies)][:MOST_SHOWN]
    ]
    choice: Block = {"type": "radio_buttons", "action_id": ids.WHICH, "options": options}
    blocks = [*quoted(mention), field(ids.WHICH, "Which reply?", choice)]
    return modal(
        ids.WHICH_MODAL, "Our replies", blocks, submit="Next", metadata=carry(mention.id, verb)
    )


def change_modal(view: ChangeView) -> Block:
    reply = view.reply
    plainly = (
        f"This changes what everybody reads as {view.account} on {view.platform}. What it says now"
        " may have been read, copied or quoted already."
    )
    warning = [context(plain(view.warning))] if view.warning else []
    blocks = [
        *warning,
        *_public_now(reply, view.platform),
        rich(line(leaf(plainly, bold=True))),
        *written(
            "What should it say?",
            view.text,
            hint=view.counting,
            kept=_is_draft(view),
            block_id=ids.NEW_TEXT,
        ),
        _why("Why is it changed?", view.reason),
    ]
    return modal(
        ids.CHANGE_MODAL, "Change our reply", blocks, submit="Change it",
        metadata=carry_reply(reply, view.seen),
    )  # fmt: skip


def take_down_modal(reply: Reply, *, platform: str, can_change: bool) -> Block:
    plainly = (
        "Whoever has read or copied it keeps it, and people may ask why it is gone. Nothing happens"
        " before a colleague agrees on the card; until then it stays public."
    )
    rather = "Where it can be put right in words, change it instead: ⋯, then Change our reply…"
    blocks = [
        *_public_now(reply, platform),
        rich(line(leaf(plainly, bold=True))),
        _why("Why should it be taken down?", ""),
        *([context(plain(rather))] if can_change else []),
    ]
    return modal(
        ids.TAKE_DOWN_MODAL, "Take our reply down", blocks, submit="Ask for it",
        metadata=carry_reply(reply),
    )  # fmt: skip


def _public_now(reply: Reply, platform: str) -> list[Block]:
    by = f"Public on {platform} now, written by {name(reply.author.name)}:"
    return [context(plain(by)), rich(quote(reply.text))]


def _why(label: str, reason: str) -> Block:
    element = text_field(ids.REASON, initial=reason, multiline=False, limit=WHY_LIMIT)
    return field(ids.REASON, label, element, hint=WHY_HINT)


def _is_draft(view: ChangeView) -> bool:
    return view.text != view.reply.text

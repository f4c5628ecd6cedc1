"""The modals: reply, send to, no reply needed, note, and the ones that only tell something.

What a modal carries back (`private_metadata`) only names things; what may be done is decided anew
from the database when it is submitted.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.errors import Unreadable
from bot.models import Department, Mention, Verdict
from bot.slack import ids
from bot.slack.blocks import (
    Block,
    actions,
    clean,
    context,
    escape,
    field,
    leaf,
    line,
    link_button,
    modal,
    name,
    option,
    plain,
    quote,
    rich,
    section,
    select,
    text_field,
)
from bot.slack.conversation import Turn, draw_turns

CHUNK = 2900
BEYOND = 10**15
"""No mention or reply has such a number, or a higher one; see `payloads.number`."""
_KEPT = ("type", "callback_id", "title", "submit", "close", "private_metadata", "notify_on_close")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyView:
    """What the reply modal shows."""

    mention: Mention
    post: Mention
    """What is answered: the author's newest post, most often the mention itself."""
    turns: tuple[Turn, ...]
    platform: str
    account: str
    """Our handle there, as people read it: "@acme"."""
    counting: str
    price: str = ""
    """What sending the draft as it is costs, as a sentence; "" where it is free."""
    draft: str = ""
    is_draft: bool = False
    """What stands in the field was typed before."""
    draft_by: str = ""
    """Who wrote what stands in the field, where it came back to somebody else."""
    approval: str = ""
    """That somebody else reads it first, as a sentence; "" where it leaves at once."""
    seen: str = ""
    warning: str = ""


class Carried(NamedTuple):
    """What a modal carries: which mention, and what its writer had seen."""

    mention_id: int
    seen: str = ""


def carry(mention_id: int, seen: str = "") -> str:
    return json.dumps({"m": mention_id, "seen": seen})


def carried(metadata: str) -> Carried:
    """Read it back; raises Unreadable when somebody made it up."""
    return Carried(*read_back(metadata, "m"))


def read_back(metadata: str, key: str) -> tuple[int, str]:
    """The number under this key and what was seen; raises Unreadable when somebody made it up."""
    try:
        values = json.loads(metadata)
        number, seen = values[key], str(values.get("seen", ""))
    except (TypeError, KeyError, AttributeError, ValueError) as error:
        raise Unreadable from error
    if type(number) is not int or not 0 <= number < BEYOND:
        raise Unreadable
    return number, seen


def reply_modal(view: ReplyView) -> Block:
    mention = view.mention
    blocks = _said_so_far(view)
    if view.warning:
        blocks.insert(0, section(f":warning: {escape(view.warning)}"))
    if not view.post.can_reply:
        return _assisted(view, blocks)
    sentence = f"This will be public as {view.account} on {view.platform}."
    blocks.append(rich(line(leaf(sentence, bold=True))))
    if view.approval:
        blocks.append(context(plain(view.approval)))
    blocks += _written(view)
    if view.price:
        blocks.append(_price(view.price))
    return modal(
        ids.REPLY_MODAL, f"Reply on {view.platform}", blocks,
        submit="Reply", metadata=carry(mention.id, view.seen),
    )  # fmt: skip


def shows_price(view: Block) -> bool:
    """Whether an open modal is one that tells what the text in it costs."""
    return any(one["block_id"] == ids.PRICE for one in view["blocks"])


def repriced(view: Block, price: str) -> Block | None:
    """The open modal as Slack told of it, with another price; None when it shows this one.

    Everything else stays as it is, and Slack keeps what was typed where the ids stay.
    """
    (shown,) = (one for one in view["blocks"] if one["block_id"] == ids.PRICE)
    if shown["elements"][0]["text"] == price:
        return None
    return _with_blocks(view, [_price(price) if one is shown else one for one in view["blocks"]])


def warned(view: Block, sentence: str) -> Block | None:
    """The open modal as Slack told of it, with a sentence above its fields, in which what was typed
    stays; None when it says so already.
    """  # noqa: D205 (two sentences that belong together)
    said = section(f":warning: {escape(sentence)}") | {"block_id": ids.WARNING}
    earlier = [one for one in view["blocks"] if one["block_id"] == ids.WARNING]
    if any(said["text"]["text"] == one["text"]["text"] for one in earlier):
        return None
    others = [one for one in view["blocks"] if one not in earlier]
    at = next(at for at, one in enumerate(others) if one["type"] == "input")
    return _with_blocks(view, [*others[:at], said, *others[at:]])


def _with_blocks(view: Block, blocks: list[Block]) -> Block:
    kept = {key: view[key] for key in _KEPT if view.get(key) is not None}
    return kept | {"blocks": blocks}


def posting_modal(mention_id: int, seen: str, text: str, *, platform: str, composer: str) -> Block:
    """The second step where a person must post the text: copy it, open the platform, come back."""
    copied: Block = {"type": "rich_text_preformatted", "elements": [leaf(clean(text))]}
    field_ = text_field(ids.POSTED_AT, multiline=False, limit=2000)
    blocks = [
        rich(line(leaf(f"1. Post this on {platform}.", bold=True)), copied),
        actions(link_button(f"Open on {platform}", composer, ids.OPEN_LINK)),
        rich(line(leaf("2. Come back and say so.", bold=True))),
        field(
            ids.POSTED_AT, "Link to your answer", field_, optional=True,
            hint="So that colleagues find it. Without it the mention counts as answered too.",
        ),
    ]  # fmt: skip
    return modal(
        ids.POSTED_MODAL, f"Reply on {platform}", blocks,
        submit="I posted it", metadata=carry(mention_id, seen),
    )  # fmt: skip


def _assisted(view: ReplyView, blocks: list[Block]) -> Block:
    reason = clean(view.post.cannot_reply_reason)
    told = f"{view.platform} does not let us answer this post from here."
    blocks.append(rich(line(leaf(told, bold=True), leaf(f" {reason}"))))
    after = f"Write it here; the next step opens {view.platform}, where you post it yourself."
    blocks.append(context(plain(after)))
    blocks += _written(view)
    return modal(
        ids.ASSIST_MODAL, f"Reply on {view.platform}", blocks,
        submit="Next", metadata=carry(view.mention.id, view.seen),
    )  # fmt: skip


def written(
    label: str, text: str, *, hint: str, kept: bool, block_id: str = ids.TEXT
) -> list[Block]:
    """The field for what becomes public. `kept`: `text` is what somebody typed before."""
    element = text_field(ids.TEXT, initial=text)
    # Slack tells us each pause in typing, so that closing the modal loses nothing.
    element["dispatch_action_config"] = {"trigger_actions_on": ["on_character_entered"]}
    typed = field(block_id, label, element, hint=hint) | {"dispatch_action": True}
    return [typed, *([context(plain("What you wrote before is kept here."))] if kept else [])]


def _written(view: ReplyView) -> list[Block]:
    field_ = written("Your reply", view.draft, hint=view.counting, kept=view.is_draft)
    by = f"{name(view.draft_by)} wrote this, and it was not sent. From you it goes out as yours."
    return [*field_, *([context(plain(by))] if view.draft_by else [])]


def _price(sentence: str) -> Block:
    return context(plain(sentence)) | {"block_id": ids.PRICE}


def send_to_modal(mention: Mention, departments: Sequence[Department]) -> Block:
    places = [
        option(name(one.name, 70), one.id, hint=name(one.purpose, 70))
        for one in departments
        if one.id != mention.department_id
    ]
    blocks = quoted(mention)
    if places:
        chosen = select(ids.DEPARTMENT, "Choose a department", places)
        blocks.append(field(ids.DEPARTMENT, "Department", chosen, optional=True))
    blocks += [
        field(
            ids.CHANNEL, "Or any channel",
            {
                "type": "conversations_select", "action_id": ids.CHANNEL,
                "placeholder": plain("Choose a channel"),
                "filter": {"include": ["public", "private"]},
            },
            optional=True,
        ),
        field(
            ids.REASON, "What should they know?",
            text_field(ids.REASON, multiline=False, limit=300),
            hint="One line, shown on the card there and here.", optional=True,
        ),
        context(plain("They should answer, not you: the mention waits there for somebody.")),
    ]  # fmt: skip
    return modal(ids.SEND_TO_MODAL, "Send to…", blocks, submit="Send", metadata=carry(mention.id))


def close_modal(mention: Mention) -> Block:
    reasons = [option(verdict.value.capitalize(), verdict.value) for verdict in Verdict]
    choice: Block = {"type": "radio_buttons", "action_id": ids.VERDICT, "options": reasons}
    note = text_field(ids.TEXT, multiline=False, limit=300)
    blocks = [
        *quoted(mention),
        field(ids.VERDICT, "Why does this need no reply?", choice),
        field(ids.TEXT, "Anything to add?", note, optional=True),
    ]
    return modal(
        ids.CLOSE_MODAL, "No reply needed", blocks, submit="Close it", metadata=carry(mention.id)
    )


def note_modal(mention: Mention) -> Block:
    hint = "Colleagues read it in the card's thread. It never leaves Slack."
    blocks = [*quoted(mention), field(ids.TEXT, "Note", text_field(ids.TEXT), hint=hint)]
    return modal(ids.NOTE_MODAL, "Add a note", blocks, submit="Add it", metadata=carry(mention.id))


def whole_post(mention: Mention) -> Block:
    """The text in full, however long."""
    text = clean(mention.text)
    chunks = [text[start : start + CHUNK] for start in range(0, len(text), CHUNK)] or [""]
    return modal("whole_post", "The whole post", [rich(quote(one, CHUNK)) for one in chunks[:90]])


def told(text: str) -> Block:
    """One sentence, where there is no message to answer under."""
    return modal("told", "Switchboard", [{"type": "section", "text": plain(text, 3000)}])


def _said_so_far(view: ReplyView) -> list[Block]:
    """The post, or the last turns where its author went on."""
    if not view.turns:
        return quoted(view.mention)
    first = rich(quote(view.mention.text, 300))
    shown = [] if view.mention.gone_at is not None else [first]
    return [_about(view.mention), *shown, *draw_turns(view.turns)]


def quoted(mention: Mention) -> list[Block]:
    """What it is about, so that nobody answers the wrong one."""
    return [_about(mention), rich(quote(mention.text, 1000))]


def _about(mention: Mention) -> Block:
    return context(plain(f"No. {mention.id} · {name(mention.author)}"))

"""Pieces of Block Kit, and the one way in which the public's words may enter them.

Words of the public, and names, stand in `rich_text` leaves or in `plain_text`, where Slack parses
nothing; only sentences of ours are mrkdwn. Limits: https://docs.slack.dev/reference/block-kit.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

Block = dict[str, Any]

TEXT_LIMIT = 3000
PLAIN_LIMIT = 2000
NOTICE_LIMIT = 300
QUOTE_LIMIT = 2500
"""Slack refuses messages of about 13,200 characters over all blocks; this leaves room for ours."""

# Marks that turn the direction of what follows, and characters that take no room or look like
# nothing: with them a name can pretend to be another one, or push itself over the words beside it.
# https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point
_TRICKS = (
    "\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e"
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
)
# The flags of England, Scotland and Wales are a black one and an invisible word.
_FLAGS = "|".join(
    "\U0001f3f4" + "".join(chr(0xE0000 + ord(letter)) for letter in word) + "\U000e007f"
    for word in ("gbeng", "gbsct", "gbwls")
)
_TRICK = re.compile(f"({_FLAGS})|[{_TRICKS}]")
# What joins, parts and varies characters, as emoji, Persian and the scripts of India need it. After
# a Latin letter, or nothing, it has no work.
_IDLE = re.compile(
    "(?<![^\\sA-Za-z\u00c0-\u024f])[\u180b-\u180d\u180f\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]+"
)


def clean(text: str) -> str:
    """Without marks that change how the words beside it are shown, or are not seen themselves."""
    return _IDLE.sub("", _TRICK.sub(r"\1", text))


def name(text: str, limit: int = 80) -> str:
    """A name on one line."""
    short = " ".join(clean(text).split())
    return short if len(short) <= limit else short[: limit - 1] + "…"


def escape(text: str) -> str:
    """For mrkdwn: https://docs.slack.dev/messaging/formatting-message-text#escaping."""
    return clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def notice(text: str) -> str:
    """The top-level text of a message: what a lock screen and a screen reader say."""
    line = " ".join(clean(text).split())
    short = line if len(line) <= NOTICE_LIMIT else line[: NOTICE_LIMIT - 1] + "…"
    return escape(short)


def date(moment: datetime, *, style: str = "{date_short_pretty} at {time}") -> str:
    """A time in the reader's own zone, as mrkdwn."""
    fallback = moment.strftime("%Y-%m-%d %H:%M UTC")
    return f"<!date^{int(moment.timestamp())}^{style}|{fallback}>"


def date_within(moment: datetime) -> str:
    """The same in the middle of a sentence: "today at 09:12".

    Slack writes a date's first letter large; something invisible before it takes that place
    (https://metacpan.org/pod/Slack::BlockKit::Block::RichText::Date).
    """
    return date(moment, style="\u200b{date_short_pretty} at {time}")


def is_web_link(url: str) -> bool:
    """Slack takes only these, and at most so long."""
    return url.startswith(("https://", "http://")) and len(url) <= 3000


def host(url: str) -> str:
    """Where a browser would go, as it would write it; "" when nobody can say."""
    try:
        there = (urlsplit(clean(url).replace("\\", "/")).hostname or "").encode("idna").decode()
    except ValueError:
        return ""
    return there if re.fullmatch(r"[a-z0-9.:_-]+", there) else ""


def link(url: str, label: str) -> str:
    """A link of ours as mrkdwn; the label is ours too."""
    address = re.sub(r"\s", "%20", escape(url)).replace("|", "%7C")
    return f"<{address}|{escape(label)}>"


def plain(text: str, limit: int = PLAIN_LIMIT, *, emoji: bool = False) -> Block:
    short = text if len(text) <= limit else text[: limit - 1] + "…"
    return {"type": "plain_text", "text": short or " ", "emoji": emoji}


def mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def section(text: str) -> Block:
    return {"type": "section", "text": mrkdwn(text)}


def context(*elements: Block) -> Block:
    return {"type": "context", "elements": list(elements)}


def header(text: str) -> Block:
    return {"type": "header", "text": plain(text, 150)}


def leaf(text: str, *, bold: bool = False, italic: bool = False) -> Block:
    """A piece of text in which nothing is parsed."""
    style = {key: True for key, on in (("bold", bold), ("italic", italic)) if on}
    made: Block = {"type": "text", "text": text}
    return made | {"style": style} if style else made


def link_leaf(url: str, label: str) -> Block:
    return {"type": "link", "url": clean(url), "text": label}


def rich(*parts: Block) -> Block:
    return {"type": "rich_text", "elements": list(parts)}


def line(*leaves: Block) -> Block:
    return {"type": "rich_text_section", "elements": list(leaves)}


def quote(text: str, limit: int = QUOTE_LIMIT) -> Block:
    """Somebody's own words. Long ones end in "…"."""
    words = clean(text).strip()
    short = words if len(words) <= limit else words[: limit - 1].rstrip() + "…"
    return {"type": "rich_text_quote", "elements": [leaf(short or "(no words)")]}


def actions(*elements: Block, block_id: str = "") -> Block:
    made: Block = {"type": "actions", "elements": list(elements)}
    return made | {"block_id": block_id} if block_id else made


def button(text: str, action: str, value: object, *, style: str = "") -> Block:
    made: Block = {
        "type": "button", "text": plain(text, 75), "action_id": action, "value": str(value),
    }  # fmt: skip
    return made | {"style": style} if style else made


def link_button(text: str, url: str, action: str) -> Block:
    return {"type": "button", "text": plain(text, 75), "action_id": action, "url": url}


def option(text: str, value: object, *, hint: str = "", url: str = "") -> Block:
    made: Block = {"text": plain(text, 75), "value": str(value)}
    if hint:
        made["description"] = plain(hint, 75)
    return made | {"url": url} if url else made


def overflow(action: str, options: Sequence[Block]) -> Block:
    return {"type": "overflow", "action_id": action, "options": list(options)}


def select(action: str, placeholder: str, options: Sequence[Block]) -> Block:
    return {
        "type": "static_select", "action_id": action,
        "placeholder": plain(placeholder, 150), "options": list(options)[:100],
    }  # fmt: skip


def text_field(
    action: str, *, initial: str = "", multiline: bool = True, limit: int = 3000
) -> Block:
    made: Block = {
        "type": "plain_text_input", "action_id": action, "multiline": multiline,
        "max_length": limit,
    }  # fmt: skip
    return made | {"initial_value": initial[:limit]} if initial else made


def field(
    block_id: str, label: str, element: Block, *, hint: str = "", optional: bool = False
) -> Block:
    made: Block = {
        "type": "input", "block_id": block_id, "label": plain(label), "element": element,
        "optional": optional,
    }  # fmt: skip
    return made | {"hint": plain(hint)} if hint else made


def modal(
    callback: str, title: str, blocks: Sequence[Block], *, submit: str = "", metadata: str = ""
) -> Block:
    made: Block = {
        "type": "modal", "callback_id": callback, "title": plain(title, 24),
        "close": plain("Cancel" if submit else "Close", 24), "blocks": list(blocks),
        "private_metadata": metadata,
    }  # fmt: skip
    return made | {"submit": plain(submit, 24)} if submit else made

"""Every kind of block and view Switchboard may use, with Slack's limits.

Sources: docs.slack.dev/reference/block-kit/blocks and docs.slack.dev/reference/views. A kind that
is not in these tables is refused.
"""

from collections.abc import Iterable

from bot.sandbox.blockkit_elements import (
    CHANNEL_ID,
    CHOSEN,
    FILE,
    IMAGE_ELEMENT,
    NAME,
    PRESSED,
    URL,
    USER_ID,
    WRITTEN,
    any_text,
    plain,
)
from bot.sandbox.blockkit_rules import (
    Rule,
    flag,
    kinds,
    one_of,
    several,
    shape,
    string,
    whole,
    without_type,
)

# Rich text: its leaves are never parsed, so the public's words are safe in them.

STYLES = (
    "bold",
    "italic",
    "strike",
    "underline",
    "code",
    "highlight",
    "client_highlight",
    "unlink",
)
STYLE = without_type(shape(dict.fromkeys(STYLES, flag), any_one=STYLES))


def _leaf(required: Iterable[str], keys: dict[str, Rule]) -> Rule:
    return shape({**keys, "style": STYLE}, required=list(required))


LEAF = kinds(
    {
        "text": _leaf(["text"], {"text": string(low=1)}),
        "link": _leaf(["url"], {"url": string(low=1), "text": string(), "unsafe": flag}),
        "user": _leaf(["user_id"], {"user_id": USER_ID}),
        "usergroup": _leaf(["usergroup_id"], {"usergroup_id": string(pattern="S[A-Z0-9]+")}),
        "channel": _leaf(["channel_id"], {"channel_id": CHANNEL_ID}),
        "team": _leaf(["team_id"], {"team_id": string(pattern="T[A-Z0-9]+")}),
        "broadcast": _leaf(["range"], {"range": one_of("here", "channel", "everyone")}),
        "color": _leaf(["value"], {"value": string(pattern="#?[0-9a-fA-F]{6}")}),
        "emoji": _leaf(
            ["name"],
            {
                "name": string(low=1),
                "skin_tone": whole(low=1, high=6),
                "unicode": string(low=1),
            },
        ),
        "date": _leaf(
            ["timestamp", "format"],
            {
                "timestamp": whole(),
                "format": string(low=1),
                "url": string(low=1),
                "fallback": string(),
            },
        ),
    }
)
LEAVES: dict[str, Rule] = {"elements": several(LEAF)}
BORDER: dict[str, Rule] = {"border": one_of(0, 1)}
RICH_SECTION = shape(LEAVES, required=["elements"])
RICH_PART = kinds(
    {
        "rich_text_section": RICH_SECTION,
        "rich_text_quote": shape({**LEAVES, **BORDER}, required=["elements"]),
        "rich_text_preformatted": shape(
            {**LEAVES, **BORDER, "language": string(low=1)}, required=["elements"]
        ),
        "rich_text_list": shape(
            {
                **BORDER,
                "elements": several(kinds({"rich_text_section": RICH_SECTION}), low=1),
                "style": one_of("bullet", "ordered"),
                "indent": whole(),
                "offset": whole(),
            },
            required=["style", "elements"],
        ),
    }
)

# Blocks


def _block(required: Iterable[str] = (), *, exactly_one: Iterable[str] = (), **keys: Rule) -> Rule:
    return shape({**keys, "block_id": NAME}, required=list(required), exactly_one=list(exactly_one))


BLOCK = kinds(
    {
        "section": shape(
            {
                "block_id": NAME,
                "text": any_text(3000),
                "fields": several(any_text(2000), low=1, high=10),
                "accessory": kinds({**PRESSED, **CHOSEN, "image": IMAGE_ELEMENT}),
                "expand": flag,
            },
            any_one=["text", "fields"],
        ),
        "header": _block(["text"], text=plain(150), level=whole(low=1, high=4)),
        "divider": _block(),
        "context": _block(
            ["elements"],
            elements=several(
                kinds(
                    {
                        "image": IMAGE_ELEMENT,
                        "plain_text": any_text(3000),
                        "mrkdwn": any_text(3000),
                    }
                ),
                low=1,
                high=10,
            ),
        ),
        "actions": _block(
            ["elements"], elements=several(kinds({**PRESSED, **CHOSEN}), low=1, high=25)
        ),
        "image": _block(
            ["alt_text"],
            exactly_one=["image_url", "slack_file"],
            image_url=URL,
            slack_file=FILE,
            alt_text=string(low=1, high=2000),
            title=plain(2000),
        ),
        "input": _block(
            ["label", "element"],
            label=plain(2000),
            element=kinds({**CHOSEN, **WRITTEN}),
            hint=plain(2000),
            optional=flag,
            dispatch_action=flag,
        ),
        "rich_text": _block(["elements"], elements=several(RICH_PART)),
    }
)

# Views

BLOCKS = several(BLOCK, low=1, high=100)
ANY_VIEW: dict[str, Rule] = {
    "blocks": BLOCKS,
    "private_metadata": string(high=3000),
    "callback_id": string(high=255),
    "external_id": string(high=255),
}
VIEW = kinds(
    {
        "modal": shape(
            {
                **ANY_VIEW,
                "title": plain(24),
                "submit": plain(24),
                "close": plain(24),
                "clear_on_close": flag,
                "notify_on_close": flag,
                "submit_disabled": flag,
            },
            required=["title", "blocks"],
        ),
        "home": shape(ANY_VIEW, required=["blocks"]),
    }
)

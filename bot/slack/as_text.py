"""Block Kit as plain text, for a terminal."""

from collections.abc import Iterator, Sequence

from bot.slack.blocks import Block


def as_text(blocks: Sequence[Block]) -> str:
    """What the blocks say, one paragraph each; buttons in brackets."""
    return "\n\n".join(paragraph for block in blocks if (paragraph := _block(block).rstrip()))


def _block(block: Block) -> str:
    kind = block["type"]
    if kind == "header":
        title = str(block["text"]["text"])
        return f"{title}\n{'-' * len(title)}"
    if kind == "rich_text":
        return "\n".join(_rich(part) for part in block["elements"])
    if kind == "actions":
        return " ".join(f"[{one['text']['text']}]" for one in block["elements"] if "text" in one)
    return " ".join(_texts(block))


def _rich(part: Block) -> str:
    words = "".join(_leaf(one) for one in part["elements"]).rstrip("\n")
    if part["type"] == "rich_text_quote":
        return "\n".join(f"  | {line}" for line in words.splitlines())
    return words


def _leaf(one: Block) -> str:
    if one["type"] == "link":
        return f"{one['text']} <{one['url']}>"
    return str(one.get("text", ""))


def _texts(block: Block) -> Iterator[str]:
    if "text" in block:
        yield str(block["text"]["text"])
    for one in block.get("elements", ()):
        if "text" in one:
            yield str(one["text"])

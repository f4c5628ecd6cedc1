"""How a reply looks that waits for a second pair of eyes."""

from bot.models import Reply
from bot.slack import ids
from bot.slack.amend_modals import carry_reply
from bot.slack.blocks import (
    Block,
    button,
    context,
    escape,
    field,
    modal,
    name,
    plain,
    quote,
    rich,
    text_field,
)


def read_first(first_replies: int, names: str) -> str:
    """For whoever writes one that is going to wait."""
    these = "reply is" if first_replies == 1 else f"{first_replies} replies are"
    return f"Your first {these} read by somebody else first ({names}); then it is public."


def held_words(reply: Reply) -> str:
    """As mrkdwn."""
    why = f"{escape(reply.problem)} " if reply.problem else ""
    return (
        f"{why}*{escape(name(reply.author.name))}*'s reply waits for a second pair of eyes: "
        "somebody whose first replies are out, or an admin, reads it and presses Approve."
    )


def held_buttons(reply: Reply, wording: str) -> list[Block]:
    """The first two carry how the post reads that stands beside them; the last is its author's."""
    value = f"{wording}:{reply.id}"
    return [
        button("Approve", ids.APPROVE, value, style="primary"),
        button("Send back…", ids.SEND_BACK, value),
        button("Change the text", ids.REPLY, reply.mention_id),
    ]


def send_back_modal(reply: Reply) -> Block:
    element = text_field(ids.REASON, multiline=False, limit=300)
    hint = "They read this, and their text is theirs again to change."
    return modal(
        ids.SEND_BACK_MODAL, "Send it back", [
            context(plain(f"{name(reply.author.name)} wrote:")),
            rich(quote(reply.text)),
            field(ids.REASON, "What should be different?", element, hint=hint),
        ],
        submit="Send back", metadata=carry_reply(reply),
    )  # fmt: skip

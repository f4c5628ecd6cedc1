"""What the reply window knows, and what it says of what its writer should know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.models import Mention, Reply, ReplyState
from bot.seen import Seen
from bot.slack.conversation import Turn
from bot.wording import ago, shorten

TAKES_PLACE = (
    "Your reply waits to be approved. What you send from here takes its place; closing this leaves"
    " it as it is."
)
NOT_SENT = "Nothing is sent yet: press {button} once more to send yours too."
EDITED = (
    "The author changed the post meanwhile. This is how it reads now; your text is kept below. "
    "Nothing is sent yet: look whether your answer still fits, then press {button} once more."
)
TAKEN = "What you submitted first was taken after all, and {became}: “{text}”"
BELOW = "What you changed since stands below, is kept, and is not sent."
QUOTED_LIMIT = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyForm:
    """What the reply modal shows."""

    mention: Mention
    post: Mention
    """What is answered: the newest post of the mention's author, most often the mention itself."""
    turns: tuple[Turn, ...]
    account: str
    """Our own handle there, as people read it."""
    draft: str
    seen: Seen
    now: datetime
    holder: str | None = None
    """Who else holds the mention, and since when."""
    held_since: datetime | None = None
    draft_by: str = ""
    """Who wrote the draft, where it came back to somebody else; "" for the writer's own."""
    approved_by: str = ""
    """Who may approve the reply; "" where it leaves at once."""
    first_replies: int = 0
    """So many replies of each person are approved."""
    taken: Reply | None = None
    """What came of this window already: Slack told its writer otherwise, who changed the text."""
    held: Reply | None = None
    """Their own that waits to be approved: what they send now takes its place."""
    answer: Reply | None = None
    """What we say already: it is public or on its way."""
    wrote_again: bool = False
    """The author did so while the reply was written."""
    edited: bool = False
    """The author changed what the writer has before them, or deleted it."""


def held_back(form: ReplyForm, *, change: str) -> str:
    """Why what was submitted is not sent. `change`: what ⋯ offers for a reply that is public."""
    if form.taken is not None:
        return _taken(form.taken, change)
    why = EDITED if form.edited else NOT_SENT
    button = "Reply" if form.post.can_reply else "Next"
    return f"{warning(form)} {why.format(button=button)}".strip()


def warning(form: ReplyForm) -> str:
    """What the writer should know before pressing Reply (once more)."""
    if form.wrote_again:
        return f"@{form.mention.author_handle} wrote again meanwhile: it stands at the end above."
    if form.held is not None:
        return TAKES_PLACE
    if form.answer is not None:
        return f"{_what_became_of(form.answer)} Yours would be one more reply."
    if form.holder is not None and form.held_since is not None:
        since = ago(form.now - form.held_since)
        return f"{form.holder} claimed this {since} and may be writing too."
    return ""


def twice(others: Sequence[Reply]) -> str:
    """What somebody did not know of when they answered besides, and what to do about it."""
    told = " ".join(_what_became_of(one) for one in others)
    return f"{told} That makes two answers of ours: settle in the card's thread which one stays."


def _taken(reply: Reply, change: str) -> str:
    """What became of the first text, and what can be done with the changed one."""
    anew = "Press Reply once more to send this one."
    on_its_way = (
        "is on its way",
        f"Once the card says that the first one is public, press ⋯ there, then {change}",
    )
    public = f"To put that one right, press ⋯ on its card, then {change} Reply here sends one more."
    became, then = {
        ReplyState.HELD: (
            "waits to be approved", "Press Reply once more, and it takes that one's place.",
        ),
        ReplyState.SENT: ("is public", public),
        ReplyState.UNCERTAIN: (
            "may be public: nobody knows", "First somebody decides about that one on its card.",
        ),
        ReplyState.FAILED: (
            "was not sent", f"The first one came back: {reply.problem} {anew}",
        ),
        ReplyState.TAKEN_DOWN: ("was taken down since", anew),
    }.get(ReplyState(reply.state), on_its_way)  # fmt: skip
    said = TAKEN.format(became=became, text=shorten(reply.text, QUOTED_LIMIT))
    return f"{said} {BELOW} {then}"


def _what_became_of(answer: Reply) -> str:
    """As a sentence, with its text."""
    by, text = answer.author.name, shorten(answer.text, QUOTED_LIMIT)
    said = {
        ReplyState.SENT: f"{by} has answered this already",
        ReplyState.UNCERTAIN: f"{by}'s reply to this may be public: nobody knows yet",
        ReplyState.HELD: f"{by}'s reply to this waits to be approved",
    }
    on_its_way = f"{by}'s reply to this is on its way"
    return f"{said.get(ReplyState(answer.state), on_its_way)}: “{text}”"

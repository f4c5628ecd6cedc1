"""A reply leaves, waits for a second pair of eyes, or comes back to its author as a draft."""

from bot import journal, lanes, outbox, posts, rights, trust
from bot.errors import NewerReply, PostGone
from bot.models import Mention, Person, Reply, ReplyState
from bot.store import Store

TOLD = 3
"""So many of those who may approve a reply get a message."""


def let_go(store: Store, reply: Reply, *, by: Person, anew: bool = False) -> bool:
    """Have it sent, or held until somebody trusted approves it; True when it leaves.

    `by`: who wants it sent. Who needs no approval and sends what another one wrote has given it.
    `anew`: one with other words has waited already.
    """
    if by != reply.author and not trust.needs_approval(store, by):
        reply.approved_by = by
    if reply.approved_by is None and trust.needs_approval(store, reply.author):
        _hold(store, reply, "changed reply" if anew else "reply")
        return False
    queue(store, reply)
    return True


def has_lost_its_voice(store: Store, author: Person, *, second: Person | None) -> bool:
    """Whether who wrote what waits may not speak any more, and nobody else (`second`) let it go."""
    return second is None and not rights.may_speak(store, author)


def hold_back(store: Store, reply: Reply, problem: str) -> None:
    """It was to leave, and whether it does colleagues decide. `problem`: why, as a sentence."""
    reply.problem, reply.first_tried_at = problem, None
    _hold(store, reply, "reply")
    journal.write(store, reply.mention, "held back", problem=problem)


def refuse_if_overtaken(store: Store, reply: Reply) -> None:
    """Somebody answered anew since: what is pressed for this one must not send it besides."""
    newer = posts.submitted_after(store, reply)
    if newer is not None:
        raise NewerReply(who=newer.author.name)


def queue(store: Store, reply: Reply) -> None:
    reply.move(ReplyState.QUEUED)
    lane = lanes.replies(reply.mention.platform)
    outbox.enqueue(store, "reply", reply.outbox_key, lane=lane, payload={"reply": reply.id})
    store.happened.append((reply.mention_id, f"{reply.outbox_key} waits to leave"))


def give_way(store: Store, held: Reply) -> None:
    """Its author says it otherwise. A press of Approve under the first wording finds it gone."""
    held.move(ReplyState.FAILED)
    held.problem = f"{held.author.name} changed it."
    store.flush()


def keep_as_draft(store: Store, reply: Reply) -> None:
    """What was typed waits in the modal for its author."""
    draft = store.draft(reply.mention_id, reply.author_id)
    if draft is None:
        store.add(Reply(mention_id=reply.mention_id, author=reply.author, text=reply.text))


def forget_draft(store: Store, reply: Reply) -> None:
    """What goes out must not wait in the modal to be sent twice; a changed text stays."""
    draft = store.draft(reply.mention_id, reply.author_id)
    if draft is not None and draft.text == reply.text:
        store.remove(draft)


def come_back(store: Store, post: Mention) -> list[Person]:
    """The post is gone: what was held to answer it is its writers' draft, and they are told.

    What is on its way meets the same when it is to leave. Returns who was told.
    """
    replies = posts.held(store, post)
    for reply in replies:
        reply.move(ReplyState.FAILED)
        reply.problem = str(PostGone())
        keep_as_draft(store, reply)
        what = f"Your reply to mention {reply.mention_id} was not sent."
        text = f"{what} {reply.problem} Your text is kept: {reply.text}"
        key = f"came-back:{reply.id}:{reply.version}"
        journal.tell_person(store, reply.author, key, text, about=reply.mention)
    return [one.author for one in replies]


def show_approvers(store: Store, reply: Reply) -> None:
    """What waits for them stands in their App Homes."""
    for one in trust.approvers(store, besides=reply.author)[:TOLD]:
        journal.redraw_home(store, one)


def _hold(store: Store, reply: Reply, what: str) -> None:
    reply.move(ReplyState.HELD)
    outbox.end_doubt(store, reply.outbox_key)
    why = f"{reply.problem} " if reply.problem else ""
    text = (
        f"{why}{reply.author.name}'s {what} to mention {reply.mention_id} waits for a second pair "
        "of eyes. Read it on its card, then approve it or send it back."
    )
    able = [one.slack_id for one in trust.approvers(store, besides=reply.author) if one.slack_id]
    for slack_id in [*able, *trust.unmet_admins(store)][:TOLD]:
        key = f"held:{reply.id}:{reply.version}:{slack_id}"
        journal.tell(store, slack_id, key, text, about=reply.mention)
    show_approvers(store, reply)

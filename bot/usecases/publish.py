"""What became of a reply on its way: sending, sent, failed, uncertain, or back in the queue.

The worker calls these; what people do with a reply is in `reply.py`, `approve.py`, `decide.py`.
"""

from bot import conversation, journal, original, outbox, watches
from bot.models import Reply, ReplyState
from bot.store import Store
from platforms.base import PublishedReply


def mark_sending(store: Store, reply: Reply) -> None:
    """The call leaves now."""
    if reply.state == ReplyState.QUEUED:
        reply.move(ReplyState.SENDING)
        reply.first_tried_at = reply.first_tried_at or store.now
        journal.redraw(store, reply.mention)


def back_in_queue(store: Store, reply: Reply, problem: str) -> None:
    """It surely did not go out and will be tried again."""
    if reply.state == ReplyState.SENDING:
        reply.move(ReplyState.QUEUED)
    reply.problem = problem
    journal.redraw(store, reply.mention)


def show_looked_for(store: Store, reply: Reply) -> None:
    """The platform did not say whether it is out: the card tells why it takes so long."""
    if reply.state == ReplyState.SENDING:
        journal.redraw(store, reply.mention)


def record_sent(store: Store, reply: Reply, published: PublishedReply) -> None:
    reply.move(ReplyState.SENT)
    reply.external_id, reply.url, reply.problem = published.external_id, published.url, ""
    reply.sent_at = store.now
    watches.watch_reply(store, reply)
    outbox.end_doubt(store, reply.outbox_key)
    conversation.answered(store, reply)
    detail = {"url": published.url, "text": reply.text}
    journal.write(store, reply.mention, "answered", by=reply.author, **detail)


def record_failed(store: Store, reply: Reply, problem: str, *, gone: bool = False) -> None:
    """The platform refused for good. Its author is told, and the text is kept."""
    reply.move(ReplyState.FAILED)
    reply.problem = problem
    post = reply.post
    if not (gone and original.note_gone(store, post, problem=problem, knows=reply.author)):
        journal.write(store, reply.mention, "failed", problem=problem)
    _tell_author(store, reply, f"Your reply to {_what(reply)} was not sent. {problem}")


def record_uncertain(store: Store, reply: Reply) -> None:
    """Nobody can tell whether it is public: a person must look."""
    reply.move(ReplyState.UNCERTAIN)
    journal.write(store, reply.mention, "uncertain")
    _tell_author(
        store, reply,
        f"We can't tell whether your reply to {_what(reply)} went out. "
        "Look at the post, then press a button on its card.",
    )  # fmt: skip


def _tell_author(store: Store, reply: Reply, text: str) -> None:
    key = f"stuck:{reply.id}:{reply.state}:{reply.version}"
    told = f"{text} Your text is kept: {reply.text}"
    journal.tell_person(store, reply.author, key, told, about=reply.mention)


def _what(reply: Reply) -> str:
    """Without its author's name: what is told stays when the post is deleted."""
    return f"mention {reply.mention_id}"

"""Somebody answered on the platform themselves, because it takes no reply from programs."""

from bot import conversation, journal, news, rights
from bot.errors import NothingWritten
from bot.models import Actor, Reply, ReplyState
from bot.seen import Seen
from bot.store import Store


def answers_besides(store: Store, reply_id: int, seen: Seen) -> list[Reply]:
    """What else we answer that its writer did not know of when they posted theirs."""
    reply = store.reply(reply_id)
    assert reply is not None
    return news.unseen_besides(store, reply, seen)


def record_by_hand(
    store: Store, mention_id: int, link: str, *, by: Actor, submission: str, seen: Seen
) -> Reply:
    """Somebody posted their draft on the platform themselves. It counts as any other answer."""
    again = store.submitted_reply(submission)
    if again is not None:
        _put_link(store, again, link)
        return again
    mention, person = journal.mention(store, mention_id), rights.speaker(store, by)
    post = news.post_seen(store, mention, seen)
    reply = store.draft(mention_id, person.id)
    if reply is None:
        raise NothingWritten
    mention.take_for_reply(person, now=store.now)
    reply.submission, reply.queued_at, reply.sent_at = submission, store.now, store.now
    reply.url = link
    reply.aim(mention, post)
    reply.move(ReplyState.SENT)
    conversation.answered(store, reply)
    detail = {"url": link, "text": reply.text}
    journal.write(store, mention, "answered by hand", by=person, click=submission, **detail)
    return reply


def _put_link(store: Store, reply: Reply, link: str) -> None:
    """Whoever was told by Slack that it failed may have found the address meanwhile."""
    if link and link != reply.url:
        reply.url = link
        journal.redraw(store, reply.mention)

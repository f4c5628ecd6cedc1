"""What a person decides about a reply that is stuck: send it again, say that it is there, drop it.

It is pressed on its card, or by an admin in the list of all that is stuck (`stuck.py`).
"""

from bot import conversation, journal, leaving, outbox, posts, rights, trust
from bot.errors import NothingToRetry, NotYoursToSend, PostReadsDifferently
from bot.models import Actor, Person, Reply, ReplyState
from bot.store import Store


def send_again(store: Store, reply_id: int, *, by: Actor, click: str, seen: str = "") -> Reply:
    """Try a failed reply again, or one of which a person knows that it did not go out.

    `seen`: the wording of the post on the card pressed; "" where no post stands beside the button,
    so that it goes out only under what its writer has read.
    """
    reply = _reply(store, reply_id)
    if not store.has_event(click):
        _demand_stuck(reply)
        leaving.refuse_if_overtaken(store, reply)
        person = rights.speaker(store, by)
        reply.mention.take_for_reply(person, now=store.now)
        store.touch(reply.mention)
        _answer_what_is_there(store, reply, seen, by=person)
        settled = reply.first_tried_at is not None and not _is_silent(store, reply)
        reply.problem, reply.first_tried_at = "", None
        leaving.forget_draft(store, reply)
        went = settled or leaving.let_go(store, reply, by=person)
        if settled:
            leaving.queue(store, reply)
        what = "tried again" if went else "asked again"
        journal.write(store, reply.mention, what, by=person, click=click)
    return reply


def confirm_sent(store: Store, reply_id: int, *, by: Actor, click: str, link: str = "") -> Reply:
    """A person saw it on the platform. `link`: where, when they said so."""
    reply = _reply(store, reply_id)
    if not store.has_event(click):
        _demand_stuck(reply)
        person = rights.colleague(store, by)
        reply.move(ReplyState.SENT)
        outbox.end_doubt(store, reply.outbox_key)
        reply.url = link or reply.url
        reply.sent_at = reply.first_tried_at or store.now
        conversation.answered(store, reply)
        journal.write(store, reply.mention, "confirmed", by=person, click=click)
    return reply


def drop_reply(store: Store, reply_id: int, *, by: Actor, click: str) -> Reply:
    """Give up sending. The text becomes its author's draft again."""
    reply = _reply(store, reply_id)
    if not store.has_event(click):
        _demand_stuck(reply)
        person = rights.colleague(store, by)
        if reply.state == ReplyState.UNCERTAIN:
            reply.move(ReplyState.FAILED)
        reply.problem = f"{person.name} dropped it."
        outbox.discard(store, reply.outbox_key, note=reply.problem)
        leaving.keep_as_draft(store, reply)
        journal.write(store, reply.mention, "dropped", by=person, click=click)
    return reply


def answers_since(store: Store, reply_id: int) -> list[Reply]:
    """Our other answers to the same post that went out after this one was submitted."""
    reply = _reply(store, reply_id)
    asked = reply.queued_at or store.now
    return [one for one in posts.public_beside(store, reply) if (one.sent_at or asked) > asked]


def _answer_what_is_there(store: Store, reply: Reply, seen: str, *, by: Person) -> None:
    """Refuses when that reads differently than whoever wants it sent knows. Under another wording
    than before it is as if nobody had let it go yet.
    """  # noqa: D205 (two sentences that belong together)
    post, known = conversation.answered_post(store, reply), seen or reply.about
    if known not in ("", post.fingerprint):
        raise PostReadsDifferently
    if known != reply.about:
        _refuse_newcomer(store, reply, by)
        reply.approved_by = reply.first_tried_at = None
    reply.aim(reply.mention, post)
    reply.about = known


def _refuse_newcomer(store: Store, reply: Reply, by: Person) -> None:
    """Under new words it is said by whoever presses. Somebody new has it held for approval, unless
    its writer needs none: then they may not.
    """  # noqa: D205 (two sentences that belong together)
    author = reply.author
    if trust.needs_approval(store, by) and not trust.needs_approval(store, author):
        raise NotYoursToSend(who=author.name, names=trust.whom_to_ask(store, besides=author))


def _is_silent(store: Store, reply: Reply) -> bool:
    return leaving.has_lost_its_voice(store, reply.author, second=reply.approved_by)


def _reply(store: Store, reply_id: int) -> Reply:
    reply = store.reply(reply_id)
    if reply is None:
        raise NothingToRetry
    return reply


def _demand_stuck(reply: Reply) -> None:
    """The buttons of an old card may be pressed when another person has decided already."""
    if reply.state not in (ReplyState.UNCERTAIN, ReplyState.FAILED):
        raise NothingToRetry

"""A second pair of eyes: a held reply is approved and leaves, or goes back to its author."""

from bot import conversation, journal, leaving, rights, trust
from bot.errors import (
    NothingToRetry,
    NotYoursToApprove,
    PostReadsDifferently,
    WhyMissing,
    YourOwnReply,
    YourOwnReplyIsFree,
)
from bot.models import Actor, Person, Reply, ReplyState
from bot.store import Store


def approve_reply(store: Store, reply_id: int, *, by: Actor, click: str, seen: str) -> Reply:
    """Let it leave, in its author's name. `seen`: the wording of the post on the card pressed."""
    reply = store.reply(reply_id)
    if reply is not None and store.has_event(click):
        return reply
    reply, person = held_reply(store, reply_id), rights.speaker(store, by)
    _demand_second(store, reply, person)
    leaving.refuse_if_overtaken(store, reply)
    if seen != conversation.answered_post(store, reply).fingerprint:
        raise PostReadsDifferently
    if seen != reply.about:
        _refuse_newcomer(store, person)
    holder = reply.author if rights.may_speak(store, reply.author) else person
    reply.mention.take_for_reply(holder, now=store.now)
    store.touch(reply.mention)
    reply.approved_by, reply.about, reply.problem = person, seen, ""
    leaving.queue(store, reply)
    journal.write(store, reply.mention, "approved", by=person, click=click)
    leaving.show_approvers(store, reply)
    return reply


def reply_to_send_back(store: Store, reply_id: int, *, by: Actor) -> Reply:
    """What somebody is about to send back; whoever may not is refused before they write why."""
    reply, person = held_reply(store, reply_id), rights.known_speaker(store, by)
    _demand_author_or_second(store, reply, person)
    return reply


def send_back(store: Store, reply_id: int, *, by: Actor, reason: str, submission: str) -> Reply:
    """Its author has the text as a draft again and is told why; they may take it back too."""
    reply, submission = store.reply(reply_id), journal.submission(submission, reason)
    if reply is not None and store.has_event(submission):
        return reply
    reply, person = held_reply(store, reply_id), rights.speaker(store, by)
    _demand_author_or_second(store, reply, person)
    if not reason.strip():
        raise WhyMissing
    reply.move(ReplyState.FAILED)
    reply.sent_back_at = store.now
    reply.problem = f"{person.name} sent it back, saying “{reason.strip()}”"
    leaving.keep_as_draft(store, reply)
    detail = {"reason": reason.strip()}
    journal.write(store, reply.mention, "sent back", by=person, click=submission, **detail)
    _tell_author(store, reply, person)
    leaving.show_approvers(store, reply)
    return reply


def held_reply(store: Store, reply_id: int) -> Reply:
    """Raises NothingToRetry when nobody has to approve it (any more)."""
    reply = store.reply(reply_id)
    if reply is None or reply.state != ReplyState.HELD:
        raise NothingToRetry
    return reply


def _demand_author_or_second(store: Store, reply: Reply, person: Person) -> None:
    if person != reply.author:
        _demand_second(store, reply, person)


def _demand_second(store: Store, reply: Reply, person: Person) -> None:
    """Somebody trusted, and never whoever wrote it; any colleague where nobody has to any more."""
    names = trust.who_approves(store, reply.author)
    if person == reply.author:
        raise YourOwnReply(names=names) if names else YourOwnReplyIsFree
    if names and not trust.is_trusted(store, person):
        raise NotYoursToApprove(names=names)


def _refuse_newcomer(store: Store, person: Person) -> None:
    """Under new words nobody new lets it go, also where its writer needs no approval any more."""
    if trust.needs_approval(store, person):
        raise NotYoursToApprove(names=trust.whom_to_ask(store, besides=person))


def _tell_author(store: Store, reply: Reply, person: Person) -> None:
    if reply.author == person:
        return
    text = (
        f"{reply.problem} It was your reply to mention {reply.mention_id}, and was not sent. "
        f"Press Change the text on the card; your text is kept: {reply.text}"
    )
    key = f"sent-back:{reply.id}:{reply.version}"
    journal.tell_person(store, reply.author, key, text, about=reply.mention)

"""Change what we said in public: the draft, the submission, and who may.

The first choice before taking it down. What it said before is kept, with who changed it and why.
"""

from dataclasses import dataclass

from bot import amendments, journal, posts, rights, trust
from bot.errors import (
    CannotChange,
    ChangeNeedsApproval,
    ChangeOnItsWay,
    ChangeTaken,
    NothingPublic,
    NotYourReply,
    RemovalAsked,
    RemovalOnItsWay,
    SameText,
    WhyMissing,
)
from bot.models import Actor, Amendment, AmendmentState, Mention, Person, Reply
from bot.store import Store
from platforms.base import Platform


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeForm:
    """What the window to change a reply shows."""

    reply: Reply
    account: str
    """Our own handle there, as people read it."""
    text: str
    """What was typed before, else what the reply says."""
    reason: str
    seen: str
    """Names the version that the writer knows of."""
    changed_by: str
    """Who made that version; "" when it is the first."""


def amendable_replies(store: Store, mention_id: int) -> list[Reply]:
    """Our replies to a mention that could be changed or taken down, the first first."""
    mention = journal.mention(store, mention_id)
    found = [one for one in posts.published(store, mention) if one.external_id]
    if not found:
        raise NothingPublic
    return found


def amendable_reply(store: Store, reply_id: int) -> tuple[Mention, Reply]:
    """One of them, after the post that it answers."""
    reply = amendments.public_reply(store, reply_id)
    return reply.post, reply


def change_form(store: Store, reply_id: int, *, by: Actor) -> ChangeForm:
    """What there is to know before writing. Refuses whoever may not change it."""
    reply = amendments.public_reply(store, reply_id)
    person = rights.known_speaker(store, by)
    _demand_right(store, reply, person, by)
    draft = amendments.draft(store, reply_id, person)
    change = amendments.last_change(store, reply_id)
    return ChangeForm(
        reply=reply,
        account=store.account(reply.mention.platform),
        text=draft.text if draft else reply.text,
        reason=draft.reason if draft else "",
        seen=_seen(change),
        changed_by=change.asked_by.name if change else "",
    )


def check_change(reply: Reply, platform: Platform) -> None:
    """Refuse where the platform has no such thing."""
    if not platform.can_edit or not reply.external_id:
        raise CannotChange(platform=platform.label)


def save_change(
    store: Store, reply_id: int, text: str, *, by: Actor, reason: str = "", submission: str = ""
) -> None:
    """Keep what somebody typed so far; what Slack tells late of how a submitted text came about is
    no draft.
    """  # noqa: D205 (one sentence that is long)
    taken = amendments.submitted(store, submission)
    if taken is not None and taken.text.startswith(text.strip()):
        return
    reply, person = amendments.public_reply(store, reply_id), journal.person(store, by)
    amendments.keep(store, reply, person, text=text, reason=reason)


def queue_change(
    store: Store,
    reply_id: int,
    text: str,
    *,
    by: Actor,
    reason: str,
    submission: str,
    seen: str,
) -> Amendment | ChangeForm:
    """Take a new text for a public reply, once for each submission.

    The text was checked before, by `check_text`. When somebody else changed the reply while it was
    written, nothing is done: the form comes back with what is new, and the next submission knows
    it. A wish to take the reply down ends here: what it was about is not there any more.
    """
    again = amendments.submitted(store, submission)
    if again is not None:
        return _told_again(again, text, reason)
    reply, person = amendments.public_reply(store, reply_id), rights.speaker(store, by)
    _demand_right(store, reply, person, by)
    if not reason.strip():
        raise WhyMissing
    if _seen(amendments.last_change(store, reply_id)) != seen:
        amendments.keep(store, reply, person, text=text, reason=reason)
        return change_form(store, reply_id, by=by)
    if text.strip() == reply.text:
        raise SameText
    other = amendments.open_one(store, reply.mention_id)
    if other is not None and other.submission == submission:
        # It came twice at once, and the other one was quicker.
        return _told_again(other, text, reason)
    if other is not None:
        _make_way(store, reply, other)
    change = amendments.keep(store, reply, person, text=text.strip(), reason=reason.strip())
    change.submission, change.asked_at, change.earlier = submission, store.now, reply.text
    change.move(AmendmentState.QUEUED)
    amendments.send(store, change)
    journal.write(store, reply.mention, "changing", by=person, reason=change.reason)
    return change


def _told_again(taken: Amendment, text: str, reason: str) -> Amendment:
    """Refuses what its writer changed, because Slack held the first submission for lost."""
    if (text.strip(), reason.strip()) != (taken.text, taken.reason):
        raise ChangeTaken
    return taken


def _make_way(store: Store, reply: Reply, other: Amendment) -> None:
    """One thing at a time: refuse while another one is open, but for a removal nobody agreed to."""
    if not other.is_removal:
        raise ChangeOnItsWay(who=other.asked_by.name)
    if other.state != AmendmentState.ASKED:
        raise RemovalOnItsWay
    if other.reply_id != reply.id:
        raise RemovalAsked(who=other.asked_by.name)
    other.move(AmendmentState.WITHDRAWN)
    other.settled_at = store.now
    store.flush()  # before the change is queued: a mention has one that is open
    journal.write(store, reply.mention, "removal overtaken")


def _demand_right(store: Store, reply: Reply, person: Person | None, by: Actor) -> None:
    mine = person is not None and person.id in (reply.author_id, reply.mention.owner_id)
    if not mine and by.slack_id not in store.admins():
        raise NotYourReply(author=reply.author.name)
    if person is not None and trust.needs_approval(store, person):
        raise ChangeNeedsApproval(names=trust.whom_to_ask(store, besides=person))


def _seen(change: Amendment | None) -> str:
    return str(change.id if change else 0)

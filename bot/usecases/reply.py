"""Write a reply: the draft, and the submission. What is decided afterwards is in `decide.py`."""

from dataclasses import replace

from bot import conversation, journal, leaving, news, posts, rights, trust
from bot.errors import (
    CannotReply,
    EmptyReply,
    ReplyOnItsWay,
    ReplyRefused,
    ReplyTooLong,
)
from bot.models import Actor, Mention, MentionState, Person, Reply, ReplyState
from bot.news import News
from bot.seen import Seen
from bot.slack.blocks import clean
from bot.slack.reply_form import ReplyForm
from bot.store import Store
from platforms.base import Platform, Target

CORRECTION = "Correction: "
"""How a further reply begins where the first one cannot be changed."""


def target_of(post: Mention) -> Target:
    return Target(
        external_id=post.external_id,
        address=post.address,
        url=post.url,
        author_handle=post.author_handle,
        text=post.text,
        root_id=post.root_id,
    )


def post_answered(store: Store, mention_id: int, seen: Seen) -> Mention:
    """The post that the writer of a reply has before them."""
    return news.post_seen(store, journal.mention(store, mention_id), seen)


def reply_form(store: Store, mention_id: int, *, by: Actor) -> ReplyForm:
    """What there is to know before writing. Refuses where no reply can be written."""
    mention = journal.mention(store, mention_id)
    if mention.state in (MentionState.GONE, MentionState.CLOSED):
        mention.refuse_if_done(store.now)
    person = rights.known_speaker(store, by)
    latest = store.latest_reply(mention_id)
    trust.refuse_while_held(store, latest, person)
    draft = _begun(store, mention_id, person)
    other = mention.owner if mention.owner != person else None
    return ReplyForm(
        mention=mention,
        post=posts.to_answer(store, mention),
        turns=conversation.turns(store, mention),
        account=store.account(mention.platform),
        draft=draft.text if draft else "",
        draft_by=draft.author.name if draft and draft.author != person else "",
        approved_by=trust.who_approves(store, person),
        first_replies=trust.first_replies(store),
        held=latest if latest is not None and latest.state == ReplyState.HELD else None,
        seen=news.seen_now(store, mention),
        now=store.now,
        holder=other.name if other else None,
        held_since=mention.claimed_at if other else None,
        answer=_answer_there(store, mention),
    )


def form_if_news(store: Store, mention_id: int, *, by: Actor, seen: Seen) -> ReplyForm | None:
    """The form with what its writer does not know; None when that is nothing."""
    person = rights.known_speaker(store, by)
    new = news.since(store, journal.mention(store, mention_id), seen, reader=person)
    return None if new is None else _with_news(store, mention_id, new, by, seen)


def is_submitted(store: Store, submission: str) -> bool:
    """Whether this modal became a reply already: then nothing is left to check."""
    return store.submitted_reply(submission) is not None


def save_draft(
    store: Store, mention_id: int, text: str, *, by: Actor, submission: str = ""
) -> None:
    """Keep what somebody typed so far. `submission` names the modal: once it was submitted, what
    Slack still tells of the typing that led there is no draft any more.
    """  # noqa: D205 (two sentences that belong together)
    taken = store.submitted_reply(submission)
    if taken is not None and taken.text.startswith(text.strip()):
        return
    mention = journal.mention(store, mention_id)
    person = journal.person(store, by)
    draft = store.draft(mention_id, person.id)
    if draft is not None:
        draft.text = text
    elif text.strip():
        store.add(Reply(mention_id=mention.id, author=person, text=text))


def queue_reply(
    store: Store,
    mention_id: int,
    text: str,
    *,
    by: Actor,
    submission: str,
    seen: Seen,
) -> Reply | ReplyForm:
    """Take a reply for sending, once for each submission; whoever replies holds the mention.

    The text was checked before, by `check_text`: a platform may have to be asked for its limits.
    When somebody else claimed while it was written, a reply of ours went out, whosever it is, or
    the author wrote again or changed the post, nothing is sent: the form comes back with what is
    new, and the next submission knows it. So it does when the text was changed since the same
    submission was taken.
    """
    again = store.submitted_reply(submission)
    if again is not None:
        return _told_again(store, again, text, by)
    mention = journal.mention(store, mention_id)
    post = posts.to_answer(store, mention)
    if not post.can_reply:
        raise CannotReply(platform=post.platform, reason=post.cannot_reply_reason)
    person = rights.speaker(store, by)
    new = news.since(store, mention, seen, reader=person)
    if new is not None:
        save_draft(store, mention_id, text, by=by)
        return _with_news(store, mention_id, new, by, seen)
    latest = store.latest_reply(mention.id)
    if latest is not None and latest.submission == submission:
        # It came twice at once, and the other one was quicker.
        return _told_again(store, latest, text, by)
    trust.refuse_while_held(store, latest, person)
    if latest is not None and latest.state in journal.ON_THEIR_WAY:
        raise ReplyOnItsWay(who=latest.author.name)
    if latest is not None and latest.state == ReplyState.HELD:
        return _replace(store, latest, post, text.strip(), submission)
    return _take(store, post, person, text.strip(), submission)


def check_text(post: Mention, text: str, platform: Platform) -> None:
    """Refuse what the platform would refuse. Outside of any transaction: it may be asked."""
    if clean(text).strip() in ("", CORRECTION.strip()):
        raise EmptyReply
    length = platform.measure(text.strip(), target_of(post))
    if length.over:
        raise ReplyTooLong(
            platform=platform.label, used=length.used, limit=length.limit, over=length.over
        )
    for problem in platform.objections(target_of(post), text.strip()):
        raise ReplyRefused(problem=problem)


def _begun(store: Store, mention_id: int, person: Person) -> Reply | None:
    """What stands in the window at first: their draft, or what came back or waits."""
    latest = store.latest_reply(mention_id)
    is_back = latest is not None and latest.state in (ReplyState.FAILED, ReplyState.HELD)
    return store.draft(mention_id, person.id) or (latest if is_back else None)


def _with_news(store: Store, mention_id: int, new: News, by: Actor, seen: Seen) -> ReplyForm:
    """`seen`: before it; what came of their window its writer still knows."""
    form = reply_form(store, mention_id, by=by)
    known = replace(form.seen, taken=seen.taken)
    answer = form.answer or new.went_out
    return replace(form, wrote_again=new.wrote_again, edited=new.edited, answer=answer, seen=known)


def _told_again(store: Store, taken: Reply, text: str, by: Actor) -> Reply | ReplyForm:
    """The same submission, or one that its writer changed because Slack held the first for lost."""
    if text.strip() == taken.text:
        return taken
    save_draft(store, taken.mention_id, text, by=by)
    form = reply_form(store, taken.mention_id, by=by)
    return replace(form, taken=taken, seen=replace(form.seen, taken=taken.id))


def _replace(store: Store, held: Reply, post: Mention, text: str, submission: str) -> Reply:
    """Their own that waits to be approved gives way, unless they say the same once more."""
    same = held.text == text and held.post is post and held.about == post.fingerprint
    if same and trust.needs_approval(store, held.author):
        leaving.forget_draft(store, held)
        return held
    leaving.give_way(store, held)
    return _take(store, post, held.author, text, submission, anew=True)


def _take(
    store: Store, post: Mention, person: Person, text: str, submission: str, *, anew: bool = False
) -> Reply:
    """Let it leave, or wait to be approved. `anew`: one with other words has waited already."""
    mention = store.head(post)
    took = mention.take_for_reply(person, now=store.now)
    store.touch(mention)
    reply = _submit(store, post, person, text, submission)
    waits = "held anew" if anew else "held"
    what = "replied" if leaving.let_go(store, reply, by=person, anew=anew) else waits
    journal.write(store, mention, what, by=person, took=took, text=reply.text)
    return reply


def _submit(store: Store, post: Mention, person: Person, text: str, submission: str) -> Reply:
    """Turn the draft into the reply that is sent."""
    mention = store.head(post)
    reply = store.draft(mention.id, person.id) or store.add(
        Reply(mention_id=mention.id, author=person, state=ReplyState.DRAFT)
    )
    reply.text, reply.submission, reply.queued_at = text, submission, store.now
    reply.aim(mention, post)
    reply.about = post.fingerprint
    store.flush()
    reply.approved_by = None
    return reply


def _answer_there(store: Store, mention: Mention) -> Reply | None:
    latest = store.latest_reply(mention.id)
    if latest is not None and latest.state in journal.ON_THEIR_WAY:
        return latest
    return (
        None if conversation.waits_for_answer(store, mention) else news.last_public(store, mention)
    )

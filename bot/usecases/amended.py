"""What became of a change or a removal on its way: done, refused, or not yet. The worker's half."""

from bot import amendments, conversation, journal, posts
from bot.models import Amendment, AmendmentState, Mention, Person, ReplyState
from bot.store import Store


def record_done(store: Store, amendment: Amendment) -> None:
    """Everybody sees it, or nobody sees it any more."""
    amendment.move(AmendmentState.DONE)
    amendment.settled_at, amendment.problem = store.now, ""
    if amendment.is_removal:
        _taken_down(store, amendment)
    else:
        _changed(store, amendment)


def record_postponed(store: Store, amendment: Amendment, problem: str) -> None:
    """It surely was not done and will be tried again."""
    amendment.problem = problem
    journal.redraw(store, amendment.reply.mention)


def record_refused(store: Store, amendment: Amendment, problem: str) -> None:
    """The platform will never do it. Whoever asked is told why, and what they typed is kept."""
    amendment.move(AmendmentState.REFUSED)
    amendment.settled_at, amendment.problem = store.now, problem
    mention = amendment.reply.mention
    number = amendment.mention_id
    if amendment.is_removal:
        journal.write(store, mention, "removal refused", problem=problem)
        told = f"Our reply to mention {number} is still public. {problem}"
    else:
        _keep_as_draft(store, amendment)
        journal.write(store, mention, "change refused", problem=problem)
        told = f"Your change of our reply to mention {number} was not made. {problem}"
        told += f" Your text is kept: {amendment.text}"
    _tell(store, amendment, amendment.asked_by, told)


def _changed(store: Store, change: Amendment) -> None:
    reply, by = change.reply, change.asked_by
    reply.text = change.text
    detail = {"earlier": change.earlier, "reason": change.reason}
    journal.write(store, reply.mention, "changed", by=by, **detail)
    journal.write(store, reply.mention, "says now", text=change.text)
    if by != reply.author:
        told = f"{by.name} changed your reply to mention {change.mention_id}: “{change.reason}”"
        _tell(store, change, reply.author, f"{told} It says now: {change.text}")


def _taken_down(store: Store, removal: Amendment) -> None:
    reply, second = removal.reply, removal.agreed_by
    mention, owner = reply.mention, reply.mention.owner
    reply.move(ReplyState.TAKEN_DOWN)
    store.flush()
    _count_answers(store, mention)
    agreed = second.name if second else "nobody"
    detail = {"text": reply.text, "agreed": agreed, "reason": removal.reason}
    journal.write(store, mention, "taken down", by=removal.asked_by, **detail)
    journal.redraw_home(store, owner)
    if reply.author not in (removal.asked_by, second):
        told = (
            f"Your reply to mention {mention.id} was taken down. {removal.asked_by.name} asked for"
            f" it, {agreed} agreed: “{removal.reason}” It said: {reply.text}"
        )
        _tell(store, removal, reply.author, told)


def _count_answers(store: Store, mention: Mention) -> None:
    """The first reply that is still public is the answer now; without one it waits again, and where
    the author's newest post has lost its answer.
    """  # noqa: D205 (two sentences that belong together)
    first = next(iter(posts.published(store, mention)), None)
    mention.answered_at = first.sent_at if first else None
    mention.answered_by = first.author if first else None
    if first is None or conversation.waits_for_answer(store, mention):
        mention.lose_answer(now=store.now)


def _keep_as_draft(store: Store, change: Amendment) -> None:
    """What was typed in vain waits in the window for whoever typed it."""
    reply, person = change.reply, change.asked_by
    if amendments.draft(store, reply.id, person) is None:
        amendments.keep(store, reply, person, text=change.text, reason=change.reason)


def _tell(store: Store, amendment: Amendment, person: Person, text: str) -> None:
    key = f"amend:{amendment.id}:{amendment.state}:{amendment.version}"
    journal.tell_person(store, person, key, text, about=amendment.reply.mention)

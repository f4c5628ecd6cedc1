"""The SELECTs of conversations: which posts belong together. Decides nothing, changes nothing.

A conversation is the mention it began with, our replies, and what its author wrote after it.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import and_, bindparam, literal_column, or_, select
from sqlalchemy.orm import contains_eager

from bot.models import Mention, MentionState, Person, Reply, ReplyState
from bot.store import Store

DONE = (MentionState.CLOSED, MentionState.GONE)
# As it is written in the index, which SQLite does not take for a value that is handed over.
_WAITS = Reply.state == literal_column("'held'")
# Every card that is drawn asks these; building a statement costs more than running it.
_LATER = (
    select(Mention)
    .where(
        Mention.follows_id.in_(bindparam("first", expanding=True)),
        Mention.state != MentionState.GONE,
    )
    .order_by(Mention.id)
)
_PUBLISHED = (
    select(Reply)
    .where(Reply.mention_id == bindparam("mention_id"), Reply.state == ReplyState.SENT)
    .order_by(Reply.sent_at, Reply.id)
)
MAY_BE_OUT = (ReplyState.SENDING, ReplyState.UNCERTAIN, ReplyState.SENT)


def later_posts(store: Store, mention_ids: Iterable[int]) -> Sequence[Mention]:
    """What the authors of these mentions wrote after them, in the order it came to us.

    Without what is deleted.
    """
    first = list(mention_ids)
    if not first:
        return ()
    return store.session.scalars(_LATER, {"first": first}).unique().all()


def newest(store: Store, mentions: Iterable[Mention]) -> dict[int, Mention]:
    """By the number of a mention, what its author wrote last, where that is another post."""
    later = later_posts(store, [one.id for one in mentions])
    return {post.follows_id: post for post in later if post.follows_id is not None}


def to_answer(store: Store, mention: Mention) -> Mention:
    """The author's newest post, which is the one that a reply answers now."""
    return next(reversed(later_posts(store, [mention.id])), mention)


def published(store: Store, mention: Mention) -> Sequence[Reply]:
    """Our replies that are out, in the order they went out."""
    return store.session.scalars(_PUBLISHED, {"mention_id": mention.id}).unique().all()


def submitted_after(store: Store, reply: Reply) -> Reply | None:
    """The newest other reply to the same mention that was submitted later, whatever became of it:
    what was taken down since had taken this one's place all the same.
    """  # noqa: D205 (one sentence that is long)
    later = or_(
        Reply.queued_at > reply.queued_at,
        and_(Reply.queued_at == reply.queued_at, Reply.id > reply.id),
    )
    query = select(Reply).where(Reply.mention_id == reply.mention_id, later)
    query = query.where(Reply.state != ReplyState.DRAFT)
    query = query.order_by(Reply.queued_at.desc(), Reply.id.desc())
    return store.session.scalars(query.limit(1)).unique().first()


def public_beside(store: Store, reply: Reply) -> Sequence[Reply]:
    """Our other replies to the same post that are out, in the order they went out."""
    public = published(store, reply.mention)
    return [one for one in public if one != reply and one.answers_id == reply.answers_id]


def held(store: Store, post: Mention) -> Sequence[Reply]:
    """The replies to this very post that wait for a second pair of eyes."""
    answers = Reply.answers_id.is_(None) if post.follows_id is None else Reply.answers_id == post.id
    query = select(Reply).where(Reply.mention_id == store.head(post).id, answers)
    return store.session.scalars(query.where(Reply.state == ReplyState.HELD)).unique().all()


def held_among(store: Store, mentions: Iterable[Mention]) -> dict[int, Reply]:
    """By the number of a mention that is not done, the reply to it that waits to be approved."""
    wanted = [one.id for one in mentions if one.state not in DONE]
    if not wanted:
        return {}
    query = select(Reply).where(_WAITS, Reply.mention_id.in_(wanted))
    return {one.mention_id: one for one in store.session.scalars(query).unique()}


def held_of_others(store: Store, person: Person, *, limit: int) -> Sequence[Reply]:
    """What waits to be approved and is not this person's own, the oldest first."""
    query = select(Reply).join(Reply.mention).options(contains_eager(Reply.mention))
    query = query.where(_WAITS, Reply.author_id != person.id, Mention.state.not_in(DONE))
    found = store.session.scalars(query.order_by(Reply.queued_at, Reply.id).limit(limit))
    return found.unique().all()


def heads(store: Store, platform: str, external_ids: Iterable[str]) -> dict[str, Mention]:
    """By the id of a post of a conversation, ours too: the mention with which it began."""
    wanted = list(external_ids)
    theirs = select(Mention).where(Mention.platform == platform, Mention.external_id.in_(wanted))
    found = {one.external_id: one for one in store.session.scalars(theirs).unique()}
    ours = select(Reply).join(Reply.mention).where(Mention.platform == platform)
    ours = ours.where(Reply.external_id.in_(wanted))
    for reply in store.session.scalars(ours).unique():
        found[str(reply.external_id)] = reply.mention
    return {key: store.head(one) for key, one in found.items()}


def reply_published_as(store: Store, platform: str, external_id: str) -> Reply | None:
    query = select(Reply).join(Reply.mention).where(Mention.platform == platform)
    return store.session.scalars(query.where(Reply.external_id == external_id)).unique().first()


def under(store: Store, post: Mention) -> Sequence[Mention]:
    """The mentions that answer this post, or a reply of ours in its conversation."""
    ours = select(Reply.external_id).where(
        Reply.mention_id == store.head(post).id, Reply.external_id.is_not(None)
    )
    answers = or_(Mention.parent_id == post.external_id, Mention.parent_id.in_(ours))
    query = select(Mention).where(Mention.platform == post.platform, answers)
    return store.session.scalars(query.order_by(Mention.id)).unique().all()


def answered_somewhere(
    store: Store, platform: str, thread: str | None, author_id: str
) -> Mention | None:
    """A mention by this author in a thread of the platform, to which there is a reply of ours of
    which we don't know where it stands: posted by hand, seen by a person, or still on its way.
    """  # noqa: D205 (one sentence that is long)
    if thread is None:
        return None
    query = select(Mention).join(Reply, Reply.mention_id == Mention.id)
    query = query.where(
        Mention.platform == platform, Mention.author_id == author_id, Mention.root_id == thread,
        Reply.external_id.is_(None), Reply.state.in_(MAY_BE_OUT),
    )  # fmt: skip
    return store.session.scalars(query.order_by(Mention.id.desc()).limit(1)).unique().first()

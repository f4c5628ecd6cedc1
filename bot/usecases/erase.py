"""Forget an author: that there was a mention and what we did stays, and nobody's words about it do.

The platform's ids of the posts stay too, so that no post is taken in once more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import and_, delete, func, or_, select

from bot import billing, journal, original
from bot.models import (
    Amendment,
    AmendmentState,
    Base,
    Card,
    Delivery,
    DeliveryState,
    Event,
    KnownAuthor,
    Mention,
    Reply,
    ReplyState,
    Watch,
)
from bot.store import Store

ERASED = "(erased)"
HARMLESS = frozenset({"to", "verdict", "took", "agreed", "post", "name", "private"})
"""What a line of history may keep: where it went, what was decided, colleagues, numbers."""


@dataclass(frozen=True, slots=True)
class Traces:
    """What is stored of an author: how many rows of each sort have words or names in them."""

    heads: tuple[int, ...]
    """The mentions with which their conversations began."""
    posts: int
    cards: int
    replies: int
    drafts: int
    lines: int
    on_their_way: int
    quotes: int = 0
    """Posts of others that show how theirs begins."""
    looked_up: int = 0

    def told(self, whose: str) -> str:
        """For whoever is asked whether it may go."""
        rows = {
            "mention": len(self.heads), "post": self.posts, "card": self.cards,
            "reply to them": self.replies, "draft": self.drafts, "line of history": self.lines,
            "reply on its way, which is stopped": self.on_their_way,
            "post of others that shows how theirs begins": self.quotes,
            "entry of who they are": self.looked_up,
        }  # fmt: skip
        lines = [f"{number:5} {what}" for what, number in rows.items() if number]
        return "\n".join([f"Of {whose} there is, by number of rows:", *lines])

    def __bool__(self) -> bool:
        return bool(self.posts or self.quotes or self.looked_up)


def traces(store: Store, platform: str, handle: str) -> Traces:
    """What there is of `handle`, also under earlier names of the same account."""
    posts = _posts(store, platform, handle)
    found = _traces(store, {one.follows_id or one.id for one in posts}, posts=len(posts))
    return replace(
        found,
        quotes=_count(store, Mention, _quotes(platform, handle)),
        looked_up=_count(store, KnownAuthor, _looked_up(platform, handle)),
    )


def traces_of_mention(store: Store, number: int) -> Traces:
    """What there is of a conversation, whose author may be forgotten already.

    Raises UnknownMention.
    """
    head = store.head(journal.mention(store, number))
    return _traces(store, {head.id}, posts=1 + len(_later(store, head)))


def _traces(store: Store, found: set[int], *, posts: int) -> Traces:
    heads = tuple(sorted(found))
    replies = _replies(store, heads)
    return Traces(
        heads=heads,
        posts=posts,
        cards=_count(store, Card, Card.mention_id.in_(heads)),
        replies=sum(one.state != ReplyState.DRAFT for one in replies),
        drafts=sum(one.state == ReplyState.DRAFT for one in replies),
        lines=_count(store, Event, Event.mention_id.in_(heads)),
        on_their_way=sum(one.state in journal.ON_THEIR_WAY for one in replies),
    )


def erase_conversation(store: Store, head_id: int) -> None:
    """Of one mention and all that followed it; again is harmless."""
    head = journal.mention(store, head_id)
    posts = [head, *_later(store, head)]
    for post in posts:
        billing.forget_author(store, post.platform, post.author_id)
        original.forget_quotes(store, post)
        post.mark_gone(now=post.gone_at or store.now)
        post.erased_at = post.erased_at or store.now
    for reply in _replies(store, [head.id]):
        _erase_reply(store, reply)
    _erase_notices(store, head.id)
    store.session.execute(delete(Watch).where(Watch.mention_id.in_([one.id for one in posts])))
    for event in store.events(head.id):
        event.detail = {
            key: value if key in HARMLESS else ERASED for key, value in event.detail.items()
        }
    journal.write(store, head, "erased")
    for card in store.cards(head.id):
        card.reason = ERASED if card.reason else ""
        journal.show_card(store, card)


def erase_author(store: Store, platform: str, handle: str) -> None:
    """What others' posts and our notes of who is who have of them."""
    for post in store.session.scalars(select(Mention).where(_quotes(platform, handle))).unique():
        post.parent_handle, post.parent_text, post.parent_url = "", "", ""
        journal.redraw(store, post)
    store.session.execute(delete(KnownAuthor).where(_looked_up(platform, handle)))


def _posts(store: Store, platform: str, handle: str) -> Sequence[Mention]:
    here = Mention.platform == platform
    ids = select(Mention.author_id).where(
        here, Mention.author_key == handle.casefold(), Mention.author_id != ""
    )
    same = or_(Mention.author_key == handle.casefold(), Mention.author_id.in_(ids))
    return store.session.scalars(select(Mention).where(here, same)).unique().all()


def _later(store: Store, head: Mention) -> Sequence[Mention]:
    """Those that are deleted already too."""
    query = select(Mention).where(Mention.follows_id == head.id)
    return store.session.scalars(query).unique().all()


def _replies(store: Store, heads: Iterable[int]) -> Sequence[Reply]:
    query = select(Reply).where(Reply.mention_id.in_(list(heads)))
    return store.session.scalars(query).unique().all()


def _erase_reply(store: Store, reply: Reply) -> None:
    """It was written to them. What waits does not leave; what is leaving now cannot be held."""
    for each in store.session.scalars(select(Amendment).where(Amendment.reply_id == reply.id)):
        _erase_amendment(store, each)
    if reply.state == ReplyState.DRAFT:
        store.remove(reply)
        return
    if reply.state in (ReplyState.HELD, ReplyState.QUEUED, ReplyState.UNCERTAIN):
        reply.move(ReplyState.FAILED)
        _stop(store, reply.outbox_key)
    if reply.external_id:
        store.forget_parent(reply.mention.platform, reply.external_id)
    reply.text, reply.problem, reply.about = ERASED, "", ""


def _erase_amendment(store: Store, amendment: Amendment) -> None:
    """A reply that is being taken down still goes; one that is being changed stays as it is."""
    if amendment.state == AmendmentState.DRAFT:
        store.remove(amendment)
        return
    if amendment.state == AmendmentState.QUEUED and not amendment.is_removal:
        amendment.move(AmendmentState.REFUSED)
        _stop(store, amendment.outbox_key)
    amendment.text, amendment.earlier, amendment.problem = "", "", ""
    amendment.reason = ERASED if amendment.reason else ""


def _erase_notices(store: Store, head_id: int) -> None:
    """Direct messages about it, sent or not."""
    about = Delivery.payload["mention"].as_integer() == head_id
    for row in store.session.scalars(select(Delivery).where(Delivery.kind == "notice", about)):
        _stop(store, row.key)
        channel = row.payload["channel"]
        row.payload = {"channel": channel, "text": ERASED, "mention": head_id}


def _stop(store: Store, key: str) -> None:
    row = store.delivery(key)
    if row is not None and row.state in (DeliveryState.WAITING, DeliveryState.UNCERTAIN):
        row.state, row.settled_at = DeliveryState.DONE, store.now
        row.token, row.leased_until = None, None


def _quotes(platform: str, handle: str) -> Any:
    return and_(
        Mention.platform == platform, func.lower(Mention.parent_handle) == handle.casefold()
    )


def _looked_up(platform: str, handle: str) -> Any:
    return and_(
        KnownAuthor.platform == platform, func.lower(KnownAuthor.handle) == handle.casefold()
    )


def _count(store: Store, table: type[Base], *where: Any) -> int:
    return store.session.scalar(select(func.count()).select_from(table).where(*where)) or 0

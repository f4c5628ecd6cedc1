"""What is new since the window was opened in which somebody writes a reply."""

from dataclasses import dataclass, replace

from bot import posts
from bot.models import Mention, Person, Reply, ReplyState
from bot.seen import Seen
from bot.store import Store

TO_COME = (ReplyState.HELD, ReplyState.QUEUED, ReplyState.SENDING, ReplyState.UNCERTAIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Because of this their text does not leave yet."""

    wrote_again: bool
    """The author did so."""
    edited: bool
    """The author changed what the writer has before them, or deleted it."""
    went_out: Reply | None
    """What we said meanwhile, whosever it is."""


def seen_now(store: Store, mention: Mention) -> Seen:
    """What somebody sees whose window is opened now."""
    latest, public = store.latest_reply(mention.id), last_public(store, mention)
    post = posts.to_answer(store, mention)
    return Seen(
        owner=mention.owner_id or 0,
        latest=latest.id if latest else 0,
        public=public.id if public else 0,
        wording=post.fingerprint,
        post=post.id,
    )


def since(store: Store, mention: Mention, seen: Seen, *, reader: Person) -> News | None:
    """What whoever writes does not know; None when that is nothing, or their own doing."""
    if seen_now(store, mention) == replace(seen, taken=0):
        return None
    before = post_seen(store, mention, seen)
    wrote_again = posts.to_answer(store, mention) is not before and before.gone_at is None
    edited, went_out = reads_differently(before, seen), went_out_since(store, mention, seen)
    if wrote_again or edited or went_out or _somebody_else(store, mention, reader):
        return News(wrote_again=wrote_again, edited=edited, went_out=went_out)
    return None


def post_seen(store: Store, mention: Mention, seen: Seen) -> Mention:
    """The author's newest post that a writer knew of; the mention itself when nothing tells."""
    post = store.mention(seen.post)
    return post if post is not None and post.follows_id == mention.id else mention


def reads_differently(post: Mention, seen: Seen) -> bool:
    """Whether a post is not any more as its writer saw it."""
    return post.gone_at is not None or seen.wording != post.fingerprint


def unseen_besides(store: Store, reply: Reply, seen: Seen) -> list[Reply]:
    """Our other answers to the same post of which its writer did not know: public by now, or still
    to come.
    """  # noqa: D205 (one sentence that is long)
    public, latest = posts.public_beside(store, reply)[-1:], store.latest_reply(reply.mention_id)
    found = [one for one in public if one.id != seen.public]
    if latest is not None and latest != reply and latest.state in TO_COME:
        found += [latest] if latest.id != seen.latest else []
    return found


def last_public(store: Store, mention: Mention) -> Reply | None:
    """What we said last."""
    return next(reversed(posts.published(store, mention)), None)


def went_out_since(store: Store, mention: Mention, seen: Seen) -> Reply | None:
    """What we said since."""
    public = last_public(store, mention)
    return public if public is not None and public.id != seen.public else None


def _somebody_else(store: Store, mention: Mention, reader: Person) -> bool:
    """Whether what changed is another person's doing."""
    latest = store.latest_reply(mention.id)
    return (mention.owner not in (None, reader)) or (
        latest is not None and latest.author_id != reader.id
    )

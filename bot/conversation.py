"""A conversation goes on: its author wrote again, we answered that, or a post of it is deleted.

What an author writes after our reply comes back to the card that is there, so that one person
reads the whole exchange in one place. It waits for whoever answered last, if they are still here:
they know the story, and the author expects to hear from the same person; anybody else may answer
all the same, and the one who holds it may release it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import journal, posts, rights
from bot.models import Mention, MentionState, Person, Reply
from bot.slack.conversation import Turn
from bot.store import Store
from bot.wording import shorten
from platforms.base import FoundMention

TOLD_LIMIT = 1500
"""Code points of a post that its line of history keeps."""
QUOTED_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Exchange:
    """A mention, what its author wrote after it, and our replies that are out."""

    mention: Mention
    later: Sequence[Mention]
    ours: Sequence[Reply]

    @property
    def newest(self) -> Mention:
        """The author's newest post, which is the one that a reply answers now."""
        return self.later[-1] if self.later else self.mention

    @property
    def waits_for_answer(self) -> bool:
        """Whether the author had the last word, after a reply of ours."""
        answered_up_to = max((one.answers_id or 0 for one in self.ours), default=0)
        newest = self.newest
        return bool(self.ours) and newest is not self.mention and newest.id > answered_up_to

    @property
    def turns(self) -> tuple[Turn, ...]:
        """All that was said after the mention, in order; nothing while only we said something."""
        if not self.later:
            return ()
        said = [((one.published_at, 1), _their_turn(one)) for one in self.later]
        said += [(_place(one, self.later), _our_turn(one)) for one in self.ours]
        return tuple(turn for _, turn in sorted(said, key=lambda each: each[0]))


def exchange(store: Store, mention: Mention) -> Exchange:
    return Exchange(
        mention, posts.later_posts(store, [mention.id]), posts.published(store, mention)
    )


def part(
    store: Store, platform: str, fresh: Sequence[FoundMention]
) -> tuple[list[FoundMention], list[FoundMention]]:
    """New posts, oldest first, as those that begin something and those that go on.

    An author goes on who answers our reply to them, or themselves, in a conversation that we have.
    Somebody else who does so begins something of their own.
    """
    heads = posts.heads(store, platform, [one.parent_id for one in fresh if one.parent_id])
    new: list[FoundMention] = []
    later: list[FoundMention] = []
    here: dict[str | None, str] = {}
    for post in fresh:
        of_this_page = here.get(post.parent_id) == post.author.id
        goes_on = of_this_page or _head(store, platform, post, heads) is not None
        (later if goes_on else new).append(post)
        here[post.external_id] = post.author.id
    return new, later


def go_on(store: Store, post: Mention, found: FoundMention, *, where: str) -> None:
    """Take a later post of a conversation. `where`: its platform as people say it."""
    heads = posts.heads(store, post.platform, [found.parent_id or ""])
    head = _head(store, post.platform, found, heads)
    assert head is not None
    post.follows_id, post.state = head.id, MentionState.FOLLOW_UP
    store.add(post)
    store.flush()
    before = head.owner
    head.wait_again(_who_answered(store, head), since=post.published_at, now=store.now)
    store.touch(head)  # a reply that is settled at this very moment must meet this post
    words = post.text[:TOLD_LIMIT]
    journal.write(store, head, "went on", post=post.id, author=post.author_handle, text=words)
    journal.redraw_home(store, before)
    _tell_owner(store, head, post, where)


def answered(store: Store, reply: Reply) -> None:
    """Our reply is out. What its author wrote while it was on its way still waits."""
    assert reply.sent_at is not None
    newest = posts.to_answer(store, reply.mention)
    waits = newest is not reply.mention and newest.id > (reply.answers_id or 0)
    reply.mention.mark_answered(reply.author, now=reply.sent_at, still_waits=waits)
    store.touch(reply.mention)


def lose(store: Store, post: Mention, *, problem: str = "") -> None:
    """A post is gone from its platform: keep nothing of it, and see what is left to answer."""
    head = store.head(post)
    is_first = post is head
    post.mark_gone(now=store.now, goes_on=is_first and _goes_on(store, head))
    _forget_words(store, head, post)
    if not is_first:
        _look_again(store, head)
    journal.write(store, head, "gone" if is_first else "later post gone", problem=problem)


def waits_for_answer(store: Store, mention: Mention) -> bool:
    """Whether the author had the last word, after a reply of ours."""
    return exchange(store, mention).waits_for_answer


def answered_post(store: Store, reply: Reply) -> Mention:
    """What a reply answers; where its author has deleted that, what they wrote before."""
    if reply.answers is not None and reply.answers.gone_at is not None:
        return posts.to_answer(store, reply.mention)
    return reply.post


def turns(store: Store, mention: Mention) -> tuple[Turn, ...]:
    """All that was said after the mention, in order; nothing while only we said something."""
    return exchange(store, mention).turns


def _head(
    store: Store, platform: str, post: FoundMention, heads: Mapping[str, Mention]
) -> Mention | None:
    """The mention with whose author's conversation this post goes on."""
    known = heads.get(post.parent_id or "")
    if known is None and post.parent is not None and post.parent.ours:
        known = posts.answered_somewhere(store, platform, post.root_id, post.author.id)
    if known is None or known.state == MentionState.GONE:
        return None
    return known if known.author_id == post.author.id else None


def _who_answered(store: Store, mention: Mention) -> Person | None:
    """Whoever answered last, or holds what nobody answered yet, if they may still answer."""
    replies = posts.published(store, mention)
    person = replies[-1].author if replies else mention.owner
    if person is None or not rights.may_speak(store, person):
        return None
    journal.ask_for_name(store, person)  # by which we learn that somebody has left
    return person


def _tell_owner(store: Store, head: Mention, post: Mention, where: str) -> None:
    owner = head.owner
    if owner is None or owner.slack_id is None or head.state != MentionState.CLAIMED:
        return
    replies = posts.published(store, head)
    did = "answered you" if replies and replies[-1].author_id == owner.id else "wrote again"
    words = shorten(post.text, QUOTED_LIMIT)
    text = f"@{post.author_handle} {did} on {where}: “{words}” It waits for you."
    journal.tell(store, owner.slack_id, f"went-on:{post.id}", text, about=head)


def _goes_on(store: Store, head: Mention) -> bool:
    return bool(posts.later_posts(store, [head.id]))


def _look_again(store: Store, head: Mention) -> None:
    """One of the later posts is gone: it may have been all that waited."""
    if head.gone_at is not None and not _goes_on(store, head):
        head.state = MentionState.GONE
        head.forget_author()
    elif head.state in (MentionState.WAITING, MentionState.CLAIMED) and head.answered_at:
        head.state = head.state if waits_for_answer(store, head) else MentionState.ANSWERED


def _forget_words(store: Store, head: Mention, post: Mention) -> None:
    """The history keeps that there was something, and not what it was."""
    for event in store.events(head.id):
        if event.detail.get("post") == post.id:
            event.detail = {**event.detail, "author": "author", "text": "(deleted)"}
    told = store.delivery(f"went-on:{post.id}")
    if told is not None:
        told.payload = {**told.payload, "text": "A post that is deleted by now."}


def _their_turn(post: Mention) -> Turn:
    who = f"@{post.author_handle}"
    return Turn(who=who, text=post.text, at=post.published_at, url=post.url)


def _our_turn(reply: Reply) -> Turn:
    assert reply.sent_at is not None
    who, at = reply.author.name, reply.sent_at
    return Turn(who=who, text=reply.text, at=at, url=reply.url, reply_id=reply.id)


def _place(reply: Reply, later: Sequence[Mention]) -> tuple[datetime, int]:
    """Where it belongs, whatever clocks say: before what answers it, after what it answers.

    We may have learned late that it is out, and platforms have clocks of their own.
    """
    assert reply.sent_at is not None
    known = reply.external_id
    answers = [one.published_at for one in later if known and one.parent_id == known]
    before = min([(reply.sent_at, 2), *((at, 0) for at in answers)])
    return max(before, (reply.answers.published_at, 2)) if reply.answers else before

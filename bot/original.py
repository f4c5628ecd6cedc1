"""The post itself has changed: what that means for everything that is stored of it.

Whoever notices comes here: a round of reading that meets the post again, a look at posts that are
open, the look before a reply leaves, a platform that refuses a reply to it.
"""

from typing import Any

from bot import billing, conversation, journal, leaving, posts
from bot.models import Mention, MentionState, Person
from bot.store import Store
from bot.wording import storable


def note_edit(
    store: Store,
    mention: Mention,
    text: str,
    *,
    address: str | None = None,
    media: list[dict[str, Any]] | None = None,
) -> bool:
    """The author changed it: take over what it says now. True when that is news."""
    text = storable(text)
    if mention.gone_at is not None or mention.text == text:
        return False
    mention.reword(text, now=store.now)
    mention.address = address or mention.address
    mention.media = mention.media if media is None else media
    journal.write(store, mention, "edited")
    return True


def note_gone(
    store: Store, post: Mention, *, problem: str = "", knows: Person | None = None
) -> bool:
    """It is deleted or hidden: forget what it said and who said it. True when that is news.

    The owner is told, unless that is `knows`, who is told already, or has a reply come back.
    """
    if post.gone_at is not None:
        return False
    head = store.head(post)
    owner, waits = head.owner, head.state != MentionState.CLOSED
    billing.forget_author(store, post.platform, post.author_id)
    told = leaving.come_back(store, post)
    forget_quotes(store, post)
    conversation.lose(store, post, problem=problem)
    for card in store.cards(head.id):
        journal.show_card(store, card)
    if owner is not None and owner not in (knows, *told) and waits:
        _tell_owner(store, head, post, owner)
    return True


def forget_quotes(store: Store, post: Mention) -> None:
    """Other posts answer this one, or our reply under it: their cards say whose it was, and how it
    begins.
    """  # noqa: D205 (one sentence that is long)
    store.forget_parent(post.platform, post.external_id)
    for answer in posts.under(store, post):
        journal.redraw(store, answer)


def _tell_owner(store: Store, head: Mention, post: Mention, owner: Person) -> None:
    text = (
        f"Mention {head.id}, which you hold, is gone: its author deleted the post or hid it, "
        "and what it said is deleted here too. You need do nothing more about it."
        if head.state == MentionState.GONE
        else f"One post of mention {head.id}, which you hold, is gone: its author deleted or hid "
        "it. Look at the card for what is left to answer."
    )
    journal.tell_person(store, owner, f"gone:{post.id}", text, about=head)

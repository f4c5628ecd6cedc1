"""What X bills, and for how much. No requests are made here.

Prices of November 2026: https://docs.x.com/x-api/getting-started/pricing and, for what an account
reads about itself ("owned reads") and for answers to a summons, the developer console. Empty
answers are free. What is asked for along with a post (the post it answers, its media, its author)
is a resource like any other; where the page leaves that open, it counts here: better too much.
"""

from collections.abc import Iterable

from platforms._x_posts import Answer
from platforms.base import Charge

OWNED, POST, AUTHOR, MEDIA = 1, 5, 10, 5
REPLY, LINKED = 10, 200
TAKEN_DOWN = Charge(kind="reply taken down", mills=10, write=True)


def price_of(text: str) -> Charge:
    """What a reply with this text is billed as; a bare "acme.com" is a link to X as well."""
    from twitter_text import extract_urls_with_indices  # noqa: PLC0415 - slow to load

    # What only looks like an address costs what one does here: better told too much.
    if "://" in text or extract_urls_with_indices(text):
        return Charge(kind="reply with a link", mills=LINKED, write=True)
    return Charge(kind="reply", mills=REPLY, write=True)


def billed(answer: Answer, *, post: int = POST) -> list[Charge]:
    """What an answer costs. `post`: what its own posts do, by where they were asked for."""
    own = [str(each["id"]) for each in answer.posts]
    return [
        *(Charge(kind="post", mills=post, id=each) for each in own),
        *(Charge(kind="post", mills=POST, id=each) for each in answer.others if each not in own),
        *(Charge(kind="attachment", mills=MEDIA, id=each) for each in answer.media),
        *authors(answer.authors),
    ]


def authors(ids: Iterable[str]) -> list[Charge]:
    return [Charge(kind="author", mills=AUTHOR, id=each) for each in ids]

"""The whole contract between Switchboard and a social platform.

A platform is exactly one file beside this one that subclasses `Platform`. It may use its client
library and this module, nothing of `bot/` or `handlers/`. Whatever its library raises leaves it as
one of the error classes below, worded for the person who reads it in Slack.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel

# A letter that joins words. Thai, Lao, Burmese, Khmer, Chinese, Japanese and Korean set a name
# against its neighbours without a space, so theirs do not count.
_JOINING = r"[^\W\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\uffff\U00020000-\U0003ffff]"


class SettingsProblem(Exception):  # noqa: N818 - what a person must mend, not a failure of code
    """A platform's variables cannot be used as they are. The message ends with what to do."""

    def __init__(self, variables: Sequence[str], problem: str, fix: str) -> None:
        """`variables`: the names to look at; never their values, which may be secrets."""
        super().__init__(f"{problem} {fix}")
        self.variables = tuple(variables)
        self.problem = problem
        self.fix = fix


class PlatformError(Exception):
    """The platform did not do what was asked. The message is a sentence for people."""


DAY_SECONDS = 86_400.0


class TemporaryError(PlatformError):
    """Nothing happened on the platform; the same call may succeed later."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        """`retry_after`: seconds before another try makes sense, a day at most; None: unknown."""
        super().__init__(message)
        self.retry_after = None if retry_after is None else min(retry_after, DAY_SECONDS)


class PausedError(TemporaryError):
    """Nobody but an admin can mend this: keys revoked, no credits, no access."""


class RejectedError(PlatformError):
    """The platform refused for good; the message says why in words for the author of the reply."""


class GoneError(RejectedError):
    """The post to be answered is deleted or cannot be seen any more."""


class UncertainError(PlatformError):
    """The request may have been carried out, and no usable answer came back."""

    retry_after: float | None = None
    """Seconds before it can be looked for, as far as that is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who wrote a post. `handle` has no leading @ or u/; `followers` is None when not told."""

    id: str
    handle: str
    name: str = ""
    url: str = ""
    followers: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """An attachment of a post. `kind`: image, video or link; `url` is http or https."""

    kind: str
    url: str
    alt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parent:
    """The post that a mention answers, as far as the platform showed it unasked.

    All of it may be empty: reading one more post costs money on some platforms.
    """

    handle: str = ""
    text: str = ""
    """Its words, or the title of the thread."""
    url: str = ""
    ours: bool = False
    """Our own account wrote it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundMention:
    """A post about the brand as the platform showed it."""

    external_id: str
    """Stable over edits and unique on the platform: what a mention is recognised by."""
    address: str
    """What `reply` needs to answer this post; means nothing outside the platform's own file."""
    author: Author
    text: str
    """Plain text, whole, as people read it (entities decoded)."""
    url: str
    published_at: datetime
    """Aware, UTC."""
    parent_id: str | None = None
    """The `external_id` of the post that this one answers, one of ours or anybody's."""
    parent: Parent | None = None
    root_id: str | None = None
    community: str | None = None
    """Where on the platform it was said: a subreddit without r/, a board, a forum."""
    language: str | None = None
    """ISO 639-1, when the platform tells."""
    media: tuple[Media, ...] = ()
    can_reply: bool = True
    cannot_reply_reason: str = ""
    """One sentence for people, when `can_reply` is False."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What one round of reading brought."""

    mentions: tuple[FoundMention, ...]
    """Oldest first."""
    cursor: str
    """Where to go on; opaque to all but its platform."""
    gap: str | None = None
    """What could not be read and never will be, as a sentence for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The post that a reply answers: the parts of a stored mention that a platform may need."""

    external_id: str
    address: str
    url: str
    author_handle: str
    text: str
    root_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedReply:
    external_id: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """What became of a post. `text` is None while nothing is known to have changed."""

    external_id: str
    gone: bool = False
    """Deleted, removed, or hidden from the public."""
    text: str | None = None
    address: str | None = None
    """What `reply` needs from now on, when an edit changed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """`used` of `limit`, both in the platform's own unit."""

    used: int
    limit: int

    @property
    def over(self) -> int:
        return max(0, self.used - self.limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """Something that a platform bills: once in a day (UTC) for each `id`, however often it came."""

    kind: str
    """As people say it, in the singular: "post", "author", "reply with a link"."""
    mills: int
    """Thousandths of a dollar."""
    id: str = ""
    write: bool = False


class Ledger:
    """What a platform that bills tells while it works, and asks before it buys anything again.

    This one is for where nobody counts: it keeps nothing, knows nobody and forbids nothing. Its
    methods may write to a database, so that none may be called inside a transaction.
    """

    def note(self, charges: Sequence[Charge]) -> None:
        """Write down what was billed, as soon as it was: what fails afterwards is billed too."""

    def allows(self, mills: int) -> bool:
        """Whether reading may go on today, for so many thousandths of a dollar more."""
        return True

    def allows_reply(self, mills: int) -> bool:
        """Whether a reply may leave that costs so many thousandths of a dollar."""
        return True

    def known(self, ids: Collection[str]) -> dict[str, Author]:
        """Those of these authors, by id, who were looked up lately."""
        return {}

    def remember(self, authors: Collection[Author]) -> None:
        """Keep who was looked up, so that it is not paid for again with every post."""


class Settings(BaseModel):
    """A platform's own variables. Each field's alias is the environment variable's name."""

    model_config = {"extra": "ignore", "frozen": True, "populate_by_name": True}


def _web_address(value: str) -> str:
    if not re.match(r"https?://[^/]", value):
        raise ValueError("Write it whole, with http:// or https:// in front.")
    return value.rstrip("/")


WebAddress = Annotated[str, AfterValidator(_web_address)]
"""A setting that is a URL, without a slash at its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What to look for, and whose posts are ours."""

    terms: tuple[str, ...]
    """Words and phrases, without operators."""
    own_accounts: frozenset[str] = field(default_factory=frozenset)
    """Handles of the brand on this platform, lower case, without @ or u/."""
    communities: tuple[str, ...] = ()
    """Where to read everything and match the terms ourselves (subreddits, boards)."""

    def matches(self, text: str) -> bool:
        """Tell whether one of the terms stands in `text` as a word, whatever its case."""
        folded = text.casefold()
        return any(
            re.search(rf"(?<!{_JOINING}){re.escape(term.casefold())}(?!{_JOINING})", folded)
            for term in self.terms
        )


class Platform(ABC):
    """One social platform. Instances are not shared between threads: one for each job.

    The constructor takes the platform's `Settings` and must not touch the network.
    """

    name: ClassVar[str]
    """Lower case, stored with each mention: "x", "reddit"."""
    label: ClassVar[str]
    """As people say it: "X", "Reddit"."""
    Settings: ClassVar[type[Settings]]
    """Platforms whose required variables are absent are switched off."""
    for_trying: ClassVar[bool] = False
    """Whether it is there to try things only, so that no company is told of it unasked."""
    hosts: ClassVar[tuple[str, ...]] = ()
    """Where its posts are read, without www.; empty when that can be anywhere."""
    at_once: ClassVar[int] = 0
    """Posts of which one request of `refresh` can tell; 0 where posts cannot be asked for."""
    looks_cost: ClassVar[bool] = False
    """Whether each post that `refresh` shows costs money: then it is asked for sparingly."""
    least_bill: ClassVar[int] = 0
    """Thousandths of a dollar that the smallest page may cost; with less left nothing is read."""
    counting: ClassVar[str]
    """How this platform counts, for the hint under the reply field."""
    can_edit: ClassVar[bool] = False
    """Whether a published reply of ours can be changed, so that everybody sees the new text."""
    can_delete: ClassVar[bool] = False
    """Whether a published reply of ours can be taken down."""
    ledger: Ledger = Ledger()
    """Where a platform that bills writes it down; whoever opens an instance hands it over."""

    @abstractmethod
    def __init__(self, settings: BaseModel) -> None:
        """Take `settings`, an instance of this class's `Settings`."""

    @abstractmethod
    def fetch(self, query: Query, *, cursor: str | None) -> Page:
        """Read what is new since `cursor` (None: the recent past only), all pages of it.

        Own posts and mere repeats (retweets, reposts) are left out. Posts seen before may come
        again: readers recognise them by `external_id`. Raises TemporaryError or PausedError; then
        the cursor stays where it was.
        """

    def reply(self, to: Target, text: str, *, key: str) -> PublishedReply:
        """Publish `text` under `to`, with at most one attempt on the wire.

        `key` is ours, stable over retries of the same reply. Raises TemporaryError (surely not
        published), RejectedError, GoneError, or UncertainError.
        """
        raise RejectedError(f"{self.label} takes no replies from programs.")

    def find_reply(
        self, to: Target, text: str, *, key: str, since: datetime
    ) -> PublishedReply | None:
        """Look for our own reply after an uncertain outcome; `since` is when it was first tried.

        None means that it cannot be seen now, which on a lagging platform is no proof of absence.
        Raises TemporaryError when looking itself failed.
        """
        raise TemporaryError(f"{self.label} cannot be asked what we published.")

    def edit(self, published: PublishedReply, text: str, *, to: Target) -> None:
        """Let a reply of ours to `to` say `text` instead; its id and address stay.

        Setting the same text twice is harmless, so whoever is in doubt may simply ask again.
        Raises TemporaryError (surely not changed), RejectedError, GoneError when our reply is not
        there any more, or UncertainError.
        """
        raise RejectedError(f"{self.label} lets nobody change what is published.")

    def delete(self, published: PublishedReply) -> None:
        """Take a reply of ours down. One that is gone already is no error: that was the wish.

        So whoever is in doubt may simply ask again. Raises TemporaryError (surely still there),
        RejectedError, or UncertainError.
        """
        raise RejectedError(f"{self.label} lets no program take a reply down.")

    def shows(self, link: str) -> bool:
        """Whether a link leads to this platform, so that our answer can be behind it."""
        parts = urlsplit(link)
        host = parts.hostname or ""
        known = not self.hosts or any(f".{host}".endswith(f".{one}") for one in self.hosts)
        return parts.scheme in ("https", "http") and bool(host) and known

    def composer(self, to: Target, text: str) -> str:
        """Where a person answers `to` by hand: a link that opens the platform's own composer with
        `text` in it where there is such a link, else the post itself.
        """  # noqa: D205 (two sentences that belong together)
        return to.url

    def refresh(self, ids: Sequence[str]) -> Iterable[SourceState]:
        """Tell what became of posts since they were read, `at_once` of them for one request.

        `ids`: of mentions or of replies of ours, which are `gone` also when only we still see
        them. Of a post that is left out nothing is known. Raises TemporaryError or PausedError.
        """
        return ()

    @abstractmethod
    def measure(self, text: str, to: Target | None = None) -> Length:
        """Count as the platform counts. `to`: the post that `text` answers, where it is known.

        A name that `reply` puts in front of the text is taken off the limit.
        """

    def objections(self, to: Target, text: str) -> Sequence[str]:
        """Why the platform would refuse this text, as sentences; nothing when it would not."""
        return ()

    @classmethod
    def price(cls, text: str) -> Charge | None:  # noqa: ARG003 - where it is free, whatever it says
        """What publishing `text` is billed as; None where it is free."""
        return None

    def close(self) -> None:  # noqa: B027 - not every platform holds something open
        """Let go of open connections. The instance is of no use afterwards."""

"""The stand-in social network: who wrote what on which network. Knows no HTTP.

May be used from any thread. Imports nothing of the rest of Switchboard, so that both sides of a
conversation are never wrong in the same way.
"""

import itertools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

NETWORKS = {"x": "X", "reddit": "Reddit", "bluesky": "Bluesky", "square": "Town Square"}
BRAND_ID = 1
_X_EPOCH_MS = 1288834974657


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    handle: str
    name: str
    followers: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A post or a reply; edits and deletion make a new Post with the same `id`."""

    id: int
    network: str
    author: Person
    text: str
    at: datetime
    order: int
    """Counts up with every arrival, also of posts that are dated back."""
    reply_to: int | None = None
    quotes: int | None = None
    repeats: int | None = None
    """The post that this one is a mere repeat of."""
    community: str | None = None
    versions: tuple[int, ...] = ()
    """X gives each edit an id of its own; the first is the post's."""
    deleted: bool = False
    locked: bool = False
    removed: bool = False
    """Taken away by moderators, who tell nobody: its author still sees it."""
    key: str = ""

    @property
    def edited(self) -> bool:
        return len(self.versions) > 1


@dataclass(frozen=True, slots=True)
class Request:
    """A request that some client made, for tests to look at."""

    network: str
    method: str
    path: str
    query: str
    body: str
    fault: str = ""
    """How it failed, as in `square_faults`; "" when it did not."""


@dataclass(slots=True)
class Fault:
    how: str
    times: int
    on: str
    skip: int


class NoSuchPostError(LookupError):
    """There is no such post on this network."""


class Square:
    """Everything that was written, asked for and ordered to fail."""

    def __init__(
        self, *, brand: str = "acme", now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.now = now
        self.brand = Person(BRAND_ID, brand, brand.capitalize(), 5200)
        self.requests: list[Request] = []
        self._people = {brand: self.brand}
        self._posts: dict[tuple[str, int], Post] = {}
        self._faults: dict[str, list[Fault]] = {network: [] for network in NETWORKS}
        self._order = itertools.count(1)
        self._lock = threading.RLock()

    def person(self, handle: str, *, name: str = "", followers: int | None = None) -> Person:
        """Return who has this handle; unknown people move in."""
        with self._lock:
            if handle not in self._people:
                number = BRAND_ID + len(self._people)
                known = number * 37 % 900 if followers is None else followers
                self._people[handle] = Person(number, handle, name or handle, known)
            return self._people[handle]

    def people(self) -> list[Person]:
        with self._lock:
            return list(self._people.values())

    def post(
        self,
        network: str,
        as_: str,
        text: str,
        *,
        at: datetime | None = None,
        reply_to: int | None = None,
        quotes: int | None = None,
        repeats: int | None = None,
        community: str | None = None,
        key: str = "",
    ) -> Post:
        """Publish; raises NoSuchPostError when what it answers is not there."""
        with self._lock:
            parent = self.find(network, reply_to) if reply_to else None
            moment = at or self.now()
            number = self._free_id(network, moment)
            made = Post(
                id=number,
                network=network,
                author=self.person(as_),
                text=text,
                at=moment,
                order=next(self._order),
                reply_to=parent.id if parent else None,
                quotes=quotes,
                repeats=repeats,
                community=parent.community if parent else community or _home(network),
                versions=(number,),
                key=key,
            )
            self._posts[network, number] = made
            return made

    def edit(self, network: str, post_id: int, text: str) -> Post:
        with self._lock:
            post = self.find(network, post_id)
            versions = (*post.versions, self._free_id(network, self.now()))
            return self._put(replace(post, text=text, versions=versions))

    def delete(self, network: str, post_id: int) -> Post:
        return self._put(replace(self.find(network, post_id), deleted=True))

    def remove(self, network: str, post_id: int) -> Post:
        """Take a post away as moderators do, who do not tell its author."""
        return self._put(replace(self.find(network, post_id), removed=True))

    def lock(self, network: str, post_id: int) -> Post:
        """Close a thread for replies, as moderators do."""
        return self._put(replace(self.find(network, post_id), locked=True))

    def find(self, network: str, post_id: int) -> Post:
        """Return the post that has or had this id; raises NoSuchPostError."""
        with self._lock:
            if known := self._posts.get((network, post_id)):
                return known
            for post in self.posts(network):
                if post_id in post.versions:
                    return post
        raise NoSuchPostError(post_id)

    def posts(self, network: str) -> list[Post]:
        """Every post of a network, deleted ones too, in order of arrival."""
        with self._lock:
            return [post for (where, _), post in self._posts.items() if where == network]

    def everything(self) -> list[Post]:
        with self._lock:
            return sorted(self._posts.values(), key=lambda post: post.order)

    def root(self, post: Post) -> Post:
        """Return the post that began the conversation."""
        while post.reply_to is not None:
            post = self.find(post.network, post.reply_to)
        return post

    def replies_by_brand(self, network: str) -> list[Post]:
        """What tests count: every reply that is out."""
        there = (post for post in self.posts(network) if not post.deleted)
        return [post for post in there if post.author == self.brand and post.reply_to]

    def is_ours(self, network: str, post_id: int | None) -> bool:
        return post_id is not None and self.find(network, post_id).author == self.brand

    def order_fault(
        self, network: str, how: str, *, times: int = 1, on: str = "any", skip: int = 0
    ) -> None:
        """Let requests fail: `how` as in `square_faults`, `on` read, write or any.

        `skip`: how many requests of that sort still pass.
        """
        with self._lock:
            self._faults[network].append(Fault(how, times, on, skip))

    def clear_faults(self) -> None:
        with self._lock:
            for faults in self._faults.values():
                faults.clear()

    def faults(self) -> dict[str, list[str]]:
        with self._lock:
            return {network: [each.how for each in due] for network, due in self._faults.items()}

    def note(self, request: Request) -> None:
        with self._lock:
            self.requests.append(request)

    def take_fault(self, network: str, *, write: bool) -> str | None:
        """Return how the next request has to fail, and count it."""
        with self._lock:
            for fault in self._faults[network]:
                if fault.on not in {"any", "write" if write else "read"}:
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    return None
                fault.times -= 1
                if fault.times <= 0:
                    self._faults[network].remove(fault)
                return fault.how
        return None

    def _put(self, post: Post) -> Post:
        with self._lock:
            self._posts[post.network, post.id] = post
            return post

    def _free_id(self, network: str, moment: datetime) -> int:
        """Make an id as X does: the time in milliseconds above 22 other bits."""
        first = (int(moment.timestamp() * 1000) - _X_EPOCH_MS) << 22
        taken = set(self._ids(network))
        return next(number for number in itertools.count(first) if number not in taken)

    def _ids(self, network: str) -> Iterator[int]:
        for post in self.posts(network):
            yield from post.versions


def moment_of(number: int) -> datetime:
    """Read the time out of an id."""
    return datetime.fromtimestamp(((number >> 22) + _X_EPOCH_MS) / 1000, UTC)


def _home(network: str) -> str | None:
    return {"reddit": "townsquare", "square": "market"}.get(network)

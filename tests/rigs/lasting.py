"""Stand-ins that outlast a long run: of what they are told they keep what is asked for later.

Nothing is forgotten that the bot may look for: behind a long backlog it looks late. So a message is
kept in 24 bytes, and of its words only whom the card says that it is claimed by.
"""

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from platforms.base import FoundMention
from tests.rigs.edges import Posted, SimNetwork, SimSlack

PAGE = 3_000
"""As many posts are read at once, as adapters read so many pages and no more."""
CLAIMED = re.compile(r"\*(PERSON\d+)\*")


@dataclass
class Shelf:
    """The cards of a channel, oldest first: when they were posted, as which message, and whose."""

    at: "array[float]" = field(default_factory=lambda: array("d"))
    number: "array[int]" = field(default_factory=lambda: array("q"))
    card: "array[int]" = field(default_factory=lambda: array("q"))

    def lately(self, oldest: float) -> Iterator[dict[str, Any]]:
        """The newest first, as Slack has it."""
        for at, number, card in zip(*map(reversed, (self.at, self.number, self.card)), strict=True):
            if at < oldest:
                return
            yield {"ts": f"{at:.6f}{number:04}", "metadata": {"event_payload": {"card": card}}}


@dataclass
class LastingSlack(SimSlack):
    shelves: dict[str, Shelf] = field(default_factory=dict)
    times: bytearray = field(default_factory=bytearray)
    """How often each card was posted, by its number."""
    owners: dict[str, str] = field(default_factory=dict)
    """Whom a card that is claimed names, by its ts."""

    def keep(self, one: Posted) -> None:
        if one.thread:
            super().keep(replace(one, text=""))
            return
        card = one.mark["card"]
        shelf = self.shelves.setdefault(one.channel, Shelf())
        shelf.at.append(one.at.timestamp())
        shelf.number.append(self.count - 1)
        shelf.card.append(card)
        self._know(card)
        self.times[card] = min(self.times[card] + 1, 255)
        self.show(one.ts, one.text)

    def show(self, ts: str, text: str) -> None:
        claimed = CLAIMED.search(text)
        if claimed:
            self.owners[ts] = claimed[1]
        else:
            self.owners.pop(ts, None)

    def never_posted(self, upto: int) -> list[int]:
        """Of the cards up to this number."""
        self._know(upto)
        return [one for one in range(1, upto + 1) if not self.times[one]]

    def posted_again(self) -> list[int]:
        return [card for card, times in enumerate(self.times) if times > 1]

    def _seen(self, said: dict[str, Any], *, thread: str) -> list[dict[str, Any]]:
        if thread:
            return super()._seen(said, thread=thread)
        shelf = self.shelves.get(said["channel"], Shelf())
        return list(shelf.lately(float(said["oldest"])))

    def _know(self, card: int) -> None:
        self.times.extend(bytes(max(0, card + 1 - len(self.times))))


@dataclass
class LastingNetwork(SimNetwork):
    def after(self, number: int) -> list[FoundMention]:
        """A page of those. Who asks has what is before them in the database, with the cursor."""
        del self.posts[: number - (self.count - len(self.posts))]
        return self.posts[:PAGE]

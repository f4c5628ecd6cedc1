"""Stand-ins that outlast a long run: they keep what its checks need, and forget the rest.

What they forgot they cannot show any more. Whoever asks for it all the same finds nothing and
posts again, which the run then counts: forgetting hides no fault.
"""

import re
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import timedelta

from platforms.base import FoundMention
from tests.rigs.edges import Posted, SimNetwork, SimSlack

SHOWN_FOR = timedelta(minutes=5)
"""How long a message can be looked for; the bot looks for the last time after three minutes."""
CLAIMED = re.compile(r"\*(PERSON\d+)\*")


@dataclass
class LastingSlack(SimSlack):
    times: bytearray = field(default_factory=bytearray)
    """How often each card was posted, by its number."""
    owners: dict[str, str] = field(default_factory=dict)
    """Whom a card that is claimed names, by its ts."""

    def keep(self, one: Posted) -> None:
        there = self.places.setdefault((one.channel, one.thread), deque())
        there.append(replace(one, text=""))
        while there[0].at < one.at - SHOWN_FOR:
            there.popleft()
        if not one.thread:
            self._count(one.mark.get("card", 0))
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
        return [card for card, times in enumerate(self.times) if card and times > 1]

    def _count(self, card: int) -> None:
        self._know(card)
        self.times[card] = min(self.times[card] + 1, 255)

    def _know(self, card: int) -> None:
        self.times.extend(bytes(max(0, card + 1 - len(self.times))))


@dataclass
class LastingNetwork(SimNetwork):
    def after(self, number: int) -> list[FoundMention]:
        """Who asks for these has those before them in the database, with the cursor."""
        del self.posts[: number - (self.count - len(self.posts))]
        return self.posts.copy()

"""A ledger that keeps in memory what an adapter tells it, and may have a limit."""

from collections.abc import Collection, Sequence

from platforms.base import Author, Charge, Ledger


class Kept(Ledger):
    def __init__(self, limit: int | None = None) -> None:
        """`limit`: thousandths of a dollar that may be spent on reading."""
        self.limit = limit
        self.charges: list[Charge] = []
        self.people: dict[str, Author] = {}

    def note(self, charges: Sequence[Charge]) -> None:
        self.charges += charges

    def allows(self, mills: int) -> bool:
        return self.limit is None or self.read + mills <= self.limit

    def known(self, ids: Collection[str]) -> dict[str, Author]:
        return {each: self.people[each] for each in ids if each in self.people}

    def remember(self, authors: Collection[Author]) -> None:
        self.people |= {author.id: author for author in authors}

    @property
    def read(self) -> int:
        """What reading cost, each thing once."""
        once = {(one.kind, one.id): one.mills for one in self.charges if not one.write}
        return sum(once.values())

    def counted(self) -> dict[str, int]:
        """How many different things were billed, by kind."""
        once = {(one.kind, one.id) for one in self.charges}
        kinds = [kind for kind, _ in once]
        return {kind: kinds.count(kind) for kind in sorted(set(kinds))}

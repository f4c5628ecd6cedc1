"""What the writer of a reply has before them, as their window carries it and brings it back.

Only names of things: whatever follows from them is decided from the database.
"""

import re
from dataclasses import dataclass

_NUMBER = r"([0-9]{1,15})"
_CARRIED = re.compile(rf"{_NUMBER}:{_NUMBER}:{_NUMBER}:([0-9a-f]{{12}}):{_NUMBER}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Numbers of rows; 0 where there was none. As it begins, nothing is known of its writer."""

    owner: int = 0
    """Whoever held the mention."""
    latest: int = 0
    """The last reply, wherever it stood."""
    public: int = 0
    """The last one that was public."""
    wording: str = ""
    """The fingerprint of the author's last post."""
    post: int = 0
    """That post."""

    def __str__(self) -> str:
        return f"{self.owner}:{self.latest}:{self.public}:{self.wording}:{self.post}"

    @classmethod
    def read(cls, carried: str) -> "Seen":
        """What `str` wrote. Whatever else comes back tells nothing, so that all is new."""
        found = _CARRIED.fullmatch(carried)
        if found is None:
            return cls()
        owner, latest, public, wording, post = found.groups()
        return cls(
            owner=int(owner), latest=int(latest), public=int(public),
            wording=wording, post=int(post),
        )  # fmt: skip

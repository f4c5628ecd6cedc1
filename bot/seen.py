"""What the writer of a reply has before them, as their window carries it and brings it back.

Only names of things: whatever follows from them is decided from the database.
"""

import re
from dataclasses import dataclass

_NUMBER = r"([0-9]{1,15})"
_CARRIED = re.compile(rf"{_NUMBER}:{_NUMBER}:{_NUMBER}:([0-9a-f]{{12}}):{_NUMBER}(?::{_NUMBER})?")


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
    taken: int = 0
    """The reply that this very window became already, when its writer was told of that."""

    def __str__(self) -> str:
        known = f"{self.owner}:{self.latest}:{self.public}:{self.wording}:{self.post}"
        return f"{known}:{self.taken}" if self.taken else known

    @classmethod
    def read(cls, carried: str) -> "Seen":
        """What `str` wrote. Whatever else comes back tells nothing, so that all is new."""
        found = _CARRIED.fullmatch(carried)
        if found is None:
            return cls()
        owner, latest, public, wording, post, taken = found.groups()
        return cls(
            owner=int(owner), latest=int(latest), public=int(public),
            wording=wording, post=int(post), taken=int(taken or 0),
        )  # fmt: skip

    def submission(self, window: str) -> str:
        """What a submission of this window is known by: as long as its writer knows of no reply
        that came of it, all are the same one, told more than once.
        """  # noqa: D205 (one sentence that is long)
        return f"{window}:{self.taken}" if self.taken else window

"""When to try again, as one small pure question. Does not sleep, draw or look at a clock."""

from dataclasses import dataclass

DAY = 86_400.0
# Tries that fell due together (a platform was down) must not come back together.
JITTER_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Patience:
    """How long something is worth trying. Seconds; `give_up_after_attempts` None: never give up."""

    first: float
    factor: float
    ceiling: float
    give_up_after_attempts: int | None


# 5 s, 15 s, 45 s, 2 min, 7 min, 20 min, then every hour.
CARDS = Patience(first=5, factor=3, ceiling=3600, give_up_after_attempts=None)
"""A mention that nobody sees is lost, so its card is tried for ever."""

REPLIES = Patience(first=5, factor=3, ceiling=3600, give_up_after_attempts=30)
"""Gives up after about a day: by then its author should be told and decide."""


def next_try(
    attempt: int, patience: Patience, *, retry_after: float | None, jitter: float
) -> float | None:
    """Seconds until the next try, or None to give up.

    `attempt`: how many tries have failed, from 1. `retry_after`: what the other side asked for,
    never undercut, at most a day. `jitter`: a random number from 0 to 1, drawn by the caller.
    """
    limit = patience.give_up_after_attempts
    if limit is not None and attempt >= limit:
        return None
    wait = max(_backoff(attempt, patience), min(retry_after or 0.0, DAY))
    return wait * (1 + JITTER_SHARE * jitter)


def _backoff(attempt: int, patience: Patience) -> float:
    steps = min(max(attempt, 1) - 1, 64)  # a float overflows at about 1,000
    return min(patience.first * patience.factor**steps, patience.ceiling)

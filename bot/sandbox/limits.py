"""How often Slack lets an app call each method (docs.slack.dev/apis/web-api/rate-limits)."""

import math
from collections import deque
from collections.abc import Callable

WINDOW_SECONDS = 60.0
CALLS_A_WINDOW = {2: 20, 3: 50, 4: 100}
# chat.postMessage has its own rule: one message a second in each channel.
POST_SECONDS = 1.0
# Two clocks never agree to the last tick; who waited 0.95 s meant to wait one second.
TOLERANCE_SECONDS = 0.05


class Limits:
    """Counts calls a method, and posts a channel, and says how long a caller has to wait."""

    def __init__(self, clock: Callable[[], float], *, enforce: bool = True) -> None:
        self._clock = clock
        self.enforce = enforce
        self.refused = 0
        self._calls: dict[str, deque[float]] = {}
        self._posted: dict[str, float] = {}

    def wait(self, method: str, *, tier: int, channel: str = "") -> int:
        """Return the seconds for Retry-After; 0 when the call may pass, which is then counted."""
        now = self._clock()
        if not self.enforce:
            return 0
        seconds = self._for_tier(method, tier, now) or self._for_post(method, channel, now)
        if seconds > 0:
            self.refused += 1
            return max(1, math.ceil(seconds))
        self._calls.setdefault(method, deque()).append(now)
        self._posted[channel] = (
            now if method == "chat.postMessage" else self._posted.get(channel, 0)
        )
        return 0

    def _for_tier(self, method: str, tier: int, now: float) -> float:
        calls = self._calls.setdefault(method, deque())
        while calls and now - calls[0] >= WINDOW_SECONDS:
            calls.popleft()
        if len(calls) < CALLS_A_WINDOW.get(tier, math.inf):
            return 0
        return calls[0] + WINDOW_SECONDS - now

    def _for_post(self, method: str, channel: str, now: float) -> float:
        if method != "chat.postMessage" or channel not in self._posted:
            return 0
        left = self._posted[channel] + POST_SECONDS - now
        return left if left > TOLERANCE_SECONDS else 0

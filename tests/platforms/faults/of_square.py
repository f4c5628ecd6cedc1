"""Faults of the sandbox's own network; nobody meets them but who tries the sandbox out."""

from tests.platforms.faults import common

_KEYS, _MONEY = (f"The Town Square lets us in no more (HTTP {status})." for status in (401, 402))
FAULTS = [
    *common.of("square"),
    *common.refused("square", "401", _KEYS, "read", "reply", "find", "refresh"),
    *common.refused("square", "402", _MONEY, "read", "reply"),
    *common.slower("square", None),
]

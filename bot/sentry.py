"""Errors to Sentry, where `SENTRY_DSN` says so: what broke and where, and no word of anybody.

https://docs.sentry.io/platforms/python/configuration/options
"""

import logging
import sys
from typing import Any

from bot import logs
from bot.secrecy import Redactor

OURS = ("bot.", "handlers.", "platforms.")
FLUSH_SECONDS = 2.0
_TOLD = frozenset(
    {
        "event_id", "exception", "level", "logentry", "logger", "platform", "release", "sdk",
        "tags", "threads", "timestamp",
    }
)  # fmt: skip
"""Parts of a report that leave. What a newer library adds stays here till somebody looked at it."""


class SentryMissingError(Exception):
    """SENTRY_DSN is set, and sentry-sdk is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "SENTRY_DSN is set, but sentry-sdk is not installed. "
            "Next: .venv/bin/pip install sentry-sdk, or unset SENTRY_DSN."
        )


def start(dsn: str, redactor: Redactor) -> None:
    """Report whatever is logged as an error from now on; SentryMissingError when that cannot be."""
    try:
        import sentry_sdk  # noqa: PLC0415 (most run without it)
        from sentry_sdk.integrations.dedupe import DedupeIntegration  # noqa: PLC0415
        from sentry_sdk.integrations.logging import LoggingIntegration  # noqa: PLC0415
    except ImportError:
        raise SentryMissingError from None
    sentry_sdk.init(
        dsn=dsn,
        # What else it would plug itself into collects requests, addresses and arguments.
        default_integrations=False,
        integrations=[
            LoggingIntegration(level=None, event_level=logging.ERROR),
            DedupeIntegration(),
        ],
        before_send=lambda event, _: scrubbed(event, redactor),  # type: ignore[arg-type,return-value]
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
    )


def finish() -> None:
    """Send what is on its way; does nothing where nothing was started."""
    if "sentry_sdk" in sys.modules:
        sys.modules["sentry_sdk"].flush(timeout=FLUSH_SECONDS)


def scrubbed(event: Any, redactor: Redactor) -> dict[str, Any]:
    """What of a report leaves: where it broke, and sentences that are ours."""
    told = {key: value for key, value in event.items() if key in _TOLD}
    if "logentry" in told:
        told["logentry"] = {"message": told["logentry"].get("message", "")}
    for error in told.get("exception", {}).get("values", ()):
        if not str(error.get("module") or "").startswith(OURS):
            error["value"] = "not shown: it may quote what somebody wrote"
    if (number := logs.mention_at_hand()) is not None:
        told["tags"] = {**told.get("tags", {}), "mention": str(number)}
    cleaned: dict[str, Any] = _redacted(told, redactor)
    return cleaned


def _redacted(part: Any, redactor: Redactor) -> Any:
    if isinstance(part, str):
        return redactor.redact(part)
    if isinstance(part, dict):
        return {key: _redacted(value, redactor) for key, value in part.items()}
    if isinstance(part, (list, tuple)):
        return [_redacted(each, redactor) for each in part]
    return part

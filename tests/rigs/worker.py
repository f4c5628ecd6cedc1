"""`python app.py worker` for a rig that cannot wait: with shorter leases, or with a wrong clock.

`python -m tests.rigs.worker LEASE_SECONDS CLOCK_OFF_SECONDS`. Neither is a setting of people: a
lease must outlast the longest call, and nobody sets a clock wrong on purpose.
"""

import sys
from datetime import timedelta

import bot.clock
from bot import outbox
from bot.delivery.sender import Sender


def hurry(lease: timedelta) -> None:
    """Hold rows for this long only, and look at once for what may have been sent."""
    outbox.SAFE_MARGIN = outbox.SAFE_MARGIN * (lease / outbox.LEASE)
    outbox.LEASE = lease
    Sender.looks = (0.5, 0.5, 0.5)


def set_wrong(by: timedelta) -> None:
    """What the ledger would go by if it asked this machine; the scheduler's clock stays right."""
    right = bot.clock.utc_now
    bot.clock.utc_now = lambda: right() + by


if __name__ == "__main__":
    seconds, off = map(float, sys.argv[1:])
    if seconds:
        hurry(timedelta(seconds=seconds))
    set_wrong(timedelta(seconds=off))
    import app

    app._leave(app.main(["worker"]))

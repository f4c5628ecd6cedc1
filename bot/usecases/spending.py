"""What reading and answering may cost a day where a platform charges, and what happens then.

Reading stops when its budget is spent and goes on at the next midnight of UTC, where it stopped.
A reply is another matter: a person has decided to answer somebody, and was told the price; so
replies are held back only where a budget for them was set, and then before they are queued.
"""

from collections.abc import Sequence

from bot import billing, journal
from bot.errors import RepliesSpent
from bot.purse import purse
from bot.store import Store
from bot.wording import money
from platforms.base import Charge, Platform

WARN_AT = 0.8


def may_read(store: Store, platform: str, mills: int = 0) -> bool:
    """Whether today's budget lets so much more be read (thousandths of a dollar)."""
    return purse(store, platform).may_read(mills)


def note(store: Store, platform: str, charges: Sequence[Charge], *, label: str) -> None:
    """Write down what was billed. Admins hear of it once a day when little is left."""
    before = purse(store, platform)
    billing.enter(store, platform, charges)
    now = purse(store, platform)
    for what, was, is_, limit in (
        ("Reading", before.read, now.read, now.read_limit),
        ("Answering on", before.written, now.written, now.write_limit),
    ):
        if limit and was < WARN_AT * limit <= is_:
            journal.warn(store, _running_out(f"{what} {label}", limit))


def why_not_reading(store: Store, platform: str, *, label: str, least: int = 0) -> str | None:
    """Why reading stands still until tomorrow, as a sentence with the next step; None: it goes.

    `least`: it stands still already when less is left (thousandths of a dollar).
    """
    now = purse(store, platform)
    if now.may_read(least) or now.read_limit is None:
        return None
    return (
        f"Today's budget for reading {label}, {money(now.read_limit)}, is spent. Reading goes on "
        "at midnight UTC, and nothing is lost till then. Next: wait, or raise it. "
        f"{_how(platform, 'reads')}"
    )


def price_told(platform: Platform | type[Platform], text: str) -> str:
    """What publishing this text costs, as a sentence for its writer; "" where it is free."""
    charge = platform.price(text.strip())
    return f"A {charge.kind} costs {money(charge.mills)} on {platform.label}." if charge else ""


def refuse_if_spent(store: Store, platform: str, charge: Charge | None) -> None:
    """Raise RepliesSpent when publishing would cost more than may be spent on replies today."""
    now = purse(store, platform)
    if charge is not None and not now.may_write(charge.mills):
        left = max(0, (now.write_limit or 0) - now.written)
        raise RepliesSpent(costs=money(charge.mills), left=money(left))


def _running_out(what: str, limit: int) -> str:
    return f"{what} has cost {WARN_AT:.0%} of today's budget, {money(limit)}."


def _how(platform: str, what: str) -> str:
    return (
        f"Change {what} under [budget.{platform}] in the file and run "
        "`python app.py config import`."
    )

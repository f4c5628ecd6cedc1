"""What reading and answering may cost a day where a platform charges, and what happens then.

Reading stops when its budget is spent and goes on at the next midnight of UTC, where it stopped.
A reply is another matter: a person has decided to answer somebody, and was told the price; so
replies are held back only where a budget for them was set: before they are queued, and once more
before they leave, because others may have left meanwhile.
"""

from collections.abc import Sequence

from sqlalchemy import select

from bot import billing, journal
from bot.errors import RepliesSpent
from bot.models import Mention, Reply, ReplyState
from bot.purse import purse
from bot.store import Store
from bot.wording import money
from platforms.base import Charge, Platform

WARN_AT = 0.8
_NOT_BILLED = (ReplyState.QUEUED, ReplyState.SENDING)


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


def may_write(store: Store, platform: str, mills: int) -> bool:
    """Whether today's budget for replies lets so much be spent on one that leaves now."""
    return purse(store, platform).may_write(mills)


def refuse_if_spent(
    store: Store, platform: Platform | type[Platform], text: str, *, submission: str = ""
) -> None:
    """Raise RepliesSpent when publishing this would cost more than may be spent on replies today.

    What waits to leave counts as spent, but for what came of this very submission: Slack may bring
    it twice.
    """
    now, price = purse(store, platform.name), _mills(platform, text)
    if not price or now.write_limit is None:
        return
    waiting = _texts_that_wait(store, platform.name, besides=submission)
    spent = now.written + sum(_mills(platform, one) for one in waiting)
    if spent + price > now.write_limit:
        raise RepliesSpent(costs=money(price), left=money(max(0, now.write_limit - spent)))


def _mills(platform: Platform | type[Platform], text: str) -> int:
    charge = platform.price(text.strip())
    return charge.mills if charge else 0


def _texts_that_wait(store: Store, platform: str, *, besides: str) -> Sequence[str]:
    """What is on its way to a platform, and is not billed yet."""
    query = select(Reply.text).join(Mention, Mention.id == Reply.mention_id)
    query = query.where(Mention.platform == platform, Reply.state.in_(_NOT_BILLED))
    return store.session.scalars(query.where(Reply.submission != besides)).all()


def _running_out(what: str, limit: int) -> str:
    return f"{what} has cost {WARN_AT:.0%} of today's budget, {money(limit)}."


def _how(platform: str, what: str) -> str:
    return (
        f"Change {what} under [budget.{platform}] in the file and run "
        "`python app.py config import`."
    )

"""The book of what platforms bill: enter, sum up, and who was paid for. Mechanics only.

It knows no budget and no platform. Days are days of UTC, and a resource costs once a day, however
often it comes; that is how X bills (https://docs.x.com/x-api/getting-started/pricing).
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, select, text

from bot.models import KnownAuthor, Receipt, Spending
from bot.store import Store
from bot.wording import storable
from platforms.base import Author, Charge

LONGEST_NAME = 255
AUTHOR_LASTS = timedelta(days=30)
"""How long a name and a number of followers are taken as they were; then they are forgotten."""

# Several workers may enter the same thing at once; nobody must fail for it, and no sum be lost.
_RECEIPT = text(
    "INSERT INTO receipt (platform, day, kind, resource)"
    " VALUES (:platform, :day, :kind, :resource) ON CONFLICT DO NOTHING"
).bindparams(bindparam("day", type_=Receipt.day.type))
_SUM = text(
    """
    INSERT INTO spending (platform, day, kind, write, units, shown, mills)
    VALUES (:platform, :day, :kind, :write, :units, :shown, :mills)
    ON CONFLICT (platform, day, kind) DO UPDATE SET
        units = spending.units + excluded.units, shown = spending.shown + excluded.shown,
        mills = spending.mills + excluded.mills
    """
).bindparams(bindparam("day", type_=Spending.day.type))
_AUTHOR = text(
    """
    INSERT INTO author (platform, id, handle, name, url, followers, looked_up_at)
    VALUES (:platform, :id, :handle, :name, :url, :followers, :now)
    ON CONFLICT (platform, id) DO UPDATE SET
        handle = excluded.handle, name = excluded.name, url = excluded.url,
        followers = excluded.followers, looked_up_at = excluded.looked_up_at
    """
).bindparams(bindparam("now", type_=KnownAuthor.looked_up_at.type))


def enter(store: Store, platform: str, charges: Sequence[Charge]) -> None:
    """Write down what was billed; what was billed today already adds to `shown` alone."""
    if not spendings(store, platform):
        _forget_old(store)
    for kind in dict.fromkeys(charge.kind for charge in charges):
        _enter(store, platform, kind, [one for one in charges if one.kind == kind])


def spendings(store: Store, platform: str, *, day: date | None = None) -> Sequence[Spending]:
    """What was billed on a day (today when none is named), by kind."""
    query = select(Spending).where(
        Spending.platform == platform, Spending.day == (day or store.now.date())
    )
    fresh = query.order_by(Spending.kind).execution_options(populate_existing=True)
    return store.session.scalars(fresh).all()


def spent(store: Store, platform: str, *, write: bool) -> int:
    """Thousandths of a dollar today: for reading, or for writing."""
    query = select(func.sum(Spending.mills)).where(
        Spending.platform == platform,
        Spending.day == store.now.date(),
        Spending.write.is_(write),
    )
    return int(store.session.scalar(query) or 0)


def known_authors(store: Store, platform: str, ids: Collection[str]) -> dict[str, Author]:
    """Those of these authors who were looked up lately enough."""
    query = select(KnownAuthor).where(
        KnownAuthor.platform == platform,
        KnownAuthor.id.in_(ids),
        KnownAuthor.looked_up_at > store.now - AUTHOR_LASTS,
    )
    return {
        row.id: Author(
            id=row.id, handle=row.handle, name=row.name, url=row.url, followers=row.followers
        )
        for row in store.session.scalars(query)
    }


def remember_authors(store: Store, platform: str, authors: Iterable[Author]) -> None:
    rows = [
        asdict(one)
        | {"platform": platform, "now": store.now}
        | {"handle": storable(one.handle)[:LONGEST_NAME], "name": storable(one.name)[:LONGEST_NAME]}
        for one in authors
    ]
    store.session.execute(_AUTHOR, rows)


def forget_author(store: Store, platform: str, author_id: str) -> None:
    """Their post is gone, so nothing about them is kept; another one of theirs is paid for anew."""
    them = (KnownAuthor.platform == platform, KnownAuthor.id == author_id)
    store.session.execute(delete(KnownAuthor).where(*them))


def _enter(store: Store, platform: str, kind: str, charges: Sequence[Charge]) -> None:
    named = {"platform": platform, "day": store.now.date(), "kind": kind}
    # Of two prices for one thing the one that was paid first counts.
    prices = {one.id: one.mills for one in reversed(charges)}
    new = {each: prices[each] for each in prices.keys() - _receipts(store, named, prices)}
    if new:
        store.session.execute(_RECEIPT, [named | {"resource": each} for each in new])
    sums = {"write": charges[0].write, "units": len(new), "mills": sum(new.values())}
    store.session.execute(_SUM, named | sums | {"shown": len(charges)})


def _receipts(store: Store, named: dict[str, Any], ids: Collection[str]) -> set[str]:
    query = select(Receipt.resource).filter_by(**named).where(Receipt.resource.in_(ids))
    return set(store.session.scalars(query))


def _forget_old(store: Store) -> None:
    """A new day has begun: what was billed before costs again, and names have aged."""
    store.session.execute(delete(Receipt).where(Receipt.day < store.now.date()))
    old = KnownAuthor.looked_up_at <= store.now - AUTHOR_LASTS
    store.session.execute(delete(KnownAuthor).where(old))

"""A database full of mentions whose cards people see, and which claims it has in the end."""

from datetime import timedelta

from sqlalchemy import String, cast, select, text, update

from bot.database import Database
from bot.models import Card, Delivery, DeliveryState, Event, Mention, MentionState, Person, Standing
from bot.store import Store
from bot.usecases.people import visit_home
from bot.usecases.record import record_page
from tests.benchmarks.clicks import Click
from tests.benchmarks.mentions import Shelf, pages


def fill(database: Database, people: list[str], *, mentions: int) -> list[int]:
    """Put so many mentions there, all cards posted and every Home opened; their numbers."""
    ready = pages(mentions)
    for page in ready:
        database.write(record_page, Shelf(ready), page, {})
    for person in people:
        database.write(visit_home, person)
    return database.write(_as_after_work)


def demand(database: Database, clicks: list[Click]) -> None:
    """Raise when one of the clicks is not a claim in the database, or its card is not queued."""
    found = database.read(_claims)
    lost = [click for click in clicks if click not in found]
    assert not lost, f"{len(lost)} of {len(clicks)} clicks are no claims there: {lost[0]}"
    queued = database.read(_queued_cards)
    assert queued == len(clicks), f"{queued} cards are queued for {len(clicks)} claims"


def _as_after_work(store: Store) -> list[int]:
    session = store.session
    session.execute(update(Card).values(channel_id="C0BENCH", ts=cast(Card.id, String)))
    session.execute(update(Delivery).values(state=DeliveryState.DONE))
    # Names are asked for once a day: none is due while this runs.
    known = {"looked_up_at": store.now + timedelta(hours=1), "standing": Standing.COLLEAGUE}
    session.execute(update(Person).values(known))
    # PostgreSQL does so by itself within a minute after so many rows.
    session.execute(text("ANALYZE"))
    return list(session.scalars(select(Mention.id).order_by(Mention.id)))


def _claims(store: Store) -> set[Click]:
    query = (
        select(Mention.id, Person.slack_id, Event.click)
        .join(Person, Person.id == Mention.owner_id)
        .join(Event, (Event.mention_id == Mention.id) & (Event.actor_id == Person.id))
        .where(Mention.state == MentionState.CLAIMED, Event.kind == "claimed")
    )
    return {
        Click(mention_id, str(person), str(click).removeprefix("click:"))
        for mention_id, person, click in store.session.execute(query)
    }


def _queued_cards(store: Store) -> int:
    query = select(Delivery.id).where(
        Delivery.kind == "card", Delivery.state == DeliveryState.WAITING
    )
    return len(store.session.scalars(query).all())

"""Steps that tests of the core share: a company, posts about it, people who act."""

import itertools
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select

import app
from bot.config import Config, read_config
from bot.database import Database
from bot.models import Actor, Delivery, DeliveryState, Mention, Person, Standing
from bot.store import Store
from bot.usecases.configure import apply_config, is_configured
from bot.usecases.record import Recorded, record_page
from platforms.base import Author, FoundMention, Page
from platforms.square import Square

ANA = Actor("U0ANALIMA", "Ana Lima")
BEN = Actor("U0BENOKAFOR", "Ben Okafor")
CAT = Actor("U0CATNOVAK", "Cat Novak")
EXAMPLE = Path(app.__file__).parent / "switchboard.example.toml"
_numbers = itertools.count(1)


def company(**changes: Any) -> Config:
    """The configuration of the example, with changes."""
    return read_config(EXAMPLE.read_text(), name=EXAMPLE.name).model_copy(update=changes)


def found(text: str = "My router is broken", **more: Any) -> FoundMention:
    """A post as a platform shows it; what is not told is made up, and unique."""
    number = str(next(_numbers))
    made = {
        "external_id": number,
        "address": number,
        "author": Author(id="7", handle="mara_k", name="Mara K."),
        "url": f"https://square.example/posts/{number}",
        "published_at": datetime(2049, 11, 15, 9, tzinfo=UTC),
    }
    return FoundMention(text=text, **(made | more))


def record(database: Database, *posts: FoundMention, cursor: str = "1", **more: Any) -> Recorded:
    """Record a page of the town square's posts in the example company."""
    _demand_company(database)
    page = Page(mentions=posts, cursor=cursor)
    return database.write(record_page, Square, page, {}, **more)


def found_mention(database: Database, text: str = "My router is broken", **more: Any) -> int:
    """Record one post and tell its mention's number."""
    post = found(text, **more)
    record(database, post)
    return database.read(lambda store: store.known_mentions("square", [post.external_id]))[
        post.external_id
    ].id


def stored(database: Database, number: int) -> Mention:
    mention = database.read(lambda store: store.mention(number))
    assert mention is not None, f"there is no mention {number}"
    return mention


def history(database: Database, number: int) -> list[str]:
    return database.read(lambda store: [event.kind for event in store.events(number)])


def outbox_keys(database: Database) -> list[str]:
    """The keys of all that waits in the outbox, in the order it was first asked for."""
    waits = select(Delivery.key).where(Delivery.state == DeliveryState.WAITING)
    return database.read(lambda store: list(store.session.scalars(waits.order_by(Delivery.id))))


def empty_outbox(database: Database) -> None:
    """Let it look as if everything had been sent."""
    database.write(lambda store: store.session.execute(delete(Delivery)))


def introduce(
    database: Database, *actors: Actor, standing: Standing | None = Standing.COLLEAGUE
) -> None:
    """Slack told what these people are; None: it was not asked yet."""

    def act(store: Store) -> None:
        for one in actors:
            known = store.person(one.slack_id)
            row = known or store.add(Person(slack_id=one.slack_id, name=one.name, aliases=[]))
            row.standing = standing

    database.write(act)


def _demand_company(database: Database) -> None:
    if not database.read(is_configured):
        database.write(apply_config, company())
        introduce(database, ANA, BEN, CAT)

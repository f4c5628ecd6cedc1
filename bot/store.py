"""The SELECTs that journeys share, by name. One Store is one transaction; `now` is its time.

It adds and finds rows and decides nothing: rules live in `bot/models/` and in the use cases. What
one journey alone asks for stands beside it, as in `bot/posts.py` or `bot/finding.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, TypeVar, cast

from sqlalchemy import (
    Connection,
    Select,
    Table,
    TextClause,
    bindparam,
    exists,
    func,
    insert,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.orm import Session, aliased, joinedload, selectinload
from sqlalchemy.orm.attributes import flag_modified

from bot.models import (
    OPEN_STATES,
    Base,
    Card,
    Delivery,
    DeliveryState,
    Department,
    Event,
    Member,
    Mention,
    MentionState,
    Person,
    Reply,
    ReplyState,
    Setting,
    Source,
)

Row = TypeVar("Row", bound=Base)
# What follows another mention is part of its conversation, and counts with it.
_BEGINS = Mention.follows_id.is_(None)

# Every click asks these. Building a statement costs more than running it, so they stand ready.
_PERSON = select(Person).where(Person.slack_id == bindparam("slack_id"))
_CURRENT_CARD = (
    select(Card)
    .where(Card.mention_id == bindparam("mention_id"), Card.moved_at.is_(None))
    .order_by(Card.id.desc())
    .limit(1)
)
_NEXT_CARD = select(Card).where(Card.came_from_id == bindparam("card_id")).limit(1)
_EVENTS = (
    select(Event)
    .where(Event.mention_id == bindparam("mention_id"), Event.id > bindparam("after"))
    .order_by(Event.id)
)
_later = aliased(Reply)
_OVERTAKEN = exists().where(
    Reply.state == ReplyState.FAILED,
    _later.mention_id == Reply.mention_id,
    _later.state == ReplyState.TAKEN_DOWN,
    tuple_(_later.queued_at, _later.id) > tuple_(Reply.queued_at, Reply.id),
)
_LATEST_REPLY = (
    select(Reply)
    .where(
        Reply.mention_id == bindparam("mention_id"),
        Reply.state.not_in((ReplyState.DRAFT, ReplyState.TAKEN_DOWN)),
        ~_OVERTAKEN,
    )
    .order_by(
        Reply.state.not_in((ReplyState.SENT, ReplyState.FAILED)).desc(),
        Reply.queued_at.desc(),
        Reply.id.desc(),
    )
    .limit(1)
)
_EARLIER = (
    select(Person.name)
    .select_from(Mention)
    .outerjoin(Mention.answered_by)
    .where(
        Mention.platform == bindparam("platform"),
        Mention.author_key == bindparam("author"),
        Mention.id < bindparam("id"),
        Mention.published_at >= bindparam("since", type_=Mention.published_at.type),
        _BEGINS,
    )
    .order_by(Mention.id.desc())
    .limit(50)
)
_EVENT_ID = select(Event.id).where(Event.click == bindparam("click"))
_DELIVERY_ID = select(Delivery.id).where(Delivery.key == bindparam("key"))
_DELIVERY = (
    select(Delivery)
    .where(Delivery.key == bindparam("key"))
    .with_for_update()
    .execution_options(populate_existing=True)  # it may have been wanted since it was loaded
)
# A delivery that waits is wanted once more; one that is settled starts afresh.
DELIVERY_COLUMNS = (
    "key, kind, lane, payload, state, wanted, attempts, looks, due_at, problem, created_at"
)
WANT_AGAIN = """
    ON CONFLICT (key) DO UPDATE SET
        wanted = delivery.wanted + 1, payload = excluded.payload, state = 'waiting',
        lane = CASE delivery.state WHEN 'waiting' THEN delivery.lane ELSE excluded.lane END,
        due_at = CASE delivery.state WHEN 'waiting' THEN delivery.due_at ELSE excluded.due_at END,
        attempts = CASE delivery.state WHEN 'waiting' THEN delivery.attempts ELSE 0 END,
        looks = CASE delivery.state WHEN 'waiting' THEN delivery.looks ELSE 0 END,
        tried_at = CASE delivery.state WHEN 'waiting' THEN delivery.tried_at END,
        problem = CASE delivery.state WHEN 'waiting' THEN delivery.problem ELSE '' END
"""
_WANT = text(
    # Put together from what stands above, never from what somebody typed.
    f"INSERT INTO delivery ({DELIVERY_COLUMNS})"  # noqa: S608
    " VALUES (:key, :kind, :lane, :payload, 'waiting', 1, 0, 0, :now, '', :now)" + WANT_AGAIN
).bindparams(
    bindparam("now", type_=Delivery.due_at.type), bindparam("payload", type_=Delivery.payload.type)
)


@dataclass(frozen=True, slots=True)
class Found:
    """One page of an answer, and how many there are in all; `more`: at least so many."""

    mentions: tuple[Mention, ...]
    total: int
    more: bool = False


class Store:
    def __init__(self, session: Session, now: datetime) -> None:
        self.session = session
        self.now = now
        self.made_due: set[str] = set()
        """Lanes in which this transaction has made something due."""
        self.happened: list[tuple[int, str]] = []
        """For the log, once it is committed: to which mention, and what."""
        self._kept_settings: dict[str, Setting | None] = {}

    def add(self, row: Row) -> Row:
        self.session.add(row)
        return row

    def insert(self, table: type[Base], rows: Sequence[dict[str, Any]]) -> None:
        """Add many rows at once; columns that are not given take their defaults."""
        self.session.execute(insert(cast("Table", table.__table__)), rows)

    def remove(self, row: Base) -> None:
        self.session.delete(row)

    def touch(self, row: Mention) -> None:
        """Of two transactions that touch the same mention only one can be committed."""
        flag_modified(row, "state")

    @property
    def on_sqlite(self) -> bool:
        return self._connection.dialect.name == "sqlite"

    @cached_property
    def _connection(self) -> Connection:
        return self.session.connection()

    def run(self, statement: TextClause, values: dict[str, Any]) -> Sequence[Any]:
        """Run a statement as it is; the rows that it gives."""
        result = self._connection.execute(statement, values)
        return result.all() if result.returns_rows else ()

    def flush(self) -> None:
        """Send what was added, so that new rows have their ids."""
        self.session.flush()

    # -- the company

    def setting(self, key: str, *, alone: bool = False) -> dict[str, Any]:
        """One part of the configuration. `alone`: nobody else can change it meanwhile."""
        row = self.session.get(Setting, key, with_for_update=alone, populate_existing=alone)
        # The session forgets rows that nobody holds, and would ask for them again.
        self._kept_settings[key] = row
        return row.value if row else {}

    def put_setting(self, key: str, value: dict[str, Any]) -> None:
        self.session.merge(Setting(key=key, value=value))

    def departments(self, *, retired: bool = False) -> Sequence[Department]:
        """In the order of the configuration; `retired`: those that left it too."""
        query = select(Department).order_by(Department.position)
        if not retired:
            query = query.where(Department.retired.is_(False))
        return self._all(
            query.options(selectinload(Department.rules), selectinload(Department.members))
        )

    def department(self, name: str) -> Department | None:
        """By name or by channel, in any case, with or without #."""
        wanted = name.strip().lstrip("#").casefold()
        for department in self.departments():
            if wanted in (department.name.casefold(), department.channel.lstrip("#").casefold()):
                return department
        return None

    def department_in(self, channel_id: str, *, name: str = "") -> Department | None:
        """The department that has this channel, by what was written or by where its cards are.

        `name`: the channel's own, as "#sales".
        """
        query = select(Card.channel).where(Card.channel_id == channel_id).distinct()
        names = {channel_id, name, *self.session.scalars(query)}
        return next((one for one in self.departments() if one.channel in names), None)

    def department_by_id(self, department_id: int) -> Department | None:
        return self.session.get(Department, department_id)

    def person(self, slack_id: str) -> Person | None:
        return self.session.scalar(_PERSON, {"slack_id": slack_id})

    def person_named(self, name: str) -> Person | None:
        return self._first(select(Person).where(Person.name == name))

    def person_without_slack(self, name: str) -> Person | None:
        """Somebody whom the configuration names and who was not met in Slack yet."""
        return self._first(select(Person).where(Person.name == name, Person.slack_id.is_(None)))

    def admins(self) -> list[str]:
        """The Slack ids of the people who look after Switchboard."""
        return list(self.setting("company").get("admins", []))

    def account(self, platform: str) -> str:
        """Whose voice a reply has there, as people read it."""
        brand = self.setting("company").get("brand", {})
        handles = brand.get("accounts", {}).get(platform, [])
        return f"@{handles[0]}" if handles else str(brand.get("name", "the company"))

    def person_by_id(self, person_id: int) -> Person | None:
        return self.session.get(Person, person_id)

    def named_people(self) -> Sequence[Person]:
        """The people of the configuration."""
        return self._all(select(Person).where(Person.named).order_by(Person.id))

    def departments_of(self, person: Person) -> Sequence[Department]:
        query = select(Department).join(Member, Member.department_id == Department.id)
        return self._all(query.where(Member.person_id == person.id).order_by(Department.position))

    def leave(self, department_id: int, person_id: int) -> None:
        self.session.delete(self.session.get_one(Member, (department_id, person_id)))

    # -- mentions and what hangs on them

    def mention(self, mention_id: int) -> Mention | None:
        return self.session.get(Mention, mention_id)

    def head(self, post: Mention) -> Mention:
        """The mention with which the post's conversation began; most often the post itself."""
        if post.follows_id is None:
            return post
        return self.session.get_one(Mention, post.follows_id)

    def known_mentions(self, platform: str, external_ids: Iterable[str]) -> dict[str, Mention]:
        query = select(Mention).where(
            Mention.platform == platform, Mention.external_id.in_(list(external_ids))
        )
        return {mention.external_id: mention for mention in self._all(query)}

    def forget_parent(self, platform: str, external_id: str) -> None:
        """Other posts answer this one: they keep nothing of it either."""
        answers = (Mention.platform == platform, Mention.parent_id == external_id)
        nothing = {"parent_handle": "", "parent_text": "", "parent_url": ""}
        self.session.execute(update(Mention).where(*answers).values(**nothing))

    def assigned(self, platform: str, external_ids: Iterable[str]) -> Sequence[tuple[int, str]]:
        """The numbers of these mentions and the channels of their departments, as they came."""
        query = select(Mention.id, Department.channel).join(Mention.department)
        query = query.where(
            Mention.platform == platform, Mention.external_id.in_(list(external_ids))
        )
        return self.session.execute(query.order_by(Mention.id)).all()

    def card(self, card_id: int) -> Card | None:
        return self.session.get(Card, card_id)

    def current_card(self, mention_id: int) -> Card | None:
        """The card people work on: the one that was not moved on."""
        return self.session.scalar(_CURRENT_CARD, {"mention_id": mention_id})

    def current_cards(self, mention_ids: Iterable[int]) -> Sequence[Card]:
        """Those of several mentions, in the order they were made."""
        query = select(Card).where(Card.mention_id.in_(list(mention_ids)), Card.moved_at.is_(None))
        return self._all(query.order_by(Card.id))

    def cards(self, mention_id: int) -> Sequence[Card]:
        """All of a mention's cards, those that were moved on too."""
        return self._all(select(Card).where(Card.mention_id == mention_id).order_by(Card.id))

    def next_card(self, card: Card) -> Card | None:
        return self.session.scalar(_NEXT_CARD, {"card_id": card.id})

    def card_at(self, channel_id: str, ts: str) -> Card | None:
        """The card that this message is; one that was moved on is none any more."""
        here = (Card.channel_id == channel_id, Card.ts == ts)
        return self._first(select(Card).where(*here, Card.moved_at.is_(None)))

    def events(self, mention_id: int, *, after: int = 0) -> Sequence[Event]:
        values = {"mention_id": mention_id, "after": after}
        return self.session.scalars(_EVENTS, values).all()

    def has_event(self, click: str) -> bool:
        return self.session.scalar(_EVENT_ID, {"click": click}) is not None

    def reply(self, reply_id: int) -> Reply | None:
        """With its mention, as both are at one moment: what comes between is noticed by version."""
        return self.session.get(Reply, reply_id, options=[joinedload(Reply.mention)])

    def draft(self, mention_id: int, person_id: int) -> Reply | None:
        return self._first(
            select(Reply).where(
                Reply.mention_id == mention_id,
                Reply.author_id == person_id,
                Reply.state == ReplyState.DRAFT,
            )
        )

    def submitted_reply(self, submission: str) -> Reply | None:
        return self._first(select(Reply).where(Reply.submission == submission))

    def latest_reply(self, mention_id: int) -> Reply | None:
        """One of which something is still to become, else the newest that was submitted and not
        taken down. An answer posted by hand may be newer than one that waits. What came back before
        one that was taken down is not brought up again: that one had taken its place.
        """  # noqa: D205 (sentences that belong together)
        return self.session.scalar(_LATEST_REPLY, {"mention_id": mention_id})

    # -- the outbox

    def delivery(self, key: str) -> Delivery | None:
        return self.session.scalar(_DELIVERY, {"key": key})

    def want(self, rows: Sequence[dict[str, Any]]) -> None:
        """Add deliveries, or want those that are there once more (see `_WANT`)."""
        self.flush()
        self.session.execute(_WANT, rows)
        self.made_due.update(row["lane"] for row in rows)

    def has_delivery(self, key: str) -> bool:
        return self.session.scalar(_DELIVERY_ID, {"key": key}) is not None

    def delivery_counts(self) -> dict[str, int]:
        """Rows that are not done, by state."""
        query = select(Delivery.state, func.count()).where(Delivery.state != DeliveryState.DONE)
        return dict(self.session.execute(query.group_by(Delivery.state)).all())

    # -- sources

    def source(self, platform: str, *, alone: bool = False) -> Source:
        """How far a platform was read. `alone`: nobody else can change it meanwhile."""
        return self.session.get(Source, platform, with_for_update=alone) or self.add(
            Source(platform=platform, due_at=self.now, failures=0)
        )

    def sources(self) -> Sequence[Source]:
        return self._all(select(Source).order_by(Source.platform))

    def lags(self, platform: str, *, since: datetime, limit: int) -> list[timedelta]:
        """How long the newest mentions took from being posted to being found."""
        query = select(Mention.found_at, Mention.published_at).where(
            Mention.platform == platform, Mention.published_at >= since
        )
        rows = self.session.execute(query.order_by(Mention.published_at.desc()).limit(limit))
        return [found - published for found, published in rows]

    def published_times(self, platform: str, *, since: datetime) -> Sequence[datetime]:
        """When the mentions of a platform were posted, ascending."""
        query = select(Mention.published_at).where(
            Mention.platform == platform, Mention.published_at >= since
        )
        return self.session.scalars(query.order_by(Mention.published_at)).all()

    # -- looking things up

    def touched_by(self, person: Person, *, limit: int) -> Sequence[Mention]:
        """The mentions that somebody last did something with."""
        recent = select(Event.mention_id, func.max(Event.id).label("last")).where(
            Event.actor_id == person.id
        )
        latest = recent.group_by(Event.mention_id).order_by(text("last DESC")).limit(limit)
        return self._all(
            select(Mention).where(Mention.id.in_(select(latest.subquery().c.mention_id)))
        )

    def open_mentions(
        self, department: Department | None = None, *, limit: int, offset: int = 0
    ) -> Found:
        query = select(Mention).where(Mention.state.in_(OPEN_STATES))
        if department is not None:
            query = query.where(Mention.department_id == department.id)
        # Nothing is added so that SQLite does not walk through all that is over to find what waits.
        return self._page(query, Mention.id + 0, limit, offset)

    def unclaimed_in(self, departments: Sequence[Department], *, limit: int) -> Found:
        ids = [department.id for department in departments]
        if not ids:
            return Found((), 0)
        query = select(Mention).where(
            Mention.state == MentionState.WAITING, Mention.department_id.in_(ids)
        )
        return self._page(query, Mention.id.asc(), limit, 0)

    def held_by(self, person: Person, *, limit: int, offset: int = 0) -> Found:
        query = select(Mention).where(
            Mention.state == MentionState.CLAIMED, Mention.owner_id == person.id
        )
        return self._page(query, Mention.id.asc(), limit, offset)

    def by_author(self, handle: str, *, limit: int, offset: int = 0) -> Found:
        key = handle.casefold()
        same = or_(Mention.author_key == key, Mention.author_key.startswith(key, autoescape=True))
        return self._page(select(Mention).where(same, _BEGINS), Mention.id.desc(), limit, offset)

    def earlier_from(self, mention: Mention, *, since: datetime) -> Sequence[str | None]:
        """Who answered each of what the same author posted before this since then, newest first."""
        values = {"id": mention.id, "platform": mention.platform, "author": mention.author_key}
        return self.session.scalars(_EARLIER, values | {"since": since}).all()

    # -- counting

    def published_between(self, start: datetime, end: datetime) -> Sequence[Mention]:
        lately = (Mention.published_at >= start, Mention.published_at < end)
        return self._all(select(Mention).where(*lately, _BEGINS).order_by(Mention.id))

    def has_mention_before(self, end: datetime) -> bool:
        return self._first(select(Mention).where(Mention.found_at < end)) is not None

    def sent_replies_to(self, mention_ids: Sequence[int]) -> dict[int, Reply]:
        """The first published reply to each of these mentions."""
        query = select(Reply).where(
            Reply.mention_id.in_(mention_ids), Reply.state == ReplyState.SENT
        )
        rows = self._all(query.order_by(Reply.sent_at.desc()))
        return {reply.mention_id: reply for reply in rows}

    def sent_between(self, start: datetime, end: datetime) -> Sequence[Reply]:
        public = Reply.state == ReplyState.SENT
        query = select(Reply).where(public, Reply.sent_at >= start, Reply.sent_at < end)
        return self._all(query.order_by(Reply.sent_at).options(selectinload(Reply.mention)))

    def open_counts(self) -> dict[int | None, int]:
        """How many mentions are open, by department."""
        query = select(Mention.department_id, func.count()).where(Mention.state.in_(OPEN_STATES))
        return dict(self.session.execute(query.group_by(Mention.department_id)).all())

    def open_by_place(self, departments: Iterable[Department]) -> tuple[tuple[str, int], ...]:
        """How many are open in each of these, and last in the channels of none, if any are."""
        counts = self.open_counts()
        placed = tuple((one.name, counts.get(one.id, 0)) for one in departments)
        return (*placed, ("other channels", counts[None])) if None in counts else placed

    # -- how

    def _page(self, query: Select[Mention], order: Any, limit: int, offset: int) -> Found:
        total = self.session.scalar(select(func.count()).select_from(query.subquery())) or 0
        shown = query.with_only_columns(Mention.id).order_by(order).limit(limit).offset(offset)
        rows = self._all(select(Mention).where(Mention.id.in_(shown)).order_by(order))
        return Found(tuple(rows), total)

    def _all(self, query: Select[Row]) -> Sequence[Row]:
        return self.session.scalars(query).unique().all()

    def _first(self, query: Select[Row]) -> Row | None:
        return self.session.scalars(query.limit(1)).unique().first()

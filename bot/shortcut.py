"""The usual claim in few statements: nobody has the mention, and we know who asks.

It is the rule of `Mention.claim` and the lines of `journal.write`, said to the database itself, for
many clicks at once. What is not usual is left to the long way, which knows the reason to give. The
tests hold both ways to the same rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import TextClause, bindparam, text

from bot import lanes
from bot.journal import NAME_LASTS
from bot.models import Event, Standing
from bot.store import DELIVERY_COLUMNS, WANT_AGAIN, Store

_CLICKED = "clicked (mention, who, click) AS (VALUES {clicks})"
_TAKE = """
    UPDATE mention
    SET owner_id = person.id, claimed_at = :now, state = 'claimed', version = mention.version + 1
    FROM clicked JOIN person ON person.slack_id = clicked.who
    WHERE mention.id = clicked.mention AND mention.state = 'waiting' AND mention.owner_id IS NULL
        AND person.standing = '{colleague}' AND person.looked_up_at >= :known_since
        AND NOT EXISTS (SELECT 1 FROM event WHERE event.click = clicked.click)
    RETURNING mention.id AS mention, mention.owner_id AS owner
"""
_TAKEN = """
    SELECT mention.id AS mention, mention.owner_id AS owner, clicked.who, clicked.click
    FROM clicked JOIN mention ON mention.id = clicked.mention
"""
_LINES = """
    INSERT INTO event (mention_id, at, actor_id, kind, detail, click)
    SELECT mention, :now, owner, 'claimed', '{{}}', click FROM taken
"""
_ASKED = """
    INSERT INTO delivery ({columns})
    SELECT key, kind, lane, CAST('{{"' || names || '": ' || id || '}}' AS {json}),
        'waiting', 1, 0, 0, :now, '', :now
    FROM (
        SELECT 'card:' || id AS key, 'card' AS kind, 'card' AS names, id,
            CASE WHEN ts IS NULL THEN '{posts}' || channel ELSE '{updates}' END AS lane
        FROM card WHERE mention_id IN (SELECT mention FROM taken) AND moved_at IS NULL
        UNION ALL
        SELECT 'thread:' || id, 'thread', 'card', id, '{posts}' || channel
        FROM card WHERE mention_id IN (SELECT mention FROM taken) AND moved_at IS NULL
        UNION ALL
        SELECT DISTINCT seen.key, 'home', 'person', taken.owner, '{homes}'
        FROM taken JOIN delivery AS seen ON seen.key = 'home:' || taken.who
    ) AS shown
    WHERE true {want_again}
"""


@dataclass(frozen=True, slots=True)
class Click:
    """Somebody's press of Claim; `name` is what Slack calls it, `who` their Slack id."""

    mention_id: int
    who: str
    name: str


def take_free(store: Store, clicks: Sequence[Click]) -> set[Click]:
    """Give mentions that wait to those who clicked first, and have all that shows them drawn again.

    Returns the clicks that did it. Of the others, nothing was changed. On PostgreSQL it is one
    statement, which needs no transaction around it.
    """
    first = {click.mention_id: click for click in reversed(clicks)}
    take = _in_steps if store.on_sqlite else _at_once
    return take(store, first)


def _in_steps(store: Store, first: Mapping[int, Click]) -> set[Click]:
    rows = store.run(_take(len(first)), _values(store, first.values()))
    taken = [first[row.mention] for row in rows]
    if taken:
        for statement in (_lines(len(taken)), _ask(len(taken))):
            store.run(statement, _values(store, taken))
    return set(taken)


def _at_once(store: Store, first: Mapping[int, Click]) -> set[Click]:
    rows = store.run(_whole(len(first)), _values(store, first.values()))
    store.made_due.update(row.lane for row in rows if row.lane is not None)
    return {first[row.mention] for row in rows if row.mention is not None}


def _values(store: Store, clicks: Iterable[Click]) -> dict[str, object]:
    values: dict[str, object] = {"now": store.now, "known_since": store.now - NAME_LASTS}
    for number, click in enumerate(clicks):
        mine = {"m": click.mention_id, "w": click.who, "c": click.name}
        values.update((f"{key}{number}", value) for key, value in mine.items())
    return values


@cache
def _take(count: int) -> TextClause:
    return _statement(f"WITH {_CLICKED} {_TAKE}", count)


@cache
def _lines(count: int) -> TextClause:
    return _statement(f"WITH {_CLICKED}, taken AS ({_TAKEN}) {_LINES}", count)


@cache
def _ask(count: int) -> TextClause:
    return _statement(f"WITH {_CLICKED}, taken AS ({_TAKEN}) {_ASKED}", count, json="TEXT")


@cache
def _whole(count: int) -> TextClause:
    parts = (
        _CLICKED,
        f"taken AS ({_TAKE}, clicked.who, clicked.click)",
        f"lines AS ({_LINES})",
        f"asked AS ({_ASKED} RETURNING lane)",
    )
    told = "SELECT mention, NULL AS lane FROM taken UNION ALL SELECT NULL, lane FROM asked"
    return _statement(f"WITH {', '.join(parts)} {told}", count, json="JSON")


def _statement(words: str, count: int, *, json: str = "") -> TextClause:
    whole = words.format(
        clicks=", ".join(f"(:m{number}, :w{number}, :c{number})" for number in range(count)),
        columns=DELIVERY_COLUMNS, want_again=WANT_AGAIN, json=json,
        colleague=Standing.COLLEAGUE.value, posts=lanes.posts(""),
        updates=lanes.UPDATES, homes=lanes.HOMES,
    )  # fmt: skip
    times = [name for name in ("now", "known_since") if f":{name}" in whole]
    return text(whole).bindparams(*(bindparam(name, type_=Event.at.type) for name in times))

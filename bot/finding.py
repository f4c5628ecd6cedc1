"""The SELECTs that find posts by their words, on both databases. Changes nothing."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from sqlalchemy import Integer, Select, column, func, select, table, text

from bot.models import Mention
from bot.search import INDEX, Wanted, wanted
from bot.store import Found, Store

MOST_FOUND = 200
"""More posts are not told apart: whoever finds so many types one more word."""
RARE = 2000
_FTS5 = text("mention_words MATCH :words")
_TSVECTOR = text("mention.mention_words @@ to_tsquery('simple', :words)")

Query: TypeAlias = Select[*tuple[Any, ...]]
Hits: TypeAlias = Sequence[Any]
"""Rows of a post's number and its mention's, the newest post first."""


def containing(store: Store, typed: str, *, limit: int, offset: int = 0) -> Found:
    """Mentions with a post in which every one of the words stands, newest first."""
    hits = _newest_posts(store, wanted(typed))
    numbers = sorted({head for _, head in hits}, reverse=True)
    shown = select(Mention).where(Mention.id.in_(numbers[offset : offset + limit]))
    rows = store.session.scalars(shown.order_by(Mention.id.desc())).unique().all()
    return Found(tuple(rows), len(numbers), more=len(hits) == MOST_FOUND)


def _newest_posts(store: Store, asked: Wanted) -> Hits:
    head = func.coalesce(Mention.follows_id, Mention.id)
    query: Query = select(Mention.id, head)
    for piece in asked.pieces:
        query = query.where(Mention.search_text.contains(piece, autoescape=True))
    if not asked.words:
        return _rows(store, query.order_by(Mention.id.desc()), MOST_FOUND)
    if store.on_sqlite:
        return _by_fts5(store, query, asked)
    return _by_tsvector(store, query.where(_TSVECTOR.bindparams(words=asked.tsquery)))


def _by_fts5(store: Store, query: Query, asked: Wanted) -> Hits:
    index = table(INDEX, column("rowid", Integer))
    # Nothing is added so that SQLite does not ask the index about one mention after the other.
    query = query.join(index, Mention.id == index.c.rowid + 0)
    query = query.where(_FTS5.bindparams(words=asked.fts5))
    return _rows(store, query.order_by(index.c.rowid.desc()), MOST_FOUND)


def _by_tsvector(store: Store, query: Query) -> Hits:
    """Rare words are found by the index, common ones by looking at the newest posts.

    PostgreSQL cannot know beforehand which they are, and a wrong guess costs a tenth of a second.
    """
    _plan(store, enable_seqscan=False, enable_indexscan=False)
    some = _rows(store, query, RARE)
    _plan(store, enable_seqscan=True, enable_indexscan=True)
    if len(some) < RARE:
        return sorted(some, reverse=True)[:MOST_FOUND]
    _plan(store, enable_bitmapscan=False)
    newest = _rows(store, query.order_by(Mention.id.desc()), MOST_FOUND)
    _plan(store, enable_bitmapscan=True)
    return newest


def _plan(store: Store, **ways: bool) -> None:
    """Allow or forbid PostgreSQL a way of reading, in this transaction."""
    for way, allowed in ways.items():
        store.session.execute(text(f"SET LOCAL {way} = {'on' if allowed else 'off'}"))


def _rows(store: Store, query: Query, most: int) -> Hits:
    return store.session.execute(query.limit(most)).all()

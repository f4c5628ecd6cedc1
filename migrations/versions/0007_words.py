"""an index of all words: FTS5 on SQLite, GIN on PostgreSQL"""

import unicodedata

import sqlalchemy as sa
from alembic import op


revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

AT_ONCE = 2000
# SQLite keeps its index by these; a later version that makes the table anew must make them too.
TRIGGERS = {
    "insert": "INSERT INTO mention_words (rowid, search_words) VALUES (new.id, new.search_words);",
    "delete": "INSERT INTO mention_words (mention_words, rowid, search_words)"
    " VALUES ('delete', old.id, old.search_words);",
}
TRIGGERS["update OF search_words"] = TRIGGERS["delete"] + TRIGGERS["insert"]


def upgrade() -> None:
    words = sa.Column("search_words", sa.Text(), nullable=False, server_default="")
    op.add_column("mention", words)
    connection = op.get_bind()
    _fill(connection)
    if connection.dialect.name != "sqlite":
        op.execute(
            "ALTER TABLE mention ADD COLUMN mention_words tsvector"
            " GENERATED ALWAYS AS (to_tsvector('simple'::regconfig, search_words)) STORED"
        )
        op.execute("CREATE INDEX ix_mention_words ON mention USING gin (mention_words)")
        return
    op.execute(
        "CREATE VIRTUAL TABLE mention_words USING fts5(search_words, content='mention',"
        " content_rowid='id', prefix='2 3',"
        " tokenize=\"unicode61 remove_diacritics 0 categories 'L* M* N*'\")"
    )
    op.execute("INSERT INTO mention_words (mention_words) VALUES ('rebuild')")
    for when, what in TRIGGERS.items():
        name = f"mention_words_{when.split()[0]}"
        op.execute(f"CREATE TRIGGER {name} AFTER {when} ON mention BEGIN {what} END")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for when in TRIGGERS:
            op.execute(f"DROP TRIGGER mention_words_{when.split()[0]}")
        op.execute("DROP TABLE mention_words")
    else:
        op.execute("DROP INDEX ix_mention_words")
        op.drop_column("mention", "mention_words")
    op.drop_column("mention", "search_words")


def _fill(connection: sa.Connection) -> None:
    mention = sa.table("mention", *map(sa.column, ("id", "search_text", "search_words")))
    last = 0
    while True:
        query = sa.select(mention.c.id, mention.c.search_text).where(mention.c.id > last)
        rows = connection.execute(query.order_by(mention.c.id).limit(AT_ONCE)).all()
        if not rows:
            return
        change = mention.update().where(mention.c.id == sa.bindparam("number"))
        connection.execute(
            change.values(search_words=sa.bindparam("words")),
            [{"number": number, "words": _words(text)} for number, text in rows],
        )
        last = rows[-1][0]


def _words(text: str) -> str:
    kept = (one if unicodedata.category(one)[0] in "LMN" else " " for one in text)
    return " ".join("".join(kept).split())

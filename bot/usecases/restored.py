"""A database that is put back from a copy: whatever waits in it may have left since.

It is looked for before it is sent, and a reply that cannot be found is asked about on its card. One
that was held may have been approved since; by itself it was never tried, so that sent again it is
held again. All of it is wanted once more: a card that is found may show what happened after the
copy. Only columns that every release has are named: a copy may be older than this code.
"""

from sqlalchemy import bindparam, select, text

from bot import lanes
from bot.models import Delivery, Mention, Reply, ReplyState
from bot.store import Store

_HELD = (
    select(Reply.id, Reply.queued_at, Mention.platform)
    .join(Mention, Mention.id == Reply.mention_id)
    .where(Reply.state == ReplyState.HELD)
)
_LOOK_FOR_HELD = text(
    "INSERT INTO delivery (key, kind, lane, payload, state, wanted, attempts, looks, due_at,"
    " problem, created_at, tried_at)"
    " VALUES (:key, 'reply', :lane, :payload, 'waiting', 1, 0, 0, :at, '', :at, :at)"
    " ON CONFLICT (key) DO UPDATE SET state = 'waiting', attempts = 0, looks = 0, problem = '',"
    " due_at = excluded.due_at, tried_at = excluded.tried_at"
).bindparams(
    bindparam("at", type_=Delivery.due_at.type), bindparam("payload", type_=Delivery.payload.type)
)
_DOUBT = (
    "UPDATE reply SET state = 'sending' WHERE state = 'held'",
    "UPDATE reply SET state = 'sending', first_tried_at = COALESCE(first_tried_at, queued_at)"
    " WHERE state = 'queued'",
    "UPDATE delivery SET tried_at = COALESCE(tried_at, created_at), wanted = wanted + 1,"
    " token = NULL, leased_until = NULL WHERE state = 'waiting'"
    " AND kind IN ('reply', 'card', 'thread', 'notice', 'summary')",
)


def doubt_all(store: Store) -> None:
    """Put all in doubt that waits or is on its way. Nobody may be working on this database."""
    for number, at, platform in store.session.execute(_HELD).all():
        lane, payload = lanes.replies(platform), {"reply": number}
        row = {"key": f"reply:{number}", "lane": lane, "payload": payload, "at": at}
        store.session.execute(_LOOK_FOR_HELD, row)
    for statement in _DOUBT:
        store.session.execute(text(statement))

"""A database that is put back from a copy: whatever waits in it may have left since.

It is looked for before it is sent, and a reply that cannot be found is asked about on its card. One
that was held may have been approved since; by itself it was never tried, so that sent again it is
held again. One that had failed may have been tried again, as long as nothing newer took its place.
All of it is wanted once more: a card that is found may show what happened after the copy
(`CardSender.found`). Only columns that every release has are named: a copy may be older than this
code.
"""

from sqlalchemy import and_, bindparam, or_, select, text

from bot import lanes, undelivered
from bot.models import Delivery, Mention, Reply, ReplyState
from bot.store import Store

_FAILED = and_(Reply.state == ReplyState.FAILED, ~undelivered.is_over())
_UP_TO_PEOPLE = (
    select(Reply.id, Reply.queued_at, Mention.platform)
    .join(Mention, Mention.id == Reply.mention_id)
    .where(or_(Reply.state == ReplyState.HELD, _FAILED))
)
_LOOK_FOR = text(
    "INSERT INTO delivery (key, kind, lane, payload, state, wanted, attempts, looks, due_at,"
    " problem, created_at, tried_at)"
    " VALUES (:key, 'reply', :lane, :payload, 'waiting', 1, 0, 0, :at, '', :at, :at)"
    " ON CONFLICT (key) DO UPDATE SET state = 'waiting', attempts = 0, looks = 0, problem = '',"
    " due_at = excluded.due_at, tried_at = excluded.tried_at"
).bindparams(
    bindparam("at", type_=Delivery.due_at.type), bindparam("payload", type_=Delivery.payload.type)
)
_SENDING = text("UPDATE reply SET state = 'sending' WHERE id = :id")
_DOUBT = (
    "UPDATE reply SET state = 'sending', first_tried_at = COALESCE(first_tried_at, queued_at)"
    " WHERE state = 'queued'",
    "UPDATE delivery SET tried_at = COALESCE(tried_at, created_at), wanted = wanted + 1,"
    " token = NULL, leased_until = NULL WHERE state = 'waiting'"
    " AND kind IN ('reply', 'card', 'thread', 'notice', 'summary')",
    # What may be public must not wait in the window to be sent besides.
    "DELETE FROM reply WHERE state = 'draft' AND EXISTS (SELECT 1 FROM reply AS leaving"
    " WHERE leaving.state = 'sending' AND leaving.mention_id = reply.mention_id"
    " AND leaving.author_id = reply.author_id AND leaving.text = reply.text)",
)


def doubt_all(store: Store) -> None:
    """Put all in doubt that waits or is on its way. Nobody may be working on this database."""
    for number, at, platform in store.session.execute(_UP_TO_PEOPLE).all():
        lane, payload = lanes.replies(platform), {"reply": number}
        row = {"key": f"reply:{number}", "lane": lane, "payload": payload, "at": at}
        store.session.execute(_LOOK_FOR, row)
        store.session.execute(_SENDING, {"id": number})
    for statement in _DOUBT:
        store.session.execute(text(statement))

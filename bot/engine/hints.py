"""The jobs that Procrastinate carries: each says "look at this lane", and nothing else.

What is to be sent stands in the outbox, so a hint that is lost, doubled or late costs only time.
"""

from collections.abc import Sequence

from procrastinate import App, SyncPsycopgConnector
from procrastinate.types import JSONDict
from sqlalchemy import Connection

QUEUE = "switchboard"
LOOK = "look"

# Never opened: every hint is written over the connection of a transaction of ours.
_jobs = App(connector=SyncPsycopgConnector())


def announce(connection: Connection, lanes: Sequence[str]) -> None:
    """Leave a hint for each lane in the transaction that made something due there.

    PostgreSQL tells all workers when it commits. These hints have no `queueing_lock`: it would let
    two clicks wait for each other's commit, and a hint that is being worked off would swallow ours.
    """
    own = connection.connection.driver_connection
    task = _jobs.configure_task(LOOK, queue=QUEUE, connection=own)
    looks: list[JSONDict] = [{"lane": lane} for lane in lanes]
    task.batch_defer(*looks)

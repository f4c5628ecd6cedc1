"""The company of the crash rig: the world and the people here, Switchboard in forks beside them."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.config import Policy
from bot.language import reading
from bot.outbox import LEASE
from bot.sandbox.records import Message, NotFoundError
from bot.sandbox.square import Post
from bot.sandbox.square_faults import NOT_DONE
from bot.sandbox.world import MovableClock, World
from bot.settings import EMBEDDED
from bot.store import Store
from bot.usecases.configure import current_config
from bot.usecases.summary import queue_due_summary
from bot.web import SLACK_PATH
from tests.rigs.forks import START, Board, Nursery, SharedClock, Switch
from tests.town import EXAMPLE, MONDAY_MORNING, Town, example_channels, words

READ, READ_X, DELIVER, RING = b"r", b"x", b"d", b"c"
"""One round of the town square, or of X; send what is due till nothing is; the clock of summaries
rings.
"""

PATIENCE_SECONDS = 30.0
ALWAYS = 1000
"""More replies than anybody writes here."""


class Switchboard(Town):
    """The bot alone. The world that it talks to is another process."""

    def __init__(self, env: Mapping[str, str], clock: MovableClock, board: Board) -> None:
        self.env = dict(env)
        self.clock = clock
        self._board = board
        self.start_worker()
        # Ben's replies leave at once, and Cat's never do before somebody approved them.
        ben = self.process.workspace.user_id("@ben")
        self.configure(admins=(ben,), policy=Policy(approve_first=ALWAYS))
        self._warm_up()

    def obey(self, order: bytes) -> None:
        {
            START: self._open_door, READ: self._read, READ_X: self._read_x,
            DELIVER: self.deliver, RING: self._ring,
        }[order]()  # fmt: skip

    def deliver(self, *, at_most: timedelta = timedelta(minutes=10)) -> None:
        """Send all that is due, and then what somebody who died still held."""
        super().deliver(at_most=at_most)
        self.clock.move(LEASE)
        super().deliver(at_most=at_most)

    def _open_door(self) -> None:
        self.process.start_web(host="127.0.0.1", port=0)
        assert self.process.web is not None
        self._board.port = self.process.web.port

    def _read(self) -> None:
        self.read("square")

    def _read_x(self) -> None:
        self.read("x")

    def _ring(self) -> None:
        self.database.write(_summary_if_due)

    def _warm_up(self) -> None:
        """Load and compile what every round needs, and keep no connection that a fork would share.

        Each fork would load the language model anew: most of a second, more than all the rest.
        """
        reading.warm_up()
        self._read()
        self._warm_up_sending()
        for source in self.sources.values():
            source.close()
        self.database.close()

    def _warm_up_sending(self) -> None:
        self.deliver()


class Office:
    """Customers, colleagues, and a Switchboard that dies where it is told to.

    The database must have its tables, and nobody else may use it meanwhile.
    """

    def __init__(
        self, database_url: str, *, engine: str = EMBEDDED, start: datetime = MONDAY_MORNING
    ) -> None:
        board = self.board = Board()
        clock = self.clock = SharedClock(start, board)

        def raise_one() -> Switch:
            return _kind_for(engine)(json.loads(board.environment), clock, board).obey

        self.bot = Nursery(raise_one, board)
        self.world = World(example_channels(), clock=clock)
        self.world.start()
        # What dies is to die by the rig alone, however slow the machine is.
        self.world.slack.courier.ack_seconds = PATIENCE_SECONDS
        board.environment = json.dumps(self.world.environment() | {
            "DATABASE_URL": database_url, "SWITCHBOARD_CONFIG": str(EXAMPLE),
            "ENGINE": engine, "LOG_LEVEL": "WARNING",
        })  # fmt: skip
        self.slack, self.square = self.world.slack, self.world.square
        self.ana, self.ben, self.cat = (self.slack.person(one) for one in ("ana", "ben", "cat"))

    def start_bot(self, *, kill_at: int = 0) -> None:
        self.bot.start(kill_at=kill_at)
        self.world.connect(f"http://127.0.0.1:{self.board.port}{SLACK_PATH}")

    def close(self) -> None:
        self.bot.end()
        self.world.stop()

    def post(self, text: str, *, by: str = "mara_k") -> Post:
        return self.square.post("square", by, text)

    def cards(self, text: str, channel: str) -> list[Message]:
        """The messages of a channel that show this post."""
        return [one for one in self.slack.messages(channel) if text in words(one)]

    def card(self, text: str, channel: str = "support") -> Message:
        (found,) = self.cards(text, channel)
        return found

    def thread(self, card: Message) -> str:
        return "\n".join(words(one) for one in self.slack.thread(card))

    def published(self, post: Post) -> list[str]:
        """Every request that published an answer to this post: a second one would be a second reply
        on networks that know no keys.
        """
        done = [one for one in self.square.requests if one.fault not in NOT_DONE]
        writes = [json.loads(one.body) for one in done if one.method == "POST"]
        return [str(one["text"]) for one in writes if one["to"] == str(post.id)]

    def modal(self, person: Any, title: str) -> Any | None:
        """The window of that kind that this person has open."""
        open_now = self.slack.open_views(person)
        return next((one for one in open_now if one.body["callback_id"] == title), None)

    def clear_desk(self) -> None:
        """Everybody closes what is still open from before."""
        for person in (self.ana, self.ben, self.cat):
            for view in reversed(self.slack.open_views(person)):
                try:
                    self.slack.inside.views.close(view, everything=True)
                except NotFoundError:
                    continue


def _kind_for(engine: str) -> type[Switchboard]:
    if engine == EMBEDDED:
        return Switchboard
    from tests.rigs.hinted import HintedSwitchboard  # noqa: PLC0415 (most lanes run without it)

    return HintedSwitchboard


def _summary_if_due(store: Store) -> None:
    queue_due_summary(store, current_config(store))

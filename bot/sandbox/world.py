"""The world outside for the sandbox: a Slack workspace, a town square, and a clock that jumps."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from aiohttp import web

from bot.sandbox import square_api, square_bluesky, square_reddit, square_x
from bot.sandbox.door import HttpDoor
from bot.sandbox.server import SlackStandIn
from bot.sandbox.square import Square

PEOPLE = (
    ("ana", "Ana Lima", "Europe/Lisbon"),
    ("ben", "Ben Okafor", "Europe/London"),
    ("cat", "Cat Novak", "Europe/Prague"),
)


class MovableClock:
    """The time, and how far it was moved on. Gives aware UTC.

    `start`: stand still there, and move only when told; None: go with the time of this machine.
    """

    def __init__(self, start: datetime | None = None) -> None:
        self._start = start
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        return (self._start or datetime.now(UTC)) + self._ahead

    def seconds(self) -> float:
        return self.now().timestamp()

    def move(self, by: timedelta) -> None:
        self._ahead += by

    def move_to_weekday(self, weekday: int, hour: int) -> datetime:
        """Move on to that hour of the next such day, never today (0 is Monday; UTC); tell it."""
        now = self.now()
        goal = now.replace(hour=hour, minute=0, second=0, microsecond=0)
        goal += timedelta(days=(weekday - now.weekday()) % 7 or 7)
        self.move(goal - now)
        return goal


class World:
    """Everything that Switchboard talks to, on one port of this machine."""

    def __init__(
        self, channels: Iterable[str], *, port: int = 0, clock: MovableClock | None = None
    ) -> None:
        self.clock = clock or MovableClock()
        self.square = Square(now=self.clock.now)
        self.slack = SlackStandIn(
            port=port, clock=self.clock.seconds, extra_routes=[*self._square(), *self._controls()]
        )
        self.channels = sorted({name.lstrip("#") for name in channels} | {"general"})

    @property
    def url(self) -> str:
        return self.slack.inside.url

    def start(self) -> None:
        """Open the port, people and channels there. Raises OSError when the port is taken."""
        self.slack.start()
        for name, real_name, zone in PEOPLE:
            self.slack.add_person(name, real_name, tz=zone, is_admin=name == "ana")
        for channel in self.channels:
            self.slack.add_channel(channel, members=[name for name, _, _ in PEOPLE])

    def connect(self, bot_url: str) -> None:
        """Send clicks to the bot, signed, from now on."""
        self.slack.connect(HttpDoor(bot_url, self.slack.signing_secret))

    def environment(self) -> dict[str, str]:
        """The variables with which Switchboard finds this world instead of the real one."""
        return square_api.environment(self.url) | {
            "SLACK_API_URL": self.slack.api_url,
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_SIGNING_SECRET": self.slack.signing_secret,
        }

    def stop(self) -> None:
        self.slack.stop()

    def _square(self) -> list[web.RouteDef]:
        return [
            *square_api.routes(self.square),
            *square_x.routes(self.square),
            *square_reddit.routes(self.square),
            *square_bluesky.routes(self.square),
        ]

    def _controls(self) -> list[web.RouteDef]:
        async def listed(_: web.Request) -> web.Response:
            control = {"id": "monday", "label": "Jump to Monday 09:00", "path": MONDAY}
            return web.json_response({"controls": [control]})

        async def monday(_: web.Request) -> web.Response:
            goal = self.clock.move_to_weekday(0, 9)
            return web.json_response(
                {"ok": True, "notice": f"It is {goal:%A %d %B %H:%M} UTC now."}
            )

        return [web.get("/sandbox/controls", listed), web.post(MONDAY, monday)]


MONDAY = "/sandbox/clock/monday"

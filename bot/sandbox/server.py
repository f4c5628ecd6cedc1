"""The stand-in Slack on a port: its Web API, its sockets, and the control API of the page.

It stands for the outside world and must import nothing of Switchboard. It listens on 127.0.0.1
only and refuses a Host that is not localhost/127.0.0.1, and an Origin that is another site (403).

Doors: `/api/<method>` Web API · `/link/?ticket=` Socket Mode · `/response/<id>` response_url ·
`/` the page (`page/index.html`), `/static/…` its files · `/sandbox/…` the control API, below.

Control API (JSON; nobody logs in: every call names the person it is made as)
=============================================================================
People and channels are named by id or by name ("ana" or "U…", "support" or "C…").

GET /sandbox/state?person=ana&channel=support      (`channel` may be left out: then no messages)
    {"now": 1767600000.0,                          the stand-in's clock, epoch seconds
     "me": PERSON, "people": [PERSON…], "bot": {"id", "name"},
     "channels": [CHANNEL…],                       what this person can see, direct messages last
     "channel": CHANNEL | null,
     "messages": [MESSAGE…],                       top level, oldest first; ephemeral ones mixed in
     "views": [VIEW…],                             open modals, the top one last
     "home": VIEW | null}                          what views.publish last showed this person
  PERSON  {"id","name","real_name","tz","is_admin","is_guest","is_stranger"}
  CHANNEL {"id","name","is_private","is_im","is_archived","bot_is_member","unread"}
  MESSAGE {"channel","ts","thread_ts","user","name","is_bot","text","blocks","is_ephemeral",
           "edited": bool, "is_deleted": bool,     a deleted parent stays as a tombstone
           "reply_count","latest_reply","reactions":[{"name","users":[id…]}]}
          An empty `blocks` means: show `text` as mrkdwn. Block Kit reaches the page as the bot sent
          it, with block_id and action_id filled in where the bot left them out.
  VIEW    {"id","type":"modal"|"home","hash","title","submit","close","blocks","callback_id",
           "private_metadata","state":{"values":{block_id:{action_id:VALUE}}},   as Slack shapes it
           "errors":{block_id: text}}              what to show under the fields

GET /sandbox/thread?person=ana&channel=C…&ts=…     {"messages":[parent, reply…]}, ephemeral ones too

GET /sandbox/events?person=ana                     Server-Sent Events; refetch when one arrives:
    event: changed
    data: {"what": "message"|"ephemeral"|"view"|"home"|"channel"|"person",
           "channel": "C…", "person": "U…"}        "" where they do not apply
    (a comment line every 15 s keeps it open)

POST bodies are JSON objects. Where something is pressed, TARGET is one of
    {"channel":"C…","ts":"…"} (also an ephemeral message) | {"view":"V…"} | {"home":true}
and `action_id` (+ `block_id`, when given, to tell two apart) names the element.

POST /sandbox/click   {"person", TARGET…, "action_id", "block_id"?, "value"?, "stale"?}   a button
POST /sandbox/choose  {"person", TARGET…, "action_id", "block_id"?, "selected"}
        overflow, selects, radio, checkboxes, date and time pickers. `selected` is an option's
        value, a user, channel or conversation id, a date or time; a list where several may be.
POST /sandbox/type    {"person", "view", "block_id", "action_id", "text"}
        for the text inputs of a view; call it on every change: it stores the text, and tells the
        bot when the element has dispatch_action on_character_entered.
POST /sandbox/submit  {"person", "view", "values": {block_id: value}}
        values as in `selected` and `text`; what is left out keeps what was typed or chosen before,
        or its initial value.
POST /sandbox/close   {"person", "view", "everything"?}    Cancel, or with `everything` the X
POST /sandbox/command {"person", "channel", "command": "/mentions", "text"?}
POST /sandbox/home    {"person"}                           opens the App Home tab
POST /sandbox/react   {"person", "channel", "ts", "name": "eyes"}
POST /sandbox/say     {"person", "channel", "text", "thread_ts"?}
POST /sandbox/read    {"person", "channel"}                nothing unread there any more
POST /sandbox/fault   {"method": "chat.postMessage", "how": "429", "times"?, "channel"?, "seconds"?,
                       "retry_after"?}   how: 429 500 503 drop_before drop_after hang slow half html
                      {"deliver": "replay" | "duplicate"}  the last request again; the next twice
                      {"clear": true}                       no more faults
  Each answers {"ok", "status", "seconds", "error", "errors", "notice"}:
     ok       the bot acknowledged in time and Slack could use the answer
     seconds  how long the acknowledgement took (0 when nothing was sent)
     error    Slack's word when not ok ("operation_timeout", "dispatch_failed", "not_submitted"…)
              "unknown_command": the person was told in the channel, where only they see it
     errors   {block_id: text} to show under the fields; the modal stays open
     notice   a sentence for the person when something went wrong, else ""
  400 {"ok":false,"error":"bad_request","notice":…}  something is missing or of the wrong type
  404 {"ok":false,"error":"not_found","notice":…}    no such person, channel, message or view
  409 {"ok":false,"error":"refused","notice":…}      Slack's client would not let a person do that,
                                                     for example a button that is no longer there
"""

import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from aiohttp import web

from bot.sandbox import payloads
from bot.sandbox.application import make_application
from bot.sandbox.courier import Courier
from bot.sandbox.door import Answered, Door
from bot.sandbox.faults import Fault, Faults, How
from bot.sandbox.grants import Grants
from bot.sandbox.inside import DEFAULT_EVENTS, DEFAULT_SCOPES, Inside
from bot.sandbox.limits import Limits
from bot.sandbox.observed import Observed
from bot.sandbox.people import Person
from bot.sandbox.records import Channel, Member
from bot.sandbox.serve import Served
from bot.sandbox.sockets import SocketDoor
from bot.sandbox.views import Views
from bot.sandbox.webapi import WebApi
from bot.sandbox.workspace import BOT_USER_ID, TEAM_ID, Workspace


class SlackStandIn(Observed):
    """A Slack workspace for one app, on 127.0.0.1.

    The bot is reached over Socket Mode, unless `connect` names another door. `clock` (epoch
    seconds) decides limits, triggers, response addresses and message times.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        clock: Callable[[], float] = time.time,
        scopes: Iterable[str] = DEFAULT_SCOPES,
        events: Iterable[str] = DEFAULT_EVENTS,
        enforce_limits: bool = True,
        extra_routes: Iterable[web.AbstractRouteDef] = (),
    ) -> None:
        self.bot_token = "xoxb-" + secrets.token_hex(12)
        self.app_token = "xapp-" + secrets.token_hex(12)
        self.signing_secret = secrets.token_hex(16)
        self.team_id = TEAM_ID
        self.bot_user_id = BOT_USER_ID
        self.sockets = SocketDoor()
        self.courier = Courier(self.sockets, clock)
        workspace = Workspace(clock)
        self.inside = Inside(
            workspace=workspace,
            views=Views(workspace),
            grants=Grants(clock),
            scopes=frozenset(scopes),
            events=frozenset(events),
            bot_token=self.bot_token,
            app_token=self.app_token,
            new_socket=self.sockets.new_address,
        )
        self.limits = Limits(clock, enforce=enforce_limits)
        self.faults = Faults()
        self.api = WebApi(self.inside, self.limits)
        super().__init__(self.inside, self.api)
        routes = list(extra_routes)
        self._served = Served(lambda: make_application(self, routes), port=port)

    def start(self) -> "SlackStandIn":
        """Return when the port is open; raises OSError when it is taken."""
        self._served.start()
        self.inside.url = self.sockets.url = self._served.url
        self.sockets.loop = self._served.loop
        return self

    def stop(self) -> None:
        self.courier.wait()
        self._served.stop()

    def connect(self, door: Door) -> None:
        """Reach the bot through this door from now on (HttpDoor; `sockets` is there already)."""
        self.courier.connect(door)

    def add_person(
        self,
        name: str,
        real_name: str,
        *,
        tz: str = "Europe/Vienna",
        **what: bool,
    ) -> Person:
        """Add somebody. `what` they are: is_admin, is_guest, is_single_channel_guest, is_bot, or
        is_stranger, who belongs to another company (Slack Connect).
        """  # noqa: D205 (two sentences that belong together)
        member = Member(
            id=self.inside.workspace.new_id("U", name),
            name=name,
            real_name=real_name,
            tz=tz,
            **what,
        )
        self.inside.workspace.add_member(member)
        return self.person(name)

    def deactivate(self, name: str) -> None:
        """Somebody left the company."""
        self.change_person(name, is_deactivated=True)

    def change_person(self, name: str, **what: Any) -> None:
        """Make somebody a guest, say, or no guest any more, or call them otherwise.

        The bot hears of it if it asked to.
        """
        changed = replace(self.inside.workspace.member(name), **what)
        self.inside.workspace.add_member(changed)
        if "user_change" in self.inside.events and "users:read" in self.inside.scopes:
            self.courier.tell(payloads.user_changed(self.inside, changed))

    def add_channel(
        self,
        name: str,
        *,
        private: bool = False,
        bot_is_member: bool = True,
        members: Iterable[str] | None = None,
    ) -> Channel:
        """Add a channel; without `members` (names) every colleague of now is in it."""
        everybody = [
            member.name
            for member in self.inside.workspace.members()
            if not (member.is_bot or member.is_stranger)
            if not (member.is_guest or member.is_single_channel_guest)
        ]
        inside = {
            self.inside.workspace.member(each).id
            for each in (everybody if members is None else members)
        }
        if bot_is_member:
            inside.add(BOT_USER_ID)
        return self.inside.workspace.add_channel(name, inside, private=private)

    def invite_bot(self, channel: str | Channel) -> Channel:
        return self.inside.workspace.join(self.channel(channel), BOT_USER_ID)

    def archive(self, channel: str | Channel) -> Channel:
        return self.inside.workspace.archive(self.channel(channel))

    def person(self, name: str) -> Person:
        return Person(self.inside, self.courier, self.inside.workspace.member(name))

    @property
    def url(self) -> str:
        return self._served.url

    @property
    def api_url(self) -> str:
        """The base of the Web API, as WebClient wants it: it ends in /api/."""
        return f"{self.url}/api/"

    def fail(
        self,
        method: str,
        how: How,
        *,
        times: int = 1,
        channel: str | Channel | None = None,
        seconds: float = 1.0,
        retry_after: int | None = 1,
    ) -> None:
        """Let the next `times` calls of a method fail; see the docstring of faults for how.

        `seconds` is how long hang and slow take; `retry_after` None leaves the header of 429 out.
        """
        where = self.channel(channel).id if channel else ""
        self.faults.add(
            Fault(
                method=method,
                how=how,
                times=times,
                channel=where,
                seconds=seconds,
                retry_after=retry_after,
            )
        )

    def clear_faults(self) -> None:
        self.faults.clear()

    def replay_last(self) -> Answered:
        """Send the last delivery to the bot once more, byte for byte."""
        return self.courier.way.replay()

    def duplicate_next(self) -> None:
        """Send the next delivery to the bot twice at once."""
        self.courier.way.arm()

    def retry_now(self, *, only_due: bool = False) -> list[Answered]:
        """Repeat the events the bot has not acknowledged; `only_due`: as the clock allows."""
        self.courier.wait()
        return self.courier.retry_now(only_due=only_due)

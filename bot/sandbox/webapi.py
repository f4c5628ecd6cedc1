"""The Web API: token, rate limit and scope first, then the method; every call is written down.

docs.slack.dev/apis/web-api. Answers `{"ok": false, "error": …}` with HTTP 200, as Slack does.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.sandbox import webapi_chat, webapi_people, webapi_views
from bot.sandbox.inside import Inside
from bot.sandbox.limits import Limits
from bot.sandbox.records import Call, Json, NotFoundError, SlackError
from bot.sandbox.shapes import TEAM_NAME
from bot.sandbox.workspace import BOT_ID, BOT_USER_ID, DOMAIN, TEAM_ID

UNLIMITED = 0


@dataclass(frozen=True, slots=True)
class Method:
    """A method: its rate limit tier, the scope it needs ("" for none), and whose token."""

    run: Callable[[Inside, Json], Json]
    tier: int
    scope: str = ""
    with_app_token: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Json
    headers: dict[str, str] = field(default_factory=dict)


def test_auth(slack: Inside, arguments: Json) -> Json:  # noqa: ARG001  every method is called alike
    return {
        "url": f"https://{DOMAIN}.slack.com/",
        "team": TEAM_NAME,
        "user": "switchboard",
        "team_id": TEAM_ID,
        "user_id": BOT_USER_ID,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def open_connection(slack: Inside, arguments: Json) -> Json:  # noqa: ARG001  as above
    return {"url": slack.new_socket()}


# Tiers and scopes: docs.slack.dev/reference/methods/<name>
METHODS = {
    "apps.connections.open": Method(open_connection, 3, with_app_token=True),
    "auth.test": Method(test_auth, UNLIMITED),
    "chat.delete": Method(webapi_chat.delete, 3, "chat:write"),
    "chat.getPermalink": Method(webapi_chat.permalink, UNLIMITED),
    "chat.postEphemeral": Method(webapi_chat.post_ephemeral, 4, "chat:write"),
    "chat.postMessage": Method(webapi_chat.post_message, UNLIMITED, "chat:write"),
    "chat.update": Method(webapi_chat.update, 3, "chat:write"),
    "conversations.history": Method(webapi_people.history, 3),
    "conversations.info": Method(webapi_people.conversation_info, 3),
    "conversations.join": Method(webapi_people.join, 3, "channels:join"),
    "conversations.list": Method(webapi_people.conversations, 2),
    "conversations.members": Method(webapi_people.conversation_members, 4),
    "conversations.open": Method(webapi_people.open_direct, 3, "im:write"),
    "conversations.replies": Method(webapi_people.replies, 3),
    "reactions.add": Method(webapi_chat.add_reaction, 3, "reactions:write"),
    "users.info": Method(webapi_people.user_info, 4, "users:read"),
    "users.list": Method(webapi_people.users, 2, "users:read"),
    "views.open": Method(webapi_views.open_view, 4),
    "views.publish": Method(webapi_views.publish, 4),
    "views.push": Method(webapi_views.push, 4),
    "views.update": Method(webapi_views.update, 4),
}


class WebApi:
    """Answers calls; `calls` is the log of them, oldest first."""

    def __init__(self, slack: Inside, limits: Limits) -> None:
        self._slack = slack
        self._lock = threading.Lock()
        self.limits = limits
        self.calls: list[Call] = []

    def answer(self, name: str, arguments: Json, token: str) -> Answer:
        try:
            method = self._admit(name, token)
        except SlackError as error:
            return self._log(name, arguments, _refusal(error))
        seconds = self.limits.wait(name, tier=method.tier, channel=self._where(arguments))
        if seconds:
            return self._log(name, arguments, too_many(seconds))
        try:
            if method.scope:
                self._slack.demand(method.scope)
            done = Answer(200, {"ok": True, **method.run(self._slack, arguments)})
        except SlackError as error:
            done = _refusal(error)
        return self._log(name, arguments, done)

    def _admit(self, name: str, token: str) -> Method:
        if name not in METHODS:
            raise SlackError("unknown_method", req_method=name)
        if not token:
            raise SlackError("not_authed")
        method, slack = METHODS[name], self._slack
        if token not in (slack.bot_token, slack.app_token):
            raise SlackError("invalid_auth")
        if token != (slack.app_token if method.with_app_token else slack.bot_token):
            raise SlackError("not_allowed_token_type")
        return method

    def _where(self, arguments: Json) -> str:
        """Return one name for a channel, whichever way it is called."""
        name = str(arguments.get("channel", ""))
        try:
            return self._slack.workspace.channel(name).id
        except NotFoundError:
            return name

    def log_fault(self, name: str, arguments: Json, status: int, how: str) -> None:
        """Write down a call that failed on demand; status 0 means that no answer was sent."""
        self._log(name, arguments, Answer(status, {"error": how}))

    def _log(self, name: str, arguments: Json, answer: Answer) -> Answer:
        call = Call(
            method=name,
            arguments=arguments,
            status=answer.status,
            error=str(answer.body.get("error", "")),
            at=self._slack.workspace.clock(),
        )
        with self._lock:
            self.calls.append(call)
        return answer


def too_many(seconds: int | None) -> Answer:
    headers = {} if seconds is None else {"Retry-After": str(seconds)}
    return Answer(429, {"ok": False, "error": "ratelimited"}, headers)


def _refusal(error: SlackError) -> Answer:
    return Answer(200, {"ok": False, "error": error.code, **error.more})

"""What a person does in Slack's client, and what the client would refuse to do.

Each act changes the workspace as Slack would, tells the bot, and waits for its answer.
"""

from collections.abc import Callable
from typing import Any

from bot.sandbox import payloads
from bot.sandbox.answers import answer_command, answer_submission
from bot.sandbox.courier import Courier
from bot.sandbox.door import Answered, Kind
from bot.sandbox.inputs import TYPED, complaints, value_of, with_values
from bot.sandbox.inside import Inside
from bot.sandbox.records import (
    Ack,
    Channel,
    Json,
    Member,
    Message,
    RefusedError,
    SlackError,
    View,
)
from bot.sandbox.sight import Sight
from bot.sandbox.workspace import BOT_USER_ID

NOTICES = {
    "operation_timeout": "Switchboard did not answer in time. Try again.",
    "dispatch_failed": "Switchboard could not be reached, or answered with an error.",
    "not_submitted": "Some fields still need your attention.",
}
# How scopes and event names call a kind of channel, and how events do in channel_type.
FAMILIES = {
    "public_channel": ("channels", "channel"),
    "private_channel": ("groups", "group"),
    "im": ("im", "im"),
}


class Person:
    """Somebody in front of Slack's client.

    RefusedError: the client would not let them. NotFoundError: what they mean is gone.
    """

    def __init__(self, slack: Inside, courier: Courier, member: Member) -> None:
        self._slack = slack
        self._courier = courier
        self._sight = Sight(slack, member)
        self.member = member

    @property
    def id(self) -> str:
        return self.member.id

    @property
    def name(self) -> str:
        return self.member.name

    def click(
        self,
        on: Message | View,
        action_id: str,
        *,
        value: str | None = None,
        block_id: str | None = None,
        stale: bool = False,
    ) -> Ack:
        """Press a button. `stale`: it may be gone by now, this client has not redrawn yet."""
        shown, block, element = self._sight.find(on, action_id, block_id, value, stale=stale)
        if element["type"] != "button":
            raise RefusedError(f"{action_id} is no button but {element['type']}: use choose().")
        return self._act(shown, block, element, {})

    def choose(
        self, on: Message | View, action_id: str, selected: Any, *, block_id: str | None = None
    ) -> Ack:
        """Choose from an overflow menu, a select, radio buttons, checkboxes or a picker.

        `selected`: an option's value, an id, a date; a list where several may be chosen. Inside an
        input block without dispatch_action nothing is told to the bot before it is submitted.
        """
        shown, block, element = self._sight.find(on, action_id, block_id, None)
        value = value_of(element, selected)
        if isinstance(shown, View):
            shown = self._enter(shown, block, element, value)
        if block["type"] == "input" and not block.get("dispatch_action"):
            return Ack(ok=True)
        return self._act(shown, block, element, value)

    def type(
        self, view: View, block_id: str, action_id: str, text: str, *, enter: bool = False
    ) -> Ack:
        """Type into a field so that it holds `text`; `enter` presses Enter at the end."""
        shown, block, element = self._sight.find(view, action_id, block_id, None)
        if not isinstance(shown, View) or element["type"] not in TYPED:
            raise RefusedError(f"{action_id} is no field to type into.")
        value = value_of(element, text or None)
        shown = self._enter(shown, block, element, value)
        wanted = "on_enter_pressed" if enter else "on_character_entered"
        config = element.get("dispatch_action_config", {"trigger_actions_on": ["on_enter_pressed"]})
        if not block.get("dispatch_action") or wanted not in config["trigger_actions_on"]:
            return Ack(ok=True)
        return self._act(shown, block, element, value)

    def submit(self, view: View, values: Json | None = None) -> Ack:
        """Fill in `values` ({block_id: text, option value or id}) and press the submit button.

        What Slack's client checks itself comes back as errors with error "not_submitted".
        """
        now = self._sight.view(view)
        if "submit" not in now.body:
            raise RefusedError("This modal has no submit button.")
        now = self._slack.views.enter(now, with_values(now, values or {}))
        wrong = complaints(now, now.values)
        if wrong:
            self._slack.views.complain(now, wrong)
            notice = NOTICES["not_submitted"]
            return Ack(ok=False, error="not_submitted", errors=wrong, notice=notice)
        payload = payloads.submission(self._slack, self.member, now)
        return self._bring_and_use(
            "interactive", payload, lambda body: answer_submission(self._slack, now, body)
        )

    def close(self, view: View, *, everything: bool = False) -> Ack:
        """Cancel a modal; `everything` closes those below it too (the X in its corner)."""
        now = self._sight.view(view)
        cleared = everything or bool(now.body.get("clear_on_close"))
        closed = self._slack.views.close(now, everything=cleared)
        acks = [
            self._bring(payloads.closed(self.member, each, cleared=cleared))
            for each in closed
            if each.body.get("notify_on_close")
        ]
        return next((ack for ack in acks if not ack.ok), acks[0] if acks else Ack(ok=True))

    def command(self, name: str, text: str = "", channel: str | Channel | None = None) -> Ack:
        """Type a slash command in a channel, or else in the direct messages with the bot.

        Never in a thread: Slack has no commands there. Of one that the app does not have only the
        person is told, in the channel ("unknown_command").
        """
        if "commands" not in self._slack.scopes:
            raise RefusedError("The app has no scope for commands, so it has no command.")
        where = self._sight.channel(channel or self._slack.workspace.direct(self.id))
        if name not in self._slack.commands:
            return self._no_such_command(name, where)
        payload = payloads.command(self._slack, self.member, where, name, text)
        return self._bring_and_use(
            "slash_commands",
            payload,
            lambda body: answer_command(self._slack, where, self.id, body),
        )

    def open_home(self) -> Ack:
        """Open the app's Home tab."""
        if "app_home_opened" not in self._slack.events:
            return Ack(ok=True)
        return _ack(self._courier.tell(payloads.home_opened(self._slack, self.member)))

    def react(self, message: Message, name: str) -> Ack:
        """Put an emoji under a message."""
        self._sight.channel(message.channel)
        if not self._slack.workspace.react(message, self.id, name):
            raise RefusedError(f"{self.name} already reacted with {name}.")
        if not self._bot_hears(message.channel, "reaction_added", "reactions:read"):
            return Ack(ok=True)
        payload = payloads.reaction_added(self._slack, self.member, message, name)
        return _ack(self._courier.tell(payload))

    def say(self, channel: str | Channel, text: str, thread_ts: str | None = None) -> Ack:
        """Write in a channel or a thread; the bot hears it only if it asked for messages."""
        where = self._sight.channel(channel)
        if self.id not in where.members:
            raise RefusedError(f"{self.name} is not in #{where.name}: join first.")
        message = self._slack.workspace.post(where, self.id, text, thread_ts=thread_ts or "")
        family, kind = FAMILIES[where.kind]
        if not self._bot_hears(where.id, f"message.{family}", f"{family}:history"):
            return Ack(ok=True)
        return _ack(self._courier.tell(payloads.message_said(self._slack, message, kind)))

    def join(self, channel: str | Channel) -> Channel:
        return self._slack.workspace.join(self._sight.channel(channel), self.id)

    def read(self, channel: str | Channel) -> None:
        self._slack.workspace.mark_read(self._sight.channel(channel), self.id)

    def _no_such_command(self, name: str, where: Channel) -> Ack:
        """As in Slack the app hears nothing of it, and what was typed stays in its box."""
        known = " and ".join(self._slack.commands)
        told = f"{name} is not a command here. There are {known}."
        self._slack.workspace.post(where, BOT_USER_ID, told, ephemeral_to=self.id)
        return Ack(ok=False, error="unknown_command")

    def _act(self, shown: Message | View, block: Json, element: Json, value: Json) -> Ack:
        ts = self._slack.workspace.next_ts()
        action = payloads.action_of(block, element, value, ts)
        if isinstance(shown, View):
            return self._bring(payloads.view_action(self._slack, self.member, shown, action))
        entered = {block["block_id"]: {element["action_id"]: value}} if value else {}
        payload = payloads.message_action(self._slack, self.member, shown, action, entered)
        return self._bring(payload)

    def _bring(self, payload: Json) -> Ack:
        return _ack(self._courier.bring("interactive", payload))

    def _bring_and_use(
        self, kind: Kind, payload: Json, use: Callable[[Any], dict[str, str]]
    ) -> Ack:
        """Deliver, then do what the answer says; `use` returns errors to show under fields."""
        answered = self._courier.bring(kind, payload)
        if answered.error:
            return _ack(answered)
        try:
            return _ack(answered, errors=use(answered.body))
        except SlackError as error:
            return _unusable(answered, error)

    def _enter(self, view: View, block: Json, element: Json, value: Json) -> View:
        values = {name: dict(inside) for name, inside in view.values.items()}
        if element["action_id"] not in values.get(block["block_id"], {}):
            return view
        values[block["block_id"]][element["action_id"]] = value
        return self._slack.views.enter(view, values)

    def _bot_hears(self, channel: str, event: str, scope: str) -> bool:
        inside = BOT_USER_ID in self._slack.workspace.channel(channel).members
        return inside and event in self._slack.events and scope in self._slack.scopes


def _ack(answered: Answered, *, errors: dict[str, str] | None = None) -> Ack:
    error = answered.error
    if error:
        error = "operation_timeout" if "timeout" in error else "dispatch_failed"
    return Ack(
        ok=not error,
        status=answered.status,
        body=answered.body,
        seconds=answered.seconds,
        error=error,
        errors=errors or {},
        notice=NOTICES.get(error, ""),
    )


def _unusable(answered: Answered, error: SlackError) -> Ack:
    """Tell that the bot answered in time, but with something Slack cannot show."""
    told = error.more.get("response_metadata", {}).get("messages", [])
    return Ack(
        ok=False,
        status=answered.status,
        body=answered.body,
        seconds=answered.seconds,
        error=error.code,
        notice=f"Slack could not use Switchboard's answer: {'; '.join([error.code, *told])}.",
    )

"""The state of the stand-in workspace: people, channels and messages, and who may see what.

It knows nothing of HTTP, tokens or the bot's door. Every method takes the lock, so that people and
the bot may act at once.
"""

import copy
import itertools
import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from bot.sandbox.blockkit import elements
from bot.sandbox.records import Channel, Json, Member, Message, NotFoundError

TEAM_ID = "T0SANDBOX"
APP_ID = "A0SWITCHB"
BOT_ID = "B0SWITCHB"
BOT_USER_ID = "U0SWITCHB"
DOMAIN = "sandbox"


class Workspace:
    """People, channels and messages. `clock` gives epoch seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.lock = threading.RLock()
        self.watchers: list[Callable[[str, str, str], None]] = []
        self._members: dict[str, Member] = {}
        self._channels: dict[str, Channel] = {}
        self._versions: dict[str, dict[str, list[Message]]] = {}
        self._threads: dict[tuple[str, str], list[str]] = {}
        self._last_ts = 0
        self._serial = itertools.count(1)
        self._read: dict[tuple[str, str], str] = {}
        self.add_member(
            Member(id=BOT_USER_ID, name="switchboard", real_name="Switchboard", is_bot=True)
        )

    # People

    def add_member(self, member: Member) -> Member:
        with self.lock:
            self._members[member.id] = member
        self.changed("person", person=member.id)
        return member

    def members(self) -> list[Member]:
        with self.lock:
            return list(self._members.values())

    def member(self, name: str) -> Member:
        """Find somebody by id or by name; NotFoundError when there is nobody."""
        for member in self.members():
            if name in (member.id, member.name):
                return member
        raise NotFoundError(f"There is nobody called {name} in this workspace.")

    # Channels

    def add_channel(self, name: str, members: Iterable[str], *, private: bool = False) -> Channel:
        channel = Channel(
            id=self.new_id("C", name),
            name=name,
            created=int(self.clock()),
            members=frozenset(members),
            is_private=private,
        )
        return self._keep(channel)

    def channels(self) -> list[Channel]:
        with self.lock:
            return list(self._channels.values())

    def channel(self, name: str) -> Channel:
        """Find a channel by id or by name, "#" or not; NotFoundError when there is none."""
        for channel in self.channels():
            if name == channel.id or (name.removeprefix("#") == channel.name and name):
                return channel
        raise NotFoundError(f"There is no channel {name} in this workspace.")

    def direct(self, user: str) -> Channel:
        """Return the direct messages between the bot and a person."""
        with self.lock:
            for channel in self._channels.values():
                if channel.is_im and user in channel.members:
                    return channel
            return self._keep(
                Channel(
                    id=self.new_id("D", self.member(user).name),
                    name="",
                    created=int(self.clock()),
                    members=frozenset({user, BOT_USER_ID}),
                    is_im=True,
                )
            )

    def join(self, channel: Channel, user: str) -> Channel:
        with self.lock:
            now = self.channel(channel.id)
            return self._keep(replace(now, members=now.members | {user}))

    def archive(self, channel: Channel) -> Channel:
        return self._keep(replace(self.channel(channel.id), is_archived=True))

    def visible(self, channel: Channel, user: str) -> bool:
        return user in channel.members or not (channel.is_private or channel.is_im)

    # Messages

    def post(self, channel: Channel, user: str, text: str, **more: Any) -> Message:
        """Add a message; `more` are the other fields of Message."""
        more["blocks"] = with_ids(more.get("blocks") or (), self)
        with self.lock:
            message = Message(channel=channel.id, ts=self.next_ts(), user=user, text=text, **more)
            self._versions.setdefault(channel.id, {})[message.ts] = [message]
            if message.is_reply:
                self._threads.setdefault((channel.id, message.thread_ts), []).append(message.ts)
        self._message_changed(message)
        return message

    def edit(self, message: Message, **changes: Any) -> Message:
        """Change the newest version of a message and return it."""
        if "blocks" in changes:
            changes["blocks"] = with_ids(changes["blocks"], self)
        with self.lock:
            versions = self.versions(message.channel, message.ts)
            versions.append(replace(versions[-1], **changes))
        self._message_changed(versions[-1])
        return versions[-1]

    def delete(self, message: Message) -> None:
        """Take a message away; one with replies stays as a tombstone, as in Slack."""
        with self.lock:
            if self.replies(message):
                self.edit(message, is_deleted=True, blocks=(), text="This message was deleted.")
                return
            del self._versions[message.channel][message.ts]
        self._message_changed(message)

    def react(self, message: Message, user: str, name: str) -> bool:
        """Add a reaction; False when this person already gave it."""
        with self.lock:
            now = self.message(message.channel, message.ts)
            given = dict(now.reactions)
            if user in given.get(name, ()):
                return False
            given[name] = (*given.get(name, ()), user)
            self.edit(now, reactions=tuple(given.items()))
            return True

    def message(self, channel: str, ts: str) -> Message:
        return self.versions(channel, ts)[-1]

    def versions(self, channel: str, ts: str) -> list[Message]:
        """Every state a message has had, the newest last; NotFoundError when it is gone."""
        with self.lock:
            try:
                return self._versions[channel][ts]
            except KeyError:
                raise NotFoundError(f"There is no message {ts} in {channel}.") from None

    def messages(self, channel: str) -> list[Message]:
        """All messages of a channel that everybody there sees, replies included, oldest first."""
        return [message for message in self.everything(channel) if not message.ephemeral_to]

    def everything(self, channel: str) -> list[Message]:
        with self.lock:
            return [versions[-1] for versions in self._versions.get(channel, {}).values()]

    def replies(self, parent: Message) -> list[Message]:
        """The replies under a message that everybody there sees, oldest first."""
        return [reply for reply in self.under(parent) if not reply.ephemeral_to]

    def under(self, parent: Message) -> list[Message]:
        """All replies under a message, those that only one person sees included."""
        with self.lock:
            there = self._versions.get(parent.channel, {})
            written = self._threads.get((parent.channel, parent.ts), [])
            return [there[ts][-1] for ts in written if ts in there]

    # What a person has read

    def mark_read(self, channel: Channel, user: str) -> None:
        with self.lock:
            self._read[channel.id, user] = self.next_ts()

    def unread(self, channel: Channel, user: str) -> int:
        since = self._read.get((channel.id, user), "")
        return sum(
            message.ts > since and message.user != user and not message.is_reply
            for message in self.messages(channel.id)
        )

    # Names

    def next_ts(self) -> str:
        """Return a message time, `seconds.microseconds`, greater than every one before."""
        with self.lock:
            self._last_ts = max(self._last_ts + 1, int(self.clock() * 1_000_000))
            return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def new_id(self, letter: str, name: str = "") -> str:
        """Return an id that looks like Slack's: a letter, then capitals and digits."""
        stem = letter + "0" + re.sub("[^A-Z0-9]", "", name.upper())[:8].ljust(7, "0")
        with self.lock:
            serial = next(self._serial)
            taken = stem in self._members or stem in self._channels or not name
        return f"{stem}{serial:03d}" if taken else stem

    def changed(self, what: str, *, channel: str = "", person: str = "") -> None:
        for watcher in list(self.watchers):
            watcher(what, channel, person)

    def _message_changed(self, message: Message) -> None:
        what = "ephemeral" if message.ephemeral_to else "message"
        self.changed(what, channel=message.channel, person=message.ephemeral_to)

    def _keep(self, channel: Channel) -> Channel:
        with self.lock:
            self._channels[channel.id] = channel
        self.changed("channel", channel=channel.id)
        return channel


def with_ids(blocks: Iterable[Json], names: Workspace) -> tuple[Json, ...]:
    """Copy blocks, naming what the bot left unnamed, as Slack does."""
    named = copy.deepcopy(list(blocks))
    for block in named:
        block.setdefault("block_id", names.new_id("b"))
        for element in elements(block):
            element.setdefault("action_id", names.new_id("a"))
    return tuple(named)

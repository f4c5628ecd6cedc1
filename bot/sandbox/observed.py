"""What tests look at: the workspace as it is now, in frozen records. It changes nothing."""

from http import HTTPStatus

from bot.sandbox.inside import Inside
from bot.sandbox.people import Person
from bot.sandbox.records import Call, Channel, Member, Message, View
from bot.sandbox.webapi import WebApi


class Observed:
    """The part of the stand-in that answers questions. People and channels go by name or id."""

    def __init__(self, inside: Inside, api: WebApi) -> None:
        self.inside = inside
        self.api = api

    def channel(self, channel: str | Channel) -> Channel:
        name = channel.id if isinstance(channel, Channel) else channel
        return self.inside.workspace.channel(name)

    @property
    def requests(self) -> list[Call]:
        """Every call to the Web API, oldest first, tokens left out."""
        return list(self.api.calls)

    @property
    def rate_limited(self) -> int:
        """How many calls were answered with 429."""
        return sum(call.status == HTTPStatus.TOO_MANY_REQUESTS for call in self.api.calls)

    def messages(self, channel: str | Channel) -> list[Message]:
        """The messages everybody in a channel sees, oldest first, without replies in threads."""
        found = self.inside.workspace.messages(self.channel(channel).id)
        return [message for message in found if not message.is_reply]

    def message(self, message: Message) -> Message:
        """The same message as it is now."""
        return self.inside.workspace.message(message.channel, message.ts)

    def thread(self, message: Message) -> list[Message]:
        """The replies under a message, oldest first."""
        return self.inside.workspace.replies(message)

    def ephemerals(self, person: Person | str) -> list[Message]:
        """What only this person was shown, in any channel, oldest first."""
        member = self._member(person)
        found = [
            message
            for channel in self.inside.workspace.channels()
            for message in self.inside.workspace.everything(channel.id)
            if message.ephemeral_to == member.id
        ]
        return sorted(found, key=lambda message: message.ts)

    def dms(self, person: Person | str) -> list[Message]:
        """The direct messages between the bot and this person, oldest first."""
        return self.messages(self.inside.workspace.direct(self._member(person).id))

    def open_views(self, person: Person | str) -> list[View]:
        """The modals this person has open, the top one last."""
        return self.inside.views.stack(self._member(person).id)

    def home(self, person: Person | str) -> View | None:
        return self.inside.views.home(self._member(person).id)

    def _member(self, person: Person | str) -> Member:
        return person.member if isinstance(person, Person) else self.inside.workspace.member(person)

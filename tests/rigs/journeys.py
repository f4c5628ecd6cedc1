"""What people do in the crash rig, and what must be true afterwards.

A journey is repeated as people repeat: whoever got no acknowledgement does it again, with the same
window if it is still open. `check` compares with what people and customers saw, and yields
sentences: what begins with "lost" or "twice" breaks a promise.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from bot.sandbox.people import Person
from bot.sandbox.records import Ack, Message, RefusedError, View
from bot.sandbox.square import Post
from bot.slack import ids
from tests.rigs.office import DELIVER, READ, RING, Office
from tests.town import menu, words

ROUTER = "@acme acme: my router is broken, case {}."
BILL = "@acme acme: my bill is wrong, case {}."
SORRY = "Sorry about case {}. We are on it."


class Journey(ABC):
    """One thing that people do, with one mention of its own each time."""

    promise: ClassVar[str]
    ready_made: ClassVar[bool] = True
    """Whether it begins with a card that is posted already."""

    def __init__(self, office: Office, number: int) -> None:
        self.office = office
        self.number = number
        self.text = ROUTER.format(number)
        self.acknowledged = False
        if self.ready_made:
            self.post: Post = office.post(self.text)

    def begin(self) -> None:
        """What people do before with its card, while nobody dies; the journey's own act follows."""
        self.acknowledged = False

    @abstractmethod
    def act(self) -> None:
        """Do it; Switchboard may die meanwhile. Asked for until it is `acknowledged`."""

    @abstractmethod
    def check(self) -> Iterator[str]:
        """What is wrong, after all has come to rest."""

    @property
    def card(self) -> Message:
        return self.office.card(self.text)

    def note(self, ack: Ack) -> None:
        self.acknowledged = ack.ok and not ack.errors

    def window(self, who: Person, kind: str, label: str) -> View | None:
        """The window of that kind that somebody has open, or opens behind ⋯."""
        there = menu(self.card)
        if self.office.modal(who, kind) is None and label in there:
            who.choose(self.card, ids.MORE, there[label])
        return self.office.modal(who, kind)

    def answer(self, who: Person) -> None:
        """Reply, in the window that is open or in a new one."""
        if self.office.modal(who, ids.REPLY_MODAL) is None:
            who.click(self.card, ids.REPLY)
        modal = self.office.modal(who, ids.REPLY_MODAL)
        if modal is not None:
            self.note(who.submit(modal, {"text": SORRY.format(self.number)}))

    def once(self, what: str, found: int, wanted: int = 1) -> Iterator[str]:
        if found < wanted:
            yield f"lost: {what} of case {self.number}: {found} instead of {wanted}"
        if found > wanted:
            yield f"twice: {what} of case {self.number}: {found} instead of {wanted}"

    def in_thread(self, line: str, card: Message | None = None) -> Iterator[str]:
        return self.once(f"“{line}”", self.office.thread(card or self.card).count(line))


class ReadPage(Journey):
    """Customers post, the page is read, its cards are posted."""

    promise = "a mention that a platform showed us has one card"
    ready_made = False

    def __init__(self, office: Office, number: int) -> None:
        super().__init__(office, number)
        self.bill = BILL.format(number)
        self._posted: list[Post] = []

    def act(self) -> None:
        if not self._posted:
            self._posted = [self.office.post(text) for text in (self.text, self.bill)]
        self.acknowledged = self.office.bot.ask(READ)

    def check(self) -> Iterator[str]:
        for text, channel in ((self.text, "support"), (self.bill, "billing")):
            yield from self.once("a card", len(self.office.cards(text, channel)))


class Claim(Journey):
    promise = "an acknowledged claim has one owner"

    def act(self) -> None:
        self.note(self.office.ben.click(self.card, ids.CLAIM, stale=True))

    def check(self) -> Iterator[str]:
        yield from self.once("the owner", words(self.card).count("Claimed by *Ben Okafor*"))
        yield from self.in_thread("claimed this.")


class Reply(Journey):
    promise = "a submission is one public reply"

    def act(self) -> None:
        self.answer(self.office.ben)

    def check(self) -> Iterator[str]:
        self.settle_doubt()
        published = self.office.published(self.post)
        yield from self.once("a public reply", len(published))
        yield from self.once("the answer", words(self.card).count("Answered by *Ben Okafor*"))
        yield from self.in_thread("sent a reply on its way")

    def settle_doubt(self) -> None:
        """In doubt a person looks at the platform and decides."""
        if "It is there" in words(self.card):
            there = bool(self.office.published(self.post))
            self.office.ben.click(self.card, ids.IT_IS_THERE if there else ids.TRY_AGAIN)
            self.office.bot.ask(DELIVER)


class Draft(Journey):
    """Somebody types, and never presses Reply."""

    promise = "typed text is never gone"
    typed = "Half a sentence that"

    def act(self) -> None:
        office, ben = self.office, self.office.ben
        if office.modal(ben, ids.REPLY_MODAL) is None and not ben.click(self.card, ids.REPLY).ok:
            return
        modal = office.modal(ben, ids.REPLY_MODAL)
        if modal is not None:
            self.note(ben.type(modal, "text", ids.TEXT, self.typed))

    def check(self) -> Iterator[str]:
        office = self.office
        office.clear_desk()
        office.ben.click(self.card, ids.REPLY)
        shown = str(office.modal(office.ben, ids.REPLY_MODAL))
        yield from self.once("the draft", int(self.typed in shown))


class SendTo(Journey):
    promise = "a mention stands at one desk, and nothing of it is lost on the way"

    def act(self) -> None:
        office, ana = self.office, self.office.ana
        try:
            modal = office.modal(ana, ids.SEND_TO_MODAL)
            if modal is None and ana.click(self.card, ids.SEND_TO).ok:
                modal = office.modal(ana, ids.SEND_TO_MODAL)
            if modal is not None:
                channel = office.slack.channel("billing").id
                self.note(ana.submit(modal, {"channel": channel, "reason": "A matter of money"}))
        except RefusedError:
            self.acknowledged = True  # it has moved: there is no such button any more

    def check(self) -> Iterator[str]:
        yield from self.once("the new card", len(self.office.cards(self.text, "billing")))
        yield from self.in_thread("A matter of money", self.office.card(self.text, "billing"))


class NoReply(Journey):
    promise = "a verdict stands, once"

    def act(self) -> None:
        ana = self.office.ana
        modal = self.window(ana, ids.CLOSE_MODAL, "No reply needed…")
        if modal is not None:
            self.note(ana.submit(modal, {"verdict": "spam"}))

    def check(self) -> Iterator[str]:
        yield from self.once("the verdict", words(self.card).count("No reply needed: spam"))
        yield from self.in_thread("no reply needed (spam)")


class Note(Journey):
    promise = "a note stands in the thread, once"

    def act(self) -> None:
        ana = self.office.ana
        modal = self.window(ana, ids.NOTE_MODAL, "Add a note…")
        if modal is not None:
            self.note(ana.submit(modal, {"text": f"Called her about {self.number}."}))

    def check(self) -> Iterator[str]:
        yield from self.in_thread(f"Called her about {self.number}.")


class Summary(Journey):
    """The week ends, and the clock rings as often as it is started."""

    promise = "leadership reads one summary a week"

    def __init__(self, office: Office, number: int) -> None:
        super().__init__(office, number)
        self._before: int | None = None

    def act(self) -> None:
        if self._before is None:
            self._before = self._summaries()
            self.office.clock.move_to_weekday(0, 12)
        self.acknowledged = self.office.bot.ask(RING)

    def check(self) -> Iterator[str]:
        assert self._before is not None
        yield from self.once("the summary", self._summaries() - self._before)

    def _summaries(self) -> int:
        return len(self.office.slack.messages("leadership"))

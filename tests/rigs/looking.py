"""What people do in the fault rig to be shown something: it may fail, and comes when asked again.

With these and the journeys of the crash rig every method of Slack's is called that Switchboard
calls after its start; `faults.CALLED` names them.
"""

from collections.abc import Iterator

from bot.sandbox.people import Person
from bot.slack import ids
from tests.rigs.journeys import Journey
from tests.rigs.office import DELIVER, READ_X
from tests.town import words

SECRET = "secret"
"""A private channel, without Cat."""


class SeesHome(Journey):
    """Ana has claimed it, and opens App Home."""

    promise = "App Home shows what is theirs"

    def begin(self) -> None:
        self.office.ana.click(self.card, ids.CLAIM)
        super().begin()

    def act(self) -> None:
        self.acknowledged = self.office.ana.open_home().ok

    def check(self) -> Iterator[str]:
        if not self._is_shown():
            self.act()
            self.office.bot.ask(DELIVER)
        yield from self.once("the line in App Home", int(self._is_shown()))

    def _is_shown(self) -> bool:
        home = self.office.slack.home(self.office.ana)
        return home is not None and self.text in words(home)


class Refused(Journey):
    """Ben has claimed it, and Ana puts an eye below it, which would claim it too."""

    promise = "who is refused is told so, and changes nothing"

    def begin(self) -> None:
        self.office.ben.click(self.card, ids.CLAIM)
        super().begin()
        self._eyes = iter(("eyes", "hand", "raised_hand", "wave", "eyes"))
        self._before = len(self.office.slack.ephemerals(self.office.ana))

    def act(self) -> None:
        self.acknowledged = self.office.ana.react(self.card, next(self._eyes)).ok

    def check(self) -> Iterator[str]:
        if not self._told():
            self.act()
        yield from self.once("the refusal", int("Ben Okafor" in self._told()))
        yield from self.once("the owner", words(self.card).count("Claimed by *Ben Okafor*"))

    def _told(self) -> str:
        return " ".join(map(words, self.office.slack.ephemerals(self.office.ana)[self._before :]))


class LooksUp(Journey):
    """It went to a private channel, with a reason; Ben, who is in there, asks for it elsewhere."""

    promise = "what is private is shown to whoever is in its channel, and to nobody else"
    reason = "Handle with care"

    def begin(self) -> None:
        office, ana = self.office, self.office.ana
        if SECRET not in {one.name for one in office.slack.inside.workspace.channels()}:
            office.slack.add_channel(SECRET, private=True, members=["ana", "ben"])
        ana.click(self.card, ids.SEND_TO)
        modal = office.modal(ana, ids.SEND_TO_MODAL)
        assert modal is not None
        channel = office.slack.channel(SECRET).id
        ana.submit(modal, {"channel": channel, "reason": self.reason})
        assert office.bot.ask(DELIVER)
        super().begin()

    def act(self) -> None:
        self.acknowledged = self._ask(self.office.ben)

    def check(self) -> Iterator[str]:
        if not self._is_shown(self.office.ben):
            self.act()
        yield from self.once("what is private", int(self._is_shown(self.office.ben)))
        self._ask(self.office.cat)
        yield from self.once(
            "what Cat must not see", int(self._is_shown(self.office.cat)), wanted=0
        )

    def _ask(self, who: Person) -> bool:
        card = self.office.card(self.text, SECRET)
        number = next(
            element["value"]
            for block in card.blocks if block["type"] == "actions"
            for element in block["elements"] if element["action_id"] == ids.REPLY
        )  # fmt: skip
        return who.command("/mentions", number.rpartition(":")[2]).ok

    def _is_shown(self, who: Person) -> bool:
        told = self.office.slack.ephemerals(who)
        answer = words(told[-1]) if told else ""
        return self.text in answer and self.reason in answer


class Priced(Journey):
    """A post on X: what a reply costs is told anew in its window while somebody types."""

    promise = "typed text is never gone"
    typed = "Here: https://acme.example/help"

    def begin(self) -> None:
        self.text = f"{self.text} On X."
        assert self.office.bot.ask(READ_X)
        self.office.square.post("x", "mara_k", self.text)
        for order in (READ_X, DELIVER):
            assert self.office.bot.ask(order)
        super().begin()

    def act(self) -> None:
        self._open()
        modal = self.office.modal(self.office.ben, ids.REPLY_MODAL)
        if modal is not None:
            self.note(self.office.ben.type(modal, "text", ids.TEXT, self.typed))

    def check(self) -> Iterator[str]:
        self.office.clear_desk()
        self._open()
        shown = str(self.office.modal(self.office.ben, ids.REPLY_MODAL))
        yield from self.once("the draft", int(self.typed in shown))
        yield from self.once("its price", int("costs 20 cents" in shown))

    def _open(self) -> None:
        if self.office.modal(self.office.ben, ids.REPLY_MODAL) is None:
            self.office.ben.click(self.card, ids.REPLY)


LOOKING = (SeesHome, Refused, LooksUp, Priced)

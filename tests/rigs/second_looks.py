"""What people do in the crash rig where a second one looks: approve, change, take down."""

from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from bot.sandbox.square import Post
from bot.slack import ids
from tests.rigs.journeys import Journey, Reply
from tests.rigs.office import DELIVER
from tests.town import words


class TwoPeople(Reply):
    """One asks, and Ben decides on the card. Nothing may happen in public before he does."""

    button: ClassVar[str]
    _asked = _decided = _too_early = False

    def act(self) -> None:
        if not self._asked:
            self.ask()
            self._asked, self.acknowledged = self.acknowledged, False
        if self._asked and self.office.bot.ask(DELIVER):
            self._too_early |= not self._decided and self.happened()
            self._decided = True
            self.note(self.office.ben.click(self.card, self.button, stale=True))

    @abstractmethod
    def ask(self) -> None:
        """The first of the two does their part."""

    @abstractmethod
    def happened(self) -> bool:
        """Whether it can be seen in public."""

    def check(self) -> Iterator[str]:
        self.settle_doubt()
        if self._too_early:
            yield f"twice: case {self.number} was done before a second person had decided"


class Held(TwoPeople):
    promise = "a held reply leaves once, when somebody approved it"
    button = ids.APPROVE

    def ask(self) -> None:
        self.answer(self.office.cat)

    def happened(self) -> bool:
        return bool(self.office.published(self.post))

    def check(self) -> Iterator[str]:
        yield from super().check()
        yield from self.once("a public reply", len(self.office.published(self.post)))
        yield from self.once("the answer", words(self.card).count("Answered by *Cat Novak*"))
        yield from self.in_thread("approved the reply")


class Changed(Journey):
    """Ben has answered, and says it otherwise now. To say the same once more would be no double."""

    promise = "a public reply reads as its change was submitted, and the change is told once"

    def begin(self) -> None:
        self.answer(self.office.ben)
        super().begin()

    def act(self) -> None:
        ben = self.office.ben
        modal = self.window(ben, ids.CHANGE_MODAL, "Change our reply…")
        if modal is not None:
            self.note(ben.submit(modal, {"new_text": self.better, "reason": "The sum was wrong."}))

    @property
    def better(self) -> str:
        return f"Better words about case {self.number}."

    def check(self) -> Iterator[str]:
        said = [one.text for one in answers(self)]
        yield from self.once("a public reply", len(said))
        yield from self.once("the new text", said.count(self.better))
        yield from self.once("the new text on the card", words(self.card).count(self.better))
        yield from self.in_thread("changed our reply")


class TakenDown(TwoPeople):
    promise = "a public reply is taken down once, when a second person agreed"
    button = ids.AGREE

    def begin(self) -> None:
        self.answer(self.office.ben)
        super().begin()

    def ask(self) -> None:
        ana = self.office.ana
        modal = self.window(ana, ids.TAKE_DOWN_MODAL, "Take our reply down…")
        if modal is not None:
            self.note(ana.submit(modal, {"reason": "It names a customer."}))

    def happened(self) -> bool:
        return not answers(self)

    def check(self) -> Iterator[str]:
        yield from super().check()
        yield from self.once("a public reply", len(answers(self)), wanted=0)
        yield from self.in_thread("asks to take our reply down")
        yield from self.in_thread("agreed to take our reply down")
        yield from self.in_thread("agreed: “It names a customer.”")


def answers(journey: Journey) -> list[Post]:
    """What of ours is public below the journey's post."""
    ours = journey.office.square.replies_by_brand("square")
    return [one for one in ours if one.reply_to == journey.post.id]

"""What people are told when something cannot be done.

The docstring of each class is the sentence shown; words in braces are filled in where it is raised.
Every sentence names what happened and the person's next step, and never blames.
"""

import inspect
from typing import ClassVar


class Refusal(Exception):  # noqa: N818 (an answer to a person, not a fault of the program)
    """That is not possible right now."""

    field: ClassVar[str] = ""
    """The field of the window to say it under; "": the first one that fits."""

    def __init__(self, **facts: object) -> None:
        super().__init__(inspect.cleandoc(type(self).__doc__ or "").format(**facts))
        self.facts = facts


class UnknownMention(Refusal):
    """There is no mention number {number} here. Type `/mentions search` and a word from it."""


class NotMetYet(Refusal):
    """Slack did not tell me who you are, so nothing was done. Try once more in a minute."""


class OnlyColleagues(Refusal):
    """Here {who} may read along, not act for the company. Ask a colleague in the card's thread."""


class Outsider(Refusal):
    """No. {number} is in a channel that you are not in. Ask a colleague there to invite you."""


class NotTold(Refusal):
    """Slack did not tell me whether you may see its channel. Try once more in a minute."""


class AlreadyClaimed(Refusal):
    """{owner} claimed this {when}. You can still add a note, or ask in the thread."""


class ClaimedByYou(Refusal):
    """You claimed this {when}: it is yours. Press Reply to answer."""


class NotClaimed(Refusal):
    """Nobody holds this mention any more, so there is nothing to release."""


class NotYours(Refusal):
    """{owner} holds this mention; only they or an admin can release it. Ask in the thread."""


class AlreadyAnswered(Refusal):
    """{who} answered this {when}. To say more, press ⋯ and then Reply again."""


class ReplyOnItsWay(Refusal):
    """{who}'s reply to this is on its way; wait until the card says what became of it."""


class ReplyHeld(Refusal):
    """{who}'s reply to this waits for a second pair of eyes. Approve it, or send it back first."""


class ReplyHeldForOthers(Refusal):
    """{who}'s reply to this waits until it is approved by {names}. You can add a note meanwhile."""


class YourOwnReply(Refusal):
    """You wrote this yourself, so somebody else approves it: {names}. Ask them in the thread."""


class YourOwnReplyIsFree(Refusal):
    """Nobody approves their own. Yours leave at once by now: press Change the text, then Reply."""


class NotYoursToApprove(Refusal):
    """Approving is for those whose first replies are out, and for admins: ask {names}."""


class NotYoursToAgree(Refusal):
    """Agreeing is for those whose first replies are out, and for admins: ask {names}."""


class NotYoursToSend(Refusal):
    """The post was changed after {who} wrote this: ask {who}, or {names}, to look and send it."""


class PostReadsDifferently(Refusal):
    """The post was changed since. Read it once more on its card, and decide there."""


class ChangeNeedsApproval(Refusal):
    """Your first replies are approved by a colleague, so ask one to change this: {names}."""


class NotASpeaker(Refusal):
    """Not everybody here answers in the brand's name: ask {names}. You can claim, note, send on."""


class AlreadyClosed(Refusal):
    """{who} said {when} that no reply is needed. Press Undo on the card to open it again."""


class NotClosed(Refusal):
    """This mention is open again already."""


class PostGone(Refusal):
    """This post is gone: its author deleted it or hid it, so it cannot be answered any more."""


class NewerReply(Refusal):
    """{who} has written a newer reply to this, so this one stays here. Look at the card."""


class NothingToRetry(Refusal):
    """This reply is not waiting for a decision any more. Look at the card for what became of it."""


class SamePlace(Refusal):
    """This mention is in {place} already. Choose another department or channel."""


class NowhereToSend(Refusal):
    """Choose a department or a channel to send this to."""


class TwoPlaces(Refusal):
    """Choose a department or a channel, not both."""


class EmptyReply(Refusal):
    """Write what you want to say: an empty reply cannot be published."""


class ReplyTooLong(Refusal):
    """That is too long for {platform}: {used} of {limit}. Shorten it by {over}; it is kept here."""


class ReplyRefused(Refusal):
    """{problem} Your text is kept here."""


class RepliesSpent(Refusal):
    """That costs {costs}; replies may cost {left} more today. Ask an admin; your text is kept."""


class CannotReply(Refusal):
    """{platform} does not let us answer this post from here: {reason} Use "Open on {platform}"."""


class NotThatPlatform(Refusal):
    """That is no link to {platform}. Open your answer there and paste its address here."""


class NothingWritten(Refusal):
    """The text of your answer is gone from here. Press Reply on the card and write it once more."""


class NothingPublic(Refusal):
    """There is no such reply of ours in public any more. Look at the card for what became of it."""


class NotYourReply(Refusal):
    """Only {author}, who wrote it, whoever holds this, or an admin may change it. Ask there."""


class SameText(Refusal):
    """This is what the reply says already. Change the text, or press Cancel."""


class WhyMissing(Refusal):
    """Say why: colleagues will read it in the history."""

    field = "reason"


class ChangeTaken(Refusal):
    """Your first text was taken after all. This one is kept for when you change the reply again."""


class CannotChange(Refusal):
    """{platform} lets nobody change this reply. Press ⋯ on the card, then "Correct our reply…"."""


class CannotTakeDown(Refusal):
    """{platform} does not let us take this reply down from here. Open it there to do so."""


class ChangeOnItsWay(Refusal):
    """{who} is changing a reply of ours; wait until the card says that it is done."""


class RemovalOnItsWay(Refusal):
    """A reply of ours is being taken down. Look at the card for what becomes of it."""


class RemovalAsked(Refusal):
    """{who} has asked to take a reply down. Press Take it down on the card if you agree."""


class RemovalTaken(Refusal):
    """Asked for already; your reason is: “{reason}” Withdraw it on the card to give another."""

    field = "reason"


class SecondPersonNeeded(Refusal):
    """You asked for this yourself, so somebody else has to agree. Ask a colleague in the thread."""


class NotYourWish(Refusal):
    """{who} asked for this; only they or an admin can withdraw it. Say why not in the thread."""


class NothingToDecide(Refusal):
    """Nobody has to decide about this any more. Look at the card for what became of it."""


class OnlyAdmins(Refusal):
    """What is stuck is shown to admins only: it is other people's work. Ask {admins}."""


class NobodyIsAdmin(Refusal):
    """This is for admins only, and nobody is one yet: name some in the configuration."""


class OnlyAdminsDecide(Refusal):
    """Who may reply is decided by admins only, so nothing was changed. Ask {admins}."""


class NoSuchNumber(Refusal):
    """Write a whole number from 0 to {most}."""

    field = "first_replies"


class NobodyNamed(Refusal):
    """Nobody is chosen here. Choose who may reply, or choose above that everybody may."""

    field = "speakers"


class EverybodyAndSome(Refusal):
    """Above it says that everybody may reply. Take these out, or choose Only these people."""

    field = "speakers"


class SpeakerUnknown(Refusal):
    """Slack did not tell me who this is: {names}. Press Change it once more, or take them out."""

    field = "speakers"


class SpeakerFromOutside(Refusal):
    """Take these out, because {who} cannot speak for the company: {names}."""

    field = "speakers"


class SpeakerIsGuest(Refusal):
    """Guests may only look, so take these out, or tick the box for guests: {names}."""

    field = "speakers"


class NobodyCouldApprove(Refusal):
    """None of these could approve: add an admin or somebody with theirs out, or write 0 above."""

    field = "speakers"


class SamePolicy(Refusal):
    """This is what holds already. Change something, or press Cancel."""


class WentOut(Refusal):
    """This went out meanwhile: nothing is left to do."""


class OnItsWayAgain(Refusal):
    """This is on its way again already. If it fails once more, it comes back to this list."""


class DiscardedAlready(Refusal):
    """{told} So nothing is left to do here."""


class Overtaken(Refusal):
    """Something newer has taken its place: nothing is left to do."""


class PressOver(Refusal):
    """No check waits for this press any more. Type `python app.py check --press` once more."""


class EmptyNote(Refusal):
    """Write the note first, or press Cancel."""


class UnknownDepartment(Refusal):
    """There is no department "{name}". The departments are: {departments}."""


class UnknownWeek(Refusal):
    """There is no week "{week}". Write it as year and week number, like 2026-W46."""


class NotConnected(Refusal):
    """{platform} is not connected any more. Ask an admin to look at `python app.py check`."""


class TooSlow(Refusal):
    """Slack did not open the window in time. Press the button once more."""


class Unreadable(Refusal):
    """I cannot read what Slack told of this. Close the window and press the button again."""


class SlackBusy(Refusal):
    """Slack asks us to wait. Press the button again in a minute; what you typed is kept."""


class NoRoom(Refusal):
    """My disk is full, so nothing was changed. Tell an admin; press again when there is room."""


class NoRoomToKeep(Refusal):
    """My disk is full. Leave this open: your text is only here. Tell an admin; send it later."""


class NotThere(Refusal):
    """I am not in that channel yet. Type `/invite @Switchboard` there, then press Send again."""


class NoReason(Refusal):
    """Choose why this needs no reply."""

"""Who may reply, and whose first replies somebody else approves, in plain words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from bot.config import Policy
from bot.slack import ids
from bot.slack.blocks import (
    Block,
    actions,
    button,
    context,
    date,
    leaf,
    line,
    mrkdwn,
    name,
    notice,
    plain,
    rich,
)
from bot.slack.cards import Drawn
from bot.wording import count

TITLE = "Who may reply in the brand's name"
NAMED = 20
"""So many people are named before the rest is counted."""
SET_UP = "It is as it was set up: nobody has changed it since."
BY_FILE = "Changed with a configuration file"
NOBODY_COULD = "Nobody could approve them at the moment, so until then they leave at once."
NOT_YOU = "You are not among them."


class Who(NamedTuple):
    """Somebody; the name is "" as long as Slack was not asked for it."""

    slack_id: str
    name: str


Sentence = tuple[str | Who, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyView:
    """What holds now, for whoever asks."""

    policy: Policy
    speakers: tuple[Who, ...]
    admins: tuple[Who, ...]
    changed_by: str
    """Their name; "" when it came with a file."""
    changed_at: datetime | None
    """None: it is as it was set up."""
    held: int
    """So many replies wait for a second pair of eyes."""
    nobody_could_approve: bool
    asker: str
    """Their Slack id."""

    @property
    def asker_may_change(self) -> bool:
        return self.asker in [one.slack_id for one in self.admins]


def sentences(policy: Policy, speakers: Sequence[Who]) -> list[Sentence]:
    """What holds, in plain words: about first replies, about speakers, about guests."""
    return [_about_first(policy.approve_first), _about_speakers(speakers), _about_guests(policy)]


def plainly(sentence: Sentence) -> str:
    """Where nothing but text can stand."""
    return "".join(one if isinstance(one, str) else _name_of(one) for one in sentence)


def draw_policy(view: PolicyView) -> Drawn:
    told = [plainly(one) for one in sentences(view.policy, view.speakers)]
    blocks = [rich(line(leaf(TITLE, bold=True))), draw_listed(view)]
    blocks += [draw_when(view), rich(line(*_leaves(_about_admins(view.admins))))]
    if view.asker_may_change:
        blocks.append(actions(button("Change…", ids.POLICY_CHANGE, "policy")))
    return Drawn(notice(f"{TITLE}: {' '.join(told)}"), blocks)


def named(people: Sequence[Who]) -> Iterator[str | Who]:
    """With commas and an "and": all of them, or the first ones and how many more there are."""
    shown, more = people[:NAMED], len(people) - NAMED
    for number, one in enumerate(shown):
        last = number == len(shown) - 1 and more <= 0
        if number:
            yield " and " if last else ", "
        yield one
    if more > 0:
        yield f" and {count(more, 'other')}"


def draw_listed(view: PolicyView) -> Block:
    """What holds, a line each."""
    first, speakers, guests = sentences(view.policy, view.speakers)
    if view.policy.approve_first and view.nobody_could_approve:
        first = (*first, f" {NOBODY_COULD}")
    if view.speakers and view.asker not in view.policy.may_reply:
        speakers = (*speakers, f" {NOT_YOU}")
    lines = [line(*_leaves(one)) for one in (first, speakers, guests)]
    return rich({"type": "rich_text_list", "style": "bullet", "elements": lines})


def draw_when(view: PolicyView) -> Block:
    """Who changed it last, and when."""
    if view.changed_at is None:
        return context(plain(SET_UP))
    by = f"Last changed by {name(view.changed_by)}" if view.changed_by else BY_FILE
    return context(plain(by), mrkdwn(date(view.changed_at)))


def _about_first(number: int) -> Sentence:
    if not number:
        return ("Replies leave at once: nobody has to look at them first.",)
    if number == 1:
        each, own = "The first reply of each person waits", "first one is out"
    else:
        each, own = f"The first {number} replies of each person wait", f"first {number} are out"
    return (
        f"{each} until a second person approves: an admin, or somebody whose own {own}. "
        "Admins need nobody.",
    )


def _about_speakers(speakers: Sequence[Who]) -> Sentence:
    if not speakers:
        return ("Everybody who works here may reply.",)
    return (
        "Only these may reply: ",
        *named(speakers),
        ". All others may claim, note and send on.",
    )


def _about_guests(policy: Policy) -> Sentence:
    if not policy.guests_may_reply:
        return ("Guests of this Slack read along, and do nothing else.",)
    if policy.may_reply:
        return ("Guests of this Slack claim and decide as colleagues do; they reply when named.",)
    return ("Guests of this Slack claim, reply and decide as colleagues do.",)


def _about_admins(admins: Sequence[Who]) -> Sentence:
    if not admins:
        return ("Nobody can change it from Slack yet: name admins in the configuration.",)
    return ("Admins may change it: ", *named(admins), ".")


def _name_of(who: Who) -> str:
    return name(who.name) or who.slack_id


def _leaves(sentence: Sentence) -> list[Block]:
    """Slack itself names whom we have not met yet."""
    return [
        {"type": "user", "user_id": one.slack_id}
        if isinstance(one, Who) and not one.name
        else leaf(plainly((one,)))
        for one in sentence
    ]

"""The window in which an admin changes who may reply, and what it tells when that is done."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.config import Policy
from bot.slack import ids
from bot.slack.blocks import (
    Block,
    context,
    field,
    leaf,
    line,
    modal,
    name,
    option,
    plain,
    rich,
)
from bot.slack.policy import PolicyView, Who, draw_listed, draw_when, named, plainly
from bot.wording import count

MOST_FIRST = 20
FIRST_HINT = (
    "Admins need nobody. A higher number takes in everybody who has had fewer published; what is "
    "on its way already leaves."
)
SPEAKERS_HINT = "Where only these people may reply, all others may claim, note and send on."
GUESTS_HINT = "They claim, reply and decide. Other companies and apps never do."
AT_ONCE = (
    "It holds as soon as you press Change it, also for who is writing a reply right now; their "
    "text is kept. The other admins are told."
)
NOT_BY_ITSELF = "A change here sends none: each has to be approved on its card."
KEPT = "Nothing is changed yet. What you chose stands below: press Change it to let that hold."


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyForm:
    """What the window shows. `chosen` stands in its fields, `seen` names what held then."""

    now: PolicyView
    chosen: Policy
    seen: str
    left_out: tuple[Who, ...] = ()
    """Named in the policy, and may not act any more."""
    held_back: bool = False
    """It was submitted, and not done because somebody else was quicker."""

    @property
    def everybody(self) -> bool:
        """Nobody being left of those who were named opens it to nobody else."""
        return not (self.chosen.may_reply or self.left_out)


def most_first(policy: Policy) -> int:
    """The highest number that the window takes; one from a file may be higher than usual."""
    return max(MOST_FIRST, policy.approve_first)


def policy_modal(form: PolicyForm) -> Block:
    blocks = [
        *(_warning(form.now) if form.held_back else [draw_when(form.now)]),
        *_fields(form),
        context(plain(AT_ONCE)),
        context(plain(_about_held(form.now.held))),
    ]
    return modal(ids.POLICY_MODAL, "Who may reply", blocks, submit="Change it", metadata=form.seen)


def policy_told(view: PolicyView) -> Block:
    """What came of it."""
    head = rich(line(leaf("From now on:", bold=True)))
    held = [context(plain(_about_held(view.held)))] if view.held else []
    return modal("told", "Who may reply", [head, draw_listed(view), *held])


def _about_held(held: int) -> str:
    waits = count(held, "reply waits", "replies wait") if held else "No reply waits"
    return f"{waits} for a second pair of eyes now. {NOT_BY_ITSELF}"


def _warning(now: PolicyView) -> list[Block]:
    who = name(now.changed_by) or "Somebody"
    told = f"{who} changed this meanwhile. It says now:"
    return [rich(line(leaf(told, bold=True))), draw_listed(now), context(plain(KEPT))]


def _fields(form: PolicyForm) -> Iterator[Block]:
    policy, most = form.chosen, most_first(form.now.policy)
    label = "First replies of each person that somebody else approves"
    hint = f"0 to {most}. {FIRST_HINT}"
    number = _number(min(policy.approve_first, most), most)
    yield field(ids.FIRST_REPLIES, label, number, hint=hint)
    yield field(ids.WHO, "Who may reply", _who(form))
    people: Block = {
        "type": "multi_users_select", "action_id": ids.SPEAKERS,
        "placeholder": plain("Choose people"),
    }  # fmt: skip
    if policy.may_reply:
        people["initial_users"] = list(policy.may_reply)
    yield field(ids.SPEAKERS, "These people", people, hint=SPEAKERS_HINT, optional=True)
    if form.left_out:
        names = plainly(tuple(named(form.left_out)))
        yield context(plain(f"Taken out, because they may not act any more: {names}."))
    box = option("Guests of this Slack act as colleagues do", "yes", hint=GUESTS_HINT)
    boxes: Block = {"type": "checkboxes", "action_id": ids.GUESTS, "options": [box]}
    if policy.guests_may_reply:
        boxes["initial_options"] = [box]
    yield field(ids.GUESTS, "Guests", boxes, optional=True)


def _who(form: PolicyForm) -> Block:
    """Said on purpose, because an empty list of people may have come about by itself."""
    everybody = option("Everybody who works here", ids.EVERYBODY)
    only = option("Only these people:", ids.ONLY)
    return {
        "type": "radio_buttons", "action_id": ids.WHO, "options": [everybody, only],
        "initial_option": everybody if form.everybody else only,
    }  # fmt: skip


def _number(number: int, most: int) -> Block:
    return {
        "type": "number_input", "action_id": ids.FIRST_REPLIES, "is_decimal_allowed": False,
        "min_value": "0", "max_value": str(most), "initial_value": str(number),
    }  # fmt: skip

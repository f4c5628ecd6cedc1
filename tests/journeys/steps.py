"""What people do in more than one journey, in as many presses as it takes them."""

from typing import Any

from bot.sandbox.people import Person
from bot.sandbox.records import Ack, Message, View
from bot.sandbox.square import Post
from tests.town import Town, menu, words


def pick(person: Person, card: Message | View, label: str) -> Ack:
    """Choose an entry behind ⋯."""
    there = menu(card)
    assert label in there, f"behind ⋯ there is no {label}, only {', '.join(there)}"
    return person.choose(card, "more", there[label])


def open_modal(town: Town, person: Person, card: Message | View, label: str) -> View:
    """The modal behind an entry of the ⋯ menu."""
    ack = pick(person, card, label)
    assert ack.ok, ack
    return town.modal(person)


def open_reply(town: Town, person: Person, channel: str = "billing") -> View:
    """The reply modal of the channel's newest card."""
    ack = person.click(town.card(channel), "reply")
    assert ack.ok, ack
    return town.modal(person)


def reply(town: Town, person: Person, text: str, channel: str = "billing") -> None:
    """Answer the channel's newest card; it stands as sent as far as the platform lets it."""
    ack = person.submit(open_reply(town, person, channel), {"text": text})
    assert ack.ok, ack
    assert not ack.errors, ack.errors
    town.deliver()


def send_to(town: Town, person: Person, card: Message, **chosen: Any) -> Ack:
    """Press Send to… and submit what was chosen: department, channel, reason."""
    ack = person.click(card, "send_to")
    assert ack.ok, ack
    return person.submit(town.modal(person), chosen)


def option_named(view: View, block_id: str, label: str) -> str:
    """The value behind what a select or radio group shows as `label`."""
    block = next(one for one in view.blocks if one["block_id"] == block_id)
    shown = block["element"]["options"]
    found = {option["text"]["text"]: option["value"] for option in shown}
    assert label in found, f"{block_id} offers no {label}, only {', '.join(found)}"
    return str(found[label])


def field_text(view: View, block_id: str = "text") -> str:
    """What stands in a text field when the modal opens."""
    (value,) = view.values[block_id].values()
    return str(value["value"] or "")


def thread_text(town: Town, card: Message) -> str:
    """A card's thread as its lines, one below the other."""
    return "\n".join(words(message) for message in town.slack.thread(card))


def our_reply(town: Town, on: str = "square") -> Post:
    """What we published last."""
    replies = town.square.replies_by_brand(on)
    assert replies, f"nothing of ours is on {on}"
    return replies[-1]


def author_answers(town: Town, text: str, on: str = "square", *, by: str = "mara_k") -> Post:
    """Somebody answers our last reply; Switchboard has read it and shown it."""
    return town.post(text, by=by, on=on, reply_to=our_reply(town, on).id)

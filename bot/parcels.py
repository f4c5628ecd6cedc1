"""What a delivery is, in words for an admin who has to decide about it.

Who may decide, and what is done then, is said in `bot/usecases/stuck.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bot import amendments
from bot.models import Card, Delivery, Reply
from bot.slack.cards import Labels
from bot.store import Store


@dataclass(frozen=True, slots=True)
class Parcel:
    what: str
    discarded: str
    """What it means to give it up, as a sentence."""
    mention_id: int | None = None
    reply: Reply | None = None


def parcel(store: Store, row: Delivery, *, label: Labels) -> Parcel:
    """What stands in this row of the outbox. `label`: what people call a platform."""
    describe = _KINDS.get(row.kind)
    found = describe(store, row, label) if describe else None
    return found or Parcel(f"A delivery of the kind {row.kind}", "It is not sent.")


def _card(store: Store, row: Delivery, _: Labels) -> Parcel | None:
    card = store.card(row.payload["card"])
    if card is None:
        return None
    stays = "It stays in Slack as it is until something happens to the mention."
    unseen = "Nobody sees it in Slack until something happens to the mention."
    means = unseen if card.ts is None else stays
    return Parcel(f"The card of mention {_place(card)}", means, card.mention_id)


def _thread(store: Store, row: Delivery, _: Labels) -> Parcel | None:
    card = store.card(row.payload["card"])
    if card is None:
        return None
    means = "These lines are told when something else happens to the mention."
    return Parcel(f"The history of mention {_place(card)}", means, card.mention_id)


def _home(store: Store, row: Delivery, _: Labels) -> Parcel:
    means = "It stays as it is until they open it again."
    return Parcel(f"App Home of {_person(store, row)}", means)


def _name(store: Store, row: Delivery, _: Labels) -> Parcel:
    means = "They keep the name that we know until they press something again."
    return Parcel(f"The name of {_person(store, row)}", means)


def _notice(store: Store, row: Delivery, _: Labels) -> Parcel:
    to = str(row.payload["channel"])
    person = store.person(to)
    whom = f"A direct message to {person.name if person else to}"
    told = f"A message to {to}" if to.startswith("#") else whom
    return Parcel(told, "They are not told.", row.payload.get("mention"))


def _summary(_: Store, row: Delivery, __: Labels) -> Parcel:
    week, channel = row.payload["week"], row.payload["channel"]
    later = f"It can be posted later: python app.py summary --week {week} --post"
    return Parcel(f"The summary of {week} for {channel}", later)


def _reply(store: Store, row: Delivery, label: Labels) -> Parcel | None:
    reply = store.reply(row.payload["reply"])
    if reply is None:
        return None
    where = label(reply.mention.platform)
    what = f"{reply.author.name}'s reply to mention {reply.mention_id} on {where}"
    means = f"It is not sent again. Its text waits in the window for {reply.author.name}."
    return Parcel(what, means, reply.mention_id, reply=reply)


def _amendment(store: Store, row: Delivery, label: Labels) -> Parcel | None:
    amendment = amendments.numbered(store, row.payload["amendment"])
    if amendment is None:
        return None
    where = (
        f"our reply to mention {amendment.mention_id} on {label(amendment.reply.mention.platform)}"
    )
    who = amendment.asked_by.name
    what, means = f"{who}'s change of {where}", "It stays as it is; the new text is kept."
    if amendment.is_removal:
        what, means = f"Taking down {where}, as {who} asked", "It stays public."
    return Parcel(what, f"Our reply: {means}", amendment.mention_id)


def _place(card: Card) -> str:
    channel = card.channel if card.channel.startswith("#") else "a channel"
    return f"{card.mention_id} in {channel}"


def _person(store: Store, row: Delivery) -> str:
    person = store.person_by_id(row.payload["person"])
    return person.name if person else "somebody"


_KINDS: dict[str, Callable[[Store, Delivery, Labels], Parcel | None]] = {
    "card": _card,
    "thread": _thread,
    "home": _home,
    "person": _name,
    "notice": _notice,
    "summary": _summary,
    "reply": _reply,
    "amend": _amendment,
}

"""What somebody's App Home shows: what is theirs first, then what waits where they answer."""

from collections.abc import Sequence
from datetime import timedelta

from bot import posts, trust, undelivered
from bot.models import Mention, Person, Reply
from bot.slack.cards import Labels, Links
from bot.slack.home import HomeLine, HomeView
from bot.store import Store

SHOWN = 10


def home_view(store: Store, person_id: int, *, label: Labels, link: Links) -> HomeView | None:
    person = store.person_by_id(person_id)
    if person is None or person.slack_id is None:
        return None

    def whose(reply: Reply) -> str:
        return "Your" if reply.author == person else f"{reply.author.name}'s"

    def lines(mentions: tuple[Mention, ...]) -> tuple[HomeLine, ...]:
        cards = [(mention, store.current_card(mention.id)) for mention in mentions]
        newest = posts.newest(store, mentions)
        return tuple(
            HomeLine(
                mention=mention, platform=label(mention.platform),
                post=newest.get(mention.id, mention),
                link=link(card.channel_id, card.ts) if card else "",
                held=whose(held[mention.id]) if mention.id in held else "",
                may_change=mention.id in held and held[mention.id].author == person,
            )
            for mention, card in cards
        )  # fmt: skip

    to_approve = tuple(one.mention for one in _to_approve(store, person))
    mine = store.held_by(person, limit=SHOWN)
    own = store.departments_of(person)
    waiting = store.unclaimed_in(own, limit=SHOWN)
    held = posts.held_among(store, {*to_approve, *mine.mentions, *waiting.mentions})
    everywhere = store.departments()
    others = [one for one in everywhere if one not in own]
    week = store.sent_between(store.now - timedelta(days=7), store.now + timedelta(days=1))
    return HomeView(
        slack_id=person.slack_id,
        to_approve=lines(to_approve),
        mine=lines(mine.mentions),
        mine_total=mine.total,
        waiting=lines(waiting.mentions),
        waiting_total=waiting.total,
        departments=tuple(everywhere),
        my_departments=tuple(own),
        elsewhere=tuple(one for one in store.open_by_place(others) if one[1]),
        answered_this_week=sum(1 for reply in week if reply.author_id == person.id),
        stuck=undelivered.total(store) if person.slack_id in store.admins() else 0,
    )


def _to_approve(store: Store, person: Person) -> Sequence[Reply]:
    held = posts.held_of_others(store, person, limit=SHOWN)
    return held if held and trust.is_trusted(store, person) else ()

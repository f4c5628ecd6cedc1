"""Slash commands. Their answers are seen by the asker alone."""

import logging

from slack_bolt import Ack, App, Respond

from bot.models import Actor
from bot.slack import ids, payloads
from bot.slack.cards import CardView, Drawn
from bot.slack.lookups import (
    DEPARTMENTS_HELP,
    MENTIONS_HELP,
    Help,
    Listing,
    Single,
    Sources,
    Stats,
    draw_desks,
    draw_from_outside,
    draw_help,
    draw_listing,
    draw_single,
    draw_sources,
    draw_stats,
)
from bot.slack.payloads import Payload
from bot.store import Store
from bot.switchboard import Switchboard
from bot.usecases.cards import card_view
from bot.usecases.lookup import desks, look_up
from platforms.base import PlatformError

log = logging.getLogger(__name__)


def register(app: App, switchboard: Switchboard) -> None:
    database = switchboard.database

    @app.command("/mentions")
    def mentions(ack: Ack, body: Payload) -> None:
        by, text = payloads.actor(body), str(body.get("text") or "")
        _tell(ack, _answer(switchboard, text, by, 0))

    @app.command("/departments")
    def departments(ack: Ack, body: Payload) -> None:
        asked = str(body.get("text") or "").strip()
        if asked.casefold() in ("help", "?"):
            _tell(ack, draw_help(Help(), DEPARTMENTS_HELP))
        else:
            _tell(ack, draw_desks(database.read(desks, asked)))

    def turn(ack: Ack, body: Payload, respond: Respond) -> None:
        page, _, text = payloads.value(body).partition("|")
        by = payloads.actor(body)
        drawn = _answer(switchboard, text, by, payloads.number(page))
        respond(text=drawn.text, blocks=drawn.blocks, replace_original=True)
        ack()

    for way in ("back", "next"):
        app.action(f"{ids.PAGE}:{way}")(turn)

    @app.action(ids.MORE, matchers=[payloads.chose(ids.LINK)])
    @app.action(ids.OPEN_LINK)
    def link_opened(ack: Ack) -> None:
        # Slack tells of a pressed link too, and wants to hear that we heard.
        ack()


def _tell(ack: Ack, drawn: Drawn) -> None:
    ack(text=drawn.text, blocks=drawn.blocks, response_type="ephemeral")


def _answer(switchboard: Switchboard, text: str, by: Actor, page: int) -> Drawn:
    found = switchboard.database.read(_find, switchboard, text, by, page)
    if isinstance(found, Drawn):
        return found
    single, view = found
    if _is_shown(switchboard, single, by):
        return draw_single(view, single)
    return draw_from_outside(view)


def _is_shown(switchboard: Switchboard, single: Single, by: Actor) -> bool:
    """Whether they may read what colleagues said and did about a mention. In doubt they may not."""
    if single.channel_id is None:
        return False
    try:
        return switchboard.is_shown(single.channel_id, by.slack_id, colleague=single.colleague)
    except PlatformError as error:
        log.warning("Slack did not tell who is in %s: %s", single.channel_id, error)
        return False


def _find(
    store: Store, switchboard: Switchboard, text: str, by: Actor, page: int
) -> Drawn | tuple[Single, CardView]:
    label, link = switchboard.label, switchboard.link
    match look_up(store, text, by=by, page=page, label=label, link=link):
        case Listing() as listing:
            return draw_listing(listing)
        case Stats() as stats:
            return draw_stats(stats)
        case Sources() as sources:
            return draw_sources(sources)
        case Help() as about:
            return draw_help(about, MENTIONS_HELP)
        case Single() as single:
            kind = switchboard.kind
            view = card_view(store, single.card_id, label=label, link=link, kind=kind)
            assert view is not None
            return single, view

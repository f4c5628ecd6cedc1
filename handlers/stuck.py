"""`/mentions stuck`: what could not be delivered, and what an admin does about it."""

from collections.abc import Callable
from contextlib import closing

from slack_bolt import Ack, App, Respond
from slack_sdk import WebClient

from bot import rights
from bot.errors import NotThatPlatform, OnlyAdmins, Refusal
from bot.models import Actor
from bot.slack import ids, payloads
from bot.slack.cards import Drawn
from bot.slack.modals import told
from bot.slack.payloads import Payload
from bot.slack.reply_form import twice
from bot.slack.stuck import StuckLine, draw_stuck, proof_modal
from bot.switchboard import Switchboard
from bot.usecases.decide import answers_since, confirm_sent, drop_reply, send_again
from bot.usecases.lookup import mention_numbered
from bot.usecases.stuck import (
    discard,
    put_back,
    reply_in_doubt,
    stuck_line,
    stuck_list,
)

COUNTS = "It counts as sent now. Its card links to it."
Decide = Callable[[StuckLine, Actor, str], str]
"""Does what was pressed: the line, who, and Slack's name of the click; tells what became of it."""


def register(app: App, switchboard: Switchboard) -> None:
    _hear_lists(app, switchboard)
    _hear_decisions(app, switchboard)
    _hear_proofs(app, switchboard)


def _hear_lists(app: App, switchboard: Switchboard) -> None:
    @app.command("/mentions", matchers=[payloads.said("stuck")])
    def stuck(ack: Ack, body: Payload) -> None:
        drawn = _drawn(switchboard, payloads.actor(body), 0)
        ack(text=drawn.text, blocks=drawn.blocks, response_type="ephemeral")

    def turn(ack: Ack, body: Payload, respond: Respond) -> None:
        page = payloads.number(payloads.value(body))
        _show(respond, _drawn(switchboard, payloads.actor(body), page))
        ack()

    for way in ("back", "next"):
        app.action(f"{ids.STUCK_PAGE}:{way}")(turn)


def _hear_decisions(app: App, switchboard: Switchboard) -> None:
    database, label, link = switchboard.database, switchboard.label, switchboard.link

    def retried(one: StuckLine, by: Actor, click: str) -> str:
        if one.reply_id is not None:
            database.write(send_again, one.reply_id, by=by, click=click)
        else:
            database.write(put_back, one.number, by=by)
        return f"On its way again: {one.what}."

    def discarded(one: StuckLine, by: Actor, click: str) -> str:
        if one.reply_id is not None:
            database.write(drop_reply, one.reply_id, by=by, click=click)
        else:
            database.write(discard, one.number, by=by)
        return f"Discarded: {one.what}."

    def decides(decide: Decide) -> Callable[[Ack, Payload, Respond], None]:
        def decided(ack: Ack, body: Payload, respond: Respond) -> None:
            by, (page, number) = payloads.actor(body), _meant(body)
            try:
                one = database.read(stuck_line, number, by=by, label=label, link=link)
                became = decide(one, by, payloads.click(body))
            except Refusal as refusal:
                became = str(refusal)
            switchboard.wake()
            _show(respond, _drawn(switchboard, by, page, became))
            ack()

        return decided

    app.action(ids.STUCK_RETRY)(decides(retried))
    app.action(ids.STUCK_DISCARD)(decides(discarded))


def _hear_proofs(app: App, switchboard: Switchboard) -> None:
    database = switchboard.database

    @app.action(ids.STUCK_POSTED)
    def ask(ack: Ack, body: Payload, client: WebClient) -> None:
        by, (_, number) = payloads.actor(body), _meant(body)
        reply = database.read(reply_in_doubt, number, by=by, label=switchboard.label)
        window = proof_modal(reply, switchboard.label(reply.mention.platform))
        client.views_open(trigger_id=body["trigger_id"], view=window)
        ack()

    @app.view(ids.PROOF_MODAL)
    def posted(ack: Ack, body: Payload, view: Payload) -> None:
        by, (number, reply) = payloads.actor(body), payloads.about(view)
        database.read(rights.demand_admin, by, OnlyAdmins)
        link = payloads.typed(view, ids.POSTED_AT).strip()
        with closing(switchboard.open(database.read(mention_numbered, number).platform)) as there:
            if not there.shows(link):
                raise NotThatPlatform(platform=there.label)
        click = payloads.click(body)
        database.write(confirm_sent, payloads.number(reply), by=by, click=click, link=link)
        switchboard.wake()
        others = database.read(answers_since, payloads.number(reply))
        besides = f" {twice(others)}" if others else ""
        ack(response_action="update", view=told(f"{COUNTS}{besides}"))


def _meant(body: Payload) -> tuple[int, int]:
    """The page that the button stands on, and the delivery that it is about."""
    page, _, number = payloads.value(body).partition("|")
    return payloads.number(page), payloads.number(number)


def _drawn(switchboard: Switchboard, by: Actor, page: int, became: str = "") -> Drawn:
    label, link = switchboard.label, switchboard.link
    found = switchboard.database.read(stuck_list, by=by, page=page, label=label, link=link)
    return draw_stuck(found, told=became)


def _show(respond: Respond, drawn: Drawn) -> None:
    respond(text=drawn.text, blocks=drawn.blocks, replace_original=True)

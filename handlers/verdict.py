"""No reply needed, and Undo; notes; the whole text of a long post."""

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.errors import NoReason
from bot.models import Verdict
from bot.slack import ids, payloads
from bot.slack.modals import close_modal, note_modal, whole_post
from bot.slack.payloads import Payload
from bot.switchboard import Switchboard
from bot.usecases.lookup import mention_numbered
from bot.usecases.note import add_note
from bot.usecases.verdict import close_mention, reopen_mention

MODALS = {ids.CLOSE: close_modal, ids.NOTE: note_modal, ids.WHOLE: whole_post}


def register(app: App, switchboard: Switchboard) -> None:
    database = switchboard.database

    def show(ack: Ack, body: Payload, client: WebClient) -> None:
        mention = database.read(mention_numbered, payloads.mention_number(body))
        verb = payloads.value(body).partition(":")[0]
        client.views_open(trigger_id=body["trigger_id"], view=MODALS[verb](mention))
        ack()

    for verb in MODALS:
        app.action(ids.MORE, matchers=[payloads.chose(verb)])(show)

    @app.view(ids.CLOSE_MODAL)
    def close(ack: Ack, body: Payload, view: Payload) -> None:
        reason = payloads.chosen(view, ids.VERDICT)
        if reason not in set(Verdict):
            raise NoReason
        database.write(
            close_mention, payloads.about(view).mention_id, Verdict(reason),
            by=payloads.actor(body), click=payloads.click(body),
            note=payloads.typed(view, ids.TEXT),
        )  # fmt: skip
        switchboard.wake()
        ack()

    @app.action(ids.UNDO)
    def undo(ack: Ack, body: Payload) -> None:
        by, click = payloads.actor(body), payloads.click(body)
        database.write(reopen_mention, payloads.mention_number(body), by=by, click=click)
        switchboard.wake()
        ack()

    @app.view(ids.NOTE_MODAL)
    def note(ack: Ack, body: Payload, view: Payload) -> None:
        database.write(
            add_note, payloads.about(view).mention_id, payloads.typed(view, ids.TEXT),
            by=payloads.actor(body), click=payloads.click(body),
        )  # fmt: skip
        switchboard.wake()
        ack()

"""A second pair of eyes: Approve, or Send back with a reason."""

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.slack import ids, payloads
from bot.slack.approval import send_back_modal
from bot.slack.payloads import Payload
from bot.switchboard import Switchboard
from bot.usecases.approve import approve_reply, reply_to_send_back, send_back


def register(app: App, switchboard: Switchboard) -> None:
    database = switchboard.database

    @app.action(ids.APPROVE)
    def approve(ack: Ack, body: Payload) -> None:
        seen = payloads.wording_seen(body)
        database.write(
            approve_reply, payloads.mention_number(body),
            by=payloads.actor(body), click=payloads.click(body), seen=seen,
        )  # fmt: skip
        switchboard.wake()
        ack()

    @app.action(ids.SEND_BACK)
    def ask_why(ack: Ack, body: Payload, client: WebClient) -> None:
        number, by = payloads.mention_number(body), payloads.actor(body)
        reply = database.read(reply_to_send_back, number, by=by)
        client.views_open(trigger_id=body["trigger_id"], view=send_back_modal(reply))
        ack()

    @app.view(ids.SEND_BACK_MODAL)
    def back(ack: Ack, body: Payload, view: Payload) -> None:
        database.write(
            send_back, payloads.about_reply(view).reply_id, by=payloads.actor(body),
            reason=payloads.typed(view, ids.REASON), submission=payloads.click(body),
        )  # fmt: skip
        switchboard.wake()
        ack()

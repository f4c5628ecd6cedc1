"""Decide about a reply that is stuck, on its card."""

from collections.abc import Callable

from slack_bolt import Ack, App

from bot.models import Reply
from bot.slack import ids, payloads
from bot.slack.payloads import Payload
from bot.switchboard import Switchboard
from bot.usecases.decide import confirm_sent, drop_reply, send_again


def register(app: App, switchboard: Switchboard) -> None:
    database = switchboard.database

    def decides(what: Callable[..., Reply]) -> Callable[[Ack, Payload], None]:
        def decided(ack: Ack, body: Payload) -> None:
            by, click = payloads.actor(body), payloads.click(body)
            database.write(what, payloads.mention_number(body), by=by, click=click)
            switchboard.wake()
            ack()

        return decided

    @app.action(ids.TRY_AGAIN)
    def again(ack: Ack, body: Payload) -> None:
        database.write(
            send_again, payloads.mention_number(body), by=payloads.actor(body),
            click=payloads.click(body), seen=payloads.wording_seen(body),
        )  # fmt: skip
        switchboard.wake()
        ack()

    app.action(ids.IT_IS_THERE)(decides(confirm_sent))
    app.action(ids.DROP)(decides(drop_reply))

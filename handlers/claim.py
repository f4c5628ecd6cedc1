"""Claim and release."""

from slack_bolt import Ack, App

from bot.claims import Claims
from bot.slack import ids, payloads
from bot.slack.payloads import Payload
from bot.switchboard import Switchboard
from bot.usecases.claim import release_mention
from bot.usecases.people import is_admin


def register(app: App, switchboard: Switchboard) -> None:
    claims = Claims(switchboard.database)

    @app.action(ids.CLAIM)
    def claim(ack: Ack, body: Payload) -> None:
        by, click = payloads.actor(body), payloads.click(body)
        number = payloads.mention_number(body)
        claims.claim(number, by=by, click=click)
        switchboard.wake()
        ack()

    @app.action(ids.RELEASE)
    @app.action(ids.MORE, matchers=[payloads.chose(ids.RELEASE)])
    def release(ack: Ack, body: Payload) -> None:
        by, click = payloads.actor(body), payloads.click(body)
        admin = switchboard.database.read(is_admin, by)
        number = payloads.mention_number(body)
        switchboard.database.write(release_mention, number, by=by, click=click, is_admin=admin)
        switchboard.wake()
        ack()

"""The button of `python app.py check`: its press is written down for whoever waits for it."""

from slack_bolt import Ack, App, Respond

from bot.errors import PressOver
from bot.slack import ids, payloads
from bot.slack.payloads import Payload
from bot.slack.press import OVER, THANKS, draw_end
from bot.switchboard import Switchboard
from bot.usecases.press import record_press


def register(app: App, switchboard: Switchboard) -> None:
    @app.action(ids.PROVE)
    def pressed(ack: Ack, body: Payload, respond: Respond) -> None:
        try:
            switchboard.database.write(record_press, payloads.value(body))
            told = THANKS
        except PressOver:
            told = OVER
        if body.get("response_url"):  # the check's own press at our door has no message
            drawn = draw_end(told)
            respond(text=drawn.text, blocks=drawn.blocks, replace_original=True)
        ack()

"""The message of a check: a button whose press is to come back."""

from bot.slack import ids
from bot.slack.blocks import actions, button, plain
from bot.slack.cards import Drawn

ASKED = (
    "Somebody typed python app.py check --press and wants to see whether a press of yours comes"
    " back. Press the button; nothing else happens."
)
THANKS = "Thank you: your press came back and is written down."
OVER = "The check is over. Nobody waits for a press any more."


def draw_request(code: str) -> Drawn:
    asked = {"type": "section", "text": plain(ASKED)}
    return Drawn(ASKED, [asked, actions(button("It works", ids.PROVE, code, style="primary"))])


def draw_end(told: str) -> Drawn:
    return Drawn(told, [{"type": "section", "text": plain(told)}])

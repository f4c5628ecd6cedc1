"""People triage with emoji: an eye or a raised hand claims, a check mark says that it is done."""

from slack_bolt import App

from bot.models import Verdict
from bot.slack import payloads
from bot.slack.payloads import Payload
from bot.switchboard import Switchboard
from bot.usecases.claim import claim_mention
from bot.usecases.lookup import mention_at
from bot.usecases.verdict import close_mention

CLAIMS = frozenset({"eyes", "hand", "raised_hand", "wave"})
CLOSES = frozenset({"white_check_mark", "heavy_check_mark", "ballot_box_with_check"})


def register(app: App, switchboard: Switchboard) -> None:
    database = switchboard.database

    @app.event("reaction_added")
    def reacted(body: Payload, event: Payload) -> None:
        reaction = event.get("reaction")
        if reaction not in CLAIMS | CLOSES:
            return
        number = database.read(mention_at, *payloads.place(event))
        if number is None:
            return
        by, click = payloads.who_reacted(event), f"event:{body['event_id']}"
        if reaction in CLAIMS:
            database.write(claim_mention, number, by=by, click=click)
        else:
            done = Verdict.ANSWERED_ELSEWHERE
            database.write(close_mention, number, done, by=by, click=click)
        switchboard.wake()

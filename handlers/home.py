"""App Home."""

from slack_bolt import Ack, App

from bot.slack import ids, payloads
from bot.slack.payloads import Payload
from bot.switchboard import Switchboard
from bot.usecases.people import answer_for, visit_home


def register(app: App, switchboard: Switchboard) -> None:
    @app.event("app_home_opened")
    def opened(event: Payload) -> None:
        if event.get("tab") == "home":
            switchboard.database.write(visit_home, str(event["user"]))
            switchboard.wake()

    @app.action(ids.JOIN)
    def chosen(ack: Ack, body: Payload) -> None:
        departments = [payloads.number(one) for one in payloads.chosen_several(body)]
        switchboard.database.write(answer_for, departments, by=payloads.actor(body))
        switchboard.wake()
        ack()

"""Send a mention to another department or channel."""

from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.errors import NotThere
from bot.slack import ids, payloads
from bot.slack.modals import send_to_modal
from bot.slack.payloads import Payload
from bot.switchboard import Switchboard
from bot.usecases.lookup import departments_and
from bot.usecases.transfer import is_sent_on, transfer_mention


def register(app: App, switchboard: Switchboard) -> None:
    database = switchboard.database

    @app.action(ids.SEND_TO)
    def choose(ack: Ack, body: Payload, client: WebClient) -> None:
        number, by = payloads.mention_number(body), payloads.actor(body)
        mention, departments = database.read(departments_and, number)
        switchboard.admit(number, by=by, pressed=payloads.pressed_on(body))
        modal = send_to_modal(mention, departments)
        client.views_open(trigger_id=body["trigger_id"], view=modal)
        ack()

    @app.view(ids.SEND_TO_MODAL)
    def send(ack: Ack, body: Payload, view: Payload, client: WebClient) -> None:
        number, by = payloads.about(view).mention_id, payloads.actor(body)
        click, reason = payloads.click(body), payloads.typed(view, ids.REASON)
        channel = payloads.chosen(view, ids.CHANNEL) or None
        department = payloads.number(payloads.chosen(view, ids.DEPARTMENT)) or None
        if database.read(
            is_sent_on, click, department_id=department, channel=channel, reason=reason
        ):
            ack()
            return
        public_card = switchboard.public_card(switchboard.admit(number, by=by))
        database.write(
            transfer_mention, number,
            by=by, click=click, department_id=department, channel=channel,
            channel_label=_label(client, channel) if channel else "",
            reason=reason, public_card=public_card,
        )  # fmt: skip
        switchboard.wake()
        ack()


def _label(client: WebClient, channel: str) -> str:
    """The channel's name. Raises NotThere when the bot cannot post there."""
    try:
        found = client.conversations_info(channel=channel)["channel"]
    except SlackApiError as error:
        if error.response.get("error") == "channel_not_found":
            raise NotThere from error
        raise
    if not found.get("is_member"):
        raise NotThere
    return f"#{found['name']}"

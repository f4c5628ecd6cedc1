"""The smallest bot that uses every kind of interaction once."""

from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

REPLY_MODAL: dict[str, Any] = {
    "type": "modal",
    "callback_id": "reply",
    "notify_on_close": True,
    "title": {"type": "plain_text", "text": "Reply"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "text",
            "dispatch_action": True,
            "label": {"type": "plain_text", "text": "Your reply"},
            "element": {
                "type": "plain_text_input",
                "action_id": "typed",
                "min_length": 2,
                "max_length": 20,
                "dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]},
            },
        }
    ],
}
CARD: list[dict[str, Any]] = [
    {
        "type": "actions",
        "block_id": "buttons",
        "elements": [
            {
                "type": "button",
                "action_id": "reply",
                "value": "7",
                "text": {"type": "plain_text", "text": "Reply"},
            },
            {
                "type": "overflow",
                "action_id": "more",
                "options": [
                    {"text": {"type": "plain_text", "text": "History"}, "value": "history"},
                    {"text": {"type": "plain_text", "text": "Note"}, "value": "note"},
                ],
            },
        ],
    }
]


def tiny_app(client: WebClient, signing_secret: str) -> App:
    app = App(
        client=client,
        signing_secret=signing_secret,
        process_before_response=True,
        token_verification_enabled=False,
    )
    app.heard = []  # type: ignore[attr-defined]  what reached the bot, for the tests to look at
    listen_to_messages_and_modals(app)
    listen_to_the_rest(app)
    return app


def listen_to_messages_and_modals(app: App) -> None:
    @app.middleware
    def remember(body: dict[str, Any], next: Any) -> None:  # noqa: A002  Bolt's name
        app.heard.append(body)  # type: ignore[attr-defined]
        next()

    @app.action("reply")
    def open_modal(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=REPLY_MODAL)
        ack()

    @app.action("more")
    @app.action("typed")
    def nothing(ack: Ack) -> None:
        ack()

    @app.view("reply")
    def submitted(ack: Ack, view: dict[str, Any]) -> None:
        text = view["state"]["values"]["text"]["typed"]["value"]
        if "damn" in text:
            ack(response_action="errors", errors={"text": "Stay friendly."})
        else:
            ack()

    @app.view_closed("reply")
    def closed(ack: Ack) -> None:
        ack()


def listen_to_the_rest(app: App) -> None:
    @app.command("/mentions")
    def command(ack: Ack, command: dict[str, Any]) -> None:
        ack(f"You asked for: {command['text']}")

    @app.event("app_home_opened")
    def home(event: dict[str, Any], client: WebClient) -> None:
        block = {"type": "section", "text": {"type": "plain_text", "text": "Nothing waits."}}
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [block]})

    @app.event("reaction_added")
    def reacted() -> None:
        pass

"""The one place that speaks errors to people: under a field, under a message, or in a window."""

import json
import logging
from typing import Any
from urllib.error import URLError

from slack_bolt import App, BoltContext, BoltResponse
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from bot import logs
from bot.database import found_no_room
from bot.errors import NoRoom, NoRoomToKeep, Refusal, SlackBusy, TooSlow
from bot.slack.blocks import escape
from bot.slack.lookups import draw_told
from bot.slack.modals import told, warned
from bot.slack.payloads import Payload, chosen, mention_in, place

log = logging.getLogger(__name__)

TIMEOUT = 2
FAULT = (
    "Something went wrong here, and nothing was changed. "
    "Try again in a minute; an admin can find the reason in the log."
)
TRIGGER_ERRORS = {"expired_trigger_id", "trigger_expired", "invalid_trigger_id"}
BUSY, REPEATED = "ratelimited", "exchanged_trigger_id"
"""`REPEATED`: Slack delivered one press twice, and the first one has its window."""


def register(app: App) -> None:
    @app.error
    def on_error(
        error: Exception, body: Payload, client: WebClient, context: BoltContext
    ) -> BoltResponse:
        if context.authorize_result is None:
            # It broke before Bolt had verified who sent it (the door keeps out all that is known to
            # do so): nothing that the body names may be called.
            log.warning("a request was refused that nobody verified: %s", type(error).__name__)
            return BoltResponse(status=401)
        with logs.work():
            logs.about(mention_in(body))
            return _speak(error, body, client)


def _speak(error: Exception, body: Payload, client: WebClient) -> BoltResponse:
    if body.get("type") == "event_callback":
        return _event_failed(client, body["event"], error)
    if _code(error) == REPEATED:
        return _answer({})
    sentence = _sentence(error, body)
    if body.get("type") == "view_submission":
        return _answer(_in_window(body, error, sentence))
    if "command" in body:
        drawn = draw_told(escape(sentence))
        return _answer({"response_type": "ephemeral", "text": drawn.text, "blocks": drawn.blocks})
    _tell(client, body, sentence)
    return _answer({})


def _event_failed(client: WebClient, event: Payload, error: Exception) -> BoltResponse:
    if not isinstance(error, Refusal):
        log.error("an event failed", exc_info=error)
        return BoltResponse(status=500)  # Slack sends it again
    channel, _ = place(event)
    drawn = draw_told(escape(str(error)))
    try:
        client.chat_postEphemeral(
            channel=channel, user=str(event["user"]), text=drawn.text, blocks=drawn.blocks
        )
    except (SlackApiError, OSError) as lost:
        log.warning("could not tell %s: %s", event["user"], lost)
    return _answer({})


def _sentence(error: Exception, body: Payload) -> str:
    if isinstance(error, Refusal):
        return str(error)
    if _was_slow(error):
        return str(TooSlow())
    if _code(error) == BUSY:
        return str(SlackBusy())
    what = body.get("type") or body.get("command")
    if found_no_room(error):
        log.error("%s was not written: the disk of the database is full", what)
        return str(NoRoomToKeep() if _window_with_fields(body) else NoRoom())
    log.error("%s failed", what, exc_info=error)
    return FAULT


def _code(error: Exception) -> str:
    """What Slack called it; "" when it was not Slack that refused."""
    return str(error.response.get("error")) if isinstance(error, SlackApiError) else ""


def _was_slow(error: Exception) -> bool:
    return _code(error) in TRIGGER_ERRORS or isinstance(error, (TimeoutError, URLError))


def _answer(body: dict[str, Any]) -> BoltResponse:
    return BoltResponse(status=200, body=json.dumps(body) if body else "")


def _window_with_fields(body: Payload) -> Payload | None:
    """The modal that this came out of, if something can be typed there."""
    view: Payload = body.get("view") or {}
    has_fields = any(one.get("type") == "input" for one in view.get("blocks", ()))
    return view if view.get("type") == "modal" and has_fields else None


def _in_window(body: Payload, error: Exception, sentence: str) -> dict[str, Any]:
    """Under the field that it is about, else under the first choice that was made, else under the
    first field; in the window's place where there is none.
    """  # noqa: D205 (two sentences that belong together)
    view = _window_with_fields(body)
    if view is None:
        return {"response_action": "update", "view": told(sentence)}
    fields = [str(one["block_id"]) for one in view["blocks"] if one.get("type") == "input"]
    where = next((one for one in fields if chosen(view, one)), fields[0])
    if isinstance(error, Refusal) and error.field in fields:
        where = error.field
    return {"response_action": "errors", "errors": {where: sentence}}


def _tell(client: WebClient, body: Payload, sentence: str) -> None:
    """Under the message that was pressed; in a window where there is no message.

    A window with fields says it itself: another one in its place would end what is typed there.
    """
    drawn = draw_told(escape(sentence))
    url, typed_in = body.get("response_url"), _window_with_fields(body)
    try:
        if url:
            WebhookClient(url, timeout=TIMEOUT, retry_handlers=[]).send(
                text=drawn.text, blocks=drawn.blocks, response_type="ephemeral",
                replace_original=False,
            )  # fmt: skip
        elif typed_in is None:
            client.views_open(trigger_id=body["trigger_id"], view=told(sentence))
        elif (view := warned(typed_in, sentence)) is not None:
            client.views_update(view_id=typed_in["id"], hash=typed_in["hash"], view=view)
    except (SlackApiError, OSError) as error:
        # The press itself was answered; only the sentence about it is lost.
        log.warning("could not tell %s: %s", body.get("user", {}).get("id"), error)

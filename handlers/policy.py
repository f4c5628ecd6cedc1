"""`/mentions policy`: who may reply and whose first replies are approved, and an admin's window."""

import logging
import time

from pydantic import ValidationError
from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot import rights
from bot.config import Policy
from bot.errors import NoSuchNumber, OnlyAdminsDecide, Unreadable
from bot.slack import ids, payloads
from bot.slack.payloads import Payload
from bot.slack.policy import draw_policy
from bot.slack.policy_modal import MOST_FIRST, PolicyForm, policy_modal, policy_told
from bot.switchboard import Switchboard
from bot.usecases.policy import change_policy, policy_form, policy_view
from platforms.base import PlatformError

log = logging.getLogger(__name__)

PATIENCE = 1.5
"""Seconds for looking people up, of the three in which Slack wants its answer. Whoever is left over
is looked up when the window is submitted once more."""


def register(app: App, switchboard: Switchboard) -> None:
    database = switchboard.database

    @app.command("/mentions", matchers=[payloads.said("policy")])
    def policy(ack: Ack, body: Payload) -> None:
        drawn = draw_policy(database.read(policy_view, by=payloads.actor(body)))
        ack(text=drawn.text, blocks=drawn.blocks, response_type="ephemeral")

    @app.action(ids.POLICY_CHANGE)
    def ask(ack: Ack, body: Payload, client: WebClient) -> None:
        window = policy_modal(database.read(policy_form, by=payloads.actor(body)))
        client.views_open(trigger_id=body["trigger_id"], view=window)
        ack()

    @app.view(ids.POLICY_MODAL)
    def change(ack: Ack, body: Payload, view: Payload) -> None:
        by = payloads.actor(body)
        database.read(rights.demand_admin, by, OnlyAdminsDecide)
        wanted = _wanted(view)
        _meet(switchboard, wanted.may_reply)
        answer = database.write(
            change_policy, wanted, everybody=payloads.chosen(view, ids.WHO) == ids.EVERYBODY,
            by=by, submission=payloads.click(body),
            seen=str(view.get("private_metadata") or ""),
        )  # fmt: skip
        switchboard.wake()
        window = policy_modal(answer) if isinstance(answer, PolicyForm) else policy_told(answer)
        ack(response_action="update", view=window)


def _wanted(view: Payload) -> Policy:
    written = payloads.typed(view, ids.FIRST_REPLIES).strip()
    if not (written.isascii() and written.isdecimal() and len(written) < 6):
        raise NoSuchNumber(most=MOST_FIRST)
    try:
        return Policy(
            approve_first=int(written),
            may_reply=payloads.chosen_people(view, ids.SPEAKERS),
            guests_may_reply=payloads.is_ticked(view, ids.GUESTS),
        )
    except ValidationError as error:
        raise Unreadable from error


def _meet(switchboard: Switchboard, slack_ids: tuple[str, ...]) -> None:
    """Have those known who are named; the use case refuses whoever is not known by then."""
    until = time.monotonic() + PATIENCE
    for slack_id in slack_ids:
        if time.monotonic() > until:
            return
        try:
            switchboard.meet(slack_id)
        except PlatformError as error:
            log.warning("Slack did not tell who %s is: %s", slack_id, error)

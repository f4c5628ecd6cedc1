"""Slack coming in: each file reads a payload, makes one call, and acknowledges last.

So an acknowledgement means "it is written down", and `errors.py` can answer every failure.
"""

from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot.settings import Settings
from bot.switchboard import Switchboard
from handlers import (
    amend,
    approve,
    by_hand,
    claim,
    decide,
    errors,
    home,
    introductions,
    lookup,
    policy,
    press,
    reactions,
    reply,
    stuck,
    transfer,
    verdict,
)

OPEN_TIMEOUT = 2
"""Seconds: a trigger lives for three."""


def build_app(switchboard: Switchboard, settings: Settings) -> App:
    """Make the Bolt app. In Socket Mode nothing is signed: the socket itself is ours."""
    token = settings.slack_bot_token.get_secret_value()
    secret = None if settings.socket_mode else settings.slack_signing_secret
    # The token comes with each request's authorization; Bolt gives it to that request's client.
    client = WebClient(base_url=settings.slack_api_url, timeout=OPEN_TIMEOUT, retry_handlers=[])

    def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=None, bot_token=token)

    app = App(
        name="switchboard",  # without it Bolt reads the whole call stack for one
        client=client,
        signing_secret=secret.get_secret_value() if secret else None,
        authorize=authorize,
        process_before_response=True,
        request_verification_enabled=secret is not None,
        ssl_check_enabled=False,  # it answers, before anything is verified, whoever says so
        raise_error_for_unhandled_request=False,
    )
    introductions.register(app, switchboard)
    # Bolt asks one listener after the other: what must be fast comes first.
    usual = (claim, reply, by_hand, transfer, verdict, approve, decide, amend)
    for room in (*usual, stuck, policy, lookup, home, reactions, press):
        room.register(app, switchboard)
    errors.register(app)
    return app

"""Slack coming in: each file reads a payload, makes one call, and acknowledges last.

So an acknowledgement means "it is written down", and `errors.py` can answer every failure.
"""

from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot.switchboard import Switchboard
from handlers import claim, errors, home, lookup, reply, transfer, verdict

OPEN_TIMEOUT = 2
"""Seconds: a trigger lives for three."""


def build_app(
    switchboard: Switchboard,
    *,
    token: str,
    base_url: str,
    signing_secret: str | None,
    bot_user_id: str | None = None,
) -> App:
    """Make the Bolt app. `signing_secret` None: Socket Mode, where nothing is signed."""
    # The token comes with each request's authorization; Bolt gives it to that request's client.
    client = WebClient(base_url=base_url, timeout=OPEN_TIMEOUT, retry_handlers=[])

    def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None, team_id=None, bot_token=token, bot_user_id=bot_user_id
        )

    app = App(
        client=client,
        signing_secret=signing_secret,
        authorize=authorize,
        process_before_response=True,
        request_verification_enabled=signing_secret is not None,
        raise_error_for_unhandled_request=False,
    )
    # Bolt asks one listener after the other: what must be fast comes first.
    for room in (claim, reply, transfer, verdict, lookup, home):
        room.register(app, switchboard)
    errors.register(app)
    return app

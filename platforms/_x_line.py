"""The line to X: its variables, and a tweepy client made with them. Asks nothing by itself.

tweepy is used for its calls and its signing. What X refuses is classed in a response hook
(`_x_refusals`), because tweepy's own errors stumble over undocumented answers.
"""

import logging
from typing import Any

import requests
from pydantic import Field, SecretStr

from platforms._http import Wire
from platforms._x_refusals import refuse
from platforms.base import Settings, WebAddress

HOST = "https://api.twitter.com"  # where tweepy sends everything, and for which it signs
_TALKATIVE = (  # loggers that print keys or signatures at DEBUG
    "tweepy.client",
    "requests_oauthlib.oauth1_auth",
    "requests_oauthlib.oauth1_session",
    "oauthlib.oauth1.rfc5849",
    "oauthlib.oauth1.rfc5849.signature",
)


class XSettings(Settings):
    """The four keys of an OAuth 1.0a app with "Read and write", made for the brand's account."""

    api_key: SecretStr = Field(alias="X_API_KEY")
    api_secret: SecretStr = Field(alias="X_API_SECRET")
    access_token: SecretStr = Field(alias="X_ACCESS_TOKEN")
    access_token_secret: SecretStr = Field(alias="X_ACCESS_TOKEN_SECRET")
    api_url: WebAddress = Field(HOST, alias="X_API_URL")
    length_limit: int = Field(280, alias="X_LENGTH_LIMIT", ge=1)


def client_for(settings: XSettings, timeout: tuple[float, float]) -> Any:
    """A tweepy client that gives up in time, refuses in our words and logs no key."""
    import tweepy  # type: ignore[import-untyped]  # noqa: PLC0415 - only when X is switched on

    for name in _TALKATIVE:
        logging.getLogger(name).addFilter(_no_debug)
    client = tweepy.Client(
        consumer_key=settings.api_key.get_secret_value(),
        consumer_secret=settings.api_secret.get_secret_value(),
        access_token=settings.access_token.get_secret_value(),
        access_token_secret=settings.access_token_secret.get_secret_value(),
        return_type=requests.Response,
        wait_on_rate_limit=False,
    )
    client.session.mount(HOST, Wire(base=settings.api_url, timeout=timeout))
    client.session.hooks["response"].append(refuse)
    return client


def _no_debug(record: logging.LogRecord) -> bool:
    return record.levelno > logging.DEBUG

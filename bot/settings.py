"""What Switchboard is told through environment variables, typed and checked.

Reads only the mapping it is given. Platforms have settings of their own, in their own files.
Secrets are never shown: neither in a repr nor in a message about a wrong value.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import ErrorDetails

LOG_FORMATS = ("text", "json")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
EMBEDDED, PROCRASTINATE = "embedded", "procrastinate"
ENGINES = (EMBEDDED, PROCRASTINATE)
CONFIG_PATH = Path("switchboard.toml")
POSTGRES_SCHEMES = ("postgres", "postgresql", "postgresql+psycopg")
# A database address may hold a password.
SECRETS = frozenset(
    {
        "DATABASE_URL",
        "SLACK_BOT_TOKEN",
        "SLACK_SIGNING_SECRET",
        "SLACK_APP_TOKEN",
        "METRICS_TOKEN",
        "SENTRY_DSN",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One wrong variable. `value` is None when it is not set or a secret."""

    variable: str
    value: str | None
    wrong: str
    fix: str

    def __str__(self) -> str:
        shown = "" if self.value is None else f' ("{self.value}")'
        return f"{self.variable}{shown} {self.wrong}. Next: {self.fix}"


class SettingsError(Exception):
    """Some environment variables must be set differently before Switchboard can start."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def _whole_number(low: int, high: int) -> BeforeValidator:
    def check(value: object) -> int:
        text = str(value)
        if not (text.isascii() and text.isdigit() and low <= int(text[:9]) <= high):
            raise ValueError(f"is not a whole number from {low} to {high}")
        return int(text)

    return BeforeValidator(check)


def _starting_with(prefix: str) -> AfterValidator:
    def check(value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(prefix):
            raise ValueError(f"does not start with {prefix}")
        return value

    return AfterValidator(check)


def _web_address(value: str) -> str:
    if not re.match(r"https?://[^/\s]+", value):
        raise ValueError("is not a web address")
    return value.rstrip("/") + "/"


def _log_level(value: str) -> str:
    if value.upper() not in LOG_LEVELS:
        raise ValueError("is not a log level")
    return value.upper()


def _log_format(value: str) -> str:
    if value.lower() not in LOG_FORMATS:
        raise ValueError("is not a log format")
    return value.lower()


def _variable(name: str, fix: str, **choices: Any) -> Any:
    """Make a field read from the variable `name`; `fix` is what to do when it is wrong."""
    return Field(alias=name, description=fix, **choices)


class DatabaseSettings(BaseModel):
    """The variables that say where the data is. What a check looks at stands above it."""

    model_config = ConfigDict(frozen=True, extra="ignore", validate_default=True)

    # Heroku sets DYNO: https://devcenter.heroku.com/articles/dynos#local-environment-variables
    dyno: str = _variable("DYNO", "leave it to the host.", default="", repr=False)
    allow_sqlite: str = _variable(
        "SWITCHBOARD_ALLOW_SQLITE", "set it to 1, or leave it out.", default="", repr=False
    )
    database_url: str = _variable(
        "DATABASE_URL",
        "on Heroku: heroku addons:create heroku-postgresql. Elsewhere: set it to "
        "sqlite:///switchboard.db or postgresql://user:password@host/database.",
        default="sqlite:///switchboard.db",
        repr=False,
    )

    engine: str = _variable(
        "ENGINE",
        "leave it out for one machine; for many set DATABASE_URL to a PostgreSQL address and "
        "ENGINE to procrastinate.",
        default=EMBEDDED,
    )

    @classmethod
    def read(cls, env: Mapping[str, str]) -> Self:
        """Read the variables; an empty one counts as not set. Raises SettingsError, all at once."""
        given = {name: text for name, value in env.items() if (text := value.strip())}
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            problems = tuple(_problem(cls, each, given) for each in error.errors())
        # Raised outside the except block: pydantic's error would carry the secrets along.
        raise SettingsError(problems)

    @field_validator("database_url")
    @classmethod
    def _usable_database(cls, value: str, info: ValidationInfo) -> str:
        scheme, separator, rest = value.partition("://")
        if separator and scheme in POSTGRES_SCHEMES:
            return f"postgresql+psycopg://{rest}"
        if not separator or scheme != "sqlite":
            raise ValueError("is neither a PostgreSQL nor an SQLite address")
        if info.data["dyno"] and info.data["allow_sqlite"] != "1":
            raise ValueError("means SQLite, and this host (DYNO is set) wipes its disk every day")
        return value

    @field_validator("engine")
    @classmethod
    def _usable_engine(cls, value: str, info: ValidationInfo) -> str:
        engine = value.lower()
        if engine not in ENGINES:
            raise ValueError(f"is none of {', '.join(ENGINES)}")
        # A wrong database is absent from `data`: it is told by itself.
        if engine == PROCRASTINATE and info.data.get("database_url", "").startswith("sqlite"):
            raise ValueError("needs PostgreSQL, and DATABASE_URL means SQLite")
        return engine


class Settings(DatabaseSettings):
    """The variables of Switchboard itself."""

    slack_bot_token: Annotated[SecretStr, _starting_with("xoxb-")] = _variable(
        "SLACK_BOT_TOKEN",
        "api.slack.com/apps > your app > OAuth & Permissions > copy the Bot User OAuth Token.",
    )
    slack_app_token: Annotated[SecretStr, _starting_with("xapp-")] | None = _variable(
        "SLACK_APP_TOKEN",
        "api.slack.com/apps > your app > Basic Information > App-Level Tokens > "
        "generate one with connections:write and copy it.",
        default=None,
    )
    slack_signing_secret: SecretStr | None = _variable(
        "SLACK_SIGNING_SECRET",
        "api.slack.com/apps > your app > Basic Information > copy the Signing Secret; "
        "or set SLACK_APP_TOKEN to use Socket Mode, which needs none.",
        default=None,
    )
    slack_api_url: Annotated[str, AfterValidator(_web_address)] = _variable(
        "SLACK_API_URL",
        "leave it out, or set it to https://slack.com/api/.",
        default="https://slack.com/api/",
    )
    config_path: Path = _variable(
        "SWITCHBOARD_CONFIG", "set it to a file name.", default=CONFIG_PATH
    )
    poll_seconds: Annotated[int, _whole_number(1, 3600)] = _variable(
        "POLL_SECONDS", "leave it out for 60, or set the seconds between two rounds.", default=60
    )
    watch_seconds: Annotated[int, _whole_number(1, 86400)] = _variable(
        "WATCH_SECONDS",
        "leave it out for 3600, or set the seconds between two looks at a new post.",
        default=3600,
    )
    port: Annotated[int, _whole_number(1, 65535)] = _variable(
        "PORT", "leave it out for 3000, or set a free port.", default=3000
    )
    host: str = _variable(
        "HOST",
        "leave it out, or set it to 127.0.0.1 to be reached from this machine only.",
        default="0.0.0.0",  # noqa: S104 - Slack and the host's router come from outside
    )
    log_level: Annotated[str, AfterValidator(_log_level)] = _variable(
        "LOG_LEVEL",
        f"leave it out for INFO, or set one of {', '.join(LOG_LEVELS)}.",
        default="INFO",
    )

    log_format: Annotated[str, AfterValidator(_log_format)] = _variable(
        "LOG_FORMAT",
        f"leave it out for text, or set one of {', '.join(LOG_FORMATS)}.",
        default=LOG_FORMATS[0],
    )
    metrics_token: SecretStr | None = _variable(
        "METRICS_TOKEN", "leave it out, or set what Prometheus sends as bearer token.", default=None
    )

    sentry_dsn: SecretStr | None = _variable(
        "SENTRY_DSN", "leave it out, or copy it from your project in Sentry.", default=None
    )

    @property
    def socket_mode(self) -> bool:
        """Whether Slack is reached by a WebSocket of ours instead of HTTP requests of its own."""
        return self.slack_app_token is not None

    @field_validator("slack_signing_secret")
    @classmethod
    def _signed_over_http(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        # A wrong app token is absent from `data`: it is told by itself, and Socket Mode was meant.
        over_http = "slack_app_token" in info.data and info.data["slack_app_token"] is None
        if value is None and over_http:
            raise ValueError("is not set")
        return value


def _problem(cls: type[BaseModel], error: ErrorDetails, given: Mapping[str, str]) -> Problem:
    place = error["loc"][0]
    # A value that was given is told by its variable, a default by the name of its field.
    field = next(f for name, f in cls.model_fields.items() if place in {name, f.alias})
    variable = str(field.alias)
    return Problem(
        variable=variable,
        value=None if variable in SECRETS else given.get(variable),
        wrong="is not set" if error["type"] == "missing" else str(error["ctx"]["error"]),
        fix=str(field.description),
    )

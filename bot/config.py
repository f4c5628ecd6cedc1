"""What the TOML file says: brand, terms, departments with their rules, people, hours.

The file fills an empty database at the first start and is what `config export` writes. Shapes and
checks live here; how a mistake is told lives in `config_mistakes`. Touches no file and no database.
"""

import re
import tomllib
from datetime import time
from functools import cache
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

import tomli_w
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    ValidationError,
)

from bot.config_mistakes import ConfigError, contradictions, unreadable, wrong_values

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
USER_ID = re.compile(r"[UW][A-Z0-9]{6,}")
"""How Slack's ids of people look."""
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _weekday(value: object) -> object:
    folded = str(value).casefold()
    return folded[:3] if folded in WEEKDAYS else folded


def _clock(value: object) -> time:
    if isinstance(value, time):
        return value.replace(second=0, microsecond=0)
    if not isinstance(value, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise ValueError('is not a time of day. Write it in quotes, as "09:00"')
    return time.fromisoformat(value)


# It reads the whole time zone database from disk, and every round of a source reads the config.
_timezones = cache(available_timezones)


def _timezone(value: str) -> str:
    if value not in _timezones():
        raise ValueError('is not a time zone. Write its IANA name, such as "Europe/Berlin"')
    return value


CHANNEL_LENGTH = 80
"""With the #. Slack's longest name is one letter longer
(https://docs.slack.dev/reference/methods/conversations.create).
"""


def _channel(value: str) -> str:
    if re.fullmatch(r"[CG][A-Z0-9]{8,}", value):
        return value
    name = "-".join(re.findall(r"[\w-]+", value.lower())) or "support"
    if value == f"#{name}" and len(value) > CHANNEL_LENGTH:
        raise ValueError('is too long to be kept by its name. Write the channel\'s id, "C0123ABCD"')
    if value != f"#{name}":
        raise ValueError(f'is not a channel. Write it as "#{name[:79]}" or as its id, "C0123ABCD"')
    return value


def _user_id(value: str) -> str:
    if not USER_ID.fullmatch(value):
        raise ValueError(
            'is not a Slack user id. In Slack: profile > ⋮ > Copy member ID, such as "U0123ABCD"'
        )
    return value


def _language(value: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}", value):
        raise ValueError('is not a language code. Write the short code, such as "de"')
    return value


def _keyword(value: str) -> str:
    if not value.strip("* "):
        raise ValueError('would match every post. Write a word, or its beginning as "refund*"')
    return value


def _handle(value: str) -> str:
    return re.sub(r"^(?:@|/?u/|\s)+", "", value).lower() or value


def _community(value: str) -> str:
    return re.sub(r"^(?:/?r/|\s)+", "", value) or value


def _one_or_many(value: object) -> object:
    return [value] if isinstance(value, str) else value


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Channel = Annotated[Text, AfterValidator(_channel)]
UserId = Annotated[Text, AfterValidator(_user_id)]
Day = Annotated[Weekday, BeforeValidator(_weekday)]
Clock = Annotated[
    time, BeforeValidator(_clock), PlainSerializer(lambda value: value.strftime("%H:%M"))
]
Platform = Annotated[Text, AfterValidator(str.lower)]
Handles = Annotated[
    tuple[Annotated[Text, AfterValidator(_handle)], ...], BeforeValidator(_one_or_many)
]


def _key(name: str, **choices: Any) -> Any:
    """Make a field that the file calls `name`, where Python has another word for it."""
    return Field(validation_alias=name, serialization_alias=name, **choices)


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True)


class Brand(_Table):
    """Who we are and what we look for."""

    name: Name = Field(examples=["Acme"])
    terms: tuple[Text, ...] = Field(min_length=1, examples=[["Acme", "acme.com"]])
    accounts: dict[Platform, Handles] = Field(default={}, examples=[{"x": "acme"}])
    """Our own handles by platform, lower case, without @ or u/: their posts are no mentions."""
    communities: tuple[Annotated[Text, AfterValidator(_community)], ...] = Field(
        (), examples=[["acme"]]
    )
    """Where everything is read, without r/."""
    timezone: Annotated[Text, AfterValidator(_timezone)] = Field("UTC", examples=["Europe/Berlin"])


class Hours(_Table):
    """When somebody is there to answer, in the brand's time zone."""

    days: tuple[Day, ...] = Field(min_length=1, examples=[["mon", "tue", "wed", "thu", "fri"]])
    opens: Clock = _key("from", examples=["09:00"])
    closes: Clock = _key("to", examples=["18:00"])


class Leadership(_Table):
    """Where and when the weekly summary appears, in the brand's time zone."""

    channel: Channel = Field(examples=["#leadership"])
    weekday: Day = Field("mon", examples=["mon"])
    at: Clock = _key("time", default=time(9), examples=["09:00"])


Dollars = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]


class Budget(_Table):
    """What a platform that charges may cost a day (UTC), in dollars; None: no limit."""

    reads: Dollars | None = Field(None, examples=[10.0])
    replies: Dollars | None = Field(None, examples=[5.0])


class Policy(_Table):
    """Who may speak in the brand's name. Who works here may, unless this says otherwise."""

    guests_may_reply: Annotated[bool, Field(strict=True)] = Field(default=False, examples=[True])
    """Whether Slack's guests claim, reply and decide as colleagues do. Nobody else from outside."""
    may_reply: tuple[UserId, ...] = Field(default=(), examples=[["U0123ABCD"]])
    """Who speaks in the brand's name; nobody named: everybody who works here."""
    approve_first: Annotated[int, Field(strict=True, ge=0)] = Field(default=3, examples=[3])
    """So many of each person's replies are approved by a colleague who has had theirs."""


class Rule(_Table):
    """Conditions that must all hold; of a list, any one."""

    label: Name | None = Field(None, examples=["wants money back"])
    keywords: tuple[Annotated[Text, AfterValidator(_keyword)], ...] = Field(
        (), examples=[["refund*", "invoice"]]
    )
    platforms: tuple[Platform, ...] = Field((), examples=[["reddit"]])
    communities: tuple[Text, ...] = Field((), examples=[["r/acme"]])
    languages: tuple[Annotated[Text, AfterValidator(_language)], ...] = Field((), examples=[["de"]])
    authors: tuple[Text, ...] = Field((), examples=[["@mara_k"]])
    min_followers: Annotated[int, Field(strict=True, ge=1)] | None = Field(None, examples=[10_000])


class Department(_Table):
    """A team with its channel and its rules, in the order they are tried."""

    name: Name = Field(examples=["Support"])
    channel: Channel = Field(examples=["#support"])
    purpose: Text | None = Field(None, examples=["Faults, outages, set-up."])
    members: tuple[Text, ...] = Field((), examples=[["U0123ABCD", "Ana Lima"]])
    rules: tuple[Rule, ...] = _key("rule", default=())


class Person(_Table):
    """An employee whom the public names. `aliases`: other names people use for them."""

    name: Name = Field(examples=["Ana Lima"])
    aliases: tuple[Name, ...] = Field((), examples=[["Ana"]])
    slack: UserId | None = Field(None, examples=["U0123ABCD"])
    department: Name = Field(examples=["Support"])


class Config(_Table):
    """The whole file. Rules are tried in the order of departments, then of their own."""

    catch_all: Name = Field(examples=["Support"])
    admins: tuple[UserId, ...] = Field((), examples=[["U0123ABCD"]])
    brand: Brand
    hours: Hours | None = None
    """None: somebody is always there."""
    leadership: Leadership | None = None
    budget: dict[Platform, Budget] = Field(default={}, examples=[{"x": {"reads": 10.0}}])
    policy: Policy = Policy()
    departments: tuple[Department, ...] = _key("department", min_length=1)
    people: tuple[Person, ...] = _key("person", default=())


SECTIONS: dict[str, type[BaseModel]] = {
    "": Config,
    "[brand]": Brand,
    "[hours]": Hours,
    "[leadership]": Leadership,
    "[budget.*]": Budget,
    "[policy]": Policy,
    "[[department]]": Department,
    "[[department.rule]]": Rule,
    "[[person]]": Person,
}


def read_config(text: str, *, name: str) -> Config:
    """Read the file's text. `name` is how messages call it. Raises ConfigError, all at once."""
    text = text.removeprefix("\ufeff")  # Windows' Notepad begins files with it
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError((unreadable(error, text, file=name),)) from None
    mistakes = contradictions(tree, file=name)
    try:
        config = Config.model_validate(tree, by_alias=True, by_name=False)
    except ValidationError as error:
        raise ConfigError((*wrong_values(error, SECTIONS, file=name), *mistakes)) from None
    if mistakes:
        raise ConfigError(mistakes)
    return config


def write_config(config: Config) -> str:
    """Write what `read_config` reads back as an equal Config. Defaults are left out."""
    return tomli_w.dumps(config.model_dump(by_alias=True, exclude_defaults=True))

"""The shape of what Slack sends, as far as Bolt and our handlers rely on it.

Checked at the door, so that whoever reads a payload behind it finds there what Slack's pages
promise (https://docs.slack.dev/reference/interaction-payloads). What is not relied on may look
anyhow.
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

Text = Annotated[str, Field(pattern=r"^[^\x00]*$")]
"""Without NUL, which PostgreSQL takes from nobody. Only a pattern makes pydantic look whether it is
a text at all, or half a surrogate pair."""
Words = Annotated[str, Field(pattern="")]
"""What somebody typed, NUL and all: whoever reads it out of the payload takes that out."""
Id = Annotated[str, Field(pattern="^[!-~]{1,32}$")]
"""What Slack calls a person, a place or a message: about a dozen characters, and no more than our
columns hold."""
Once = Annotated[str, Field(pattern="^[!-~]{1,100}$")]
"""What Slack calls one click, one window or one event. It stands in `click` and `submission`, with
our own words beside it."""
WebLink = Annotated[str, Field(pattern="^(https?://|$)")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)


class _Named(_Part):
    id: Annotated[str, Field(pattern="^[!-~]{0,32}$")]
    """Empty in the press that `python app.py check` brings by itself: nobody's."""
    name: Text | None = None
    username: Text | None = None


class _Team(_Part):
    id: Text
    domain: Text | None = None


class _Option(_Part):
    value: Text


class _Action(_Part):
    type: Text
    action_id: Text
    block_id: Text = ""
    value: Words | None = None
    selected_option: _Option | None = None
    selected_options: list[_Option] = []
    selected_conversation: Id | None = None
    selected_channel: Id | None = None


class _Message(_Part):
    ts: Text
    thread_ts: Text | None = None
    metadata: dict[str, Any] | None = None


class _Container(_Part):
    type: Text = ""
    channel_id: Text | None = None
    message_ts: Text | None = None
    thread_ts: Text | None = None


class _Field(_Part):
    value: Words | None = None
    selected_option: _Option | None = None
    selected_options: list[_Option] | None = None
    selected_users: list[Id] | None = None
    selected_conversation: Id | None = None
    selected_channel: Id | None = None


class _State(_Part):
    values: dict[str, dict[str, _Field]] = {}


class _Block(_Part):
    type: Text
    block_id: Text


class _View(_Part):
    id: Once
    type: Text
    hash: Text
    callback_id: Text = ""
    private_metadata: Text | None = ""
    blocks: list[_Block]
    state: _State | None = None
    app_installed_team_id: Text | None = None


class _Whence(_Part):
    """Who sent it and where to, in every payload."""

    team: _Team | None = None
    team_id: Text | None = None
    enterprise: _Team | Text | None = None
    enterprise_id: Text | None = None
    is_enterprise_install: bool | Text | None = None
    api_app_id: Text | None = None
    token: Text | None = None


class _Press(_Whence):
    type: Annotated[str, Field(pattern="^block_actions$")]
    user: _Named
    trigger_id: Once
    actions: Annotated[list[_Action], Field(min_length=1)]
    channel: _Named | None = None
    message: _Message | None = None
    container: _Container | None = None
    view: _View | None = None
    response_url: WebLink | None = None
    state: _State | None = None


class _Filled(_View):
    state: _State


class _Window(_Whence):
    type: Annotated[str, Field(pattern="^view_(submission|closed)$")]
    user: _Named
    view: _Filled
    trigger_id: Text | None = None
    response_urls: list[dict[str, Any]] = []


class _Command(_Whence):
    command: Text
    user_id: Id
    user_name: Text | None = None
    text: Words = ""
    channel_id: Id | None = None
    trigger_id: Text | None = None
    response_url: WebLink | None = None


class _Item(_Part):
    channel: Id = ""
    ts: Id = ""


class _Happened(_Part):
    """Something we do not listen to."""

    type: Text
    bot_id: Text | None = None
    user: Any = None
    channel: Any = None


class _Done(_Happened):
    """Something that a person did and that we hear."""

    user: Id
    reaction: Text = ""
    item: _Item = _Item()
    channel: Text | None = None
    tab: Text | None = None


class _Profile(_Part):
    real_name: Words | None = None
    display_name: Words | None = None


class _Organisation(_Part):
    teams: list[Text] = []


class _User(_Part):
    """Whoever is told of: https://docs.slack.dev/reference/objects/user-object."""

    id: Id
    team_id: Text | None = None
    name: Words | None = None
    real_name: Words | None = None
    profile: _Profile = _Profile()
    enterprise_user: _Organisation = _Organisation()
    deleted: bool | None = None
    is_bot: bool | None = None
    is_workflow_bot: bool | None = None
    is_stranger: bool | None = None
    is_restricted: bool | None = None
    is_ultra_restricted: bool | None = None


class _Changed(_Happened):
    """Somebody is something else now, or is called otherwise."""

    user: _User


class _Authorization(_Part):
    team_id: Text | None = None
    enterprise_id: Text | None = None
    user_id: Text | None = None
    is_bot: bool | None = None
    is_enterprise_install: bool | None = None


class _Event(_Whence):
    type: Annotated[str, Field(pattern="^event_callback$")]
    event_id: Once
    event: _Happened
    authorizations: list[_Authorization] = []


class _Deed(_Event):
    event: _Done


class _Change(_Event):
    event: _Changed


class _Handshake(_Part):
    type: Annotated[str, Field(pattern="^url_verification$")]
    challenge: Text


_INTERACTIVE = TypeAdapter[Any](_Press | _Window)
_HANDSHAKE = TypeAdapter[Any](_Handshake)
_EVENT = TypeAdapter[Any](_Event)
_HEARD = {
    "reaction_added": TypeAdapter[Any](_Deed),
    "app_home_opened": TypeAdapter[Any](_Deed),
    "user_change": TypeAdapter[Any](_Change),
}
"""The events that we listen to."""
_COMMAND = TypeAdapter[Any](_Command)


def is_shaped(payload: Any) -> bool:
    """Whether handlers can read it: a press, a window, an event, or a command's fields."""
    if not isinstance(payload, dict):
        return False
    if "command" in payload:
        return _fits(_COMMAND, payload)
    if "event" in payload:
        return _fits(_EVENT, payload) and _fits(_heard_as(payload), payload)
    if "challenge" in payload:
        return _fits(_HANDSHAKE, payload)
    return _fits(_INTERACTIVE, payload)


def _heard_as(payload: dict[str, Any]) -> TypeAdapter[Any]:
    return _HEARD.get(payload["event"]["type"], _EVENT)


def _fits(shape: TypeAdapter[Any], payload: dict[str, Any]) -> bool:
    try:
        shape.validate_python(payload)
    except ValidationError:
        return False
    return True

"""Every element and composition object Switchboard may use, with Slack's limits.

Sources: docs.slack.dev/reference/block-kit/block-elements and …/composition-objects. A kind that is
not in these tables is refused.
"""

from bot.sandbox.blockkit_rules import (
    Rule,
    flag,
    kinds,
    one_of,
    several,
    shape,
    string,
    whole,
    without_type,
)

URL = string(low=1, high=3000, pattern=r"https?://\S+")
USER_ID = string(pattern="[UW][A-Z0-9]+")
CHANNEL_ID = string(pattern="[CG][A-Z0-9]+")
NAME = string(low=1, high=255)


def plain(high: int) -> Rule:
    text = {"text": string(low=1, high=high), "emoji": flag}
    return kinds({"plain_text": shape(text, required=["text"])})


def any_text(high: int) -> Rule:
    plain_keys = {"text": string(low=1, high=high), "emoji": flag}
    mrkdwn_keys = {"text": string(low=1, high=high), "verbatim": flag}
    return kinds(
        {
            "plain_text": shape(plain_keys, required=["text"]),
            "mrkdwn": shape(mrkdwn_keys, required=["text"]),
        }
    )


# Composition objects

CONFIRM = without_type(
    shape(
        {
            "title": plain(100),
            "text": any_text(300),
            "confirm": plain(30),
            "deny": plain(30),
            "style": one_of("primary", "danger"),
        },
        required=["title", "text", "confirm", "deny"],
    )
)


def _option(text: Rule, **more: Rule) -> Rule:
    keys = {"text": text, "value": string(low=1, high=150), "description": text, **more}
    return without_type(shape(keys, required=["text", "value"]))


OPTION = _option(plain(75))
OVERFLOW_OPTION = _option(plain(75), url=URL)
MARKED_OPTION = _option(any_text(75))
OPTION_GROUP = without_type(
    shape(
        {"label": plain(75), "options": several(OPTION, low=1, high=100)},
        required=["label", "options"],
    )
)
DISPATCH_ACTION_CONFIG = without_type(
    shape(
        {
            "trigger_actions_on": several(
                one_of("on_enter_pressed", "on_character_entered"), low=1, high=2, distinct=True
            )
        },
        required=["trigger_actions_on"],
    )
)
FILTER_KEYS = ("include", "exclude_external_shared_channels", "exclude_bot_users")
FILTER = without_type(
    shape(
        {
            "include": several(one_of("im", "mpim", "private", "public"), low=1, distinct=True),
            "exclude_external_shared_channels": flag,
            "exclude_bot_users": flag,
        },
        any_one=FILTER_KEYS,
    )
)
FILE = without_type(shape({"url": URL, "id": string(low=1)}, exactly_one=["url", "id"]))

# Elements. Most of them can ask before they act, and can be where the cursor starts.

ACTION: dict[str, Rule] = {"action_id": NAME}
PICK: dict[str, Rule] = {**ACTION, "confirm": CONFIRM, "focus_on_load": flag}
SELECT: dict[str, Rule] = {**PICK, "placeholder": plain(150)}
TYPED: dict[str, Rule] = {
    **ACTION,
    "focus_on_load": flag,
    "placeholder": plain(150),
    "initial_value": string(),
    "dispatch_action_config": DISPATCH_ACTION_CONFIG,
}
LISTED: dict[str, Rule] = {
    **SELECT,
    "options": several(OPTION, low=1, high=100),
    "option_groups": several(OPTION_GROUP, low=1, high=100),
}
ONE_LIST = ("options", "option_groups")
MANY: dict[str, Rule] = {"max_selected_items": whole(low=1)}
NUMBER = string(pattern=r"-?[0-9]+(\.[0-9]+)?")
DATE = string(pattern=r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
TIME = string(pattern=r"([01][0-9]|2[0-3]):[0-5][0-9]")
MARKED_OPTIONS: dict[str, Rule] = {"options": several(MARKED_OPTION, low=1, high=10)}

IMAGE_ELEMENT = shape(
    {"image_url": URL, "slack_file": FILE, "alt_text": string(low=1)},
    required=["alt_text"],
    exactly_one=["image_url", "slack_file"],
)
PRESSED: dict[str, Rule] = {
    "button": shape(
        {
            **ACTION,
            "text": plain(75),
            "url": URL,
            "value": string(low=1, high=2000),
            "style": one_of("primary", "danger"),
            "confirm": CONFIRM,
            "accessibility_label": string(low=1, high=75),
        },
        required=["text"],
    ),
    "overflow": shape(
        {**ACTION, "options": several(OVERFLOW_OPTION, low=1, high=5), "confirm": CONFIRM},
        required=["options"],
    ),
}
CHOSEN: dict[str, Rule] = {
    "static_select": shape({**LISTED, "initial_option": OPTION}, exactly_one=ONE_LIST),
    "multi_static_select": shape(
        {**LISTED, **MANY, "initial_options": several(OPTION, low=1)}, exactly_one=ONE_LIST
    ),
    "users_select": shape({**SELECT, "initial_user": USER_ID}),
    "multi_users_select": shape({**SELECT, **MANY, "initial_users": several(USER_ID, low=1)}),
    "channels_select": shape(
        {**SELECT, "initial_channel": CHANNEL_ID, "response_url_enabled": flag}
    ),
    "multi_channels_select": shape(
        {**SELECT, **MANY, "initial_channels": several(CHANNEL_ID, low=1)}
    ),
    "conversations_select": shape(
        {
            **SELECT,
            "initial_conversation": string(low=1),
            "default_to_current_conversation": flag,
            "response_url_enabled": flag,
            "filter": FILTER,
        }
    ),
    "radio_buttons": shape(
        {**PICK, **MARKED_OPTIONS, "initial_option": MARKED_OPTION}, required=["options"]
    ),
    "checkboxes": shape(
        {**PICK, **MARKED_OPTIONS, "initial_options": several(MARKED_OPTION, low=1)},
        required=["options"],
    ),
    "datepicker": shape({**SELECT, "initial_date": DATE}),
    "timepicker": shape({**SELECT, "initial_time": TIME, "timezone": string(low=1)}),
}
WRITTEN: dict[str, Rule] = {
    "plain_text_input": shape(
        {
            **TYPED,
            "multiline": flag,
            "min_length": whole(low=0, high=3000),
            "max_length": whole(low=1, high=3000),
        }
    ),
    "url_text_input": shape(TYPED),
    "number_input": shape(
        {
            **TYPED,
            "initial_value": NUMBER,
            "is_decimal_allowed": flag,
            "min_value": NUMBER,
            "max_value": NUMBER,
        },
        required=["is_decimal_allowed"],
    ),
}

"""The limits are Slack's: https://docs.slack.dev/reference/app-manifest"""

import re
from pathlib import Path

import pytest
import yaml

from bot.slack.lookups import MENTIONS_HELP

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "manifest.yaml").read_text(encoding="utf-8")
MANIFEST = yaml.safe_load(TEXT)
COMMANDS = MANIFEST["features"]["slash_commands"]
SETTINGS = MANIFEST["settings"]
SCOPES = MANIFEST["oauth_config"]["scopes"]["bot"]
# https://docs.slack.dev/reference/events
SCOPE_OF_EVENT = {
    "app_home_opened": None,
    "reaction_added": "reactions:read",
    "user_change": "users:read",
}


def test_names_and_descriptions_keep_within_slacks_limits():
    about = MANIFEST["display_information"]

    assert 1 <= len(about["name"]) <= 35
    assert 1 <= len(about["description"]) <= 140
    assert 175 <= len(about["long_description"]) <= 4000
    assert re.fullmatch(r"#[0-9a-f]{6}", about["background_color"])
    assert len(MANIFEST["features"]["bot_user"]["display_name"]) <= 80


def test_the_two_commands_are_there():
    assert [command["command"] for command in COMMANDS] == ["/mentions", "/departments"]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command["command"])
def test_a_command_keeps_within_slacks_limits_and_escapes_names(command):
    assert len(command["command"]) <= 32
    assert 1 <= len(command["description"]) <= 2000
    assert 1 <= len(command["usage_hint"]) <= 1000
    assert command["should_escape"] is False


def test_the_hint_names_all_that_can_be_typed():
    mentions, departments = (set(re.findall(r"\w+", one["usage_hint"])) for one in COMMANDS)
    typed = set(re.findall(r"`/mentions ([a-z]+)", MENTIONS_HELP)) - {"mentions"}
    assert typed | {"help"} <= mentions
    assert "billing" in departments


def test_scopes_are_the_fewest_that_do():
    assert sorted(SCOPES) == [
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        "groups:history",
        "groups:read",
        "reactions:read",
        "users:read",
    ]


@pytest.mark.parametrize("scope", SCOPES)
def test_each_scope_says_what_it_is_for(scope):
    assert re.search(rf"^ +- {scope} # \S.{{10,}}$", TEXT, re.MULTILINE), scope


@pytest.mark.parametrize("event", SETTINGS["event_subscriptions"]["bot_events"])
def test_each_event_has_the_scope_it_needs(event):
    assert SCOPE_OF_EVENT[event] in {*SCOPES, None}


def test_home_direct_messages_buttons_and_socket_mode_are_on():
    assert MANIFEST["features"]["app_home"] == {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": True,
    }
    assert SETTINGS["interactivity"]["is_enabled"] is True
    assert SETTINGS["socket_mode_enabled"] is True


def test_taking_the_comment_signs_off_gives_an_app_that_is_called_over_http():
    manifest = yaml.safe_load(re.sub(r"# ((?:request_)?url: http)", r"\1", TEXT))

    door = "https://your-host.example/slack/events"
    assert [c["url"] for c in manifest["features"]["slash_commands"]] == [door, door]
    assert manifest["settings"]["event_subscriptions"]["request_url"] == door
    assert manifest["settings"]["interactivity"]["request_url"] == door

"""The Web API answers as Slack's does, errors included."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox.inside import DEFAULT_SCOPES
from bot.sandbox.server import SlackStandIn
from tests.bot.sandbox.conftest import MovedClock

Json = dict[str, Any]
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "*Hi*"}}
METADATA = {"event_type": "mention", "event_payload": {"id": 7}}


def refused(call: Callable[..., Any], *args: Any, **arguments: Any) -> Json:
    with pytest.raises(SlackApiError) as error:
        call(*args, **arguments)
    body = error.value.response.data
    assert isinstance(body, dict)
    return body


@pytest.fixture
def allow(slack: SlackStandIn) -> Callable[..., None]:
    def add(*scopes: str) -> None:
        slack.inside.scopes = DEFAULT_SCOPES | set(scopes)

    return add


# Tokens, scopes and names


@pytest.mark.parametrize(
    ("token", "error"), [("", "not_authed"), ("xoxb-somebody", "invalid_auth")]
)
def test_a_wrong_token_is_refused(slack: SlackStandIn, token: str, error: str) -> None:
    assert refused(WebClient(token, base_url=slack.api_url).auth_test)["error"] == error


def test_each_token_opens_its_own_methods(slack: SlackStandIn, client: WebClient) -> None:
    assert client.auth_test()["user_id"] == slack.bot_user_id
    assert client.apps_connections_open(app_token=slack.app_token)["url"].startswith("ws://")
    wrong = refused(client.apps_connections_open, app_token=slack.bot_token)
    assert wrong["error"] == "not_allowed_token_type"


def test_unknown_methods_are_named(client: WebClient) -> None:
    assert refused(client.api_call, "chat.shout")["error"] == "unknown_method"


def test_a_missing_scope_is_named(client: WebClient) -> None:
    body = refused(client.reactions_add, channel="C0SUPPORT", name="eyes", timestamp="1.0")
    assert (body["error"], body["needed"]) == ("missing_scope", "reactions:write")
    assert body["provided"] == ",".join(sorted(DEFAULT_SCOPES))


def test_json_and_forms_say_the_same(slack: SlackStandIn) -> None:
    form = {
        "token": slack.bot_token,
        "channel": "C0SUPPORT",
        "text": "Hi",
        "blocks": json.dumps([SECTION]),
        "metadata": json.dumps(METADATA),
    }
    assert requests.post(f"{slack.api_url}chat.postMessage", data=form, timeout=5).json()["ok"]
    (message,) = slack.messages("support")
    assert (message.blocks[0]["text"], message.metadata) == (SECTION["text"], METADATA)
    assert "token" not in slack.requests[-1].arguments


def test_a_body_that_is_no_json_is_refused(slack: SlackStandIn) -> None:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {slack.bot_token}"}
    url = f"{slack.api_url}chat.postMessage"
    answer = requests.post(url, data="{", headers=headers, timeout=5)
    assert answer.json() == {"ok": False, "error": "invalid_json"}


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"limit": "many"}, "invalid_limit"),
        ({"limit": 1001}, "invalid_limit"),
        ({"cursor": "???"}, "invalid_cursor"),
        ({"oldest": "yesterday"}, "invalid_ts_oldest"),
    ],
)
def test_pages_and_times_are_checked(
    slack: SlackStandIn, client: WebClient, arguments: Json, error: str
) -> None:
    slack.person("ana").say("support", "Hello")
    body = refused(client.conversations_history, channel="C0SUPPORT", **arguments)
    assert body["error"] == error


# Posting


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C0SUPPORT"}, "no_text"),
        ({"channel": "C0SUPPORT", "text": " "}, "no_text"),
        ({"channel": "C0SUPPORT", "blocks": [SECTION]}, "no_text"),
        ({"channel": "C0NOWHERE", "text": "Hi"}, "channel_not_found"),
        ({"channel": "C0SECRET0", "text": "Hi"}, "channel_not_found"),
        ({"channel": "C0GENERAL", "text": "Hi"}, "not_in_channel"),
        ({"channel": "C0ATTIC00", "text": "Hi"}, "is_archived"),
        ({"channel": "C0SUPPORT", "text": "Hi", "thread_ts": "1.000000"}, "thread_not_found"),
        ({"channel": "C0SUPPORT", "text": "Hi", "blocks": "{"}, "invalid_blocks_format"),
        ({"channel": "C0SUPPORT", "text": "Hi", "metadata": {"id": 7}}, "invalid_metadata_schema"),
        ({"channel": "C0SUPPORT", "text": "Hi", "metadata": "x"}, "invalid_metadata_format"),
    ],
)
def test_what_cannot_be_posted(
    slack: SlackStandIn, client: WebClient, arguments: Json, error: str
) -> None:
    slack.add_channel("secret", private=True, bot_is_member=False)
    slack.archive(slack.add_channel("attic"))
    assert refused(client.api_call, "chat.postMessage", json=arguments)["error"] == error
    assert slack.requests[-1].error == error


def test_blocks_slack_cannot_show_are_explained(client: WebClient) -> None:
    body = refused(client.chat_postMessage, channel="C0SUPPORT", text="Hi", blocks=[{"type": "x"}])
    assert body["error"] == "invalid_blocks"
    assert "/blocks/0" in body["response_metadata"]["messages"][0]


def test_too_much_text_over_all_blocks(client: WebClient) -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2700}}] * 5
    body = refused(client.chat_postMessage, channel="C0SUPPORT", text="Hi", blocks=blocks)
    assert body["error"] == "msg_blocks_too_long"


def test_public_channels_need_no_joining_with_that_scope(
    slack: SlackStandIn, client: WebClient, allow: Callable[..., None]
) -> None:
    allow("chat:write.public")
    assert client.chat_postMessage(channel="C0GENERAL", text="Hi")["ok"]


def test_long_text_is_cut(slack: SlackStandIn, client: WebClient) -> None:
    client.chat_postMessage(channel="C0SUPPORT", text="x" * 40_001)
    assert len(slack.messages("support")[0].text) == 40_000


def test_a_persons_id_means_their_direct_messages(slack: SlackStandIn, client: WebClient) -> None:
    sent = client.chat_postMessage(channel=slack.person("ana").id, text="Psst")
    assert sent["channel"].startswith("D")
    assert [message.text for message in slack.dms("ana")] == ["Psst"]
    assert slack.dms("ben") == []


def test_direct_messages_can_be_opened(
    slack: SlackStandIn, client: WebClient, allow: Callable[..., None]
) -> None:
    allow("im:write")
    opened = client.conversations_open(users=slack.person("ana").id)["channel"]["id"]
    assert opened == client.chat_postMessage(channel=slack.person("ana").id, text="Hi")["channel"]
    assert refused(client.conversations_open, users="U0NOBODY")["error"] == "user_not_found"


def test_replies_go_to_the_parent(
    slack: SlackStandIn, client: WebClient, clock: MovedClock
) -> None:
    ts = client.chat_postMessage(channel="C0SUPPORT", text="Card")["ts"]
    clock.move(1)
    reply = client.chat_postMessage(channel="C0SUPPORT", text="Ana took it", thread_ts=ts)["ts"]
    (parent,) = slack.messages("support")
    assert [message.text for message in slack.thread(parent)] == ["Ana took it"]
    clock.move(1)
    body = refused(client.chat_postMessage, channel="C0SUPPORT", text="Hm", thread_ts=reply)
    assert body["error"] == "cannot_reply_to_message"
    told = client.conversations_replies(channel="C0SUPPORT", ts=ts)["messages"]
    assert [message["text"] for message in told] == ["Card", "Ana took it"]
    assert (told[0]["reply_count"], told[0]["latest_reply"]) == (1, reply)


def test_metadata_comes_back_only_when_asked_for(client: WebClient) -> None:
    client.chat_postMessage(channel="C0SUPPORT", text="Hi", metadata=METADATA)
    silent = client.conversations_history(channel="C0SUPPORT")["messages"][0]
    asked = client.conversations_history(channel="C0SUPPORT", include_all_metadata=True)
    assert "metadata" not in silent
    assert asked["messages"][0]["metadata"] == METADATA


# Changing


def test_text_without_blocks_takes_the_blocks_away(slack: SlackStandIn, client: WebClient) -> None:
    ts = client.chat_postMessage(
        channel="C0SUPPORT", text="Hi", blocks=[SECTION], metadata=METADATA
    )["ts"]
    client.chat_update(channel="C0SUPPORT", ts=ts, text="Bye")
    (message,) = slack.messages("support")
    assert (message.text, message.blocks, message.metadata) == ("Bye", (), METADATA)


def test_only_own_messages_can_be_changed(slack: SlackStandIn, client: WebClient) -> None:
    slack.person("ana").say("support", "Mine")
    theirs = slack.messages("support")[0].ts
    changed = refused(client.chat_update, channel="C0SUPPORT", ts=theirs, text="Hi")
    deleted = refused(client.chat_delete, channel="C0SUPPORT", ts=theirs)
    assert (changed["error"], deleted["error"]) == ("cant_update_message", "cant_delete_message")


@pytest.mark.parametrize(
    ("text", "error"), [("x" * 4001, "msg_too_long"), ("", "no_text")], ids=["long", "empty"]
)
def test_a_change_has_its_limits(client: WebClient, text: str, error: str) -> None:
    ts = client.chat_postMessage(channel="C0SUPPORT", text="Hi")["ts"]
    arguments = {"channel": "C0SUPPORT", "ts": ts, "text": text}
    assert refused(client.api_call, "chat.update", json=arguments)["error"] == error


def test_a_deleted_message_is_gone_and_a_parent_leaves_a_tombstone(
    slack: SlackStandIn, client: WebClient, clock: MovedClock
) -> None:
    ts = client.chat_postMessage(channel="C0SUPPORT", text="Card")["ts"]
    clock.move(1)
    reply = client.chat_postMessage(channel="C0SUPPORT", text="Note", thread_ts=ts)["ts"]
    client.chat_delete(channel="C0SUPPORT", ts=ts)
    (tombstone,) = slack.messages("support")
    assert tombstone.is_deleted
    client.chat_delete(channel="C0SUPPORT", ts=reply)
    gone = refused(client.chat_update, channel="C0SUPPORT", ts=ts, text="Hi")
    assert (slack.thread(tombstone), gone["error"]) == ([], "message_not_found")


def test_ephemeral_messages_are_for_one_member(slack: SlackStandIn, client: WebClient) -> None:
    ana = slack.person("ana")
    ts = client.chat_postEphemeral(channel="C0SUPPORT", user=ana.id, text="Only you")["message_ts"]
    assert [message.text for message in slack.ephemerals(ana)] == ["Only you"]
    assert slack.messages("support") == []
    assert client.conversations_history(channel="C0SUPPORT")["messages"] == []
    assert refused(client.chat_update, channel="C0SUPPORT", ts=ts, text="Hi")["error"] == (
        "message_not_found"
    )
    guest = slack.add_person("guest", "Gus Gast", is_guest=True)
    outside = refused(client.chat_postEphemeral, channel="C0SUPPORT", user=guest.id, text="Hi")
    assert outside["error"] == "user_not_in_channel"


# Looking


def test_channels_are_listed_page_by_page(slack: SlackStandIn, client: WebClient) -> None:
    slack.add_channel("vip", private=True)
    slack.add_channel("secret", private=True, bot_is_member=False)
    names = [
        channel["name"]
        for page in client.conversations_list(types="public_channel,private_channel", limit=2)
        for channel in page["channels"]
    ]
    assert names == ["support", "general", "vip"]


def test_membership_is_told(client: WebClient) -> None:
    assert client.conversations_info(channel="C0SUPPORT")["channel"]["is_member"]
    assert not client.conversations_info(channel="C0GENERAL")["channel"]["is_member"]
    assert refused(client.conversations_history, channel="C0GENERAL")["error"] == "not_in_channel"


def test_joining(slack: SlackStandIn, client: WebClient, allow: Callable[..., None]) -> None:
    allow("channels:join")
    client.conversations_join(channel="C0GENERAL")
    assert slack.bot_user_id in client.conversations_members(channel="C0GENERAL")["members"]


def test_history_can_start_at_a_time(client: WebClient, clock: MovedClock) -> None:
    first = client.chat_postMessage(channel="C0SUPPORT", text="One")["ts"]
    clock.move(1)
    client.chat_postMessage(channel="C0SUPPORT", text="Two")
    later = client.conversations_history(channel="C0SUPPORT", oldest=first)["messages"]
    assert [message["text"] for message in later] == ["Two"]
    all_of_it = client.conversations_history(channel="C0SUPPORT", oldest=first, inclusive=True)
    assert [message["text"] for message in all_of_it["messages"]] == ["Two", "One"]


def test_people_are_told_apart(slack: SlackStandIn, client: WebClient) -> None:
    slack.add_person("cat", "Cat Client", is_stranger=True)
    people = {member["name"]: member for member in client.users_list()["members"]}
    assert people["switchboard"]["is_bot"]
    assert people["ana"]["is_admin"]
    assert people["cat"]["is_stranger"]
    assert client.users_info(user=slack.person("ben").id)["user"]["tz"] == "Europe/Vienna"
    assert refused(client.users_info, user="U0NOBODY")["error"] == "user_not_found"


def test_a_permalink_names_channel_and_time(client: WebClient) -> None:
    ts = client.chat_postMessage(channel="C0SUPPORT", text="Hi")["ts"]
    link = client.chat_getPermalink(channel="C0SUPPORT", message_ts=ts)["permalink"]
    assert link == f"https://sandbox.slack.com/archives/C0SUPPORT/p{ts.replace('.', '')}"


def test_a_reaction_is_given_once(
    slack: SlackStandIn, client: WebClient, allow: Callable[..., None]
) -> None:
    allow("reactions:write")
    ts = client.chat_postMessage(channel="C0SUPPORT", text="Hi")["ts"]
    client.reactions_add(channel="C0SUPPORT", name="eyes", timestamp=ts)
    assert slack.messages("support")[0].reactions == (("eyes", (slack.bot_user_id,)),)
    again = refused(client.reactions_add, channel="C0SUPPORT", name="eyes", timestamp=ts)
    assert again["error"] == "already_reacted"

"""The keys of what Slack sends, written down from its documentation.

docs.slack.dev/reference/interaction-payloads/block_actions-payload, …/view-interactions-payload,
docs.slack.dev/interactivity/implementing-slash-commands and docs.slack.dev/apis/events-api.
"""

INTERACTION = {
    "type", "user", "api_app_id", "token", "team", "enterprise", "is_enterprise_install",
}  # fmt: skip
USER = {"id", "username", "name", "team_id"}
TEAM = {"id", "domain"}
MESSAGE_ACTION = INTERACTION | {
    "container", "trigger_id", "channel", "message", "state", "response_url", "actions",
}  # fmt: skip
EPHEMERAL_ACTION = MESSAGE_ACTION - {"message"}
VIEW_ACTION = INTERACTION | {"container", "trigger_id", "view", "actions"}
MESSAGE_CONTAINER = {"type", "message_ts", "channel_id", "is_ephemeral"}
BUTTON_ACTION = {"action_id", "block_id", "text", "value", "type", "action_ts"}
CHOICE_ACTION = {"action_id", "block_id", "type", "selected_option", "action_ts"}
TYPED_ACTION = {"action_id", "block_id", "type", "value", "action_ts"}
VIEW_SUBMISSION = INTERACTION | {"trigger_id", "view", "response_urls"}
VIEW_CLOSED = INTERACTION | {"view", "is_cleared"}
VIEW = {
    "id", "team_id", "type", "blocks", "private_metadata", "callback_id", "state", "hash", "title",
    "clear_on_close", "notify_on_close", "close", "submit", "previous_view_id", "root_view_id",
    "app_id", "external_id", "app_installed_team_id", "bot_id",
}  # fmt: skip
COMMAND = {
    "token", "team_id", "team_domain", "channel_id", "channel_name", "user_id", "user_name",
    "command", "text", "api_app_id", "is_enterprise_install", "response_url", "trigger_id",
}  # fmt: skip
EVENT = {
    "token", "team_id", "api_app_id", "event", "type", "event_id", "event_time", "authorizations",
    "is_ext_shared_channel", "event_context",
}  # fmt: skip
HOME_OPENED = {"type", "user", "channel", "tab", "event_ts"}
REACTION_ADDED = {"type", "user", "reaction", "item", "item_user", "event_ts"}
MESSAGE = {"user", "type", "ts", "text", "team", "bot_id", "app_id", "bot_profile", "blocks"}

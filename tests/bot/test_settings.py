import pytest

from bot.settings import Settings, SettingsError

TOKENS = {"SLACK_BOT_TOKEN": "xoxb-1-secret", "SLACK_APP_TOKEN": "xapp-1-secret"}


def problems(env: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        Settings.read(env)
    return str(caught.value).splitlines()


def only_problem(**changes: str) -> str:
    found = problems({**TOKENS, **changes})
    assert len(found) == 1, found
    return found[0]


def test_two_tokens_are_enough_to_start():
    settings = Settings.read(TOKENS)

    assert settings.database_url == "sqlite:///switchboard.db"
    assert settings.slack_api_url == "https://slack.com/api/"
    assert str(settings.config_path) == "switchboard.toml"
    assert (settings.poll_seconds, settings.host, settings.port) == (60, "0.0.0.0", 3000)
    assert settings.log_level == "INFO"


@pytest.mark.parametrize("written", ["procrastinate", "Procrastinate"])
def test_many_machines_need_postgresql(written):
    postgres = TOKENS | {"DATABASE_URL": "postgres://me@host/db", "ENGINE": written}

    assert Settings.read(TOKENS).engine == "embedded"
    assert Settings.read(postgres).engine == "procrastinate"
    line = only_problem(ENGINE=written)
    assert line.startswith(f'ENGINE ("{written}") needs PostgreSQL, and DATABASE_URL means SQLite.')
    assert "Next: leave it out for one machine; for many set DATABASE_URL" in line


def test_an_engine_that_is_not_there_names_those_that_are():
    assert only_problem(ENGINE="celery").startswith(
        'ENGINE ("celery") is none of embedded, procrastinate. Next: '
    )


def test_the_app_token_decides_for_socket_mode():
    http = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"}

    assert Settings.read(TOKENS).socket_mode
    assert not Settings.read(http).socket_mode


def test_without_socket_mode_the_signing_secret_is_asked_for():
    [line] = problems({"SLACK_BOT_TOKEN": "xoxb-1"})

    assert line.startswith("SLACK_SIGNING_SECRET is not set. Next: api.slack.com/apps")


def test_a_wrong_app_token_is_told_alone_because_socket_mode_was_meant():
    line = only_problem(SLACK_APP_TOKEN="xoxb-1")

    assert line.startswith("SLACK_APP_TOKEN does not start with xapp-. Next: api.slack.com/apps")


def test_a_missing_token_names_the_page_where_it_is_found():
    assert problems({"SLACK_APP_TOKEN": "xapp-1"}) == [
        "SLACK_BOT_TOKEN is not set. Next: api.slack.com/apps > your app > OAuth & Permissions > "
        "copy the Bot User OAuth Token."
    ]


def test_all_problems_are_told_at_once():
    found = problems(
        {
            "DATABASE_URL": "mysql://x",
            "SLACK_API_URL": "slack.com",
            "POLL_SECONDS": "0",
            "PORT": "http",
            "LOG_LEVEL": "loud",
        }
    )

    assert [line.split()[0] for line in found] == [
        "DATABASE_URL",
        "SLACK_BOT_TOKEN",
        "SLACK_SIGNING_SECRET",
        "SLACK_API_URL",
        "POLL_SECONDS",
        "PORT",
        "LOG_LEVEL",
    ]


@pytest.mark.parametrize("value", ["0", "3601", "-60", "6.5", "60s", "1e3", "٦٠", "9" * 5000])
def test_poll_seconds_outside_its_range_name_value_and_range(value):
    line = only_problem(POLL_SECONDS=value)

    assert line.startswith(f'POLL_SECONDS ("{value}") is not a whole number from 1 to 3600. Next: ')


@pytest.mark.parametrize("value", ["5", "3600"])
def test_the_ends_of_the_range_are_allowed(value):
    assert Settings.read({**TOKENS, "POLL_SECONDS": value}).poll_seconds == int(value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_addresses_get_the_driver_we_have(scheme):
    settings = Settings.read({**TOKENS, "DATABASE_URL": f"{scheme}://u:p@h:5432/d?sslmode=require"})

    assert settings.database_url == "postgresql+psycopg://u:p@h:5432/d?sslmode=require"


@pytest.mark.parametrize("url", [{}, {"DATABASE_URL": "sqlite:////data/s.db"}])
def test_sqlite_is_refused_where_the_disk_is_wiped_daily(url):
    line = only_problem(DYNO="web.1", **url)

    assert line.startswith("DATABASE_URL means SQLite, and this host (DYNO is set) wipes its disk")
    assert "heroku addons:create heroku-postgresql" in line


def test_sqlite_on_such_a_host_can_be_insisted_on():
    env = {**TOKENS, "DYNO": "web.1", "SWITCHBOARD_ALLOW_SQLITE": "1"}

    assert Settings.read(env).database_url.startswith("sqlite:")


def test_postgresql_is_welcome_on_such_a_host():
    env = {**TOKENS, "DYNO": "web.1", "DATABASE_URL": "postgres://u:p@h/d"}

    assert Settings.read(env).database_url.startswith("postgresql+psycopg:")


def test_no_secret_is_ever_shown():
    env = {
        **TOKENS,
        "SLACK_SIGNING_SECRET": "hush-secret",
        "DATABASE_URL": "postgres://user:db-secret@host/db",
    }

    assert "secret" not in repr(Settings.read(env)).replace("slack_signing_secret", "")


@pytest.mark.parametrize("variable", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "DATABASE_URL"])
def test_a_wrong_secret_is_not_repeated_even_in_the_traceback(variable):
    with pytest.raises(SettingsError) as caught:
        Settings.read({**TOKENS, variable: "mysql://user:hush@host/db"})

    assert "hush" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert caught.value.problems[0].value is None


def test_an_empty_variable_counts_as_not_set():
    settings = Settings.read({**TOKENS, "POLL_SECONDS": "", "DATABASE_URL": "  "})

    assert settings.poll_seconds == 60
    assert settings.database_url == "sqlite:///switchboard.db"


def test_white_space_around_a_pasted_value_does_not_matter():
    settings = Settings.read({**TOKENS, "SLACK_BOT_TOKEN": " xoxb-2\n"})

    assert settings.slack_bot_token.get_secret_value() == "xoxb-2"


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/api", "http://127.0.0.1:8080/api/"])
def test_the_api_address_ends_in_a_slash(url):
    assert Settings.read({**TOKENS, "SLACK_API_URL": url}).slack_api_url.endswith(":8080/api/")


def test_the_log_level_may_be_written_small():
    assert Settings.read({**TOKENS, "LOG_LEVEL": "debug"}).log_level == "DEBUG"

from datetime import time
from pathlib import Path

import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config import (
    Brand,
    Budget,
    Config,
    ConfigError,
    Department,
    Hours,
    Leadership,
    Person,
    Policy,
    Rule,
    read_config,
    write_config,
)

EXAMPLE = Path(__file__).parents[2] / "switchboard.example.toml"
SMALL = """
catch_all = "Support"
[brand]
name = "Acme"
terms = ["Acme"]
[[department]]
name = "Support"
channel = "#support"
"""


def mistakes(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read_config(text, name="s.toml")
    return str(caught.value).splitlines()


def only_mistake(text: str) -> str:
    found = mistakes(text)
    assert len(found) == 1, found
    return found[0]


def small(section: str, **values: object) -> str:
    """The small file with some values of one of its sections changed or added."""
    tree: dict[str, object] = {
        "catch_all": "Support",
        "brand": {"name": "Acme", "terms": ["Acme"]},
        "department": [{"name": "Support", "channel": "#support"}],
    }
    places = {"": tree, "brand": tree["brand"], "department": tree["department"][0]}
    places[section].update(values)
    return tomli_w.dumps(tree)


def with_rule(**values: object) -> str:
    return small("department", rule=[values])


def test_the_example_reads_and_shows_every_kind_of_section():
    config = read_config(EXAMPLE.read_text(encoding="utf-8"), name=EXAMPLE.name)

    assert {d.name for d in config.departments} == {
        "PR",
        "People",
        "Billing",
        "Support",
        "Sales",
        "Product",
    }
    assert all(d.rules and d.purpose for d in config.departments)
    assert config.leadership.channel == "#leadership"
    assert config.hours
    assert config.people


def test_the_example_survives_being_written_and_read():
    config = read_config(EXAMPLE.read_text(encoding="utf-8"), name=EXAMPLE.name)

    assert read_config(write_config(config), name="written") == config


def test_a_small_file_is_enough():
    config = read_config(SMALL, name="s.toml")

    assert config == Config(
        catch_all="Support",
        brand=Brand(name="Acme", terms=("Acme",), timezone="UTC"),
        departments=(Department(name="Support", channel="#support"),),
    )


def test_every_value_arrives_where_it_belongs():
    text = """
    catch_all = "Support"
    admins = ["U0123ABCD"]
    [brand]
    name = "Acme"
    terms = ["Acme"]
    accounts = { X = "@Acme", reddit = ["u/acme", "acme_help"] }
    communities = ["r/acme"]
    timezone = "Europe/Berlin"
    [hours]
    days = ["Monday", "tue"]
    from = "09:00"
    to = "18:30"
    [leadership]
    channel = "C0123ABCD"
    weekday = "fri"
    time = "16:00"
    [budget.X]
    reads = 2.5
    replies = 10
    [policy]
    guests_may_reply = true
    may_reply = ["U0123ABCD"]
    approve_first = 5
    [[department]]
    name = "Support"
    channel = "#support"
    purpose = "Faults."
    members = ["U0123ABCD", "Ben"]
    [[department.rule]]
    label = "loud"
    keywords = ["refund*"]
    platforms = ["Reddit"]
    communities = ["r/acme"]
    languages = ["de"]
    authors = ["@mara_k"]
    min_followers = 10
    [[person]]
    name = "Ana Lima"
    aliases = ["Ana"]
    slack = "U0123ABCD"
    department = "Support"
    """
    assert read_config(text, name="s.toml") == Config(
        catch_all="Support",
        admins=("U0123ABCD",),
        brand=Brand(
            name="Acme",
            terms=("Acme",),
            accounts={"x": ("acme",), "reddit": ("acme", "acme_help")},
            communities=("acme",),
            timezone="Europe/Berlin",
        ),
        hours=Hours(days=("mon", "tue"), opens=time(9), closes=time(18, 30)),
        leadership=Leadership(channel="C0123ABCD", weekday="fri", at=time(16)),
        budget={"x": Budget(reads=2.5, replies=10.0)},
        policy=Policy(guests_may_reply=True, may_reply=("U0123ABCD",), approve_first=5),
        departments=(
            Department(
                name="Support",
                channel="#support",
                purpose="Faults.",
                members=("U0123ABCD", "Ben"),
                rules=(
                    Rule(
                        label="loud",
                        keywords=("refund*",),
                        platforms=("reddit",),
                        communities=("r/acme",),
                        languages=("de",),
                        authors=("@mara_k",),
                        min_followers=10,
                    ),
                ),
            ),
        ),
        people=(
            Person(name="Ana Lima", aliases=("Ana",), slack="U0123ABCD", department="Support"),
        ),
    )


WORDS = st.text(min_size=1, max_size=20).map(str.strip).filter(lambda text: text.strip("* "))
LISTS = st.lists(WORDS, max_size=3).map(tuple)
DOLLARS = st.none() | st.floats(0, 1e6, allow_nan=False)
CLOCKS = st.times().map(lambda at: at.replace(second=0, microsecond=0, fold=0))


@st.composite
def configs(draw):
    name = draw(WORDS)
    rule = Rule(keywords=(draw(WORDS),), label=draw(WORDS), authors=draw(LISTS))
    return Config(
        catch_all=name,
        brand=Brand(name=name, terms=(draw(WORDS), *draw(LISTS)), accounts={"x": draw(LISTS)}),
        leadership=Leadership(channel="#lead", at=draw(CLOCKS)),
        budget={"x": Budget(reads=draw(DOLLARS), replies=draw(DOLLARS))},
        departments=(Department(name=name, channel="#süd", members=draw(LISTS), rules=(rule,)),),
        people=(Person(name=draw(WORDS), department=name),),
    )


@settings(deadline=None)
@given(configs())
def test_what_is_written_reads_back_equal(config):
    assert read_config(write_config(config), name="written") == config


def test_what_a_database_kept_as_json_reads_back_equal():
    config = read_config(SMALL + '[hours]\ndays = ["mon"]\nfrom = "09:00"\nto = "18:00"', name="s")

    assert Config.model_validate(config.model_dump(mode="json"), by_name=True) == config


def test_times_are_times():
    config = read_config(SMALL + '[leadership]\nchannel = "#l"\ntime = "07:05"', name="s.toml")

    assert config.leadership.at == time(7, 5)


def test_a_channel_that_is_none_is_answered_with_one():
    line = only_mistake(small("department", channel="support team"))

    assert line == (
        's.toml: department[1].channel: "support team" is not a channel. '
        'Write it as "#support-team" or as its id, "C0123ABCD".'
    )


@pytest.mark.parametrize(
    "channel", ["#Support", "support", "##support", "C01", "#a b", "#A" + "a" * 80]
)
def test_other_ways_to_get_a_channel_wrong(channel):
    assert "is not a channel" in only_mistake(small("department", channel=channel))


def test_a_channel_whose_name_has_no_room_is_given_by_its_id():
    assert "Write the channel's id" in only_mistake(small("department", channel="#" + "a" * 80))
    assert read_config(small("department", channel="#" + "a" * 79), name="s.toml")


@pytest.mark.parametrize("channel", ["#süd", "#a_b-c", "#1st-level", "#支持", "C0123ABCD"])
def test_channels_as_slack_names_them_are_accepted(channel):
    config = read_config(small("department", channel=channel), name="s.toml")

    assert config.departments[0].channel == channel


@pytest.mark.parametrize(
    ("text", "key", "saying"),
    [
        (small("", catch_all="Suport"), "catch_all", 'Did you mean "Support"?'),
        (small("", catch_all="Zzz"), "catch_all", "Known here: Support."),
        (small("", admins=["@ana"]), "admins[1]", "is not a Slack user id"),
        (small("", admin=["U0123ABCD"]), "admin", 'Did you mean "admins"?'),
        (small("brand", terms=[]), "brand.terms", 'is empty. Write it as: terms = ["Acme"'),
        (small("brand", terms="Acme"), "brand.terms", '"Acme" is not a list. Write it as: terms'),
        (small("brand", name=3), "brand.name", 'is not a text in quotes. Write it as: name = "Ac'),
        (small("brand", name=" "), "brand.name", "is empty"),
        (small("brand", name="x" * 61), "brand.name", "is longer than 60 characters. Shorten it."),
        (small("brand", timezone="Berlin"), "brand.timezone", 'such as "Europe/Berlin"'),
        (small("brand", accounts={"x": 3}), "brand.accounts.x", 'accounts = { x = "acme" }'),
        (small("brand", accounts=3), "brand.accounts", "is not a table"),
        (small("department", chanel="#s"), "department[1].chanel", 'Did you mean "channel"?'),
        (small("department", colour="red"), "department[1].colour", "Known here: name, channel,"),
        (with_rule(label="x"), "department[1].rule[1]", "has no condition. Add one"),
        (with_rule(keywords=[]), "department[1].rule[1].keywords", "is empty"),
        (with_rule(keywords=["*"]), "department[1].rule[1].keywords[1]", "would match every post"),
        (with_rule(languages=["German"]), "department[1].rule[1].languages[1]", 'such as "de"'),
        (with_rule(languages=["de", ""]), "department[1].rule[1].languages[2]", "is empty"),
        (with_rule(min_followers="9"), "department[1].rule[1].min_followers", "whole number"),
        (with_rule(min_followers=0), "department[1].rule[1].min_followers", "is too small"),
        (with_rule(min_followers=True), "department[1].rule[1].min_followers", "whole number"),
        (small("", budget={"x": {"read": 1}}), "budget.x.read", 'Did you mean "reads"?'),
        (small("", budget={"x": {"reads": "$5"}}), "budget.x.reads", '"$5" is not a number.'),
        (small("", budget={"x": {"reads": -1}}), "budget.x.reads", "Write it as: reads = 10.0"),
        (small("", budget={"x": {"reads": float("nan")}}), "budget.x.reads", "not a number"),
        (small("", budget={"x": 5}), "budget.x", "is not a table. Write it as: [budget.x]"),
        (small("", budget=5), "budget", "is not a table. Write it as: budget = {"),
        (SMALL + '[leadership]\ntime = "09:00"', "leadership.channel", "is missing. Write it as"),
    ],
)
def test_a_mistake_names_its_key_and_what_to_write(text, key, saying):
    line = only_mistake(text)

    assert line.startswith(f"s.toml: {key}: ")
    assert saying in line


@pytest.mark.parametrize("at", ["25:00", "9:00", "09:60", "noon", "09:00:00", ""])
def test_a_time_of_day_has_one_form(at):
    line = only_mistake(SMALL + f'[leadership]\nchannel = "#l"\ntime = "{at}"')

    assert line.startswith("s.toml: leadership.time: ")
    assert line.endswith('is not a time of day. Write it in quotes, as "09:00".')


def test_an_unknown_weekday_is_told():
    line = only_mistake(SMALL + '[leadership]\nchannel = "#l"\nweekday = "funday"')

    assert '"funday" is not a day of the week. Write it as: weekday = "mon"' in line


def test_hours_that_end_before_they_begin_are_told():
    line = only_mistake(SMALL + '[hours]\ndays = ["mon"]\nfrom = "18:00"\nto = "09:00"')

    assert line.startswith('s.toml: hours.to: "09:00" is not after from = "18:00".')


def test_two_departments_cannot_have_one_name():
    line = only_mistake(SMALL + '[[department]]\nname = "support"\nchannel = "#two"')

    assert line.startswith('s.toml: department[2].name: "support" is taken by department[1].')


def test_a_person_belongs_to_a_department_that_exists():
    line = only_mistake(SMALL + '[[person]]\nname = "Ana Lima"\ndepartment = "Suport"')

    assert line == (
        's.toml: person[1].department: "Suport" is not a department. Did you mean "Support"?'
    )


def test_two_people_cannot_share_a_name_or_an_alias():
    person = '[[person]]\nname = "{}"\naliases = ["Ana"]\ndepartment = "Support"\n'
    line = only_mistake(SMALL + person.format("Ana Lima") + person.format("Ana Ruiz"))

    assert line.startswith('s.toml: person[2].aliases: "Ana" also means person[1].')


def test_every_mistake_is_told_at_once():
    found = mistakes(
        """
        catch_all = "Billing"
        [brand]
        terms = []
        [[department]]
        name = "Support"
        channel = "support"
        rules = []
        [[department]]
        name = "Support"
        channel = "#two"
        [[department.rule]]
        label = "nothing"
        [[person]]
        name = "Ana"
        department = "Sales"
        """
    )

    assert sorted(line.split(": ")[1] for line in found) == [
        "brand.name",
        "brand.terms",
        "catch_all",
        "department[1].channel",
        "department[1].rules",
        "department[2].name",
        "department[2].rule[1]",
        "person[1].department",
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('catch_all = "Support"\nx = Acme\n', "line 2: x = Acme cannot be read"),
        ('[brand]\nname = "Acme\nterms = 1\n', 'line 2: name = "Acme cannot be read'),
        ("[brand\n", "line 1: [brand cannot be read"),
        ("x = [1,", "line 1: x = [1, cannot be read"),
        ("a = 1\na = 2", "line 2: a = 2 cannot be read"),
    ],
)
def test_broken_toml_is_told_with_its_line_and_what_to_look_for(text, line):
    told = only_mistake(text)

    assert told.startswith(f"s.toml: {line}")
    assert "missing quote, bracket or equals sign" in told


def test_an_empty_file_names_the_sections_to_write():
    assert mistakes("") == [
        's.toml: catch_all: is missing. Write it as: catch_all = "Support"',
        "s.toml: brand: is missing. Write it as: [brand]",
        "s.toml: department: is missing. Write it as: [[department]]",
    ]


def test_a_mark_that_windows_puts_before_the_text_does_not_matter():
    assert read_config("\ufeff" + SMALL, name="s.toml").brand.name == "Acme"


TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "rule", "person", "department", "keywords", "hours", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
SECTIONS = [
    "brand",
    "hours",
    "leadership",
    "department",
    "person",
    "catch_all",
    "admins",
    "budget",
    "x",
]


def without_none(tree):
    if isinstance(tree, dict):
        return {key: without_none(value) for key, value in tree.items() if value is not None}
    if isinstance(tree, list):
        return [without_none(value) for value in tree if value is not None]
    return tree


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(SECTIONS), TREES))
def test_any_readable_toml_is_answered_with_sentences(tree):
    with pytest.raises(ConfigError) as caught:
        read_config(tomli_w.dumps(without_none(tree)), name="s.toml")

    assert all(mistake.key and mistake.message for mistake in caught.value.mistakes)

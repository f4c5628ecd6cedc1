"""The configuration goes into the database and comes back out as it was."""

import pytest

from bot.config import Config, Department, Person, Rule
from bot.database import Database
from bot.models import Actor
from bot.store import Store
from bot.usecases.claim import claim_mention
from bot.usecases.configure import apply_config, current_config, is_configured
from bot.usecases.people import answer_for, record_name
from tests.bot.steps import (
    ANA,
    company,
    empty_outbox,
    found,
    found_mention,
    introduce,
    outbox_keys,
    record,
    stored,
)


def departments(config: Config, **changes: dict[str, object]) -> tuple[Department, ...]:
    """The departments of a configuration; `changes` by name."""
    return tuple(
        one.model_copy(update=changes.get(one.name, {}))  # type: ignore[arg-type]
        for one in config.departments
    )


def put(database: Database, **changes: object) -> Config:
    config = company(**changes)
    database.write(apply_config, config)
    return config


def test_an_empty_database_knows_that_it_is_empty(database: Database):
    assert not database.read(is_configured)
    put(database)
    assert database.read(is_configured)


def test_what_was_applied_is_read_back(database: Database):
    config = put(database)
    assert database.read(current_config) == config


def test_whoever_is_written_by_name_is_met_in_slack_as_the_same_person(database: Database):
    config = put(database)
    support = departments(config, Support={"members": ("Ana Lima",)})
    put(database, departments=support, people=(Person(name="Ana Lima", department="Billing"),))

    number = found_mention(database)
    ana = Actor(ANA.slack_id, "ana")
    introduce(database, ana)
    person = database.write(claim_mention, number, by=ana, click="1").owner
    assert person is not None
    empty_outbox(database)
    database.write(record_name, person.id, "Ana Lima")

    assert outbox_keys(database) == ["card:1"], "the card is drawn again with the whole name"

    own = database.read(lambda store: [one.name for one in store.departments_of(person)])
    assert own == ["Support"]
    assert database.read(lambda store: [one.slack_id for one in store.named_people()]) == [
        ANA.slack_id
    ]
    assert database.read(lambda store: store.person_without_slack("Ana Lima")) is None


@pytest.mark.parametrize("part", ["hours", "leadership"])
def test_a_part_that_is_left_out_stays_out(database: Database, part: str):
    put(database)
    put(database, **{part: None})
    assert getattr(database.read(current_config), part) is None


def test_applying_twice_changes_nothing(database: Database):
    put(database)
    before = database.read(lambda store: [one.id for one in store.departments(retired=True)])
    put(database)
    assert database.read(current_config) == company()
    after = database.read(lambda store: [one.id for one in store.departments(retired=True)])
    assert after == before


def test_the_order_of_the_file_is_the_order_in_which_rules_are_tried(database: Database):
    put(database, departments=tuple(reversed(company().departments)))
    names = [one.name for one in database.read(current_config).departments]
    assert names == [one.name for one in reversed(company().departments)]


def test_a_department_that_is_renamed_keeps_what_it_had_and_takes_nothing_new(database: Database):
    old = found_mention(database, "My bill is wrong")
    renamed = departments(company(), Billing={"name": "Money", "channel": "#money"})
    people = tuple(one for one in company().people if one.department != "Billing")
    put(database, departments=renamed, people=people)

    new = found_mention(database, "My bill is wrong again")
    was, now = stored(database, old).department, stored(database, new).department
    assert was is not None
    assert now is not None
    assert (was.name, was.retired) == ("Billing", True)
    assert (now.name, now.retired) == ("Money", False)
    assert "Billing" not in [one.name for one in database.read(current_config).departments]


def test_a_department_that_comes_back_is_the_same_one(database: Database):
    put(database)
    before = database.read(lambda store: store.department("Sales"))
    put(database, departments=tuple(one for one in company().departments if one.name != "Sales"))
    assert database.read(lambda store: store.department("Sales")) is None
    put(database)
    after = database.read(lambda store: store.department("Sales"))
    assert before is not None
    assert after is not None
    assert (after.id, after.retired, len(after.rules)) == (before.id, False, 2)


def test_the_catch_all_that_was_taken_out_catches_nothing_any_more(database: Database):
    without = tuple(one for one in company().departments if one.name != "Support")
    people = tuple(one for one in company().people if one.department != "Support")
    put(database)
    put(database, departments=without, people=people, catch_all="Product")
    number = found_mention(database, "What a day")
    department = stored(database, number).department
    assert department is not None
    assert department.name == "Product"


def test_rules_keep_their_conditions_and_their_order(database: Database):
    rules = (
        Rule(keywords=("two", "one")),
        Rule(label="many readers", platforms=("x",), languages=("de",), min_followers=5),
    )
    config = put(database, departments=departments(company(), Sales={"rules": rules}))
    assert database.read(current_config) == config


def members_of(database: Database, name: str) -> tuple[str, ...]:
    (found,) = [one for one in database.read(current_config).departments if one.name == name]
    return found.members


def test_members_are_known_by_id_or_by_name(database: Database):
    members = ("U0ZOE12345", "Ana Lima", "Ben Okafor", "U0ADA12345")
    put(database, departments=departments(company(), Support={"members": members}))
    assert sorted(members_of(database, "Support")) == sorted(members)
    put(database, departments=departments(company(), Support={"members": members[:1]}))
    assert members_of(database, "Support") == members[:1]


def test_a_name_in_capitals_is_a_name(database: Database):
    put(database, departments=departments(company(), Support={"members": ("JO", "WALTER")}))

    def slack_ids(store: Store) -> list[str | None]:
        return [person.slack_id for team in store.departments() for person in team.members]

    assert database.read(slack_ids) == [None, None], "a name was taken for a Slack id"


@pytest.mark.parametrize("written", [ANA.name, ANA.slack_id])
def test_an_employee_who_answers_is_one_person(database: Database, written: str):
    """Named in the file, a member of a department, and somebody who acts in Slack."""
    ana = Person(name="Ana Lima", aliases=("Ana",), slack=ANA.slack_id, department="Support")
    support = {"members": (written,)}
    put(database, people=(ana,), departments=departments(company(), Support=support))
    assert members_of(database, "Support") == (ANA.slack_id,)
    assert database.read(current_config).people == (ana,)


def test_who_left_the_file_is_named_no_more(database: Database):
    text = "Ana Lima was so rude"
    named = found_mention(database, text)
    assert "Ana Lima" in stored(database, named).why
    put(database, people=())
    unnamed = found_mention(database, text)
    assert "Ana Lima" not in stored(database, unnamed).why


def test_what_people_chose_in_slack_is_exported(database: Database):
    put(database)
    billing = database.read(lambda store: store.department("Billing"))
    assert billing is not None
    database.write(answer_for, [billing.id], by=ANA)
    assert members_of(database, "Billing") == (ANA.slack_id,)
    database.write(answer_for, [], by=ANA)
    assert members_of(database, "Billing") == ()


def test_a_changed_channel_is_for_what_comes_from_now_on(database: Database):
    record(database, found("My bill is wrong"))
    put(database, departments=departments(company(), Billing={"channel": "#money"}))
    record(database, found("My bill is wrong"))

    def channels(store: Store) -> list[str]:
        cards = [store.current_card(number) for number in (1, 2)]
        return [one.channel for one in cards if one is not None]

    assert database.read(channels) == ["#billing", "#money"]

"""Put the configuration into the database, and read it back out."""

from typing import Any

from bot import journal, policy
from bot.config import USER_ID, Brand, Budget, Config, Hours, Leadership, Policy
from bot.config import Department as WrittenDepartment
from bot.config import Person as WrittenPerson
from bot.config import Rule as WrittenRule
from bot.models import Department, Person, Rule
from bot.slack import blocks
from bot.store import Store

COMPANY = "company"


def is_configured(store: Store) -> bool:
    return bool(store.setting(COMPANY))


def apply_config(store: Store, config: Config) -> None:
    """Make the database say what `config` says.

    Departments are recognised by name, so that their mentions stay theirs. One that is no longer
    named keeps its mentions and takes no new ones.
    """
    before = policy.alone(store) if is_configured(store) else None
    admins = store.admins()
    dump = config.model_dump(mode="json", exclude={"departments", "people"})
    store.put_setting(COMPANY, dump)
    known = {one.name: one for one in store.departments(retired=True)}
    written = {one.name for one in config.departments}
    for position, one in enumerate(config.departments):
        row = known.get(one.name) or store.add(Department(name=one.name, position=position))
        _write_department(store, row, one, position, catch_all=one.name == config.catch_all)
    for name, row in known.items():
        if name not in written:
            row.retired, row.catch_all, row.rules, row.members = True, False, [], []
    store.flush()
    _write_people(store, config)
    if before is not None:
        change = policy.note_change(store, before, admins=admins)
        if change is not None and admins:
            _tell_admins(store, admins, key=f"policy:{change.id}")


def _tell_admins(store: Store, before: list[str], *, key: str) -> None:
    """Those who were and those who are: whoever can change a file could make themselves one."""
    now = store.admins()
    if set(before) == set(now):
        return
    were, are = (", ".join(_called(store, one) for one in ids) or "nobody" for ids in (before, now))
    text = f"Who looks after Switchboard was changed with a file: now {are}. (Before: {were})"
    for one in dict.fromkeys([*before, *now]):
        journal.tell(store, one, f"{key}:{one}", text)


def _called(store: Store, slack_id: str) -> str:
    person = store.person(slack_id)
    return blocks.name(person.name) if person else slack_id


def current_config(store: Store) -> Config:
    """The configuration as the database has it, in the shape of the file."""
    company = store.setting(COMPANY)
    departments = store.departments()
    names = {one.id: one.name for one in departments}
    return Config(
        catch_all=company["catch_all"],
        admins=company["admins"],
        brand=Brand.model_validate(company["brand"], by_name=True),
        hours=_optional(Hours, company.get("hours")),
        leadership=_optional(Leadership, company.get("leadership")),
        budget={
            name: Budget.model_validate(one) for name, one in company.get("budget", {}).items()
        },
        policy=Policy.model_validate(company.get("policy", {}), by_name=True),
        departments=tuple(_read_department(one) for one in departments),
        people=tuple(
            WrittenPerson(
                name=one.name,
                aliases=tuple(one.aliases),
                slack=one.slack_id,
                department=names[one.department_id],
            )
            for one in store.named_people()
            if one.department_id is not None
        ),
    )


def as_applied(store: Store, config: Config) -> Config:
    """What `current_config` would be after `apply_config`, so that only real changes differ.

    The database learns the Slack ids of people whom the file calls by name, and keeps its order.
    """
    known = [one.name for one in store.named_people()]
    people = [
        one.model_copy(update={"slack": one.slack or _slack_id(store, one.name)})
        for one in config.people
    ]
    people.sort(key=lambda one: known.index(one.name) if one.name in known else len(known))
    departments = [
        one.model_copy(
            update={"members": tuple(_slack_id(store, each) or each for each in one.members)}
        )
        for one in config.departments
    ]
    return config.model_copy(update={"people": tuple(people), "departments": tuple(departments)})


def _slack_id(store: Store, name: str) -> str | None:
    person = store.person_named(name)
    return person.slack_id if person else None


def _optional(model: Any, value: dict[str, Any] | None) -> Any:
    return None if value is None else model.model_validate(value, by_name=True)


def _write_department(
    store: Store, row: Department, one: WrittenDepartment, position: int, *, catch_all: bool
) -> None:
    row.channel, row.purpose, row.position = one.channel, one.purpose or "", position
    row.catch_all, row.retired = catch_all, False
    row.rules = [
        Rule(
            position=number,
            conditions=rule.model_dump(mode="json", exclude_defaults=True),
        )
        for number, rule in enumerate(one.rules, 1)
    ]
    row.members = [_member(store, name) for name in one.members]


def _read_department(row: Department) -> WrittenDepartment:
    return WrittenDepartment(
        name=row.name,
        channel=row.channel,
        purpose=row.purpose or None,
        members=tuple(one.slack_id or one.name for one in row.members),
        rules=tuple(WrittenRule.model_validate(rule.conditions) for rule in row.rules),
    )


def _member(store: Store, written: str) -> Person:
    """The person with this Slack id or name; somebody new is added."""
    known = store.person(written) or store.person_named(written)
    if known is not None:
        return known
    slack_id = written if USER_ID.fullmatch(written) else None
    person = store.add(Person(slack_id=slack_id, name=written, aliases=[]))
    store.flush()
    return person


def _write_people(store: Store, config: Config) -> None:
    departments = {one.name: one for one in store.departments()}
    for former in store.named_people():
        former.named = False
    for one in config.people:
        row = (one.slack and store.person(one.slack)) or store.person_named(one.name)
        if row is None:
            row = store.add(Person(name=one.name, aliases=[]))
        row.name, row.aliases, row.named = one.name, list(one.aliases), True
        row.slack_id = one.slack or row.slack_id
        row.department_id = departments[one.department].id
    store.flush()

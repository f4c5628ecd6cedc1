"""Who may reply is changed by admins, by one of them at a time, and each change is kept."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from bot import policy
from bot.config import Policy
from bot.database import Database
from bot.errors import NotMetYet, OnlyAdminsDecide, OnlyColleagues, Refusal
from bot.models import Actor, Standing
from bot.slack.policy import PolicyView
from bot.slack.policy_modal import PolicyForm
from bot.usecases.configure import apply_config, current_config
from bot.usecases.policy import change_policy, policy_form, policy_view
from tests.bot.conftest import Others
from tests.bot.steps import ANA, BEN, CAT, company, introduce, outbox_keys

NOBODYS = Policy(approve_first=0)


@pytest.fixture(autouse=True)
def admins(database: Database) -> None:
    """Ana and Cat look after Switchboard."""
    database.write(apply_config, company(admins=(ANA.slack_id, CAT.slack_id)))
    introduce(database, ANA, BEN, CAT)


def change(
    database: Database, wanted: Policy, *, by: Actor = ANA, seen: str = "", submission: str = "s"
) -> PolicyView | PolicyForm:
    seen = seen or policy.fingerprint(database.read(current_config).policy)
    return database.write(
        change_policy, wanted, everybody=not wanted.may_reply, by=by, submission=submission,
        seen=seen,
    )  # fmt: skip


def test_one_submission_is_one_change_and_one_word_to_each_other_admin(database: Database):
    before = policy.fingerprint(Policy())
    for _ in range(2):
        answer = change(database, NOBODYS, seen=before)
        assert isinstance(answer, PolicyView)
        assert answer.changed_by == ANA.name
    told = [one for one in outbox_keys(database) if one.startswith("policy:")]
    assert told == [f"policy:1:{CAT.slack_id}"]
    assert database.read(current_config) == company(
        admins=(ANA.slack_id, CAT.slack_id), policy=NOBODYS
    )


def test_of_two_admins_at_once_one_is_shown_what_the_other_did(database: Database, others: Others):
    seen = policy.fingerprint(Policy())

    def press(who: tuple[Database, Actor, int]) -> PolicyView | PolicyForm:
        wanted = Policy(approve_first=who[2])
        return change(who[0], wanted, by=who[1], seen=seen, submission=who[1].slack_id)

    with ThreadPoolExecutor(2) as threads:
        pressed = list(threads.map(press, zip(others(2), (ANA, CAT), (1, 5), strict=True)))
    (done,) = [one for one in pressed if isinstance(one, PolicyView)]
    (late,) = [one for one in pressed if isinstance(one, PolicyForm)]
    holds = database.read(current_config).policy
    assert holds == done.policy == late.now.policy
    assert late.chosen.approve_first == {1: 5, 5: 1}[holds.approve_first]


def test_a_refused_change_leaves_everything_as_it_was(database: Database):
    with pytest.raises(Refusal):
        change(database, Policy(may_reply=("U0NOBODYKNOWS",)))
    assert database.read(current_config).policy == Policy()
    assert database.read(policy.last_change) is None
    assert outbox_keys(database) == []


@pytest.mark.parametrize("standing", [Standing.GUEST, Standing.PARTNER, Standing.LEFT, None])
def test_an_admin_who_does_not_work_here_changes_nothing(
    database: Database, standing: Standing | None
):
    introduce(database, ANA, standing=standing)
    with pytest.raises(OnlyColleagues if standing else NotMetYet):
        change(database, NOBODYS)
    with pytest.raises(OnlyAdminsDecide, match=f"Ask {ANA.name} or {CAT.name}"):
        change(database, NOBODYS, by=BEN)
    with pytest.raises(OnlyAdminsDecide):
        database.read(policy_form, by=BEN)
    assert database.read(current_config).policy == Policy()


def test_the_order_in_which_people_are_named_is_no_difference(database: Database):
    both = (ANA.slack_id, CAT.slack_id)
    change(database, Policy(may_reply=both))
    with pytest.raises(Refusal, match="holds already"):
        change(database, Policy(may_reply=both[::-1]), submission="t")


def test_the_first_configuration_is_no_change(database: Database):
    view = database.read(policy_view, by=BEN)
    assert view.changed_at is None
    assert not view.asker_may_change


def test_an_admin_who_may_not_reply_is_nobody_who_could_approve(database: Database):
    unmet = ("U0NEVERHERE",)
    few = Policy(may_reply=(BEN.slack_id,))
    database.write(apply_config, company(admins=unmet, policy=few))
    assert database.read(policy_view, by=BEN).nobody_could_approve
    database.write(apply_config, company(admins=unmet))
    assert not database.read(policy_view, by=BEN).nobody_could_approve

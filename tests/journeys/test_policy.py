"""`/mentions policy`: anybody reads who may reply, and an admin changes it in Slack."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

import handlers.policy
from bot.config import Policy
from bot.sandbox import payloads
from bot.sandbox.blockkit import nodes
from bot.sandbox.door import Answered, Delivery
from bot.sandbox.people import Person
from bot.sandbox.records import Ack, Json, Message, View
from bot.usecases.configure import current_config
from tests.bot.worker import on_sqlite
from tests.command import Typed
from tests.journeys.steps import reply
from tests.journeys.test_hostile_text import MARK, NASTY, check, everything_shown
from tests.journeys.test_many_web import another, doors
from tests.town import Town, buttons, words

REFUND = "Where is my refund, @acme?"
SORRY = "It went out today."
EVERYBODY = {"selected_option": {"value": "everybody"}}
ONLY = {"selected_option": {"value": "only"}}
SET_UP = "It is as it was set up: nobody has changed it since."


@pytest.fixture
def town(town: Town) -> Town:
    """Ana and Cat look after Switchboard; both have been here."""
    town.configure(admins=(town.ana.id, town.cat.id))
    for admin in (town.cat, town.ana):
        ask(town, admin)
    return town


def ask(town: Town, person: Person) -> Message:
    before = len(town.slack.ephemerals(person))
    assert person.command("/mentions", "policy", "general").ok
    (shown,) = town.slack.ephemerals(person)[before:]
    return shown


def open_window(town: Town, person: Person) -> View:
    ack = person.click(ask(town, person), "policy_change")
    assert ack.ok, ack
    return town.modal(person)


def change(town: Town, person: Person, **chosen: Any) -> Ack:
    """Open the window, choose, and press Change it."""
    if "speakers" in chosen:
        chosen["who"] = "only" if chosen["speakers"] else "everybody"
    return person.submit(open_window(town, person), chosen)


def changed(town: Town, person: Person, **chosen: Any) -> str:
    """The same; what the window tells when it is done."""
    ack = change(town, person, **chosen)
    assert ack.ok, ack
    assert not ack.errors, ack.errors
    town.deliver()
    return words(town.modal(person))


def holds(town: Town) -> Policy:
    return town.database.read(current_config).policy


def forged(town: Town, person: Person, view: View, **values: Any) -> Json:
    """What is answered to a window that this person's client would never have sent."""
    body = bring(town, person, view, **values).body
    answer: Json = json.loads(body) if isinstance(body, str) else body
    return answer


def bring(town: Town, person: Person, view: View, **values: Any) -> Answered:
    """Slack brings it in this person's name, whatever its own client would have let them enter."""
    for name, value in values.items():
        (field,) = view.values[name].values()
        field |= value
    payload = payloads.submission(town.slack.inside, person.member, view)
    return town.slack.courier.bring("interactive", payload)


def public(town: Town) -> list[str]:
    return [one.text for one in town.square.replies_by_brand("square")]


# -- reading it


def test_anybody_reads_what_holds_and_only_admins_get_a_button(town: Town):
    otto = town.slack.add_person("otto", "Otto Outside", is_stranger=True)
    town.slack.inside.workspace.join(town.slack.channel("general"), otto.id)
    for person in (town.ben, otto):
        shown = ask(town, person)
        told = words(shown)
        assert "The first 3 replies of each person wait until a second person approves" in told
        assert "Everybody who works here may reply." in told
        assert "Guests of this Slack read along, and do nothing else." in told
        assert "Admins may change it:  Ana Lima  and  Cat Novak ." in told
        assert SET_UP in told
        assert buttons(shown) == []
    assert buttons(ask(town, town.ana)) == ["Change…"]
    town.ben.command("/mentions", "help", "general")
    assert "`/mentions policy`: who may reply" in words(town.slack.ephemerals(town.ben)[-1])


def test_whom_a_file_names_and_nobody_has_met_is_named_by_slack(town: Town):
    many = tuple(f"U0SPEAKER{number:02}" for number in range(25))
    town.configure(admins=("U0NEVERHERE",), policy=Policy(approve_first=1, may_reply=many))
    shown = ask(town, town.ben)
    named = [one["user_id"] for one in nodes(list(shown.blocks)) if one.get("type") == "user"]
    assert named == [*many[:20], "U0NEVERHERE"]
    told = words(shown)
    assert "and 5 others . All others may claim" in told.replace("  ", " ")
    assert "You are not among them." in told
    assert "The first reply of each person waits" in told
    assert "Changed with a configuration file" in told
    town.configure(admins=())
    assert "name admins in the configuration" in words(ask(town, town.ben))


def test_where_nobody_could_approve_it_says_that_they_leave_at_once(town: Town):
    assert "Nobody could approve them" not in words(ask(town, town.ben))
    town.configure(admins=())
    assert "Nobody could approve them at the moment" in words(ask(town, town.ben))


def test_with_more_words_behind_it_policy_is_searched_for(town: Town):
    town.post("What is your refund policy like, @acme?")
    town.ben.command("/mentions", "policy like", "general")
    assert "No. 1" in words(town.slack.ephemerals(town.ben)[-1])


# -- changing it


def test_an_admin_changes_it_and_it_holds_at_once(town: Town, typed: Typed):
    view = open_window(town, town.ana)
    assert SET_UP in words(view)
    assert view.values["first_replies"]["first_replies"]["value"] == "3"
    assert view.values["speakers"]["speakers"]["selected_users"] == []
    assert view.values["guests"]["guests"]["selected_options"] == []
    assert "No reply waits for a second pair of eyes now." in words(view)

    people = {"who": "only", "speakers": [town.ana.id, town.ben.id]}
    chosen = {"first_replies": "1", "guests": ["yes"]} | people
    town.slack.duplicate_next()
    assert town.ana.submit(view, chosen).ok
    told = words(town.modal(town.ana))
    assert "From now on:" in told
    assert "Only these may reply:  Ana Lima  and  Ben Okafor . All others may claim" in told
    assert "they reply when named" in told
    ids = (town.ana.id, town.ben.id)
    assert holds(town) == Policy(approve_first=1, may_reply=ids, guests_may_reply=True)
    assert "Last changed by Ana Lima" in words(ask(town, town.ben))

    town.deliver()
    assert town.slack.dms(town.ana) == []
    (notice,) = town.slack.dms(town.cat)
    assert "Ana Lima changed who may reply in the brand's name." in words(notice)
    assert "Only these may reply: Ana Lima and Ben Okafor." in words(notice)
    assert "(Before: Everybody who works here may reply.)" in words(notice)

    town.post(REFUND)
    town.cat.click(town.card("billing"), "reply")
    assert "ask Ana Lima or Ben Okafor" in town.told(town.cat)
    reply(town, town.ben, SORRY)
    assert "Approve" in buttons(town.card("billing"))

    env = {"DATABASE_URL": town.process.settings.database_url}
    lines = [one for one in typed(env, "export")[1].splitlines() if "policy changed" in one]
    assert len(lines) == 1, "told twice, it is one change"
    assert "approve_first 1 (was 3)" in lines[0]
    assert lines[0].endswith(f"Ana Lima,{town.ana.id}")
    assert "approve_first = 1" in typed(env, "config", "export")[1]


def test_whoever_was_or_is_an_admin_hears_that_a_file_changed_who_is(town: Town, typed: Typed):
    town.ben.open_home()  # till then he is known by his id
    town.deliver()
    town.configure(admins=(town.ben.id,))
    town.deliver()
    told = "Who looks after Switchboard was changed with a file: now Ben Okafor. (Before: Ana Lima,"
    for person in (town.ana, town.cat, town.ben):
        assert told in town.slack.dms(person)[-1].text
    env = {"DATABASE_URL": town.process.settings.database_url}
    (first, line) = (one for one in typed(env, "export")[1].splitlines() if "admins changed" in one)
    assert f'[""{town.ben.id}""] (was' in line
    assert "(was [])" in first


def test_what_was_chosen_before_stands_in_the_window(town: Town):
    changed(town, town.ana, first_replies="20", speakers=[town.cat.id], guests=["yes"])
    view = open_window(town, town.cat)
    assert view.values["first_replies"]["first_replies"]["value"] == "20"
    assert view.values["speakers"]["speakers"]["selected_users"] == [town.cat.id]
    assert view.values["guests"]["guests"]["selected_options"][0]["value"] == "yes"
    assert "Last changed by Ana Lima" in words(view)
    ack = town.cat.submit(view, {})
    assert "This is what holds already." in ack.errors["who"]
    assert "Everybody who works here" in changed(town, town.cat, speakers=[], guests=[])


def test_every_process_goes_by_it_from_then_on(town: Town):
    town.post(REFUND)
    others = another(town)
    second = next(others)
    at = {town.ana.id: 0, town.cat.id: 1}

    def choose(delivery: Delivery) -> list[int]:
        return [at[delivery.payload.get("user_id") or delivery.payload["user"]["id"]]]

    doors(town, second, choose)
    assert town.cat.click(town.card("billing"), "reply").ok
    changed(town, town.ana, speakers=[town.ana.id])
    ack = town.cat.submit(town.modal(town.cat), {"text": SORRY})
    assert "Not everybody here answers in the brand's name" in ack.errors["text"]
    assert "You are not among them." in words(ask(town, town.cat))
    changed(town, town.ana, speakers=[])
    assert town.cat.submit(town.modal(town.cat), {"text": SORRY}).ok
    town.deliver()
    assert public(town) == [SORRY]
    next(others, None)


def test_a_lower_number_publishes_nothing_by_itself(town: Town):
    town.post(REFUND)
    reply(town, town.ben, SORRY)
    told = changed(town, town.ana, first_replies="0")
    assert "Replies leave at once: nobody has to look at them first." in told
    assert "1 reply waits for a second pair of eyes now. A change here sends none" in told
    assert "1 reply waits for a second pair of eyes now." in words(open_window(town, town.ana))
    assert public(town) == []
    assert town.cat.click(town.card("billing"), "approve").ok
    town.deliver()
    assert public(town) == [SORRY]
    town.post("And my other refund, @acme?", by="tobi_w")
    reply(town, town.ben, "That, too.")
    assert len(public(town)) == 2


def test_guests_who_may_not_any_more_hold_nothing(town: Town):
    town.post(REFUND)
    changed(town, town.ana, guests=["yes"])
    gil = town.slack.add_person("gil", "Gil Guest", is_guest=True)
    town.slack.inside.workspace.join(town.slack.channel("billing"), gil.id)
    gil.click(town.card("billing"), "claim")
    assert town.mention().owner is not None
    changed(town, town.ana, guests=[])
    assert town.mention().owner is None
    assert "Waiting since" in words(town.card("billing"))


# -- what is refused


def test_who_is_no_admin_changes_nothing_whatever_they_send(town: Town):
    view = open_window(town, town.ana)
    zero = {"first_replies": {"value": "0"}}
    answer = forged(town, town.ben, view, **zero)
    assert "Ask Ana Lima or Cat Novak." in answer["errors"]["who"]
    town.configure(admins=(town.cat.id,))
    assert "Ask Cat Novak." in town.ana.submit(view, {"first_replies": "0"}).errors["who"]
    shown = ask(town, town.cat)
    town.configure(admins=(town.ana.id,))
    town.cat.click(shown, "policy_change")
    assert "Who may reply is decided by admins only" in town.told(town.cat)
    assert town.slack.open_views(town.cat) == []
    assert holds(town) == Policy()


def test_who_was_slower_reads_what_it_says_now_and_keeps_what_they_chose(town: Town):
    anas, cats = open_window(town, town.ana), open_window(town, town.cat)
    assert town.cat.submit(cats, {"first_replies": "5"}).ok
    ack = town.ana.submit(anas, {"first_replies": "0", "who": "only", "speakers": [town.ben.id]})
    assert ack.ok
    view = town.modal(town.ana)
    assert "Cat Novak changed this meanwhile. It says now:" in words(view)
    assert "The first 5 replies of each person wait" in words(view)
    assert view.values["first_replies"]["first_replies"]["value"] == "0"
    assert view.values["speakers"]["speakers"]["selected_users"] == [town.ben.id]
    assert holds(town).approve_first == 5
    assert town.ana.submit(view, {}).ok
    assert holds(town) == Policy(approve_first=0, may_reply=(town.ben.id,))


@on_sqlite
@pytest.mark.parametrize(
    ("what", "refusal"),
    [
        ({"is_guest": True}, "Guests may only look, so take these out, or tick the box"),
        ({"is_stranger": True}, "people from other companies cannot speak for the company"),
        ({"is_bot": True}, "apps and bots cannot speak for the company"),
        ({"is_deactivated": True}, "people who have left cannot speak for the company"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_who_cannot_speak_for_the_company_is_not_chosen(
    town: Town, what: dict[str, bool], refusal: str
):
    otto = town.slack.add_person("otto", "Otto Outside")
    town.slack.change_person("otto", **what)
    ack = change(town, town.ana, speakers=[town.ana.id, otto.id])
    assert refusal in ack.errors["speakers"]
    assert "Otto Outside" in ack.errors["speakers"]
    assert holds(town) == Policy()
    if "is_guest" in what:
        chosen = {"who": "only", "speakers": [town.ana.id, otto.id], "guests": ["yes"]}
        assert town.ana.submit(town.modal(town.ana), chosen).ok
        assert holds(town).may_reply == (town.ana.id, otto.id)


def test_while_slack_does_not_tell_who_it_is_nothing_is_changed(town: Town):
    town.slack.fail("users.info", "500")
    ack = change(town, town.ana, first_replies="0", speakers=[town.ben.id])
    assert f"Slack did not tell me who this is: {town.ben.id}." in ack.errors["speakers"]
    assert holds(town) == Policy()
    assert town.ana.submit(town.modal(town.ana), {}).ok, "pressed once more, Slack tells"
    assert holds(town).may_reply == (town.ben.id,)
    view = open_window(town, town.ana)
    nobody = {"selected_users": None}, {"selected_options": None}
    answer = forged(town, town.ana, view, who=EVERYBODY, speakers=nobody[0], guests=nobody[1])
    assert answer["response_action"] == "update"
    assert holds(town).may_reply == ()
    view = open_window(town, town.ana)
    answer = forged(town, town.ana, view, who=ONLY, speakers={"selected_users": ["U0NOBODY00"]})
    assert "U0NOBODY00" in answer["errors"]["speakers"]


def test_whoever_is_left_over_after_a_moment_is_asked_for_when_it_is_pressed_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as patch:
        patch.setattr(handlers.policy, "PATIENCE", -1.0)
        ack = change(town, town.ana, first_replies="0", speakers=[town.ben.id])
        assert "Press Change it once more" in ack.errors["speakers"]
    assert town.ana.submit(town.modal(town.ana), {}).ok
    assert holds(town).may_reply == (town.ben.id,)


def test_somebody_must_be_left_who_could_approve(town: Town):
    ack = change(town, town.ana, speakers=[town.ben.id])
    assert "None of these could approve" in ack.errors["speakers"]
    chosen = {"first_replies": "0"}
    assert town.ana.submit(town.modal(town.ana), chosen).ok, "then there is nothing to approve"
    assert "None of these" in change(town, town.ana, first_replies="2").errors["speakers"]
    changed(town, town.cat, first_replies="2", speakers=[town.ben.id, town.cat.id])
    assert ask(town, town.ana)


@on_sqlite
@pytest.mark.parametrize("number", ["", "21", "-1", "1.5", "seven", "٣", "9" * 400, "\0"])
def test_a_number_that_is_none_is_refused_under_its_field(town: Town, number: str):
    view = open_window(town, town.ana)
    assert town.ana.submit(view, {"first_replies": number}).errors["first_replies"]
    answer = forged(town, town.ana, view, first_replies={"value": number})
    assert answer["errors"]["first_replies"] == "Write a whole number from 0 to 20."
    assert holds(town) == Policy()


def test_a_person_that_slack_could_not_have_offered_is_refused(town: Town):
    view = open_window(town, town.ana)
    answer = forged(town, town.ana, view, speakers={"selected_users": ["<!channel>"]})
    assert "I cannot read what Slack told" in answer["errors"]["who"]


@on_sqlite
@pytest.mark.parametrize(
    "field",
    [{"speakers": {"selected_users": [7]}}, {"speakers": {"selected_users": [None]}},
     {"guests": {"selected_options": [None]}}, {"guests": {"selected_options": 1}}],
    ids=str,
)  # fmt: skip
def test_what_slack_never_sends_is_stopped_at_the_door(town: Town, field: dict[str, Any]):
    assert bring(town, town.ana, open_window(town, town.ana), **field).status == 400
    assert holds(town) == Policy()


def test_more_than_the_window_usually_takes_can_come_with_a_file(town: Town):
    town.configure(policy=Policy(approve_first=50))
    view = open_window(town, town.ana)
    assert "0 to 50." in words(view)
    assert town.ana.submit(view, {"first_replies": "49"}).ok
    assert holds(town).approve_first == 49
    late = open_window(town, town.ana)
    town.configure(policy=Policy())
    assert town.ana.submit(late, {"first_replies": "48"}).ok
    assert "0 to 20." in words(town.modal(town.ana))


def test_who_has_left_is_taken_out_of_the_window_and_it_says_so(town: Town):
    changed(town, town.ana, first_replies="0", speakers=[town.ana.id, town.ben.id])
    town.slack.deactivate("ben")
    town.clock.move(timedelta(days=2))
    town.database.write(lambda store: setattr(store.person(town.ben.id), "standing", LEFT))
    view = open_window(town, town.ana)
    assert "Taken out, because they may not act any more: Ben Okafor." in words(view)
    assert town.ana.submit(view, {}).ok
    assert holds(town).may_reply == (town.ana.id,)


def test_when_all_who_may_reply_have_left_nobody_else_gets_in_by_itself(town: Town):
    changed(town, town.ana, first_replies="0", speakers=[town.ben.id])
    town.slack.deactivate("ben")
    town.clock.move(timedelta(days=2))
    town.database.write(lambda store: setattr(store.person(town.ben.id), "standing", LEFT))
    view = open_window(town, town.ana)
    assert view.values["who"]["who"]["selected_option"]["value"] == "only"
    assert view.values["speakers"]["speakers"]["selected_users"] == []
    ack = town.ana.submit(view, {"first_replies": "5"})
    assert "Nobody is chosen here. Choose who may reply, or choose above" in ack.errors["speakers"]
    answer = forged(town, town.ana, open_window(town, town.ana), who={"selected_option": None})
    assert "Nobody is chosen here" in answer["errors"]["speakers"], "said on purpose, or not at all"
    assert holds(town) == Policy(approve_first=0, may_reply=(town.ben.id,))
    assert "Everybody who works here may reply." in changed(town, town.ana, speakers=[])
    assert holds(town).may_reply == ()


def test_people_named_while_everybody_is_chosen_is_asked_about(town: Town):
    ack = town.ana.submit(open_window(town, town.ana), {"speakers": [town.ana.id]})
    assert "Above it says that everybody may reply. Take these out" in ack.errors["speakers"]
    assert holds(town) == Policy()
    assert town.ana.submit(town.modal(town.ana), {"who": "only"}).ok
    assert holds(town).may_reply == (town.ana.id,)


LEFT = "people who have left"


def test_a_file_that_changes_it_is_in_the_trail_too(town: Town, typed: Typed):
    town.configure(policy=Policy(approve_first=0))
    town.configure(policy=Policy(approve_first=0), catch_all="Product")
    env = {"DATABASE_URL": town.process.settings.database_url}
    out = typed(env, "export", "--format", "jsonl")[1]
    line = json.loads(out.splitlines()[-1])
    assert (line["what"], line["who"], line["mention"]) == (
        "policy changed: approve_first 0 (was 3)", "", None
    )  # fmt: skip
    assert "Changed with a configuration file" in words(ask(town, town.ben))
    anas = open_window(town, town.ana)
    town.configure(policy=Policy(approve_first=2))
    assert town.ana.submit(anas, {"first_replies": "1"}).ok
    assert "Somebody changed this meanwhile." in words(town.modal(town.ana))


def test_names_do_nothing_wherever_the_policy_shows_them(town: Town):
    nasty = f"{MARK}{' '.join(NASTY)}"
    eve = town.slack.add_person("eve", nasty)
    town.configure(admins=(town.ana.id, town.cat.id, eve.id))
    town.slack.inside.workspace.join(town.slack.channel("general"), eve.id)
    window = open_window(town, town.ana)
    changed(town, eve, speakers=[eve.id])
    town.ana.submit(window, {"first_replies": "0"})
    ask(town, town.ben)
    town.slack.deactivate("eve")
    otto = town.slack.add_person("otto", nasty)
    town.slack.deactivate("otto")
    ack = town.ana.submit(town.modal(town.ana), {"who": "only", "speakers": [otto.id]})
    assert MARK in ack.errors["speakers"]
    anas = open_window(town, town.ana)
    town.configure(admins=(eve.id,))
    late = town.ana.submit(anas, {"first_replies": "2"})
    assert MARK in late.errors["who"]
    shown = list(everything_shown(town))
    assert any(MARK in str(one) for one in shown)
    for one in [*shown, ack.errors, late.errors]:
        check(one)


@pytest.fixture(autouse=True)
def no_traceback(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing that people do here is a fault of ours."""
    yield
    assert not [one for one in caplog.records if one.levelname == "ERROR"]

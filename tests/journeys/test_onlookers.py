"""Guests, people of other companies, bots and who has left read along; they do not speak for us."""

import copy
from datetime import timedelta

import pytest

from bot import journal
from bot.models import Person as Colleague
from bot.models import Standing
from bot.sandbox.payloads import user_changed
from bot.sandbox.people import Person
from bot.usecases.configure import current_config
from tests.bot.worker import on_sqlite
from tests.journeys.steps import open_modal, open_reply, pick
from tests.town import Town, buttons, words

REFUND = "Where is my refund, @acme? You promised it on Monday."
KINDS = {
    "is_guest": "guests",
    "is_single_channel_guest": "guests",
    "is_stranger": "people from other companies",
    "is_bot": "apps and bots",
}


def outsider(town: Town, kind: str) -> Person:
    person = town.slack.add_person(f"o{kind}", "Otto Outside", **{kind: True})
    town.slack.inside.workspace.join(town.slack.channel("billing"), person.id)
    return person


@on_sqlite
@pytest.mark.parametrize("kind", KINDS)
def test_an_outsiders_first_click_does_nothing_and_says_whom_to_ask(town: Town, kind: str):
    town.post(REFUND)
    card = town.card("billing")
    otto = outsider(town, kind)
    refused = f"Here {KINDS[kind]} may read along, not act for the company. Ask a colleague"
    for press in ("claim", "reply", "send_to"):
        otto.click(card, press)
        assert town.told(otto).startswith(refused), press
    assert town.slack.open_views(otto) == []
    otto.react(card, "eyes")
    otto.react(card, "white_check_mark")
    town.deliver()
    assert buttons(town.card("billing")) == ["Claim", "Reply", "Send to…"]
    assert "Waiting since" in words(town.card("billing"))


def test_who_became_a_guest_sends_nothing_on_from_a_window_that_was_open(town: Town):
    town.post(REFUND)
    town.ben.click(town.card("billing"), "send_to")
    modal = town.modal(town.ben)
    town.slack.change_person("ben", is_guest=True)
    ack = town.ben.submit(modal, {"channel": town.slack.channel("general").id})
    assert "guests may read along" in ack.errors["channel"]
    town.deliver()
    assert town.slack.messages("general") == []


def test_who_became_a_guest_while_writing_does_not_publish_and_keeps_the_text(town: Town):
    town.post(REFUND)
    modal = open_reply(town, town.ben)
    town.slack.change_person("ben", is_guest=True)
    ack = town.ben.submit(modal, {"text": "Sorry."})
    assert "guests may read along" in ack.errors["text"]
    town.deliver()
    assert town.square.replies_by_brand("square") == []
    assert draft_of(town, town.ben) == "Sorry."


def draft_of(town: Town, who: Person) -> str | None:
    person = known(town, who)
    assert person is not None
    draft = town.database.read(lambda store: store.draft(1, person.id))
    return draft and draft.text


def known(town: Town, who: Person) -> Colleague | None:
    return town.database.read(lambda store: store.person(who.id))


def test_what_an_event_takes_away_holds_before_slack_is_asked_and_what_it_gives_after(town: Town):
    town.post(REFUND)
    town.ben.click(town.card("billing"), "claim")
    town.slack.fail("users.info", "500", times=2)
    town.slack.deactivate("ben")
    assert town.mention().owner is None, "it waits for others"
    ben = known(town, town.ben)
    assert ben is not None
    assert ben.standing == Standing.LEFT
    town.slack.change_person("ben", is_deactivated=False)
    ben = known(town, town.ben)
    assert ben is not None
    assert ben.standing == Standing.LEFT, "an event may be older than what we know"
    town.deliver()
    town.ben.click(town.card("billing"), "claim")
    owner = town.mention().owner
    assert owner is not None
    assert owner.name == "Ben Okafor"


def test_an_old_event_that_slack_repeats_gives_no_right_back(town: Town):
    town.post(REFUND)
    town.ben.click(town.card("billing"), "claim")
    town.slack.change_person("ben", real_name="Ben Oko")
    earlier = copy.deepcopy(town.slack.inside.workspace.member("ben"))
    town.slack.deactivate("ben")
    town.slack.courier.tell(user_changed(town.slack.inside, earlier))
    town.ben.click(town.card("billing"), "claim")
    assert "people who have left may read along" in town.told(town.ben)
    town.deliver()
    ben = known(town, town.ben)
    assert ben is not None
    assert ben.standing == Standing.LEFT


def test_who_is_called_otherwise_is_called_so_on_their_cards(town: Town):
    town.post(REFUND)
    town.cat.click(town.card("billing"), "claim")
    town.slack.change_person("cat", real_name="Cat Novak-Lima")
    town.deliver()
    assert "Claimed by *Cat Novak-Lima*" in words(town.card("billing"))


def test_of_those_who_never_acted_nothing_is_kept_whatever_becomes_of_them(town: Town):
    asked = len(town.slack.requests)
    town.slack.change_person("cat", real_name="Cat Nováková")
    town.slack.deactivate("cat")
    town.deliver()
    assert known(town, town.cat) is None
    assert len(town.slack.requests) == asked


def test_what_changes_nothing_for_us_asks_slack_nothing(town: Town):
    town.post(REFUND)
    town.ben.click(town.card("billing"), "claim")
    town.deliver()
    asked = len(town.slack.requests)
    town.slack.change_person("ben", tz="Asia/Tokyo")
    town.deliver()
    assert len(town.slack.requests) == asked


def test_while_slack_does_not_tell_who_it_is_nothing_is_done(town: Town):
    town.post(REFUND)
    town.slack.fail("users.info", "500")
    town.cat.click(town.card("billing"), "claim")
    assert "Slack did not tell me who you are" in town.told(town.cat)
    assert "Try once more" in town.told(town.cat)
    assert town.mention().owner is None
    town.cat.click(town.card("billing"), "claim")
    owner = town.mention().owner
    assert owner is not None
    assert owner.name == "Cat Novak", "the name is known at once"


@on_sqlite
def test_whom_slack_knows_no_more_does_nothing_until_it_knows_them_again(town: Town):
    town.post(REFUND)
    town.ben.click(town.card("billing"), "claim")
    town.deliver()
    town.clock.move(timedelta(days=2))
    town.restart()
    town.slack.fail("users.info", "user_not_found")
    town.ben.click(town.card("billing"), "reply")
    assert "Slack did not tell me who you are" in town.told(town.ben)
    assert town.slack.open_views(town.ben) == []
    assert town.mention().owner is None, "it waits for others"
    town.deliver()
    town.ben.click(town.card("billing"), "claim")
    assert town.mention().owner is not None, "asked once more, Slack knows them"


def test_whom_slack_knows_no_more_when_asked_behind_the_scenes_holds_nothing(town: Town):
    town.post(REFUND)
    town.ben.click(town.card("billing"), "claim")
    town.deliver()
    town.database.write(lambda store: journal.ask_for_name(store, store.person(town.ben.id)))
    town.slack.fail("users.info", "user_not_found")
    town.deliver()
    ben = known(town, town.ben)
    assert ben is not None
    assert (ben.standing, ben.name) == (None, "Ben Okafor")
    assert town.mention().owner is None


def test_somebody_known_is_looked_up_no_more_at_each_click(town: Town):
    town.post(REFUND)
    card = town.card("billing")
    for label in ("No reply needed…", "Add a note…"):
        open_modal(town, town.cat, card, label)
    pick(town.cat, card, "Add a note…")
    asked = [one for one in town.slack.requests if one.method == "users.info"]
    assert len(asked) == 1


def test_guests_act_where_the_company_lets_them(town: Town):
    policy = town.database.read(current_config).policy
    town.configure(policy=policy.model_copy(update={"guests_may_reply": True}))
    town.post(REFUND)
    otto = outsider(town, "is_guest")
    otto.click(town.card("billing"), "claim")
    owner = town.mention().owner
    assert owner is not None
    assert owner.name == "Otto Outside"

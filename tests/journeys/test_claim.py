"""One person takes a mention; everybody else is told the truth."""

from datetime import timedelta

import pytest

from tests.town import Town, buttons, menu, words

REFUND = "Where is my refund, @acme? You promised it on Monday."


def test_a_mention_becomes_one_card_where_it_belongs(town: Town):
    town.post(REFUND)

    card = town.card("billing")
    assert len(town.slack.messages("billing")) == 1
    shown = words(card)
    assert REFUND in shown
    assert "Town Square" in shown
    assert "@mara_k" in shown
    assert 'Why here: keyword "refund' in shown
    assert "Waiting since" in shown
    assert buttons(card) == ["Claim", "Reply", "Send to…"]
    assert card.text.startswith("New in Billing: @mara_k on Town Square: Where is my refund")


def test_reading_the_same_posts_again_changes_nothing(town: Town):
    town.post(REFUND)
    before = town.card("billing")
    town.read()
    town.deliver()
    assert town.slack.messages("billing") == [before]


def test_whoever_claims_owns_it_and_the_card_says_so(town: Town):
    town.post(REFUND)

    ack = town.ben.click(town.card("billing"), "claim")
    town.deliver()

    assert ack.ok
    card = town.card("billing")
    assert "Claimed by *Ben Okafor*" in words(card)
    assert buttons(card) == ["Reply", "Send to…"]
    assert "Ben Okafor claimed this." in town.slack.thread(card)[-1].text


def test_the_slower_one_is_told_who_was_first_and_when(town: Town):
    town.post(REFUND)
    seen = town.card("billing")
    town.ben.click(seen, "claim")
    town.deliver()
    town.clock.move(timedelta(seconds=60))

    ack = town.ana.click(seen, "claim", stale=True)

    assert ack.ok
    assert "Ben Okafor claimed this 1 min ago" in town.told(town.ana)
    owner = town.mention().owner
    assert owner is not None
    assert owner.name == "Ben Okafor"


def test_a_second_click_of_the_owner_is_friendly(town: Town):
    town.post(REFUND)
    seen = town.card("billing")
    town.ben.click(seen, "claim")
    town.ben.click(seen, "claim", stale=True)
    assert "it is yours" in town.told(town.ben)


def test_the_same_click_delivered_twice_claims_once(town: Town):
    town.post(REFUND)
    town.ben.click(town.card("billing"), "claim")
    again = town.slack.replay_last()
    assert again.status == 200
    assert town.slack.ephemerals("ben") == []
    events = town.database.read(lambda store: [one.kind for one in store.events(1)])
    assert events == ["found", "claimed"]


@pytest.mark.parametrize("by_admin", [False, True])
def test_only_the_owner_or_an_admin_releases(town: Town, by_admin: bool):
    if by_admin:
        town.configure(admins=(town.ana.id,))
    town.post(REFUND)
    town.ben.click(town.card("billing"), "claim")
    town.deliver()
    town.ana.choose(town.card("billing"), "more", menu(town.card("billing"))["Release"])
    town.deliver()
    if by_admin:
        assert buttons(town.card("billing"))[0] == "Claim"
    else:
        assert "Ben Okafor holds this mention" in town.told(town.ana)
        assert "Claimed by *Ben Okafor*" in words(town.card("billing"))


def test_released_it_waits_again(town: Town):
    town.post(REFUND)
    town.ben.click(town.card("billing"), "claim")
    town.deliver()
    town.ben.choose(town.card("billing"), "more", menu(town.card("billing"))["Release"])
    town.deliver()
    card = town.card("billing")
    assert "Waiting since" in words(card)
    assert buttons(card) == ["Claim", "Reply", "Send to…"]


def test_a_button_from_before_a_restart_still_works(town: Town):
    town.post(REFUND)
    seen = town.card("billing")
    town.restart()
    assert town.cat.click(seen, "claim").ok
    town.deliver()
    assert "Claimed by *Cat Novak*" in words(town.card("billing"))

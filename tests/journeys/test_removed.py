"""Our reply is looked at again after it went out: somebody may have taken it away."""

from datetime import timedelta

from tests.journeys.steps import pick, reply, thread_text
from tests.town import Town, menu, words

REFUND = "Where is my refund, @acme? You promised it on Monday."
SORRY = "Sorry for the wait: it went out today."
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def answered(town: Town) -> int:
    """A post that Ben answered; the number of his answer in the town square."""
    town.post(REFUND)
    reply(town, town.ben, SORRY)
    return town.square.replies_by_brand("square")[0].id


def test_a_reply_that_was_removed_is_told_to_its_author_once(town: Town):
    ours = answered(town)
    town.square.delete("square", ours)
    assert town.look(after=HOUR) == 1

    (notice,) = town.slack.dms(town.ben)
    assert "Your reply to mention 1 cannot be seen any more" in notice.text
    shown = words(notice)
    assert SORRY in shown
    assert "Look at it there" in shown
    assert "https://square.example/posts/" in str(notice.blocks)
    assert "Go to its card" in shown
    card = town.card("billing")
    assert "Town Square does not show this reply any more" in words(card)
    assert "Reply again…" in menu(card)
    assert "The platform does not show our reply any more" in thread_text(town, card)

    town.look(after=DAY)
    assert len(town.slack.dms(town.ben)) == 1
    assert thread_text(town, card).count("our reply any more") == 1


def test_it_is_looked_at_after_an_hour_and_after_a_day_and_then_no_more(town: Town):
    ours = answered(town)
    assert asked_for(town, ours) == 0
    town.look(after=timedelta(minutes=50))
    assert asked_for(town, ours) == 0
    town.look(after=timedelta(minutes=11))
    assert asked_for(town, ours) == 1
    town.look(after=timedelta(hours=2))
    assert asked_for(town, ours) == 1
    town.look(after=DAY)
    assert asked_for(town, ours) == 2
    for _ in range(5):
        town.look(after=DAY)
    assert asked_for(town, ours) == 2
    assert town.slack.dms(town.ben) == [], "all is well, so nobody is told anything"


def test_one_that_is_removed_after_the_first_look_is_noticed_by_the_second(town: Town):
    ours = answered(town)
    town.look(after=HOUR)
    town.square.delete("square", ours)
    town.look(after=DAY)
    assert "does not show this reply any more" in words(town.card("billing"))


def test_an_answer_after_that_stands_without_the_warning(town: Town):
    ours = answered(town)
    town.square.delete("square", ours)
    town.look(after=HOUR)
    town.ben.choose(town.card("billing"), "more", menu(town.card("billing"))["Reply again…"])
    town.ben.submit(town.modal(town.ben), {"text": "Once more: it went out today."})
    town.deliver()
    assert "any more" not in words(town.card("billing"))


def asked_for(town: Town, post: int) -> int:
    """How often the platform was asked what became of a post."""
    return sum("ids=" in one.query and str(post) in one.query for one in town.square.requests)


def test_what_we_take_down_ourselves_is_nobodys_surprise(town: Town):
    """Not even when we look while its platform has done it and not answered yet."""
    answered(town)
    pick(town.ben, town.card("billing"), "Take our reply down…")
    town.ben.submit(town.modal(town.ben), {"reason": "It names a customer."})
    town.deliver()
    town.square.order_fault("square", "drop_after", on="write")
    town.cat.click(town.card("billing"), "agree")
    town.drain.run_until_idle()
    assert town.square.replies_by_brand("square") == []
    town.clock.move(HOUR)
    assert sum(watcher.run() for watcher in town.watchers) == 0
    town.deliver()
    assert "Our reply was taken down." in words(town.card("billing"))
    assert not any("cannot be seen any more" in one.text for one in town.slack.dms(town.ben))

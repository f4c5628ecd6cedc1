"""The author changes the post: everybody sees what it says now, and no answer misses it."""

from datetime import timedelta

import pytest

from bot.config import Policy
from bot.sandbox.square import Post
from tests.journeys.steps import field_text, open_reply, pick, reply, thread_text
from tests.town import Town, buttons, words

REFUND = "Where is my refund, @acme? I waited five days."
THANKS = "The refund is here now, thank you @acme."
SORRY = "Sorry: it went out today."
CHANGED = "The author changed the post meanwhile."


def public(town: Town) -> list[str]:
    return [one.text for one in town.square.replies_by_brand("square")]


def settled(town: Town, text: str = REFUND) -> Post:
    """A post that its platform showed a while ago."""
    post = town.post(text)
    town.clock.move(timedelta(minutes=5))
    return post


def test_an_edited_post_changes_its_card_and_tells_so_in_the_thread(town_today: Town):
    town = town_today
    post = town.post("Where is my refund, @acme? I waited five days.", on="x")
    town.ben.click(town.card("billing"), "claim")
    town.deliver()

    town.square.edit("x", post.id, "Where is my refund, @acme? I waited SIX days.")
    town.read("x")
    town.deliver()

    card = town.card("billing")
    assert len(town.slack.messages("billing")) == 1
    assert "SIX days" in words(card)
    assert "five days" not in words(card)
    assert "· edited ·" in words(card)
    assert "Claimed by *Ben Okafor*" in words(card)
    assert "The author edited the post. The card shows the new text." in thread_text(town, card)

    town.read("x")
    town.deliver()
    assert thread_text(town, card).count("edited") == 1, "one edit is told once"
    town.cat.command("/mentions", "search six", "general")
    assert "No. 1" in words(town.slack.ephemerals(town.cat)[-1])

    town.ben.submit(open_reply(town, town.ben), {"text": "Sorry: it went out today."})
    town.deliver()
    (answer,) = town.square.replies_by_brand("x")
    assert town.square.find("x", answer.reply_to or 0).id == post.id


def test_a_post_edited_long_after_it_was_read_is_noticed_by_a_look(town: Town):
    post = town.post(REFUND)
    town.square.edit("square", post.id, THANKS)
    assert town.look(after=timedelta(minutes=30)) == 0, "nobody looks before an hour has passed"
    assert REFUND in words(town.card("billing"))

    assert town.look(after=timedelta(minutes=30)) == 1
    card = town.card("billing")
    assert THANKS in words(card)
    assert REFUND not in words(card) + card.text
    assert "· edited ·" in words(card)
    assert town.look() == 0, "one edit is news once"


def test_a_reply_to_what_the_post_said_before_is_not_sent(town: Town):
    """The author edits while the window is open, and we notice it: the window comes back."""
    post = town.post(REFUND)
    modal = open_reply(town, town.ben)
    town.square.edit("square", post.id, THANKS)
    town.look()

    assert town.ben.submit(modal, {"text": SORRY}).ok
    back = town.modal(town.ben)
    assert CHANGED in words(back)
    assert "press Reply once more" in words(back)
    assert THANKS in words(back)
    assert REFUND not in words(back)
    assert field_text(back) == SORRY, "what was typed must stay"
    town.deliver()
    assert public(town) == []

    assert town.ben.submit(back, {"text": "Glad to hear it."}).ok
    town.deliver()
    assert public(town) == ["Glad to hear it."]


def test_an_edit_before_the_window_opens_is_no_news_in_it(town: Town):
    post = town.post(REFUND)
    town.square.edit("square", post.id, THANKS)
    town.look()
    modal = open_reply(town, town.ben)
    assert THANKS in words(modal)
    assert CHANGED not in words(modal)
    town.ben.submit(modal, {"text": SORRY})
    town.deliver()
    assert public(town) == [SORRY]


def test_an_edit_that_nobody_noticed_stops_the_reply_before_it_is_public(town: Town):
    """Between the look at the post and the sending: the platform is asked at the last moment."""
    post = settled(town)
    town.ben.submit(open_reply(town, town.ben), {"text": SORRY})
    town.square.edit("square", post.id, THANKS)
    town.deliver()

    assert public(town) == []
    card = town.card("billing")
    assert "Not sent: The author changed the post after you wrote this." in words(card)
    assert "Ben Okafor's text is kept" in words(card)
    assert THANKS in words(card)
    assert buttons(card) == ["Try again", "Change the text"]
    told = town.slack.dms(town.ben)[-1].text
    assert "The author changed the post" in told
    assert SORRY in told

    town.ben.click(card, "try_again")
    town.deliver()
    assert public(town) == [SORRY], "who has read the new text and wants it so, may"


def refused_for_an_edit(town: Town) -> Post:
    """Ben's reply came back because of an edit; the author has edited once more since."""
    post = settled(town)
    town.ben.submit(open_reply(town, town.ben), {"text": SORRY})
    town.square.edit("square", post.id, THANKS)
    town.deliver()
    return post


def test_who_tries_again_must_have_read_the_newest_edit(town: Town):
    post = refused_for_an_edit(town)
    card = town.card("billing")
    (old,) = (
        one["value"] for block in card.blocks for one in block.get("elements", ())
        if one.get("action_id") == "try_again"
    )  # fmt: skip
    town.square.edit("square", post.id, "Five more days, @acme?")
    town.look()
    town.cat.click(card, "try_again", value=old, stale=True)
    assert "The post was changed since." in town.told(town.cat)
    town.deliver()
    assert public(town) == []
    town.cat.click(town.card("billing"), "try_again")
    town.deliver()
    assert public(town) == [SORRY]


NEW_ONES = Policy(approve_first=3)


@pytest.mark.parametrize("fate", ["refused", "in doubt"])
def test_somebody_new_sends_nobodys_reply_under_words_it_was_not_written_to(town: Town, fate: str):
    town.configure(admins=(town.ana.id,), policy=NEW_ONES)
    post = settled(town)
    if fate == "in doubt":
        town.square.order_fault("square", "drop_before", on="write")
    assert town.ana.submit(open_reply(town, town.ana), {"text": SORRY}).ok
    if fate == "in doubt":
        town.deliver()
    town.square.edit("square", post.id, THANKS)
    town.look()
    town.deliver()
    card = town.card("billing")
    assert THANKS in words(card)

    town.cat.click(card, "try_again")
    assert "ask Ana Lima, or an admin, to look and send it" in town.told(town.cat)
    town.deliver()
    assert public(town) == []
    assert words(town.card("billing")) == words(card), "nothing was changed"
    town.ana.click(town.card("billing"), "try_again")
    town.deliver()
    assert public(town) == [SORRY], "she has read what it says now"


def test_the_list_of_what_is_stuck_sends_nothing_under_a_text_that_it_does_not_show(town: Town):
    town.configure(admins=(town.ana.id,), policy=Policy(approve_first=0))
    refused_for_an_edit(town)
    town.ana.command("/mentions", "stuck", "general")
    shown = town.slack.ephemerals(town.ana)[-1]
    town.ana.click(shown, "stuck_retry")
    assert "The post was changed since." in words(town.slack.message(shown))
    town.deliver()
    assert public(town) == []


def test_changing_the_text_after_an_edit_shows_the_new_post(town: Town):
    post = settled(town)
    town.ben.submit(open_reply(town, town.ben), {"text": SORRY})
    town.square.edit("square", post.id, THANKS)
    town.deliver()

    modal = open_reply(town, town.ben)
    assert THANKS in words(modal)
    assert field_text(modal) == SORRY
    town.ben.submit(modal, {"text": "You are welcome."})
    town.deliver()
    assert public(town) == ["You are welcome."]


def test_an_edit_between_submitting_and_sending_that_a_round_noticed_stops_it_too(town_today: Town):
    town = town_today
    post = town.post(REFUND, on="x")
    town.ben.submit(open_reply(town, town.ben), {"text": SORRY})
    town.square.edit("x", post.id, f"{THANKS} @acme")
    town.read("x")
    town.deliver()
    assert town.square.replies_by_brand("x") == []
    assert "The author changed the post after you wrote this." in words(town.card("billing"))


def test_where_a_person_posts_by_hand_the_window_comes_back_too(town_today: Town):
    town = town_today
    post = town.post("Nobody at Acme answers my question about the invoice.", on="x")
    modal = open_reply(town, town.ben)
    town.square.edit("x", post.id, "Acme answered my question about the invoice, thanks.")
    town.read("x")
    town.deliver()

    assert town.ben.submit(modal, {"text": SORRY}).ok
    back = town.modal(town.ben)
    assert CHANGED in words(back)
    assert "press Next once more" in words(back)
    assert "thanks" in words(back)
    assert field_text(back) == SORRY
    town.ben.submit(back, {"text": SORRY})
    assert "Post this on X." in words(town.modal(town.ben))


def test_an_edit_is_told_together_with_a_colleagues_claim(town: Town):
    post = town.post(REFUND)
    modal = open_reply(town, town.ben)
    town.ana.click(town.card("billing"), "claim")
    town.square.edit("square", post.id, THANKS)
    town.look()
    town.ben.submit(modal, {"text": SORRY})
    back = words(town.modal(town.ben))
    assert "Ana Lima claimed this" in back
    assert CHANGED in back


def test_a_note_may_be_added_whatever_the_author_does(town: Town):
    post = town.post(REFUND)
    pick(town.ana, town.card("billing"), "Add a note…")
    modal = town.modal(town.ana)
    town.square.edit("square", post.id, THANKS)
    town.look()
    assert town.ana.submit(modal, {"text": "He called, too."}).ok


def test_an_edit_of_what_the_author_wrote_last_in_a_conversation_is_seen_first(town: Town):
    town.post(REFUND)
    reply(town, town.ben, SORRY)
    ours = town.square.replies_by_brand("square")[0]
    later = town.square.post("square", "mara_k", "Still nothing here.", reply_to=ours.id)
    town.read("square")
    town.deliver()
    modal = open_reply(town, town.ben)
    town.square.edit("square", later.id, "It came, thank you.")
    town.look()
    town.ben.submit(modal, {"text": "We look into it."})
    back = words(town.modal(town.ben))
    assert CHANGED in back
    assert "It came, thank you." in back
    assert public(town) == [SORRY]

    town.clock.move(timedelta(minutes=5))
    town.ben.submit(town.modal(town.ben), {"text": "You are welcome."})
    town.square.edit("square", later.id, "It came, and it is too little.")
    town.deliver()
    assert public(town) == [SORRY], "asked at the last moment, for the post that is answered"
    assert "Not sent: The author changed the post" in words(town.card("billing"))

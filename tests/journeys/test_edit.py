"""The author changes the post: everybody sees what it says now."""

from tests.journeys.steps import open_reply, thread_text
from tests.town import Town, words


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

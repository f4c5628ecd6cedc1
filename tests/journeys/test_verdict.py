"""No reply needed, and why; remarks for colleagues; long posts in full."""

import pytest

from bot.errors import AlreadyClosed
from bot.models import Actor, Verdict
from bot.usecases.verdict import close_mention
from tests.journeys.steps import open_modal, thread_text
from tests.town import Town, buttons, menu, words

REFUND = "Where is my refund, @acme? You promised it on Monday."


def test_every_reason_closes_the_card_and_can_be_undone(town: Town):
    town.post(REFUND)
    town.ben.click(town.card("billing"), "claim")
    town.deliver()
    for verdict in Verdict:
        modal = open_modal(town, town.ana, town.card("billing"), "No reply needed…")
        town.ana.submit(modal, {"verdict": verdict.value})
        town.deliver()
        card = town.card("billing")
        assert f"No reply needed: {verdict.value} · Ana Lima" in words(card)
        assert buttons(card) == ["Undo"]
        assert f"Ana Lima: no reply needed ({verdict.value})." in thread_text(town, card)

        town.ben.click(card, "undo")
        town.deliver()
        card = town.card("billing")
        assert "Claimed by *Ben Okafor*" in words(card), "who held it still does"
        assert "Ben Okafor opened this again." in thread_text(town, card)


def test_closed_it_is_closed_for_everybody_once(town: Town):
    town.post(REFUND)
    seen = town.card("billing")
    two = [open_modal(town, one, seen, "No reply needed…") for one in (town.ana, town.ben)]
    nothing = town.ana.submit(two[0])
    assert nothing.error == "not_submitted"
    town.ana.submit(two[0], {"verdict": "spam", "text": "Third time from <this> one"})
    assert town.slack.replay_last().status == 200
    changed = {"by": Actor(town.ana.id, "Ana Lima"), "click": f"view:{two[0].id}"}
    with pytest.raises(AlreadyClosed):  # told that it failed, she changed what she says
        town.database.write(close_mention, 1, Verdict.ABUSE, **changed)
    ack = town.ben.submit(two[1], {"verdict": "abuse"})
    assert "said just now that no reply is needed" in ack.errors["verdict"]
    town.deliver()

    told = thread_text(town, town.card("billing"))
    assert told.count("no reply needed") == 1
    assert "no reply needed (spam): “Third time from <this> one”" in told
    town.cat.click(seen, "claim", stale=True)
    assert "Press Undo on the card" in town.told(town.cat)
    town.cat.click(town.card("billing"), "undo")
    town.cat.click(town.card("billing"), "undo", stale=True)
    assert "open again already" in town.told(town.cat)


def test_a_note_stands_in_the_thread_and_never_leaves_slack(town: Town):
    town.post(REFUND)
    town.square.requests.clear()
    note = "Called her <!channel>, she *is* right & waits"
    modal = open_modal(town, town.ana, town.card("billing"), "Add a note…")
    assert "It never leaves Slack." in words(modal)
    assert "Write the note first" in town.ana.submit(modal, {"text": "  "}).errors["text"]
    town.ana.submit(modal, {"text": note})
    assert town.slack.replay_last().status == 200
    town.ben.say("billing", "I know her", thread_ts=town.card("billing").ts)
    town.deliver()

    told = thread_text(town, town.card("billing"))
    assert told.count(f"Ana Lima noted: “{note}”") == 1
    assert "What you write in this thread stays in Slack." in words(
        town.slack.thread(town.card("billing"))[0]
    ) + words(town.slack.thread(town.card("billing"))[1])
    assert buttons(town.card("billing"))[0] == "Claim", "a note claims nothing"
    assert town.square.requests == []


def test_a_long_post_can_be_read_in_full(town: Town):
    long = "My refund, @acme. " + "It is a long story, and it goes on. " * 270 + "The end."
    town.post(long)
    card = town.card("billing")
    assert "The end." not in words(card)
    assert "…" in words(card)
    modal = open_modal(town, town.cat, card, "Whole post")
    shown = "".join(
        leaf["text"] for block in modal.blocks for leaf in block["elements"][0]["elements"]
    )
    assert shown.replace(" ", "") == long.replace(" ", "")
    assert "submit" not in modal.body

    town.post("My refund, @acme. A short one.", by="tobi_w")
    assert "Whole post" not in menu(town.card("billing"))

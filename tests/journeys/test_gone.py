"""The author deletes the post: nothing of it stays here, and nobody answers into the void."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.models import Base
from bot.policy import held_replies
from tests.bot.worker import on_sqlite
from tests.journeys.steps import author_answers, field_text, open_reply, reply, send_to, thread_text
from tests.town import Town, buttons, words

SECRET = "zanzibar"
REFUND = f"Where is my refund, @acme? My password is {SECRET}."
SORRY = "Sorry: it went out today."


def public(town: Town) -> list[str]:
    return [one.text for one in town.square.replies_by_brand("square")]


def rows_with(town: Town, *traces: str) -> list[str]:
    """Every stored row in which one of these words stands, whatever its table."""
    found = []
    with town.database.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            for row in connection.execute(text(f"SELECT * FROM {table.name}")):
                found += [f"{table.name}: {row}" for one in traces if one in str(row).casefold()]
    return found


def test_a_deleted_post_leaves_nothing_behind(town: Town):
    post = town.post(REFUND, by="mara_k")
    town.ben.click(town.card("billing"), "claim")
    town.deliver()
    assert rows_with(town, SECRET, "mara_k"), "the test looks in the wrong place"

    town.square.delete("square", post.id)
    assert town.look() == 1

    card = town.card("billing")
    assert "The author deleted this post on Town Square, or it was removed there." in words(card)
    assert SECRET not in words(card) + card.text
    assert "mara_k" not in words(card) + card.text
    assert buttons(card) == []
    assert "The post is gone from the platform." in thread_text(town, card)
    assert rows_with(town, SECRET, "mara_k") == []
    town.ana.command("/mentions", f"search {SECRET}", "general")
    assert "No mention contains" in town.told(town.ana)
    town.ana.command("/mentions", "1", "general")
    assert SECRET not in words(town.slack.ephemerals(town.ana)[-1])


def test_of_a_post_on_somebodys_own_profile_the_profiles_name_goes_too(town: Town):
    post = town.post(REFUND, by="mara_k", on="reddit", community="u_mara_k")
    assert "in u_mara_k" in words(town.card("billing"))
    town.square.delete("reddit", post.id)
    assert town.look() == 1
    assert "mara_k" not in words(town.card("billing"))
    assert rows_with(town, "mara_k") == []


def test_the_owner_is_told_once(town: Town):
    post = town.post(REFUND)
    town.ben.click(town.card("billing"), "claim")
    town.square.delete("square", post.id)
    town.look()
    town.look(after=timedelta(days=2))
    (notice,) = town.slack.dms(town.ben)
    assert "Mention 1, which you hold, is gone" in notice.text
    assert "Go to its card" in words(notice)
    assert town.slack.dms(town.ana) == []


def test_the_stub_of_a_card_that_was_sent_on_forgets_the_author_too(town: Town):
    post = town.post(REFUND, by="mara_k")
    department = town.database.read(lambda store: store.department("Support"))
    assert department is not None
    send_to(town, town.ben, town.card("billing"), department=str(department.id))
    town.deliver()
    assert "mara_k" in words(town.card("billing"))
    town.square.delete("square", post.id)
    town.look()
    for channel in ("billing", "support"):
        assert "mara_k" not in words(town.card(channel)) + town.card(channel).text


def test_a_reply_window_that_is_open_sends_nothing_and_keeps_the_text(town: Town):
    post = town.post(REFUND)
    modal = open_reply(town, town.ben)
    town.square.delete("square", post.id)
    town.look()
    ack = town.ben.submit(modal, {"text": SORRY})
    assert "This post is gone" in ack.errors["text"]
    town.deliver()
    assert public(town) == []


def test_a_post_deleted_between_submitting_and_sending_is_not_answered(town: Town):
    post = town.post(REFUND)
    town.clock.move(timedelta(minutes=5))
    town.ben.submit(open_reply(town, town.ben), {"text": SORRY})
    town.square.delete("square", post.id)
    town.deliver()
    assert public(town) == []
    assert not [one for one in town.square.requests if one.method == "POST"], (
        "what the look has told need not be tried"
    )
    assert "The author deleted this post" in words(town.card("billing"))
    (notice,) = town.slack.dms(town.ben)
    assert "was not sent" in notice.text
    assert SORRY in notice.text, "the owner who wrote the reply is told once, with the text"


def test_a_deletion_that_a_look_noticed_before_the_reply_left(town: Town):
    post = town.post(REFUND)
    town.square.order_fault("square", "429", on="write")
    town.ben.submit(open_reply(town, town.ben), {"text": SORRY})
    town.drain.run_until_idle()
    town.square.delete("square", post.id)
    town.look()
    assert public(town) == []
    assert any("was not sent" in one.text for one in town.slack.dms(town.ben))


@on_sqlite
@pytest.mark.parametrize("on", ["x", "reddit", "bluesky"])
def test_it_works_on_every_platform(town_today: Town, on: str):
    town = town_today
    post = town.post(f"Acme owes me a refund @acme, {SECRET}", on=on)
    town.square.delete(on, post.id)
    town.look(after=timedelta(days=1))
    assert "The author deleted this post" in words(town.card("billing"))
    assert rows_with(town, SECRET) == []


def test_a_draft_of_a_deleted_post_is_still_its_writers(town: Town):
    """The text is ours; only the window to send it does not open any more."""
    post = town.post(REFUND)
    modal = open_reply(town, town.ben)
    town.ben.type(modal, "text", "text", SORRY)
    assert field_text(modal) == ""
    town.square.delete("square", post.id)
    town.look()
    ben = town.database.read(lambda store: store.person(town.ben.id))
    assert ben is not None
    draft = town.database.read(lambda store: store.draft(1, ben.id))
    assert draft is not None
    assert draft.text == SORRY


def test_a_later_post_of_a_conversation_that_is_deleted_leaves_nothing_either(town: Town):
    """Its words went into the history and into a notice to whoever answered."""
    post = town.post("Where is my refund, @acme?")
    reply(town, town.ben, SORRY)
    later = town.square.post("square", "mara_k", f"No, {SECRET}", reply_to=own_reply(town))
    town.read("square")
    town.deliver()
    assert rows_with(town, SECRET)
    town.square.delete("square", later.id)
    town.look()
    assert rows_with(town, SECRET) == []
    assert SECRET not in words(town.card("billing"))
    assert "Where is my refund" in words(town.card("billing")), "the first post is still there"
    town.square.delete("square", post.id)
    town.look(after=timedelta(days=1))
    assert rows_with(town, "mara_k") == []


def test_other_posts_that_answer_a_deleted_one_quote_it_no_more(town: Town):
    first = town.square.post("square", "mara_k", f"Anybody there, @acme? {SECRET}")
    town.square.post("square", "tobi_w", "Same with my @acme refund", reply_to=first.id)
    town.read("square")
    town.deliver()
    (second,) = town.database.read(lambda store: store.by_author("tobi_w", limit=1)).mentions
    assert SECRET in second.parent_text
    assert f"In answer to @mara_k: “Anybody there, @acme? {SECRET}”" in words(town.card("billing"))
    town.square.delete("square", first.id)
    town.look()
    assert rows_with(town, SECRET) == []
    assert SECRET not in words(town.card("billing"))
    assert "@mara_k" not in words(town.card("billing"))
    assert "Same with my @acme refund" in words(town.card("billing"))


def test_who_answers_our_reply_under_a_deleted_post_names_its_author_no_more(town: Town):
    post = town.post(REFUND, by="mara_k")
    reply(town, town.ben, SORRY)
    author_answers(town, "My @acme refund too", by="tobi_w")
    assert f"In answer to our reply to @mara_k: “{SORRY}”" in words(town.card("billing"))
    town.square.delete("square", post.id)
    town.look(after=timedelta(days=1))
    assert f"In answer to our reply to a deleted post: “{SORRY}”" in words(town.card("billing"))


def test_what_colleagues_were_told_of_a_held_reply_names_nobody_either(town: Town):
    town.configure(admins=(town.ana.id,))
    post = town.post(REFUND, by="mara_k")
    reply(town, town.ben, SORRY)
    assert "Ben Okafor's reply to mention 1 waits" in words(town.slack.dms(town.ana)[-1])
    town.ana.click(town.card("billing"), "send_back")
    assert town.ana.submit(town.modal(town.ana), {"reason": "Say sorry first."}).ok
    town.deliver()
    assert "It was your reply to mention 1" in words(town.slack.dms(town.ben)[-1])
    town.square.delete("square", post.id)
    town.look()
    assert rows_with(town, "mara_k") == []


def test_a_reply_that_waits_to_be_approved_comes_back_to_who_wrote_it(town: Town):
    town.configure(admins=(town.ana.id,))
    post = town.post(REFUND)
    reply(town, town.ben, SORRY)
    card = town.card("billing")
    town.square.delete("square", post.id)
    town.look()
    (told,) = town.slack.dms(town.ben)
    assert "Your reply to mention 1 was not sent. This post is gone" in told.text
    assert f"Your text is kept: {SORRY}" in told.text
    draft = town.database.read(lambda store: store.draft(1, store.person(town.ben.id).id))
    assert draft.text == SORRY
    assert town.database.read(held_replies) == 0
    town.ana.click(card, "approve", stale=True)
    assert "not waiting for a decision any more" in town.told(town.ana)
    town.deliver()
    assert public(town) == []


def test_a_reply_that_answers_another_post_goes_on_waiting(town: Town):
    town.post(REFUND)
    reply(town, town.ana, "Which one?")
    town.configure(admins=(town.ana.id,))
    asked = author_answers(town, "The blue one.")
    reply(town, town.ben, SORRY)
    assert "Approve" in buttons(town.card("billing"))
    later = author_answers(town, f"Hello? {SECRET}")
    town.square.delete("square", later.id)
    town.look()
    assert "Approve" in buttons(town.card("billing"))
    town.square.delete("square", asked.id)
    town.look()
    assert "Not sent: This post is gone" in words(town.card("billing"))
    assert any(f"Your text is kept: {SORRY}" in one.text for one in town.slack.dms(town.ben))


def own_reply(town: Town) -> int:
    return town.square.replies_by_brand("square")[0].id

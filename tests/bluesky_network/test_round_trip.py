"""From a customer on a real Bluesky network to a card, and from the modal back to the customer."""

from dataclasses import replace
from typing import Any

import pytest

from bot.models import Mention
from bot.usecases.reply import target_of
from platforms._bluesky_line import Line
from platforms.base import GoneError, Query, RejectedError
from tests.bluesky_network.conftest import BlueskyTown, Hurried, wait_until
from tests.bluesky_network.customer import Customer, Ref
from tests.journeys.steps import open_reply, reply
from tests.town import words

SORRY = "😡 is fair, sorry: see https://acme.example/refunds?a=1, @mara.test."


def asked(town: BlueskyTown, mara: Customer, words_: str) -> Ref:
    """Mara asks for a refund, and its card is there."""
    post = mara.post(f"@acmefiber.test {words_}", to=town.network.accounts["acmefiber"])
    town.read_until(lambda: mention_of(town, post) is not None)
    return post


def mention_of(town: BlueskyTown, post: Ref) -> Mention | None:
    for number in range(1, 50):
        found = town.database.read(lambda store, number=number: store.mention(number))
        if found is None or found.external_id == post["uri"]:
            return found
    return None


def shown_links(post: dict[str, Any]) -> dict[str, str]:
    """What is clickable in a post, and where it leads."""
    text = post["record"]["text"].encode()
    return {
        text[one["index"]["byteStart"] : one["index"]["byteEnd"]].decode(): (
            one["features"][0].get("uri") or one["features"][0].get("did")
        )
        for one in post["record"].get("facets", [])
    }


def test_a_mention_is_claimed_answered_and_the_customer_comes_back(
    town: BlueskyTown, mara: Customer
) -> None:
    post = asked(town, mara, "Where is my refund? 😡")
    card = town.card("billing")
    assert "Where is my refund? 😡" in words(card)
    town.ben.click(card, "claim")
    town.deliver()
    assert "Claimed by" in words(town.card("billing"))

    reply(town, town.ben, SORRY)
    assert "Answered by *Ben Okafor*" in words(town.card("billing"))
    wait_until(lambda: bool(mara.answers(post)))
    (answer,) = mara.answers(post)
    assert answer["record"]["text"] == SORRY
    assert shown_links(answer) == {
        "https://acme.example/refunds?a=1": "https://acme.example/refunds?a=1",
        "@mara.test": mara.did,
    }

    back = mara.post("Thank you. But my bank says there is no refund.", below=answer)
    town.read_until(lambda: mention_of(town, back) is not None)
    mention = mention_of(town, back)
    assert mention is not None
    assert (mention.parent_id, mention.root_id) == (answer["uri"], post["uri"])
    assert mention.can_reply
    town.deliver()
    assert "my bank says there is no refund" in words(town.card("billing")), "on the same card"

    reply(town, town.ben, "We ask your bank.")
    wait_until(lambda: bool(mara.answers(back)))
    assert [each["record"]["text"] for each in mara.answers(back)] == ["We ask your bank."]


def test_a_reply_of_ours_is_taken_down(town: BlueskyTown, mara: Customer) -> None:
    post = asked(town, mara, "my refund, now")
    found = mention_of(town, post)
    assert found is not None
    platform = town.process.platforms["bluesky"].open()
    published = platform.reply(target_of(found), "Never", key="regretted")
    wait_until(lambda: bool(mara.answers(post)))
    platform.delete(published)
    wait_until(lambda: not mara.answers(post))
    platform.delete(published)  # gone already: done
    platform.close()


def test_a_reply_is_never_out_twice(town: BlueskyTown, mara: Customer) -> None:
    post = asked(town, mara, "my refund, please")
    found = mention_of(town, post)
    assert found is not None
    platform = town.process.platforms["bluesky"].open()
    target = target_of(found)
    first = platform.reply(target, "On its way", key="twice")
    assert platform.reply(target, "On its way", key="twice") == first
    wait_until(lambda: bool(mara.answers(post)))
    assert [each["uri"] for each in mara.answers(post)] == [first.external_id]
    platform.close()


def test_an_edited_post_is_shown_as_it_is_now(town: BlueskyTown, mara: Customer) -> None:
    post = asked(town, mara, "Where is my refund of five euros?")
    mara.edit(post, "@acmefiber.test Where is my refund of six euros?")
    town.read_until(lambda: "six euros" in words(town.card("billing")))
    platform = town.process.platforms["bluesky"].open()
    (state,) = platform.refresh([post["uri"]])
    assert (state.gone, state.text) == (False, "@acmefiber.test Where is my refund of six euros?")
    platform.close()


def test_a_deleted_post_leaves_nothing_behind(town: BlueskyTown, mara: Customer) -> None:
    post = asked(town, mara, "a refund that I soon regret to ask for")
    modal = open_reply(town, town.ben)
    mara.delete(post)
    platform = town.process.platforms["bluesky"].open()
    wait_until(lambda: next(iter(platform.refresh([post["uri"]]))).gone)
    town.ben.submit(modal, {"text": SORRY})
    town.deliver()
    card = town.card("billing")
    assert "The author deleted this post on Bluesky, or it was removed there." in words(card)
    assert "regret" not in words(card)
    found = mention_of(town, post)
    assert found is not None
    with pytest.raises(GoneError):
        platform.reply(target_of(found), "Too late", key="gone")
    platform.close()


def test_a_closed_thread_is_told_and_not_answered(town: BlueskyTown, mara: Customer) -> None:
    post = asked(town, mara, "a refund, but leave me alone")
    found = mention_of(town, post)
    assert found is not None
    mara.close_thread(post)
    platform = town.process.platforms["bluesky"].open()
    query = Query(terms=())

    def is_closed() -> bool:
        page = platform.fetch(query, cursor=None)
        return not next(one for one in page.mentions if one.external_id == post["uri"]).can_reply

    wait_until(is_closed)
    with pytest.raises(RejectedError, match="lets nobody reply"):
        platform.reply(target_of(found), "But", key="closed")
    platform.close()


def test_a_reply_into_a_freezing_network_is_found_afterwards(
    town: BlueskyTown, mara: Customer
) -> None:
    post = asked(town, mara, "Where is my refund, in this cold?")
    Hurried.before_reply = town.network.freeze
    town.ben.submit(open_reply(town, town.ben), {"text": SORRY})
    town.drain.run_until_idle()
    assert "Answered" not in words(town.card("billing"))
    town.network.thaw()
    wait_until(lambda: bool(mara.answers(post)))
    town.deliver()
    assert "Answered by *Ben Okafor*" in words(town.card("billing"))
    assert [each["record"]["text"] for each in mara.answers(post)] == [SORRY]


def test_a_person_who_sends_again_after_a_long_freeze_sends_nothing_twice(
    town: BlueskyTown, mara: Customer
) -> None:
    post = asked(town, mara, "Where is my refund, this winter?")
    Hurried.before_reply = town.network.freeze
    town.ben.submit(open_reply(town, town.ben), {"text": SORRY})
    town.deliver()
    card = town.card("billing")
    assert "We can't tell whether Ben Okafor's reply went out." in words(card)
    town.network.thaw()
    wait_until(lambda: bool(mara.answers(post)))
    town.ben.click(card, "try_again")
    town.deliver()
    assert "Answered by *Ben Okafor*" in words(town.card("billing"))
    assert [each["record"]["text"] for each in mara.answers(post)] == [SORRY]


def test_an_expired_session_is_renewed_without_a_login(town: BlueskyTown, mara: Customer) -> None:
    asked(town, mara, "Where is my first refund?")
    (account,) = (one for one in Line._accounts.values() if one.session is not None)
    before = account.session
    assert before is not None
    expired = replace(before, access=town.network.expired(before.access))
    account.session = expired
    asked(town, mara, "Where is my second refund?")
    assert account.session not in {before, expired}
    assert account.session is not None
    assert account.session.refresh != before.refresh

"""A mention goes to another desk: both channels tell the story, and nobody has to ask."""

from bot.sandbox.people import Person
from bot.sandbox.records import Ack, View
from tests.journeys.steps import open_reply, option_named, send_to, thread_text
from tests.town import Town, buttons, words

REFUND = "Where is my refund, @acme? You promised it on Monday."
REASON = "Wants to cancel, <you> & *yours* know the offers"


def modal_for(town: Town, person: Person, channel: str = "billing") -> View:
    assert person.click(town.card(channel), "send_to").ok
    return town.modal(person)


def send_to_department(town: Town, person: Person, name: str, *, reason: str = "") -> Ack:
    modal = modal_for(town, person)
    chosen = {"department": option_named(modal, "department", name)}
    return person.submit(modal, chosen | ({"reason": reason} if reason else {}))


def test_sent_to_a_department_it_waits_there_and_both_cards_tell(town: Town):
    town.post(REFUND)
    town.ben.click(town.card("billing"), "claim")
    town.deliver()
    modal = modal_for(town, town.ben)
    assert REFUND in words(modal)
    assert "New customers, prices" in words_of_options(modal)

    assert send_to_department(town, town.ben, "Sales", reason=REASON).errors == {}
    town.deliver()

    stub, card = town.card("billing"), town.card("sales")
    assert f"→ Sent to Sales by Ben Okafor: “{REASON}”   Follow it there" in words(stub)
    assert REFUND not in words(stub)
    assert buttons(stub) == []
    (link,) = (one["url"] for one in leaves(stub) if one["type"] == "link")
    assert link.endswith(f"/archives/{card.channel}/p{card.ts.replace('.', '')}")

    assert f"From #billing, Ben Okafor: “{REASON}”" in words(card)
    assert REFUND in words(card)
    assert "Waiting since" in words(card), "whoever held it lets it go"
    assert buttons(card) == ["Claim", "Reply", "Send to…"]
    assert "New in Sales" in card.text

    for told in (thread_text(town, stub), thread_text(town, card)):
        assert "Ben Okafor claimed this." in told
        assert f"Ben Okafor sent this to Sales: “{REASON}”" in told
    before = len(town.slack.thread(stub))
    assert town.cat.click(card, "claim").ok
    town.deliver()
    assert "Cat Novak claimed this." in thread_text(town, town.card("sales"))
    assert len(town.slack.thread(stub)) == before, "the story goes on in one place"


def words_of_options(modal: View) -> str:
    element = next(one for one in modal.blocks if one["block_id"] == "department")["element"]
    return " ".join(one["description"]["text"] for one in element["options"])


def leaves(stub: object) -> list[dict[str, str]]:
    (rich,) = (one for one in stub.blocks if one["type"] == "rich_text")  # type: ignore[attr-defined]
    return list(rich["elements"][0]["elements"])


def test_any_channel_can_have_it_and_a_departments_own_stands_for_the_department(town: Town):
    town.slack.add_channel("lawyers", private=True)
    town.post(REFUND)
    lawyers, sales = town.slack.channel("lawyers"), town.slack.channel("sales")

    assert send_to(town, town.ana, town.card("billing"), channel=lawyers.id).errors == {}
    town.deliver()
    assert "→ Sent to a private channel by Ana Lima.   Follow it there" in words(
        town.card("billing")
    )
    assert "From #billing, Ana Lima" in words(town.card("lawyers"))
    assert "Ana Lima sent this to a private channel." in thread_text(town, town.card("billing"))
    assert town.mention().department is None
    town.ana.command("/mentions", "stats", "general")
    assert "other channels: 1" in words(town.slack.ephemerals(town.ana)[-1])
    town.ana.open_home()
    town.deliver()
    assert "Open: 1 in other channels." in words(town.slack.home(town.ana))

    assert send_to(town, town.ben, town.card("lawyers"), channel=sales.id).errors == {}
    town.deliver()
    assert "→ Sent to Sales by Ben Okafor." in words(town.card("lawyers"))
    assert "From a private channel, Ben Okafor" in words(town.card("sales"))
    department = town.mention().department
    assert department is not None
    assert department.name == "Sales"


def test_a_destination_that_cannot_be_is_refused_where_it_was_chosen(town: Town):
    town.slack.add_channel("closed", bot_is_member=False)
    town.post(REFUND)
    modal = modal_for(town, town.ben)
    billing, closed = town.slack.channel("billing"), town.slack.channel("closed")
    sales = option_named(modal, "department", "Sales")

    ack = town.ben.submit(modal, {"reason": "who else?"})
    assert list(ack.errors.values()) == ["Choose a department or a channel to send this to."]
    assert "department" in ack.errors

    ack = town.ben.submit(modal, {"channel": billing.id})
    assert "in Billing already" in ack.errors["channel"]

    ack = town.ben.submit(modal, {"channel": closed.id})
    assert "`/invite @Switchboard`" in ack.errors["channel"]

    ack = town.ben.submit(modal, {"channel": billing.id, "department": sales})
    assert "not both" in ack.errors["department"]

    town.deliver()
    assert len(town.slack.messages("billing")) == 1
    town.slack.invite_bot("closed")
    again = {"department": None, "channel": closed.id}
    assert town.ben.submit(modal, again).errors == {}
    town.deliver()
    assert REFUND in words(town.card("closed"))


def test_nobody_sends_it_on_while_a_reply_is_on_its_way(town: Town):
    town.post(REFUND)
    sending = modal_for(town, town.ana)
    town.ben.submit(open_reply(town, town.ben), {"text": "It went out today."})

    town.cat.click(town.card("billing"), "send_to", stale=True)
    assert "reply to this is on its way" in town.told(town.cat)
    chosen = {"department": option_named(sending, "department", "Sales")}
    ack = town.ana.submit(sending, chosen)
    assert "reply to this is on its way" in ack.errors["department"]

    town.deliver()
    ack = town.ana.submit(sending, chosen)
    assert "Ben Okafor answered this" in ack.errors["department"]
    assert town.slack.messages("sales") == []


def test_the_same_submission_and_old_buttons_do_no_harm(town: Town):
    town.post(REFUND)
    old = town.card("billing")
    send_to_department(town, town.ben, "Sales")
    assert town.slack.replay_last().status == 200
    town.deliver()
    assert len(town.slack.messages("sales")) == 1

    assert town.cat.click(old, "claim", stale=True).ok
    town.deliver()
    assert "Claimed by *Cat Novak*" in words(town.card("sales"))
    assert "→ Sent to Sales by Ben Okafor" in words(town.card("billing"))

    stub = town.card("billing")
    sales_again = send_to(town, town.ana, town.card("sales"), channel=stub.channel)
    assert sales_again.errors == {}
    town.deliver()
    assert "From #sales, Ana Lima" in words(town.card("billing"))
    assert len(town.slack.messages("billing")) == 2

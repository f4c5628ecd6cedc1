"""Slash commands: whatever is typed, the asker alone gets an answer that helps."""

import re
from datetime import timedelta

from bot.sandbox.people import Person
from bot.sandbox.records import Message
from tests.journeys.steps import reply
from tests.town import Town, buttons, words


def ask(town: Town, person: Person, text: str = "", command: str = "/mentions") -> Message:
    """What the person is shown, and nobody else."""
    everybody = [one.text for one in town.slack.messages("general")]
    before = len(town.slack.ephemerals(person))
    ack = person.command(command, text, "general")
    assert ack.ok, ack
    assert ack.body["response_type"] == "ephemeral"
    assert [one.text for one in town.slack.messages("general")] == everybody
    shown = town.slack.ephemerals(person)[before:]
    assert len(shown) == 1, f"{command} {text!r} was answered {len(shown)} times"
    return shown[0]


def test_each_subcommand_finds_what_it_says(town: Town):
    you_hold = "You hold no mentions. Type `/mentions open` to see what waits."
    assert you_hold in words(ask(town, town.ben))
    assert "Nothing waits in Billing." in words(ask(town, town.ben, "open billing"))

    town.post("Where is my refund, @acme?")
    town.post("No internet since noon, @acme!", by="tobi_w")
    town.post("Twice charged, @acme.", by="Lena_F")
    reply(town, town.ana, "It is on its way.", "support")
    town.ben.click(town.card("billing"), "claim")
    town.deliver()

    mine = words(ask(town, town.ben))
    assert "Yours: 1 mention" in mine
    assert "Town Square · @Lena_F · claimed by Ben Okafor · Billing" in mine
    assert "\nTwice charged, @acme." in mine
    assert "/mentions help" in mine
    assert "Yours: 1 mention" in words(ask(town, town.ben, "MINE"))
    assert "Open: 2 mentions" in words(ask(town, town.ben, "open"))
    here = ask(town, town.ben, "open #billing")
    assert "Open in Billing: 2 mentions" in words(here)
    card = town.card("billing", 0)
    assert f"/archives/{card.channel}/p{card.ts.replace('.', '')}" in str(here.blocks)
    assert "No. 1" in words(ask(town, town.cat, "search REFUND where"))
    assert "No. 1" in words(ask(town, town.cat, "refund")), "other words are searched for"
    assert "From @lena_f: 1 mention" in words(ask(town, town.cat, "from @lena_f"))

    one = ask(town, town.cat, "2")
    assert "No internet since noon" in words(one)
    assert "It is on its way." in words(one)
    assert "Ana Lima's reply is public" in words(one)
    assert "No. 3" in words(ask(town, town.cat, "#3"))

    figures = words(ask(town, town.cat, "stats"))
    assert "Last 7 days: 3 mentions, 1 answered (33 %), median first reply 2 min." in figures
    assert "Billing: 2" in figures
    desks = words(ask(town, town.cat, "", "/departments"))
    assert "Billing  · #billing · 2 open\nInvoices, refunds, payments." in desks
    assert "#support · nothing open\n" in desks
    assert "appointments. Answered lately: Ana Lima." in desks
    for typed in ("billing", " #BILLING "):
        desk = words(ask(town, town.cat, typed, "/departments"))
        assert "Billing  · #billing · 2 open\nInvoices, refunds, payments." in desk
        assert "#support" not in desk


def test_whoever_is_lost_gets_help(town: Town):
    for command in ("/mentions", "/departments"):
        for text in ("help", "  HELP ", "?"):
            shown = words(ask(town, town.cat, text, command))
            assert f"`{command}`" in shown, text
            assert "Only you see the answers." in shown
    unknown = words(ask(town, town.cat, "billing, please", "/departments"))
    assert 'There is no department "billing, please". The departments are: PR, People' in unknown
    assert "Type something after “search”" in words(ask(town, town.cat, "search"))
    assert "Type something after “from”" in words(ask(town, town.cat, "from  "))
    assert "“nothing like it”" in words(ask(town, town.cat, "nothing like it"))
    assert "There is no mention number 77 here." in words(ask(town, town.cat, "77"))
    unknown = words(ask(town, town.cat, "open marketing"))
    assert 'There is no department "marketing". The departments are: PR, People' in unknown


def test_long_answers_come_in_pages(town: Town):
    for number in range(23):
        town.square.post("square", f"user{number}", f"Refund number {number}, @acme")
    town.read("square")
    words_typed = "search " + "refund " * 400
    for typed in ("open billing", "search refund", words_typed, "from user"):
        first = ask(town, town.ben, typed)
        assert buttons(first) == ["Next"], typed[:20]
        assert words(first).count("No. ") == 10
        town.ben.click(first, "page:next")
        second = town.slack.message(first)
        assert second.ephemeral_to == town.ben.id
        assert buttons(second) == ["Previous", "Next"]
        town.ben.click(second, "page:next")
        third = town.slack.message(first)
        assert words(third).count("No. ") == 3
        assert buttons(third) == ["Previous"]
        pages = [set(re.findall(r"No\. (\d+)", words(one))) for one in (first, second, third)]
        assert len(set().union(*pages)) == 23, "each page shows others"
        town.ben.click(third, "page:back")
        assert words(town.slack.message(first)) == words(second)
    assert town.slack.messages("general") == []


def test_whatever_is_typed_is_taken_as_it_stands(town: Town):
    town.post("A refund of 100 % please, @acme", by="snake_case")
    town.post("A refund of 100 euros please, @acme 😡", by="snakes")
    town.post("הזמנתי לפני שבועיים @acme", by="yael")
    for typed, found in (
        ("search %", {"1"}),
        ("search _", {"1"}),
        ("from snake_", {"1"}),
        ("from u/snake", {"1", "2"}),
        ("search 😡", {"2"}),
        ("search שבועיים", {"3"}),
        ("search \\", set()),
        ("search '; DROP TABLE mention; --", set()),
        ("search <!channel> <@U1>", set()),
        ("from <!here>", set()),
        ("\u202egnp.exe", set()),
        ("x" * 3000, set()),
        ("acme " * 600, {"1", "2", "3"}),
        ("a " * 1500, {"1", "2", "3"}),
        ("from " + "x" * 2995, set()),
        ("open " + "x" * 2995, set()),
        ("9" * 3000, set()),
        ("٣", {"3"}),
        ("-1", set()),
        ("1e9", set()),
        ("search \0", set()),
    ):
        answer = ask(town, town.cat, typed)
        shown = words(answer)
        assert "Something went wrong" not in shown, typed[:40]
        assert set(re.findall(r"No\. (\d+)", shown)) == found, typed[:40]
        assert "<!" not in answer.text, typed[:40]


def test_sources_are_told_to_the_asker_in_plain_words(town: Town):
    assert "No platform was read yet." in words(ask(town, town.ben, "sources"))
    town.post("Where is my refund, @acme?")
    town.square.order_fault("reddit", "401", times=9)
    town.read("reddit")
    town.clock.move(timedelta(seconds=40))
    told = words(ask(town, town.ben, "Sources"))
    assert "2 sources, 1 in trouble." in told
    assert "Town Square · Read 1 min ago. Last mention 1 min ago." in " ".join(told.split())
    assert re.search(r"Reddit.* · Paused since \d\d:\d\d: .*Reddit.* Not read yet\.", told)
    assert "`/mentions sources`" in words(ask(town, town.ben, "help"))

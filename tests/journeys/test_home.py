"""App Home: what is mine, and what waits where I answer."""

from bot.sandbox.people import Person
from bot.sandbox.records import View
from tests.journeys.steps import field_text
from tests.town import Town, buttons, words

CHOOSER = "departments_i_answer_for"


def home(town: Town, person: Person) -> View:
    shown = town.slack.home(person)
    assert shown is not None, f"{person.name} has no home"
    return shown


def visit(town: Town, person: Person) -> View:
    assert person.open_home().ok
    town.deliver()
    return home(town, person)


def answer_for(town: Town, person: Person, *names: str) -> View:
    """Choose departments in the list at home."""
    ids = [
        str(one.id) for one in town.database.read(lambda s: s.departments()) if one.name in names
    ]
    assert person.choose(home(town, person), CHOOSER, ids).ok
    town.deliver()
    return home(town, person)


def test_a_first_visit_explains_itself(town: Town):
    shown = words(visit(town, town.ben))
    assert "Nothing waits for you." in shown
    assert "Choose the departments you answer for to see what waits there." in shown
    assert "You answered 0 mentions in the last 7 days." in shown
    assert "Type /mentions help for more." in shown

    town.post("Where is my refund, @acme?")
    town.post("No internet since noon, @acme!", by="tobi_w")
    shown = words(answer_for(town, town.ben, "PR"))
    assert "Nothing waits here. Open: 1 in Billing, 1 in Support." in shown
    assert town.slack.home(town.ana) is None, "nobody is shown a home they never opened"


def test_mine_stands_first_and_then_what_waits_in_my_departments(town: Town):
    for number, who in enumerate(("mara_k", "tobi_w", "lena_f"), 1):
        town.post(f"Where is refund {number}, @acme?", by=who)
    town.post("No internet since noon, @acme!", by="opsgirl")
    visit(town, town.ben)
    shown = answer_for(town, town.ben, "Billing")
    assert "No internet" not in words(shown), "only my departments"

    town.ben.click(shown, "claim", value="2")
    town.deliver()
    shown = home(town, town.ben)
    told = words(shown)
    order = [told.index(f"refund {number}") for number in (2, 1, 3)]
    assert order == sorted(order), "mine first, then the oldest waiting"
    assert told.index("refund 2") < told.index("Waiting in my departments") < order[1]
    claimed, waiting = ["Reply", "Release"], ["Claim", "Reply", "Send to…"]
    assert buttons(shown) == [*claimed, *waiting, *waiting]
    card = town.card("billing", 1)
    assert f"/archives/{card.channel}/p{card.ts.replace('.', '')}" in str(shown.blocks)

    town.ben.click(shown, "release", value="2")
    town.deliver()
    assert "Nothing waits for you." in words(home(town, town.ben))

    assert "Open: 3 in Billing, 1 in Support." in words(answer_for(town, town.ben, "Sales"))
    assert "Choose the departments" in words(answer_for(town, town.ben))


def test_the_buttons_do_what_they_do_on_the_card(town: Town):
    town.post("Where is my refund, @acme?")
    town.post("And mine, the refund, @acme?", by="tobi_w")
    visit(town, town.ben)
    shown = answer_for(town, town.ben, "Billing")

    town.ana.click(town.card("billing", 0), "claim")
    town.deliver()
    town.ben.click(shown, "claim", value="1")
    told = words(town.modal(town.ben))
    assert "Ana Lima claimed this" in told, "with no message to answer under, a window says it"
    town.ben.close(town.modal(town.ben))

    assert town.ben.click(shown, "send_to", value="2").ok
    assert "And mine" in words(town.modal(town.ben))
    town.ben.close(town.modal(town.ben))
    assert town.ben.click(shown, "reply", value="2").ok
    modal = town.modal(town.ben)
    assert field_text(modal) == ""
    town.ben.submit(modal, {"text": "It went out today."})
    town.deliver()
    assert [one.text for one in town.square.replies_by_brand("square")] == ["It went out today."]
    assert "You answered 1 mention in the last 7 days." in words(home(town, town.ben))


def test_a_long_list_says_how_to_see_the_rest(town: Town):
    for number in range(12):
        town.square.post("square", f"user{number}", f"Refund number {number}, @acme")
    town.read("square")
    visit(town, town.cat)
    shown = words(answer_for(town, town.cat, "Billing"))
    assert shown.count("No. ") == 10
    assert "12 in all: type /mentions open" in shown

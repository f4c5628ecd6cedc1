"""Leadership reads the week once, with figures and people's own words, and can act on it."""

import threading
from datetime import timedelta

from bot.scheduler import Scheduler
from bot.store import Store
from bot.usecases.configure import current_config
from bot.usecases.summary import queue_due_summary
from tests.command import Typed
from tests.journeys.steps import open_modal, reply
from tests.town import Town, buttons, words

WEEK = timedelta(days=7)


def a_week(town: Town) -> None:
    """Monday morning: one is answered, one needs no reply, one waits for ever."""
    town.post("No internet for three days, @acme, I am furious!", by="tobi_w")
    town.post("Where is my <refund>, @acme? This is awful.")
    town.clock.move(timedelta(minutes=40))
    reply(town, town.ben, "Sorry. It went out today.")
    town.post("Acme is also a town in Alberta, and its bill is due.", by="smiley_sam")
    modal = open_modal(town, town.ana, town.card("billing"), "No reply needed…")
    town.ana.submit(modal, {"verdict": "not about us"})
    town.deliver()


def ring(town: Town) -> bool:
    """Whether one look of a clock has anything posted."""
    rung: str | None = town.database.write(_queue)
    town.deliver()
    return rung is not None


def _queue(store: Store) -> str | None:
    return queue_due_summary(store, current_config(store))


def until(town: Town, hour: int, minute: int) -> None:
    """Move on to the next Monday at this time in Berlin, where Acme is (UTC+1 in winter)."""
    wanted = town.clock.now().replace(hour=hour - 1, minute=minute, second=0, microsecond=0)
    town.clock.move(wanted - town.clock.now() + WEEK)


def test_once_a_week_at_its_hour_leadership_reads_what_happened(town: Town):
    assert not ring(town), "nothing to tell in the first week"
    a_week(town)
    until(town, 8, 59)
    assert not ring(town)
    until_nine = timedelta(minutes=1)
    town.clock.move(until_nine)

    woken = threading.Event()
    clocks = [
        Scheduler(town.database, [], every=timedelta(minutes=1), wake=woken.set) for _ in range(2)
    ]
    for one in clocks:
        one.start()
    assert woken.wait(10), "no clock found the summary due"
    for one in clocks:
        one.stop()
    town.deliver()
    assert not ring(town)

    (summary,) = town.slack.messages("leadership")
    shown = " ".join(words(summary).split())
    assert "The week of 15 to 21 November" in shown
    assert "3 mentions · 50 % answered · median first reply 41 min (business hours)" in shown
    assert "Still waiting: 1 , the oldest since Monday 15 November in Support. No. 1" in shown
    assert "Longest still waiting: Town Square · @tobi_w · card · on Town Square" in shown
    assert "No internet for three days, @acme, I am furious!" in shown
    assert "Posted 6 days ago, no answer yet." in shown
    both = "The median answer · Unhappy, and answered quickest: Town Square · @mara_k"
    assert both in shown, "what two rules chose is quoted once"
    assert "Where is my <refund>, @acme? This is awful." in shown
    assert "Ben Okafor answered after 41 min: Sorry. It went out today." in shown
    assert "Billing : 2 mentions, 100 % answered, median 41 min (business hours)" in shown
    assert "Support : 1 mention, 0 % answered, 1 waiting" in shown
    assert "Thanks to Ben Okafor (1 reply)" in shown
    assert "Medians count business hours only; single answers are told by the clock." in shown
    assert "The week of 15 to 21 November: 3 mentions" in summary.text
    assert "<refund>" not in summary.text
    card = town.card("support")
    assert f"/archives/{card.channel}/p{card.ts.replace('.', '')}" in str(summary.blocks)

    assert buttons(summary) == ["Claim"]
    assert town.cat.click(summary, "claim").ok
    town.deliver()
    assert "Claimed by *Cat Novak*" in words(town.card("support"))
    town.ana.click(summary, "claim")
    assert "Cat Novak claimed this" in town.told(town.ana)

    reply(town, town.cat, "A technician comes today.", "support")
    town.clock.move(WEEK)
    assert ring(town)
    second = words(town.card("leadership"))
    assert buttons(town.card("leadership")) == []
    assert "Nobody mentioned us this week. The week before: 3 mentions." in second
    assert "Still waiting" not in second


def test_any_week_can_be_printed(town: Town, typed: Typed):
    a_week(town)

    code, printed, _ = typed(town.env, "summary", "--week", "2049-W46")
    assert code == 0
    assert printed.startswith("The week of 15 to 21 November\n-----")
    assert "3 mentions · 50 % answered · median first reply 41 min (business hours)" in printed
    assert "  | Where is my <refund>, @acme? This is awful." in printed
    assert "Ben Okafor answered after 41 min:\n  | Sorry. It went out today." in printed
    assert "card <https://" in printed

    _, printed, _ = typed(town.env, "summary", "--week", "2049-w47")
    assert "Nobody mentioned us this week. The week before: 3 mentions." in printed
    assert typed(town.env, "summary")[0] == 0, "without a week it is the last one"
    for wrong in ("46", "2049-W54", "2049-W00", "last week"):
        code, _, told = typed(town.env, "summary", "--week", wrong)
        assert code == 2, wrong
        assert f'There is no week "{wrong}". Write it as year and week number' in told
    assert town.slack.messages("leadership") == [], "printing posts nothing"

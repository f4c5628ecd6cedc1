"""What Slack would never send, signed all the same: `tests/rigs/garbage.py` found each of these."""

from collections.abc import Callable

import pytest

from bot.sandbox.door import Answered, Delivery, HttpDoor
from bot.sandbox.records import Json
from bot.slack import ids
from bot.web import SLACK_PATH
from tests.journeys.steps import open_modal
from tests.rigs.garbage import Recorder
from tests.town import Town

Act = Callable[[Town], object]


def press_reply(town: Town) -> None:
    town.ben.click(town.card("billing"), ids.REPLY)


def submit_note(town: Town) -> None:
    modal = open_modal(town, town.ana, town.card("billing"), "Add a note…")
    town.ana.submit(modal, {"text": "She called, too."})


def repeat(town: Town, act: Act, change: Callable[[Json], object]) -> Answered:
    """Do it, and send the last thing that Slack said of it once more, changed."""
    assert town.process.web is not None
    url = f"http://127.0.0.1:{town.process.web.port}{SLACK_PATH}"
    recorder = Recorder(HttpDoor(url, town.slack.signing_secret))
    town.slack.connect(recorder)
    act(town)
    last = recorder.heard[-1]
    change(last.payload)
    return recorder.deliver(Delivery(last.kind, last.payload))


def choose_nothing(payload: Json) -> None:
    payload["actions"][0] |= {"action_id": ids.MORE, "selected_option": None}


def leave_no_fields(payload: Json) -> None:
    payload["view"]["blocks"] = []
    payload["view"]["state"]["values"] = {}


def leave_no_blocks(payload: Json) -> None:
    leave_no_fields(payload)
    del payload["view"]["blocks"]


@pytest.mark.parametrize(
    ("act", "change"),
    [
        (press_reply, choose_nothing),
        (submit_note, leave_no_fields),
        (submit_note, leave_no_blocks),
    ],
    ids=["nothing chosen", "a window without fields", "a window without blocks"],
)
def test_what_is_broken_is_answered(town: Town, act: Act, change: Callable[[Json], object]):
    town.post("Where is my refund, @acme?")
    answered = repeat(town, act, change)
    assert 200 <= answered.status < 500, answered

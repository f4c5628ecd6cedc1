"""What Slack would never send, signed all the same: what `tests/rigs/garbage.py` found."""

import logging
from collections.abc import Callable

import pytest

from bot.errors import Unreadable
from bot.sandbox.door import Answered, Delivery, HttpDoor
from bot.sandbox.records import Json
from bot.slack import ids
from bot.slack.amend_modals import carried_reply
from bot.slack.modals import carried
from bot.web import SLACK_PATH
from tests.bot.worker import on_sqlite
from tests.journeys.steps import open_modal, open_reply
from tests.rigs.garbage import Recorder
from tests.town import Town

Act = Callable[[Town], object]
LONG = "U" + "x" * 5000


def press_reply(town: Town) -> None:
    town.ben.click(town.card("billing"), ids.REPLY)


def submit_note(town: Town) -> None:
    modal = open_modal(town, town.ana, town.card("billing"), "Add a note…")
    town.ana.submit(modal, {"text": "She called, too."})


def type_reply(town: Town) -> None:
    modal = open_reply(town, town.ben)
    town.ben.type(modal, "text", "text", "Sorry for")


def react(town: Town) -> None:
    town.cat.react(town.card("billing"), "tada")


def open_home(town: Town) -> None:
    town.ana.open_home()


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


def click_made_up(payload: Json) -> None:
    payload["trigger_id"] = "block_actions"


def type_nul(payload: Json) -> None:
    payload["actions"][0]["value"] = "Sorry\0"


def write_nul(payload: Json) -> None:
    payload["view"]["id"] = "V1"
    payload["view"]["state"]["values"][ids.TEXT][ids.TEXT]["value"] = "She called\0 again."


def claim(
    person: str = "U0CAT0000", *, click: str = "1.2.3", name: str = "cat"
) -> Callable[[Json], object]:
    def change(payload: Json) -> None:
        payload["actions"][0]["action_id"] = ids.CLAIM
        payload["user"] |= {"id": person, "name": name}
        payload["trigger_id"] = click

    return change


def take(person: str = "U0CAT0000", *, event: str = "Ev1") -> Callable[[Json], object]:
    def change(payload: Json) -> None:
        payload["event"] |= {"reaction": "eyes", "user": person}
        payload["event_id"] = event

    return change


def happen(**changed: object) -> Callable[[Json], object]:
    return lambda payload: payload["event"].update(changed)


@pytest.mark.parametrize("read", [carried, carried_reply])
@pytest.mark.parametrize(
    "number", ["Infinity", "-Infinity", "NaN", "1e30", "-1", "1.5", "true", '"7"', "1" * 16]
)
def test_a_number_that_nobody_can_have_given_a_window_is_not_read(
    read: Callable[[str], object], number: str
):
    with pytest.raises(Unreadable):
        read(f'{{"m": {number}, "r": {number}, "seen": ""}}')


def carry_infinity(payload: Json) -> None:
    payload["view"]["private_metadata"] = '{"m": Infinity}'


@on_sqlite
@pytest.mark.parametrize(
    ("act", "change"),
    [
        pytest.param(press_reply, choose_nothing, id="nothing chosen"),
        pytest.param(submit_note, leave_no_fields, id="a window without fields"),
        pytest.param(submit_note, leave_no_blocks, id="a window without blocks"),
        pytest.param(submit_note, carry_infinity, id="no number"),
        pytest.param(type_reply, leave_no_blocks, id="typed in a window without blocks"),
        pytest.param(
            type_reply, lambda payload: payload.update(view=None), id="typed in no window"
        ),
        pytest.param(type_reply, type_nul, id="a NUL typed"),
        pytest.param(submit_note, write_nul, id="a NUL submitted"),
        pytest.param(press_reply, claim(LONG), id="a long person"),
        pytest.param(press_reply, claim("U0\0"), id="a person with a NUL"),
        pytest.param(press_reply, claim("U0NEW0000", name=LONG), id="a long name"),
        pytest.param(press_reply, claim(click=LONG), id="a long click"),
        pytest.param(press_reply, click_made_up, id="a click of another shape"),
        pytest.param(
            submit_note, lambda payload: payload["view"].update(id=LONG), id="a long window"
        ),
        pytest.param(react, take(LONG), id="a long person who reacts"),
        pytest.param(react, take(event=LONG), id="a long event"),
        pytest.param(open_home, happen(user=LONG), id="a long visitor"),
        pytest.param(open_home, happen(type="unheard_of", user=0), id="a number for a person"),
        pytest.param(
            open_home, happen(type="unheard_of", channel=1.5), id="a number for a channel"
        ),
        pytest.param(
            open_home,
            happen(type="unheard_of", user=None, message={"user": 1}),
            id="a number deep inside",
        ),
        pytest.param(
            open_home, lambda payload: payload.update(user=1), id="a number beside the event"
        ),
    ],
)
def test_what_is_broken_is_answered(
    town: Town, act: Act, change: Callable[[Json], object], caplog: pytest.LogCaptureFixture
):
    town.post("Where is my refund, @acme?")
    answered = repeat(town, act, change)
    assert 200 <= answered.status < 500, answered
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]


def test_what_was_typed_around_a_nul_is_kept(town: Town):
    town.post("Where is my refund, @acme?")
    assert repeat(town, type_reply, type_nul).status == 200
    field = next(one for one in open_reply(town, town.ben).blocks if one["block_id"] == ids.TEXT)
    assert field["element"]["initial_value"] == "Sorry"

"""Whatever a text holds, the pieces that messages are made of show it and let it do nothing."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings

from bot.models import Event, Person, Reply
from bot.slack.amend_modals import take_down_modal
from bot.slack.approval import held_words, send_back_modal
from bot.slack.blocks import clean, escape, link, name, notice, quote
from bot.slack.conversation import Above, Turn, draw_above, draw_turns
from bot.slack.lookups import draw_told
from bot.slack.threads import _LINES, draw_thread
from tests.journeys.test_hostile_text import BIDI, OURS, hostile

AT = datetime(2049, 11, 15, 9, tzinfo=UTC)


def leaves(shown: Any) -> list[dict[str, Any]]:
    """Everything in it that has words, with how Slack reads them."""
    if isinstance(shown, (list, tuple)):
        return [leaf for one in shown for leaf in leaves(one)]
    if not isinstance(shown, dict):
        return []
    own = [shown] if isinstance(shown.get("text"), str) else []
    return own + [leaf for one in shown.values() for leaf in leaves(one)]


def does_nothing(shown: Any) -> None:
    for leaf in leaves(shown):
        said = leaf["text"]
        assert not BIDI.search(said), f"turns around: {said!r}"
        if leaf.get("type") == "mrkdwn":
            assert leaf["verbatim"] is True
            assert not re.search("[<>]", OURS.sub("", said)), f"not escaped: {said!r}"


@settings(max_examples=40, deadline=None)
@given(text=hostile)
def test_nothing_that_is_shown_of_a_text_does_anything(text: str):
    assert clean(clean(text)) == clean(text)
    for said in (escape(text), notice(text)):
        assert not re.search("[<>]", said)
        assert not BIDI.search(said)
    assert "\n" not in name(text)
    assert link("https://a.example/" + text, text).count("|") <= 1 + escape(text).count("|")
    person = Person(id=1, name=text)
    reply = Reply(id=1, text=text, author=person)
    turn = Turn(who=f"@{text}", text=text, at=AT, url=f"https://x.example/{text}")
    does_nothing(quote(text))
    does_nothing(list(draw_turns([turn])))
    does_nothing(list(draw_above(Above(who=f"@{text}", text=text, url=""))))
    does_nothing(send_back_modal(reply))
    does_nothing(take_down_modal(reply, platform="X", can_change=True))
    does_nothing(draw_told(escape(text)).blocks)
    assert not re.search("[<>]", held_words(reply))


FACTS = set(re.findall(r"\{(\w+)\}", " ".join(_LINES.values()))) - {"who"}


@pytest.mark.parametrize("kind", _LINES)
@settings(max_examples=4, deadline=None)
@given(text=hostile)
def test_a_line_of_history_does_nothing_whatever_stands_in_it(kind: str, text: str):
    event = Event(id=1, kind=kind, at=AT, detail=dict.fromkeys(FACTS, text))
    event.actor = Person(id=1, name=text)
    drawn = draw_thread([event], first=True)
    does_nothing(drawn.blocks)
    assert not re.search("[<>]", drawn.text)

"""Whatever a text holds, the pieces that messages are made of show it and let it do nothing."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings

from bot.models import Event, Person, Reply
from bot.slack.amend_modals import take_down_modal
from bot.slack.approval import held_words, send_back_modal
from bot.slack.blocks import clean, escape, host, link, name, notice, quote
from bot.slack.conversation import Above, Turn, draw_above, draw_turns
from bot.slack.lookups import draw_told
from bot.slack.threads import _LINES, draw_thread
from tests.journeys.test_hostile_text import FLAGS, LINKS, OURS, hidden, hostile, misleads

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
        assert not hidden(said), f"not seen: {said!r}"
        if leaf.get("type") == "mrkdwn":
            assert leaf["verbatim"] is True
            assert not re.search("[<>]", OURS.sub("", said)), f"not escaped: {said!r}"


@settings(max_examples=40, deadline=None)
@given(text=hostile)
def test_nothing_that_is_shown_of_a_text_does_anything(text: str):
    assert clean(clean(text)) == clean(text)
    for said in (escape(text), notice(text)):
        assert not re.search("[<>]", said)
        assert not hidden(said)
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


@pytest.mark.parametrize(
    "text",
    [
        *FLAGS, "👩‍👩‍👧", "🏳️‍🌈", "🏴‍☠️", "1️⃣", "©️", "❤️",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0647\u200d",
        "\u0915\u094d\u200d\u0937", "\u845b\U000e0100\u57ce", "\u182d\u180b", "e\u0301",
        "\u1112\u119e\u11ab",
    ],
    ids=ascii,
)  # fmt: skip
def test_what_emoji_and_scripts_are_made_with_stays(text: str):
    assert clean(f"so {text} {text}") == f"so {text} {text}"


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("ac\u200cme", "acme"), ("acme\ufe0f\u200d", "acme"), ("\u200d\ufe0f", ""), ("\u3164", ""),
        ("ac\u200b\u200dme", "acme"), ("ac\u00adme", "acme"), ("acme\U000e0061\U000e007f", "acme"),
        ("\U0001f3f4\U000e0075\U000e0073\U000e007f", "\U0001f3f4"),
    ],
    ids=ascii,
)  # fmt: skip
def test_what_is_not_seen_makes_no_other_name(text: str, seen: str):
    assert clean(text) == seen


def test_a_link_is_called_by_where_it_leads():
    named = [host(url) for url in LINKS]
    assert named == [
        "evil.example", "evil.example", "bank.example.evil.example", "xn--bnk-6cd.example", "",
        "bank.example.evil.example", "", "",
    ]  # fmt: skip
    assert not [url for url, there in zip(LINKS, named, strict=True) if misleads(clean(url), there)]


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

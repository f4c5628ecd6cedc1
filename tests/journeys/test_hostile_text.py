"""Whatever the public writes and calls itself is shown as it stands, and does nothing in Slack."""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import regex
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.sandbox.blockkit import nodes
from bot.sandbox.people import Person
from bot.store import Store
from tests.journeys.steps import open_modal, option_named, pick, reply
from tests.town import Town, menu, words

MARK = "zqxj"
"""In everything that the public writes here, so that it is recognised wherever it turns up."""
LINKS = (
    "https://bank.example@evil.example/", "https://evil.example\\@bank.example/",
    "https://bank.example.evil.example/", "https://b\u0430nk.example/", "https://[bank.example",
    "https://bank.example\u3164.evil.example/", "https://bank.example (evil.example)/", "https://",
)  # fmt: skip
FLAGS = [
    f"\U0001f3f4{''.join(chr(0xE0000 + ord(one)) for one in word)}\U000e007f"
    for word in ("gbeng", "gbsct", "gbwls")
]
"""England's, Scotland's and Wales's; no other is made of invisible letters."""
NASTY = (
    "<!channel>", "<!here|x>", "<@U1>", "<#C1|y>", "<http://evil.example|bank>", "<mailto:a@b.c>",
    "```", "`", "*bold*", "_", "~", ">", "&lt;!channel&gt;", "&", "{who}", "%s", "\\", "|", "'",
    '"',
    "\u202e", "\u202d", "\u2066", "\u2069", "\u200f", "\u061c", "\u200b", "\u2060", "\ufeff",
    "\u00ad", "\u034f", "\u3164", "\u115f", "\u1160", "\u180e", "\uffa0", "\U000e0001",
    "\U000e0061", *FLAGS, "\U0001f3f4\U000e0075\U000e007f", "ac\u200cme", "acme\ufe0f",
    "\u200d", "\u0301", "\n", "\r\n", "\t", "\x00", "\x1b[31m", "\x7f", "😡", "👩‍👩‍👧", "🏳️‍🌈",
    "עברית", "العربية", "返金", "ﷺ", ":wave:", "https://evil.example/a?b=c&d=<e>",
)  # fmt: skip
UNSEEN = regex.compile(
    r"[\p{Default_Ignorable_Code_Point}--[\u200c\u200d\p{Variation_Selector}]]", regex.VERSION1
)
"""All that takes no room or turns words around, but what emoji and scripts are made with."""
OURS = re.compile(r"<!date\^\d+\^[^<>|]*\|[^<>|]*>|<https?://[^<>|\s]+\|[^<>|]*>")
"""What stands in <> on purpose: times, and our links to posts."""

hostile = st.lists(
    st.one_of(
        st.sampled_from(NASTY),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    ),
    max_size=12,
).map(" ".join)


@settings(
    max_examples=2,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(text=hostile, author=hostile)
@example(text=" ".join(NASTY), author="".join(NASTY))
@example(text="<!channel> " * 1500, author="\u202egnp.reganam " * 20)
def test_public_words_are_shown_and_do_nothing(town: Town, text: str, author: str):
    handle = f"h{len(town.square.people())}{re.sub(r'[^a-z]', '', author.lower())[:10]}"
    town.square.person(handle, name=f"{MARK}{author}")
    town.slack.api.calls.clear()
    town.post(f"Acme {MARK} {text} refund", by=handle)

    see_everything(town, town.ben, handle)

    failed = {(one.method, one.error) for one in town.slack.requests if one.error}
    assert not failed, failed
    shown = list(everything_shown(town))
    assert any(MARK in str(one) for one in shown)
    for one in shown:
        check(one)


def see_everything(town: Town, person: Person, handle: str) -> None:
    """Open whatever shows the newest mention of #billing, as its card is pressed all over."""
    card = town.card("billing")
    number = menu(card)["Add a note…"].rpartition(":")[2]
    town.database.write(give_links, int(number))
    acts = [person.open_home(), person.click(card, "claim")]
    for label in menu(card):
        if not label.startswith("Open on"):
            acts += [pick(person, card, label), person.close(town.modal(person))]
    town.deliver()
    for typed in (number, "open", f"search {MARK}", f"from {handle}", "mine"):
        acts.append(person.command("/mentions", typed, "general"))
    acts += [person.click(card, "send_to")]
    modal = town.modal(person)
    sales = option_named(modal, "department", "Sales")
    acts += [person.submit(modal, {"department": sales, "reason": f"see {MARK} <!here>"})]
    town.deliver()
    reply(town, person, f"Dear {MARK}, sorry <!channel>", "sales")
    acts += [person.click(town.card("sales"), "claim", stale=True)]
    acts += [person.open_home()]
    town.deliver()
    assert all(one.ok for one in acts), [one for one in acts if not one.ok]


def everything_shown(town: Town) -> Iterator[dict[str, Any]]:
    """Each message, modal and home that the bot sent, also what one person alone was shown."""
    for call in town.slack.requests:
        if call.method.startswith(("chat.", "views.")):
            yield call.arguments
    for name in ("ana", "ben", "cat"):
        for message in town.slack.ephemerals(name):
            yield {"text": message.text, "blocks": list(message.blocks)}


def give_links(store: Store, number: int) -> None:
    """Let a post have come with these."""
    mention = store.mention(number)
    assert mention is not None
    mention.media = [{"kind": "link", "url": url, "alt": ""} for url in LINKS]


def hidden(said: str) -> list[str]:
    """What stands in it without being seen."""
    for ours in (*FLAGS, "^\u200b{date"):
        said = said.replace(ours, "")
    return UNSEEN.findall(said)


def misleads(url: str, label: str) -> bool:
    """Whether a label looks like another address than a browser would go to."""
    found = re.match(r"https?:[\\/]+([^\\/?#]*)", url)
    there = found[1].rpartition("@")[2] if found else ""
    with suppress(UnicodeError):
        there = there.encode("idna").decode()
    return any(one != there for one in re.findall(r"\S+\.\S+", label))


def check(shown: dict[str, Any]) -> None:
    """No public word where Slack parses, and none that turns the words beside it around."""
    notice = shown.get("text", "")
    assert not re.search("[<>]", notice), f"not escaped: {notice}"
    for node in nodes(shown):
        for value in node.values():
            assert not (isinstance(value, str) and hidden(value)), f"not seen: {value!r}"
        if node.get("type") == "link":
            assert not misleads(node["url"], node["text"]), f"leads elsewhere: {node}"
        if node.get("type") == "mrkdwn":
            said = node["text"]
            assert MARK not in said, f"parsed by Slack: {said}"
            assert not re.search("[<>]", OURS.sub("", said)), f"not escaped: {said}"


def test_a_post_with_no_words_at_all_can_still_be_answered(town: Town):
    town.post("Where is my refund, @acme?")
    reply(town, town.ben, "It went out today.")
    (ours,) = town.square.replies_by_brand("square")
    for text, shown in (("", "(no words)"), ("\u200b\u202e", "(no words)"), ("😡🔥❓", "😡🔥❓")):
        town.post(text, by="tobi_w", reply_to=ours.id)
        assert shown in words(town.card("support"))
        open_modal(town, town.ben, town.card("support"), "Add a note…")
        reply(town, town.ben, f"We are sorry, {shown}.", "support")
        assert f"We are sorry, {shown}." in words(town.card("support"))

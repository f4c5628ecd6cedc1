"""Feeds as they are: asked for politely, half broken, without dates, and one at a time."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape
from typing import Any

import pytest

from platforms._feed_entries import entries, is_alert
from platforms.base import FoundMention, Media, Query, TemporaryError
from platforms.feeds import Feeds, FeedSettings
from tests.platforms.conftest import QUERY, now
from tests.platforms.faults import of_feeds
from tests.platforms.faults.row import Fault
from tests.platforms.scripted import Answer, Scripted, ok, refused

Open = Callable[..., Feeds]
EMPTY = ok("<rss version='2.0'><channel><title>Quiet</title></channel></rss>")


def an_item(title: str, *, at: datetime | None = None, **more: str) -> str:
    date = f"<pubDate>{format_datetime(at or now())}</pubDate>"
    parts = {"link": f"https://blog.example/{title.replace(' ', '-')}"} | more
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in parts.items() if value)
    return f"<item><title>{escape(title)}</title>{date}{inner}</item>"


def undated(title: str) -> str:
    return f"<item><title>{title}</title></item>"


def rss(*items: str, **headers: str) -> Answer:
    head = (
        "<title>The Daily Crate</title><link>https://blog.example/</link><language>en-GB</language>"
    )
    body = f"<rss version='2.0'><channel>{head}{''.join(items)}</channel></rss>"
    return ok(body, content_type="application/rss+xml", **headers)


@pytest.fixture
def feeds(scripted: Scripted) -> Iterator[Open]:
    with ExitStack() as open_ones:

        def open_one(*paths: str, **options: Any) -> Feeds:
            urls = ",".join(f"{scripted.url}{path}" for path in paths)
            settings = FeedSettings.model_validate({"FEED_URLS": urls})
            options = {"every": timedelta(), "timeout": (5.0, 1.0), **options}
            return open_ones.enter_context(closing(Feeds(settings, **options)))

        yield open_one


def test_a_feeds_server_is_told_who_asks_and_what_for(feeds: Open, scripted: Scripted):
    scripted.on("/feed", EMPTY)
    feeds("/feed").fetch(QUERY, cursor=None)
    (heard,) = scripted.heard
    assert heard["user-agent"] == "Switchboard (reads this feed for mentions of a brand)"


def titles(mentions: tuple[FoundMention, ...]) -> list[str]:
    return [mention.text.split("\n")[0] for mention in mentions]


def test_entry_is_whole(feeds: Open, scripted: Scripted) -> None:
    item = an_item(
        "Acme & the crates",
        description='<p>They were <b>late</b>. <img src="x" alt="A crate"></p><p>Again.</p>',
        author="ann@blog.example (Ann Crate)",
        guid="17",
    )
    picture = "<enclosure url='https://blog.example/1.png' type='image/png' length='1'/></item>"
    scripted.on("/feed", rss(item.replace("</item>", picture)))
    (mention,) = feeds("/feed").fetch(QUERY, cursor=None).mentions
    assert mention.text == "Acme & the crates\n\nThey were late. A crate\n\nAgain."
    assert mention.url == "https://blog.example/Acme-&-the-crates"
    assert mention.author.handle == "blog.example"
    assert "Ann Crate" in mention.author.name
    assert mention.media == (Media(kind="image", url="https://blog.example/1.png"),)
    assert mention.language == "en"
    assert not mention.can_reply


def test_atom_is_read_as_well(feeds: Open, scripted: Scripted) -> None:
    scripted.on(
        "/feed",
        ok(
            "<feed xmlns='http://www.w3.org/2005/Atom'><title>t</title><entry>"
            "<title>Acme</title><id>urn:uuid:1</id><link href='/1'/>"
            f"<updated>{now().isoformat()}</updated><content type='html'>&lt;i&gt;Hm&lt;/i&gt;"
            "</content></entry></feed>"
        ),
    )
    (mention,) = feeds("/feed").fetch(QUERY, cursor=None).mentions
    assert (mention.text, mention.url) == ("Acme\n\nHm", f"{scripted.url}/1")


def test_only_what_says_a_term_and_is_not_ours_is_told(feeds: Open, scripted: Scripted) -> None:
    ours = an_item("Acme news", link="https://www.acme.example/news")
    scripted.on("/feed", rss(an_item("About Acme"), an_item("About acmestro"), ours))
    query = Query(terms=("acme",), own_accounts=frozenset({"acme.example"}))
    assert titles(feeds("/feed").fetch(query, cursor=None).mentions) == ["About Acme"]


def test_alerts_are_about_the_term_and_lead_to_the_page_itself() -> None:
    url = "https://www.google.com/alerts/feeds/123/456"
    entry = (
        "<entry><id>tag:google.com,2013:googlealerts/feed:{}</id>"
        "<title type='html'>Crates by &lt;b&gt;Acme&lt;/b&gt;</title>"
        "<link href='https://www.google.com/url?rct=j&amp;sa=t&amp;url="
        "https://news.example/a%3Fb%3D1&amp;ct=ga'/></entry>"
    )
    data = f"<feed xmlns='http://www.w3.org/2005/Atom'>{entry.format(1)}{entry.format(2)}</feed>"
    first, second = (
        each.mention
        for each in entries(data.encode(), url, content_type="application/atom+xml", now=now())
    )
    assert is_alert(url)
    assert not is_alert("https://blog.example/alerts/feeds/1")
    assert (first.text, first.url) == ("Crates by Acme", "https://news.example/a?b=1")
    assert first.author.handle == "news.example"
    assert first.external_id == second.external_id, "one page, found twice, is one mention"


def test_first_round_reads_the_recent_past_only(feeds: Open, scripted: Scripted) -> None:
    long_ago = an_item("acme long ago", at=now() - timedelta(days=3))
    scripted.on("/feed", rss(an_item("acme lately"), long_ago, undated("acme whenever")))
    page = feeds("/feed").fetch(QUERY, cursor=None)
    assert titles(page.mentions) == ["acme lately"]
    scripted.on("/feed", rss(undated("acme new"), undated("acme whenever"), long_ago))
    page = feeds("/feed").fetch(QUERY, cursor=page.cursor)
    assert titles(page.mentions) == ["acme new"]
    again = feeds("/feed").fetch(QUERY, cursor=page.cursor).mentions
    assert again[0].external_id == page.mentions[0].external_id, "ids must be stable"


def test_undated_entries_of_a_feed_that_failed_first_are_old_as_well(
    feeds: Open, scripted: Scripted
) -> None:
    scripted.on("/other", EMPTY)
    scripted.on("/feed", refused(503, ""), rss(undated("acme whenever")))
    platform = feeds("/feed", "/other")
    page = platform.fetch(QUERY, cursor=None)
    assert platform.fetch(QUERY, cursor=page.cursor).mentions == ()


def test_nonsense_dates_are_no_dates(feeds: Open, scripted: Scripted) -> None:
    platform = feeds("/feed")
    scripted.on("/feed", EMPTY)
    cursor = platform.fetch(QUERY, cursor=None).cursor
    epoch, future = datetime.fromtimestamp(0, tz=now().tzinfo), now() + timedelta(days=400)
    scripted.on("/feed", rss(an_item("acme one", at=epoch), an_item("acme two", at=future)))
    mentions = platform.fetch(QUERY, cursor=cursor).mentions
    assert len(mentions) == 2
    assert all(abs(each.published_at - now()) < timedelta(minutes=1) for each in mentions)


def test_ids_are_unique_over_feeds_and_one_page_is_told_once(
    feeds: Open, scripted: Scripted
) -> None:
    scripted.on("/a", rss(an_item("acme", guid="1", link="https://a.example/1")))
    scripted.on("/b", rss(an_item("acme", guid="1", link="https://b.example/1")))
    page = feeds("/a", "/b").fetch(QUERY, cursor=None)
    assert len({each.external_id for each in page.mentions}) == 2
    assert {each.url for each in page.mentions} == {"https://a.example/1", "https://b.example/1"}
    shared = an_item("acme", guid="https://c.example/1")
    scripted.on("/a", rss(shared, shared))
    scripted.on("/b", rss(shared))
    assert len(feeds("/a", "/b").fetch(QUERY, cursor=None).mentions) == 1


def test_changed_text_comes_again_under_the_same_id(feeds: Open, scripted: Scripted) -> None:
    platform = feeds("/feed")
    scripted.on("/feed", rss(an_item("acme frist", guid="g:1")))
    page = platform.fetch(QUERY, cursor=None)
    scripted.on("/feed", rss(an_item("acme first", guid="g:1")))
    (after,) = platform.fetch(QUERY, cursor=page.cursor).mentions
    assert after.external_id == page.mentions[0].external_id
    assert after.text == "acme first"


def test_unchanged_feed_is_not_sent_again(feeds: Open, scripted: Scripted) -> None:
    scripted.on("/feed", rss(an_item("acme"), etag='"v1"', last_modified="x, y"), refused(304, ""))
    platform = feeds("/feed")
    page = platform.fetch(QUERY, cursor=None)
    assert "if-none-match" not in scripted.heard[-1]
    page = platform.fetch(QUERY, cursor=page.cursor)
    assert scripted.heard[-1]["if-none-match"] == '"v1"'
    assert scripted.heard[-1]["if-modified-since"] == "x, y"
    assert page.mentions == ()
    platform.fetch(QUERY, cursor=page.cursor)
    assert scripted.heard[-1]["if-none-match"] == '"v1"', "it is asked so again and again"


def test_feeds_are_asked_at_their_own_pace(feeds: Open, scripted: Scripted) -> None:
    scripted.on("/feed", rss(an_item("acme")))
    platform = feeds("/feed", every=timedelta(minutes=10))
    page = platform.fetch(QUERY, cursor=None)
    assert platform.fetch(QUERY, cursor=page.cursor).mentions == ()
    assert len(scripted.asked_for("/feed")) == 1
    later = {name: each | {"due": 0} for name, each in json.loads(page.cursor).items()}
    platform.fetch(QUERY, cursor=json.dumps(later))
    assert len(scripted.asked_for("/feed")) == 2


@pytest.mark.parametrize("row", of_feeds.FAULTS, ids=str)
def test_broken_feed_hides_no_other_and_is_named_in_the_log(
    row: Fault,
    feeds: Open,
    scripted: Scripted,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, logger="platforms")
    scripted.on("/feed", *row.answers)
    scripted.on("/other", rss(an_item("acme")))
    platform = feeds("/feed", "/other")
    page = platform.fetch(QUERY, cursor=None)
    assert titles(page.mentions) == ["acme"]
    assert page.gap is None
    page = platform.fetch(QUERY, cursor=page.cursor)
    (said,) = (record.getMessage() for record in caplog.records)
    problem = row.says.removeprefix("No feed can be read. 127.0.0.1: ")
    assert said == f"the feed of 127.0.0.1 cannot be read: {problem}"
    scripted.on("/feed", EMPTY)
    failed = {name: each | {"due": 0} for name, each in json.loads(page.cursor).items()}
    platform.fetch(QUERY, cursor=json.dumps(failed))
    assert "can be read again" in caplog.text


def test_feed_that_stays_broken_is_told_once_as_a_gap(feeds: Open, scripted: Scripted) -> None:
    scripted.on("/feed", refused(404, ""))
    scripted.on("/other", EMPTY)
    platform = feeds("/feed", "/other")
    kept = json.loads(platform.fetch(QUERY, cursor=None).cursor)
    for each in kept.values():
        each["failing_since"] -= 86_400 if each["problem"] else 0
    page = platform.fetch(QUERY, cursor=json.dumps(kept))
    assert page.gap is not None
    assert page.gap.startswith("The feed of 127.0.0.1 has not been readable since")
    assert "HTTP 404" in page.gap
    assert platform.fetch(QUERY, cursor=page.cursor).gap is None


def test_failing_feed_is_asked_less_often(feeds: Open, scripted: Scripted) -> None:
    scripted.on("/feed", refused(503, "", retry_after="7200"), refused(503, ""))
    scripted.on("/other", EMPTY)
    platform = feeds("/feed", "/other", every=timedelta(minutes=10))
    cursor = platform.fetch(QUERY, cursor=None).cursor
    waits = []
    for _ in range(4):
        (failing,) = (each for each in json.loads(cursor).values() if each["problem"])
        waits.append(round((failing["due"] - now().timestamp()) / 60))
        due = {name: each | {"due": 0} for name, each in json.loads(cursor).items()}
        cursor = platform.fetch(QUERY, cursor=json.dumps(due)).cursor
    assert waits == [120, 20, 40, 80]


def test_round_fails_when_no_feed_can_be_read(feeds: Open, scripted: Scripted) -> None:
    scripted.on("/a", refused(404, ""))
    scripted.on("/b", ok("<html>"))
    with pytest.raises(TemporaryError, match="No feed can be read") as raised:
        feeds("/a", "/b", every=timedelta(minutes=10)).fetch(QUERY, cursor=None)
    assert raised.value.retry_after == pytest.approx(600, abs=5)


def test_feed_is_read_as_far_as_it_can_be(feeds: Open, scripted: Scripted) -> None:
    whole = an_item("acme one")
    cut = f"<rss version='2.0'><channel>{whole}{whole.replace('one', 'two')}<item><title>bro"
    scripted.on("/feed", ok(cut))
    assert "acme one" in titles(feeds("/feed").fetch(QUERY, cursor=None).mentions)


def test_entities_neither_explode_nor_read_our_files(feeds: Open, scripted: Scripted) -> None:
    bomb = "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 20}'>" for n in range(1, 9))
    types = f"<!DOCTYPE r [<!ENTITY e0 'aaaaaaaa'>{bomb}<!ENTITY f SYSTEM 'file:///etc/passwd'>]>"
    item = "<item><title>acme &e8; &f;</title></item>"
    scripted.on("/feed", EMPTY)
    platform = feeds("/feed")
    cursor = platform.fetch(QUERY, cursor=None).cursor
    scripted.on("/feed", ok(f"{types}<rss version='2.0'><channel>{item}</channel></rss>"))
    (mention,) = platform.fetch(QUERY, cursor=cursor).mentions
    assert len(mention.text) < 100
    assert "root:" not in mention.text


def test_redirects_are_followed(feeds: Open, scripted: Scripted) -> None:
    scripted.on("/feed", refused(301, "", location="/moved"))
    scripted.on("/moved", rss(an_item("acme")))
    assert len(feeds("/feed").fetch(QUERY, cursor=None).mentions) == 1


def test_feed_that_was_taken_out_is_forgotten_and_a_new_one_starts_afresh(
    feeds: Open, scripted: Scripted
) -> None:
    scripted.on("/a", EMPTY)
    scripted.on("/b", rss(an_item("acme old", at=now() - timedelta(days=9)), an_item("acme new")))
    cursor = feeds("/a").fetch(QUERY, cursor=None).cursor
    page = feeds("/b").fetch(QUERY, cursor=cursor)
    assert titles(page.mentions) == ["acme new"]
    assert len(json.loads(page.cursor)) == 1


@pytest.mark.parametrize(
    "value", ["blog.example/feed", "https://a.example/, ftp://b.example/", ","]
)
def test_addresses_are_checked(value: str) -> None:
    with pytest.raises(ValueError, match="Write each address whole"):
        FeedSettings.model_validate({"FEED_URLS": value})


def test_addresses_may_hold_commas_and_are_not_shown() -> None:
    value = "https://a.example/feed?x=1,2 , https://b.example/secret/\nhttps://b.example/secret/"
    settings = FeedSettings.model_validate({"FEED_URLS": value})
    assert settings.urls == ("https://a.example/feed?x=1,2", "https://b.example/secret/")
    assert "secret" not in repr(settings)

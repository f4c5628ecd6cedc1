"""X, read and answered through tweepy (API v2, OAuth 1.0a user context), and paid for."""

import logging
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import requests

from platforms._http import TIMEOUT, json_of, no_answer, no_use
from platforms._x_line import XSettings, client_for
from platforms._x_posts import (
    Answer,
    Json,
    author_id,
    id_at,
    language,
    parent_of,
    people_mentioned,
    people_of,
    published_at,
    references,
    text_of,
    versions,
)
from platforms._x_prices import AUTHOR, OWNED, POST, TAKEN_DOWN, authors, billed, price_of
from platforms._x_reading import MENTIONS, OVERLAP, OWN, Cursor, Span, gap_of_mentions, searches
from platforms._x_refusals import NOT_SUMMONED, SaidBeforeError
from platforms.base import (
    Author,
    Charge,
    FoundMention,
    GoneError,
    Length,
    Page,
    PausedError,
    Platform,
    PublishedReply,
    Query,
    SourceState,
    Target,
    UncertainError,
)

PAGES = 10
"""Pages read of one source in one round; the rest waits for the next round."""
_POST_FIELDS = (
    "author_id,created_at,conversation_id,in_reply_to_user_id,referenced_tweets,attachments,"
    "entities,lang,edit_history_tweet_ids,note_tweet"
)
_MOST, _LEAST = 100, 10
"""Posts that a page may be asked to hold; X bills each that it shows."""
_SPENT = "Today's budget for reading X is spent, so nothing is looked up."
# Not author_id: X bills an author ten times a mention, and most are known (see `_people`).
_READ = {
    "tweet_fields": _POST_FIELDS,
    "expansions": "attachments.media_keys,referenced_tweets.id",
    "media_fields": "type,url,preview_image_url,alt_text",
}
log = logging.getLogger(__name__)
_WRITES = {"create_tweet", "delete_tweet"}
_USER_FIELDS = "username,name,public_metrics"
_CASHTAG = re.compile(r"(?<![\w$])\$[A-Za-z]{1,6}(?:[._][A-Za-z]{1,2})?(?!\w)")


class X(Platform):
    name = "x"
    label = "X"
    Settings = XSettings
    at_once = 100
    looks_cost = True
    least_bill = _LEAST * POST
    hosts = ("x.com", "twitter.com")
    counting = "A link counts 23; an emoji or a Chinese, Japanese or Korean character 2."
    # Replies to others cannot be edited: https://docs.x.com/x-api/fundamentals/edit-posts
    can_delete = True

    def __init__(
        self, settings: XSettings, *, timeout: tuple[float, float] = TIMEOUT, pages: int = PAGES
    ) -> None:
        """`timeout`: seconds to connect and between two pieces of an answer."""
        self._limit = settings.length_limit
        self._pages = pages
        self._client = client_for(settings, timeout)
        self._me = settings.access_token.get_secret_value().split("-")[0]

    def fetch(self, query: Query, *, cursor: str | None) -> Page:
        now = datetime.now(UTC)
        start = Cursor.load(cursor) if cursor else Cursor.first(now)
        read: list[Answer] = []
        newest, holes, gaps = start.newest, [], start.gaps(now)
        for span in start.spans([MENTIONS, *searches(query, self._my_id())], now):
            answers, rest = self._sweep(span, self._pages if cursor else 1)
            newest = max([newest, *_ids(answers)])
            read += answers
            holes += [rest] if rest and cursor else []
            gaps += gap_of_mentions(span, _ids(answers), rest)
        return Page(
            mentions=tuple(sorted(self._mentions(read, query), key=_address)),
            cursor=Cursor(newest, now.timestamp(), tuple(holes)).dump(),
            gap=" ".join(gaps) or None,
        )

    def reply(self, to: Target, text: str, *, key: str) -> PublishedReply:
        bill = [replace(price_of(text), id=key)]
        try:
            published = self._publish(to, text)
        except UncertainError:
            self.ledger.note(bill)
            raise
        except SaidBeforeError:
            # It may be this very reply that X has, sent before with no answer.
            lately = datetime.now(UTC) - timedelta(days=1)
            found = self.find_reply(to, text, key=key, since=lately)
            if found is None:
                raise
            return found
        self.ledger.note(bill)
        return published

    def find_reply(
        self, to: Target, text: str, *, key: str, since: datetime
    ) -> PublishedReply | None:
        start = max(int(to.address), id_at(since - OVERLAP))
        answers, _ = self._sweep(Span(OWN, start), self._pages)
        for post in (post for answer in answers for post in answer.posts):
            parent = references(post).get("replied_to")
            if parent in {to.address, to.external_id} and _bare(text_of(post)) == _bare(text):
                return _published(post["id"])
        return None

    def delete(self, published: PublishedReply) -> None:
        """What is gone already is 404: https://docs.x.com/x-api/fundamentals/response-codes-and-errors."""
        try:
            response = self._call("delete_tweet", published.external_id)
        except GoneError:
            return
        if not (json_of(self.label, response, write=True).get("data") or {}).get("deleted"):
            raise no_use(self.label, write=True)
        self.ledger.note([replace(TAKEN_DOWN, id=published.external_id)])

    def refresh(self, ids: Sequence[str]) -> Iterable[SourceState]:
        asked = [each for each in ids if each.isdigit()]
        for start in range(0, len(asked), self.at_once):
            yield from self._states(asked[start : start + self.at_once])

    @classmethod
    def price(cls, text: str) -> Charge:
        return price_of(text)

    def composer(self, to: Target, text: str) -> str:
        return f"https://x.com/intent/post?{urlencode({'in_reply_to': to.address, 'text': text})}"

    def measure(self, text: str, to: Target | None = None) -> Length:
        from twitter_text import parse_tweet  # noqa: PLC0415 - slow to load

        # The library takes these signs for emoji; X does so only before a variation selector.
        too_many = len(re.findall("[©®](?!\ufe0f)", text))
        return Length(used=parse_tweet(text).weightedLength - too_many, limit=self._limit)

    def objections(self, to: Target, text: str) -> Sequence[str]:
        if len(set(_CASHTAG.findall(text))) > 1:
            return ["X takes one $cashtag in a post; leave out the others."]
        return ()

    def close(self) -> None:
        self._client.session.close()

    def _my_id(self) -> str:
        if not self._me.isdigit():  # a gateway's token need not begin with the account's number
            answer = json_of(self.label, self._call("get_me"), write=False)
            try:
                self._me = str(int(answer["data"]["id"]))
            except (KeyError, TypeError, ValueError) as error:
                raise no_use(self.label, write=False) from error
            self.ledger.note(authors([self._me]))
        return self._me

    def _publish(self, to: Target, text: str) -> PublishedReply:
        response = self._call("create_tweet", text=text, in_reply_to_tweet_id=to.address)
        try:
            return _published(json_of(self.label, response, write=True)["data"]["id"])
        except (KeyError, TypeError) as error:
            raise no_use(self.label, write=True) from error

    def _call(self, method: str, *args: Any, **kwargs: Any) -> requests.Response:
        call = getattr(self._client, method)
        try:
            response: requests.Response = call(*args, user_auth=True, **kwargs)
        except requests.RequestException as error:
            raise no_answer(self.label, error, write=method in _WRITES) from error
        return response

    def _sweep(self, span: Span, pages: int) -> tuple[list[Answer], Span | None]:
        """Read `span` from its newest end; return what is left of it when paging stopped early.

        A page may be short or even empty and yet have a successor, so only a missing token ends.
        What comes along with its posts (what they answer, pictures) is known and noted afterwards.
        """
        answers: list[Answer] = []
        token = None
        price = OWNED if span.source in {MENTIONS, OWN} else POST
        for _ in range(pages):
            # Whether a reply of ours is out must be known whatever it costs.
            size = _MOST if span.source == OWN else self._affordable(_MOST, price, least=_LEAST)
            if not size:
                break
            response = self._page(span, token, size)
            answers.append(self._read(response, post=price))
            token = answers[-1].next_token
            if not token:
                return answers, None
            if response.headers.get("x-rate-limit-remaining") == "0":
                break
        return answers, replace(span, until=min(_ids(answers), default=span.until))

    def _affordable(self, most: int, price: int, *, least: int = 1) -> int:
        """So many things at a price today's budget allows: `most`, or half of it, and so on; 0
        when not even `least`.
        """  # noqa: D205 (one sentence that is long)
        while most and not self.ledger.allows(price * most):
            most = max(most // 2, least) if most > least else 0
        return most

    def _page(self, span: Span, token: str | None, size: int) -> requests.Response:
        ask = {**_READ, "max_results": size, "since_id": span.since, "until_id": span.until}
        if span.source == MENTIONS:
            return self._call("get_users_mentions", self._my_id(), pagination_token=token, **ask)
        if span.source == OWN:
            return self._call("get_users_tweets", self._my_id(), pagination_token=token, **ask)
        return self._call("search_recent_tweets", span.source, next_token=token, **ask)

    def _read(self, response: requests.Response, *, post: int = POST) -> Answer:
        raw = json_of(self.label, response, write=False)
        try:
            answer = Answer.of(raw)
        except ValueError as error:
            raise no_use(self.label, write=False) from error
        if not raw.keys() & {"data", "meta"}:
            raise no_use(self.label, write=False)  # errors alone say nothing about posts
        self.ledger.note(billed(answer, post=post))
        return answer

    def _mentions(self, read: list[Answer], query: Query) -> Iterable[FoundMention]:
        """What others said; the latest version of an edited post wins."""
        people = self._people(read)
        found: dict[str, FoundMention] = {}
        for answer in read:
            for post in answer.posts:
                if mention := self._mention(post, answer, people, query.own_accounts):
                    known = found.get(mention.external_id, mention)
                    found[mention.external_id] = max(known, mention, key=_address)
        return found.values()

    def _people(self, read: list[Answer]) -> dict[str, Author]:
        """Who wrote these posts, by id: those we know, and the others looked up in one go."""
        told = {each: author for answer in read for each, author in answer.authors.items()}
        wanted = {author_id(post) for answer in read for post in answer.posts if _own_words(post)}
        wanted -= {self._my_id(), "", *told}
        known = self.ledger.known(wanted) if wanted else {}
        new = told | self._look_up_if_allowed(sorted(wanted - set(known)))
        if new:
            self.ledger.remember(list(new.values()))
        return known | new

    def _look_up_if_allowed(self, ids: list[str]) -> dict[str, Author]:
        """Those of these accounts for whom there is leave: our budget's, and X's."""
        found: dict[str, Author] = {}
        try:
            while ids:
                some = ids[: self._affordable(min(len(ids), _MOST), AUTHOR)]
                found |= self._look_up(some)
                ids = ids[len(some) :]
        except PausedError as error:
            # What was said must reach somebody even while nobody may ask who said it.
            log.warning("X does not tell who wrote; their numbers stand in for it: %s", error)
        return found

    def _look_up(self, ids: list[str]) -> dict[str, Author]:
        """Those of these accounts, at most 100, that X shows; it leaves out who is suspended."""
        if not ids:
            raise PausedError(_SPENT)
        response = self._call("get_users", ids=ids, user_fields=_USER_FIELDS)
        try:
            people = people_of(json_of(self.label, response, write=False))
        except ValueError as error:
            raise no_use(self.label, write=False) from error
        self.ledger.note(authors(people))
        return people

    def _mention(
        self, post: Json, answer: Answer, people: dict[str, Author], own: frozenset[str]
    ) -> FoundMention | None:
        known = people.get(author_id(post))
        author = known or Author(id=author_id(post), handle=author_id(post) or "unknown")
        if self._is_me(author, own) or not _own_words(post):
            return None
        ids = versions(post)
        url = f"https://x.com/{known.handle if known else 'i'}/status/{ids[-1]}"
        summoned = self._summoned(post, answer, own)
        return FoundMention(
            external_id=ids[0],
            address=ids[-1],
            author=author,
            text=text_of(post),
            url=url,
            published_at=published_at(post),
            parent_id=references(post).get("replied_to"),
            parent=parent_of(post, answer, people, lambda person: self._is_me(person, own)),
            root_id=post.get("conversation_id"),
            language=language(post),
            media=tuple(answer.media_of(post, url)),
            can_reply=summoned,
            cannot_reply_reason="" if summoned else NOT_SUMMONED,
        )

    def _is_me(self, person: Author, own: frozenset[str]) -> bool:
        return person.id == self._my_id() or person.handle.lower() in own

    def _summoned(self, post: Json, answer: Answer, own: frozenset[str]) -> bool:
        """Whether X lets us reply: the author mentions us, or quotes a post of ours."""
        quoted = answer.others.get(references(post).get("quoted", ""), {})
        return author_id(quoted) == self._my_id() or any(
            str(each.get("id")) == self._my_id() or each["username"].lower() in own
            for each in people_mentioned(post)
        )

    def _states(self, ids: list[str]) -> Iterator[SourceState]:
        answer = self._lookup(ids)
        latest = {post["id"]: versions(post)[-1] for post in answer.posts}
        later = sorted(set(latest.values()) - set(latest))
        shown = [*answer.posts, *(self._lookup(later).posts if later else ())]
        texts = {post["id"]: text_of(post) for post in shown}
        for each, last in latest.items():
            text = texts.get(last) if last != each else None
            yield SourceState(external_id=each, text=text, address=last)
        for each in set(answer.lost) & set(ids):
            yield SourceState(external_id=each, gone=True)

    def _lookup(self, ids: list[str]) -> Answer:
        if not self.ledger.allows(POST * len(ids)):
            raise PausedError(_SPENT)
        return self._read(self._call("get_tweets", ids, tweet_fields=_POST_FIELDS))


def _ids(answers: list[Answer]) -> list[int]:
    return [int(post["id"]) for answer in answers for post in answer.posts]


def _own_words(post: Json) -> bool:
    return "retweeted" not in references(post)


def _address(mention: FoundMention) -> int:
    return int(mention.address)


def _published(post_id: Any) -> PublishedReply:
    return PublishedReply(external_id=str(post_id), url=f"https://x.com/i/status/{post_id}")


def _bare(text: str) -> str:
    """Text without what X changes: links become t.co, the people answered are put in front."""
    from twitter_text import extract_urls_with_indices  # noqa: PLC0415 - slow to load

    text = unicodedata.normalize("NFC", text)
    for link in reversed(extract_urls_with_indices(text)):
        start, end = link["indices"]
        text = text[:start] + text[end:]
    return " ".join(re.sub(r"^(@\w+\s+)+", "", text).split())

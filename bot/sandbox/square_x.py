"""X's API v2 as far as Switchboard uses it, over the stand-in social network, below /x.

Shapes and refusals are X's: https://docs.x.com/x-api. It refuses what X refuses: replies to people
who did not mention the brand, a text twice, more than 280 by X's count, deleted posts.
"""

import json
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from bot.sandbox.square import NoSuchPostError, Person, Post, Square, moment_of
from bot.sandbox.square_faults import guarded

NETWORK = "x"
LENGTH_LIMIT = 280
MENTIONS_REACH = 800
SEARCH_REACH = timedelta(days=7)
DUPLICATES_REFUSED_FOR = timedelta(hours=24)
_DONE = {"GET": 200, "POST": 201, "DELETE": 200}
_LIMITS = {"x-rate-limit-limit": "450", "x-rate-limit-remaining": "449"}

Json = dict[str, Any]
BODY = web.RequestKey("body", str)


def routes(square: Square) -> list[web.RouteDef]:
    """Everything below /x."""
    x = _X(square)

    def route(method: str, path: str, act: Callable[[web.Request], Json]) -> web.RouteDef:
        async def answer(request: web.Request) -> web.StreamResponse:
            if "oauth_token=" not in request.headers.get("authorization", ""):
                return _problem(401)
            request[BODY] = await request.text()
            try:
                return web.json_response(act(request), status=_DONE[method], headers=_LIMITS)
            except _RefusedError as refused:
                return _problem(refused.status, str(refused))

        write = method != "GET"
        handler = guarded(square, NETWORK, answer, _problem, write=write)
        return web.route(method, f"/x/2{path}", handler)

    return [
        route("GET", "/users/me", x.me),
        route("GET", "/users", x.people),
        route("GET", "/users/{id}/mentions", x.mentions),
        route("GET", "/users/{id}/tweets", x.timeline),
        route("GET", "/tweets/search/recent", x.search),
        route("GET", "/tweets", x.lookup),
        route("POST", "/tweets", x.create),
        route("DELETE", "/tweets/{id}", x.delete),
    ]


class _RefusedError(Exception):
    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class _X:
    def __init__(self, square: Square) -> None:
        self._square = square

    def me(self, _: web.Request) -> Json:
        return {"data": _user(self._square.brand)}

    def people(self, request: web.Request) -> Json:
        wanted = request.query["ids"].split(",")
        if len(wanted) > 100:
            raise _RefusedError(400, "No more than 100 ids.")
        there = {str(person.id): person for person in self._square.people()}
        errors = [_lost(each) for each in wanted if each not in there]
        found = [_user(there[each]) for each in wanted if each in there]
        return ({"data": found} if found else {}) | ({"errors": errors} if errors else {})

    def mentions(self, request: web.Request) -> Json:
        self._only_me(request)
        brand = f"@{self._square.brand.handle}".lower()
        named = [post for post in self._public() if brand in self.shown_text(post).lower()]
        return self._page(request, named[:MENTIONS_REACH], 5, "pagination_token")

    def timeline(self, request: web.Request) -> Json:
        self._only_me(request)
        mine = [post for post in self._public() if post.author == self._square.brand]
        return self._page(request, mine, 5, "pagination_token")

    def search(self, request: web.Request) -> Json:
        # The sandbox's clock may have been moved on; whoever asks goes by this machine's.
        reach = min(self._square.now(), datetime.now(UTC)) - SEARCH_REACH
        since = int(request.query.get("since_id", 0))
        if since and moment_of(since) < reach:
            raise _RefusedError(400, "'since_id' must be a tweet id created after a week ago.")
        wanted = _matcher(request.query["query"], self.shown_text)
        found = [post for post in self._public() if post.at > reach and wanted(post)]
        return self._page(request, [post for post in found if not post.repeats], 10, "next_token")

    def lookup(self, request: web.Request) -> Json:
        found, errors = [], []
        for post_id in request.query["ids"].split(","):
            try:
                post = self._square.find(NETWORK, int(post_id))
            except NoSuchPostError:
                post = None
            if post is None or post.deleted:
                errors.append(_lost(post_id))
            else:
                found.append(self.shape(post) | {"id": post_id})
        return {"data": found, "errors": errors} if errors else {"data": found}

    def create(self, request: web.Request) -> Json:
        body = json.loads(request[BODY])
        text, parent_id = body["text"], body.get("reply", {}).get("in_reply_to_tweet_id")
        self._check_text(text)
        if parent_id:
            self._check_parent(int(parent_id))
        parent = int(parent_id) if parent_id else None
        made = self._square.post(NETWORK, self._square.brand.handle, text, reply_to=parent)
        return {
            "data": {"id": str(made.id), "text": text, "edit_history_tweet_ids": [str(made.id)]}
        }

    def delete(self, request: web.Request) -> Json:
        try:
            post = self._square.find(NETWORK, int(request.match_info["id"]))
        except NoSuchPostError:
            post = None
        if post is None or post.deleted:
            raise _RefusedError(404, "Not Found")
        if post.author != self._square.brand:
            raise _RefusedError(403, "You are not authorized to delete this Tweet.")
        self._square.delete(NETWORK, post.id)
        return {"data": {"deleted": True}}

    def shown_text(self, post: Post) -> str:
        """X puts the people who are answered in front of a reply's text."""
        if post.reply_to is None:
            return post.text
        handle = f"@{self._square.find(NETWORK, post.reply_to).author.handle}"
        known = handle.lower() in post.text.lower() or handle == f"@{post.author.handle}"
        return post.text if known else f"{handle} {post.text}"

    def shape(self, post: Post) -> Json:
        text = self.shown_text(post)
        shaped: Json = {
            "id": str(post.versions[-1]),
            "edit_history_tweet_ids": [str(each) for each in post.versions],
            "text": text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
            "author_id": str(post.author.id),
            "conversation_id": str(self._square.root(post).id),
            "created_at": f"{post.at:%Y-%m-%dT%H:%M:%S}.000Z",
            "lang": "und" if not re.search(r"[a-zA-Z]{3}", text) else "en",
            "entities": {"mentions": list(self._entities(text))},
        }
        kinds = {"replied_to": post.reply_to, "quoted": post.quotes, "retweeted": post.repeats}
        referenced = [{"type": kind, "id": str(to)} for kind, to in kinds.items() if to]
        if post.reply_to is not None:
            answered = self._square.find(NETWORK, post.reply_to)
            shaped["in_reply_to_user_id"] = str(answered.author.id)
        return shaped | ({"referenced_tweets": referenced} if referenced else {})

    def _entities(self, text: str) -> Iterable[Json]:
        for found in re.finditer(r"@(\w+)", text):
            person = self._square.person(found[1].lower())
            span = {"start": found.start(), "end": found.end()}
            yield {**span, "username": person.handle, "id": str(person.id)}

    def _public(self) -> list[Post]:
        """Newest first, by the id of the latest version."""
        there = [post for post in self._square.posts(NETWORK) if not post.deleted]
        return sorted(there, key=lambda post: -post.versions[-1])

    def _page(self, request: web.Request, posts: list[Post], least: int, token: str) -> Json:
        size = int(request.query.get("max_results", 10))
        if not least <= size <= 100:
            raise _RefusedError(400, f"max_results has to be from {least} to 100.")
        since = int(request.query.get("since_id", 0))
        until = int(request.query.get("until_id", 2**63))
        until = min(until, int(request.query.get(token, until)))
        within = [post for post in posts if since < post.versions[-1] < until]
        page = within[:size]
        meta: Json = {"result_count": len(page)}
        if page:
            newest, oldest = str(page[0].versions[-1]), str(page[-1].versions[-1])
            meta |= {"newest_id": newest, "oldest_id": oldest}
            meta |= {"next_token": oldest} if len(within) > size else {}
        wanted = request.query.get("expansions", "").split(",")
        return {"meta": meta} | (self._with_includes(page, wanted) if page else {})

    def _with_includes(self, page: list[Post], wanted: list[str]) -> Json:
        includes: Json = {}
        referenced = {each for post in page for each in (post.reply_to, post.quotes) if each}
        if referenced and "referenced_tweets.id" in wanted:
            others = (self._square.find(NETWORK, each) for each in sorted(referenced))
            includes["tweets"] = [self.shape(post) for post in others if not post.deleted]
        if "author_id" in wanted:
            users = {post.author.id: _user(post.author) for post in page}
            includes["users"] = list(users.values())
        return {"data": [self.shape(post) for post in page]} | (
            {"includes": includes} if includes else {}
        )

    def _only_me(self, request: web.Request) -> None:
        if request.match_info["id"] != str(self._square.brand.id):
            raise _RefusedError(404, "Could not find user.")

    def _check_text(self, text: str) -> None:
        from twitter_text import parse_tweet  # noqa: PLC0415 - slow to load

        if parse_tweet(text).weightedLength > LENGTH_LIMIT:
            raise _RefusedError(403, "Your Tweet text is too long.")
        lately = self._square.now() - DUPLICATES_REFUSED_FOR
        mine = (post for post in self._square.posts(NETWORK) if post.author == self._square.brand)
        if any(post.text == text and post.at > lately for post in mine):
            raise _RefusedError(
                403, "You are not allowed to create a Tweet with duplicate content."
            )

    def _check_parent(self, post_id: int) -> None:
        try:
            parent = self._square.find(NETWORK, post_id)
        except NoSuchPostError:
            parent = None
        if parent is None or parent.deleted:
            detail = "You attempted to reply to a Tweet that is deleted or not visible to you."
            raise _RefusedError(403, detail)
        brand = self._square.brand
        named = f"@{brand.handle}" in self.shown_text(parent).lower()
        quoted = self._square.is_ours(NETWORK, parent.quotes)
        if not (named or quoted or parent.author == brand):
            raise _RefusedError(
                403,
                "Reply to this conversation is not allowed because you have not been mentioned or"
                " otherwise engaged by the author of the post you are replying to.",
            )


def _matcher(query: str, shown: Callable[[Post], str]) -> Callable[[Post], bool]:
    """Understand `(word OR "some words") -from:somebody -is:retweet`."""
    without = {each.lower() for each in re.findall(r"-from:(\w+)", query)}
    inside = re.search(r"\((.*)\)", query)
    terms = re.findall(r'"([^"]+)"|([^\s"]+)', inside[1] if inside else query)
    words = [(quoted or plain).lower() for quoted, plain in terms if plain != "OR"]

    def matches(post: Post) -> bool:
        by = {post.author.handle.lower(), str(post.author.id)}
        text = shown(post).lower()
        return not by & without and any(
            re.search(rf"(?<!\w){re.escape(word.strip())}(?!\w)", text) for word in words
        )

    return matches


def _user(person: Person) -> Json:
    return {
        "id": str(person.id),
        "username": person.handle,
        "name": person.name,
        "public_metrics": {"followers_count": person.followers},
    }


def _lost(post_id: str) -> Json:
    return {
        "value": post_id,
        "resource_id": post_id,
        "resource_type": "tweet",
        "parameter": "ids",
        "title": "Not Found Error",
        "detail": f"Could not find tweet with ids: [{post_id}].",
        "type": "https://api.twitter.com/2/problems/resource-not-found",
    }


def _problem(status: int, detail: str = "") -> web.Response:
    titles = {402: "CreditsDepleted", 403: "Forbidden", 429: "Too Many Requests"}
    title = titles.get(status, f"Problem {status}")
    body = {"title": title, "detail": detail or title, "type": "about:blank", "status": status}
    return web.json_response(body, status=status)

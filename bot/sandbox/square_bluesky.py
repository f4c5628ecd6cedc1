"""Bluesky's XRPC as far as Switchboard uses it, over the stand-in social network, below /bluesky.

It does what the reference server does (https://github.com/bluesky-social/atproto), its traps too:
notifications are paged by their time alone; replies to what is deleted, closed or wrongly threaded
are taken; the length is checked and nothing else.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import regex
from aiohttp import web

from bot.sandbox.square import Person, Post, Request, Square
from bot.sandbox.square_faults import guarded

NETWORK = "bluesky"
COLLECTION = "app.bsky.feed.post"
GRAPHEMES, BYTES = 300, 3000
WRONG_PASSWORD = "wrong"  # noqa: S105 - what the stand-in refuses
NOTIFIED_ABOVE = 5
"""To how many of the posts above a reply it is told."""
_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"
_TID = re.compile(r"[2-7a-j][2-7a-z]{12}")

Json = dict[str, Any]
BODY = web.RequestKey("body", dict)
Act = Callable[[web.Request], Json]


def routes(square: Square) -> list[web.RouteDef]:
    """Everything below /bluesky. A login or its renewal never fails on order; the rest does."""
    bluesky = _Bluesky(square)

    def answering(act: Act, *, token: str) -> Callable[[web.Request], Any]:
        async def answer(request: web.Request) -> web.StreamResponse:
            request[BODY] = json.loads(await request.text() or "{}")
            try:
                bluesky.let_in(request, token)
                return web.json_response(act(request))
            except _RefusedError as refused:
                return _problem(refused.status, refused.name, str(refused))

        return answer

    def route(method: str, name: str, act: Act) -> web.RouteDef:
        handler = answering(act, token="access")  # noqa: S106 - the kind of token it takes
        write = method == "POST"
        return web.route(
            method,
            f"/bluesky/xrpc/{name}",
            guarded(square, NETWORK, handler, _problem, write=write),
        )

    def session(name: str, act: Act, *, token: str) -> web.RouteDef:
        async def answer(request: web.Request) -> web.StreamResponse:
            square.note(Request(NETWORK, request.method, request.path, "", ""))
            response: web.StreamResponse = await answering(act, token=token)(request)
            return response

        return web.post(f"/bluesky/xrpc/com.atproto.server.{name}", answer)

    return [
        session("createSession", bluesky.log_in, token=""),
        session("refreshSession", bluesky.renew, token="refresh"),  # noqa: S106 - as above
        route("GET", "com.atproto.identity.resolveHandle", bluesky.resolve),
        route("GET", "com.atproto.repo.getRecord", bluesky.record),
        route("POST", "com.atproto.repo.putRecord", bluesky.put),
        route("POST", "com.atproto.repo.deleteRecord", bluesky.delete),
        route("GET", "app.bsky.notification.listNotifications", bluesky.notifications),
        route("GET", "app.bsky.feed.searchPosts", bluesky.search),
        route("GET", "app.bsky.feed.getPosts", bluesky.posts),
    ]


def handle_of(person: Person) -> str:
    return person.handle if "." in person.handle else f"{person.handle}.test"


def did_of(person: Person) -> str:
    return f"did:plc:{person.id:024}"


def uri_of(post: Post) -> str:
    return f"at://{did_of(post.author)}/{COLLECTION}/{post.key or _tid(post.id)}"


class _RefusedError(Exception):
    def __init__(self, status: int, name: str, message: str) -> None:
        super().__init__(message)
        self.status, self.name = status, name


class _Bluesky:
    def __init__(self, square: Square) -> None:
        self._square = square
        self._sessions = count(1)
        self._tokens: set[str] = set()

    def let_in(self, request: web.Request, kind: str) -> None:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if kind and not token:
            raise _RefusedError(401, "AuthMissing", "Authentication Required")
        if kind and (token not in self._tokens or kind not in token):
            raise _RefusedError(400, "ExpiredToken", "Token has expired")

    def log_in(self, request: web.Request) -> Json:
        body, brand = request[BODY], self._square.brand
        if body["identifier"] != handle_of(brand) or body["password"] == WRONG_PASSWORD:
            raise _RefusedError(401, "AuthenticationRequired", "Invalid identifier or password")
        return self.renew(request)

    def renew(self, _: web.Request) -> Json:
        number, brand = next(self._sessions), self._square.brand
        jwts = {f"{kind}Jwt": f"stand-in-{kind}-{number}-{id(self)}" for kind in _KINDS}
        self._tokens = set(jwts.values())
        return jwts | {"did": did_of(brand), "handle": handle_of(brand), "active": True}

    def resolve(self, request: web.Request) -> Json:
        handle = request.query["handle"]
        for person in self._square.people():
            if handle_of(person) == handle:
                return {"did": did_of(person)}
        raise _RefusedError(400, "InvalidRequest", "Unable to resolve handle")

    def record(self, request: web.Request) -> Json:
        uri = f"at://{request.query['repo']}/{COLLECTION}/{request.query['rkey']}"
        post = self._at(uri)
        if post is None or post.deleted:
            raise _RefusedError(400, "RecordNotFound", f"Could not locate record: {uri}")
        return {"uri": uri, "cid": _cid(post), "value": self._record(post)}

    def put(self, request: web.Request) -> Json:
        body, brand = request[BODY], self._square.brand
        record, key = body["record"], body["rkey"]
        self._check(body)
        there = self._at(f"at://{did_of(brand)}/{COLLECTION}/{key}")
        if there is not None:
            raise _RefusedError(400, "InvalidSwap", f"Record was at {_cid(there)}")
        parent = self._at(record["reply"]["parent"]["uri"])
        answered = parent.id if parent else None
        made = self._square.post(NETWORK, brand.handle, record["text"], reply_to=answered, key=key)
        return {"uri": uri_of(made), "cid": _cid(made), "validationStatus": "valid"}

    def delete(self, request: web.Request) -> Json:
        """Answer the same whether it was there or not, as the reference server does."""
        body = request[BODY]
        post = self._at(f"at://{body['repo']}/{body['collection']}/{body['rkey']}")
        if body["repo"] != did_of(self._square.brand):
            raise _RefusedError(401, "AuthenticationRequired", "Authentication Required")
        if post is not None:
            self._square.delete(NETWORK, post.id)
        return {}

    def notifications(self, request: web.Request) -> Json:
        notes = [(post, why) for post in self._public() if (why := self._reason(post))]
        reasons = request.query.getall("reasons", [])
        wanted = [each for each in notes if not reasons or each[1] in reasons]
        until = request.query.get("cursor", "9")
        rest = [each for each in wanted if _moment(each[0].at) < until]
        page = rest[: _limit(request)]
        more = {"cursor": _moment(page[-1][0].at)} if len(rest) > len(page) else {}
        return {"notifications": [self._note(*each) for each in page], **more}

    def search(self, request: web.Request) -> Json:
        words = request.query["q"].replace('"', "").casefold()
        found = [post for post in self._public() if words in post.text.casefold()]
        start, size = int(request.query.get("cursor", 0)), _limit(request)
        page = [self._view(post) for post in found[start : start + size] if not post.repeats]
        more = {"cursor": str(start + size)} if len(found) > start + size else {}
        return {"posts": page, "hitsTotal": len(found), **more}

    def posts(self, request: web.Request) -> Json:
        uris = request.query.getall("uris")
        if len(uris) > 25:
            raise _RefusedError(400, "InvalidRequest", "uris must not have more than 25 elements")
        found = (self._at(uri) for uri in uris)
        return {"posts": [self._view(post) for post in found if post and not post.deleted]}

    def _at(self, uri: str) -> Post | None:
        return next((one for one in self._square.posts(NETWORK) if uri_of(one) == uri), None)

    def _public(self) -> list[Post]:
        """Newest first."""
        there = [post for post in self._square.posts(NETWORK) if not post.deleted]
        return sorted(there, key=lambda post: (post.at, post.order), reverse=True)

    def _reason(self, post: Post) -> str:
        brand = self._square.brand
        if post.author == brand:
            return ""
        if post.repeats:
            return "repost" if self._square.is_ours(NETWORK, post.repeats) else ""
        if any(did == did_of(brand) for _, _, did in self._named(post.text)):
            return "mention"
        if self._square.is_ours(NETWORK, post.quotes):
            return "quote"
        above = list(self._above(post))[:NOTIFIED_ABOVE]
        return "reply" if any(one.author == brand for one in above) else ""

    def _above(self, post: Post) -> Iterator[Post]:
        while post.reply_to is not None:
            post = self._square.find(NETWORK, post.reply_to)
            yield post

    def _note(self, post: Post, reason: str) -> Json:
        return {
            "uri": uri_of(post),
            "cid": _cid(post),
            "author": _person(post.author),
            "reason": reason,
            "record": self._record(post),
            "isRead": False,
            "indexedAt": _moment(post.at),
        }

    def _view(self, post: Post) -> Json:
        closed = self._square.root(post).locked
        gate = self._gate(post) if post.reply_to is None else None
        return {
            "uri": uri_of(post),
            "cid": _cid(post),
            "author": _person(post.author),
            "record": self._record(post),
            "indexedAt": _moment(post.at),
            "viewer": {"replyDisabled": True} if closed else {},
            **({"threadgate": gate} if gate else {}),
        }

    def _gate(self, root: Post) -> Json | None:
        """What whoever began a thread has said about replies to it."""
        below = (one for one in self._square.posts(NETWORK) if one.removed)
        hidden = [uri_of(one) for one in below if self._square.root(one).id == root.id]
        record: Json = {"allow": []} if root.locked else {}
        record |= {"hiddenReplies": hidden} if hidden else {}
        return {"record": record} if record else None

    def _record(self, post: Post) -> Json:
        record: Json = {"$type": COLLECTION, "text": post.text, "createdAt": _moment(post.at)}
        if post.reply_to is not None:
            parent = self._square.find(NETWORK, post.reply_to)
            record["reply"] = {"root": _ref(self._square.root(post)), "parent": _ref(parent)}
        facets = [
            {
                "index": {"byteStart": start, "byteEnd": end},
                "features": [{"$type": "app.bsky.richtext.facet#mention", "did": did}],
            }
            for start, end, did in self._named(post.text)
        ]
        return record | ({"facets": facets} if facets else {})

    def _named(self, text: str) -> Iterable[tuple[int, int, str]]:
        """Find people as the app does, which also lets one write only how a handle begins."""
        everybody = self._square.people()
        people = {name: one for one in everybody for name in (handle_of(one), one.handle)}
        for found in re.finditer(r"@([\w.-]*\w)", text):
            if person := people.get(found[1].lower()):
                start, end = (len(text[:at].encode()) for at in found.span())
                yield start, end, did_of(person)

    def _check(self, body: Json) -> None:
        text = body["record"]["text"]
        graphemes, size = len(regex.findall(r"\X", text)), len(text.encode())
        if body["repo"] != did_of(self._square.brand):
            raise _RefusedError(401, "AuthenticationRequired", "Authentication Required")
        if not _TID.fullmatch(body["rkey"]):
            raise _RefusedError(400, "InvalidRequest", "Invalid rkey: string is not a valid TID")
        if size > BYTES:
            said = f"string too big (maximum {BYTES}, got {size}) at $.record.text"
            raise _RefusedError(400, "InvalidRequest", said)
        if graphemes > GRAPHEMES:
            said = f"grapheme too big (maximum {GRAPHEMES}, got {graphemes}) at $.record.text"
            raise _RefusedError(400, "InvalidRequest", said)


_KINDS = ("access", "refresh")


def _ref(post: Post) -> Json:
    return {"uri": uri_of(post), "cid": _cid(post)}


def _cid(post: Post) -> str:
    return f"bafystandin{post.versions[-1]}"


def _person(person: Person) -> Json:
    return {"did": did_of(person), "handle": handle_of(person), "displayName": person.name}


def _moment(at: datetime) -> str:
    at = at.astimezone(UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"


def _tid(number: int) -> str:
    return "".join(_DIGITS[number >> 5 * place & 31] for place in reversed(range(13)))


def _limit(request: web.Request) -> int:
    limit = int(request.query.get("limit", 50))
    if not 1 <= limit <= 100:
        raise _RefusedError(400, "InvalidRequest", "limit must be from 1 to 100")
    return limit


def _problem(status: int, name: str = "", message: str = "") -> web.Response:
    body = {"error": name or f"Problem{status}", "message": message or f"HTTP {status}"}
    return web.json_response(body, status=status)

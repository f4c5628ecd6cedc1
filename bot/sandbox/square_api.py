"""The Town Square's plain JSON API, and the controls of the whole stand-in network for the page."""

import itertools
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from aiohttp import web

from bot.sandbox.square import BRAND_ID, NETWORKS, NoSuchPostError, Person, Post, Square
from bot.sandbox.square_faults import HOWS, guarded
from bot.sandbox.square_people import READY_MADE

NETWORK = "square"
LENGTH_LIMIT = 500
PAGE = 100

Json = dict[str, Any]
BODY = web.RequestKey("body", dict)


def routes(square: Square) -> list[web.RouteDef]:
    """Everything below /square."""
    api, controls = _Api(square), _Controls(square)

    def dialect(method: str, path: str, act: Callable[[web.Request], Json]) -> web.RouteDef:
        handler = guarded(square, NETWORK, _answering(act), _problem, write=method != "GET")
        return web.route(method, f"/square/{path}", handler)

    def control(path: str, act: Callable[[web.Request], Json]) -> web.RouteDef:
        return web.post(f"/square/{path}", _answering(act))

    return [
        dialect("GET", "posts", api.posts),
        dialect("GET", "replies", api.find_reply),
        dialect("POST", "replies", api.reply),
        dialect("PUT", "replies/{id}", api.edit),
        dialect("DELETE", "replies/{id}", api.delete),
        web.get("/square/state", _answering(controls.state)),
        control("post", controls.post),
        control("edit", controls.edit),
        control("delete", controls.delete),
        control("burst", controls.burst),
        control("fault", controls.fault),
    ]


def environment(base_url: str) -> dict[str, str]:
    """Return the variables that point every platform at a stand-in served at `base_url`."""
    return {
        "X_API_KEY": "stand-in-key",
        "X_API_SECRET": "stand-in-secret",
        "X_ACCESS_TOKEN": f"{BRAND_ID}-stand-in-token",
        "X_ACCESS_TOKEN_SECRET": "stand-in-token-secret",
        "X_API_URL": f"{base_url}/x",
        "REDDIT_CLIENT_ID": "stand-in-id",
        "REDDIT_CLIENT_SECRET": "stand-in-secret",
        "REDDIT_REFRESH_TOKEN": "stand-in-refresh",
        "REDDIT_USER_AGENT": "linux:switchboard:sandbox",
        "REDDIT_URL": f"{base_url}/reddit",
        "REDDIT_OAUTH_URL": f"{base_url}/reddit",
        "BLUESKY_HANDLE": "acme.test",
        "BLUESKY_APP_PASSWORD": "stand-in-password",
        "BLUESKY_URL": f"{base_url}/bluesky",
        "SQUARE_URL": base_url,
    }


class _RefusedError(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def _answering(
    act: Callable[[web.Request], Json],
) -> Callable[[web.Request], Any]:
    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            request[BODY] = json.loads(await request.text() or "{}")
            return web.json_response(act(request))
        except _RefusedError as refused:
            return _problem(refused.status, str(refused))
        except NoSuchPostError:
            return _problem(404, "There is no such post any more.")
        except (KeyError, TypeError, ValueError) as wrong:
            return _problem(400, f"Not understood: {wrong!r}")

    return answer


class _Api:
    """What platforms/square.py speaks. Lists go forward, oldest first."""

    def __init__(self, square: Square) -> None:
        self._square = square

    def posts(self, request: web.Request) -> Json:
        if ids := request.query.get("ids"):
            return {"posts": [self._shape(post) for post in self._by_ids(ids.split(","))]}
        after = int(request.query.get("after", 0))
        new = [post for post in self._square.posts(NETWORK) if post.order > after]
        page = new[:PAGE]
        last = page[-1].order if page else after
        return {
            "posts": [self._shape(post) for post in page],
            "last": last,
            "more": len(new) > PAGE,
        }

    def find_reply(self, request: web.Request) -> Json:
        reply = self._by_key(request.query["key"])
        return {"reply": _published(reply) if reply else None}

    def reply(self, request: web.Request) -> Json:
        body = request[BODY]
        if known := self._by_key(body["key"]):
            return _published(known)
        parent = self._square.find(NETWORK, int(body["to"]))
        if parent.deleted:
            raise _RefusedError(404, "The post was deleted.")
        if self._square.root(parent).locked:
            raise _RefusedError(422, "The thread is locked: nobody can answer there any more.")
        _check_length(body["text"])
        brand = self._square.brand.handle
        made = self._square.post(NETWORK, brand, body["text"], reply_to=parent.id, key=body["key"])
        return _published(made)

    def edit(self, request: web.Request) -> Json:
        reply, text = self._ours(request), request[BODY]["text"]
        _check_length(text)
        if reply.text == text:
            return _published(reply)
        return _published(self._square.edit(NETWORK, reply.id, text))

    def delete(self, request: web.Request) -> Json:
        return _published(self._square.delete(NETWORK, self._ours(request).id))

    def _ours(self, request: web.Request) -> Post:
        reply = self._square.find(NETWORK, int(request.match_info["id"]))
        if reply.deleted:
            raise _RefusedError(404, "Our reply is not there any more.")
        if reply.author != self._square.brand:
            raise _RefusedError(422, "Only who wrote a reply can change it.")
        return reply

    def _by_ids(self, ids: list[str]) -> list[Post]:
        wanted = {int(each) for each in ids}
        return [post for post in self._square.posts(NETWORK) if post.id in wanted]

    def _by_key(self, key: str) -> Post | None:
        found = (post for post in self._square.posts(NETWORK) if key and post.key == key)
        return next(found, None)

    def _shape(self, post: Post) -> Json:
        return {
            "id": str(post.id),
            "author": _person(post.author),
            "text": post.text,
            "at": post.at.isoformat(),
            "url": _url(post),
            "reply_to": str(post.reply_to) if post.reply_to else None,
            "parent": self._parent(post),
            "root": str(self._square.root(post).id),
            "community": post.community,
            "by_brand": post.author == self._square.brand,
            "to_brand": self._square.is_ours(NETWORK, post.reply_to),
            "edited": post.edited,
            "deleted": post.deleted,
        }

    def _parent(self, post: Post) -> Json | None:
        """What it answers, in short."""
        if post.reply_to is None:
            return None
        parent = self._square.find(NETWORK, post.reply_to)
        return {
            "author": _person(parent.author),
            "text": "" if parent.deleted else parent.text,
            "url": _url(parent),
            "by_brand": parent.author == self._square.brand,
        }


class _Controls:
    """What the sandbox's page may do."""

    def __init__(self, square: Square) -> None:
        self._square = square
        self._next = itertools.cycle(READY_MADE)

    def state(self, _: web.Request) -> Json:
        return {
            "brand": _person(self._square.brand),
            "networks": [{"name": name, "label": label} for name, label in NETWORKS.items()],
            "people": [_person(person) for person in self._square.people()],
            "ready_made": [_ready(each) for each in READY_MADE],
            "posts": [self._shape(post) for post in self._square.everything()],
            "faults": self._square.faults(),
        }

    def post(self, request: web.Request) -> Json:
        body = request[BODY]
        if not str(body["text"]).strip():
            raise _RefusedError(400, "Write something first.")
        made = self._square.post(
            _network(body),
            str(body["as"]).removeprefix("@").removeprefix("u/").lower(),
            str(body["text"]),
            community=body.get("community") or None,
            reply_to=int(body["reply_to"]) if body.get("reply_to") else None,
        )
        return {"id": str(made.id)}

    def edit(self, request: web.Request) -> Json:
        body = request[BODY]
        self._square.edit(_network(body), int(body["id"]), str(body["text"]))
        return {"id": body["id"]}

    def delete(self, request: web.Request) -> Json:
        body = request[BODY]
        self._square.delete(_network(body), int(body["id"]))
        return {"id": body["id"]}

    def burst(self, request: web.Request) -> Json:
        made = [
            self._square.post(each.network, each.as_, each.text, community=each.community)
            for each in itertools.islice(self._next, min(int(request[BODY]["count"]), 500))
        ]
        return {"ids": [str(post.id) for post in made]}

    def fault(self, request: web.Request) -> Json:
        """Order a fault; "none" calls all of them off."""
        body = request[BODY]
        if body["how"] == "none":
            self._square.clear_faults()
        elif body["how"] in HOWS:
            times, on = int(body.get("times", 1)), body.get("on", "any")
            self._square.order_fault(_network(body), body["how"], times=times, on=on)
        else:
            raise _RefusedError(400, f"No such fault. There are: {', '.join(sorted(HOWS))}.")
        return {"faults": self._square.faults()}

    def _shape(self, post: Post) -> Json:
        return {
            "id": str(post.id),
            "network": post.network,
            "author": _person(post.author),
            "by_brand": post.author == self._square.brand,
            "text": post.text,
            "at": post.at.isoformat(),
            "reply_to": str(post.reply_to) if post.reply_to else None,
            "community": post.community,
            "edited": post.edited,
            "deleted": post.deleted,
        }


def _check_length(text: str) -> None:
    if len(text) > LENGTH_LIMIT:
        raise _RefusedError(422, f"That is longer than {LENGTH_LIMIT} characters.")


def _network(body: Json) -> str:
    if body["network"] not in NETWORKS:
        raise _RefusedError(400, f"No such network. There are: {', '.join(NETWORKS)}.")
    return str(body["network"])


def _ready(each: Any) -> Json:
    made = asdict(each)
    return {("as" if name == "as_" else name): value for name, value in made.items()}


def _person(person: Person) -> Json:
    return asdict(person) | {"id": str(person.id)}


def _url(post: Post) -> str:
    return f"https://square.example/posts/{post.id}"


def _published(post: Post) -> Json:
    return {"id": str(post.id), "url": _url(post)}


def _problem(status: int, message: str = "") -> web.Response:
    return web.json_response({"message": message or f"HTTP {status}"}, status=status)

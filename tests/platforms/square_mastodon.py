"""Mastodon's client API as far as Switchboard uses it, over the stand-in social network.

Shapes and refusals are Mastodon's: https://docs.joinmastodon.org/methods/. It reads forward by
min_id, gives the newest page for since_id, knows the Idempotency-Key, and counts names and links.
"""

import html
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from aiohttp import web

from bot.sandbox.square import NoSuchPostError, Person, Post, Request, Square
from bot.sandbox.square_faults import guarded

NETWORK = "mastodon"
TOKEN = "stand-in-mastodon-token"
LENGTH_LIMIT, LINK = 500, 23

Json = Any
BODY = web.RequestKey("form", dict)


def environment(base_url: str) -> dict[str, str]:
    return {"MASTODON_URL": f"{base_url}/mastodon", "MASTODON_ACCESS_TOKEN": TOKEN}


class WithMastodon(Square):
    """The stand-in network with one place more, which the sandbox's page does not show."""

    def __init__(self) -> None:
        super().__init__()
        self._faults[NETWORK] = []


def routes(square: Square) -> list[web.RouteDef]:
    """Everything below /mastodon."""
    api = _Mastodon(square)

    def route(method: str, path: str, act: Callable[[web.Request], Json]) -> web.RouteDef:
        async def answer(request: web.Request) -> web.StreamResponse:
            if request.headers.get("authorization") != f"Bearer {TOKEN}":
                return _problem(401)
            request[BODY] = dict(await request.post())
            try:
                return web.json_response(act(request))
            except _RefusedError as refused:
                return _problem(refused.status, str(refused))
            except NoSuchPostError:
                return _problem(404)

        handler = guarded(_Named(square), "square", answer, _problem, write=method != "GET")
        return web.route(method, f"/mastodon/api{path}", handler)

    return [
        route("GET", "/v1/accounts/verify_credentials", api.me),
        route("GET", "/v1/notifications", api.notifications),
        route("GET", "/v2/search", api.search),
        route("GET", "/v1/statuses", api.lookup),
        route("GET", "/v1/statuses/{id}/context", api.context),
        route("GET", "/v1/accounts/{id}/statuses", api.timeline),
        route("GET", "/v2/instance/", api.instance),
        route("POST", "/v1/statuses", api.create),
        route("PUT", "/v1/statuses/{id}", api.edit),
        route("DELETE", "/v1/statuses/{id}", api.delete),
    ]


class _Named:
    """The network under a name that the sandbox's faults know."""

    def __init__(self, square: Square) -> None:
        self._square = square

    def note(self, request: Request) -> None:
        self._square.note(replace(request, network=NETWORK))

    def take_fault(self, _: str, *, write: bool) -> str | None:
        return self._square.take_fault(NETWORK, write=write)


class _RefusedError(Exception):
    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status = status


class _Mastodon:
    def __init__(self, square: Square) -> None:
        self._square = square

    def me(self, _: web.Request) -> Json:
        return _account(self._square.brand)

    def instance(self, _: web.Request) -> Json:
        statuses = {"max_characters": LENGTH_LIMIT, "characters_reserved_per_url": LINK}
        return {"domain": "stand-in.example", "configuration": {"statuses": statuses}}

    def notifications(self, request: web.Request) -> Json:
        assert request.query.getall("types[]") == ["mention"]
        told = [
            {
                "id": str(post.order),
                "type": "mention",
                "created_at": post.at.isoformat(),
                "account": _account(post.author),
                "status": self._shape(post),
            }
            for post in self._public()
            if post.author != self._square.brand and self._addresses_us(post)
        ]
        return _page(told, request)

    def search(self, request: web.Request) -> Json:
        assert request.query["type"] == "statuses"
        words = request.query["q"].strip('"').lower()
        found = [post for post in self._public() if words in self._shown(post).lower()]
        found.sort(key=lambda post: post.id, reverse=True)
        start, limit = int(request.query.get("offset", 0)), int(request.query["limit"])
        hits = [self._shape(post) for post in found[start : start + limit]]
        return {"accounts": [], "statuses": hits, "hashtags": []}

    def lookup(self, request: web.Request) -> Json:
        wanted = set(request.query.getall("id[]"))
        if len(wanted) > 20:
            raise _RefusedError(422, "Validation failed")
        return [self._shape(post) for post in self._public() if str(post.id) in wanted]

    def context(self, request: web.Request) -> Json:
        post = self._square.find(NETWORK, int(request.match_info["id"]))
        above = []
        while post.reply_to is not None:
            post = self._square.find(NETWORK, post.reply_to)
            above.append(self._shape(post))
        return {"ancestors": above[::-1], "descendants": []}

    def timeline(self, request: web.Request) -> Json:
        who = request.match_info["id"]
        return _page(
            [self._shape(post) for post in self._public() if str(post.author.id) == who], request
        )

    def create(self, request: web.Request) -> Json:
        form, key = request[BODY], request.headers["Idempotency-Key"]
        known = [post for post in self._square.posts(NETWORK) if post.key == key]
        if known:
            return self._shape(known[0])
        parent = self._square.find(NETWORK, int(form["in_reply_to_id"]))
        if parent.deleted:
            missing = "The post you are trying to reply to does not appear to exist."
            raise _RefusedError(404, missing)
        _check_length(form["status"])
        brand = self._square.brand.handle
        made = self._square.post(NETWORK, brand, form["status"], reply_to=parent.id, key=key)
        return self._shape(made)

    def edit(self, request: web.Request) -> Json:
        status, text = self._ours(request), request[BODY]["status"]
        _check_length(text)
        unchanged = status.text == text  # then Mastodon keeps no new version
        return self._shape(status if unchanged else self._square.edit(NETWORK, status.id, text))

    def delete(self, request: web.Request) -> Json:
        return self._shape(self._square.delete(NETWORK, self._ours(request).id))

    def _ours(self, request: web.Request) -> Post:
        status = self._square.find(NETWORK, int(request.match_info["id"]))
        if status.deleted or status.author != self._square.brand:
            raise _RefusedError(404, "Record not found")
        return status

    def _public(self) -> list[Post]:
        return [post for post in self._square.posts(NETWORK) if not post.deleted]

    def _addresses_us(self, post: Post) -> bool:
        return f"@{self._square.brand.handle}" in self._shown(post)

    def _shown(self, post: Post) -> str:
        """A reply names the person answered in front, as every Mastodon client writes it."""
        if post.reply_to is None:
            return post.text
        name = f"@{self._square.find(NETWORK, post.reply_to).author.handle}"
        return post.text if name in post.text else f"{name} {post.text}"

    def _shape(self, post: Post) -> Json:
        parent = self._square.find(NETWORK, post.reply_to) if post.reply_to else None
        answered = _account(parent.author) if parent else None
        return {
            "id": str(post.id),
            "created_at": post.at.isoformat(),
            "edited_at": self._square.now().isoformat() if post.edited else None,
            "in_reply_to_id": str(post.reply_to) if post.reply_to else None,
            "in_reply_to_account_id": answered["id"] if answered else None,
            "mentions": [answered] if answered else [],
            "visibility": "public",
            "language": "en",
            "sensitive": False,
            "spoiler_text": "",
            "uri": f"https://stand-in.example/users/{post.author.handle}/statuses/{post.id}",
            "url": f"https://stand-in.example/@{post.author.handle}/{post.id}",
            "content": _as_html(self._shown(post)),
            "account": _account(post.author),
            "media_attachments": [],
            "reblog": None,
        }


def _page(items: list[Json], request: web.Request) -> list[Json]:
    """Cut a page as Mastodon does: the oldest after min_id, else the newest; newest first."""
    limit = int(request.query.get("limit", 20))
    least, most = (int(request.query.get(name, 0)) for name in ("min_id", "max_id"))
    items = sorted(items, key=lambda each: int(each["id"]))
    items = [each for each in items if int(each["id"]) > least]
    items = [each for each in items if not most or int(each["id"]) < most]
    return (items[:limit] if least or "min_id" in request.query else items[-limit:])[::-1]


def _account(person: Person) -> Json:
    return {
        "id": str(person.id),
        "acct": person.handle,
        "username": person.handle,
        "display_name": person.name,
        "followers_count": person.followers,
        "url": f"https://stand-in.example/@{person.handle}",
    }


def _as_html(text: str) -> str:
    """Format plain text as Mastodon does."""

    def link(found: re.Match[str]) -> str:
        address = found[0]
        seen, rest = address[8:38], address[38:]
        return (
            f'<a href="{address}" rel="nofollow"><span class="invisible">https://</span>'
            f'<span class="ellipsis">{seen}</span><span class="invisible">{rest}</span></a>'
        )

    def person(found: re.Match[str]) -> str:
        where = f"https://stand-in.example/@{found[1]}"
        return f'<span class="h-card"><a href="{where}" class="u-url mention">@<span>{found[1]}</span></a></span>'  # noqa: E501

    safe = re.sub(r"https://\S+", link, html.escape(text))
    safe = re.sub(r"(?<![\w/])@(\w+)", person, safe)
    paragraphs = "</p><p>".join(re.split(r"\n{2,}", safe))
    return f"<p>{paragraphs}</p>".replace("\n", "<br>")


def _check_length(text: str) -> None:
    if _length(text) > LENGTH_LIMIT:
        over = f"Validation failed: Text character limit of {LENGTH_LIMIT} exceeded"
        raise _RefusedError(422, over)


def _length(text: str) -> int:
    text = re.sub(r"https?://\S+", "x" * LINK, text)
    return len(re.sub(r"@(\w+)@[\w.]+", r"@\1", text))


def _problem(status: int, error: str = "") -> web.Response:
    return web.json_response({"error": error or f"HTTP {status}"}, status=status)

"""Reddit's API as far as praw and Switchboard use it, over the stand-in network, below /reddit.

Serves as www.reddit.com (log in) and as oauth.reddit.com (everything else). Posts that answer
nothing are submissions, whose first line is the title; replies are comments.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from aiohttp import web

from bot.sandbox.square import NoSuchPostError, Post, Square
from bot.sandbox.square_faults import guarded

NETWORK = "reddit"
LENGTH_LIMIT = 10_000
LISTING_REACH, SEARCH_REACH = 1000, 250
WRONG_PASSWORD = "wrong"  # noqa: S105 - what the stand-in refuses
_OF_NOBODY = "stand-in-of-nobody"
"""The token of an app that acts for no account: with it one reads what the public reads."""
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_LIMITS = {"x-ratelimit-remaining": "995.0", "x-ratelimit-used": "5", "x-ratelimit-reset": "540"}
_REASONS = {401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 429: "Too Many Requests"}

Json = dict[str, Any]
FORM = web.RequestKey("form", dict)


def routes(square: Square) -> list[web.RouteDef]:
    """Everything below /reddit."""
    reddit = _Reddit(square)

    def route(
        method: str, path: str, act: Callable[[web.Request], Json], *, write: bool = False
    ) -> web.RouteDef:
        async def answer(request: web.Request) -> web.StreamResponse:
            if "authorization" not in request.headers:
                return _problem(401)
            request[FORM] = dict(await request.post())
            try:
                return web.json_response(act(request), headers=_LIMITS)
            except PermissionError:
                return _problem(403)

        handler = guarded(square, NETWORK, answer, _problem, write=write)
        return web.route(method, f"/reddit/{path}" + "{_:/?}", handler)

    return [
        route("POST", "api/v1/access_token", reddit.log_in),
        route("GET", "api/v1/me", reddit.me),
        route("GET", "message/mentions", reddit.mentions),
        route("GET", "message/comments", reddit.comment_replies),
        route("GET", "message/selfreply", reddit.post_replies),
        route("GET", "r/all/search", reddit.search),
        route("GET", "r/{names}/comments", reddit.comments),
        route("GET", "user/{name}/comments", reddit.own_comments),
        route("GET", "api/info", reddit.info),
        route("POST", "api/comment", reddit.comment, write=True),
        route("POST", "api/editusertext", reddit.edit, write=True),
        route("POST", "api/del", reddit.delete, write=True),
    ]


class _Reddit:
    def __init__(self, square: Square) -> None:
        self._square = square

    def log_in(self, request: web.Request) -> Json:
        nobody = request[FORM].get("grant_type") == "client_credentials"
        if request[FORM].get("password") == WRONG_PASSWORD:
            return {"error": "invalid_grant"}
        return {
            "access_token": _OF_NOBODY if nobody else "stand-in",
            "token_type": "bearer",
            "expires_in": 86400,
            "scope": "*",
        }

    def me(self, _: web.Request) -> Json:
        return {"id": base36(self._square.brand.id), "name": self._square.brand.handle}

    def mentions(self, request: web.Request) -> Json:
        named = re.compile(rf"(?<!\w)u/{re.escape(self._square.brand.handle)}(?!\w)", re.IGNORECASE)
        found = (post for post in self._others() if post.reply_to and named.search(post.text))
        return self._listing(request, found, as_="username_mention")

    def comment_replies(self, request: web.Request) -> Json:
        return self._listing(request, self._answers(to_comments=True), as_="comment_reply")

    def post_replies(self, request: web.Request) -> Json:
        return self._listing(request, self._answers(to_comments=False), as_="post_reply")

    def search(self, request: web.Request) -> Json:
        words = request.query["q"].replace('"', "").strip().lower()
        day_ago = self._square.now() - timedelta(days=1)
        lately = request.query.get("t") == "day"
        there = (post for post in self._there() if not lately or post.at >= day_ago)
        found = [post for post in there if not post.reply_to and words in post.text.lower()]
        return self._listing(request, found[:SEARCH_REACH])

    def comments(self, request: web.Request) -> Json:
        names = request.match_info["names"].lower().split("+")
        found = (post for post in self._there() if post.reply_to)
        return self._listing(request, (post for post in found if post.community in names))

    def own_comments(self, request: web.Request) -> Json:
        handle = request.match_info["name"].lower()
        found = (post for post in self._there() if post.author.handle == handle and post.reply_to)
        return self._listing(request, found)

    def info(self, request: web.Request) -> Json:
        found = []
        for fullname in request.query["id"].split(","):
            try:
                found.append(self._find(fullname))
            except NoSuchPostError:
                continue  # as Reddit does: what it does not know it leaves out
        public = _OF_NOBODY in request.headers["authorization"]
        return self._listing(request, [_as_shown(post, public=public) for post in found])

    def comment(self, request: web.Request) -> Json:
        text, parent = request[FORM]["text"], self._parent(request[FORM]["thing_id"])
        if isinstance(parent, tuple):
            return _errors(*parent)
        if wrong := _wrong_with(text):
            return _errors(*wrong)
        made = self._square.post(NETWORK, self._square.brand.handle, text, reply_to=parent.id)
        return {"json": {"errors": [], "data": {"things": [self._thing(made)]}}}

    def edit(self, request: web.Request) -> Json:
        """Refuse what is deleted with 403, as Reddit does."""
        text, comment = request[FORM]["text"], self._find(request[FORM]["thing_id"])
        if wrong := _wrong_with(text):
            return _errors(*wrong)
        if comment.author != self._square.brand:
            return _errors("NOT_AUTHOR", "you can't do that", "thing_id")
        if comment.deleted:
            raise PermissionError
        edited = self._square.edit(NETWORK, comment.id, text)
        return {"json": {"errors": [], "data": {"things": [self._thing(edited)]}}}

    def delete(self, request: web.Request) -> Json:
        """Answer the same whether it was ours, was there, or never was."""
        comment = self._find(request[FORM]["id"])
        if comment.author == self._square.brand:
            self._square.delete(NETWORK, comment.id)
        return {}

    def _parent(self, fullname: str) -> Post | tuple[str, str, str]:
        try:
            parent = self._find(fullname)
        except NoSuchPostError:
            return "DELETED_LINK", "the link you are commenting on has been deleted", "parent"
        if parent.deleted:
            return "DELETED_COMMENT", "that comment has been deleted", "parent"
        if self._square.root(parent).locked:
            return "THREAD_LOCKED", "Comments are locked.", "parent"
        return parent

    def _find(self, fullname: str) -> Post:
        return self._square.find(NETWORK, int(fullname[3:], 36))

    def _there(self) -> list[Post]:
        """Newest first."""
        there = (post for post in self._square.posts(NETWORK) if not post.deleted)
        return sorted(there, key=lambda post: post.at, reverse=True)

    def _others(self) -> Iterable[Post]:
        return (post for post in self._there() if post.author != self._square.brand)

    def _answers(self, *, to_comments: bool) -> Iterable[Post]:
        for post in self._others():
            if self._square.is_ours(NETWORK, post.reply_to):
                parent = self._square.find(NETWORK, post.reply_to or 0)
                if bool(parent.reply_to) == to_comments:
                    yield post

    def _listing(self, request: web.Request, posts: Iterable[Post], *, as_: str = "") -> Json:
        """Give a page; `after` names the last item seen, and an item that is gone ends it all."""
        everything = list(posts)[:LISTING_REACH]
        names = [_fullname(post) for post in everything]
        after = request.query.get("after")
        start = names.index(after) + 1 if after in names else 0
        size = min(int(request.query.get("limit", 25)), 100)
        page = everything[start : start + size]
        following = names[start + size - 1] if start + size < len(names) else None
        children = [self._thing(post, inbox=as_) for post in page]
        return {"kind": "Listing", "data": {"after": following, "children": children}}

    def _thing(self, post: Post, *, inbox: str = "") -> Json:
        name, root = _fullname(post), self._square.root(post)
        path = f"/r/{post.community}/comments/{base36(root.id)}/_/"
        data: Json = {
            "id": base36(post.id),
            "name": name,
            "author": "[deleted]" if post.deleted else post.author.handle,
            "created_utc": post.at.timestamp(),
            "edited": post.at.timestamp() if post.edited else False,
            "subreddit": post.community,
            "locked": root.locked,
        }
        if not post.deleted:
            data["author_fullname"] = f"t2_{base36(post.author.id)}"
        if post.reply_to is None:
            return {"kind": "t3", "data": data | _submission(post, path)}
        data |= {"body": "[deleted]" if post.deleted else post.text, "link_id": _fullname(root)}
        data["parent_id"] = _fullname(self._square.find(NETWORK, post.reply_to))
        data["link_title"] = root.text.partition("\n")[0]
        own_path = f"{path}{base36(post.id)}/"
        if inbox:
            return {
                "kind": "t1",
                "data": data | {"type": inbox, "context": f"{own_path}?context=3"},
            }
        data["link_author"] = root.author.handle
        return {"kind": "t1", "data": data | {"permalink": own_path}}


def _as_shown(post: Post, *, public: bool) -> Post:
    """What moderators removed looks untouched to its author."""
    return replace(post, deleted=True) if public and post.removed else post


def base36(number: int) -> str:
    digits = ""
    while number:
        number, last = divmod(number, 36)
        digits = _DIGITS[last] + digits
    return digits or "0"


def _fullname(post: Post) -> str:
    return f"{'t3' if post.reply_to is None else 't1'}_{base36(post.id)}"


def _submission(post: Post, path: str) -> Json:
    title, _, rest = post.text.partition("\n")
    text = "[deleted]" if post.deleted else rest.strip()
    url = f"https://www.reddit.com{path}"
    return {"title": title, "selftext": text, "permalink": path, "is_self": True, "url": url}


def _wrong_with(text: str) -> tuple[str, str, str] | None:
    if not text.strip():
        return "NO_TEXT", "we need something here", "text"
    if len(text) > LENGTH_LIMIT:
        return "TOO_LONG", f"this is too long (max: {LENGTH_LIMIT})", "text"
    return None


def _errors(code: str, message: str, field: str) -> Json:
    return {"json": {"errors": [[code, message, field]]}}


def _problem(status: int) -> web.Response:
    body = {"message": _REASONS.get(status, "Error"), "error": status}
    return web.json_response(body, status=status)

"""A customer with a Bluesky account of their own. Knows nothing of Switchboard."""

from datetime import UTC, datetime
from typing import Any

import httpx

from tests.bluesky_network.network import Account

POST = "app.bsky.feed.post"
Json = dict[str, Any]
Ref = dict[str, str]


class Customer:
    """Writes and reads as one person, over plain HTTP."""

    def __init__(self, url: str, account: Account) -> None:
        self.handle, self.did = account.handle, account.did
        self._http = httpx.Client(base_url=f"{url}/xrpc/", timeout=20)
        login = {"identifier": account.handle, "password": account.password}
        session = self._do("com.atproto.server.createSession", login)
        self._http.headers["authorization"] = f"Bearer {session['accessJwt']}"

    def close(self) -> None:
        self._http.close()

    def post(self, text: str, *, to: Account | None = None, below: Json | None = None) -> Ref:
        """Publish; `to` is made a real mention of, `below` is a post as `thread` shows it."""
        record: Json = {"$type": POST, "text": text, "createdAt": _now()}
        if to is not None:
            start = text.encode().index(f"@{to.handle}".encode())
            feature = {"$type": "app.bsky.richtext.facet#mention", "did": to.did}
            index = {"byteStart": start, "byteEnd": start + len(f"@{to.handle}")}
            record["facets"] = [{"index": index, "features": [feature]}]
        if below is not None:
            record["reply"] = {"root": _root(below), "parent": _ref(below)}
        body = {"repo": self.did, "collection": POST, "record": record}
        return self._do("com.atproto.repo.createRecord", body)

    def edit(self, post: Ref, text: str) -> None:
        found = self._ask("com.atproto.repo.getRecord", **self._where(post))
        body = {**self._where(post), "record": found["value"] | {"text": text}}
        self._do("com.atproto.repo.putRecord", body)

    def delete(self, post: Ref) -> None:
        self._do("com.atproto.repo.deleteRecord", self._where(post))

    def close_thread(self, post: Ref) -> None:
        """Let nobody reply."""
        kind = "app.bsky.feed.threadgate"
        record = {"$type": kind, "post": post["uri"], "allow": [], "createdAt": _now()}
        where = self._where(post) | {"collection": kind}
        self._do("com.atproto.repo.putRecord", where | {"record": record})

    def answers(self, post: Ref) -> list[Json]:
        """What stands below a post, as this customer sees the thread."""
        found = self._http.get("app.bsky.feed.getPostThread", params={"uri": post["uri"]})
        if found.status_code == 400:  # not shown yet, or not any more
            return []
        return [each["post"] for each in found.json()["thread"].get("replies", [])]

    def _where(self, post: Ref) -> dict[str, str]:
        return {"repo": self.did, "collection": POST, "rkey": post["uri"].rpartition("/")[2]}

    def _do(self, method: str, body: Json) -> Json:
        return _told(self._http.post(method, json=body))

    def _ask(self, method: str, **params: str) -> Json:
        return _told(self._http.get(method, params=params))


def _told(answer: httpx.Response) -> Json:
    assert answer.is_success, answer.text
    told: Json = answer.json()
    return told


def _ref(post: Json) -> Ref:
    return {"uri": post["uri"], "cid": post["cid"]}


def _root(post: Json) -> Ref:
    root: Ref = (post["record"].get("reply") or {}).get("root") or _ref(post)
    return root


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

"""Bluesky, read and answered over the AT Protocol with an app password.

What concerns us is found in two ways: our account's notifications, and a search for each term.
Servers sort by the time that an author's program wrote into the post, so a post can appear deep in
the past; therefore each round reads some way back, and one in an hour much further.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from pydantic import Field, SecretStr

from platforms._bluesky_line import Json, Line
from platforms._bluesky_posts import (
    COLLECTION,
    closed_because,
    key_of,
    mention_of,
    own_key,
    text_of,
    uri_of,
    web_address,
)
from platforms._bluesky_reading import Cursor, Lists
from platforms._bluesky_refusals import (
    HIDDEN,
    LABEL,
    NotThereError,
    ThereAlreadyError,
    no_use,
)
from platforms.base import (
    GoneError,
    Length,
    Page,
    Parent,
    Platform,
    PublishedReply,
    Query,
    RejectedError,
    Settings,
    SourceState,
    Target,
    WebAddress,
)

GRAPHEMES, BYTES = 300, 3000
_TIMEOUT = (5.0, 30.0)


class BlueskySettings(Settings):
    """An account and an app password of it; the URL is that of another server or a gateway."""

    handle: str = Field(alias="BLUESKY_HANDLE")
    app_password: SecretStr = Field(alias="BLUESKY_APP_PASSWORD")
    url: WebAddress = Field("https://bsky.social", alias="BLUESKY_URL")


class Bluesky(Platform):
    name = "bluesky"
    label = LABEL
    Settings = BlueskySettings
    at_once = 25
    counting = "Each character that you see counts 1, an emoji too."
    # Servers store a changed record, and the app goes on showing the first one:
    # https://github.com/snarfed/bridgy-fed/issues/947
    can_delete = True

    def __init__(
        self, settings: BlueskySettings, *, timeout: tuple[float, float] = _TIMEOUT
    ) -> None:
        """`timeout`: seconds to connect and between two pieces of an answer."""
        handle = settings.handle.removeprefix("@").lower()
        password = settings.app_password.get_secret_value()
        self._line = Line(settings.url, handle, password, timeout=timeout)

    def fetch(self, query: Query, *, cursor: str | None) -> Page:
        now = datetime.now(UTC)
        start = Cursor.load(cursor, now)
        try:
            return self._read(query, start, now)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise no_use(write=False) from error

    def reply(self, to: Target, text: str, *, key: str) -> PublishedReply:
        parent = self._answerable(to)
        own = own_key(to.external_id, text, key)
        record = {
            "$type": COLLECTION,
            "text": text,
            "createdAt": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z",
            "reply": _references(parent),
            "facets": self._facets(text),
        }
        body = {"collection": COLLECTION, "rkey": own, "record": record, "validate": True}
        try:
            # "swapRecord": null asks that nothing stands there yet, so that a repeat is refused.
            answer = self._line.write(
                "com.atproto.repo.putRecord", {"repo": self._line.did, "swapRecord": None, **body}
            )
        except ThereAlreadyError:
            return self._published(own)
        if answer.get("uri") != uri_of(self._line.did, own):
            raise no_use(write=True)
        return self._published(own)

    def find_reply(
        self, to: Target, text: str, *, key: str, since: datetime
    ) -> PublishedReply | None:
        """Look under the key that `reply` chose, where we write ourselves: None is final here."""
        own = own_key(to.external_id, text, key)
        where = {"repo": self._line.did, "collection": COLLECTION, "rkey": own}
        try:
            answer = self._line.get("com.atproto.repo.getRecord", **where)
        except NotThereError:
            return None
        if not isinstance(answer.get("value"), dict):
            raise no_use(write=False)
        return self._published(own)

    def delete(self, published: PublishedReply) -> None:
        """A record that is not there is no error to Bluesky either."""
        where = {"collection": COLLECTION, "rkey": key_of(published.external_id)}
        self._line.write("com.atproto.repo.deleteRecord", {"repo": self._line.did, **where})

    def refresh(self, ids: Sequence[str]) -> Iterable[SourceState]:
        """Tell the text of each post as it is now: Bluesky does not tell which were edited."""
        asked = [each for each in ids if each.startswith("at://")]
        for start in range(0, len(asked), self.at_once):
            batch = asked[start : start + self.at_once]
            there = self._posts(batch)
            hidden = self._hidden(there.values())
            for uri in batch:
                post = there.get(uri) if uri not in hidden else None
                text = text_of(post["record"]) if post else None
                yield SourceState(external_id=uri, gone=post is None, text=text)

    def measure(self, text: str, to: Target | None = None) -> Length:
        import regex  # noqa: PLC0415 - only for Bluesky

        return Length(used=len(regex.findall(r"\X", text)), limit=GRAPHEMES)

    def objections(self, to: Target, text: str) -> Sequence[str]:
        size = len(text.encode())
        if size > BYTES:
            return [
                f"Bluesky stores at most {BYTES} bytes of text, and this one takes {size}, because"
                " some emoji and letters are made of many. Leave some of them out."
            ]
        return ()

    def close(self) -> None:
        self._line.close()

    def _read(self, query: Query, start: Cursor, now: datetime) -> Page:
        lists = Lists(self._line, start.horizon(now))
        uris = [note["uri"] for note in lists.notifications()]
        posts = {post["uri"]: post for term in query.terms for post in lists.search(term)}
        matching = {uri for uri, post in posts.items() if query.matches(_searchable(post))}
        wanted = dict.fromkeys([*uris, *matching])
        posts |= self._posts([uri for uri in wanted if uri not in posts])
        posts |= self._posts(_above([posts[uri] for uri in wanted if uri in posts], posts))
        found = [
            replace(mention_of(posts[uri]), parent=self._parent(posts[uri], posts))
            for uri in wanted
            if uri in posts and not self._is_ours(posts[uri], query.own_accounts)
        ]
        found.sort(key=lambda each: (each.published_at, each.external_id))
        return Page(
            mentions=tuple(found),
            cursor=start.moved(found, now).dump(),
            gap=lists.gap,
        )

    def _parent(self, post: Json, posts: dict[str, Json]) -> Parent | None:
        reply = post["record"].get("reply")
        if not reply:
            return None
        uri = str(reply["parent"]["uri"])
        author = uri.split("/")[2]
        shown = mention_of(posts[uri]) if uri in posts else None
        return Parent(
            handle=shown.author.handle if shown else "",
            text=shown.text if shown else "",
            url=shown.url if shown else web_address(author, uri),
            ours=author == self._line.did,
        )

    def _posts(self, uris: Sequence[str]) -> dict[str, Json]:
        """Return those of these posts that we may see."""
        found: dict[str, Json] = {}
        for start in range(0, len(uris), self.at_once):
            batch = uris[start : start + self.at_once]
            answer = self._line.get("app.bsky.feed.getPosts", uris=batch)
            try:
                found |= {post["uri"]: post for post in answer["posts"]}
            except (KeyError, TypeError) as error:
                raise no_use(write=False) from error
        return found

    def _hidden(self, posts: Iterable[Json]) -> set[str]:
        """Those replies of ours that whoever began the thread has hidden from it.

        https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/feed/threadgate.json
        """
        ours = (one["record"] for one in posts if one["author"]["did"] == self._line.did)
        roots = {record["reply"]["root"]["uri"] for record in ours if record.get("reply")}
        gates = [post.get("threadgate") or {} for post in self._posts(sorted(roots)).values()]
        records = (gate.get("record") or {} for gate in gates)
        return {uri for record in records for uri in record.get("hiddenReplies") or ()}

    def _is_ours(self, post: Json, own_accounts: frozenset[str]) -> bool:
        author = post["author"]
        return author["did"] == self._line.did or author["handle"].lower() in own_accounts

    def _answerable(self, to: Target) -> Json:
        """Look at the post once more: servers take replies to what is gone or closed."""
        post = self._posts([to.address]).get(to.address)
        if post is None:
            raise GoneError(HIDDEN)
        if closed := closed_because(post):
            raise RejectedError(closed)
        return post

    def _facets(self, text: str) -> list[Json]:
        """Make links and people clickable; their places are counted in bytes of UTF-8."""
        from atproto_client.models.utils import get_model_as_dict  # noqa: PLC0415 - slow to load
        from atproto_client.utils import facet_detection  # noqa: PLC0415 - slow to load

        facets = [get_model_as_dict(each) for each in facet_detection.detect_facets(text)]
        for named in facet_detection.detect_mentions(text):
            if did := self._did_of(named.handle):
                index = {"byteStart": named.byte_start, "byteEnd": named.byte_end}
                feature = {"$type": "app.bsky.richtext.facet#mention", "did": did}
                facets.append({"index": index, "features": [feature]})
        return facets

    def _did_of(self, handle: str) -> str | None:
        try:
            answer = self._line.get("com.atproto.identity.resolveHandle", handle=handle)
        except NotThereError:
            return None
        return str(answer["did"]) if "did" in answer else None

    def _published(self, key: str) -> PublishedReply:
        uri = uri_of(self._line.did, key)
        return PublishedReply(external_id=uri, url=web_address(self._line.did, uri))


def _above(posts: Iterable[Json], read: Container[str]) -> list[str]:
    """What these posts answer and was not read yet. To read it costs nothing here."""
    replies = (post["record"].get("reply") for post in posts)
    uris = dict.fromkeys(str(reply["parent"]["uri"]) for reply in replies if reply)
    return [uri for uri in uris if uri not in read]


def _searchable(post: Json) -> str:
    mention = mention_of(post)
    return " ".join([mention.text, *(media.alt for media in mention.media)])


def _references(parent: Json) -> Json:
    """Name the post we answer, and the one that began its thread.

    Servers check neither, and show a reply with a wrong root nowhere.
    """
    here = {"uri": parent["uri"], "cid": parent["cid"]}
    above = parent["record"].get("reply") or {}
    return {"root": above.get("root") or here, "parent": here}

"""A post as Bluesky's servers show it, read into what Switchboard knows. Asks nothing itself.

Shapes: https://github.com/bluesky-social/atproto/tree/main/lexicons/app/bsky
"""

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from platforms.base import Author, FoundMention, Media

Json = dict[str, Any]
COLLECTION = "app.bsky.feed.post"
SITE = "https://bsky.app/profile"
_TID = re.compile(r"[2-7a-j][2-7a-z]{12}")
_TID_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"
_SOME_DAY = "3lbbb"  # how keys made in November 2024 begin
_ALLOWED = {
    "app.bsky.feed.threadgate#mentionRule": "people whom the thread mentions",
    "app.bsky.feed.threadgate#followerRule": "their followers",
    "app.bsky.feed.threadgate#followingRule": "people they follow",
    "app.bsky.feed.threadgate#listRule": "people on a list of theirs",
}


def uri_of(did: str, key: str) -> str:
    return f"at://{did}/{COLLECTION}/{key}"


def web_address(who: str, uri: str) -> str:
    return f"{SITE}/{who}/post/{key_of(uri)}"


def key_of(uri: str) -> str:
    return uri.rpartition("/")[2]


def own_key(parent: str, text: str, key: str) -> str:
    """Choose the record key of our reply: always the same one for the same reply.

    It begins as the parent's does, so that it is one of the parent's time (within 18 minutes): a
    key has to be a TID (https://atproto.com/specs/tid). Parent and text are in it because after a
    new start with an empty database the same `key` may stand for another reply.
    """
    parents = key_of(parent)
    digest = hashlib.sha256(f"{parent}\0{text}\0{key}".encode()).digest()
    start = parents[:5] if _TID.fullmatch(parents) else _SOME_DAY
    return start + "".join(_TID_DIGITS[byte % 32] for byte in digest[:8])


def sorted_at(post: Json) -> datetime:
    """When the post was made, or first seen when its author says that it was later."""
    seen = moment(post["indexedAt"])
    try:
        return min(moment(post["record"]["createdAt"]), seen)
    except ValueError:  # the author's program wrote it, and wrote something else
        return seen


def moment(said: str) -> datetime:
    found = datetime.fromisoformat(said)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def mention_of(post: Json) -> FoundMention:
    """Read a post view; raises KeyError, TypeError or ValueError when it is none."""
    uri, record = post["uri"], post["record"]
    reply = record.get("reply") or {}
    closed = closed_because(post)
    return FoundMention(
        external_id=uri,
        address=uri,
        author=_author(post["author"]),
        text=text_of(record),
        url=web_address(_who(post["author"]), uri),
        published_at=sorted_at(post),
        parent_id=reply["parent"]["uri"] if reply else None,
        root_id=reply["root"]["uri"] if reply else uri,
        language=_language(record),
        media=(*_media(post.get("embed") or {}), *_links(record)),
        can_reply=not closed,
        cannot_reply_reason=closed,
    )


def _author(person: Json) -> Author:
    return Author(
        id=str(person["did"]),
        handle=str(person["handle"]),
        name=str(person.get("displayName") or ""),
        url=f"{SITE}/{_who(person)}",
    )


def _who(person: Json) -> str:
    """Return what stands for a person in web addresses.

    A handle that its domain does not confirm is shown as the same word for everybody.
    """
    return str(person["did" if person["handle"] == "handle.invalid" else "handle"])


def closed_because(post: Json) -> str:
    """Why we cannot reply, as a sentence; empty when we can.

    Servers take such a reply and show it to nobody, so this has to be asked first.
    """
    towards = post["author"].get("viewer") or {}
    if towards.get("blocking"):
        return "Our account has blocked this person."
    if not (post.get("viewer") or {}).get("replyDisabled"):
        return ""
    rules = ((post.get("threadgate") or {}).get("record") or {}).get("allow")
    if rules == []:
        return "The author lets nobody reply."
    people = [_ALLOWED[each["$type"]] for each in rules or () if each.get("$type") in _ALLOWED]
    return f"The author lets only {' and '.join(people) or 'some people'} reply."


def text_of(record: Json) -> str:
    """Return the text, with the links whole that the author's app has shortened."""
    text = str(record["text"]).encode()
    for start, end, link in reversed(list(_linked(record))):
        if _is_shortened(text[start:end].decode(), link):
            text = text[:start] + link.encode() + text[end:]
    return text.decode()


def _linked(record: Json) -> Iterator[tuple[int, int, str]]:
    """Tell where links stand, in bytes; what does not fit the text is passed over, as apps do."""
    text, last = str(record["text"]).encode(), 0
    facets = [each for each in record.get("facets") or () if "index" in each]
    for facet in sorted(facets, key=lambda each: int(each["index"]["byteStart"])):
        start, end = int(facet["index"]["byteStart"]), int(facet["index"]["byteEnd"])
        links = [each["uri"] for each in facet.get("features", ()) if "uri" in each]
        if links and last <= start < end <= len(text) and _on_letters(text, start, end):
            last = end
            yield start, end, str(links[0])


def _on_letters(text: bytes, start: int, end: int) -> bool:
    return all(at == len(text) or text[at] & 0xC0 != 0x80 for at in (start, end))


def _is_shortened(shown: str, link: str) -> bool:
    begins = re.sub(r"(\.\.\.|…)$", "", shown)
    return begins != shown and _bare(link).startswith(_bare(begins))


def _bare(link: str) -> str:
    return re.sub(r"^https?://(www\.)?", "", link).rstrip("/")


def _links(record: Json) -> Iterator[Media]:
    """Tell the links that stand behind other words."""
    text = str(record["text"]).encode()
    for start, end, link in _linked(record):
        shown = text[start:end].decode()
        if _bare(shown) != _bare(link) and not _is_shortened(shown, link) and _is_web(link):
            yield Media(kind="link", url=link, alt=shown)


def _media(embed: Json) -> Iterator[Media]:
    kind = str(embed.get("$type", ""))
    if kind.startswith("app.bsky.embed.recordWithMedia"):
        yield from _media(embed.get("media") or {})
        yield from _media({"$type": "app.bsky.embed.record", **(embed.get("record") or {})})
    for found in _shown(kind, embed):
        if _is_web(found.url):
            yield found


def _shown(kind: str, embed: Json) -> Iterator[Media]:
    if kind.startswith("app.bsky.embed.images"):
        for image in embed["images"]:
            yield Media(kind="image", url=image["fullsize"], alt=image.get("alt") or "")
    elif kind.startswith("app.bsky.embed.video"):
        yield Media(kind="video", url=embed.get("thumbnail") or "", alt=embed.get("alt") or "")
    elif kind.startswith("app.bsky.embed.external"):
        card = embed["external"]
        yield Media(kind="link", url=card["uri"], alt=card.get("title") or "")
    elif kind.startswith("app.bsky.embed.record") and "WithMedia" not in kind:
        quoted = embed.get("record") or {}
        if f"/{COLLECTION}/" in str(quoted.get("uri", "")) and "author" in quoted:
            who = _who(quoted["author"])
            url = web_address(who, quoted["uri"])
            yield Media(kind="link", url=url, alt=f"Quotes a post by @{who}")


def _is_web(url: str) -> bool:
    return url.startswith(("https://", "http://"))


def _language(record: Json) -> str | None:
    """Return what the author's app says, where it names a single one of the two-letter codes."""
    said = {str(each).partition("-")[0].lower() for each in record.get("langs") or ()}
    only = said.pop() if len(said) == 1 else ""
    return only if len(only) == 2 else None

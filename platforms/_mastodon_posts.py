"""A Mastodon status as Mastodon.py shows it, put into our terms. Talks to nobody.

https://docs.joinmastodon.org/entities/Status/; GoToSocial and Pleroma give the same fields.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from platforms._html import text_of_html
from platforms.base import Author, FoundMention, Media, Parent

Json = Mapping[str, Any]
VISIBILITIES = frozenset({"public", "unlisted", "private", "direct"})
"""From the widest to the narrowest; "direct" is seen by the people mentioned only."""
NOT_ANSWERABLE = "The author lets nobody but chosen people reply."
_KINDS = {"image": "image", "video": "video", "gifv": "video"}
_LINK = re.compile(r"(?<![A-Za-z0-9@$#])https?://[^\s<>\"]*[^\s<>\".,;:!?')\]]")
_MENTION = re.compile(r"(?<![/\w])@(\w+)@[\w.-]+\w", re.ASCII)


def mention_of(status: Json, *, root_id: str | None) -> FoundMention:
    """Raises LookupError, TypeError, ValueError or AttributeError for what is no status."""
    url = str(status.get("url") or status["uri"])
    answerable = _answerable(status)
    return FoundMention(
        external_id=str(status["id"]),
        address=address_of(status),
        author=_author(status["account"]),
        text=text_of(status),
        url=url,
        published_at=status["created_at"].astimezone(UTC),
        parent_id=parent_of(status),
        root_id=root_id,
        language=_language(status.get("language")),
        media=tuple(_media(status)),
        can_reply=answerable,
        cannot_reply_reason="" if answerable else NOT_ANSWERABLE,
    )


def address_of(status: Json) -> str:
    """Id and visibility: a reply is seen by those who see the post, and by nobody else.

    Wider would show a private word to the public; narrower would hide the brand's answer from
    people who read the question. What we do not know is taken for the narrowest.
    """
    said = str(status.get("visibility"))
    return f"{status['id']}:{said if said in VISIBILITIES else 'direct'}"


def parent_of(status: Json) -> str | None:
    parent = status.get("in_reply_to_id")
    return str(parent) if parent else None


def parent_shown(status: Json, above: Json, *, us: str) -> Parent:
    """What is known of the post that `status` answers. `above`: that post, empty when not shown."""
    writer = str(status.get("in_reply_to_account_id") or "")
    names = {str(each["id"]): str(each["acct"]) for each in status.get("mentions") or ()}
    if str(above.get("id")) != parent_of(status):
        return Parent(handle=names.get(writer, ""), ours=writer == us)
    return Parent(
        handle=str(above["account"]["acct"]),
        text=text_of(above),
        url=str(above.get("url") or above["uri"]),
        ours=str(above["account"]["id"]) == us,
    )


def text_of(status: Json) -> str:
    """Return what people read, a content warning first, as Mastodon shows it."""
    text = text_of_html(str(status["content"]))
    warning = str(status.get("spoiler_text") or "").strip()
    return f"Content warning: {warning}\n\n{text}".strip() if warning else text


def happened(status: Json) -> datetime:
    moment: datetime = status["created_at"]
    return moment.astimezone(UTC)


def bare(text: str) -> str:
    """Text without what a server changes: who is mentioned first, and white space."""
    text = unicodedata.normalize("NFC", text)
    return " ".join(re.sub(r"^(@[\w.@-]+\s+)+", "", text).split())


def mentions_somebody(text: str, handle: str) -> bool:
    return re.search(rf"(?<![/\w])@{re.escape(handle)}(?![\w@])", text, re.IGNORECASE) is not None


def count(text: str, *, link: int) -> int:
    """Count what people see as one character as 1, a link as `link`, @name@server as @name.

    https://docs.joinmastodon.org/user/posting/#text
    """
    import regex  # noqa: PLC0415 - only for Mastodon

    text = _MENTION.sub(r"@\1", _LINK.sub("x" * link, text))
    return len(regex.findall(r"\X", text))


def _author(account: Json) -> Author:
    return Author(
        id=str(account["id"]),
        handle=str(account["acct"]),
        name=str(account.get("display_name") or ""),
        url=str(account.get("url") or ""),
        followers=account.get("followers_count"),
    )


def _language(said: str | None) -> str | None:
    return said[:2] if said and re.match(r"[a-z]{2}(-|$)", said) else None


def _media(status: Json) -> Iterator[Media]:
    """Attachments; those that the author or the server marked as sensitive are links only."""
    hidden = status.get("sensitive") or status.get("spoiler_text")
    for each in status.get("media_attachments") or ():
        url = str(each.get("url") or each.get("remote_url") or "")
        if url.startswith(("http://", "https://")):
            kind = "link" if hidden else _KINDS.get(str(each.get("type")), "link")
            yield Media(kind=kind, url=url, alt=str(each.get("description") or ""))


def _answerable(status: Json) -> bool:
    """Only GoToSocial lets authors say who may reply; elsewhere everybody may who sees the post.

    https://docs.gotosocial.org/en/latest/federation/interaction_policy/
    """
    policy = (status.get("interaction_policy") or {}).get("can_reply")
    if not policy:
        return True
    allowed = {who for group in policy.values() if isinstance(group, list) for who in group}
    return bool(allowed - {"me", "author"})

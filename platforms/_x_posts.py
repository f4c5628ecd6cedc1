"""What X's JSON means: posts, their versions, text, media and times. No requests are made here.

Names with "tweet" are giving way to names with "post" in X's specification
(https://github.com/xdevplatform/xdk, latest-openapi.json), so both are understood.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from platforms.base import Author, Media, Parent

Json = dict[str, Any]

_SNOWFLAKE_EPOCH_MS = 1288834974657
_OLD_LANGUAGES = {"in": "id", "iw": "he"}  # X kept the codes of ISO 639 before 1989


@dataclass(frozen=True, slots=True)
class Answer:
    """One page: its posts, and what they point to by id or key."""

    posts: list[Json]
    authors: dict[str, Author]
    media: dict[str, Json]
    others: dict[str, Json]
    """Posts that these reply to or quote."""
    lost: list[str]
    """Ids that were asked for and cannot be shown: deleted, protected, suspended."""
    next_token: str | None

    @classmethod
    def of(cls, raw: Json) -> "Answer":
        """Read a page; raises ValueError when this is not what X sends."""
        try:
            return cls._of(raw)
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError("not an answer of X") from error

    @classmethod
    def _of(cls, raw: Json) -> "Answer":
        includes = raw.get("includes") or {}
        return cls(
            posts=[_sound(post) for post in raw.get("data") or ()],
            authors=_people(includes.get("users")),
            media=_by("media_key", includes.get("media")),
            others=_by("id", _either(includes, "tweets", "posts")),
            lost=[str(each.get("resource_id") or "") for each in raw.get("errors") or ()],
            next_token=(raw.get("meta") or {}).get("next_token"),
        )

    def media_of(self, post: Json, url: str) -> Iterator[Media]:
        """Tell a post's media; videos are linked by `url`, as X shows no address of theirs."""
        keys = (post.get("attachments") or {}).get("media_keys") or ()
        for found in (self.media[key] for key in keys if key in self.media):
            alt = found.get("alt_text") or ""
            if found.get("type") != "photo":
                yield Media(kind="video", url=url, alt=alt)
            elif found.get("url"):
                yield Media(kind="image", url=found["url"], alt=alt)


def people_of(raw: Json) -> dict[str, Author]:
    """Read a list of accounts, by id; raises ValueError when this is not what X sends."""
    try:
        return _people(raw.get("data"))
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError("not an answer of X") from error


def id_at(moment: datetime) -> int:
    """Return the lowest id of a moment: ids hold their time above 22 lower bits."""
    return max(1, (int(moment.timestamp() * 1000) - _SNOWFLAKE_EPOCH_MS) << 22)


def time_of(post_id: int) -> datetime:
    return datetime.fromtimestamp(((post_id >> 22) + _SNOWFLAKE_EPOCH_MS) / 1000, UTC)


def author_id(post: Json) -> str:
    return str(post.get("author_id") or "")


def references(post: Json) -> dict[str, str]:
    """Which post this one replied_to, quoted or retweeted: ids by these words."""
    found = _either(post, "referenced_tweets", "referenced_posts") or ()
    renamed = {"reposted": "retweeted"}
    return {renamed.get(each["type"], each["type"]): str(each["id"]) for each in found}


def versions(post: Json) -> list[str]:
    """Ids of a post, first to latest: each edit gives it a new one."""
    found = _either(post, "edit_history_tweet_ids", "edit_history_post_ids") or [post["id"]]
    return sorted(map(str, found), key=int)


def people_mentioned(post: Json) -> Iterator[Json]:
    """Tell id and username of each account that the text names, cut off or not."""
    for part in (post, _whole(post)):
        named = (part.get("entities") or {}).get("mentions") or ()
        yield from (each for each in named if each.get("username"))


def text_of(post: Json) -> str:
    """Return the text as people read it: whole, with real links, without links to its media."""
    text = str(_whole(post)["text"])
    links = (_whole(post).get("entities") or {}).get("urls") or ()
    for link in (each for each in links if each.get("url")):
        own = "media_key" in link or str(link.get("display_url")).startswith("pic.")
        text = text.replace(link["url"], "" if own else link.get("expanded_url") or link["url"])
    # X encodes these three and nothing else.
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def published_at(post: Json) -> datetime:
    if said := post.get("created_at"):
        return datetime.fromisoformat(said).astimezone(UTC)
    return time_of(int(post["id"]))


def language(post: Json) -> str | None:
    """Return the ISO 639-1 code; X adds codes of its own: und, qam, qme, zxx and so on."""
    short = str(post.get("lang") or "").split("-")[0]
    return _OLD_LANGUAGES.get(short, short) if len(short) == 2 else None


def parent_of(
    post: Json, answer: Answer, people: Mapping[str, Author], is_ours: Callable[[Author], bool]
) -> Parent | None:
    """What is known of the post that this one answers, from what came along with it unasked."""
    number = references(post).get("replied_to")
    if number is None:
        return None
    shown = answer.others.get(number, {})
    writer = author_id(shown) or str(post.get("in_reply_to_user_id") or "")
    named = {str(each.get("id")): str(each["username"]) for each in people_mentioned(post)}
    author = people.get(writer) or Author(id=writer, handle=named.get(writer, ""))
    return Parent(
        handle=author.handle,
        text=_words_of(shown),
        url=f"https://x.com/i/status/{number}",
        ours=is_ours(author),
    )


def _words_of(post: Json) -> str:
    """The text of a post that came along with another one; "" when it cannot be read."""
    try:
        return text_of(post)
    except (AttributeError, KeyError, TypeError):
        return ""


def _sound(post: Json) -> Json:
    """Return the post when everything that others rely on can be read from it."""
    int(post["id"])
    for part in (author_id, references, versions, text_of, published_at, language):
        part(post)
    list(people_mentioned(post))
    return post


def _by(name: str, parts: list[Json] | None) -> dict[str, Json]:
    """What posts point to, by the field they name it by; one without it is pointed to by none."""
    return {str(each[name]): each for each in parts or () if each.get(name)}


def _people(users: list[Json] | None) -> dict[str, Author]:
    return {str(each["id"]): _author(each) for each in users or ()}


def _author(user: Json) -> Author:
    return Author(
        id=str(user["id"]),
        handle=str(user["username"]),
        name=str(user.get("name") or ""),
        url=f"https://x.com/{user['username']}",
        followers=(user.get("public_metrics") or {}).get("followers_count"),
    )


def _either(post: Json, old: str, new: str) -> Any:
    return post.get(old) or post.get(new)


def _whole(post: Json) -> Json:
    """Posts above 280 carry their whole text apart; their `text` is cut off."""
    return _either(post, "note_tweet", "note_post") or post

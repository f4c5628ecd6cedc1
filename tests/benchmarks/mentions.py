"""Invented mentions to measure with: the sandbox's posts over and over, each a little different."""

from datetime import UTC, datetime, timedelta

from bot.sandbox.square_people import READY_MADE
from platforms.base import Author, FoundMention, Length, Page, Platform, Query, Settings

PER_PAGE = 100


def pages(count: int) -> list[Page]:
    """`count` mentions on pages of a hundred, oldest first."""
    begun = datetime.now(UTC) - timedelta(seconds=count)
    posts = [_post(number, begun + timedelta(seconds=number)) for number in range(count)]
    starts = range(0, count, PER_PAGE)
    return [
        Page(mentions=tuple(posts[at : at + PER_PAGE]), cursor=str(at + PER_PAGE)) for at in starts
    ]


class Shelf(Platform):
    """A platform that costs nothing: its pages lie ready, and the cursor says which is next."""

    name = "shelf"
    label = "Shelf"
    counting = "Nobody counts."
    Settings = Settings

    def __init__(self, pages: list[Page]) -> None:
        self._pages = pages

    def fetch(self, query: Query, *, cursor: str | None) -> Page:
        return self._pages[int(cursor or 0) // PER_PAGE]

    def measure(self, text: str) -> Length:
        return Length(used=len(text), limit=len(text))


def _post(number: int, moment: datetime) -> FoundMention:
    said = READY_MADE[number % len(READY_MADE)]
    handle = f"{said.as_}_{number % 977}"
    return FoundMention(
        external_id=str(10**15 + number),
        address=str(10**15 + number),
        author=Author(id=str(number % 977), handle=handle, name=handle.title(), followers=number),
        text=f"{said.text} (ticket {number})",
        url=f"https://shelf.example/{handle}/{number}",
        published_at=moment,
        community=said.community,
    )

"""All rows of the table of faults."""

from tests.platforms.faults import (
    of_bluesky,
    of_feeds,
    of_hackernews,
    of_mastodon,
    of_reddit,
    of_square,
    of_x,
)

_ALL = (of_x, of_reddit, of_bluesky, of_mastodon, of_feeds, of_hackernews, of_square)
FAULTS = [row for one in _ALL for row in one.FAULTS]
WELL = {
    one.WELL.platform: one.WELL
    for one in (of_x, of_reddit, of_bluesky, of_mastodon, of_feeds, of_hackernews)
}

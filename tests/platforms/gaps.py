"""How a mention could be missed unseen, and the tests that hold that it is not."""

from dataclasses import dataclass

_ALL, _X, _REDDIT, _BLUESKY, _MASTODON, _READ_ONLY, _FEEDS, _HN = (
    f"tests/platforms/test_{name}.py::test_"
    for name in (
        "contract",
        "x",
        "reddit",
        "bluesky",
        "mastodon",
        "contract_read_only",
        "feeds",
        "hackernews",
    )
)


@dataclass(frozen=True)
class Held:
    """`tests` are named as pytest does; one of the contract's runs for each of the platforms."""

    situation: str
    platforms: str
    tests: tuple[str, ...]


_EVERY = "X, Reddit, Bluesky, Mastodon"
HELD = (
    Held("250 new mentions between two rounds, on all pages", _EVERY,
        (f"{_ALL}250_new_mentions_all_arrive_oldest_first",)),
    Held("the second page fails", _EVERY, (f"{_ALL}failure_on_the_second_page_loses_nothing",)),
    Held("a short page, and an empty one, that have a successor", "X, Reddit, Bluesky", (
        f"{_X}short_and_empty_pages_with_a_token_are_not_the_last",
        f"{_REDDIT}short_and_empty_pages_with_a_successor_are_not_the_last",
        f"{_BLUESKY}short_and_empty_pages_are_not_the_last",
    )),
    Held("a mention that is listed late, below what was read", _EVERY,
        (f"{_ALL}post_that_is_listed_late_still_arrives",)),
    Held("a post dated back by its author's program", "Bluesky",
        (f"{_BLUESKY}late_and_backdated_posts_are_found",)),
    Held("posts of the very millisecond at which a page ends", "Bluesky",
        (f"{_BLUESKY}posts_of_one_millisecond_are_not_lost_between_pages",)),
    Held("an old item on top of a list", "Reddit",
        (f"{_REDDIT}old_item_on_top_does_not_end_reading",)),
    Held("more than one round reads: the rest is read in later rounds", "X, Mastodon", (
        f"{_X}backlog_beyond_the_cap_is_read_in_later_rounds",
        f"{_X}paging_stops_before_the_limit_and_goes_on_next_round",
        f"{_MASTODON}mentions_beyond_a_round_are_read_in_the_next",
    )),
    Held("a search that failed is made up for", "Mastodon",
        (f"{_MASTODON}failed_search_is_made_up_for",)),
    Held("what cannot be read any more is said, with its times",
        f"{_EVERY}, Feeds, Hacker News", (
        f"{_X}more_mentions_than_x_shows_are_told_as_a_gap",
        f"{_X}standing_still_beyond_the_search_is_told_as_a_gap",
        f"{_REDDIT}more_than_a_list_shows_is_told_as_a_gap",
        f"{_BLUESKY}what_was_too_much_to_read_is_said",
        f"{_MASTODON}more_hits_than_are_read_are_told_as_a_gap",
        f"{_FEEDS}feed_that_stays_broken_is_told_once_as_a_gap",
        f"{_HN}hits_that_cannot_be_asked_for_are_told_as_a_gap",
    )),
    Held("quiet times are no gap", "X", (f"{_X}quiet_weeks_are_no_gap",)),
    Held("the first round takes the recent past only", f"{_EVERY}, Feeds, Hacker News", (
        f"{_ALL}first_round_reads_the_recent_past_only",
        f"{_REDDIT}the_first_round_takes_the_newest_page_of_mentions_however_old",
        f"{_FEEDS}first_round_reads_the_recent_past_only",
        f"{_HN}query_means_what_it_says",
    )),
    Held("a term that is added later reads the recent past only", "Reddit",
        (f"{_REDDIT}new_term_reads_the_recent_past_only",)),
    Held("what was read comes again under the same id only", f"{_EVERY}, Feeds, Hacker News", (
        f"{_ALL}what_was_read_comes_again_only_with_the_same_id",
        f"{_READ_ONLY}oldest_comes_first_and_again_only_with_the_same_id",
    )),
    Held("fields under their names with “tweet” and with “post”", "X", (
        f"{_X}both_generations_of_field_names_are_understood",
        f"{_X}reposts_under_either_name_are_no_mentions",
    )),
    Held("errors about some posts beside the others", "X",
        (f"{_X}partial_errors_beside_posts_are_no_failure",)),
)  # fmt: skip

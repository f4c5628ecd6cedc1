"""Of many who press Claim at once one gets it, and everybody else is told who."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

from bot.database import Database
from bot.errors import AlreadyClaimed
from bot.models import Actor
from bot.usecases.claim import claim_mention, release_mention
from tests.bot.conftest import Others
from tests.bot.steps import ANA, found, history, introduce, outbox_keys, record, stored

CROWD = [Actor(f"U0PERSON{number}", f"Person {number}") for number in range(4)]


def press(mention: int, who: tuple[Database, Actor]) -> str:
    database, actor = who
    try:
        database.write(claim_mention, mention, by=actor, click=f"{mention}-{actor.slack_id}")
    except AlreadyClaimed as refusal:
        return str(refusal)
    return "claimed"


def test_one_of_many_who_claim_at_once_gets_it(database: Database, others: Others):
    record(database, *(found() for _ in range(8)))
    introduce(database, *CROWD)
    crowd = list(zip(others(4), CROWD, strict=True))
    with ThreadPoolExecutor(4) as threads:
        for mention in range(1, 9):
            answers = list(threads.map(partial(press, mention), crowd))
            owner = stored(database, mention).owner
            assert owner is not None
            assert answers.count("claimed") == 1, f"mention {mention}: {answers}"
            told = [one for one in answers if one != "claimed"]
            assert all(one.startswith(f"{owner.name} claimed this just now") for one in told), told
            assert history(database, mention) == ["found", "claimed"]


def test_the_same_click_at_the_same_time_twice_is_one_click(database: Database, others: Others):
    """Slack repeats what it thinks we missed."""
    record(database, found())
    twice = [(one, ANA) for one in others(2)]
    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(partial(press, 1), twice)) == ["claimed", "claimed"]
    assert history(database, 1) == ["found", "claimed"]


def test_a_claim_asks_for_all_that_shows_it(database: Database):
    record(database, found())
    database.write(claim_mention, 1, by=ANA, click="1")
    database.write(release_mention, 1, by=ANA, click="2")
    kinds = [key.partition(":")[0] for key in outbox_keys(database)]
    assert kinds == ["card", "person", "thread"], "each once, however often it was asked for"

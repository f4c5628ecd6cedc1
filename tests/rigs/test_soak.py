"""A minute of steady rain; `make chaos` has it rain for an hour."""

from pathlib import Path

from tests.rigs.soak import Soak


def test_the_outbox_drains_and_no_card_is_out_of_date(tmp_path: Path) -> None:
    soak = Soak(tmp_path)
    problems = list(soak.run(minutes=1, each_second=1))
    soak.database.close()
    assert not problems
    assert len(soak.network.posts) == 60

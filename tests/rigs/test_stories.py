"""A few short stories of people who do anything; `make chaos` tells many, others each time."""

from pathlib import Path

import pytest

from tests.rigs import stories


@pytest.mark.usefixtures("engines")
def test_whatever_people_do_in_whatever_order(tmp_path: Path):
    stories.make_ready(f"sqlite:///{tmp_path / 'template.db'}")
    stories.tell(examples=8, steps=25)

"""What a window carries of its writer's knowledge comes back as it was, or tells nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.seen import Seen

NUMBERS = st.integers(min_value=0, max_value=10**15 - 1)
WORDINGS = st.text("0123456789abcdef", min_size=12, max_size=12)


@given(
    st.builds(
        Seen,
        owner=NUMBERS,
        latest=NUMBERS,
        public=NUMBERS,
        wording=WORDINGS,
        post=NUMBERS,
        taken=NUMBERS,
    )
)
def test_it_comes_back_as_it_was_written(seen: Seen):
    assert Seen.read(str(seen)) == seen


def test_a_window_is_one_submission_until_its_writer_knows_what_came_of_it():
    named = [Seen(taken=number).submission("view:V1") for number in (0, 7, 8)]
    assert (len(set(named)), named[0]) == (3, Seen(latest=9).submission("view:V1"))


@pytest.mark.parametrize(
    "carried",
    [
        "",
        ":::: ",
        "1:2:3",
        "1:2:3:0123456789ab:4\n",
        "1:2:3:0123456789ab:4:",
        "1:2:3:0123456789AB:4",
        "1:2:3:0123456789ab:x",
        "1:2:3:0123456789ab:-4",
        "\u0661:2:3:0123456789ab:4",
        "1:2:3:0123456789ab:" + "9" * 99,
        "[]",
    ],
)
def test_what_nobody_wrote_tells_nothing(carried: str):
    assert Seen.read(carried) == Seen()

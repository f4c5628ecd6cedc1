"""The deliberate bugs still fit the source, and one of them is noticed; `make chaos` tries all."""

import pytest

from tests.rigs.lanes import ROOT
from tests.rigs.mutants import MUTANTS, Mutant, noticed


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: one.bug)
def test_the_source_still_has_the_place_for_the_bug(mutant: Mutant):
    for name, old, _ in mutant.patches:
        times = (ROOT / name).read_text().count(old)
        assert times == 1, (
            f"“{old}” stands {times} times in {name}. Next: in tests/rigs/mutants.py put the bug"
            f" “{mutant.bug}” into what stands there now."
        )


def test_a_bug_in_the_ledger_is_noticed():
    assert noticed(MUTANTS[0]), f"no seed noticed that {MUTANTS[0].bug}"

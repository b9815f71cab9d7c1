"""Agreement of two judges: printed values, properties, bad input.

Cases against R stand in `oracles`, and `test_methods.py` goes through them.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import stdtrit

from remit.analysis.methods.estimates import Estimate
from remit.analysis.methods.gwet import gwet_agreement
from remit.analysis.methods.panel_agreement import fleiss_kappa, panel_gwet_agreement
from remit.analysis.methods.rater_agreement import kappa
from remit.errors import MethodError

ABSTRACTORS = [[13, 0, 0], [0, 20, 7], [0, 4, 56]]


def test_printed_agreement_of_two_abstractors() -> None:
    # Gwet KL, irrCAC 1.0, vignette "overview": kappa2.table and gwet.ac1.table.
    found = kappa(ABSTRACTORS)
    assert found.value == pytest.approx(0.7964094, abs=5e-8)
    assert found.high is not None
    assert found.value is not None
    assert (found.high - found.value) / 1.959964 == pytest.approx(0.05891072, abs=5e-7)
    ac = gwet_agreement(ABSTRACTORS)
    assert ac.value == pytest.approx(0.8493305, abs=5e-8)
    assert (ac.low, ac.high) == pytest.approx((0.764, 0.935), abs=5e-4)


def test_agreement_that_is_not_defined_says_why() -> None:
    assert kappa([[0, 0], [0, 0]]).warnings
    assert kappa([[5, 0], [0, 0]]).value is None
    alone = kappa([[8, 0], [4, 0]])
    assert (alone.value, alone.low) == (0.0, None)
    # A rare answer pushes kappa to 0 and not AC1: 118 of 125 agree.
    table = [[118, 5], [2, 0]]
    assert (kappa(table).value or 0) < 0.05
    assert (gwet_agreement(table).value or 0) > 0.9
    assert gwet_agreement([[1, 0], [0, 0]]).low is None
    for wrong in ([[1, 2], [3]], [[1, 2, 3], [4, 5, 6]], [[1, -1], [0, 2]], [[0.5, 1], [2, 3]]):
        with pytest.raises(MethodError):
            kappa(wrong)  # type: ignore[arg-type]  # halves are no counts: that is what is tried
    with pytest.raises(MethodError, match="no weights 'cubic'"):
        kappa([[1, 2], [3, 4]], weights="cubic")


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.integers(0, 20), min_size=3, max_size=3), min_size=3, max_size=3))
def test_judges_can_change_places(table: list[list[int]]) -> None:
    turned = [list(row) for row in zip(*table, strict=True)]
    backward = [row[::-1] for row in table[::-1]]
    for function in (kappa, gwet_agreement):
        for weights in ("none", "quadratic"):
            found = function(table, weights=weights)
            for other in (turned, backward):
                again = function(other, weights=weights)
                _alike(found, again)


def _alike(one: Estimate, other: Estimate) -> None:
    for a, b in zip(
        (one.value, one.low, one.high), (other.value, other.low, other.high), strict=True
    ):
        assert a == (None if b is None else pytest.approx(b, abs=1e-9))


# Gwet KL, irrCAC 1.0, vignette "overview": psychiatrists by answer, and four judges with gaps.
SIX_JUDGES = """00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 10050 11040 03300 10050
02031"""
FOUR_JUDGES = "11-1 2232 3333 3333 2222 1234 4444 1121 2222 -555 --11 --3-"


def test_printed_agreement_of_several_judges() -> None:
    six = [
        [answer for answer, count in zip("abcde", row, strict=True) for _ in range(int(count))]
        for row in SIX_JUDGES.split()
    ]
    four = [[None if one == "-" else one for one in row] for row in FOUR_JUDGES.split()]
    for function, ratings, value, error in (
        (fleiss_kappa, six, 0.4139265, 0.08119291),
        (panel_gwet_agreement, six, 0.4448007, 0.08418757),
        (fleiss_kappa, four, 0.76117, 0.15302),
        (panel_gwet_agreement, four, 0.77544, 0.14295),
    ):
        found = function(ratings)
        assert found.value == pytest.approx(value, abs=5e-6)
        assert found.value is not None
        assert found.low is not None
        quantile = stdtrit(len(ratings) - 1, 0.975)
        assert (found.value - found.low) / quantile == pytest.approx(error, abs=5e-6)


def test_two_judges_are_a_panel_of_two() -> None:
    pairs = [
        [str(row), str(column)]
        for row, counts in enumerate(ABSTRACTORS)
        for column, count in enumerate(counts)
        for _ in range(count)
    ]
    two, panel = gwet_agreement(ABSTRACTORS), panel_gwet_agreement(pairs)
    assert panel.value == pytest.approx(two.value)
    # Gwet divides by n of two judges and by n - 1 of more.
    assert panel.low == pytest.approx(two.low, abs=5e-4)


def test_a_panel_that_cannot_agree_says_why() -> None:
    assert fleiss_kappa([["a", None], [None, "b"]]).warnings
    assert fleiss_kappa([["a", "a"], ["a", "a"]]).value is None
    assert panel_gwet_agreement([["a", "a"]], answers=["a", "b"]).low is None
    with pytest.raises(MethodError, match="two judges at least"):
        fleiss_kappa([["a"], ["b"]])
    with pytest.raises(MethodError, match="one of the answers"):
        panel_gwet_agreement([["a", "c"]], answers=["a", "b"])

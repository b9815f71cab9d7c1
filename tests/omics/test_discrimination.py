"""Areas under the curve as pROC has them, and what few persons can carry as it is printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtri

from remit.errors import MethodError
from remit.omics.methods.affordable_parameters import affordable_parameters, largest_r2
from remit.omics.methods.discrimination import (
    area_gain,
    area_under_curve,
    count_pairs,
    expected_half_width,
    findable_area,
)

PAGE = Path(__file__).parent / "oracles/discrimination.json"
CASES = json.loads(PAGE.read_text(encoding="utf-8"))["cases"]
NEAR = 1e-12


@pytest.mark.parametrize("case", CASES)
def test_areas_and_their_difference_are_those_of_proc(case: dict[str, Any]) -> None:
    yes = np.array(case["yes"]) > 0
    first, second = (count_pairs(np.array(case[name], float), yes) for name in ("first", "second"))
    found, gain = area_under_curve(first), area_gain(second, first)
    assert found.value == pytest.approx(case["area"], abs=NEAR)
    assert (found.low, found.high) == pytest.approx((case["low"], case["high"]), abs=NEAR)
    assert gain.value == pytest.approx(case["gain"], abs=NEAR)
    assert gain.value is not None
    assert gain.high is not None
    error = (gain.high - gain.value) / float(ndtri(0.975))
    assert gain.value / error == pytest.approx(case["z"], abs=1e-9)


def test_pairs_of_other_folds_are_not_compared() -> None:
    """Two folds by hand: the first won and tied, the second lost."""
    scores, yes = np.array([3.0, 1, 3, 0, 5]), np.array([True, False, False, True, False])
    folds = np.array([0, 0, 0, 1, 1])
    pairs = count_pairs(scores, yes, folds)
    assert pairs.area == pytest.approx((1 + 0.5 + 0) / 3)
    assert count_pairs(scores[:1], yes[:1]).area is None
    assert area_under_curve(count_pairs(scores[:1], yes[:1])).value is None


def test_areas_of_other_persons_are_not_compared() -> None:
    one = count_pairs(np.array([1.0, 2]), np.array([True, False]))
    two = count_pairs(np.array([1.0, 2, 3]), np.array([True, False, False]))
    with pytest.raises(MethodError, match="same persons"):
        area_gain(one, two)


def test_affordable_parameters_are_those_printed() -> None:
    """Riley 2020 (BMJ 368:m441): 30 parameters at R² 0.05 and shrinkage 0.9 need 5,249 persons."""
    assert affordable_parameters(5249, 0.05) >= 30 > affordable_parameters(5248, 0.05)
    assert largest_r2(0.5) == pytest.approx(0.75)  # 1 - exp(-2 ln 2), by hand
    with pytest.raises(MethodError, match="share of variation"):
        affordable_parameters(100, 0.95)


def test_the_width_is_that_of_hanley_and_mcneil() -> None:
    """By their formula written out: 40 with, 60 without, an area of 0.75."""
    q1, q2 = 0.75 / 1.25, 2 * 0.75**2 / 1.75
    variance = (0.75 * 0.25 + 39 * (q1 - 0.75**2) + 59 * (q2 - 0.75**2)) / (40 * 60)
    assert expected_half_width(0.75, 40, 60) == pytest.approx(1.959964 * variance**0.5, abs=1e-6)
    few, many = findable_area(8, 12), findable_area(80, 120)
    assert few is not None
    assert many is not None
    assert 0.5 < many < few
    assert findable_area(1, 2) is None

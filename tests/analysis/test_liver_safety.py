"""Hy's law: what is not known, bad input.

Cases against R stand in `oracles`, and `test_methods.py` goes through them.
"""

from __future__ import annotations

import pytest

from remit.analysis.methods.liver_safety import HY, OPEN, liver_quadrants
from remit.errors import MethodError


def test_a_value_that_is_not_known_is_not_normal() -> None:
    found = liver_quadrants([3.0, None, 5.0, 2.9], [2.1, 3.0, None, 9.0], phosphatase=[None] * 4)
    assert found.quadrant == (HY, OPEN, OPEN, "bilirubin alone")
    assert sum(found.counts.values()) == 4
    with pytest.raises(MethodError, match="2 of each"):
        liver_quadrants([1.0, 2.0], [1.0])
    with pytest.raises(MethodError, match="multiple of the upper limit"):
        liver_quadrants([-1.0], [1.0])

"""Numbers as they are printed: half away from zero, as SAS does, on the decimal that is meant.

A share of 0.425 is stored as 0.42499999999999999; what is meant is brought back first (to twelve
digits), then it is rounded. R from version 4 and Python round halves to even.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from math import isinf

DIGITS_KEPT = 12
NEAR_ONE = 1e-9  # sums of chances miss one by so little
NOTHING = "–"  # what has no number is printed so, never as empty or "nan"


def rounded(value: float | None, digits: int) -> str:
    """A number with so many digits after the point.

    >>> rounded(42.65, 1), rounded(0.285, 2), rounded(-0.5, 0), rounded(None, 1)
    ('42.7', '0.29', '-1', '–')
    """
    if value is None:
        return NOTHING
    if isinf(value):
        return "∞" if value > 0 else "-∞"
    meant = Decimal(f"{value:.{DIGITS_KEPT}g}")
    found = meant.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    return f"{found:f}" if found else f"{abs(found):f}"


def p_text(p: float | None) -> str:
    """A p value with four digits; what would print as nothing is said to be below.

    >>> p_text(0.00004), p_text(0.32805), p_text(0.99996)
    ('<0.0001', '0.3281', '>0.9999')
    """
    if p is None:
        return NOTHING
    if p < 0.0001:
        return "<0.0001"
    return ">0.9999" if 0.9999 < p < 1 - NEAR_ONE else rounded(p, 4)


def interval_text(low: float | None, high: float | None, digits: int) -> str:
    """An interval in words that hold whatever the signs of its bounds.

    >>> interval_text(-0.098, 0.394, 2), interval_text(None, None, 2)
    ('-0.10 to 0.39', '–')
    """
    if low is None and high is None:
        return NOTHING
    return f"{rounded(low, digits)} to {rounded(high, digits)}"

"""Samples of whole numbers with a given sum and sum of squares, where there are any.

The sum of squares of whole numbers is odd where their sum is (Allard's third test); a sample that
has both is built by moving two values apart by one step, which SPRITE does at random.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from math import ceil, floor

from remit.analysis.referee.printed_numbers import PrintedNumber
from remit.analysis.referee.roundings import SOUND, convention_of

MOST_SQUARES = 5_000
MOST_MOVES = 20_000
MOST_VALUES = 5_000


def square_sums(total: int, n: int, sd: PrintedNumber, step: Fraction) -> Iterator[int]:
    """The sums of squares that give a sample of this sum the printed standard deviation."""
    least = max(Fraction(0), (Fraction(sd.value) - sd.half) / step)
    most = (Fraction(sd.value) + sd.half) / step
    base = Fraction(total * total, n)
    first = max(ceil(base), floor(base + least**2 * (n - 1)) - 1)
    last = ceil(base + most**2 * (n - 1)) + 1
    number = 0
    for squares in range(first, last + 1):
        if (squares - total) % 2:
            continue
        variance = float((squares - base) / (n - 1))
        if convention_of(variance**0.5 * float(step), sd) in SOUND:
            number += 1
            if number > MOST_SQUARES:
                return
            yield squares


def sample_of(
    total: int, squares: int, n: int, low: Fraction | None, high: Fraction | None
) -> list[tuple[int, int]] | None:
    """Values with how often each stands; None where no sample was found.

    Two values that are moved apart, the lower down and the upper up, keep the sum and raise the
    sum of squares by twice one more than lay between them.
    """
    if n > MOST_VALUES:
        return None
    least = None if low is None else ceil(low)
    most = None if high is None else floor(high)
    middle, more = divmod(total, n)
    if (least is not None and middle < least) or (
        most is not None and (middle > most or (middle == most and more))
    ):
        return None
    values = Counter({middle: n - more})
    if more:
        values[middle + 1] = more
    rest = squares - sum(value * value * count for value, count in values.items())
    for _ in range(MOST_MOVES):
        if rest == 0:
            return sorted((value, count) for value, count in values.items() if count)
        if rest < 0 or not _moved(values, rest, least, most):
            return None
        rest = squares - sum(value * value * count for value, count in values.items())
    return None


def _moved(values: Counter[int], rest: int, least: int | None, most: int | None) -> bool:
    """Move the pair apart that uses up most of the rest, and no more than it."""
    known = sorted(value for value, count in values.items() if count)
    best: tuple[int, int, int] | None = None
    for low in known:
        if least is not None and low - 1 < least:
            continue
        for high in known:
            if high < low or (most is not None and high + 1 > most):
                continue
            if low == high and values[low] < 2:
                continue
            gain = 2 * (high - low + 1)
            if gain <= rest and (best is None or gain > best[0]):
                best = (gain, low, high)
    if best is None:
        return False
    _, low, high = best
    values[low] -= 1
    values[high] -= 1
    values[low - 1] += 1
    values[high + 1] += 1
    return True

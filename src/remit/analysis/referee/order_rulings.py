"""Rows of one table against each other: in the same groups a larger difference has a smaller p.

An adjusted analysis moves each z a little. It does not turn the order of two rows round whose
crude z lie clearly apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

from remit.analysis.methods.summaries import z_of_p
from remit.analysis.methods.two_proportions import score_test
from remit.analysis.referee.matched_methods import cases_of
from remit.analysis.referee.printed_numbers import PrintedNumber
from remit.analysis.referee.printed_rows import PrintedRow
from remit.analysis.referee.rulings import Remark, Ruling

APART = 0.2  # of z, by the counts one way and by the printed p the other


@dataclass(frozen=True, slots=True)
class _Point:
    place: int
    sizes: tuple[int, int]
    crude: float
    printed: tuple[float, float]
    p: PrintedNumber
    name: str


def order_remarks(rows: Sequence[PrintedRow]) -> Iterator[tuple[int, Remark]]:
    """What rows say of a p that is too large, or too small, beside that of another row."""
    points = [point for place, row in enumerate(rows) for point in _points(place, row)]
    for one, other in permutations(points, 2):
        if one.sizes != other.sizes or one.crude - other.crude < APART:
            continue
        if other.printed[0] - one.printed[1] < APART:
            continue
        told = f"by their counts z is {one.crude:.2f} here and {other.crude:.2f} in {other.name}"
        lines = (f"{told}, of the same groups, where p is {other.p.text}: their order is turned",)
        yield one.place, Remark((one.p,), Ruling.GIVEN, lines)


def _points(place: int, row: PrintedRow) -> Iterator[_Point]:
    """A row whose counts and p are printed: the z of both."""
    for comparison in row.comparisons:
        p = comparison.get("p")
        cases = cases_of(row, comparison, (), "")
        if p is None or p.is_weak or not 0 < p.number <= 1 or cases is None or cases.told:
            continue
        a, n, b, m = cases.cases[0].counts
        found = score_test(a, n, b, m).statistic
        if found is not None:
            z = z_of_p(min(1.0, p.high)), z_of_p(max(p.low, 1e-300))
            yield _Point(place, (n, m), abs(found), z, p, row.name)
            return

"""Tables of counts by exact enumeration: Fisher's test, of 2 × 2 and of r × c, and its odds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import exp, inf, lgamma, log

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from remit.analysis.methods.estimates import LEVEL, Estimate, Significance, require_level
from remit.analysis.methods.register import method
from remit.analysis.methods.table_counts import counts_of
from remit.errors import MethodError

Floats = npt.NDArray[np.float64]
ONE_SIDED = "one row or column holds all: nothing can be compared"
# R takes tables for equally likely that differ by rounding alone.
_SAME = 1 + 1e-7
MOST_TABLES = 20_000_000


@method(
    "Fisher's exact test",
    reference="Fisher RA. J R Stat Soc 1935;98:39; Freeman GH, Halton JH. Biometrika 1951;38:141",
    oracle="exact_tables",
    tolerance=1e-7,
)
def fisher_test(table: Sequence[Sequence[int]]) -> Significance:
    """The chance of a table as unlikely as this, the sums of its rows and columns being given.

    Args:
        table: counts, shape (rows, columns), two of each at least.

    Raises:
        MethodError: it is no table of counts, or has more than 20 million companions.
    """
    counts = counts_of(table)
    rows, columns = counts.sum(axis=1), counts.sum(axis=0)
    counts = counts[rows > 0][:, columns > 0]
    if min(counts.shape) < 2:
        return Significance(None, warnings=(ONE_SIDED,))
    if counts.shape[0] > counts.shape[1]:
        counts = counts.T
    seen = _log_chance(counts)
    return Significance(min(1.0, _less_likely(counts, seen)))


@method(
    "conditional odds ratio",
    reference="Fisher RA. J R Stat Soc 1935;98:39; Cornfield J. Proc 3rd Berkeley Symp 1956;4:135",
    oracle="exact_tables",
    tolerance=1e-5,
)
def conditional_odds_ratio(table: Sequence[Sequence[int]], *, level: float = LEVEL) -> Estimate:
    """The likeliest odds ratio of a 2 × 2 table whose margins are given, with exact bounds.

    Raises:
        MethodError: it is no 2 × 2 table of counts.
    """
    counts = counts_of(table)
    require_level(level)
    if counts.shape != (2, 2):
        raise MethodError(
            "the odds ratio is of a table of two rows and two columns",
            expected="2 × 2 counts",
            got=" × ".join(map(str, counts.shape)),
            next_step="choose two groups and two answers",
        )
    first, second, column = int(counts[0].sum()), int(counts[1].sum()), int(counts[:, 0].sum())
    least, most = max(0, column - second), min(first, column)
    if least == most:
        return Estimate(None, level=level, warnings=(ONE_SIDED,))
    at = int(counts[0, 0])
    values = np.arange(least, most + 1)
    ways = np.array([_log_ways(first, k) + _log_ways(second, column - k) for k in values.tolist()])
    tail = (1 - level) / 2

    def chances(logarithm: float) -> Floats:
        weights = ways + values * logarithm
        found = np.exp(weights - weights.max())
        return np.asarray(found / found.sum())

    def root(of: str, wanted: float) -> float:
        def off(logarithm: float) -> float:
            found = chances(logarithm)
            if of == "mean":
                return float(found @ values) - wanted
            some = values >= at if of == "above" else values <= at
            return float(found[some].sum()) - wanted

        return exp(float(brentq(off, -60.0, 60.0, xtol=1e-13, rtol=1e-13)))

    value = 0.0 if at == least else inf if at == most else root("mean", at)
    low = 0.0 if at == least else root("above", tail)
    high = inf if at == most else root("below", tail)
    return Estimate(value, low, high, level)


def _log_ways(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def _log_chance(counts: npt.NDArray[np.int64]) -> float:
    """The logarithm of a table's chance, its margins being given."""
    margins = [*counts.sum(axis=1).tolist(), *counts.sum(axis=0).tolist()]
    cells = counts.ravel().tolist()
    return (
        sum(lgamma(n + 1) for n in margins)
        - lgamma(int(counts.sum()) + 1)
        - sum(lgamma(n + 1) for n in cells)
    )


def _less_likely(counts: npt.NDArray[np.int64], seen: float) -> float:
    """The summed chance of all tables with these margins that are no likelier than the seen one.

    Column by column: of the tables that begin alike, only the rest of each row's sum matters, so
    that equal rests with equal chances so far are counted together.
    """
    rows = tuple(counts.sum(axis=1).tolist())
    columns = sorted(counts.sum(axis=0).tolist(), reverse=True)
    constant = sum(lgamma(n + 1) for n in (*rows, *columns)) - lgamma(int(counts.sum()) + 1)
    # Rests of the rows -> the logarithms of the cells' factorials so far, each with how many.
    found: dict[tuple[int, ...], dict[float, int]] = {rows: {0.0: 1}}
    for column in columns[:-1]:
        after: dict[tuple[int, ...], dict[float, int]] = {}
        size = 0
        for rests, weights in found.items():
            for cells in _cells(column, rests):
                left = tuple(rest - cell for rest, cell in zip(rests, cells, strict=True))
                more = sum(lgamma(cell + 1) for cell in cells)
                bin_ = after.setdefault(left, {})
                for weight, number in weights.items():
                    key = round(weight + more, 10)
                    size += key not in bin_
                    bin_[key] = bin_.get(key, 0) + number
            if size > MOST_TABLES:
                raise MethodError(
                    "the table has too many companions to be enumerated",
                    expected=f"{MOST_TABLES:,} at most",
                    got="more",
                    next_step="join rare rows or columns, or take a test by chi square",
                )
        found = after
    total = 0.0
    for rests, weights in found.items():
        last = sum(lgamma(rest + 1) for rest in rests)
        for weight, number in weights.items():
            chance = constant - weight - last
            if chance <= seen + log(_SAME):
                total += number * exp(chance)
    return total


def _cells(column: int, rests: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """All ways to spread a column's sum over rows that have so much left."""
    if len(rests) == 1:
        if column <= rests[0]:
            yield (column,)
        return
    others = sum(rests[1:])
    for cell in range(max(0, column - others), min(column, rests[0]) + 1):
        for more in _cells(column - cell, rests[1:]):
            yield (cell, *more)

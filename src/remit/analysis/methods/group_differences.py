"""Groups compared before anything was adjusted: chi square, ranks, and standardised differences."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc
from scipy.stats import rankdata

from remit.analysis.methods.estimates import Estimate, Significance
from remit.analysis.methods.exact_tables import ONE_SIDED
from remit.analysis.methods.register import method
from remit.analysis.methods.table_counts import counts_of
from remit.errors import MethodError

Floats = npt.NDArray[np.float64]
SMALL = "a count of less than 5 is expected somewhere: chi square is a rough guide"
ALIKE = "all values are the same: nothing can be compared"
FEW = "a group has fewer than two values: its spread is not known"
NO_SPREAD_LEFT = "no group has any spread: no difference can be measured by it"


@method(
    "Pearson's chi square",
    reference="Pearson K. Philos Mag 1900;50:157",
    oracle="group_differences",
    tolerance=1e-10,
)
def pearson_chi_square(table: Sequence[Sequence[int]]) -> Significance:
    """Whether rows and columns of a table hang together; without correction for continuity.

    Args:
        table: counts, shape (rows, columns), two of each at least; empty ones are left out.

    Raises:
        MethodError: it is no table of counts.
    """
    counts = counts_of(table).astype(np.float64)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    if min(counts.shape) < 2:
        return Significance(None, warnings=(ONE_SIDED,))
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    statistic = float(((counts - expected) ** 2 / expected).sum())
    df = float((counts.shape[0] - 1) * (counts.shape[1] - 1))
    warnings = (SMALL,) if float(expected.min()) < 5 else ()
    return Significance(float(chdtrc(df, statistic)), statistic, df, warnings)


@method(
    "Kruskal-Wallis test",
    reference="Kruskal WH, Wallis WA. J Am Stat Assoc 1952;47:583",
    oracle="group_differences",
    tolerance=1e-10,
)
def kruskal_wallis(groups: Sequence[Sequence[float]]) -> Significance:
    """Whether values of one group tend to be larger than those of another; ties share a rank.

    Raises:
        MethodError: there are fewer than two groups with values, or a value is no number.
    """
    found = [_numbers(group) for group in groups if len(group)]
    if len(found) < 2:
        raise MethodError(
            "ranks compare two groups at least",
            expected="two groups that hold values",
            got=str(len(found)),
            next_step="give the values of each group",
        )
    ranks = rankdata(np.concatenate(found))
    n = len(ranks)
    _, tied = np.unique(ranks, return_counts=True)
    shared = 1 - float((tied.astype(np.float64) ** 3 - tied).sum()) / (n**3 - n)
    if shared <= 0:
        return Significance(None, warnings=(ALIKE,))
    pieces = np.split(ranks, np.cumsum([len(group) for group in found])[:-1])
    summed = sum(float(piece.sum()) ** 2 / len(piece) for piece in pieces)
    statistic = (12 / (n * (n + 1)) * summed - 3 * (n + 1)) / shared
    df = float(len(found) - 1)
    return Significance(float(chdtrc(df, statistic)), statistic, df)


@method(
    "standardised difference of means",
    reference="Austin PC. Stat Med 2009;28:3083",
    oracle="group_differences",
    tolerance=1e-12,
)
def standardised_difference(first: Sequence[float], second: Sequence[float]) -> Estimate:
    """The first mean less the second, in standard deviations averaged over both groups.

    Raises:
        MethodError: a value is no number.
    """
    one, other = _numbers(first), _numbers(second)
    if min(len(one), len(other)) < 2:
        return Estimate(None, warnings=(FEW,))
    spread = sqrt((float(one.var(ddof=1)) + float(other.var(ddof=1))) / 2)
    if spread == 0:
        return Estimate(None, warnings=(NO_SPREAD_LEFT,))
    return Estimate((float(one.mean()) - float(other.mean())) / spread)


@method(
    "standardised difference of categories",
    reference="Austin PC. Stat Med 2009;28:3083; Yang D, Dalton JE. SAS Global Forum 2012, 335",
    oracle="group_differences",
    tolerance=1e-9,
)
def standardised_category_difference(first: Sequence[int], second: Sequence[int]) -> Estimate:
    """How far apart two groups are in their shares of each answer; never negative.

    Args:
        first, second: how many of each group gave each answer, in one order.

    Raises:
        MethodError: the lists differ in length, or a count is negative.
    """
    counts = counts_of([first, second]).astype(np.float64)
    counts = counts[:, counts.sum(axis=0) > 0]
    n = counts.sum(axis=1)
    if min(n) == 0:
        return Estimate(None, warnings=(FEW,))
    if counts.shape[1] < 2:
        return Estimate(None, warnings=(NO_SPREAD_LEFT,))
    # The shares add up to one, so one answer says nothing that the others have not said.
    shares = (counts / n[:, None])[:, 1:]
    apart = shares[0] - shares[1]
    spread = sum(np.diag(share) - np.outer(share, share) for share in shares) / 2
    if np.linalg.matrix_rank(spread, hermitian=True) < len(apart):
        return Estimate(None, warnings=(NO_SPREAD_LEFT,))
    return Estimate(sqrt(float(apart @ np.linalg.solve(spread, apart))))


def _numbers(values: Sequence[float]) -> Floats:
    found = np.asarray(values, np.float64)
    if not np.isfinite(found).all():
        raise MethodError(
            "groups are compared by numbers",
            expected="finite numbers",
            got=f"{int((~np.isfinite(found)).sum())} that are none",
            next_step="leave out persons without one, and say how many",
        )
    return found

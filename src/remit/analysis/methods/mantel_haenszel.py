"""Cochran-Mantel-Haenszel tests of rows against columns in strata, and the common odds ratio.

A table is three-dimensional: stratum, row (group), column (answer).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log, sqrt
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from remit.analysis.methods.estimates import LEVEL, Estimate, Significance, require_level
from remit.analysis.methods.quadratic_forms import chi_square_of
from remit.analysis.methods.register import method
from remit.analysis.methods.table_counts import counts_of
from remit.errors import MethodError

Floats = npt.NDArray[np.float64]
Table: TypeAlias = Sequence[Sequence[Sequence[int]]]
_REFERENCE = "Landis JR, Heyman ER, Koch GG. Int Stat Rev 1978;46:237"
ALONE = "all persons stand in one group or gave one answer: nothing can be compared"


@method(
    "Cochran-Mantel-Haenszel: general association",
    reference=_REFERENCE,
    oracle="mantel_haenszel",
    tolerance=1e-8,
)
def general_association(table: Table) -> Significance:
    """Whether rows and columns, both without an order, hang together within strata."""
    return _tested(table, None, None)


@method(
    "Cochran-Mantel-Haenszel: row mean scores differ",
    reference=_REFERENCE,
    oracle="mantel_haenszel",
    tolerance=1e-8,
)
def row_mean_scores(table: Table, *, scores: Sequence[float] | None = None) -> Significance:
    """Whether the groups differ in the mean score of their answers, within strata.

    Args:
        scores: one a column; 1, 2, 3 … when None, as SAS has it.
    """
    return _tested(table, None, _scores(scores, _strata(table).shape[2], "column"))


@method(
    "Cochran-Mantel-Haenszel: correlation",
    reference=_REFERENCE,
    oracle="mantel_haenszel",
    tolerance=1e-8,
)
def correlation_test(
    table: Table,
    *,
    row_scores: Sequence[float] | None = None,
    scores: Sequence[float] | None = None,
) -> Significance:
    """Whether the scores of rows and columns rise together, within strata."""
    _, rows, columns = _strata(table).shape
    return _tested(table, _scores(row_scores, rows, "row"), _scores(scores, columns, "column"))


@method(
    "common odds ratio (Mantel-Haenszel)",
    reference="Mantel N, Haenszel W. J Natl Cancer Inst 1959;22:719; Robins J, Breslow N, "
    "Greenland S. Biometrics 1986;42:311",
    oracle="mantel_haenszel",
    tolerance=1e-8,
)
def common_odds_ratio(table: Table, *, level: float = LEVEL) -> Estimate:
    """The odds ratio over strata of 2 × 2 tables with the variance of Robins and others."""
    require_level(level)
    counts = _strata(table)
    if counts.shape[1:] != (2, 2):
        raise MethodError(
            "the common odds ratio is of tables of two rows and two columns",
            expected="2 × 2 counts a stratum",
            got=" × ".join(map(str, counts.shape[1:])),
            next_step="choose two groups and two answers",
        )
    n = counts.sum(axis=(1, 2))
    counts, n = counts[n > 0], n[n > 0]
    r = counts[:, 0, 0] * counts[:, 1, 1] / n
    s = counts[:, 0, 1] * counts[:, 1, 0] / n
    above, below = float(r.sum()), float(s.sum())
    if not above or not below:
        warning = "a sum of products is 0: the ratio and its interval are not defined"
        return Estimate(None if not below else 0.0, level=level, warnings=(warning,))
    p = (counts[:, 0, 0] + counts[:, 1, 1]) / n
    q = (counts[:, 0, 1] + counts[:, 1, 0]) / n
    variance = (
        float((p * r).sum()) / (2 * above**2)
        + float((p * s + q * r).sum()) / (2 * above * below)
        + float((q * s).sum()) / (2 * below**2)
    )
    value = above / below
    half = -float(ndtri((1 - level) / 2)) * sqrt(variance)
    return Estimate(value, exp(log(value) - half), exp(log(value) + half), level)


def _strata(table: Table) -> Floats:
    pieces = [counts_of(stratum) for stratum in table]
    if len({piece.shape for piece in pieces}) != 1:
        raise MethodError(
            "all strata have the same rows and columns",
            expected="one shape",
            got=", ".join(sorted({" × ".join(map(str, piece.shape)) for piece in pieces}))
            or "none",
            next_step="give every cell, 0 where there is nobody",
        )
    return np.stack(pieces).astype(np.float64)


def _scores(scores: Sequence[float] | None, number: int, of: str) -> Floats:
    found = np.arange(1, number + 1) if scores is None else np.asarray(scores)
    if found.shape != (number,) or not np.isfinite(found).all():
        raise MethodError(
            f"a score belongs to each {of}",
            expected=f"{number} numbers",
            got=str(scores),
            next_step="give one for each, in their order",
        )
    return found.astype(np.float64)


def _tested(table: Table, of_rows: Floats | None, of_columns: Floats | None) -> Significance:
    """The quadratic form of what was seen over what was expected, under given margins.

    Args:
        of_rows, of_columns: scores, or None for an order that nobody supposes.
    """
    counts = _strata(table)
    counts = counts[counts.sum(axis=(1, 2)) > 1]
    rows = np.eye(counts.shape[1]) if of_rows is None else of_rows[None, :]
    columns = np.eye(counts.shape[2]) if of_columns is None else of_columns[None, :]
    both = np.kron(rows, columns)
    over, variance = np.zeros(len(both)), np.zeros((len(both), len(both)))
    for stratum in counts:
        n = stratum.sum()
        row, column = stratum.sum(axis=1), stratum.sum(axis=0)
        over += both @ (stratum - np.outer(row, column) / n).ravel()
        of_row = (np.diag(row) * n - np.outer(row, row)) / n
        of_column = (np.diag(column) * n - np.outer(column, column)) / n
        variance += both @ np.kron(of_row, of_column) @ both.T / (n - 1)
    # The margins tie rows and columns, so the rank is what is free: fewer where a group is empty.
    tested = chi_square_of(over, variance)
    return Significance(*tested) if tested else Significance(None, df=0.0, warnings=(ALONE,))

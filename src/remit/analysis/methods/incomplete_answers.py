"""Answers at visits, some of them missing, as imputation takes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.errors import MethodError

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class IncompleteAnswers:
    """A table of persons: covariates that all have, then the answers at visits, in their order.

    Attributes:
        values: shape (persons, covariates + visits); NaN is missing. Brought to a middle of 0 and
            a spread of 1: covariates each for itself, answers all together.
        middle, scale: what was taken from answers, and what they were divided by.
        baseline: the first covariate, brought to the scale of the answers; None without any.
        covariates: how many columns they are.
        group: of each person, a place in `groups`.
        last: of each person the place of the last column that is known; -1 for none.
    """

    values: Floats
    covariates: int
    group: Places
    groups: tuple[str, ...]
    last: Places
    middle: float
    scale: float
    baseline: Floats | None

    @property
    def gaps(self) -> npt.NDArray[np.bool_]:
        """What is missing before a later answer is known."""
        place = np.arange(self.values.shape[1])
        return np.asarray(np.isnan(self.values) & (place < self.last[:, None]), np.bool_)


def incomplete_answers(
    answers: Sequence[Sequence[float | None]],
    groups: Sequence[str],
    covariates: Sequence[Sequence[float]],
) -> IncompleteAnswers:
    """The table of a row of answers for each person.

    Args:
        answers: one for each visit, in order; None is missing.
        covariates: a row for each person; none at all when empty.

    Raises:
        MethodError: the rows differ in length, a covariate is missing, there are not two groups,
            or a group has too few answers at a visit to learn from.
    """
    n = len(answers)
    widths = {len(row) for row in answers}
    if n == 0 or len(widths) != 1 or widths == {0} or len(groups) != n:
        raise MethodError(
            "each person has a group, and a place for an answer at each visit",
            expected=f"{n} groups and rows of one length",
            got=f"{len(groups)} groups and rows of {sorted(widths)}",
            next_step="put None where an answer is missing",
        )
    table = np.array([[np.nan if one is None else one for one in row] for row in answers], float)
    extra = np.asarray(covariates, np.float64).reshape(n, -1) if len(covariates) else None
    if np.isinf(table).any() or (extra is not None and not np.isfinite(extra).all()):
        raise MethodError(
            "answers are numbers or missing, and covariates are numbers",
            expected="finite numbers",
            got="others among them",
            next_step="leave out persons without a covariate, and say how many",
        )
    some = table[~np.isnan(table)]
    middle, scale = (float(some.mean()), float(some.std()) or 1.0) if len(some) else (0.0, 1.0)
    baseline = None if extra is None else (extra[:, 0] - middle) / scale
    table = (table - middle) / scale
    if extra is None:
        values = table
    else:
        spread = extra.std(axis=0)
        values = np.hstack([(extra - extra.mean(axis=0)) / np.where(spread > 0, spread, 1), table])
    known = tuple(dict.fromkeys(groups))
    if len(known) < 2:
        raise MethodError(
            "there are two groups at least",
            expected="persons of two groups",
            got=f"persons of {len(known)}",
            next_step="give the arm of every person, or look whether one has no persons",
        )
    group = np.array([known.index(one) for one in groups], np.int64)
    seen = ~np.isnan(values)
    width = values.shape[1]
    last = np.where(seen.any(axis=1), width - 1 - np.argmax(seen[:, ::-1], axis=1), -1)
    first = values.shape[1] - table.shape[1]
    for place in range(first, width):
        counts = [int((seen[:, place] & (group == arm)).sum()) for arm in range(len(known))]
        if min(counts) < 2 or sum(counts) < place + len(known) + 3:
            raise MethodError(
                "too few answers at a visit to impute those that are missing",
                expected=f"two of each group and {place + len(known) + 3} in all",
                got=", ".join(f"{c} of {name!r}" for c, name in zip(counts, known, strict=True)),
                next_step="leave out the visit, or a covariate",
            )
    last = last.astype(np.int64)
    return IncompleteAnswers(values, first, group, known, last, middle, scale, baseline)

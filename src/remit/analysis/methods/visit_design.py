"""The columns of a model of answers at visits: a mean of each group at each visit, and more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np
import numpy.typing as npt

from remit.errors import MethodError

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class VisitDesign:
    """A model's columns and response, both brought to a middle of 0 and a spread of 1.

    Attributes:
        x: a column for each group at each visit, then covariates, then factors.
        y: the response, less `centre`, over `scale`.
        person, visit: of each row, as places from 0.
        groups, visits: in order.
        at: the values of the columns behind the cells, where least-squares means are taken.
        divided: sum of the logarithms of what the columns of covariates were divided by.
    """

    x: Floats
    y: Floats
    person: Places
    visit: Places
    groups: tuple[str, ...]
    visits: tuple[float, ...]
    at: Floats
    centre: float
    scale: float
    divided: float

    def row(self, at: Sequence[int], group: str) -> Floats:
        """The coefficients of a least-squares mean, averaged over visits given as places."""
        cells = np.zeros((len(self.visits), len(self.groups)))
        cells[list(at), self.groups.index(group)] = 1 / len(at)
        return np.concatenate([cells.ravel(), self.at])

    def log_likelihood(self, deviance: float) -> float:
        """Of the response and covariates in the scale in which they came."""
        rows, width = self.x.shape
        return float(-deviance / 2 - (rows - width) * log(self.scale) - self.divided)


def visit_design(
    response: Sequence[float],
    groups: Sequence[str],
    persons: Sequence[object],
    visits: Sequence[float],
    *,
    covariates: Sequence[Sequence[float]],
    factors: Sequence[Sequence[str]],
    by_visit: bool,
) -> VisitDesign:
    """The columns of `repeated_measures`, whose arguments these are.

    Raises:
        MethodError: as there.
    """
    n = len(response)
    y = _row_numbers(response, n, "response")
    at_visit = _row_numbers(visits, n, "visits")
    for what, given in (("groups", groups), ("persons", persons)):
        if len(given) != n:
            raise MethodError(
                f"{what}: each row has one",
                expected=f"{n}",
                got=str(len(given)),
                next_step="give one for every row",
            )
    known = tuple(dict.fromkeys(groups))
    if len(known) < 2:
        raise MethodError(
            "there are two groups at least",
            expected="rows of two groups",
            got=f"rows of {len(known)}",
            next_step="give the arm of every person, or look whether one has no answers",
        )
    days, visit = np.unique(at_visit, return_inverse=True)
    person = _places(list(persons))
    group = np.array([known.index(one) for one in groups], np.int64)
    _one_row_each(person, visit.astype(np.int64), group)
    cell = visit * len(known) + group
    seen = np.bincount(cell, minlength=len(days) * len(known)).reshape(len(days), len(known))
    if not seen.all():
        place = np.argwhere(seen == 0)[0]
        raise MethodError(
            "a group has no answers at a visit: its mean cannot be estimated",
            expected="answers of each group at each visit",
            got=f"none of group {known[place[1]]!r} at visit {days[place[0]]:g}",
            next_step="leave out the visit, or join it with its neighbour",
        )
    blocks: list[Floats] = [np.eye(seen.size)[cell]]
    at: list[float] = []
    divided = 0.0
    for place, given in enumerate(covariates, 1):
        column = _row_numbers(given, n, f"covariate {place}")
        column = column - column.mean()
        spread = float(np.sqrt((column**2).mean())) or 1.0
        block = column[:, None] / spread
        if by_visit:
            block = block * np.eye(len(days))[visit]
        blocks.append(block)
        divided += block.shape[1] * log(spread)
        at += [0.0] * block.shape[1]
    for place, levels in enumerate(factors, 1):
        if len(levels) != n:
            raise MethodError(
                f"factor {place}: each row has a level",
                expected=f"{n}",
                got=str(len(levels)),
                next_step="give one for every row",
            )
        names = list(dict.fromkeys(levels))
        blocks.append(np.eye(len(names))[[names.index(one) for one in levels]][:, 1:])
        at += [1 / len(names)] * (len(names) - 1)
    x = np.hstack(blocks)
    if n <= x.shape[1] or np.linalg.matrix_rank(x) < x.shape[1]:
        raise MethodError(
            "the model cannot be fitted: a term depends on others, or there are too few answers",
            expected=f"more than {x.shape[1]} answers, and terms that say different things",
            got=f"{n} answers, rank {np.linalg.matrix_rank(x)} of {x.shape[1]}",
            next_step="leave out a factor, or join its rare levels",
        )
    centre = float(y.mean())
    scale = float(y.std()) or 1.0
    return VisitDesign(
        x=x,
        y=(y - centre) / scale,
        person=person,
        visit=visit.astype(np.int64),
        groups=known,
        visits=tuple(days.tolist()),
        at=np.array(at),
        centre=centre,
        scale=scale,
        divided=divided,
    )


def _places(names: Sequence[object]) -> Places:
    known: dict[object, int] = {}
    return np.array([known.setdefault(name, len(known)) for name in names], np.int64)


def _one_row_each(person: Places, visit: Places, group: Places) -> None:
    pairs = np.unique(np.column_stack([person, visit]), axis=0)
    if len(pairs) < len(person):
        raise MethodError(
            "a person has one answer at a visit",
            expected="one row for each person and visit",
            got=f"{len(person) - len(pairs)} rows more",
            next_step="choose the row that counts at each visit",
        )
    arms = np.unique(np.column_stack([person, group]), axis=0)
    if len(arms) > person.max() + 1:
        raise MethodError(
            "a person stands in one group",
            expected="one group for each person",
            got=f"{len(arms) - int(person.max()) - 1} persons of two",
            next_step="give the arm to which each was assigned",
        )


def _row_numbers(values: Sequence[float], n: int, what: str) -> Floats:
    found = np.asarray(values, np.float64)
    if found.shape != (n,) or n == 0 or not np.isfinite(found).all():
        raise MethodError(
            f"{what}: each row has a number",
            expected=f"{max(n, 1)} numbers",
            got=f"{found.size} values, {int((~np.isfinite(found)).sum())} of them no numbers",
            next_step="leave out the row of a visit that was missed",
        )
    return found

"""Exact logistic regression: one covariate, given what the others sum to among who said yes.

The distribution is counted out whole: persons join one after the other, and each sum that can
come about keeps the number of ways to it (Hirji KF, Mehta CR, Patel NR. J Am Stat Assoc
1987;82:1110).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import exp, gcd, inf, lcm, prod

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from remit.analysis.methods.binary_likelihood import binary_data
from remit.analysis.methods.estimates import LEVEL, Estimate, Significance, require_level
from remit.analysis.methods.register import method
from remit.errors import MethodError

Floats = npt.NDArray[np.float64]
MOST, SLACK, REACH = 40_000_000, 1e-7, 700.0
# What sums of decimals leave behind these would be a step of its own.
DIGITS = 10
FIXED = "what the other covariates sum to leaves one value alone: nothing can be said of this one"
AT_THE_END = (
    "what was seen lies at an end of what can be: the ratio is the median unbiased one, its "
    "interval has one bound"
)


@dataclass(frozen=True, slots=True)
class ExactModel:
    """What exact logistic regression says of one covariate.

    Attributes:
        ratio: odds ratio for one unit more, the conditional likeliest one, or the median unbiased
            one where there is none; with its exact interval.
        test: exact; all sums that are no likelier than what was seen.
        doubled: exact; twice the smaller tail.
        values: how many sums of this covariate were possible.
    """

    ratio: Estimate
    test: Significance
    doubled: Significance
    values: int


@method(
    "exact logistic regression of one covariate given the others",
    reference="Cox DR, Snell EJ. Analysis of binary data. 1989:48; Mehta CR, Patel NR. Stat Med "
    "1995;14:2143",
    oracle="exact_logistic",
    tolerance=1e-8,
)
def exact_logistic(
    answers: Sequence[int],
    covariates: Sequence[Sequence[float]],
    *,
    of: int = 0,
    level: float = LEVEL,
) -> ExactModel:
    """The odds ratio of one covariate, whatever the intercept and the other ratios are.

    Args:
        answers: true or 1 is yes.
        covariates: a row of numbers for each person; an intercept is added.
        of: the place of the covariate, from 0.

    Raises:
        MethodError: as `logistic_regression`; there is no such covariate; or the covariates take
            so many values that their sums cannot be counted out.
    """
    require_level(level)
    data = binary_data(answers, covariates)
    rows = [[Fraction(f"{value:.{DIGITS}g}") for value in row] for row in covariates]
    if not 0 <= of < len(rows[0]):
        raise MethodError(
            "there is no such covariate",
            expected=f"a place from 0 to {len(rows[0]) - 1}",
            got=str(of),
            next_step="choose one of the covariates",
        )
    columns = [_steps([row[place] for row in rows]) for place in range(len(rows[0]))]
    wanted = columns.pop(of)
    yes = data.y > 0
    numbers = [np.ones(len(yes), np.int64), *(steps for steps, _ in columns), wanted[0]]
    sums = _sums(numbers, yes)
    at = int(wanted[0][yes].sum())
    possible = np.flatnonzero(sums)
    if len(possible) < 2:
        none = Significance(None, warnings=(FIXED,))
        return ExactModel(Estimate(None, level=level, warnings=(FIXED,)), none, none, 1)
    conditional = _Conditional(possible.astype(np.float64), np.log(sums[possible]))
    chances = conditional.chances(0.0)
    place = int(np.flatnonzero(possible == at)[0])
    alike = float(chances[chances <= chances[place] * (1 + SLACK)].sum())
    tails = float(chances[: place + 1].sum()), float(chances[place:].sum())
    return ExactModel(
        _ratio(conditional, place, float(wanted[1]), level),
        Significance(min(1.0, alike)),
        Significance(min(1.0, 2 * min(tails))),
        len(possible),
    )


def _ratio(conditional: _Conditional, place: int, step: float, level: float) -> Estimate:
    """The odds ratio for one unit, where a step of the sums is `step` units."""
    tail, last = (1 - level) / 2, len(conditional.values) - 1

    def per_unit(slope: float) -> float:
        return inf if slope / step > REACH else exp(slope / step)

    def below(slope: float) -> float:
        return float(conditional.chances(slope)[: place + 1].sum())

    def above(slope: float) -> float:
        return float(conditional.chances(slope)[place:].sum())

    low = 0.0 if place == 0 else per_unit(_root(lambda slope: above(slope) - tail))
    high = inf if place == last else per_unit(_root(lambda slope: tail - below(slope)))
    if place == 0:
        value = _root(lambda slope: 0.5 - below(slope))
        return Estimate(per_unit(value), low, high, level, (AT_THE_END,))
    if place == last:
        value = _root(lambda slope: above(slope) - 0.5)
        return Estimate(per_unit(value), low, high, level, (AT_THE_END,))
    seen = float(conditional.values[place])
    value = _root(lambda slope: float(conditional.chances(slope) @ conditional.values) - seen)
    return Estimate(per_unit(value), low, high, level)


def _root(rising: Callable[[float], float]) -> float:
    reach = 1.0
    while rising(-reach) > 0 or rising(reach) < 0:
        reach *= 2
    return float(brentq(rising, -reach, reach, xtol=1e-14, rtol=1e-14))


@dataclass(frozen=True, slots=True, eq=False)
class _Conditional:
    """The sums that can be, in steps, and the logarithms of the ways to each."""

    values: Floats
    ways: Floats

    def chances(self, slope: float) -> Floats:
        line = self.ways + slope * self.values
        weight = np.exp(line - line.max())
        return np.asarray(weight / weight.sum(), np.float64)


def _steps(values: Sequence[Fraction]) -> tuple[npt.NDArray[np.int64], Fraction]:
    """Values as whole steps above the least of them, and the length of a step."""
    least = min(values)
    whole = lcm(*(value.denominator for value in values))
    numbers = [int((value - least) * whole) for value in values]
    step = reduce(gcd, numbers)
    return np.array([number // step for number in numbers], np.int64), Fraction(step, whole)


def _sums(
    numbers: Sequence[npt.NDArray[np.int64]], yes: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """The ways to each sum of the last numbers, up to a factor, given the sums of the others."""
    seen = [int(one[yes].sum()) for one in numbers[:-1]]
    most = int(numbers[-1].sum())
    shape = (*(total + 1 for total in seen), most + 1)
    if prod(shape) > MOST:
        raise MethodError(
            "the covariates take too many values for exact logistic regression",
            expected=f"sums that fall into {MOST:,} places at most",
            got=f"{prod(shape):,}",
            next_step="round the covariates, or use Firth's penalised likelihood",
        )
    ways = np.zeros(shape)
    ways[(0,) * len(shape)] = 1.0
    for row in zip(*(one.tolist() for one in numbers), strict=True):
        if any(step > total for step, total in zip(row, seen, strict=False)):
            continue
        new = tuple(slice(step, None) for step in row)
        old = tuple(slice(None, size - step) for step, size in zip(row, shape, strict=True))
        added = ways[old].copy()
        ways[new] += added
        top = float(ways.max())
        if top > 1e200:
            ways /= top
    return np.asarray(ways[tuple(seen)], np.float64)

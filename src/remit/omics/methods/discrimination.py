"""How well a score tells persons with a response from those without: the area under the ROC curve.

The area is the share of pairs, one person of either kind, in which the score is higher for the one
with the response. Its variance, and that of the difference of two areas over the same persons, come
from the mean of each person's pairs (DeLong ER, DeLong DM, Clarke-Pearson DL. Biometrics
1988;44:837).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from remit.analysis.methods.estimates import LEVEL, Estimate
from remit.errors import MethodError

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class PairCounts:
    """Pairs of persons, one with and one without a response.

    Attributes:
        won: with × without: how often the score was higher for the one with; ties count half.
        compared: as `won`: how often the two were compared at all.
    """

    won: Floats
    compared: Floats

    def plus(self, other: PairCounts) -> PairCounts:
        return PairCounts(self.won + other.won, self.compared + other.compared)

    @property
    def area(self) -> float | None:
        total = float(self.compared.sum())
        return float(self.won.sum()) / total if total else None


def count_pairs(
    scores: Floats, yes: Flags, folds: npt.NDArray[np.int64] | None = None
) -> PairCounts:
    """Compare persons by their scores, only within a fold where folds are given."""
    first, second = scores[yes][:, None], scores[~yes][None, :]
    won = (first > second) + 0.5 * (first == second)
    compared = np.ones_like(won)
    if folds is not None:
        compared = (folds[yes][:, None] == folds[~yes][None, :]).astype(np.float64)
    return PairCounts(won * compared, compared)


def area_under_curve(pairs: PairCounts, *, level: float = LEVEL) -> Estimate:
    """The area with its interval; None where no pair was compared."""
    return _estimate(pairs, None, level)


def area_gain(pairs: PairCounts, before: PairCounts, *, level: float = LEVEL) -> Estimate:
    """How much larger one area is than another, of the same persons.

    Raises:
        MethodError: the two are of other persons.
    """
    if pairs.won.shape != before.won.shape:
        raise MethodError(
            "two areas are compared over the same persons",
            expected=f"{before.won.shape[0]} with and {before.won.shape[1]} without",
            got=f"{pairs.won.shape[0]} and {pairs.won.shape[1]}",
            next_step="leave out the persons whom one of the scores lacks",
        )
    return _estimate(pairs, before, level)


def _estimate(pairs: PairCounts, before: PairCounts | None, level: float) -> Estimate:
    value = pairs.area
    if value is None:
        return Estimate(None, level=level, warnings=("no two persons could be compared",))
    first, second = _means(pairs)
    if before is not None:
        assert before.area is not None
        value -= before.area
        others = _means(before)
        first, second = first - others[0], second - others[1]
    if len(first) < 2 or len(second) < 2:
        told = "fewer than two persons with or without a response: no interval"
        return Estimate(value, level=level, warnings=(told,))
    variance = first.var(ddof=1) / len(first) + second.var(ddof=1) / len(second)
    reach = -float(ndtri((1 - level) / 2)) * float(np.sqrt(variance))
    least = 0.0 if before is None else -1.0
    warnings: tuple[str, ...] = ()
    if variance == 0:
        warnings = ("all persons were told apart alike: the interval has no width",)
    return Estimate(value, max(least, value - reach), min(1.0, value + reach), level, warnings)


def _means(pairs: PairCounts) -> tuple[Floats, Floats]:
    """The share of won pairs of each person with, and of each without; who has none is left out."""
    sides = []
    for axis in (1, 0):
        compared = pairs.compared.sum(axis=axis)
        some = compared > 0
        share = np.full(len(compared), pairs.area or 0.0)
        share[some] = pairs.won.sum(axis=axis)[some] / compared[some]
        sides.append(share)
    return sides[0], sides[1]


def expected_half_width(area: float, yes: int, no: int, *, level: float = LEVEL) -> float:
    """Half the width of the interval that so many persons would give around such an area.

    Hanley JA, McNeil BJ. Radiology 1982;143:29.
    """
    return -float(ndtri((1 - level) / 2)) * _hanley_error(area, yes, no)


def _hanley_error(area: float, yes: int, no: int) -> float:
    one, two = area / (2 - area), 2 * area**2 / (1 + area)
    variance = area * (1 - area) + (yes - 1) * (one - area**2) + (no - 1) * (two - area**2)
    return float(np.sqrt(variance / (yes * no)))


def findable_area(yes: int, no: int, *, power: float = 0.8, level: float = LEVEL) -> float | None:
    """The least area that so many persons would tell from one half with this power.

    Returns:
        None where not even 0.99 would be.
    """
    z, chance = -float(ndtri((1 - level) / 2)), float(ndtri(power))
    null = _hanley_error(0.5, yes, no)
    for area in np.arange(0.505, 0.9901, 0.005):
        if area - 0.5 >= z * null + chance * _hanley_error(float(area), yes, no):
            return float(round(area, 3))
    return None

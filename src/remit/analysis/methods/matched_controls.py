"""Controls for cases: drawn at random until alike, or matched one by one on age and sex."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from remit.analysis.methods.described_values import mean_difference_test
from remit.analysis.methods.estimates import Estimate
from remit.analysis.methods.exact_tables import fisher_test
from remit.analysis.methods.group_differences import FEW, NO_SPREAD_LEFT
from remit.analysis.methods.register import method
from remit.errors import MethodError

Floats = npt.NDArray[np.float64]
UNBALANCED = "no draw left the groups alike: others have to be recruited, as the protocol says"
ONE_SEX = "all are of one sex: there is nothing to compare"


@dataclass(frozen=True, slots=True)
class MatchedPairs:
    """Who was matched with whom, by place in the two lists.

    Attributes:
        cases, controls: the pairs, in the order of cases.
        alone: cases for whom nobody was left within the limits.
        distance: the sum of the differences in age over all pairs.
    """

    cases: tuple[int, ...]
    controls: tuple[int, ...]
    alone: tuple[int, ...]
    distance: float

    @property
    def pairs(self) -> int:
        return len(self.cases)


@dataclass(frozen=True, slots=True)
class DrawnControls:
    """A random draw of controls.

    Attributes:
        controls: places in the pool, ascending: those of the first draw that was alike, or of the
            last one.
        draws: how many were made. alike: whether the last one was.
        p_age, p_sex: of the last draw; None where there is nothing to compare.
    """

    controls: tuple[int, ...]
    draws: int
    alike: bool
    p_age: float | None
    p_sex: float | None
    warnings: tuple[str, ...] = ()


@method(
    "ratio of two variances",
    reference="Austin PC. Stat Med 2009;28:3083",
    oracle="matched_controls",
    tolerance=1e-12,
)
def variance_ratio(first: Sequence[float], second: Sequence[float]) -> Estimate:
    """The variance of the first group over that of the second; 1 where both spread alike.

    Raises:
        MethodError: a value is no number.
    """
    one, other = _ages(first), _ages(second)
    if min(len(one), len(other)) < 2:
        return Estimate(None, warnings=(FEW,))
    below = float(other.var(ddof=1))
    if below == 0:
        return Estimate(None, warnings=(NO_SPREAD_LEFT,))
    return Estimate(float(one.var(ddof=1)) / below)


@method(
    "controls drawn at random until age and sex are alike",
    reference="UMIN000042298, page 002, line 35 (the rule); Student. Biometrika 1908;6:1; "
    "Fisher RA. J R Stat Soc 1922;85:87",
    oracle="matched_controls",
    tolerance=1e-8,
)
def random_controls(
    case_ages: Sequence[float],
    case_sexes: Sequence[int],
    pool_ages: Sequence[float],
    pool_sexes: Sequence[int],
    orders: Iterable[Sequence[int]],
    *,
    size: int,
    alpha: float = 0.05,
) -> DrawnControls:
    """The first draw in which neither age (Student's t) nor sex (Fisher) differs significantly.

    Args:
        case_sexes, pool_sexes: 0 or 1.
        orders: of each draw the places of the pool in the order in which they are drawn
            (`random_order` makes one of a seed); a draw takes the first `size`.
        alpha: a p below it is a significant difference.

    Raises:
        MethodError: the pool is smaller than `size`, or an age or sex is not known.
    """
    cases, pool = _people(case_ages, case_sexes), _people(pool_ages, pool_sexes)
    if not 1 <= size <= len(pool[0]):
        raise MethodError(
            "there are too few controls to draw from",
            expected=f"{size} or more whose age and sex are known",
            got=str(len(pool[0])),
            next_step="ask for fewer controls, or recruit others",
        )
    chosen: list[int] = []
    age = sex = None
    made = 0
    for made, order in enumerate(orders, 1):
        chosen = sorted(order[:size])
        age = mean_difference_test(cases[0].tolist(), pool[0][chosen].tolist()).p
        sex = _sex_p(cases[1], pool[1][chosen])
        if (age is None or age >= alpha) and (sex is None or sex >= alpha):
            told = () if sex is not None else (ONE_SEX,)
            return DrawnControls(
                tuple(chosen), made, alike=True, p_age=age, p_sex=sex, warnings=told
            )
    return DrawnControls(
        tuple(chosen), made, alike=False, p_age=age, p_sex=sex, warnings=(UNBALANCED,)
    )


def random_order(ids: Sequence[str], *, seed: int, draw: int) -> list[int]:
    """The places of persons in a random order that hangs on seed, draw and their ids alone.

    Each person's key is the SHA-256 of seed, draw and id. So the order of the rows, the other
    persons and the version of any library do not change who comes before whom.

    >>> random_order(["a", "b", "c"], seed=1, draw=1) == [
    ...     2 - place for place in random_order(["c", "b", "a"], seed=1, draw=1)
    ... ]
    True
    """
    keys = [sha256(f"{seed}/{draw}/{name}".encode()).digest() for name in ids]
    return sorted(range(len(ids)), key=keys.__getitem__)


@method(
    "nearest control by age within a caliper, sex the same",
    reference="Rubin DB. Biometrics 1973;29:159",
    oracle="matched_controls",
    tolerance=1e-12,
)
def nearest_controls(
    case_ages: Sequence[float],
    case_sexes: Sequence[int],
    pool_ages: Sequence[float],
    pool_sexes: Sequence[int],
    *,
    caliper: float,
) -> MatchedPairs:
    """Each case in turn gets the nearest control that is left; of two as near, the first.

    Args:
        caliper: the largest difference in age that a pair may have.

    Raises:
        MethodError: an age or sex is not known, or the caliper is negative.
    """
    apart = _apart(case_ages, case_sexes, pool_ages, pool_sexes, caliper)
    pairs: dict[int, int] = {}
    left = np.ones(apart.shape[1], np.bool_)
    for case, row in enumerate(apart):
        free = np.where(left, row, np.inf)
        if len(free) and np.isfinite(free.min()):
            pairs[case] = int(free.argmin())
            left[pairs[case]] = False
    return _matched(pairs, apart)


@method(
    "controls matched by age at the least sum of differences, sex the same",
    reference="Rosenbaum PR. J Am Stat Assoc 1989;84:1024",
    oracle="matched_controls",
    tolerance=1e-12,
)
def optimal_controls(
    case_ages: Sequence[float],
    case_sexes: Sequence[int],
    pool_ages: Sequence[float],
    pool_sexes: Sequence[int],
    *,
    caliper: float,
) -> MatchedPairs:
    """As many pairs as the limits allow and, of all such matchings, the nearest on the whole.

    Args and errors as `nearest_controls`. Where several matchings are as near, one of them is
    given; the number of pairs and the sum of the differences are the same in each.
    """
    apart = _apart(case_ages, case_sexes, pool_ages, pool_sexes, caliper)
    # One pair more than would be outside the limits outweighs all differences within them.
    forbidden = (min(apart.shape) + 1) * (caliper + 1)
    case, control = linear_sum_assignment(np.where(np.isfinite(apart), apart, forbidden))
    pairs = {
        int(one): int(other)
        for one, other in zip(case, control, strict=True)
        if np.isfinite(apart[one, other])
    }
    return _matched(pairs, apart)


def _matched(pairs: dict[int, int], apart: Floats) -> MatchedPairs:
    cases = tuple(sorted(pairs))
    controls = tuple(pairs[case] for case in cases)
    alone = tuple(case for case in range(apart.shape[0]) if case not in pairs)
    return MatchedPairs(cases, controls, alone, float(apart[list(cases), list(controls)].sum()))


def _apart(
    case_ages: Sequence[float],
    case_sexes: Sequence[int],
    pool_ages: Sequence[float],
    pool_sexes: Sequence[int],
    caliper: float,
) -> Floats:
    """The difference in age of each case and control, infinite outside the limits."""
    if not caliper >= 0:
        raise MethodError(
            "a caliper is the largest difference that a pair may have",
            expected="a number of years, 0 or more",
            got=str(caliper),
            next_step="give another caliper",
        )
    cases, pool = _people(case_ages, case_sexes), _people(pool_ages, pool_sexes)
    apart = np.abs(cases[0][:, None] - pool[0][None, :])
    fits = (cases[1][:, None] == pool[1][None, :]) & (apart <= caliper)
    return np.where(fits, apart, np.inf)


def _sex_p(cases: npt.NDArray[np.int64], controls: npt.NDArray[np.int64]) -> float | None:
    table = [[int((group == sex).sum()) for sex in (0, 1)] for group in (cases, controls)]
    return fisher_test(table).p


def _people(ages: Sequence[float], sexes: Sequence[int]) -> tuple[Floats, npt.NDArray[np.int64]]:
    found, sex = _ages(ages), np.asarray(sexes, np.int64)
    if len(found) != len(sex) or not np.isin(sex, (0, 1)).all():
        raise MethodError(
            "persons are matched on age and sex",
            expected="one age and one sex a person, the sex 0 or 1",
            got=f"{len(found)} ages and {len(sex)} sexes",
            next_step="leave out persons of whom either is not known, and say how many",
        )
    return found, sex


def _ages(values: Sequence[float]) -> Floats:
    found = np.asarray(values, np.float64).reshape(-1)
    if not np.isfinite(found).all():
        raise MethodError(
            "persons are matched on ages that are known",
            expected="finite numbers",
            got=f"{int((~np.isfinite(found)).sum())} that are none",
            next_step="leave out persons without one, and say how many",
        )
    return found

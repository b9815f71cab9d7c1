"""Two curves compared by the mean time without an event, restricted to one length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
from scipy.special import ndtr, ndtri

from remit.analysis.methods.estimates import LEVEL, Estimate, Significance
from remit.analysis.methods.register import method
from remit.analysis.methods.survival_curves import UNWATCHED, area_under, kaplan_meier, watched
from remit.errors import MethodError

NO_RATIO = "a mean is 0: the ratio is not defined"


@dataclass(frozen=True, slots=True)
class RestrictedMeans:
    """The first group against the second.

    Attributes:
        difference, ratio: of the mean times without an event. lost_ratio: of the mean times lost.
        test: of no difference; the statistic is z.
    """

    difference: Estimate
    ratio: Estimate
    lost_ratio: Estimate
    test: Significance


@method(
    "difference and ratios of restricted mean survival times",
    reference="Uno H et al. J Clin Oncol 2014;32:2380; Royston P, Parmar MKB. BMC Med Res "
    "Methodol 2013;13:152",
    oracle="restricted_means",
    tolerance=1e-9,
)
def restricted_mean_difference(
    times: Sequence[float],
    events: Sequence[bool],
    first: Sequence[bool],
    *,
    until: float,
    level: float = LEVEL,
) -> RestrictedMeans:
    """Restricted means of the persons in the first group less those of the others.

    Args:
        first: whether a person is in the first group.

    Raises:
        MethodError: as `kaplan_meier`; a group is empty, or `until` is not positive.
    """
    time, event = watched(times, events)
    one = np.asarray(first, np.bool_)
    if one.shape != time.shape or one.all() or not one.any():
        raise MethodError(
            "each person is in one of two groups",
            expected=f"{len(time)} of true and false, both of them",
            got=f"{one.size}, {int(one.sum())} in the first",
            next_step="give the group of every person",
        )
    areas = [
        area_under(kaplan_meier(time[some].tolist(), event[some].tolist(), level=level), until)
        for some in (one, ~one)
    ]
    if areas[0] is None or areas[1] is None:
        none = Estimate(None, level=level, warnings=(UNWATCHED,))
        return RestrictedMeans(none, none, none, Significance(None, warnings=(UNWATCHED,)))
    (value_1, variance_1), (value_2, variance_2) = areas[0], areas[1]
    off, error = value_1 - value_2, sqrt(variance_1 + variance_2)
    half = -float(ndtri((1 - level) / 2)) * error
    test = Significance(None, warnings=("no spread was seen",))
    if error > 0:
        test = Significance(2 * float(ndtr(-abs(off / error))), off / error)
    return RestrictedMeans(
        Estimate(off, off - half, off + half, level),
        _ratio((value_1, variance_1), (value_2, variance_2), level),
        _ratio((until - value_1, variance_1), (until - value_2, variance_2), level),
        test,
    )


def _ratio(one: tuple[float, float], two: tuple[float, float], level: float) -> Estimate:
    """The ratio of two means with their variances, by the normal distribution of its logarithm."""
    if min(one[0], two[0]) <= 0:
        return Estimate(None, level=level, warnings=(NO_RATIO,))
    value = one[0] / two[0]
    spread = sqrt(one[1] / one[0] ** 2 + two[1] / two[0] ** 2)
    half = -float(ndtri((1 - level) / 2)) * spread
    return Estimate(value, exp(log(value) - half), exp(log(value) + half), level)

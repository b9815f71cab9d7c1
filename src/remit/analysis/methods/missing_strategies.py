"""What is supposed of answers that ended: their means, by strategy.

Carpenter JR, Roger JH, Kenward MG. J Biopharm Stat 2013;23:1352; return to baseline: Qu Y, Dai B.
Pharm Stat 2022;21:641.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.analysis.methods.incomplete_answers import Floats, Places


@dataclass(frozen=True, slots=True, eq=False)
class ExpectedMeans:
    """What is expected of each person at each visit, given the covariates; shape (persons, visits).

    Attributes:
        own: in the own group. other: in the reference. after: visits after the last answer.
        last: the place of the last answer; -1 for none. baseline: the first covariate, if any.
    """

    own: Floats
    other: Floats
    after: npt.NDArray[np.bool_]
    last: Places
    baseline: Floats | None

    def at_last(self, values: Floats, without: Floats) -> Floats:
        """Of each person the value at the last answer, for every visit; `without` where none is."""
        picked = np.take_along_axis(values, np.maximum(self.last, 0)[:, None], axis=1)
        return np.where(self.last[:, None] >= 0, picked, without)


def _jump(of: ExpectedMeans) -> Floats:
    """From the own mean to that of the reference after the last answer."""
    return np.where(of.after, of.other, of.own)


def _increments(of: ExpectedMeans) -> Floats:
    """The own mean until the last answer, then the steps of the reference; all hers without one."""
    step = of.at_last(of.own - of.other, np.zeros_like(of.own))
    return np.where(of.after, of.other + step, of.own)


def _last_mean(of: ExpectedMeans) -> Floats:
    """The own mean of the last answer, carried on."""
    return np.where(of.after, of.at_last(of.own, of.own), of.own)


def _baseline(of: ExpectedMeans) -> Floats:
    """The first covariate of the person, the answer before treatment."""
    assert of.baseline is not None
    return np.where(of.after, of.baseline[:, None], of.own)


# What the mean of a person is taken to be, whose answers end.
STRATEGIES: Mapping[str, Callable[[ExpectedMeans], Floats]] = {
    "missing_at_random": lambda of: of.own,
    "jump_to_reference": _jump,
    "copy_reference": lambda of: of.other,
    "copy_increments": _increments,
    "last_mean_carried_forward": _last_mean,
    "return_to_baseline": _baseline,
}

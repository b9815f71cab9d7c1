"""Filtration of the followed from creatinine: CKD-EPI 2021 for adults, bedside Schwartz below 18.

Inker 2021, N Engl J Med 385:1737; Schwartz 2009, J Am Soc Nephrol 20:629.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from remit.simulate.answers import Answers, Flags, first_known
from remit.simulate.at_visits import AtVisits, earlier, sure
from remit.simulate.calendar import completed_years, from_parts
from remit.simulate.reading import UNDECIDED
from remit.simulate.state import MICRO

Rates = NDArray[np.int64]


def filtration_kept(at: AtVisits, *, percent: int) -> Answers:
    """Whether so much of the filtration at baseline is left, by the equation for the age."""
    age, known = _ages(at)
    creatinine, measured = _numbers(at, "creatinine")
    height, tall = _numbers(at, "height")
    female = at.cohort.female[at.one.at][:, None]
    kappa = np.where(female, 0.7, 0.9)
    share = np.where(measured, creatinine, 1) / kappa
    slope = np.where(female, -0.241, -0.302)
    adult = 142 * np.minimum(share, 1) ** slope * np.maximum(share, 1) ** -1.2
    adult = adult * 0.9938 ** (age / MICRO) * np.where(female, 1.012, 1.0)
    child = 0.413 * height / np.where(measured, creatinine, 1)
    usable = measured & known
    return first_known(
        _kept(adult, usable & (age >= 18 * MICRO), percent),
        _kept(child, usable & tall & (age >= MICRO) & (age <= 18 * MICRO), percent),
    )


def _kept(rate: NDArray[np.float64], usable: Flags, percent: int) -> Answers:
    # Rates are compared to their sixth decimal.
    micro = np.rint(np.where(usable, rate, 0) * MICRO).astype(np.int64)
    both = usable & earlier(usable, "baseline")
    met = 100 * micro >= percent * earlier(micro, "baseline")
    return sure(both & met, both & ~met)


def _numbers(at: AtVisits, name: str) -> tuple[NDArray[np.float64], Flags]:
    exact = at.exact(name)
    shape = at.plan.day.shape
    number = exact.amount / (exact.scale * MICRO)
    known = (exact.flaw == UNDECIDED) & (number > 0)
    return number.reshape(shape), known.reshape(shape)


def _ages(at: AtVisits) -> tuple[Rates, Flags]:
    """Age on each planned day in millionths of a year, and whether the birth date is exact."""
    birth, rows = at.cohort.birth, at.one.at
    exact = (birth.month[rows] > 0) & (birth.day[rows] > 0)
    year, month, day = birth.year[rows], birth.month[rows].clip(1), birth.day[rows].clip(1)
    born = from_parts(year, month, day)
    ages = []
    for planned in at.plan.day.T:
        years = completed_years(born, planned)
        begun = from_parts(year + years, month, day).astype(np.int64)
        ends = from_parts(year + years + 1, month, day)
        ages.append(years.astype(np.int64) * MICRO + (planned - begun) * MICRO // (ends - begun))
    return np.stack(ages, axis=1), np.repeat(exact[:, None], len(ages), axis=1)

"""How old persons were on a day, as far as their birth is known, and their sex."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.months import completed_months
from remit.criteria.columns.subjects import persons_of
from remit.facts.arrays import NO_DAY
from remit.facts.opened import Facts
from remit.facts.tables import FEMALE, MALE

Floats = npt.NDArray[np.float64]
SEXES = {FEMALE: "female", MALE: "male"}


@dataclass(frozen=True, slots=True, eq=False)
class AgesAndSexes:
    """Of each person, shape (persons,); not a number where it is not known.

    Attributes:
        youngest, oldest: the least and the greatest number of completed years.
        sex: the place in `SEXES`.
    """

    youngest: Floats
    oldest: Floats
    sex: Floats

    @property
    def age(self) -> Floats:
        """Completed years where only one number is possible."""
        return np.where(self.youngest == self.oldest, self.youngest, np.nan)


def ages_and_sexes(
    facts: Facts, persons: npt.NDArray[np.int64], days: npt.NDArray[np.int32]
) -> AgesAndSexes:
    """The ages of persons, each on a day of her own.

    Args:
        persons: ids, ascending. days: one a person, `NO_DAY` where there is none.
    """
    youngest, oldest, sex = (np.full(len(persons), np.nan) for _ in range(3))
    wanted = persons.tolist()
    for part in facts.parts:
        people = persons_of(part, persons=wanted)
        at = np.searchsorted(persons, people.ids)
        there = days[at] != NO_DAY
        for found, born in ((youngest, people.born_last), (oldest, people.born_first)):
            years = completed_months(born, np.where(there, days[at], 0).astype(np.int32)) // 12
            found[at] = np.where(there, years, np.nan)
        for place, concept in enumerate(SEXES):
            sex[at[people.sex == concept]] = place
    return AgesAndSexes(youngest, oldest, sex)

"""The last day that the data can speak of a person, where her days moved by a number of their own.

Under pseudonyms the data cut of a person lies as many days off the source's as her days moved.
Written down it would tell by how many, so the table `person_cut` has the last day on which
something was recorded of her, which is not later. A dataset without that table has one cut for all.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from remit.facts.arrays import LAST_DAY, Days, Whole, dates_of, whole_numbers
from remit.facts.opened import Facts
from remit.facts.reading import Part

NAME = "person_cut"


def last_days(
    part: Part | Facts, ids: Whole, *, persons: Collection[int] | None = None
) -> Days | None:
    """The last day of each person of whom the table has one, `LAST_DAY` else; None without rows.

    Args:
        ids: of persons, ascending; the shape of the answer.
        persons: rows of these only are read; all when None.
    """
    rows = part.rows(NAME, ("person_id", "last_day"), persons=persons)
    if rows.num_rows == 0 or len(ids) == 0:
        return None
    person, day = whole_numbers(rows["person_id"]), dates_of(rows["last_day"])
    place = np.minimum(np.searchsorted(ids, person), len(ids) - 1)
    known = ids[place] == person
    found = np.full(len(ids), LAST_DAY, np.int32)
    found[place[known]] = day[known]
    return found

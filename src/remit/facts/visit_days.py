"""The days on which visits were recorded, as far as they are exactly known."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from remit.facts.arrays import Days, Whole, dates_of, whole_numbers
from remit.facts.imprecise_dates import possible_days
from remit.facts.opened import Facts
from remit.facts.reading import Part


def visit_days(
    source: Part | Facts, *, persons: Collection[int] | None = None
) -> tuple[Whole, Days]:
    """Each visit's person and first day; a visit on a day that nobody knows dates nothing.

    Args:
        source: a dataset, or a part of one.
        persons: of these only; of all when None.
    """
    stated = possible_days(source, {"visit_occurrence": None}, persons=persons)
    open_ = stated.get(("visit_occurrence", "visit_start_date"))
    names = ["person_id", "visit_start_date", *(["visit_occurrence_id"] if open_ else [])]
    rows = source.rows("visit_occurrence", names, persons=persons)
    person = np.asarray(whole_numbers(rows["person_id"]), np.int64)
    day = dates_of(rows["visit_start_date"])
    if open_ is None:
        return person, day
    known = ~np.isin(whole_numbers(rows["visit_occurrence_id"]), open_.row)
    return person[known], day[known]

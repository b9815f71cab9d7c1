"""Who died, and when."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

import numpy as np

from remit.facts.arrays import NO_DAY, Days, Whole, dates_of, whole_numbers
from remit.facts.opened import Facts
from remit.facts.reading import Part


def death_days(
    source: Part | Facts, persons: Whole, *, asked: Collection[int] | None = None
) -> Days:
    """The day on which each person died, `NO_DAY` of whom no death is recorded.

    Args:
        source: a dataset, or a part of one.
        persons: ids, ascending; shape (persons,).
        asked: read of these only; all when None.
    """
    rows = source.rows("death", ("person_id", "death_date"), persons=asked)
    days = np.full(len(persons), NO_DAY, np.int32)
    if rows.num_rows == 0 or len(persons) == 0:
        return days
    person = whole_numbers(rows["person_id"])
    place = np.minimum(np.searchsorted(persons, person), len(persons) - 1)
    known = persons[place] == person
    days[place[known]] = dates_of(rows["death_date"])[known]
    return days


def deaths_of(facts: Facts, persons: Whole) -> Mapping[int, date]:
    """Person -> the day of death, of those among some ids who died."""
    rows = facts.rows("death", ("person_id", "death_date"), persons=persons.tolist())
    columns = (rows[name].to_pylist() for name in rows.column_names)
    return dict(zip(*columns, strict=True))

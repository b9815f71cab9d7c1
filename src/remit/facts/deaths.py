"""Who died, and when."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

import numpy as np

from remit.facts.arrays import NO_DAY, Days, Whole, dates_of, whole_numbers
from remit.facts.imprecise_dates import UnknownDay, open_days, possible_days
from remit.facts.opened import Facts
from remit.facts.reading import Part

_DATE = ("death", "death_date")


def death_bounds(
    source: Part | Facts, persons: Whole, *, asked: Collection[int] | None = None
) -> tuple[Days, Days]:
    """The first and the last day on which each person may have died: one day where it is known.

    `NO_DAY` of whom no death is recorded.

    Args:
        source: a dataset, or a part of one.
        persons: ids, ascending; shape (persons,).
        asked: read of these only; all when None.
    """
    rows = source.rows("death", ("person_id", "death_date"), persons=asked)
    days = np.full(len(persons), NO_DAY, np.int32)
    if rows.num_rows == 0 or len(persons) == 0:
        return days, days
    person = whole_numbers(rows["person_id"])
    place = np.minimum(np.searchsorted(persons, person), len(persons) - 1)
    known = persons[place] == person
    days[place[known]] = dates_of(rows["death_date"])[known]
    stated = possible_days(source, {"death": None}, persons=asked).get(_DATE)
    return (days, days) if stated is None else stated.widened(persons, days, days)


def deaths_of(facts: Facts, persons: Whole) -> Mapping[int, date]:
    """Person -> the day of death, of those among some ids who died."""
    rows = facts.rows("death", ("person_id", "death_date"), persons=persons.tolist())
    columns = (rows[name].to_pylist() for name in rows.column_names)
    return dict(zip(*columns, strict=True))


def open_deaths_of(facts: Facts, persons: Whole) -> Mapping[int, UnknownDay]:
    """Person -> between which days she died, of those whose day of death is not exactly known."""
    rows = open_days(facts, {"death": None}, persons=persons.tolist()).to_pylist()
    return {
        row["person_id"]: UnknownDay(row["first_date"], row["last_date"])
        for row in rows
        if row["fact_table"] == "death"
    }


def death_words(died: date | None, between: UnknownDay | None) -> str:
    """That a person died, or may have died where no day of death lies before for sure.

    >>> death_words(date(2024, 2, 29), None)
    'died on 2024-02-29'
    >>> death_words(None, UnknownDay(date(2024, 1, 1), date(2024, 12, 31)))
    'may have died before: 2024 (day not known)'
    """
    if between is not None:
        return f"{'died' if died else 'may have died before'}: {between.words}"
    assert died is not None, "who did not die is not told as dead"
    return f"died on {died.isoformat()}"

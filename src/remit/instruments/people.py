"""The persons of a dataset, and their age and sex at visits."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from remit.criteria.columns.numbers import (
    HIGHEST,
    LOWEST,
    MICRO,
    Categories,
    Numbers,
    categories_of,
    no_numbers,
)
from remit.criteria.compiling.sources import Sources
from remit.criteria.reference.values import completed_months
from remit.errors import DatasetError
from remit.facts.tables import FEMALE, MALE
from remit.truth import Reason

Days = npt.NDArray[np.datetime64]


def chosen_persons(
    person: ir.Table, persons: Sequence[int] | None, *, place: Path
) -> npt.NDArray[np.int64]:
    """The ids of these persons in order; of all when None.

    Raises:
        DatasetError: one is not in the table.
    """
    everyone = np.sort(person.person_id.to_pyarrow().to_numpy())
    if persons is None:
        return np.asarray(everyone, np.int64)
    chosen = np.unique(np.array(persons, np.int64))
    strange = chosen[~np.isin(chosen, everyone)]
    if len(strange):
        raise DatasetError(
            f"the dataset has no person {strange[0]}",
            expected="a person_id of the table person",
            got=str(strange[0]),
            next_step="check the number",
            place=place,
        )
    return chosen


def people_at(
    persons: npt.NDArray[np.int64], days: Days, sources: Sources
) -> tuple[Numbers, Categories]:
    """Age on some days in years with its fraction, and sex; one row a person and day."""
    person = sources.tables["person"]
    wanted = ibis.memtable(pa.table({"visitor": np.unique(persons)}))
    rows = person.join(wanted, person.person_id == wanted.visitor).to_pyarrow().to_pylist()
    by_id = {row["person_id"]: row for row in rows}
    count = len(persons)
    low, high = np.full(count, LOWEST), np.full(count, HIGHEST)
    why = np.full(count, Reason.NO_DATA, np.int8)
    ids = tuple(sorted((FEMALE, MALE)))
    sexes = np.full(count, -1)
    dates: list[date] = days.astype(object).tolist()
    for place, (identifier, day) in enumerate(zip(persons.tolist(), dates, strict=True)):
        row = by_id.get(identifier)
        if row is None:
            continue
        earliest, latest = _births(row)
        low[place], high[place] = _years(latest, day), _years(earliest, day)
        why[place] = 0 if low[place] == high[place] else Reason.IMPRECISE_BIRTH_DATE
        if row["gender_concept_id"] in ids:
            sexes[place] = ids.index(row["gender_concept_id"])
    age = replace(no_numbers(count), low=low, high=high, why=why)
    return age, categories_of(ids, sexes, reason=Reason.NO_VALUE)


def _births(row: Mapping[str, int | None]) -> tuple[date, date]:
    """The first and the last day on which a person may have been born."""
    year, month, day = row["year_of_birth"], row["month_of_birth"], row["day_of_birth"]
    assert year is not None, "the table asks for it"
    if month is None:
        return date(year, 1, 1), date(year, 12, 31)
    if day is not None:
        return date(year, month, day), date(year, month, day)
    following = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, 1), date.fromordinal(following.toordinal() - 1)


def _years(birth: date, day: date) -> int:
    """Completed years and the part of the running one, in millionths."""
    years = completed_months(birth, day) // 12
    begun = _birthday(birth, birth.year + years)
    ends = _birthday(birth, birth.year + years + 1)
    return years * MICRO + (day - begun).days * MICRO // (ends - begun).days


def _birthday(birth: date, year: int) -> date:
    """The day on which a year of age begins; 1 March in common years for 29 February."""
    if birth.month == 2 and birth.day == 29 and not calendar.isleap(year):
        return date(year, 3, 1)
    return birth.replace(year=year)

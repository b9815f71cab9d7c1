"""A dataset to sheets of visits: what was recorded for each quantity and finding of each visit.

A visit is a subject: a person with the day of the visit, the days that belong to it, and the days
of her other visits. What several sheets read of a dataset is fetched once (`read_visits`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.candidates import candidates
from remit.criteria.columns.doses import dose_days_numbers, dose_numbers
from remit.criteria.columns.logic import LeafCodes
from remit.criteria.columns.months import years_lived
from remit.criteria.columns.numbers import (
    MICRO,
    Categories,
    Numbers,
    bounded_numbers,
    categories_of,
    joined_categories,
    joined_numbers,
)
from remit.criteria.columns.picks import (
    categories_of_rows,
    latest,
    numbers_of,
    spread_numbers,
)
from remit.criteria.columns.records import Records, read_records
from remit.criteria.columns.sheet import AT_VISIT, VISIT, Sheet, moment_of
from remit.criteria.columns.subjects import (
    Belonging,
    PersonsOfPart,
    Subjects,
    persons_of,
    places_of,
)
from remit.criteria.meanings import MEANINGS
from remit.criteria.readings import Dose
from remit.criteria.tree import Leaf
from remit.facts.arrays import NO_DAY
from remit.facts.opened import Facts
from remit.facts.tables import FEMALE, MALE
from remit.instruments.catalogue import PRESENT
from remit.instruments.inputs import Category, Inputs
from remit.instruments.visits import Days, Visits
from remit.truth import Reason

_SEXES = tuple(sorted((FEMALE, MALE)))


@dataclass(frozen=True, slots=True)
class PartVisits:
    """The visits of one part: which rows of all visits they are, and what their persons have."""

    rows: npt.NDArray[np.int64]
    records: Records


@dataclass(frozen=True, slots=True)
class VisitRecords:
    """What a dataset holds for some visits, part by part."""

    visits: Visits
    parts: tuple[PartVisits, ...]

    def with_days(self, first: Days, last: Days) -> VisitRecords:
        """The same, where values of other days belong to each visit; the latest of them counts."""
        changed = []
        for part in self.parts:
            subjects = part.records.subjects
            days = Belonging(_days(first[part.rows]), _days(last[part.rows]))
            records = part.records.for_subjects(replace(subjects, belonging={VISIT: days}))
            changed.append(PartVisits(part.rows, records))
        return VisitRecords(self.visits, tuple(changed))


def read_visits(
    sheets: Iterable[Inputs], visits: Visits, facts: Facts, *, nearest: bool = False
) -> VisitRecords:
    """Fetch what some sheets of visits read, once for all of them.

    Args:
        sheets: what each reads; a name may mean another code in another one.
        nearest: whether the record nearest to the visit's day counts, in place of the latest of its
            days; a baseline takes a later day only for want of another.
    """
    reads = [read for inputs in sheets for read in inputs.reads]
    parts = []
    for part in facts.parts:
        people = persons_of(part)
        place = places_of(people.ids, visits.person)
        rows = np.flatnonzero(place >= 0)
        if not len(rows):
            continue
        subjects = _subjects(visits, rows, place[rows], people, facts, nearest=nearest)
        records = read_records(reads, part, subjects, complete=facts.complete, with_keys=True)
        parts.append(PartVisits(rows, records))
    return VisitRecords(visits, tuple(parts))


def _subjects(
    visits: Visits,
    rows: npt.NDArray[np.int64],
    place: npt.NDArray[np.int64],
    people: PersonsOfPart,
    facts: Facts,
    *,
    nearest: bool,
) -> Subjects:
    day = _days(visits.day)
    dates = {VISIT: day[rows]}
    for name, at in visits.moments.items():
        dates[name] = np.where(at[rows] < 0, np.int32(NO_DAY), day[at[rows]])
    belonging = {VISIT: _days_of(rows, visits, nearest=nearest)}
    for name, at in visits.moments.items():
        belonging[name] = _days_of(np.maximum(at[rows], 0), visits, nearest=nearest)
    return Subjects(
        visits.person[rows],
        dates,
        people.sex[place],
        people.born_first[place],
        people.born_last[place],
        study="",
        data_cut=facts.data_cut,
        belonging=belonging,
        own_cuts=None if people.own_cuts is None else people.own_cuts[place],
    )


def _days_of(at: npt.NDArray[np.int64], visits: Visits, *, nearest: bool) -> Belonging:
    """The days that belong to some visits, by their rows."""
    baseline = visits.moments.get("baseline")
    return Belonging(
        _days(visits.first)[at],
        _days(visits.last)[at],
        nearest,
        None if baseline is None or not nearest else baseline[at] == at,
    )


def _days(dates: Days) -> npt.NDArray[np.int32]:
    return dates.astype("datetime64[D]").astype(np.int64).astype(np.int32)


# ---- sheets --------------------------------------------------------------------------------------


def gather_sheet(inputs: Inputs, visits: Visits, facts: Facts, *, nearest: bool = False) -> Sheet:
    """The sheet of some visits; see `read_visits`."""
    return sheet_of(inputs, read_visits((inputs,), visits, facts, nearest=nearest))


def sheet_of(inputs: Inputs, held: VisitRecords, *, present_first: bool = False) -> Sheet:
    """The columns of some inputs, from what was fetched for the visits.

    Args:
        present_first: a finding that was recorded as present on one of the days counts before
            others.
    """
    visits, count = held.visits, len(held.visits)
    numbers: dict[str, list[Numbers]] = {}
    categories: dict[str, list[Categories]] = {}
    answered: dict[Leaf, list[LeafCodes]] = {}
    for part in held.parts:
        records = part.records
        for name, measure in inputs.measures.items():
            numbers.setdefault(name, []).append(_numbers(measure.ids, records))
        for name, category in inputs.categories.items():
            found = _categories(category, records, present_first=present_first)
            categories.setdefault(name, []).append(found)
        for name, dose in inputs.doses.items():
            numbers.setdefault(name, []).append(_dated(_dose(dose, records), records))
        for name, leaf in inputs.dose_days.items():
            found_days = _dated(dose_days_numbers(leaf, records), records)
            numbers.setdefault(name, []).append(found_days)
        for asked in inputs.asked:
            codes = MEANINGS[type(asked)].columns(asked, records)
            answered.setdefault(asked, []).append(codes)
        if inputs.people:
            age, sex = _age_and_sex(records.subjects)
            numbers.setdefault("age", []).append(age)
            categories.setdefault("sex", []).append(sex)
    rows = _rows_of_parts(held)
    return Sheet(
        count,
        {name: spread_numbers(joined_numbers(c), rows, count) for name, c in numbers.items()},
        {
            name: _placed_categories(joined_categories(columns), rows, count)
            for name, columns in categories.items()
        },
        visits.moments,
        {leaf: _placed_codes(np.concatenate(c), rows, count) for leaf, c in answered.items()},
    )


def _rows_of_parts(held: VisitRecords) -> npt.NDArray[np.int64]:
    if not held.parts:
        return np.zeros(0, np.int64)
    return np.concatenate([part.rows for part in held.parts])


def _placed_categories(found: Categories, rows: npt.NDArray[np.int64], count: int) -> Categories:
    if len(found) == count:
        return found
    at = np.full(count, -1, np.int64)
    at[rows] = np.arange(len(rows))
    empty = categories_of(found.ids, np.full(count, -1))
    here = at >= 0
    taken = found.take(at)
    return replace(taken, why=np.where(here, taken.why, empty.why))


def _placed_codes(codes: LeafCodes, rows: npt.NDArray[np.int64], count: int) -> LeafCodes:
    if len(codes) == count:
        return codes
    placed = np.full(count, Reason.NO_DATA, np.int8)
    placed[rows] = codes
    return placed


def _numbers(ids: tuple[int, ...], records: Records) -> Numbers:
    """The number that counts at each visit, as recorded."""
    every, span = records.rows("measurement", ids), records.span_of_values(AT_VISIT)
    rows = every.take(latest(every, span))
    found = spread_numbers(numbers_of(rows, records.kinds), rows.subject, len(records.subjects))
    open_ = candidates(every, span)
    if open_ is None:
        return found
    return found.unknown_where(open_.unsettled(every.subject), Reason.IMPRECISE_DATE)


def _categories(category: Category, records: Records, *, present_first: bool) -> Categories:
    """The coded value that counts at each visit."""
    rows = records.rows("measurement", category.ids)
    rank = None
    if present_first:
        code = rows.columns["value_as_concept_id"]
        rank = (code != 0).astype(np.int8) + (code == PRESENT)
    span = records.span_of_values(AT_VISIT)
    counting = rows.take(latest(rows, span, rank=rank))
    found = categories_of_rows(counting, category.known, len(records.subjects))
    open_ = candidates(rows, span, rank=rank)
    if open_ is None:
        return found
    return found.unknown_where(open_.unsettled(rows.subject), Reason.IMPRECISE_DATE)


def _dose(dose: Dose, records: Records) -> Numbers:
    if moment_of(dose.window) is not None:
        dose = replace(dose, window=AT_VISIT)
    return dose_numbers(dose, records)


def _dated(numbers: Numbers, records: Records) -> Numbers:
    """The numbers with the visit's day as theirs."""
    day = records.subjects.dates[VISIT].astype("datetime64[D]")
    return replace(numbers, day=day)


def _age_and_sex(who: Subjects) -> tuple[Numbers, Categories]:
    """Age on the day of the visit in years with its fraction, and sex."""
    day = who.dates[VISIT]
    low = years_lived(who.born_last, day, parts=MICRO)
    high = years_lived(who.born_first, day, parts=MICRO)
    why = np.where(low == high, 0, Reason.IMPRECISE_BIRTH_DATE).astype(np.int8)
    place = np.full(len(who), -1)
    for number, code in enumerate(_SEXES):
        place[who.sex == code] = number
    return bounded_numbers(low, high, why), categories_of(_SEXES, place, reason=Reason.NO_VALUE)

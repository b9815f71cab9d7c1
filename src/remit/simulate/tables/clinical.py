"""Persons, their coverage, and what was recorded of them, as rows: one batch a code."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from remit.facts.dictionary import packaged_dictionary
from remit.facts.tables import FEMALE, MALE, OPERATORS
from remit.simulate.state import NO_AMOUNT, DoseEras, DrawnCohort, Labs
from remit.simulate.tables.batches import (
    added_ids,
    all_of_them,
    batch_of,
    by_code,
    coded_or_empty,
    codes_of,
    days,
    kinds_of,
    merged,
    numbers,
    picked,
    record_ids,
    texts,
)

RECORD = 32817  # the OMOP type "EHR"
COMMENTS = (None, "haemolysed", "not enough material")
_BY_SIGN = {sign: code for code, sign in OPERATORS.items()}
_BOUNDS = np.array([0, *(_BY_SIGN[sign] for sign in ("<", "<=", ">=", ">", "="))], np.int32)
PERIOD_ORDER = ("person_id", "observation_period_start_date", "observation_period_id")
VISIT_ORDER = ("person_id", "visit_start_date", "visit_occurrence_id")
EXPOSURE_ORDER = ("person_id", "drug_exposure_start_date", "drug_exposure_id")
ERA_ORDER = ("person_id", "dose_era_start_date", "dose_era_id")
MEASUREMENT_ORDER = ("person_id", "measurement_date", "measurement_id")


def person_rows(cohort: DrawnCohort) -> pa.RecordBatch:
    birth = cohort.birth
    zero = np.zeros(cohort.size, np.int32)
    return batch_of(
        "person",
        {
            "person_id": cohort.person,
            "gender_concept_id": np.where(cohort.female, FEMALE, MALE).astype(np.int32),
            "year_of_birth": birth.year,
            "month_of_birth": coded_or_empty(birth.month, birth.month == 0),
            "day_of_birth": coded_or_empty(birth.day, birth.day == 0),
            "race_concept_id": zero,
            "ethnicity_concept_id": zero,
        },
    )


def period_rows(cohort: DrawnCohort) -> Iterator[tuple[int, pa.RecordBatch]]:
    spells = cohort.coverage
    row, column = picked(spells.there, spells.start)
    yield (
        0,
        batch_of(
            "observation_period",
            {
                "observation_period_id": record_ids(cohort, row, 0, column),
                "person_id": cohort.person[row],
                "observation_period_start_date": days(spells.start[row, column]),
                "observation_period_end_date": days(spells.end[row, column]),
                "period_type_concept_id": all_of_them(RECORD, row),
            },
        ),
    )


def visit_rows(cohort: DrawnCohort) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Stays and visits of all kinds together, in the order of persons and days."""
    names = sorted(cohort.visits)
    kinds = [cohort.visits[name] for name in names]
    there = np.concatenate([kind.there for kind in kinds], axis=1)
    start = np.concatenate([kind.start for kind in kinds], axis=1)
    end = np.concatenate([kind.end for kind in kinds], axis=1)
    codes = np.concatenate(
        [
            np.full(kind.there.shape[1], packaged_dictionary().omop_ids(name)[0], np.int32)
            for name, kind in zip(names, kinds, strict=True)
        ]
    )
    row, column = picked(there, start)
    yield (
        0,
        batch_of(
            "visit_occurrence",
            {
                "visit_occurrence_id": record_ids(cohort, row, 0, column),
                "person_id": cohort.person[row],
                "visit_concept_id": codes[column],
                "visit_start_date": days(start[row, column]),
                "visit_end_date": days(end[row, column]),
                "visit_type_concept_id": all_of_them(RECORD, row),
            },
        ),
    )


def condition_rows(cohort: DrawnCohort) -> Iterator[tuple[int, pa.RecordBatch]]:
    for number, (name, spells) in enumerate(cohort.conditions.items()):
        for code, there in by_code(cohort, name, spells.there):
            row, column = picked(there, spells.start)
            yield (
                code,
                batch_of(
                    "condition_occurrence",
                    {
                        "condition_occurrence_id": record_ids(cohort, row, number, column),
                        "person_id": cohort.person[row],
                        "condition_concept_id": all_of_them(code, row),
                        "condition_start_date": days(spells.start[row, column]),
                        "condition_end_date": days(
                            spells.end[row, column], spells.endless[row, column]
                        ),
                        "condition_type_concept_id": all_of_them(RECORD, row),
                        "condition_source_value": texts((name,), row * 0),
                    },
                ),
            )


def exposure_rows(cohort: DrawnCohort) -> Iterator[tuple[int, pa.RecordBatch]]:
    for number, (name, spells) in enumerate(cohort.exposures.items()):
        for code, there in by_code(cohort, name, spells.there):
            row, column = picked(there, spells.start)
            route = spells.route[row, column]
            yield (
                code,
                batch_of(
                    "drug_exposure",
                    {
                        "drug_exposure_id": record_ids(cohort, row, number, column),
                        "person_id": cohort.person[row],
                        "drug_concept_id": all_of_them(code, row),
                        "drug_exposure_start_date": days(spells.start[row, column]),
                        "drug_exposure_end_date": days(spells.end[row, column]),
                        "drug_type_concept_id": all_of_them(RECORD, row),
                        "route_concept_id": coded_or_empty(route, route == 0),
                        "drug_source_value": texts((name,), row * 0),
                    },
                ),
            )


def era_rows(cohort: DrawnCohort) -> Iterator[tuple[int, pa.RecordBatch]]:
    for number, (name, eras) in enumerate(cohort.eras.items()):
        # Eras carry the ingredient, exposures any code of it.
        code = codes_of(cohort, name)[0]
        yield code, _rows_of_eras(cohort, number, code, eras)


def _rows_of_eras(cohort: DrawnCohort, number: int, code: int, eras: DoseEras) -> pa.RecordBatch:
    row, column = picked(eras.there, eras.start)
    units = np.array([unit.omop or 0 for unit in eras.units], np.int32)
    return batch_of(
        "dose_era",
        {
            "dose_era_id": record_ids(cohort, row, number, column),
            "person_id": cohort.person[row],
            "drug_concept_id": all_of_them(code, row),
            "unit_concept_id": units[eras.unit[row, column]],
            "dose_value": numbers(eras.amount[row, column]),
            "dose_era_start_date": days(eras.start[row, column]),
            "dose_era_end_date": days(eras.end[row, column]),
        },
    )


def procedure_rows(cohort: DrawnCohort) -> Iterator[tuple[int, pa.RecordBatch]]:
    for number, (name, spells) in enumerate(cohort.procedures.items()):
        for code, there in by_code(cohort, name, spells.there):
            row, column = picked(there, spells.start)
            yield (
                code,
                batch_of(
                    "procedure_occurrence",
                    {
                        "procedure_occurrence_id": record_ids(cohort, row, number, column),
                        "person_id": cohort.person[row],
                        "procedure_concept_id": all_of_them(code, row),
                        "procedure_date": days(spells.start[row, column]),
                        "procedure_type_concept_id": all_of_them(RECORD, row),
                        "procedure_source_value": texts((name,), row * 0),
                    },
                ),
            )


def measurement_rows(cohort: DrawnCohort) -> Iterator[tuple[int, pa.RecordBatch]]:
    """One batch a code, with what was added for some persons among the rest."""
    own = dict(_own_measurements(cohort))
    further: dict[int, list[pa.RecordBatch]] = {}
    for added in (cohort.items, *(followed.measured for followed in cohort.followed)):
        for number, code, labs in kinds_of(added):
            row, column = picked(labs.there, labs.day, labs.second)
            person = cohort.person[added.at[row]]
            ids = added_ids(person, number, column)
            linked = pa.nulls(len(row), pa.int64())
            batch = _record_rows(labs, row, column, ids, person, code=code, linked=linked)
            further.setdefault(code, []).append(batch)
    for code, batches in further.items():
        before = [own[code]] if code in own else []
        own[code] = merged([*before, *batches], MEASUREMENT_ORDER)
    yield from own.items()


def _own_measurements(cohort: DrawnCohort) -> Iterator[tuple[int, pa.RecordBatch]]:
    biopsy = list(cohort.procedures).index("renal_biopsy")
    measured = {**cohort.labs, **cohort.biopsy_findings}
    for number, (name, labs) in enumerate(measured.items()):
        event = biopsy if name in cohort.biopsy_findings else None
        for code, there in by_code(cohort, name, labs.there):
            row, column = picked(there, labs.day, labs.second)
            ids = record_ids(cohort, row, number, column)
            linked = pa.nulls(len(row), pa.int64())
            if event is not None:
                linked = pa.array(record_ids(cohort, row, event, column))
            person = cohort.person[row]
            yield (
                code,
                _record_rows(labs, row, column, ids, person, code=code, linked=linked),
            )


def _record_rows(
    labs: Labs,
    row: NDArray[np.int64],
    column: NDArray[np.int64],
    ids: NDArray[np.int64],
    person: NDArray[np.int64],
    *,
    code: int,
    linked: pa.Array,
) -> pa.RecordBatch:
    day, second = labs.day[row, column], labs.second[row, column]
    amount, bound = labs.amount[row, column], labs.bound[row, column]
    unit, coded = labs.unit[row, column], labs.coded[row, column]
    no_number = amount == NO_AMOUNT
    is_category = bool(len(labs.codes) > 1)
    unit_ids = np.array([unit.omop or 0 for unit in labs.units], np.int32)
    no_id = np.array([unit.omop is None for unit in labs.units])
    comment = np.where(no_number & (coded < 0), 1 + ids % 2, 0) * (1 - int(is_category))
    moment = pa.array(day.astype(np.int64) * 86_400 + second, mask=second < 0)
    return batch_of(
        "measurement",
        {
            "measurement_id": ids,
            "person_id": person,
            "measurement_concept_id": all_of_them(code, row),
            "measurement_date": days(day),
            "measurement_datetime": moment.cast(pa.timestamp("s")).cast(pa.timestamp("ms")),
            "measurement_type_concept_id": all_of_them(RECORD, row),
            "operator_concept_id": coded_or_empty(_BOUNDS[bound], (bound == 0) | no_number),
            "value_as_number": numbers(amount),
            "value_as_concept_id": coded_or_empty(np.array(labs.codes, np.int32)[coded], coded < 0),
            "unit_concept_id": coded_or_empty(unit_ids[unit], no_id[unit]),
            "range_low": numbers(labs.low[row, column]),
            "range_high": numbers(labs.high[row, column]),
            "unit_source_value": texts([unit.text for unit in labs.units], unit.astype(np.int64)),
            "value_source_value": texts(COMMENTS, comment),
            "measurement_event_id": linked,
        },
    )

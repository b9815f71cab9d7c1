"""Patients as rows of `person` and `death`, and the persons that references mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pyarrow as pa

from remit.errors import DatasetError
from remit.facts.arrays import Whole, arrow_of
from remit.facts.intake.fhir.resources.fhir_dates import FhirDay
from remit.facts.intake.fhir.resources.fhir_joined import ReadResources
from remit.facts.intake.fhir.resources.fhir_persons import FhirPatient
from remit.facts.intake.fhir.resources.fhir_resources import KINDS
from remit.facts.intake.fhir.rows.fhir_batches import NOBODY, MadeRows, RowAccount
from remit.facts.intake.fhir.rows.fhir_columns import days_column
from remit.facts.intake.fhir.rows.fhir_copies import DIFFERS, Copies
from remit.facts.intake.fhir.rows.fhir_rows import full_table, imprecise
from remit.facts.intake.persons.person_ids import PersonNumbers, number_persons

_EPOCH = date(1970, 1, 1).toordinal()
MERGED = "merged into another patient (replaced-by)"


@dataclass(frozen=True, slots=True)
class People:
    """The patients that are taken.

    Attributes:
        patients: one each. numbers: their numbers.
        references: the number of a reference -> that of its person, `NOBODY` for none.
        strangers: how many references mean nobody.
    """

    patients: Sequence[FhirPatient]
    numbers: PersonNumbers
    references: Whole
    strangers: int

    def number(self, patient: FhirPatient) -> int:
        return self.numbers.numbers[patient.name]


def find_people(read: ReadResources, copies: Copies) -> People:
    """The patients that are taken, copies of one united.

    Raises:
        DatasetError: there is no patient, or two of one id differ and neither is newer.
    """
    _require_one_story(copies)
    gone = frozenset(copies.gone.tolist())
    kept = list[FhirPatient]()
    deaths: dict[int, list[FhirPatient]] = {}
    for place, patient in enumerate(read.patients.all):
        if patient.resource in gone:
            continue
        if read.patients.is_merged(place):
            read.account.refuse(
                "Patient", MERGED, [f"Patient/{patient.name}"], on_purpose=True, fate="merged"
            )
            if patient.is_dead:
                onto = read.patients.final(place)
                deaths.setdefault(read.patients.all[onto].resource, []).append(patient)
            continue
        kept.append(patient)
    kept = [_with_deaths(one, deaths.get(one.resource, ())) for one in kept]
    if not kept:
        raise DatasetError(
            "the data have no patient",
            expected="a Patient with an id and a birthDate, if only the year",
            got=f"{read.account.read['Patient']:,} resources Patient",
            next_step="add the patients to the export (Patient.ndjson)",
        )
    numbers = number_persons(patient.name for patient in kept)
    places = read.patients.places_of(read.subjects.targets)
    strangers = int(np.count_nonzero(places[1:] < 0))
    of_place = np.array(
        [numbers.numbers.get(patient.name.strip(), NOBODY) for patient in read.patients.all]
        + [NOBODY],
        np.int64,
    )
    return People(kept, numbers, of_place[places], strangers)


def _with_deaths(patient: FhirPatient, merged: Sequence[FhirPatient]) -> FhirPatient:
    """A patient with what those say who were merged into it; two days are all between them."""
    if not merged:
        return patient
    days = [one.died for one in (patient, *merged) if one.is_dead and one.died is not None]
    if not days:
        return replace(patient, is_dead=True)
    first, last = min(day.first for day in days), max(day.last for day in days)
    time = days[0].time if first == last else None
    return replace(patient, is_dead=True, died=FhirDay(first, last, time))


def _require_one_story(copies: Copies) -> None:
    several = copies.rules.get((KINDS["Patient"], DIFFERS), ())
    if several:
        raise DatasetError(
            "two resources Patient of one id differ, and nothing says which is newer",
            expected="one patient an id, or meta.lastUpdated or meta.versionId in each",
            got=f"{len(several):,} such resources",
            next_step="import servers that use the same ids one by one, or keep the right ones",
            place="Patient",
        )


def person_rows(people: People) -> pa.Table:
    """The rows of `person`."""
    rows = {
        "person_id": [people.number(patient) for patient in people.patients],
        "gender_concept_id": [patient.sex for patient in people.patients],
        "year_of_birth": [patient.year for patient in people.patients],
        "month_of_birth": [patient.month for patient in people.patients],
        "day_of_birth": [patient.day for patient in people.patients],
        "race_concept_id": [patient.race for patient in people.patients],
        "ethnicity_concept_id": [patient.ethnicity for patient in people.patients],
    }
    columns = {name: pa.array(values) for name, values in rows.items()}
    schema = full_table("person", {}, 0).schema
    made = {name: column.cast(schema.field(name).type) for name, column in columns.items()}
    return full_table("person", made, len(people.patients))


def first_births(people: People) -> Whole:
    """The first day on which each person may be born; shape (persons + 1,), by number."""
    found = np.zeros(max(people.numbers.numbers.values(), default=0) + 1, np.int64)
    for patient in people.patients:
        day = date(patient.year, patient.month or 1, patient.day or 1)
        found[people.number(patient)] = day.toordinal() - _EPOCH
    return found


def undated_deaths(people: People) -> frozenset[int]:
    """The persons who died on a day that nobody tells."""
    return frozenset(
        people.number(one) for one in people.patients if one.is_dead and one.died is None
    )


def death_rows(
    people: People, seen: Mapping[int, int], now: int, account: RowAccount
) -> Iterator[MadeRows]:
    """The rows of `death`, and of those days that are not exactly known.

    Args:
        seen: person of `undated_deaths` -> the last day of a record of that person.
        now: the last day of the data.
    """
    rows = list[tuple[int, int, int, int | None]]()
    for patient in people.patients:
        if not patient.is_dead:
            continue
        person, died = people.number(patient), patient.died
        if died is not None:
            rows.append((person, died.first, died.last, died.time))
        else:
            rows.append((person, min(seen.get(person, now), now), now, None))
    if not rows:
        return
    who, first, last = (np.array([row[at] for row in rows], np.int64) for at in range(3))
    columns = {
        "person_id": arrow_of(who, pa.int64()),
        "death_date": days_column(last),
        "death_datetime": pa.array([row[3] for row in rows], pa.int64()).view(pa.timestamp("ms")),
    }
    account.rows["death"] += len(rows)
    yield MadeRows("death", full_table("death", columns, len(rows)))
    open_ = np.flatnonzero(first != last)
    if len(open_):
        yield imprecise(
            "death", "death_date", who[open_], who[open_], first[open_], last[open_], account
        )

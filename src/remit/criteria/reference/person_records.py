"""Fact tables to one person's records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, TypeAlias

import pyarrow as pa

from remit.criteria.reference.records import (
    AnswerRecord,
    DoseRecord,
    EventRecord,
    NumberRecord,
    PersonRecords,
)
from remit.facts.imprecise_dates import BIRTH, NAME, UnknownDay
from remit.facts.person_cuts import NAME as CUTS

_Ranges: TypeAlias = Mapping[tuple[str, int, str], UnknownDay]

_EVENT_COLUMNS = {
    "condition_occurrence": ("condition_occurrence_id", "condition_concept_id"),
    "drug_exposure": ("drug_exposure_id", "drug_concept_id"),
    "procedure_occurrence": ("procedure_occurrence_id", "procedure_concept_id"),
    "visit_occurrence": ("visit_occurrence_id", "visit_concept_id"),
    "observation": ("observation_id", "observation_concept_id"),
}
_EVENT_DATES = {
    "condition_occurrence": ("condition_start_date", "condition_end_date"),
    "drug_exposure": ("drug_exposure_start_date", "drug_exposure_end_date"),
    "procedure_occurrence": ("procedure_date", "procedure_date"),
    "visit_occurrence": ("visit_start_date", "visit_end_date"),
    "observation": ("observation_date", "observation_date"),
}


def read_persons(
    tables: Mapping[str, pa.Table],
    *,
    study: str,
    data_cut: date,
    complete: frozenset[str] = frozenset(),
) -> Iterator[PersonRecords]:
    """All persons of some fact tables, with the anchors and answers of one study.

    Args:
        tables: OMOP tables by name, as declared in `remit.facts.tables`.
    """
    ranges = _ranges(tables)
    numbers = _grouped_numbers(tables["measurement"], ranges)
    events = {
        name: _grouped_events(name, tables[name], ranges)
        for name in _EVENT_COLUMNS
        if name in tables
    }
    doses = defaultdict(list)
    for row in tables["dose_era"].to_pylist():
        record = DoseRecord(
            row["dose_era_id"],
            row["drug_concept_id"],
            row["dose_era_start_date"],
            row["dose_era_end_date"],
            row["dose_value"],
            row["unit_concept_id"],
            ranges.get(("dose_era", row["dose_era_id"], "dose_era_start_date")),
            ranges.get(("dose_era", row["dose_era_id"], "dose_era_end_date")),
        )
        doses[row["person_id"]].append(record)
    periods = defaultdict(list)
    for row in tables["observation_period"].to_pylist():
        begins, ends = row["observation_period_start_date"], row["observation_period_end_date"]
        periods[row["person_id"]].append((begins, ends))
    anchors: dict[int, dict[str, date]] = defaultdict(dict)
    for row in tables["study_anchor"].to_pylist():
        if row["study"] == study:
            anchors[row["person_id"]][row["anchor"]] = row["anchor_date"]
    answers = defaultdict(list)
    for row in tables["attestation"].to_pylist():
        if row["study"] == study:
            answer = AnswerRecord(
                row["attestation_id"],
                row["item"],
                row["answer"],
                row["signed_by"],
                row["signed_date"],
            )
            answers[row["person_id"]].append(answer)
    cuts = {row["person_id"]: row["last_day"] for row in _optional(tables, CUTS)}
    for row in tables["person"].to_pylist():
        person = row["person_id"]
        yield PersonRecords(
            person=person,
            gender=row["gender_concept_id"],
            birth_year=row["year_of_birth"],
            birth_month=row["month_of_birth"],
            birth_day=row["day_of_birth"],
            anchors=anchors.get(person, {}),
            numbers=tuple(numbers.get(person, ())),
            events={name: tuple(rows.get(person, ())) for name, rows in events.items()},
            doses=tuple(doses.get(person, ())),
            answers=tuple(answers.get(person, ())),
            periods=tuple(periods.get(person, ())),
            data_cut=data_cut,
            complete=complete,
            birth=ranges.get(("person", person, BIRTH)),
            own_cut=cuts.get(person),
        )


def _ranges(tables: Mapping[str, pa.Table]) -> _Ranges:
    """Table, row and column -> the possible days of a date that is not exactly known."""
    return {
        (row["fact_table"], row["fact_id"], row["date_column"]): UnknownDay(
            row["first_date"], row["last_date"]
        )
        for row in _optional(tables, NAME)
    }


def _optional(tables: Mapping[str, pa.Table], name: str) -> list[dict[str, Any]]:
    return tables[name].to_pylist() if name in tables else []


def _grouped_numbers(table: pa.Table, ranges: _Ranges) -> Mapping[int, list[NumberRecord]]:
    grouped = defaultdict(list)
    for row in table.to_pylist():
        record = NumberRecord(
            row=row["measurement_id"],
            concept=row["measurement_concept_id"],
            day=row["measurement_date"],
            time=row["measurement_datetime"],
            number=row["value_as_number"],
            code=row["value_as_concept_id"],
            unit_id=row["unit_concept_id"],
            unit_text=row["unit_source_value"],
            operator=row["operator_concept_id"],
            low=row["range_low"],
            high=row["range_high"],
            text=row["value_source_value"],
            event=row["measurement_event_id"],
            possible=ranges.get(("measurement", row["measurement_id"], "measurement_date")),
        )
        grouped[row["person_id"]].append(record)
    return grouped


def _grouped_events(name: str, table: pa.Table, ranges: _Ranges) -> Mapping[int, list[EventRecord]]:
    key, concept = _EVENT_COLUMNS[name]
    start, end = _EVENT_DATES[name]
    grouped = defaultdict(list)
    for row in table.to_pylist():
        record = EventRecord(
            row[key],
            row[concept],
            row[start],
            row[end],
            row.get("route_concept_id"),
            ranges.get((name, row[key], start)),
            ranges.get((name, row[key], end)),
        )
        grouped[row["person_id"]].append(record)
    return grouped

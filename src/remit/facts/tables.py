"""The OMOP CDM 5.4 tables that Remit reads, and nine tables of its own, as typed declarations.

Source: OMOP CDM 5.4 specification (OHDSI). Numbers are decimals with six places (`NUMERIC` in the
CDM's PostgreSQL form), so that a printed 1.8 stays 1.8; those of `drug_strength`, which doses are
worked out from, have eighteen. `study_anchor`, `attestation`, `person_name`, `person_cut`,
`imprecise_date`, `source_record`, `dose_basis`, `concept_map` and `adverse_event` are Remit's: the
named dates of a person in a study, signed answers that no record can give, the ids that the source
calls its persons by where they are no whole numbers, the last day that the data can speak of a
person where that is not the dataset's, the days between which a record or a birth lies where its
day is not known, what the source calls the record behind a row, by the strength of which product a
dose was worked out, what each code of the source was taken to mean, and the adverse events that a
study asked for. A dataset that has `adverse_event`, if only without a row, says that they were.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

import pyarrow as pa

NUMBER = pa.decimal128(18, 6)
AMOUNT = pa.decimal128(38, 18)

Type = Literal["id", "concept", "int", "date", "datetime", "number", "amount", "text", "bool"]
ARROW: Mapping[Type, pa.DataType] = {
    "id": pa.int64(),
    "concept": pa.int32(),
    "int": pa.int32(),
    "date": pa.date32(),
    "datetime": pa.timestamp("ms"),
    "number": NUMBER,
    "amount": AMOUNT,
    "text": pa.string(),
    "bool": pa.bool_(),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, type and whether it may be empty."""

    name: str
    type: Type
    required: bool = True


@dataclass(frozen=True, slots=True)
class FactTable:
    """One table: its columns in order, its key, the order of its rows, and what its columns mean.

    Attributes:
        key: the column that tells rows apart.
        order: the columns by which rows are written and read; then `key`.
        concept: the column of the code that says what the record is about.
        start, end: the columns of the first and the last day of the record; `end` is `start` where
            a record has one day.
        value, unit: the columns of its number and of the unit of that.
        required: whether a dataset must have the table, if only an empty one.
    """

    name: str
    columns: tuple[Column, ...]
    key: str
    order: tuple[str, ...]
    concept: str | None = None
    start: str | None = None
    end: str | None = None
    value: str | None = None
    unit: str | None = None
    required: bool = True

    @property
    def person(self) -> str | None:
        """The column of whom the record is about; None for a table of no person."""
        return "person_id" if any(c.name == "person_id" for c in self.columns) else None

    @property
    def schema(self) -> pa.Schema:
        return pa.schema(
            [pa.field(c.name, ARROW[c.type], nullable=not c.required) for c in self.columns]
        )


def _table(
    name: str,
    key: str,
    order: str,
    columns: str,
    *,
    roles: Mapping[str, str] | None = None,
    required: bool = True,
) -> FactTable:
    parsed = []
    for word in columns.split():
        column, _, kind = word.partition(":")
        empty = kind.endswith("?")
        parsed.append(Column(column, cast(Type, kind.rstrip("?")), not empty))
    return FactTable(
        name, tuple(parsed), key, tuple(order.split()), **(roles or {}), required=required
    )


TABLES: Mapping[str, FactTable] = {
    table.name: table
    for table in (
        _table(
            "person",
            "person_id",
            "person_id",
            "person_id:id gender_concept_id:concept year_of_birth:int month_of_birth:int? "
            "day_of_birth:int? race_concept_id:concept ethnicity_concept_id:concept",
        ),
        _table(
            "observation_period",
            "observation_period_id",
            "person_id observation_period_start_date",
            "observation_period_id:id person_id:id observation_period_start_date:date "
            "observation_period_end_date:date period_type_concept_id:concept",
            roles={"start": "observation_period_start_date", "end": "observation_period_end_date"},
        ),
        _table(
            "visit_occurrence",
            "visit_occurrence_id",
            "person_id visit_start_date",
            "visit_occurrence_id:id person_id:id visit_concept_id:concept visit_start_date:date "
            "visit_end_date:date visit_type_concept_id:concept",
            roles={
                "concept": "visit_concept_id",
                "start": "visit_start_date",
                "end": "visit_end_date",
            },
        ),
        _table(
            "condition_occurrence",
            "condition_occurrence_id",
            "condition_concept_id person_id condition_start_date",
            "condition_occurrence_id:id person_id:id condition_concept_id:concept "
            "condition_start_date:date condition_end_date:date? condition_type_concept_id:concept "
            "condition_source_value:text?",
            roles={
                "concept": "condition_concept_id",
                "start": "condition_start_date",
                "end": "condition_end_date",
            },
        ),
        _table(
            "drug_exposure",
            "drug_exposure_id",
            "drug_concept_id person_id drug_exposure_start_date",
            "drug_exposure_id:id person_id:id drug_concept_id:concept "
            "drug_exposure_start_date:date drug_exposure_end_date:date "
            "drug_type_concept_id:concept route_concept_id:concept? drug_source_value:text?",
            roles={
                "concept": "drug_concept_id",
                "start": "drug_exposure_start_date",
                "end": "drug_exposure_end_date",
            },
        ),
        _table(
            "dose_era",
            "dose_era_id",
            "drug_concept_id person_id dose_era_start_date",
            "dose_era_id:id person_id:id drug_concept_id:concept unit_concept_id:concept? "
            "dose_value:number? dose_era_start_date:date dose_era_end_date:date",
            roles={
                "concept": "drug_concept_id",
                "start": "dose_era_start_date",
                "end": "dose_era_end_date",
                "value": "dose_value",
                "unit": "unit_concept_id",
            },
        ),
        _table(
            "procedure_occurrence",
            "procedure_occurrence_id",
            "procedure_concept_id person_id procedure_date",
            "procedure_occurrence_id:id person_id:id procedure_concept_id:concept "
            "procedure_date:date procedure_type_concept_id:concept procedure_source_value:text?",
            roles={
                "concept": "procedure_concept_id",
                "start": "procedure_date",
                "end": "procedure_date",
            },
        ),
        _table(
            "measurement",
            "measurement_id",
            "measurement_concept_id person_id measurement_date",
            "measurement_id:id person_id:id measurement_concept_id:concept measurement_date:date "
            "measurement_datetime:datetime? measurement_type_concept_id:concept "
            "operator_concept_id:concept? value_as_number:number? value_as_concept_id:concept? "
            "unit_concept_id:concept? range_low:number? range_high:number? "
            "unit_source_value:text? value_source_value:text? measurement_event_id:id?",
            roles={
                "concept": "measurement_concept_id",
                "start": "measurement_date",
                "end": "measurement_date",
                "value": "value_as_number",
                "unit": "unit_concept_id",
            },
        ),
        _table(
            "observation",
            "observation_id",
            "observation_concept_id person_id observation_date",
            "observation_id:id person_id:id observation_concept_id:concept observation_date:date "
            "observation_datetime:datetime? observation_type_concept_id:concept "
            "value_as_number:number? value_as_string:text? value_as_concept_id:concept? "
            "qualifier_concept_id:concept? unit_concept_id:concept? observation_source_value:text? "
            "unit_source_value:text? value_source_value:text? observation_event_id:id?",
            roles={
                "concept": "observation_concept_id",
                "start": "observation_date",
                "end": "observation_date",
                "value": "value_as_number",
                "unit": "unit_concept_id",
            },
            required=False,
        ),
        _table(
            "death",
            "person_id",
            "person_id",
            "person_id:id death_date:date death_datetime:datetime? death_type_concept_id:concept? "
            "cause_concept_id:concept? cause_source_value:text?",
            roles={"start": "death_date", "end": "death_date"},
            required=False,
        ),
        _table(
            "person_name",
            "person_id",
            "person_id",
            "person_id:id person_source_value:text",
            required=False,
        ),
        _table(
            "person_cut",
            "person_id",
            "person_id",
            "person_id:id last_day:date",
            required=False,
        ),
        _table(
            "imprecise_date",
            "imprecise_date_id",
            "fact_table person_id fact_id",
            "imprecise_date_id:id person_id:id fact_table:text fact_id:id date_column:text "
            "first_date:date last_date:date",
            required=False,
        ),
        _table(
            "source_record",
            "source_record_id",
            "person_id",
            "source_record_id:id person_id:id fact_table:text fact_id:id reference:text",
            required=False,
        ),
        _table(
            "concept_ancestor",
            "descendant_concept_id",
            "ancestor_concept_id descendant_concept_id",
            "ancestor_concept_id:concept descendant_concept_id:concept",
            required=False,
        ),
        _table(
            "concept_map",
            "concept_map_id",
            "source_vocabulary source_code concept_id",
            "concept_map_id:id source_vocabulary:text source_code:text source_concept_id:concept? "
            "concept_id:concept how:text concept_name:text? domain_id:text?",
            required=False,
        ),
        _table(
            "drug_strength",
            "drug_strength_id",
            "drug_concept_id ingredient_concept_id",
            "drug_strength_id:id drug_concept_id:concept ingredient_concept_id:concept "
            "amount_value:amount? amount_unit_concept_id:concept? numerator_value:amount? "
            "numerator_unit_concept_id:concept? denominator_value:amount? "
            "denominator_unit_concept_id:concept? box_size:int?",
            required=False,
        ),
        _table(
            "dose_basis",
            "dose_basis_id",
            "person_id dose_start_date",
            "dose_basis_id:id person_id:id ingredient_concept_id:concept drug_concept_id:concept "
            "dose_start_date:date dose_end_date:date of_sig:bool of_amount:bool",
            roles={"start": "dose_start_date", "end": "dose_end_date"},
            required=False,
        ),
        # No home of concepts: what criteria read of it stands in `condition_occurrence` too.
        _table(
            "adverse_event",
            "adverse_event_id",
            "person_id start_date",
            "adverse_event_id:id person_id:id adverse_event_concept_id:concept start_date:date "
            "end_date:date? term:text? body_system:text? reported_term:text? severity:text? "
            "grade:int? serious:bool? related:bool? causality:text? action:text? outcome:text? "
            "treatment_emergent:bool?",
            roles={"start": "start_date", "end": "end_date"},
            required=False,
        ),
        _table(
            "study_anchor",
            "person_id",
            "study anchor person_id",
            "person_id:id study:text anchor:text anchor_date:date",
        ),
        _table(
            "attestation",
            "attestation_id",
            "study item person_id",
            "attestation_id:id person_id:id study:text item:text answer:bool signed_by:text? "
            "signed_date:date",
        ),
    )
}

# The tables whose rows carry the code of a concept.
CODED = frozenset(name for name, table in TABLES.items() if table.concept is not None)

# The column in which the source's own code stands.
SOURCE_TEXT: Mapping[str, str] = {
    "condition_occurrence": "condition_source_value",
    "drug_exposure": "drug_source_value",
    "procedure_occurrence": "procedure_source_value",
    "observation": "observation_source_value",
}
INT32_MAX = 2_147_483_647  # the greatest id of a concept
FEMALE = 8532
MALE = 8507
OPERATORS: Mapping[int, str] = {
    4171756: "<",
    4171754: "<=",
    4172703: "=",
    4171755: ">=",
    4172704: ">",
}

"""The records that the criteria of a screening read, in one table of one shape.

A later screening is held against them: so a folder can tell which record is new, changed or gone
when the dataset that it was made from is no longer there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from remit.facts.imprecise_dates import BIRTH, UnknownDay, unknown_days
from remit.facts.reading import Part
from remit.facts.tables import NUMBER, TABLES, FactTable
from remit.screening.criterion_records import codes_read
from remit.screening.study_screenings import Screening

# `table` and `row` say where a record stands; `text` is what the source wrote, a named date, or
# what was signed; of a person it is the birth date as far as it is known. Days that are not exactly
# known stand there too, each in a line of its own.
RECORDS = pa.schema(
    [
        ("person_id", pa.int64()),
        ("table", pa.string()),
        ("row", pa.int64()),
        ("concept_id", pa.int32()),
        ("date", pa.date32()),
        ("end_date", pa.date32()),
        ("time", pa.timestamp("ms")),
        ("operator_concept_id", pa.int32()),
        ("number", NUMBER),
        ("unit_concept_id", pa.int32()),
        ("unit", pa.string()),
        ("value_concept_id", pa.int32()),
        ("low", NUMBER),
        ("high", NUMBER),
        ("route_concept_id", pa.int32()),
        ("text", pa.string()),
        ("signed_by", pa.string()),
    ]
)
# Which column of a table is which, beside its roles.
_MORE: Mapping[str, Mapping[str, str]] = {
    "measurement": {
        "time": "measurement_datetime",
        "operator_concept_id": "operator_concept_id",
        "unit": "unit_source_value",
        "value_concept_id": "value_as_concept_id",
        "low": "range_low",
        "high": "range_high",
        "text": "value_source_value",
    },
    "drug_exposure": {"route_concept_id": "route_concept_id"},
    "study_anchor": {"date": "anchor_date", "text": "anchor"},
    "attestation": {"date": "signed_date", "text": "item", "signed_by": "signed_by"},
    "person": {"concept_id": "gender_concept_id"},
}
_OF_EVERYONE = ("person", "observation_period", "death", "study_anchor", "attestation")


def input_records(screening: Screening, *, persons: Collection[int] | None = None) -> pa.Table:
    """What the criteria read, with the columns of `RECORDS`: a row a record, in no stated order.

    Args:
        persons: of these only; of all who were screened when None.
    """
    return pa.concat_tables([*input_batches(screening, persons=persons), RECORDS.empty_table()])


def input_batches(
    screening: Screening, *, persons: Collection[int] | None = None
) -> Iterator[pa.Table]:
    """The same, a table of a part of the dataset at a time."""
    codes: dict[str, frozenset[int]] = {}
    for item in screening.bound.criteria:
        for table, read in codes_read(item).items():
            codes[table] = codes.get(table, frozenset()) | read
    study = screening.protocol.id
    for part in screening.facts.parts:
        asked = {**dict.fromkeys(_OF_EVERYONE), **codes}
        open_ = unknown_days(part, asked, persons=persons)
        for name in (*_OF_EVERYONE, *sorted(codes)):
            rows = _records(TABLES[name], part, codes.get(name), persons, study)
            yield _with_unknown_days(rows, TABLES[name], open_) if open_ else rows


def _records(
    table: FactTable,
    part: Part,
    codes: Collection[int] | None,
    persons: Collection[int] | None,
    study: str,
) -> pa.Table:
    roles = {
        "person_id": "person_id",
        "row": table.key,
        "concept_id": table.concept,
        "date": table.start,
        "end_date": table.end,
        "number": table.value,
        "unit_concept_id": table.unit,
        **_MORE.get(table.name, {}),
    }
    rows = part.rows(table.name, table.schema.names, concepts=codes, persons=persons, study=study)
    count = rows.num_rows
    columns = {
        field.name: rows[roles[field.name] or ""].cast(field.type)
        if roles.get(field.name)
        else pa.nulls(count, field.type)
        for field in RECORDS
    }
    columns["table"] = pa.array([table.name] * count, pa.string())
    if table.name == "person":
        births = zip(
            *(rows[f"{name}_of_birth"].to_pylist() for name in ("year", "month", "day")),
            strict=True,
        )
        columns["text"] = pa.array([_birth(*parts) for parts in births], pa.string())
    if table.name == "attestation":
        columns["value_concept_id"] = pc.cast(rows["answer"], pa.int32())
    return pa.table(columns, RECORDS)


def _with_unknown_days(
    rows: pa.Table, table: FactTable, open_: Mapping[tuple[str, int, str], UnknownDay]
) -> pa.Table:
    """The records with the days that are not exactly known, in words."""
    texts = []
    for key, text in zip(rows["row"].to_pylist(), rows["text"].to_pylist(), strict=True):
        lines = [] if text is None else [text]
        for role, column in (("day", table.start), ("end", table.end), ("birth", BIRTH)):
            found = open_.get((table.name, key, str(column)))
            if found is not None and not (role == "end" and table.end == table.start):
                lines.append(f"{role}: {found.words}")
        texts.append("\n".join(lines) if lines else None)
    place = RECORDS.get_field_index("text")
    return rows.set_column(place, RECORDS.field(place), pa.array(texts, pa.string()))


def _birth(year: int, month: int | None, day: int | None) -> str:
    """A birth date as far as it is known.

    >>> _birth(1990, 6, None)
    '1990-06'
    """
    if month is None:
        return f"{year:04}"
    return f"{year:04}-{month:02}" if day is None else date(year, month, day).isoformat()

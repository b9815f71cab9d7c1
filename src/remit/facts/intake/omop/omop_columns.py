"""Columns of a source's batch as the tables of facts have them, and what had to be changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from remit.facts.arrays import NO_DAY, Days, arrow_of, dates_of, whole_numbers
from remit.facts.codes import OWN
from remit.facts.intake.accounting.report import ChangedCells
from remit.facts.intake.omop.omop_doses import StrengthDoses
from remit.facts.intake.omop.omop_values import held_numbers, typed, written_ids
from remit.facts.tables import SOURCE_TEXT, Column, FactTable
from remit.facts.vocabulary.moved_rows import SOURCE_CODES

OWN_DATES = "study_anchor"
# Columns of OMOP that Remit keeps no column for, but reads another one by.
BESIDE: Mapping[str, Mapping[str, str]] = {
    "person": {"birth_datetime": "date"},
    "drug_exposure": {
        "verbatim_end_date": "date",
        "days_supply": "int",
        "quantity": "number",
        "sig": "text",
    },
    "measurement": {"meas_event_field_concept_id": "concept"},
    "observation": {"obs_event_field_concept_id": "concept"},
}
ALONE = (
    "standard codes are known where the dictionary lists them, and nowhere else; put that of your "
    "vocabulary beside the tables, or give the vocabulary with --vocabulary"
)
# procedure_occurrence.procedure_occurrence_id, as a value of a `…_event_field_concept_id`
_OF_PROCEDURE = 1147082
# Types of drug records (OMOP type concepts): administered, written, by mail order.
_ADMINISTERED = (32818, 38000179, 38000180)
_WRITTEN = (32838, 38000177)
_BY_MAIL = (38000176,)


@dataclass(slots=True)
class Reading:
    """What is found out while tables are read; `by_source` as `read_omop` takes it."""

    by_source: bool = False
    unread: Counter[tuple[str, str]] = field(default_factory=Counter)
    rounded: Counter[tuple[str, str]] = field(default_factory=Counter)
    own: Counter[tuple[str, str]] = field(default_factory=Counter)
    of_remit: bool = False
    doses: StrengthDoses | None = None
    strangers: dict[str, set[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    reads: dict[str, tuple[str | None, int]] = field(default_factory=dict)

    def cells(self) -> Iterator[ChangedCells]:
        """What was emptied or rounded, by column."""
        for (table, column), count in sorted(self.unread.items()):
            if count:
                rule = "no value of the column's type: left empty"
                yield ChangedCells(table, column, "unreadable", rule, count)
        for (table, column), count in sorted(self.own.items()):
            rule = (
                f"an id from {OWN.start:,} on is Remit's own here: the source's is taken as no code"
            )
            yield ChangedCells(table, column, "unreadable", rule, count)
        for (table, column), count in sorted(self.rounded.items()):
            if count:
                rule = "more than six decimals: rounded to six, never onto one of five or fewer"
                yield ChangedCells(table, column, "rounded", rule, count)


def _written(batch: pa.RecordBatch) -> pa.Array:
    """Whose the rows are, as the source writes it."""
    if "person_id" not in batch.schema.names:
        return pa.nulls(batch.num_rows, pa.string())
    return written_ids(batch["person_id"])


def kept_fields(table: FactTable) -> list[pa.Field]:
    return [pa.field(field.name, field.type) for field in table.schema]


def moment_of(day: str) -> str | None:
    return f"{day.removesuffix('_date')}_datetime" if day.endswith("_date") else None


def typed_batch(
    batch: pa.RecordBatch, table: FactTable, found: Reading
) -> tuple[pa.RecordBatch, pa.Array]:
    columns = typed_columns(batch, table, table.schema.names, found)
    if found.by_source and table.concept is not None:
        columns[table.concept] = coded_by_source(batch, table, columns[table.concept])
    is_whole = "person_id" in batch.schema.names and pa.types.is_integer(batch["person_id"].type)
    who = batch["person_id"] if is_whole else _written(batch)
    columns["person_id"] = pa.nulls(batch.num_rows, pa.int64())
    for column in table.columns:
        if column.type == "concept" and not found.of_remit:
            columns[column.name] = _without_own(columns[column.name], table, column, found)
    fields = kept_fields(table)
    made = [columns[f.name] for f in fields]
    return pa.RecordBatch.from_arrays(made, schema=pa.schema(fields)), who


def typed_codes_of(
    batch: pa.RecordBatch, table: FactTable, found: Reading
) -> Mapping[str, pa.Array]:
    """The code of each row, and the source's own text of it, as `typed_batch` has them."""
    assert table.concept is not None, "it has codes"
    names = (table.concept, SOURCE_TEXT[table.name])
    columns = typed_columns(batch, table, names, found)
    if found.by_source:
        columns[table.concept] = coded_by_source(batch, table, columns[table.concept])
    if not found.of_remit:
        column = next(one for one in table.columns if one.name == table.concept)
        columns[table.concept] = _without_own(columns[table.concept], table, column, found)
    return columns


def coded_by_source(batch: pa.RecordBatch, table: FactTable, codes: pa.Array) -> pa.Array:
    """The codes of rows; of one without that of its source's code, where the source has it."""
    source = SOURCE_CODES.get(table.name, "")
    if source not in batch.schema.names:
        return codes
    own, _ = typed(batch[source], "concept")
    return pc.if_else(pc.equal(codes, 0), pc.fill_null(own, 0), codes)


def _without_own(codes: pa.Array, table: FactTable, column: Column, found: Reading) -> pa.Array:
    """Codes of a source, those of Remit's own range as none: the source means something else."""
    greatest = pc.max(codes).as_py()
    if greatest is None or greatest < OWN.start:
        return codes
    inside = pc.and_(pc.greater_equal(codes, OWN.start), pc.less(codes, OWN.stop))
    own = pc.fill_null(inside, fill_value=False)
    if not pc.any(own).as_py():
        return codes
    found.own[table.name, column.name] += int(pc.sum(own).as_py())
    return pc.if_else(own, pa.scalar(0 if column.required else None, codes.type), codes)


def columns_beside(table: FactTable, column: str) -> tuple[str, ...]:
    """The columns of OMOP that a column of a table is read by, beside that of its name."""
    beside = tuple(BESIDE.get(table.name, {}))
    if (table.name, column) == ("drug_exposure", table.end):
        days = ("verbatim_end_date", "days_supply", "drug_exposure_end_datetime")
        return (*days, "drug_type_concept_id")
    if column.endswith("_event_id") or (table.name, column) == ("person", "year_of_birth"):
        return beside
    time = moment_of(column)
    return () if time is None else (time,)


def typed_columns(
    batch: pa.RecordBatch, table: FactTable, columns: Collection[str], found: Reading
) -> dict[str, pa.Array]:
    """Some columns of a table, but that of its persons, as the types of the tables of facts."""
    made = {
        column.name: _typed_column(batch, table, column, found)
        for column in table.columns
        if column.name != "person_id" and column.name in columns
    }
    if table.name == "person" and "birth_datetime" in batch.schema.names:
        made |= _births(made, typed(batch["birth_datetime"], "date")[0])
    if table.name == "drug_exposure" and "drug_exposure_end_date" in made:
        made["drug_exposure_end_date"] = _last_days(batch, made, found)
    for name, beside in (("measurement", "meas"), ("observation", "obs")):
        place, event = f"{beside}_event_field_concept_id", f"{name}_event_id"
        if table.name == name and place in batch.schema.names and event in made:
            of_what = pc.fill_null(typed(batch[place], "concept")[0], 0)
            right = pc.is_in(of_what, value_set=pa.array([0, _OF_PROCEDURE], pa.int32()))
            made[event] = pc.if_else(right, made[event], None)
    return made


def _typed_column(
    batch: pa.RecordBatch, table: FactTable, column: Column, found: Reading
) -> pa.Array:
    """One column; an empty day is that of its time, an empty code is no code."""
    kind = table.schema.field(column.name).type
    held = batch.schema.names
    if column.name in held:
        if column.type == "number":
            made, unread, rounded = held_numbers(batch[column.name])
            found.rounded[table.name, column.name] += rounded
        else:
            made, unread = typed(batch[column.name], column.type)
        if unread:
            found.unread[table.name, column.name] += unread
    else:
        made = pa.nulls(batch.num_rows, kind)
    time = moment_of(column.name) if column.type == "date" else None
    if time in held and made.null_count:
        made = pc.coalesce(made, typed(batch[time], "date")[0])
    if column.type == "concept" and column.required:
        made = pc.fill_null(made, 0)
    return made.cast(kind)


def _births(columns: Mapping[str, pa.Array], born: pa.Array) -> Mapping[str, pa.Array]:
    """Year, month and day of birth; of whom the year is empty, those of the time of birth."""
    none = pc.is_null(columns["year_of_birth"])
    pieces = {"year": pc.year(born), "month": pc.month(born), "day": pc.day(born)}
    return {
        f"{unit}_of_birth": pc.if_else(none, piece.cast(pa.int32()), columns[f"{unit}_of_birth"])
        for unit, piece in pieces.items()
    }


def _last_days(batch: pa.RecordBatch, columns: Mapping[str, pa.Array], found: Reading) -> pa.Array:
    """The last day of each exposure, inferred where the source has none."""
    ends = columns["drug_exposure_end_date"]
    if not ends.null_count:
        return ends
    if "verbatim_end_date" in batch.schema.names:
        ends = pc.coalesce(ends, typed(batch["verbatim_end_date"], "date")[0])
    start = dates_of(columns["drug_exposure_start_date"])
    kind = whole_numbers(columns["drug_type_concept_id"], empty=0)
    supply = np.zeros(len(start), np.int64)
    if "days_supply" in batch.schema.names:
        supply = whole_numbers(typed(batch["days_supply"], "int")[0], empty=0).astype(np.int64)
    days = np.where(supply > 0, supply, 0)
    inferred: list[tuple[str, np.ndarray[tuple[int], np.dtype[np.bool_]]]] = [
        ("days of supply", supply > 0)
    ]
    for what, types, length in (
        ("administered: one day", _ADMINISTERED, 1),
        ("written prescription: 30 days", _WRITTEN, 30),
        ("mail order: 90 days", _BY_MAIL, 90),
    ):
        here = (days == 0) & np.isin(kind, types)
        days[here] = length
        inferred.append((what, here))
    empty = whole_numbers(ends.is_null()).astype(np.bool_) & (start != NO_DAY)
    for what, here in inferred:
        found.unread["drug_exposure end", what] += int(np.count_nonzero(here & empty))
    rest = int(np.count_nonzero(empty & (days == 0)))
    found.unread["drug_exposure end", "nothing says it: one day"] += rest
    last = _day_column(np.where(days > 0, start + days - 1, start), start)
    return pc.coalesce(ends, last)


def _day_column(days: Days, start: Days) -> pa.Array:
    column = arrow_of(days, pa.int32()).view(pa.date32())
    return pc.if_else(pa.array(start != NO_DAY, pa.bool_()), column, None)


def note_ends(found: Reading) -> None:
    """How last days of exposures were inferred, as one note."""
    pieces = []
    for key in [key for key in found.unread if key[0] == "drug_exposure end"]:
        count = found.unread.pop(key)
        if count:
            pieces.append(f"{key[1]} ({count:,})")
    if pieces:
        found.notes.append(
            f"drug_exposure: last days were inferred as OHDSI Themis 57 says: {', '.join(pieces)}"
        )

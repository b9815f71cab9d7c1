"""Records with numbers for their persons, as the columns of tables of OMOP."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa

from remit.facts.adverse_events import NAME as EVENTS
from remit.facts.dictionary import Dictionary
from remit.facts.intake.persons.person_ids import PersonNumbers
from remit.facts.intake.rows.written_codes import main_code
from remit.facts.intake.tidy.tidy_map import TABLE_OF
from remit.facts.intake.tidy.tidy_persons import TidyPersons
from remit.facts.intake.tidy.tidy_records import TidyRecord
from remit.facts.tables import TABLES

_ERA = "dose_era"


@dataclass(slots=True)
class _Columns:
    """The columns of a table while its rows are added; a required code that no row has is 0."""

    name: str
    defaults: Mapping[str, object] = field(init=False)
    cells: dict[str, list[object]] = field(init=False)
    source: str | None = field(init=False)

    def __post_init__(self) -> None:
        columns = TABLES[self.name].columns
        self.defaults = {c.name: 0 if c.required and c.type == "concept" else None for c in columns}
        self.cells = {c.name: [] for c in columns}
        self.source = next((n for n in self.cells if n.endswith("_source_value")), None)

    def __len__(self) -> int:
        return len(self.cells[TABLES[self.name].key])

    def add(self, row: Mapping[str, object]) -> None:
        for name, column in self.cells.items():
            column.append(row.get(name, self.defaults[name]))

    def table(self) -> pa.Table:
        schema = TABLES[self.name].schema
        # What has no day is given one when all rows are looked through.
        loose = pa.schema([pa.field(field.name, field.type) for field in schema])
        return pa.Table.from_pydict(self.cells, schema=loose)


def table_rows(
    records: Sequence[TidyRecord],
    people: TidyPersons,
    persons: PersonNumbers,
    cut: date,
    dictionary: Dictionary,
) -> tuple[Mapping[str, pa.Table], tuple[str, ...]]:
    """The tables that records and persons make, and what has to be said of them."""
    found = {name: _Columns(name) for name in (*dict.fromkeys(TABLE_OF.values()), _ERA)}
    for name, person in people.persons.items():
        found["person"].add(
            {
                "person_id": persons.numbers[name],
                "gender_concept_id": person.sex,
                "year_of_birth": person.year,
                "month_of_birth": person.month,
                "day_of_birth": person.day,
            }
        )
    procedures: dict[tuple[str, date, int], list[int]] = {}
    for record in records:
        columns = found[record.table]
        row = _row(record, columns, persons.numbers[record.patient], cut)
        columns.add(row)
        if record.table == "procedure_occurrence":
            key = (record.patient, record.start, record.concept)
            procedures.setdefault(key, []).append(len(columns))
        if record.table == "drug_exposure":
            found[_ERA].add(_era(row, record, len(found[_ERA]) + 1))
    events = found["measurement"].cells["measurement_event_id"]
    notes = _linked(records, events, procedures, dictionary)
    # Of adverse events an empty table would say that there were none: a sheet says that, not we.
    told = {name: columns for name, columns in found.items() if len(columns) or name != EVENTS}
    return {name: columns.table() for name, columns in told.items()}, notes


def _row(record: TidyRecord, columns: _Columns, person: int, cut: date) -> dict[str, object]:
    table = TABLES[record.table]
    assert table.start is not None, "each record has a day"
    start = None if record.undated else record.start
    row = {**record.columns, "person_id": person, table.start: start}
    row.setdefault(table.key, len(columns) + 1)
    if table.end is not None and table.end != table.start:
        is_open = record.table in {"condition_occurrence", "adverse_event"}
        last = None if is_open else max(cut, record.start)
        row[table.end] = last if record.ongoing else record.end
    if table.concept is not None:
        row[table.concept] = record.concept
    if columns.source is not None and record.table not in {"measurement", "death"}:
        row.setdefault(columns.source, record.name or None)
    return row


def _era(exposure: Mapping[str, object], record: TidyRecord, number: int) -> dict[str, object]:
    """A dose a day, or one that nobody knows: else the days would count as doses of none."""
    return {
        "dose_era_id": number,
        "person_id": exposure["person_id"],
        "drug_concept_id": record.concept,
        "dose_value": record.columns.get("dose_value"),
        "unit_concept_id": record.columns.get("unit_concept_id"),
        "dose_era_start_date": exposure["drug_exposure_start_date"],
        "dose_era_end_date": exposure["drug_exposure_end_date"],
    }


def _linked(
    records: Iterable[TidyRecord],
    events: list[object],
    procedures: Mapping[tuple[str, date, int], list[int]],
    dictionary: Dictionary,
) -> tuple[str, ...]:
    """Bind findings to the procedure of their day, and say which have none or several.

    Args:
        events: the procedure of each measurement, to be filled in.
    """
    counts: Counter[tuple[str, str]] = Counter()
    tests = (record for record in records if record.table == "measurement")
    for place, record in enumerate(tests):
        if record.of is None:
            continue
        code = main_code(dictionary.concept(record.of))
        found = procedures.get((record.patient, record.start, code), [])
        if len(found) == 1:
            events[place] = found[0]
        else:
            counts[record.of, "no" if not found else "several"] += 1
    return tuple(
        f"measurement: {count} findings have {which} {of} on their day: they belong to none"
        for (of, which), count in sorted(counts.items())
    )

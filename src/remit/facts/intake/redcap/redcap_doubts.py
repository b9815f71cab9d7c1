"""Answers of REDCap that say neither yes nor no, on no day: records in doubt, on any day.

"Unknown", a code for missing data, or a question that nobody answered is no "no": left out, it
would count as absence where the table is declared complete or the person was watched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from remit.facts.imprecise_dates import NAME as IMPRECISE
from remit.facts.intake.persons.person_ids import PersonNumbers
from remit.facts.intake.redcap.redcap_cells import RedcapCells
from remit.facts.intake.redcap.redcap_dictionary import RedcapField
from remit.facts.intake.tidy.tidy_map import TABLE_OF, Holds
from remit.facts.tables import TABLES


def silent_records(cells: RedcapCells, known: RedcapField) -> tuple[str, ...]:
    """The records of which nobody knows what they would answer to a question.

    A box is exported as 0 whether somebody left it open, or the form hid it, or nobody filled in
    the form ("checkboxes are never blank, they are not selected", RDCRN, How do I reference
    checkbox fields in logic). So boxes of which none is ticked say "none of them" only where the
    form always shows them, and has another value or the mark that it is filled in.
    """
    records, answered = cells.records, set[str]()
    filled = records.filled.get(known.form, frozenset())
    for place, key in enumerate(records.keys):
        if known.type != "checkbox":
            is_told = any(records.cell(column, place) for column in known.columns)
        elif any(records.cell(column, place) not in {"", "0"} for column in known.columns):
            is_told = True
        else:
            has_boxes = any(records.cell(column, place) for column in known.columns)
            is_filled = place in filled or cells.has_form(known.form, place)
            is_told = has_boxes and is_filled and not known.branching
        if is_told:
            answered.add(key.record)
    open_ = {records.keys[place].record for place in records.boxes.get(known.name, ())}
    everybody = dict.fromkeys(key.record for key in records.keys if key.record)
    return tuple(one for one in everybody if one in open_ or one not in answered)


def with_doubts(
    tables: Mapping[str, pa.Table],
    open_: Iterable[tuple[Holds, str]],
    persons: PersonNumbers,
    data_cut: date | None,
) -> Mapping[str, pa.Table]:
    """The tables with a record of no code, from birth to the end of the data, for each open answer.

    Args:
        open_: what such an answer is about, and the record that gives it.
        data_cut: the last day of the data; the latest first day when None.
    """
    told = dict.fromkeys(
        (table, persons.numbers[record])
        for holds, record in open_
        if record in persons.numbers
        for table in _tables_of(holds)
    )
    cut = data_cut or _last_day(tables)
    if not told or cut is None:
        return tables
    born = {
        row["person_id"]: date(
            row["year_of_birth"], row["month_of_birth"] or 1, row["day_of_birth"] or 1
        )
        for row in tables["person"].to_pylist()
    }
    found, ranges = dict(tables), list[dict[str, object]]()
    for name, person in told:
        table = TABLES[name]
        first = born.get(person)
        if first is None or first >= cut:
            continue
        assert table.start is not None, "each has days"
        key = (pc.max(found[name][table.key]).as_py() or 0) + 1 if name in found else 1
        row: dict[str, object] = {"person_id": person, table.key: key, table.start: first}
        row |= {c.name: 0 for c in table.columns if c.required and c.type == "concept"}
        if name != "condition_occurrence" and table.end is not None:
            row[table.end] = cut
        found[name] = _with_rows(name, found, [row])
        if name == "dose_era":
            continue  # without a dose on all of these days
        for column in {table.start, table.end if table.end in row else table.start}:
            ranges.append(
                {
                    "person_id": person,
                    "fact_table": name,
                    "fact_id": key,
                    "date_column": column,
                    "first_date": first,
                    "last_date": cut,
                }
            )
    first_id = found[IMPRECISE].num_rows + 1 if IMPRECISE in found else 1
    for number, row in enumerate(ranges, first_id):
        row["imprecise_date_id"] = number
    found[IMPRECISE] = _with_rows(IMPRECISE, found, ranges)
    return found


def _tables_of(holds: Holds) -> tuple[str, ...]:
    """A drug has a record of its dose too."""
    return (TABLE_OF[holds], "dose_era") if holds == "drugs" else (TABLE_OF[holds],)


def _with_rows(
    name: str, tables: Mapping[str, pa.Table], rows: list[dict[str, object]]
) -> pa.Table:
    schema = tables[name].schema if name in tables else TABLES[name].schema
    columns = {field.name: [row.get(field.name) for row in rows] for field in schema}
    added = pa.table(columns, schema=schema)
    return pa.concat_tables([tables[name], added]) if name in tables else added


def _last_day(tables: Mapping[str, pa.Table]) -> date | None:
    days = [
        pc.max(rows[start]).as_py()
        for name, rows in tables.items()
        if (start := TABLES[name].start) is not None
    ]
    return max((day for day in days if day is not None), default=None)

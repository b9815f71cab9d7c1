"""A small dataset from rows: what a test says, the tables it stands for, a default for the rest."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import InvalidOperation
from pathlib import Path

import pyarrow as pa

from remit.errors import DatasetError
from remit.facts.imprecise_dates import NAME
from remit.facts.opened import Facts
from remit.facts.snapshot import write_dataset
from remit.facts.tables import CODED, TABLES
from remit.testing.row_kinds import (
    KEYS,
    MAKERS,
    Between,
    Columns,
    Row,
    check_values,
    person_row,
    settled_days,
)


def small_facts(
    rows: Sequence[Row],
    *,
    data_cut: date,
    complete: Sequence[str] = (),
    mapped: Collection[str] = CODED,
    own_codes: Collection[str] = CODED,
    folder: Path | str | None = None,
    check: bool = True,
) -> Facts:
    """Write some rows as a dataset and open it.

    A row is of the kind whose key it has; `person_id` is 1 where it is not said:

    - `concept`: a name of the dictionary or an OMOP id; `date`; for a measurement `number`, `unit`,
      `sign` (`<`), `low` and `high` (limits of normal), `time` (`08:30`), `unit_text`, or a coded
      `value` (a name or an OMOP id); for a condition or stay an `end`; `of`, the id of a procedure.
    - `drug`: a name or an OMOP id; `start`, `end`, `route` (an OMOP id), `dose` (`20 mg/d`).
    - `birth` and `sex`: a woman born on 15 June 1990 where nobody says otherwise.
    - `observed`: first and last day, or None for never; from birth to the data cut where nobody
      says otherwise.
    - `anchor`: its name, with `date`; `study` (`TEST`).
    - `attested`: an item, with `answer`, `by`, `date`; `study`.
    - `ancestor`, `descendant`: what lies below what, as names or OMOP ids.
    - `died`: the day of death.
    - `adverse_event`: its term, or None, with `start` and, where it is known, `end`; the columns
      `body_system`, `reported_term`, `severity`, `grade`, `serious`, `related`, `causality`,
      `action`, `outcome` and `treatment_emergent` of its table. Without such a row nobody knows
      whether there were any, but where `complete` names the table.

    `id` sets the key of a record; `table` says where an OMOP id belongs that the dictionary lacks.

    Args:
        data_cut: the last day that the data can speak of.
        complete: tables in which a missing record means that nothing happened.
        mapped: tables in which a record of a concept carries one of its standard codes; all when
            nobody says otherwise, since a test says what it means. Give `()` for data as a
            hospital hands them over.
        own_codes: tables in which it carries Remit's own code, where the concept has one.
        folder: where to write; a folder that goes when Python ends when None.
        check: refuse rows that cannot be, such as a measurement before birth.

    Raises:
        DatasetError: a row of no kind, a key that its kind has not, or rows that cannot be.
        ConceptError: the dictionary has no such concept.
        UnitError: the unit table has no such unit.
        OutputError: `folder` exists.

    >>> rows = [{"person_id": 7, "drug": "prednisolone", "start": "2024-05-01", "dose": "20 mg/d"}]
    >>> small_facts(rows, data_cut=date(2024, 6, 30)).manifest.tables["dose_era"].rows
    1
    """
    found: dict[str, list[Columns]] = {name: [] for name in TABLES}
    persons: dict[object, None] = {}
    for place, row in enumerate(rows, start=1):
        kind = _kind_of(row, place)
        strange = set(row) - KEYS[kind] - {"person_id", "id"}
        if strange:
            what = f"it has no {min(strange, key=str)!r}"
            raise _wrong(place, what, ", ".join(sorted(KEYS[kind])), row)
        open_: list[list[tuple[str, Between]]] = []
        try:
            made = MAKERS[kind](row)
            for table, columns in made:
                if "person_id" in _names(table):
                    columns["person_id"] = row.get("person_id", 1)
                if "id" in row:
                    columns.setdefault(TABLES[table].key, row["id"])
                open_.append(settled_days(table, columns))
                check_values(table, columns)
        except KeyError as error:
            what = f"{error} is missing in it or not known"
            raise _wrong(place, what, ", ".join(sorted(KEYS[kind])), row) from error
        except (TypeError, ValueError, OverflowError, InvalidOperation) as error:
            raise _wrong(place, "a value does not fit", f"what a {kind} takes", row) from error
        for (table, columns), days in zip(made, open_, strict=True):
            if "person_id" in columns:
                persons[columns["person_id"]] = None
            columns.setdefault(TABLES[table].key, len(found[table]) + 1)
            found[table].append(columns)
            for name, between in days:
                found[NAME].append(
                    {
                        "imprecise_date_id": len(found[NAME]) + 1,
                        "person_id": columns["person_id"],
                        "fact_table": table,
                        "fact_id": columns[TABLES[table].key],
                        "date_column": name,
                        "first_date": between.first,
                        "last_date": between.last,
                    }
                )
    _add_defaults(found, persons, data_cut)
    tables = {
        name: pa.Table.from_pylist([_filled(name, item) for item in items], TABLES[name].schema)
        for name, items in found.items()
        if items or TABLES[name].required or name in complete
    }
    if folder is None:
        made_for_test = tempfile.mkdtemp(prefix="remit-test-")
        atexit.register(shutil.rmtree, made_for_test, ignore_errors=True)
        folder = Path(made_for_test) / "facts"
    return write_dataset(
        folder,
        tables,
        source="rows of a test",
        data_cut=data_cut,
        complete=complete,
        mapped=mapped,
        own_codes=own_codes,
        check=check,
    )


def _wrong(place: int, what: str, expected: str, row: Row) -> DatasetError:
    said = ", ".join(map(str, row)) if isinstance(row, Mapping) else type(row).__name__
    return DatasetError(
        f"row {place}: {what}",
        expected=expected,
        got=said or "an empty row",
        next_step="see help(remit.testing.small_facts)",
    )


def _kind_of(row: Row, place: int) -> str:
    if isinstance(row, Mapping):
        for kind in MAKERS:
            if kind in row:
                return kind
        if "sex" in row:
            return "birth"
    raise _wrong(place, "it is of no kind", f"one of the keys {', '.join(MAKERS)}", row)


def _names(table: str) -> tuple[str, ...]:
    return tuple(column.name for column in TABLES[table].columns)


def _filled(table: str, columns: Columns) -> Columns:
    """A required concept that no test needs is 0."""
    return {
        column.name: columns.get(
            column.name, 0 if column.required and column.type == "concept" else None
        )
        for column in TABLES[table].columns
    }


def _add_defaults(
    found: Mapping[str, list[Columns]], persons: Mapping[object, None], data_cut: date
) -> None:
    """A person and an observation period for everyone of whom a row speaks."""
    for person in persons:
        own = [row for row in found["person"] if row["person_id"] == person]
        if not own:
            found["person"].append({**person_row({})[0][1], "person_id": person})
    births = {row["person_id"]: row for row in found["person"]}
    observed = {row["person_id"] for row in found["observation_period"]}
    periods = found["observation_period"]
    periods[:] = [row for row in periods if row.get("observation_period_start_date") is not None]
    number = max((int(str(row["observation_period_id"])) for row in periods), default=0)
    for person, born in births.items():
        if person not in observed:
            number += 1
            first = date(
                int(str(born["year_of_birth"])),
                int(str(born["month_of_birth"] or 1)),
                int(str(born["day_of_birth"] or 1)),
            )
            periods.append(
                {
                    "observation_period_id": number,
                    "person_id": person,
                    "observation_period_start_date": first,
                    "observation_period_end_date": data_cut,
                }
            )

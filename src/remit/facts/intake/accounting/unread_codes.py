"""Which codes and units of a dataset nobody can read, with the rows and persons that carry them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from remit.facts.arrays import rows_at, whole_numbers
from remit.facts.dictionary import packaged_dictionary
from remit.facts.intake.accounting.report import NotUnderstood, most_first
from remit.facts.opened import Facts
from remit.facts.tables import TABLES
from remit.units import find_unit, nearest_units

# Tables whose rows carry units, and the column of the text of one, where there is any.
UNITS: Mapping[str, str | None] = {"measurement": "unit_source_value", "dose_era": None}


def unread_codes(
    facts: Facts, *, names: Mapping[int, str] | None = None, told: Collection[int] = ()
) -> tuple[NotUnderstood, ...]:
    """The codes that no concept claims, nor the vocabulary of the data, and the unknown units.

    Args:
        names: what the source's vocabulary calls its codes.
        told: codes that are left out here.
    """
    found = [*_codes(facts, names or {}, frozenset(told)), *_units(facts)]
    return most_first(found)


def _codes(facts: Facts, names: Mapping[int, str], told: frozenset[int]) -> Iterator[NotUnderstood]:
    listed = packaged_dictionary().listed
    for name, table in TABLES.items():
        if table.concept is None:
            continue
        strange = facts.codes.unresolved(name, listed, ()) - told
        if not strange:
            continue
        rows = facts.rows(name, (table.concept, "person_id"), concepts=strange)
        for (code,), number, persons in _counted(rows, [table.concept]):
            shown = "0 (no code)" if code == 0 else str(code)
            yield NotUnderstood(name, "code", shown, number, persons, names.get(int(str(code))))


def _units(facts: Facts) -> Iterator[NotUnderstood]:
    for name, text in UNITS.items():
        columns = ["unit_concept_id", *([text] if text else [])]
        rows = facts.rows(name, [*columns, "person_id"])
        strange = dict[tuple[object, ...], str | None]()
        for key in _distinct(rows, columns):
            coded, written = key[0] or 0, key[1] if text else None
            said = None if written is None else str(written)
            if (coded or said) and find_unit(omop_id=int(str(coded)), text=said) is None:
                near = nearest_units(said) if said else ()
                strange[key] = f"perhaps {', '.join(near)}" if near else None
        if not strange:
            continue
        # Few units are strange: only of their rows the persons are counted.
        asked = pa.Table.from_pylist([dict(zip(columns, key, strict=True)) for key in strange])
        kinds = pa.schema([rows.schema.field(column) for column in columns])
        for key, number, persons in _counted(_rows_like(rows, asked.cast(kinds)), columns):
            said = " ".join(str(part) for part in (key[0] or None, *key[1:]) if part is not None)
            yield NotUnderstood(name, "unit", said, number, persons, strange[key])


def _distinct(rows: pa.Table, columns: list[str]) -> list[tuple[object, ...]]:
    found = rows.group_by(columns).aggregate([])
    return list(zip(*(found[name].to_pylist() for name in columns), strict=True))


def _rows_like(rows: pa.Table, asked: pa.Table) -> pa.Table:
    """The rows whose values are one of those asked; an empty value is a value."""
    kept = np.zeros(rows.num_rows, np.bool_)
    for wanted in asked.to_pylist():
        same = np.ones(rows.num_rows, np.bool_)
        for name, value in wanted.items():
            is_same = pc.is_null(rows[name]) if value is None else pc.equal(rows[name], value)
            same &= whole_numbers(is_same, empty=0).astype(np.bool_)
        kept |= same
    return rows_at(rows, kept)


def _counted(rows: pa.Table, by: list[str]) -> Iterator[tuple[tuple[object, ...], int, int]]:
    """Each distinct key with its rows and persons."""
    counted = rows.group_by(by, use_threads=False).aggregate(
        [("person_id", "count"), ("person_id", "count_distinct")]
    )
    keys = zip(*(counted[name].to_pylist() for name in by), strict=True)
    numbers = counted["person_id_count"].to_pylist()
    persons = counted["person_id_count_distinct"].to_pylist()
    yield from zip(keys, numbers, persons, strict=True)

"""Which codes and units of a dataset nobody can read, with the rows and persons that carry them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import pyarrow as pa

from remit.facts.dictionary import packaged_dictionary
from remit.facts.intake.report import NotUnderstood, most_first
from remit.facts.opened import Facts
from remit.facts.tables import TABLES
from remit.units import find_unit, nearest_units

_UNITS: Mapping[str, str | None] = {"measurement": "unit_source_value", "dose_era": None}


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
    for name, text in _UNITS.items():
        columns = ["unit_concept_id", *([text] if text else [])]
        rows = facts.rows(name, [*columns, "person_id"])
        for key, number, persons in _counted(rows, columns):
            coded, written = key[0] or 0, key[1] if text else None
            known = find_unit(
                omop_id=int(str(coded)), text=None if written is None else str(written)
            )
            if known is None and (coded or written):
                said = [str(part) for part in (coded or None, written) if part is not None]
                near = nearest_units(str(written)) if written else ()
                hint = f"perhaps {', '.join(near)}" if near else None
                yield NotUnderstood(name, "unit", " ".join(said), number, persons, hint)


def _counted(rows: pa.Table, by: list[str]) -> Iterator[tuple[tuple[object, ...], int, int]]:
    """Each distinct key with its rows and persons."""
    counted = rows.group_by(by, use_threads=False).aggregate(
        [("person_id", "count"), ("person_id", "count_distinct")]
    )
    keys = zip(*(counted[name].to_pylist() for name in by), strict=True)
    numbers = counted["person_id_count"].to_pylist()
    persons = counted["person_id_count_distinct"].to_pylist()
    yield from zip(keys, numbers, persons, strict=True)

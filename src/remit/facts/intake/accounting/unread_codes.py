"""Which codes and units of a dataset nobody can read, with the rows and persons that carry them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import numpy as np
import pyarrow as pa

from remit.facts.arrays import Whole, distinct, whole_numbers
from remit.facts.dictionary import packaged_dictionary
from remit.facts.intake.accounting.report import NotUnderstood, most_first
from remit.facts.opened import Facts
from remit.facts.reading import KIND, Part
from remit.facts.tables import TABLES
from remit.units import find_unit, nearest_units

# Tables whose rows carry units.
UNITS = ("measurement", "dose_era")


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
    for name in UNITS:
        for part in facts.parts:
            units, unit = written_units(part, name)
            strange = dict[tuple[int, str | None], str | None]()
            for coded, said in units:
                if (coded or said) and find_unit(omop_id=coded, text=said) is None:
                    near = nearest_units(said) if said else ()
                    strange[coded, said] = f"perhaps {', '.join(near)}" if near else None
            if not strange:
                continue
            # Few units are strange: only of their rows the persons are counted.
            person = whole_numbers(part.rows(name, ("person_id",))["person_id"])
            for (coded, said), hint in strange.items():
                same = [number for number, one in enumerate(units) if one == (coded, said)]
                persons = person[np.isin(unit, same)]
                shown = " ".join(str(piece) for piece in (coded or None, said) if piece is not None)
                yield NotUnderstood(name, "unit", shown, len(persons), len(distinct(persons)), hint)


def written_units(part: Part, name: str) -> tuple[list[tuple[int, str | None]], Whole]:
    """The id, 0 where there is none, and the text of units, and which of them each row has."""
    if name == "measurement":
        of_kind = [(kind.unit, kind.unit_text) for kind in part.kinds]
        return of_kind, np.asarray(whole_numbers(part.rows(name, (KIND,))[KIND]), np.int64)
    ids = whole_numbers(part.rows(name, ("unit_concept_id",))["unit_concept_id"], empty=0)
    units = distinct(ids)
    return [(unit, None) for unit in units.tolist()], np.searchsorted(units, ids)


def _counted(rows: pa.Table, by: list[str]) -> Iterator[tuple[tuple[object, ...], int, int]]:
    """Each distinct key with its rows and persons."""
    counted = rows.group_by(by, use_threads=False).aggregate(
        [("person_id", "count"), ("person_id", "count_distinct")]
    )
    keys = zip(*(counted[name].to_pylist() for name in by), strict=True)
    numbers = counted["person_id_count"].to_pylist()
    persons = counted["person_id_count_distinct"].to_pylist()
    yield from zip(keys, numbers, persons, strict=True)

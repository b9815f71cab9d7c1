"""The codes that rows of a live source carry, of rows that can be: as an import would count them.

The source counts all rows of a code. A code of which no row can be (each is of nobody, say) does
not occur; to tell, the first and the last row of each code are looked at, and all rows of the few
of which both cannot be.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

import pyarrow as pa

from remit.facts.arrays import distinct, whole_numbers
from remit.facts.live.live_rows import read_people, read_possible
from remit.facts.live.source import CodeGroup, Source, Wanted
from remit.facts.tables import TABLES


def code_groups(source: Source) -> Mapping[str, tuple[CodeGroup, ...]]:
    """Table -> its codes, of each table that has any."""
    return {
        name: tuple(source.code_groups(name, TABLES[name].concept or "", TABLES[name].key))
        for name in source.tables
        if TABLES[name].concept is not None
    }


def occurring(
    source: Source, groups: Mapping[str, Collection[CodeGroup]], *, data_cut: date
) -> Mapping[str, frozenset[int]]:
    """Table -> the codes of rows that can be."""
    return {name: _occurring(source, name, found, data_cut) for name, found in groups.items()}


def _occurring(
    source: Source, name: str, groups: Collection[CodeGroup], data_cut: date
) -> frozenset[int]:
    keys = {key for group in groups for key in (group.first, group.last) if key is not None}
    found = _codes(source, name, Wanted(keys=keys), data_cut) if keys else frozenset()
    codes = frozenset(group.code for group in groups)
    open_codes = codes - found
    if open_codes:
        found |= _codes(source, name, Wanted(concepts=open_codes), data_cut)
    return found & codes


def _codes(source: Source, name: str, wanted: Wanted, data_cut: date) -> frozenset[int]:
    table = TABLES[name]
    who = source.rows(name, ("person_id",), wanted)
    persons = (
        frozenset(distinct(whole_numbers(_ids(who))).tolist()) if who.num_rows else frozenset()
    )
    people = read_people(source, Wanted(persons=persons), data_cut=data_cut)
    concept = table.concept or ""
    rows = read_possible(source, name, (concept,), wanted, people, data_cut=data_cut)
    return frozenset(distinct(whole_numbers(rows[concept])).tolist())


def _ids(rows: pa.Table) -> pa.Array:
    from remit.facts.intake.omop_values import typed

    return typed(rows["person_id"].combine_chunks().drop_null(), "id")[0].drop_null()

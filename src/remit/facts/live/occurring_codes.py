"""The codes that rows of a live source carry, of rows that can be: as an import would count them.

The source counts all rows of a code. A code of which no row can be (each is of nobody, say) does
not occur; to tell, the first and the last row of each code are looked at, and all rows of the few
of which both cannot be.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import pyarrow as pa

from remit.facts.arrays import distinct, whole_numbers
from remit.facts.intake.omop.drug_strengths import STRENGTHS
from remit.facts.intake.omop.omop_values import typed
from remit.facts.live.live_codes import LiveCodes
from remit.facts.live.live_rows import read_people, read_possible
from remit.facts.live.source import READ, CodeGroup, Source, Wanted
from remit.facts.live.typed_rows import LiveRules, typed_codes
from remit.facts.tables import TABLES


def code_groups(source: Source) -> Mapping[str, tuple[CodeGroup, ...]]:
    """Table -> the ids in its concept column, of each table that has one."""
    return {
        name: tuple(source.code_groups(name, READ[name].concept or "", READ[name].key))
        for name in source.tables
        if READ[name].concept is not None and name != STRENGTHS.name
    }


def uncoded_ids(
    groups: Mapping[str, Collection[CodeGroup]], own_codes: Collection[str]
) -> Mapping[str, frozenset[int]]:
    """Table -> the ids that count as no code there."""
    return {
        name: frozenset(
            group.code
            for group, code in zip(
                found, typed_codes(name, [one.code for one in found], own_codes), strict=True
            )
            if code == 0
        )
        for name, found in groups.items()
    }


def occurring(
    source: Source,
    groups: Mapping[str, Collection[CodeGroup]],
    rules: LiveRules,
    borders: Sequence[int],
) -> Mapping[str, frozenset[int]]:
    """Table of facts -> the codes of rows that can be.

    Args:
        borders: the last person of each range, by which rows that are made are looked through.
    """
    made = rules.made.codes(groups)
    found = {}
    for name in ({*groups, *made} | rules.resolved_tables) & {*TABLES}:
        none = rules.uncoded.get(name, frozenset())
        others = frozenset(0 if c in none else c for c in made.get(name, ()))
        if rules.resolved is None:
            codes = _occurring(source, name, groups.get(name, ()), rules)
        else:
            codes = _occurring_resolved(source, name, rules.resolved, rules)
            others |= _resolved(name, rules.resolved)
        open_codes = others - codes
        # A code that is rare is found in a late range: memory holds one at a time.
        for after, last in pairwise((None, *borders[:-1], None)):
            if not open_codes:
                break
            wanted = Wanted(after=after, last=last, concepts=open_codes)
            more = _codes(source, name, wanted, rules) & open_codes
            codes, open_codes = codes | more, open_codes - more
        found[name] = codes
    return found


def _occurring(
    source: Source, name: str, groups: Collection[CodeGroup], rules: LiveRules
) -> frozenset[int]:
    keys = {key for group in groups for key in (group.first, group.last) if key is not None}
    found = _codes(source, name, Wanted(keys=keys), rules) if keys else frozenset()
    none = rules.uncoded.get(name, frozenset())
    codes = frozenset(0 if group.code in none else group.code for group in groups)
    open_codes = codes - found
    if open_codes:
        found |= _codes(source, name, Wanted(concepts=open_codes), rules)
    return found & codes


def _resolved(name: str, resolved: LiveCodes) -> frozenset[int]:
    """The codes that rows of a table may carry, whichever table of the source they are of."""
    return frozenset[int]().union(*(resolved.codes(one, name) for one in resolved.behind(name)))


def _occurring_resolved(
    source: Source, name: str, resolved: LiveCodes, rules: LiveRules
) -> frozenset[int]:
    """The codes of the first and the last row of each code that the source has in the table."""
    groups = resolved.groups.get(name, ())
    keys = {key for group in groups for key in (group.first, group.last) if key is not None}
    return _codes(source, name, Wanted(keys=keys), rules) if keys else frozenset()


def _codes(source: Source, name: str, wanted: Wanted, rules: LiveRules) -> frozenset[int]:
    table = TABLES[name]
    persons: frozenset[int] | None = None
    others = rules.made.tables | rules.resolved_tables
    if wanted.keys is not None or name not in others:
        who = source.rows(name, ("person_id",), wanted)
        persons = frozenset(distinct(whole_numbers(_ids(who))).tolist() if who.num_rows else ())
    people = read_people(source, replace(wanted, concepts=None, keys=None, persons=persons), rules)
    concept = table.concept or ""
    rows = read_possible(source, name, (concept,), wanted, people, rules).rows
    return frozenset(distinct(whole_numbers(rows[concept])).tolist())


def _ids(rows: pa.Table) -> pa.Array:
    return typed(rows["person_id"].combine_chunks().drop_null(), "id")[0].drop_null()

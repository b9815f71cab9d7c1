"""The codes of a live source, counted and resolved by a vocabulary when the source is opened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pyarrow as pa

from remit.facts.dictionary import packaged_dictionary
from remit.facts.live.live_codes import LiveCodes, RowGroup, asked_groups
from remit.facts.live.plain_answers import concept_of, whole_of
from remit.facts.live.source import READ, Source, Wanted
from remit.facts.live.typed_rows import LiveRules, coded_columns, typed_rows
from remit.facts.tables import CODED, SOURCE_TEXT, TABLES
from remit.facts.vocabulary.code_resolution import RowCode, resolve_codes
from remit.facts.vocabulary.fresh_ids import FreshIds
from remit.facts.vocabulary.moved_rows import SOURCE_CODES
from remit.facts.vocabulary.resolved_tables import new_rows, row_codes

if TYPE_CHECKING:
    from collections.abc import Collection

    from remit.facts.vocabulary.code_book import CodeBook


def row_groups(source: Source, rules: LiveRules) -> Mapping[str, tuple[RowGroup, ...]]:
    """Table -> what its rows say of their codes, of each table that has some."""
    return {name: _groups(source, name, rules) for name in TABLES if name in _coded(source)}


def _coded(source: Source) -> frozenset[str]:
    return CODED & frozenset(source.tables)


def _groups(source: Source, name: str, rules: LiveRules) -> tuple[RowGroup, ...]:
    table, rows = TABLES[name], source.row_codes(name)
    columns = [list(column) for column in zip(*rows, strict=True)] or [[]] * 6
    names = (table.concept, SOURCE_CODES.get(name), SOURCE_TEXT.get(name))
    batch = pa.RecordBatch.from_pydict(
        {
            word: _column(values)
            for word, values in zip(names, columns[:3], strict=True)
            if word is not None and (word == table.concept or word in source.tables[name].columns)
        }
    )
    wanted = [word for word in (table.concept, SOURCE_TEXT.get(name)) if word is not None]
    made = coded_columns(batch, table, wanted, rules)
    keys, place = row_codes(name, pa.Table.from_pydict(made))
    return tuple(
        RowGroup(
            keys[at],
            concept_of(code),
            concept_of(code_of_source),
            int(str(count)),
            whole_of(first),
            whole_of(last),
        )
        for at, (code, code_of_source, _, count, first, last) in zip(
            place.tolist(), rows, strict=True
        )
    )


def _column(values: list[object]) -> pa.Array:
    """Values of an answer; whole numbers that come as others are whole numbers."""
    if any(isinstance(value, str) for value in values):
        return pa.array([None if value is None else str(value) for value in values], pa.string())
    return pa.array([whole_of(value) for value in values], pa.int64())


def resolved_codes(
    source: Source,
    groups: Mapping[str, tuple[RowGroup, ...]],
    book: CodeBook,
    rules: LiveRules,
    ingredients: Collection[int] = (),
) -> LiveCodes:
    """What the codes of a source mean.

    Args:
        ingredients: of doses that are made of strengths.

    Raises:
        ConceptError: the vocabulary cannot be read.
    """
    counted = {name: _counted(found) for name, found in groups.items()}
    if ingredients:
        counted.setdefault("dose_era", Counter()).update(
            {RowCode(code, 0, ""): 1 for code in ingredients}
        )
    resolution = resolve_codes(counted, book, packaged_dictionary())
    highest = {
        name: max((group.last for group in found if group.last is not None), default=0)
        for name, found in groups.items()
    }
    fresh = FreshIds({name: max(key, 0) for name, key in highest.items()})
    for name, found in groups.items():
        table = READ[name]
        anew = [
            group
            for group in found
            if len(targets := resolution.targets_of(name, group.code)) > 1
            or targets[0].table != name
        ]
        if not anew:
            continue
        kept = [table.key, table.concept or ""]
        kept += [SOURCE_TEXT[name]] if name in SOURCE_TEXT else []
        rows = typed_rows(source, table, kept, asked_groups(anew, Wanted()), rules)
        fresh.plan(name, [new_rows(name, rows, resolution)])
    return LiveCodes(resolution, groups, fresh)


def _counted(groups: Collection[RowGroup]) -> Counter[RowCode]:
    found = Counter[RowCode]()
    for group in groups:
        found[group.code] += group.rows
    return found

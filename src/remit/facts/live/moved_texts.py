"""What a source wrote of records that stand in a table which has no column for it.

An import keeps it in `source_record`, see `lost_texts`; of a live source the same rows are made
when they are asked for, of the persons of whom somebody asks.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from remit.facts.arrays import rows_at, whole_numbers
from remit.facts.intake.rows.impossible_rows import possible_rows
from remit.facts.live.live_rows import sound_rows
from remit.facts.live.source import Source, Wanted
from remit.facts.live.typed_rows import LiveRules
from remit.facts.source_records import NAME
from remit.facts.tables import CODED, SOURCE_TEXT, TABLES
from remit.facts.vocabulary.lost_texts import LostTexts
from remit.facts.vocabulary.resolved_tables import resolved_rows


def lose_texts(rules: LiveRules) -> bool:
    """Whether records of a source stand in a table without a column for their texts."""
    return bool(_pairs(rules))


def moved_texts(source: Source, wanted: Wanted, people: pa.Table, rules: LiveRules) -> pa.Table:
    """The rows of `source_record` about records that were moved.

    Args:
        people: the persons whose rows are read.
    """
    texts, resolved = LostTexts(), rules.resolved
    for name, other in _pairs(rules):
        assert resolved is not None, "rows move by a vocabulary"
        asked = resolved.wanted(name, other, wanted)
        if asked is None:
            continue
        table = TABLES[name]
        rows = sound_rows(source, table, table.schema.names, asked, rules)
        fresh = resolved.fresh.telling()
        made = resolved_rows(name, rows, resolved.resolution, fresh)
        if other not in made:
            continue
        kept = possible_rows(
            {"person": people, other: made[other]}, data_cut=rules.data_cut, unique=(other,)
        ).tables[other]
        keys = whole_numbers(kept[TABLES[other].key])
        texts.keep(rows, [one for one in fresh.given or () if one[2] == other])
        if texts.rows:
            told = texts.rows.pop()
            there = np.isin(whole_numbers(told["fact_id"]), keys)
            texts.rows.append(rows_at(told, there))
    return texts.added_to(TABLES[NAME].schema.empty_table())


def _pairs(rules: LiveRules) -> list[tuple[str, str]]:
    """The tables between which records lose their texts."""
    if rules.resolved is None:
        return []
    return [
        (name, other)
        for other in sorted(CODED - {*SOURCE_TEXT})
        for name in rules.resolved.behind(other)
        if LostTexts().are_lost(name, other)
    ]

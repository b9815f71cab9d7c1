"""The source's own texts of records that stand in a table that has no column for them.

A diagnosis that is a laboratory test is written to `measurement`, whose only text is a value. What
the source wrote of its code goes to `source_record` with the name of its column, so that nobody
takes it for a value.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from remit.facts.arrays import Whole, arrow_of, whole_numbers
from remit.facts.source_records import source_rows
from remit.facts.tables import SOURCE_TEXT, TABLES


@dataclass(slots=True)
class LostTexts:
    """Collects what is lost on the way, piece by piece.

    Attributes:
        rows: of `source_record`, as they are collected.
    """

    rows: list[pa.Table] = field(default_factory=list)

    def are_lost(self, name: str, other: str) -> bool:
        """Whether a row that goes from one table to another loses its text."""
        return name in SOURCE_TEXT and other not in SOURCE_TEXT

    def keep(self, rows: pa.Table, given: Collection[tuple[str, Whole, str, Whole]]) -> None:
        """Keep the texts of those rows of which some stand for them elsewhere.

        Args:
            rows: as the source has them.
            given: table and ids of records, and table and ids of the rows that stand for each.
        """
        for name, old, other, new in given:
            if not self.are_lost(name, other) or not len(old):
                continue
            keys = rows[TABLES[name].key]
            here = pc.index_in(arrow_of(old, pa.int64()), value_set=keys.combine_chunks())
            chosen = rows.take(here).filter(pc.is_valid(here))
            text = pc.utf8_trim_whitespace(chosen[SOURCE_TEXT[name]]).combine_chunks()
            said = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
            self.rows.append(
                source_rows(
                    other,
                    new[np.asarray(pc.is_valid(here), np.bool_)],
                    np.asarray(whole_numbers(chosen["person_id"]), np.int64),
                    pc.binary_join_element_wise(SOURCE_TEXT[name], said, " "),
                    1,
                )
            )

    def added_to(self, rows: pa.Table) -> pa.Table:
        """The rows of `source_record` with the texts; one row for each record, which has both."""
        if not self.rows:
            return rows
        plain = pa.schema([pa.field(f.name, f.type) for f in rows.schema])
        texts = pa.concat_tables([piece.cast(plain) for piece in self.rows])
        beside = ["person_id", "fact_table", "fact_id"]
        both = rows.cast(plain).select([*beside, "reference"])
        joined = both.join(
            texts.select([*beside, "reference"]),
            beside,
            right_suffix="_text",
            join_type="full outer",
        ).sort_by([(name, "ascending") for name in beside])
        told = pc.binary_join_element_wise(
            joined["reference"], joined["reference_text"], "; ", null_handling="skip"
        )
        number = arrow_of(np.arange(1, joined.num_rows + 1), pa.int64())
        columns = [number, *(joined[name] for name in beside), told]
        return pa.Table.from_arrays(columns, names=rows.schema.names).cast(rows.schema)

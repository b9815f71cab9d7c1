"""What a source calls the record behind a row, such as the resource `Observation/abc` of FHIR.

The table `source_record` has it where an import knows it. A dataset without that table costs
nothing. Under pseudonyms there is none: the ids of a hospital's records lead back to its persons.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pyarrow as pa

from remit.facts.arrays import Whole, arrow_of, rows_at, texts_of, whole_numbers
from remit.facts.imprecise_dates import without_lost_rows
from remit.facts.tables import TABLES

NAME = "source_record"


def source_rows(
    name: str, keys: Whole, person: Whole, references: pa.Array, first: int
) -> pa.Table:
    """Rows of `source_record`, numbered from `first`; none of rows without a reference.

    Args:
        name, keys, person: of the rows that are told of.
        references: what the source calls the record behind each; empty where it calls it nothing.
    """
    if references.null_count:
        there = references.is_valid()
        at = np.flatnonzero(np.asarray(there))
        keys, person, references = keys[at], person[at], references.filter(there)
    return pa.Table.from_arrays(
        [
            arrow_of(np.arange(first, first + len(keys)), pa.int64()),
            arrow_of(person, pa.int64()),
            pa.repeat(pa.scalar(name, pa.string()), len(keys)),
            arrow_of(keys, pa.int64()),
            references,
        ],
        schema=TABLES[NAME].schema,
    )


def kept_references(
    rows: pa.Table,
    tables: Mapping[str, pa.Table],
    *,
    numbered: Collection[str],
    changed: Whole,
) -> pa.Table:
    """The rows of `source_record` of those rows that are among some tables as they are written.

    Args:
        numbered: the tables whose rows were numbered anew, so that no reference leads to its row.
        changed: ids of dose eras that were cut or joined: no one record says what they say now.
    """
    if not rows.num_rows:
        return rows
    there = {name: held for name, held in tables.items() if name not in {NAME, *numbered}}
    kept = without_lost_rows({**there, NAME: rows}, about=NAME)[NAME]
    if not len(changed):
        return kept
    names, name = texts_of(kept["fact_table"])
    era = np.array([text == "dose_era" for text in names], np.bool_)[name]
    return rows_at(kept, ~(era & np.isin(whole_numbers(kept["fact_id"]), changed)))


def with_moved_rows(rows: pa.Table, given: Collection[tuple[str, Whole, str, Whole]]) -> pa.Table:
    """The rows of `source_record`, and those of rows that stand for others now or too.

    Args:
        given: table and ids of records, and table and ids of the rows that stand for each.
    """
    names, name = texts_of(rows["fact_table"])
    ids = np.asarray(whole_numbers(rows["fact_id"]), np.int64)
    pieces, last = [rows], max(whole_numbers(rows["source_record_id"]).tolist(), default=0)
    for table, old, other, new in given:
        at = np.flatnonzero(name == names.index(table)) if table in names else np.zeros(0, np.int64)
        if not len(at) or not len(old):
            continue
        order = np.argsort(old, kind="stable")
        place = np.minimum(np.searchsorted(old[order], ids[at]), len(old) - 1)
        is_moved = old[order][place] == ids[at]
        chosen = rows.take(arrow_of(at[is_moved], pa.int64()))
        added = source_rows(
            other,
            new[order][place[is_moved]],
            np.asarray(whole_numbers(chosen["person_id"]), np.int64),
            chosen["reference"].combine_chunks(),
            last + 1,
        )
        last += added.num_rows
        pieces.append(added.cast(rows.schema))
    return pa.concat_tables(pieces)


def references_of(rows: pa.Table) -> Mapping[tuple[str, int], str]:
    """Table and row -> what the source calls its record; for a few persons' rows."""
    names = ("fact_table", "fact_id", "reference")
    columns = (rows[name].to_pylist() for name in names)
    return {(table, row): reference for table, row, reference in zip(*columns, strict=True)}

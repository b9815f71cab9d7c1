"""The datasets that are measured; each is written once, into `bench-data/`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from remit.facts.arrays import arrow_of, whole_numbers
from remit.facts.dictionary import packaged_dictionary
from remit.facts.opened import Facts, open_facts
from remit.facts.reading import ADDED, Kind, TablesPart
from remit.facts.snapshot import new_snapshot
from remit.facts.tables import TABLES

FIRST_VERSION_GROUP = 250_000
VOCABULARY_ROWS = 286_000
_BELOW = 1_500_000_000  # the first of the codes that are made up below those of the dictionary
_NEXT = 10**12  # between the ids of one copy of a cohort and those of the next


def write_first_version(folder: Path, out: Path) -> None:
    """The file that version 1 of a snapshot kept of the measurements, from one of version 2.

    One file, ordered by concept, person and date, as its writer laid it out.
    """
    import duckdb

    schema = TABLES["measurement"].schema
    out.mkdir(parents=True)
    with duckdb.connect(config={"memory_limit": "4GB", "temp_directory": str(out)}) as connection:
        rows = connection.execute(
            f"select {', '.join(schema.names)} from '{folder}/part-*/measurement.parquet' "
            "order by measurement_concept_id, person_id, measurement_date, measurement_id"
        )
        with pq.ParquetWriter(
            out / "measurement.parquet",
            schema,
            compression="zstd",
            compression_level=1,
            store_decimal_as_integer=True,
        ) as writer:
            held: list[pa.RecordBatch] = []
            for batch in rows.to_arrow_reader(FIRST_VERSION_GROUP):
                held.append(batch)
                if sum(len(one) for one in held) >= FIRST_VERSION_GROUP:
                    whole = pa.Table.from_batches(held).cast(schema).combine_chunks()
                    writer.write_table(whole[:FIRST_VERSION_GROUP])
                    held = pa.Table.from_batches(held)[FIRST_VERSION_GROUP:].to_batches()
            if held:
                writer.write_table(pa.Table.from_batches(held).cast(schema).combine_chunks())


def write_copies(folder: Path, out: Path, *, copies: int) -> None:
    """A cohort several times over with ids of their own, written part by part."""
    with open_facts(folder) as facts:
        step = facts.manifest.tables["person"].rows
        with new_snapshot(
            out,
            source=f"{facts.manifest.source}; {copies} times",
            data_cut=facts.data_cut,
            complete=facts.complete,
            check=False,
            checked=facts.manifest.checked,
        ) as snapshot:
            for copy in range(copies):
                for part in facts.parts:
                    held = {
                        name: _moved(part.rows(name, _columns(name)), step, copy)
                        for name in facts.manifest.tables
                    }
                    tables = {
                        name: rows.select(TABLES[name].schema.names) for name, rows in held.items()
                    }
                    snapshot.write_part(tables, arranged=_Arranged(held, tuple(part.kinds)))


def _columns(table: str) -> list[str]:
    return [*TABLES[table].schema.names, *ADDED.get(table, {})]


class _Arranged(TablesPart):
    """Rows in reading order, which all ids of a copy move along: nothing is sorted again."""

    def __init__(self, tables: Mapping[str, pa.Table], kinds: tuple[Kind, ...]) -> None:
        super().__init__(tables)
        self._ready = {
            name: (rows, kinds if name == "measurement" else ()) for name, rows in tables.items()
        }


def _moved(rows: pa.Table, step: int, copy: int) -> pa.Table:
    """Rows of another copy: ids are 64 bits wide, and nothing else is."""
    for place, field in enumerate(rows.schema):
        if field.type == pa.int64():
            by = copy * (step if field.name == "person_id" else _NEXT)
            rows = rows.set_column(place, field, pc.add(rows[field.name], by))
    return rows


def write_vocabulary(folder: Path, out: Path, *, rows: int = VOCABULARY_ROWS) -> None:
    """A dataset with a vocabulary: codes below those of the dictionary, one record in ten with one.

    So each answer is that of the dataset without it.
    """
    with open_facts(folder) as facts:
        codes = np.array(sorted(packaged_dictionary().listed), np.int64)
        below = _BELOW + np.arange(rows, dtype=np.int64)
        above = codes[np.arange(rows) % len(codes)]
        ancestry = pa.table(
            [arrow_of(above, pa.int32()), arrow_of(below, pa.int32())],
            schema=TABLES["concept_ancestor"].schema,
        )
        tables = {name: _recoded(name, facts, codes) for name in facts.manifest.tables}
        with new_snapshot(
            out,
            source=f"{facts.manifest.source}; with a vocabulary",
            data_cut=facts.data_cut,
            complete=facts.complete,
            mapped=facts.manifest.mapped,
            own_codes=facts.manifest.own_codes,
        ) as snapshot:
            snapshot.write_part({**tables, "concept_ancestor": ancestry})
            for name in facts.extras:  # who is followed, else other visits are judged
                held = facts.extra(name)
                snapshot.write_extra(name, held.schema, held.to_batches())


def _recoded(
    name: str, facts: Facts, codes: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> pa.Table:
    """The rows of a table, every tenth with a code below its own."""
    rows, column = facts.rows(name), TABLES[name].concept
    if column is None or rows.num_rows == 0 or name == "visit_occurrence":
        return rows
    held = whole_numbers(rows[column]).astype(np.int64)
    place = np.minimum(np.searchsorted(codes, held), len(codes) - 1)
    chosen = (codes[place] == held) & (np.arange(len(held)) % 10 == 0)
    held = np.where(chosen, _BELOW + place, held)
    field = rows.schema.field(column)
    return rows.set_column(rows.column_names.index(column), field, arrow_of(held, field.type))


def write_omop(folder: Path, out: Path) -> None:
    """Persons, times of observation and measurements as a hospital hands them over: ids in their
    order, numbers of floating point, as Parquet and as CSV."""
    import pyarrow.csv as csv

    facts = open_facts(folder)
    for name in ("person", "observation_period", "measurement"):
        rows = facts.rows(name).sort_by(TABLES[name].key)
        columns = [_doubles(c) if pa.types.is_decimal(c.type) else c for c in rows.columns]
        plain = pa.table(columns, names=rows.column_names)
        for kind in ("parquet", "csv"):
            (out / kind).mkdir(parents=True, exist_ok=True)
        pq.write_table(plain, out / "parquet" / f"{name}.parquet")
        csv.write_csv(plain, out / "csv" / f"{name}.csv")


def _doubles(column: pa.ChunkedArray) -> pa.Array:
    numbers = pa.array(whole_numbers(column, empty=0).astype(np.float64) / 1e6)
    return pc.if_else(pc.is_valid(column.combine_chunks()), numbers, None)

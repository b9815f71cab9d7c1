"""The files that the page of databases begins with: one cohort as DuckDB and as Parquet."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq

import remit
from facts.live.hospital import OMOP
from facts.live.servers import load_duckdb


def write_hospital(folder: Path) -> None:
    """`hospital.duckdb` and the folder `omop`, with 60 persons."""
    cohort = remit.simulate_facts(folder / ".cohort", persons=60, seed=3)
    tables = {name: cohort.rows(name) for name in OMOP if name != "concept_ancestor"}
    load_duckdb(folder / "hospital.duckdb", tables)
    (folder / "omop").mkdir()
    for name, rows in tables.items():
        pq.write_table(rows, folder / "omop" / f"{name}.parquet")

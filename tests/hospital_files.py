"""The files that the page of databases begins with: one cohort as DuckDB and as Parquet.

Beside it what a site has: a vocabulary, a file of what people signed, and one of named dates.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq

import remit
from facts.live.hospital import OMOP
from facts.live.servers import load_duckdb
from facts.vocabulary.small_vocabulary import concept, write_vocabulary
from remit.protocol import protocol_named

ITEM = next(iter(protocol_named("nct06167174").attestations))


def write_hospital(folder: Path) -> None:
    """`hospital.duckdb` and the folder `omop`, with 60 persons; `athena` and two CSV files."""
    cohort = remit.simulate_facts(folder / ".cohort", persons=60, seed=3)
    tables = {name: cohort.rows(name) for name in OMOP if name != "concept_ancestor"}
    load_duckdb(folder / "hospital.duckdb", tables)
    (folder / "omop").mkdir()
    for name, rows in tables.items():
        pq.write_table(rows, folder / "omop" / f"{name}.parquet")
    _write_vocabulary(folder / "athena")
    rows = [f"{person},screening,2024-03-0{person}" for person in range(1, 6)]
    _write_csv(folder / "screening.csv", "person,anchor,date", rows)
    rows = [f"{person},{ITEM},yes,Dr Li,2024-02-20" for person in range(1, 6)]
    _write_csv(folder / "signed.csv", "person,item,answer,by,date", rows)


def _write_vocabulary(folder: Path) -> None:
    lupus = concept(257628, "Systemic lupus erythematosus", "Condition", "SNOMED", "55464009")
    nephritis = concept(4145240, "SLE glomerulonephritis", "Condition", "SNOMED", "68815009")
    write_vocabulary(folder, [lupus, nephritis], [], closed={257628: [], 4145240: [257628]})


def _write_csv(path: Path, head: str, rows: list[str]) -> None:
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")

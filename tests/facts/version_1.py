"""How version 1 wrote a dataset: one file a table, the hash of each in a manifest without its own.

It is frozen: datasets of version 1 exist, and have to open.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

ORDERS = {
    "person": "person_id",
    "observation_period": "person_id observation_period_start_date",
    "visit_occurrence": "person_id visit_start_date",
    "condition_occurrence": "condition_concept_id person_id condition_start_date",
    "drug_exposure": "drug_concept_id person_id drug_exposure_start_date",
    "dose_era": "drug_concept_id person_id dose_era_start_date",
    "procedure_occurrence": "procedure_concept_id person_id procedure_date",
    "measurement": "measurement_concept_id person_id measurement_date",
    "concept_ancestor": "ancestor_concept_id descendant_concept_id",
    "study_anchor": "study person_id anchor",
    "attestation": "study item person_id",
}


def write_version_1(
    folder: Path,
    tables: Mapping[str, pa.Table],
    *,
    extras: Mapping[str, pa.Table] | None = None,
    row_group: int = 250_000,
) -> Path:
    entries: dict[str, dict[str, dict[str, object]]] = {"tables": {}, "extras": {}}
    for kind, held in (("tables", tables), ("extras", extras or {})):
        for name, rows in held.items():
            file = f"{name}.parquet" if kind == "tables" else f"{name}/{name}.parquet"
            path = folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            if name in ORDERS:
                rows = rows.sort_by([(key, "ascending") for key in ORDERS[name].split()])
            pq.write_table(
                rows.combine_chunks(),
                path,
                row_group_size=row_group,
                compression="zstd",
                compression_level=1,
                store_decimal_as_integer=True,
            )
            entries[kind][name] = {
                "file": file,
                "rows": rows.num_rows,
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
                "bytes": path.stat().st_size,
            }
    page = {
        "kind": "remit.facts",
        "version": 1,
        "source": "test",
        "data_cut": "2025-06-30",
        "created_with": "remit 0.1.0",
        "seed": None,
        "complete": ["drug_exposure"],
        "checked": True,
        **entries,
    }
    (folder / "manifest.json").write_text(json.dumps(page, indent=2) + "\n", encoding="utf-8")
    return folder

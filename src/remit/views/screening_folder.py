"""A screening as files: Parquet tables and a manifest, written whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

from remit.facts.files import hash_files
from remit.output import new_folder
from remit.screening.earlier_screenings import KIND, VERSIONS
from remit.screening.parquet_tables import write_tables
from remit.screening.record_tables import write_record_tables
from remit.screening.study_screenings import Screening
from remit.views.json import json_of, json_text
from remit.views.json.screening_page import screening_page


def write_screening(screening: Screening, out: Path | str, *, evidence: bool = False) -> Path:
    """Write a screening into the new folder `out`.

    The folder holds `standings.parquet` (person × cohort), `verdicts.parquet` (person × criterion),
    `persons.parquet` (the ids as they came), `criteria.parquet` and `records.parquet` (what a later
    screening is held against), `summary.json` (attrition, parameters, dataset), with `evidence`
    also `evidence.parquet` (the records behind each leaf), and `manifest.json` with the hash of
    each.

    Raises:
        OutputError: `out` exists or cannot be written.
    """
    out = Path(out)
    with new_folder(out) as folder:
        write_tables(screening, folder, evidence=evidence)
        write_record_tables(screening, folder)
        summary = json_of(screening_page(screening))
        assert isinstance(summary, dict)
        del summary["persons"], summary["since"]
        (folder / "summary.json").write_text(json_text(summary), encoding="utf-8")
        files = sorted(path for path in folder.iterdir())
        manifest = {
            "kind": KIND,
            "version": VERSIONS[-1],
            "study": screening.protocol.id,
            "files": {
                path.name: {"sha256": digest, "bytes": path.stat().st_size}
                for path, digest in zip(files, hash_files(files), strict=True)
            },
        }
        (folder / "manifest.json").write_text(json.dumps(manifest, indent=2), encoding="utf-8")
    return out

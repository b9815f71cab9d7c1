"""The rows of an analysis as files, and read again: Parquet, CSV and JSON of the same rows."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from remit.analysis.rows.chosen_controls import ControlMatching
from remit.analysis.rows.result_row import SCHEMA, ResultRow, rows_of
from remit.analysis.rows.trial_analysis import TrialAnalysis
from remit.errors import DatasetError
from remit.facts.files import UNREADABLE, hash_files
from remit.terminal import cell_text, json_visible

KIND = "remit.analysis"
ShownTable: TypeAlias = pa.Table  # the rows of a figure, for those who need not know Arrow
ROWS, ANSWERS, MANIFEST = "rows.parquet", "answers.parquet", "manifest.json"
EVENTS = "events.parquet"  # the adverse events of the analyses that count some


def write_rows(found: TrialAnalysis, folder: Path) -> None:
    """Write rows and answers into a folder that is there."""
    pq.write_table(found.to_arrow(), folder / ROWS)
    pq.write_table(found.answers_table(), folder / ANSWERS)
    if found.events:
        events = pa.concat_tables(one.to_arrow() for one in found.events.values())
        pq.write_table(events, folder / EVENTS)
    (folder / "rows.csv").write_text("\ufeff" + rows_csv(found.to_arrow()), encoding="utf-8")
    rows = [asdict(row) for row in found.all_rows]
    (folder / "rows.json").write_text(
        json_visible(json.dumps(rows, indent=1, ensure_ascii=False)) + "\n", encoding="utf-8"
    )


def write_manifest(found: TrialAnalysis, folder: Path) -> None:
    """Write the manifest of a folder whose other files are all there."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    facts = found.trial.study.followed.facts
    manifest = {
        "kind": KIND,
        "version": 1,
        "study": found.protocol.id,
        "source": facts.manifest.source,
        "data_cut": None if facts.data_cut is None else facts.data_cut.isoformat(),
        "facts_sha256": facts.manifest.digest,
        "files": {
            path.relative_to(folder).as_posix(): {"sha256": digest, "bytes": path.stat().st_size}
            for path, digest in zip(files, hash_files(files), strict=True)
        },
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def write_shown(table: ShownTable, folder: Path, name: str) -> None:
    """Write what a figure shows as NAME.parquet and NAME.csv into a folder that is there."""
    pq.write_table(table, folder / f"{name}.parquet")
    (folder / f"{name}.csv").write_text("\ufeff" + rows_csv(table), encoding="utf-8")


def read_shown(file: Path) -> ShownTable:
    """What a figure shows, of a Parquet file that `write_shown` wrote."""
    table: ShownTable = pq.ParquetFile(file).read()
    return table


def rows_csv(table: pa.Table) -> str:
    """Rows as CSV: warnings joined by semicolons, texts that no spreadsheet takes for formulas."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.column_names)
    for row in table.to_pylist():
        cells = ["; ".join(cell) if isinstance(cell, list) else cell for cell in row.values()]
        writer.writerow(cell_text(cell) if isinstance(cell, str) else cell for cell in cells)
    return text.getvalue()


def controls_csv(found: ControlMatching) -> str:
    """Who was chosen as control, with the case of each where there are pairs, seed and draw."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("matching", "rule", "seed", "draw", "control", "case"))
    rule, draw = found.matching, "" if found.draws is None else found.draws
    for one in found.matched:
        names = (cell_text(name) for name in (one.control, one.case))
        writer.writerow((rule.id, rule.rule, rule.seed, draw, *names))
    return text.getvalue()


def read_rows(folder: Path) -> tuple[ResultRow, ...]:
    """The rows of a folder of results.

    Raises:
        DatasetError: it is none, or a file of it was changed since it was written.
    """
    return rows_of(_table(folder, ROWS, SCHEMA))


def read_answers_of(folder: Path) -> pa.Table:
    """The answers of a folder of results; errors as `read_rows`."""
    return _table(folder, ANSWERS, None)


def read_events_of(folder: Path) -> pa.Table | None:
    """The adverse events of a folder of results, None where it has none; errors as `read_rows`."""
    return _table(folder, EVENTS, None) if (folder / EVENTS).exists() else None


def _table(folder: Path, name: str, schema: pa.Schema | None) -> pa.Table:
    path = folder / name
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        kind, expected = manifest["kind"], manifest["files"][name]["sha256"]
        (digest,) = hash_files([path])
        table = pq.ParquetFile(path).read()
    except (*UNREADABLE, ValueError, KeyError, TypeError) as error:
        raise _no_results(folder, "no such files, or damaged ones") from error
    if kind != KIND or (schema is not None and table.schema != schema):
        raise _no_results(folder, f"files of kind {kind!r}, or of another version")
    if digest != expected:
        raise _no_results(folder, f"{name}, changed since it was written")
    return table


def _no_results(folder: Path, got: str) -> DatasetError:
    return DatasetError(
        "this is no folder of results as it was written",
        expected="a folder that `remit analyze` wrote",
        got=got,
        next_step="run `remit analyze` again",
        place=folder,
    )

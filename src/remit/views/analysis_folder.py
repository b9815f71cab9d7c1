"""The results of a trial as a folder: rows, answers and the plan, written whole or not at all."""

from __future__ import annotations

from pathlib import Path

from remit.analysis.rows.row_files import write_manifest, write_rows
from remit.analysis.rows.trial_analysis import TrialAnalysis
from remit.output import new_folder
from remit.terminal import visible_text
from remit.views.terminal.analysis_plans import describe_plan


def write_analysis(found: TrialAnalysis, out: Path) -> Path:
    """Write an analysis into the new folder `out`.

    The folder holds `rows.parquet`, `rows.csv` and `rows.json` (the same rows), `answers.parquet`
    (the patient-visits behind them), `plan.txt`, and `manifest.json` with the hash of each.

    Raises:
        OutputError: `out` exists or cannot be written.
    """
    with new_folder(out) as folder:
        write_rows(found, folder)
        plan = found.rows[0].plan if found.rows else ""
        text = describe_plan(found.protocol, locked=plan)
        (folder / "plan.txt").write_text(visible_text(text) + "\n", encoding="utf-8")
        write_manifest(found, folder)
    return out

"""The repeated measures of the CDISC pilot, here and by R's nlme, over the same rows."""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from processes import ROOT, Cost, run_process
from processor_time import processor_time
from table import Table, Target

_SCORES = ROOT.parent / "shared" / "data/trials/cdisc_pilot/adam/adqsadas.parquet"
_FITS = 21
_COLUMNS = ("person", "group", "site", "visit", "base", "change")
Ours = Callable[[Path], tuple[Mapping[str, float], Cost]]


def write_pilot_rows(file: Path) -> None:
    """Changes of ADAS-Cog (11) as they were observed: a line an answer, the efficacy population."""
    import pyarrow.parquet as pq

    with file.open("w", newline="") as lines:
        out = csv.writer(lines)
        out.writerow(_COLUMNS)
        for row in pq.read_table(_SCORES).to_pylist():
            kept = (row["PARAMCD"], row["EFFFL"], row["ANL01FL"], row["DTYPE"])
            if kept == ("ACTOT", "Y", "Y", "") and row["AVISIT"] != "Baseline":
                numbers = (float(row[name]) for name in ("AVISITN", "BASE", "CHG"))
                out.writerow([row["USUBJID"], row["TRTP"], row["SITEGR1"], *numbers])


def measure_pilot(file: Path) -> Mapping[str, float]:
    """One fit of the same model here, the median of as many after a first one."""
    from remit.analysis.methods.repeated_measures import repeated_measures

    with file.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    column = {name: [row[name] for row in rows] for name in _COLUMNS}
    number = {name: [float(one) for one in column[name]] for name in _COLUMNS[3:]}
    runs = []
    for _ in range(_FITS + 1):
        wall, processor = time.perf_counter(), processor_time()
        found = repeated_measures(
            number["change"],
            column["group"],
            persons=column["person"],
            visits=number["visit"],
            covariates=[number["base"]],
            factors=[column["site"]],
        )
        runs.append((processor_time() - processor, time.perf_counter() - wall))
    processor, seconds = sorted(runs[1:])[_FITS // 2]
    return {"seconds": seconds, "processor": processor, "log_likelihood": found.log_likelihood}


def pilot_rows(table: Table, ours: Ours) -> None:
    """Both, by processor time; skipped without R or without the pilot's data."""
    what = "repeated measures of the CDISC pilot, nlme::gls"
    if shutil.which("Rscript") is None or not _SCORES.exists():
        reason = "R with nlme" if shutil.which("Rscript") is None else f"{_SCORES}"
        table.skipped(what, f"skipped: no {reason}")
        return
    with tempfile.TemporaryDirectory() as made:
        file = Path(made) / "rows.csv"
        write_pilot_rows(file)
        words: list[str | Path] = [
            "Rscript",
            "--vanilla",
            ROOT / "bench" / "pilot_peer.R",
            file,
            str(_FITS),
        ]
        output, whole = run_process(words)
        found, cost = ours(file)
    said = json.loads(output)
    peer = Cost(said["seconds"], said["processor"], whole.memory)
    table.row(what, peer)
    same = abs(said["log_likelihood"] - found["log_likelihood"]) < 1e-5
    by = peer.processor / cost.processor
    also = (("no slower than nlme::gls", by >= 1), ("the same likelihood", same))
    note = f"{by:.0f} × as fast by processor time, with degrees of freedom by Kenward and Roger"
    table.row("  the same model", cost, Target(also=also), note=note)

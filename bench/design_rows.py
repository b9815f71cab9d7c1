"""Exact designs of two arms, decisions of many trials, and log-rank tests beside R.

They take milliseconds in one process, whose own clock counts them.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from processes import ROOT, Cost, run_process
from table import Table, Target

_ARM = 100
_TRIALS = 10_000
_CURVES = 1_000
_PERSONS = 120
_TIMES = 5
Ours = Callable[[str, Path], tuple[Mapping[str, float], Cost]]


def measure_designs(_: Path) -> Mapping[str, float]:
    """Level and power of the slowest of six tests, nothing being known of it before."""
    from remit.analysis.methods import count_tables, two_arm_designs

    def forget() -> None:
        for module in (count_tables, two_arm_designs):
            for found in vars(module).values():
                if hasattr(found, "cache_clear"):
                    found.cache_clear()

    worst = (0.0, 0.0)
    for test in count_tables.TESTS:
        runs = []
        for _time in range(_TIMES):
            forget()
            wall, processor = time.perf_counter(), time.process_time()
            two_arm_designs.two_arm_power(_ARM, _ARM, 0.5, 0.3, test=test)
            runs.append((time.process_time() - processor, time.perf_counter() - wall))
        worst = max(worst, sorted(runs)[_TIMES // 2])
    return {"seconds": worst[1], "processor": worst[0]}


def measure_decisions(_: Path) -> Mapping[str, float]:
    """Fisher's test of many trials of two arms of 60: the table of outcomes, and looking it up."""
    import numpy as np

    from remit.analysis.methods.two_arm_designs import decision_table

    random = np.random.default_rng(1)
    counts = [random.binomial(60, share, _TRIALS) for share in (0.45, 0.25)]
    wall, processor = time.perf_counter(), time.process_time()
    table = decision_table(60, 60)
    share = float(table.decide(*counts).mean())
    spent = (time.process_time() - processor, time.perf_counter() - wall)
    power = table.power(0.45, 0.25)
    error = (power * (1 - power) / _TRIALS) ** 0.5
    return {"seconds": spent[1], "processor": spent[0], "errors": abs(share - power) / error}


def write_curves(file: Path) -> None:
    """Trials of two groups with times, a line a person."""
    import numpy as np

    random = np.random.default_rng(2)
    size = (_CURVES, _PERSONS)
    first = np.arange(_PERSONS) % 2 == 0
    times = random.exponential(np.where(first, 10.0, 7.0), size)
    leaves = random.uniform(0, 20, size)
    rows = np.column_stack(
        [
            np.repeat(np.arange(_CURVES), _PERSONS),
            np.minimum(times, leaves).ravel(),
            (times <= leaves).ravel(),
            np.tile(first, _CURVES),
        ]
    )
    head = "trial,time,event,first"
    np.savetxt(file, rows, ("%d", "%.17g", "%d", "%d"), ",", header=head, comments="")


def measure_curves(file: Path) -> Mapping[str, float]:
    """The log-rank tests of all trials at once."""
    import numpy as np

    from remit.analysis.methods.log_rank import log_rank_batch

    rows = np.loadtxt(file, delimiter=",", skiprows=1).reshape(_CURVES, _PERSONS, 4)
    runs = []
    for _ in range(_TIMES):
        wall, processor = time.perf_counter(), time.process_time()
        z = log_rank_batch(rows[:, :, 1], rows[:, :, 2] == 1, rows[:, :, 3] == 1)
        runs.append((time.process_time() - processor, time.perf_counter() - wall))
    processor, seconds = sorted(runs)[_TIMES // 2]
    return {"seconds": seconds, "processor": processor, "sum": float((z**2).sum())}


def design_rows(table: Table, ours: Ours) -> None:
    """The three; the last one is skipped without R."""
    _, cost = ours("designs", ROOT)
    what = f"exact level and power, {_ARM} an arm, slowest of six tests"
    quick = ("≤ 0.1 s by processor time", cost.processor <= 0.1)
    table.row(what, cost, Target(also=(quick,)), note=f"{1000 * cost.processor:.1f} ms")
    found, cost = ours("decisions", ROOT)
    near = ("within 3 errors of the exact power", found["errors"] < 3)
    note = f"{1000 * cost.processor:.1f} ms with the table of outcomes"
    table.row(f"Fisher's test of {_TRIALS:,} trials, 2 × 60", cost, Target(also=(near,)), note=note)
    what = f"{_CURVES:,} log-rank tests, survdiff"
    if shutil.which("Rscript") is None:
        table.skipped(what, "skipped: no R with survival")
        return
    with tempfile.TemporaryDirectory() as made:
        file = Path(made) / "curves.csv"
        write_curves(file)
        words: list[str | Path] = ["Rscript", "--vanilla", ROOT / "bench" / "log_rank_peer.R", file]
        output, whole = run_process(words)
        found, cost = ours("curves", file)
    said = json.loads(output)
    peer = Cost(said["seconds"], said["processor"], whole.memory)
    table.row(what, peer)
    by = peer.processor / max(cost.processor, 1e-9)
    same = abs(said["sum"] - found["sum"]) < 1e-6 * said["sum"]
    also = (("≥ 50 × as fast", by >= 50), ("the same statistics", same))
    table.row("  the same tests", cost, Target(also=also), note=f"{by:.0f} × by processor time")

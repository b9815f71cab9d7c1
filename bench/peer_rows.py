"""The rows of peers that run in environments of their own; skipped, with the reason, without."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from peers import absence, python_of
from phenex_question import answered, held_together, write_peer_tables
from processes import ROOT, Cost, median_of, run_process
from table import Table, Target

_TIMES_AS_FAST = 20.0
_ASKED = ("--questions", "300", "--persons", "300")


def ehrql_row(table: Table) -> None:
    """ehrQL as an oracle: not a cell may differ."""
    what = "ehrQL as an oracle, 300 questions × 300 persons"
    if python_of("ehrql") is None:
        table.skipped(what, absence("ehrql"))
        return
    output, cost = run_process([sys.executable, "bench/oracle_ehrql.py", *_ASKED], codes=(0, 1))
    found = output.split("\n")[0]
    same = Target(also=(("0 differences", ", 0 differences" in found),))
    table.row(what, cost, same, note=found)


def phenex_rows(
    table: Table, cohort: Callable[[], Path], ours: Callable[[Path], Cost], *, times: int
) -> None:
    """One question over a cohort in PhenEx, beside what it costs here."""
    what = "one question, 100,000 persons, in PhenEx"
    python = python_of("phenex")
    if python is None:
        table.skipped(what, absence("phenex"))
        return
    folder = cohort()
    runs: dict[str, list[Cost]] = {"copied": [], "not_copied": []}
    with tempfile.TemporaryDirectory() as made:
        out = Path(made)
        write_peer_tables(folder, out)
        for name, costs in runs.items():
            words = [python, ROOT / "bench" / "peer_phenex.py", out, out / f"{name}.json"]
            for _ in range(times):
                output, whole = run_process(words)
                said = json.loads(output.strip().splitlines()[-1])
                costs.append(Cost(said["seconds"], said["processor"], whole.memory))
        answered(folder, out)
        answers = held_together(folder, out)
    cost = ours(folder)
    peer, quicker = median_of(runs["copied"]), median_of(runs["not_copied"])
    table.row(what, peer)
    table.row("  and without copies of the tables that it reads", quicker)
    by, cpu = _ratios(peer, cost)
    note = f"{by:.0f} × as fast, {cpu:.0f} × by processor time; "
    note += "without copies {:.0f} × and {:.0f} ×; ".format(*_ratios(quicker, cost))
    note += f"of {answers.pairs:,} answers {answers.unknown.total():,} unknown here alone, "
    note += f"{answers.same:,} the same"
    kept = (
        ("≥ 20 × PhenEx by processor time", cpu >= _TIMES_AS_FAST),
        (f"{answers.differing.total():,} differences explained", answers.unexplained == 0),
    )
    table.row("  the same question", cost, Target(also=kept), note=note)
    for line in answers.described():
        print(f"    {line}", flush=True)


def _ratios(peer: Cost, ours: Cost) -> tuple[float, float]:
    return peer.wall / ours.wall, peer.processor / ours.processor

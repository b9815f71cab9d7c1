"""The rows of peers that run in environments of their own; skipped, with the reason, without."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import definitions
import pyarrow.parquet as pq
from circe_question import SEED, questions, write_definitions
from circe_question import held_together as held_to_circe
from peers import absence, python_of
from phenex_question import answered, held_together, write_peer_tables
from processes import ROOT, Cost, median_of, run_process
from table import Table, Target

_TIMES_AS_FAST = 20.0
_TIMES_AS_CIRCE = 5.0
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


def circe_rows(
    table: Table,
    folder: Path,
    file: Path,
    ours: Callable[[str, Path], tuple[Cost, float]],
    *,
    times: int,
) -> None:
    """The seed question and the packaged studies in Circe's SQL, beside what each costs here.

    Args:
        file: the DuckDB file of `write_circe_tables`.
        ours: the cost of a question here, its answers left in the folder; and of opening before it.
    """
    python = python_of("circe")
    if python is None:
        table.skipped("studies in Circe's SQL on DuckDB", absence("circe"))
        return
    with tempfile.TemporaryDirectory() as made:
        out = Path(made)
        files = write_definitions(out)
        runs = []
        for _ in range(times):
            words = [python, ROOT / "bench" / "circe_peer.py", file, out, *files]
            output, whole = run_process(words)
            runs.append((json.loads(output), whole.memory))
        for question in questions():
            name, kept = question.name, len(question.study.criteria)
            costs = [
                Cost(said[name]["seconds"], said[name]["processor"], memory)
                for said, memory in runs
            ]
            built = min(said[name]["built"] for said, _ in runs)
            peer = median_of(costs)
            table.row(
                f"{name}: {kept} of {question.asked} criteria, in Circe's SQL",
                peer,
                note=f"building the SQL {built:.2f} s of processor time more; from a DuckDB file, "
                "its tables by person, as OMOP has them",
            )
            cost, opening = ours(name, out)
            answers = held_to_circe(name, out)
            by, cpu = _ratios(peer, cost)
            whole = (peer.processor + built) / cost.processor
            note = f"{by:.1f} × as fast, {cpu:.1f} × by processor time, {whole:.1f} × with Circe's "
            note += f"building (ours is in it); opening {opening:.2f} s more"
            note += f"; of {answers.pairs:,} answers {answers.unknown:,} unknown here alone, "
            note += f"{answers.same:,} the same"
            explained = (
                f"{sum(answers.differing.values()):,} differences explained",
                not answers.unexplained,
            )
            faster = (f"≥ {_TIMES_AS_CIRCE:.0f} × Circe by processor time", cpu >= _TIMES_AS_CIRCE)
            seconds = 0.3 if "1000000" in folder.name and name == SEED else None
            target = Target(seconds=seconds, also=(faster, explained))
            table.row("  the same question", cost, target, note=note)
            for criterion, number in answers.differing.items():
                why = "; ".join(answers.lost[criterion]) or "NO CAUSE"
                print(f"    {criterion}: {number:,} differ; {why}", flush=True)


def six_row(
    table: Table,
    folder: Path,
    ours: Callable[[Path], tuple[Mapping[str, float], Cost]],
    *,
    times: int,
) -> None:
    """Six definitions of OHDSI in Circe's SQL and here: the same persons on the same days.

    Args:
        ours: the cost of all here, one after the other, the answers left in a folder.
    """
    what = "six definitions of OHDSI, 100,000, in Circe's SQL"
    python, asked = python_of("circe"), definitions.six()
    if python is None or not asked:
        table.skipped(what, absence("circe") if python is None else "no folder shared")
        return
    with tempfile.TemporaryDirectory() as made:
        out = Path(made)
        beside = definitions.circe_folder(folder)
        words = [python, ROOT / "bench" / "circe_peer.py", beside, out, *asked]
        costs, built = [], []
        for _ in range(times):
            output, whole = run_process(words)
            said = json.loads(output).values()
            seconds, processor, building = (
                sum(one[name] for one in said) for name in ("seconds", "processor", "built")
            )
            costs.append(Cost(seconds, processor, whole.memory))
            built.append(building)
        found, cost = ours(out)
        same = all(_same_persons(out, one.stem) for one in asked)
    peer, building = median_of(costs), min(built)
    note = f"building the SQL {building:.2f} s of processor time more; its tables lie in memory"
    table.row(what, peer, note=note)
    by, cpu = _ratios(peer, cost)
    faster = (f"≥ {_TIMES_AS_CIRCE:.0f} × Circe by processor time", cpu >= _TIMES_AS_CIRCE)
    note = f"{by:.1f} × as fast, {cpu:.1f} × by processor time, "
    note += f"{(peer.processor + building) / cost.processor:.1f} × with Circe's building (ours is "
    note += "in it, and reading the files)"
    target = Target(also=(faster, ("the same persons and days", same)))
    table.row("  the same definitions, imported", cost, target, note=note)
    together = Cost(found["seconds_together"], found["processor_together"], cost.memory)
    by, cpu = _ratios(peer, together)
    note = f"{by:.1f} × as fast, {cpu:.1f} × by processor time"
    table.row("  the six in one pass over the persons", together, note=note)


def _same_persons(out: Path, name: str) -> bool:
    """Whether both find the same persons of a definition, each on the same day."""
    theirs = pq.read_table(out / f"{name}.parquet", columns=["person_id", "day"]).to_pydict()
    ours = pq.read_table(out / f"{name}_ours.parquet").to_pydict()
    held = dict(zip(ours["person_id"], ours["day"], strict=True))
    days = zip(theirs["person_id"], theirs["day"], strict=True)
    return held == {person: day for person, day in days if day is not None}


def fhir_row(table: Table) -> None:
    """What is exported as FHIR, seen by validators of R4, R4B and R5."""
    what = "FHIR of all studies and definitions, validated"
    python = python_of("fhir")
    if python is None:
        table.skipped(what, absence("fhir"))
        return
    with tempfile.TemporaryDirectory() as made:
        out = Path(made) / "fhir"
        out.mkdir()
        definitions.write_fhir(out)
        output, cost = run_process([python, ROOT / "bench" / "peer_fhir.py", out])
    found = json.loads(output)
    valid = tuple(
        (
            f"{version}: {found[version]['valid']} of {found[version]['files']} valid",
            found[version]["valid"] == found[version]["files"]
            and not found[version]["spoiled_passed"],
        )
        for version in ("R4", "R4B", "R5")
    )
    table.row(what, cost, Target(also=valid))

"""Speed and memory, each row beside the raw scan, a peer and its target. `make bench` runs this.

    python bench/run.py --persons 100000 --only criteria studies

"× scan" is the time beside that of DuckDB's hash over the nine columns of measurements that a
screening of a version 1 file read, of the same persons in the same run. Every row is a process of
its own. Figures depend on the machine and on what else it does; quote the ratios.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path

from design_rows import design_rows
from drawn_rows import drawn_row, mutants_row, oracles_row
from peer_rows import circe_rows, ehrql_row, fhir_row, phenex_rows, six_row
from pilot_rows import pilot_rows
from processes import ROOT, Cost, machine, median_of, run_process, run_remit
from table import Table, Target
from trial_rows import write_arms
from truth_rows import truth_rows

DATA = ROOT / "bench-data"
SMALL_TIMES = 5
# What no command that reads a dataset can do without.
LIBRARIES = "numpy, pyarrow.parquet, pydantic, click"


class Bench:
    """One run: its options, and the table that it prints."""

    def __init__(self, *, persons: int, times: int, pairs: int, table: Table) -> None:
        self.persons, self.times, self.pairs, self.table = persons, times, pairs, table

    # ---- datasets, each written once ------------------------------------------------------------

    def cohort(self, persons: int | None = None) -> Path:
        """The folder of a synthetic cohort of that many persons."""
        persons = persons or self.persons
        folder = DATA / f"persons-{persons}"
        if not folder.exists():
            words = ["facts", "simulate", "--persons", str(persons), "--seed", "1"]
            words += ["--no-truth"] if persons > 2_000 else []
            _, cost = run_process([sys.executable, "-m", "remit.cli", *words, "--out", folder])
            self.table.row(f"facts simulate, {persons:,} persons", cost)
        return folder

    def prepared(self, name: str, *words: str | Path) -> Path:
        """A folder that a function of `cohorts` writes."""
        folder = DATA / name
        if not folder.exists():
            run_process([sys.executable, __file__, "--write", *words, folder])
        return folder

    # ---- rows -----------------------------------------------------------------------------------

    def scan(self) -> None:
        folder = self.cohort()
        self.prepared(f"{folder.name}-version-1", "first_version", folder)
        found, cost = measured("scan", folder, self.times)
        self.table.scan = found["seconds"]
        self.table.row("the scan: nine columns of a version 1 file", cost)
        found, cost = measured("scan_2", folder, self.times)
        self.table.row("the version 2 scan: six columns of today's files", cost)

    def criteria(self) -> None:
        found, cost = measured("criteria", self.cohort(), self.times)
        note = f"{found['unknown']:.0%} unknown; verifying hashes {found['verifying']:.2f} s more"
        self.table.row(
            f"{found['criteria']:.0f} criteria × {found['persons']:,.0f} persons",
            cost,
            Target(scans=1.1, memory=0.6),
            note=note,
        )

    def latest(self) -> None:
        """One leaf over every person: the whole process, without imports, and once it is open."""
        folder, wholes = self.cohort(), []
        words: list[str | Path] = [sys.executable, __file__, "--measure", "latest", folder]
        for _ in range(self.times):
            output, whole = run_process(words)
            wholes.append((json.loads(output), whole))
        found, whole = sorted(wholes, key=lambda one: one[0]["processor"])[len(wholes) // 2]
        opening = Cost(found["opening"], found["opening_processor"], whole.memory)
        what = f"latest UPCR × {found['persons']:,.0f} persons"
        self.table.row(f"{what}, whole process", whole)
        self.table.row("  opening it: each file read and its hash verified", opening)
        cost = Cost(found["seconds"], found["processor"], whole.memory)
        target = Target(seconds=0.3 if self.persons == 1_000_000 else None)
        self.table.row("  one concept read, one leaf worked out", cost, target)

    def joins(self) -> None:
        _, cost = measured("joins", self.cohort(), self.times)
        self.table.row("  peer: one join a criterion, no units, no unknown", cost)

    def studies(self) -> None:
        found, cost = measured("studies", self.cohort(), self.times)
        what = f"four studies × {found['persons']:,.0f} persons"
        target = Target(scans=4.5, memory=1.2, seconds=6.5 if self.persons == 1_000_000 else None)
        self.table.row(what, cost, target)

    def duckdb(self) -> None:
        folder = self.cohort()
        file = self.prepared(f"{folder.name}.duckdb", "duckdb", folder)
        self._live("duckdb", "  in a DuckDB file", file)

    def postgresql(self) -> None:
        self._live("postgresql", "  in PostgreSQL on this machine", self.cohort(), times=3.0)

    def _live(self, name: str, what: str, place: Path, *, times: float | None = None) -> None:
        """Four studies in place, beside the same over the snapshot."""
        snapshot, plain = measured("studies", self.cohort(), 1)
        found, cost = measured(name, place, 1)
        seconds = None if times is None else times * plain.wall
        same = ("each cell is the snapshot's", found["cells"] == snapshot["cells"])
        note = f"{cost.wall / plain.wall:.1f} × the snapshot; opening {found['opening']:.1f} s more"
        self.table.row(what, cost, Target(seconds=seconds, also=(same,)), note=note)

    def spark(self) -> None:
        _, plain = measured("studies", self.cohort(), 1)
        found, cost = measured("spark", self.cohort(), 1)
        note = f"{cost.wall / plain.wall:.1f} × this process; its start {found['start']:.1f} s more"
        what = "  on Spark local[2]"
        self.table.row(what, cost, Target(seconds=2.0 * plain.wall), note=note)

    def triple(self) -> None:
        folder = self.cohort()
        three = self.prepared(f"{folder.name}-three-times", "copies", folder)
        _, once = measured("criteria", folder, 1)
        found, cost = measured("criteria", three, 1)
        self.table.row(
            f"{found['criteria']:.0f} criteria × {found['persons']:,.0f} persons",
            cost,
            Target(seconds=3.3 * once.wall, memory=1.5),
            note=f"{cost.wall / once.wall:.2f} × a third of them; linear is 3",
        )

    def growth(self) -> None:
        """Persons by tens, to ten million, and what the slope says of a hundred."""
        million = self.cohort(1_000_000)
        ten = self.prepared("persons-10000000", "ten_copies", million)
        costs: list[tuple[Cost, float]] = []
        for folder in (self.cohort(100_000), million, ten):
            found, cost = measured("growth", folder, 1)
            size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e9
            what = f"four studies × {found['persons']:,.0f} persons"
            note = f"{size:.2f} GB of files; verifying them {found['verifying']:.1f} s more"
            self.table.row(what, cost, Target(memory=8.0), note=note)
            costs.append((cost, size))
        (before, less), (last, most) = costs[1:]
        paper = Cost(
            *(
                getattr(last, name) + 10 * (getattr(last, name) - getattr(before, name))
                for name in ("wall", "processor", "memory")
            )
        )
        note = f"on paper, by the last two: {most + 10 * (most - less):.0f} GB of files"
        self.table.row("four studies × 100,000,000 persons", paper, note=note)

    def screen(self) -> None:
        facts = self.cohort(2_000)
        cost = run_remit("screen", "nct06167174", "--facts", facts, times=SMALL_TIMES)
        self.table.row("remit screen, 2,000 persons, whole process", cost, Target(seconds=1.0))
        words = ("screen", "nct06167174", "--format", "csv", "--facts", facts)
        cost = run_remit(*words, times=SMALL_TIMES)
        what = "  its worklist, the reason of each in words"
        self.table.row(what, cost, Target(seconds=3.0))

    def explain(self) -> None:
        facts = self.cohort(2_000)
        cost = run_remit("explain", "nct06167174", "17", "--facts", facts, times=SMALL_TIMES)
        words = [sys.executable, "-c", f"import {LIBRARIES}"]
        floor = median_of([run_process(words)[1] for _ in range(SMALL_TIMES + 1)][1:])
        note = f"{cost.processor / floor.processor:.1f} × the processor time of that import"
        self.table.row(f"  floor: import {LIBRARIES}", floor)
        self.table.row(
            "remit explain, one person, whole process", cost, Target(seconds=0.6), note=note
        )

    def adjudicate(self) -> None:
        words = ["adjudicate", "nct05631717", "--definition", "all", "--compare"]
        cost = run_remit(*words, "--facts", self.cohort(2_000), times=SMALL_TIMES)
        what = "remit adjudicate, all definitions, compared, 2,000"
        self.table.row(what, cost, Target(seconds=1.8))

    def rounding(self) -> None:
        found, cost = measured("rounding", self.cohort(2_000), self.times)
        note = f"{found['near']:.0%} of {found['counts']:.0f} counts less than 5 away"
        what = "counts of four studies rounded together, 2,000"
        self.table.row(
            what, cost, Target(seconds=0.05), note=f"{note}, at most {found['most']:.0f}"
        )

    def toggle(self) -> None:
        found, cost = measured("toggle", self.cohort(100_000), self.times)
        note = f"the slowest of {found['toggles']:.0f}: {found['slowest']:.3f} s"
        what = "a criterion left out, attrition again, 100,000"
        self.table.row(what, cost, Target(seconds=0.05), note=note)

    def demo(self) -> None:
        out = DATA / "demo"
        shutil.rmtree(out, ignore_errors=True)
        cost = run_remit(
            "demo", "--out", out, times=min(self.times, 3), between=lambda: shutil.rmtree(out)
        )
        self.table.row("remit demo, whole process", cost, Target(seconds=9.0))

    def vocabulary(self) -> None:
        plain = self.cohort(2_000)
        folder = self.prepared("persons-2000-vocabulary", "vocabulary", plain)
        without, cost = measured("answers", plain, self.times)
        self.table.row("four studies and all responses, 2,000 persons", cost)
        found, more = measured("answers", folder, self.times)
        by, cpu = more.wall / cost.wall, more.processor / cost.processor
        same = found["answers"] == without["answers"]
        self.table.row(
            "  with 286,000 rows of concept_ancestor",
            more,
            Target(seconds=1.2 * cost.wall, also=(("the same answers", same),)),
            note=f"{by:.2f} × without, {cpu:.2f} × its processor time",
        )

    def imports(self) -> None:
        folder = self.prepared("omop-100000", "omop", self.cohort(100_000))
        for kind, rows_a_second in (("parquet", 1_000_000), ("csv", 300_000)):
            _, plain = measured("plain_read", folder / kind, self.times)
            self.table.row(f"  peer: Arrow reads the same {kind}, no more", plain)
            found, cost = measured("import", folder / kind, self.times)
            rate, more = found["rows"] / cost.wall, cost.processor / plain.processor
            note = f"{rate:,.0f} rows/s; {more:.1f} × the processor time of Arrow's reading"
            self.table.row(
                f"facts import omop, {found['rows']:,.0f} measurements, {kind}",
                cost,
                Target(seconds=found["rows"] / rows_a_second, memory=2.0),
                note=note,
            )

    def results(self) -> None:
        found, cost = measured("results", DATA, self.times)
        note = f"{found['bytes'] / cost.wall / 1e6:.0f} MB/s"
        seconds = found["bytes"] / 50e6
        what = f"FHIR: {found['bytes'] / 1e6:.0f} MB of observations, before they are written"
        self.table.row(what, cost, Target(seconds=seconds, memory=2.0), note=note)

    def sledai(self) -> None:
        self._score("sledai", "SLEDAI-2K", 1.5)

    def bilag(self) -> None:
        self._score("bilag", "BILAG-2004", 4.0)

    def _score(self, name: str, what: str, seconds: float) -> None:
        found, cost = measured(name, DATA, self.times)
        note = f"{cost.wall / found['raw']:.0f} × adding {found['columns']:.0f} columns; "
        note += f"{found['complete']:.0%} of the totals complete"
        self.table.row(f"{what} × 1,000,000 visits", cost, Target(seconds=seconds), note=note)

    def definitions(self) -> None:
        found, cost = measured("definitions", DATA, self.times)
        what = f"{found['definitions']:.0f} response definitions × 1,000,000 visits"
        note = f"{found['assessable']:.0%} assessable"
        self.table.row(what, cost, Target(seconds=4.0), note=note)

    def agreement(self) -> None:
        words = ["bench/agreement.py", "--pairs", str(self.pairs), "--seed", "7"]
        output, cost = run_process([sys.executable, *words], codes=(0, 1))
        found = output.split("\n")[0]
        target = Target(also=(("0 differences", ", 0 differences" in found),))
        self.table.row("two evaluators, generated pairs", cost, target, note=found)

    def drawn(self) -> None:
        drawn_row(self.table)

    def oracles(self) -> None:
        oracles_row(self.table)

    def mutants(self) -> None:
        mutants_row(self.table)

    def ehrql(self) -> None:
        ehrql_row(self.table)

    def phenex(self) -> None:
        def ours(folder: Path) -> Cost:
            return measured("one_question", folder, self.times)[1]

        phenex_rows(self.table, lambda: self.cohort(100_000), ours, times=self.times)

    def circe(self) -> None:
        folder = self.cohort()
        file = self.prepared(f"{folder.name}-circe.duckdb", "circe", folder)

        def ours(name: str, out: Path) -> tuple[Cost, float]:
            found, cost = measured(f"circe_{name}", folder, self.times, out)
            return cost, found["opening"]

        circe_rows(self.table, folder, file, ours, times=self.times)

    def six(self) -> None:
        folder = self.prepared("persons-100000-lupus", "lupus", self.cohort(100_000))

        def ours(out: Path) -> tuple[Mapping[str, float], Cost]:
            return measured("six", folder, self.times, out)

        six_row(self.table, folder, ours, times=self.times)

    def pilot(self) -> None:
        pilot_rows(self.table, lambda file: measured("pilot", file, 1))

    def trial(self) -> None:
        """A trial of 40 and one of 10,000 with all their outputs, and 10,000 virtual ones."""
        with tempfile.TemporaryDirectory() as made:
            out, arms = Path(made) / "out", Path(made) / "arms.parquet"
            words: list[str | Path] = ["analyze", "nct05631717", "--definition", "all"]
            words += ["--out", out, "--replace"]
            for persons, allocated, target in (
                (2_000, 40, Target(seconds=20)),
                (100_000, 10_000, Target(seconds=60, memory=4)),
            ):
                facts = self.cohort(persons)
                more: list[str | Path] = []
                if persons > 2_000:
                    write_arms(facts, arms, persons=allocated)
                    more = ["--arms", arms]
                cost = run_remit(*words, *more, "--facts", facts)
                self.table.row(f"remit analyze, {allocated:,} patients, all outputs", cost, target)
        asked = ("design", "nct05631717", "--trials", "10000", "--workers", "2", "--json")
        cost = run_remit(*asked)
        what = "remit design, 10,000 trials of 2 × 60, all definitions"
        self.table.row(what, cost, Target(seconds=8, memory=1))
        cost = run_remit("design", "nct05631717", "--trials", "300", "--per-arm", "1000", "--json")
        what = "remit design, 300 trials of 2 × 1,000, all definitions"
        self.table.row(what, cost, Target(memory=1))
        found, cost = measured("virtual_trials", self.cohort(2_000), 1)
        also = (("the same bits by one and by two", bool(found["same"])),)
        self.table.row(
            "10,000 virtual trials of 2 × 60, one definition", cost, Target(seconds=5, also=also)
        )

    def designs(self) -> None:
        design_rows(self.table, lambda name, place: measured(name, place, 1))

    def truth(self) -> None:
        truth_rows(self.table, lambda name, place: measured(name, place, 1))

    def fhir(self) -> None:
        fhir_row(self.table)


# The order in which rows are printed.
ROWS: Mapping[str, Callable[[Bench], None]] = {
    name: getattr(Bench, name)
    for name in (
        *(
            "scan",
            "criteria",
            "latest",
            "joins",
            "studies",
            "duckdb",
            "postgresql",
            "spark",
            "triple",
            "growth",
        ),
        *("screen", "explain", "adjudicate", "rounding", "toggle", "demo", "vocabulary"),
        *("imports", "results"),
        *("sledai", "bilag", "definitions", "agreement", "drawn", "oracles", "ehrql", "phenex"),
        *("circe", "six", "fhir", "pilot", "trial", "designs", "truth", "mutants"),
    )
}
OF_THE_SCAN = frozenset({"criteria", "studies"})


def measured(name: str, folder: Path, times: int, *out: Path) -> tuple[Mapping[str, float], Cost]:
    """What a measure found, and its cost: the time of its work, the memory of its process.

    Args:
        out: where it leaves what it answered, of a measure that does.
    """
    runs = []
    for _ in range(times):
        output, cost = run_process([sys.executable, __file__, "--measure", name, folder, *out])
        found = json.loads(output)
        runs.append((found, Cost(found["seconds"], found["processor"], cost.memory)))
    cost = median_of([cost for _, cost in runs])
    return next(found for found, one in runs if one.wall == cost.wall), cost


def in_a_process(given: argparse.Namespace) -> None:
    """What `--measure` and `--write` ask for."""
    if given.measure:
        from measures import MEASURES

        name, *places = given.measure
        print(json.dumps(MEASURES[name](*map(Path, places))))
        return
    import cohorts

    name, folder, out = given.write
    if name == "first_version":
        cohorts.write_first_version(Path(folder), Path(out))
    elif name == "duckdb":
        from live import write_duckdb

        write_duckdb(Path(folder), Path(out))
    elif name == "circe":
        from circe_question import write_circe_tables

        write_circe_tables(Path(folder), Path(out))
    elif name == "lupus":
        from definitions import write_lupus

        write_lupus(Path(folder), Path(out))
    elif name == "omop":
        cohorts.write_omop(Path(folder), Path(out))
    elif name in {"copies", "ten_copies"}:
        copies = 3 if name == "copies" else 10
        cohorts.write_copies(Path(folder), Path(out), copies=copies)
    else:
        cohorts.write_vocabulary(Path(folder), Path(out))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--persons", type=int, default=1_000_000, help="of the large cohort")
    parser.add_argument("--times", type=int, default=3, help="runs of each row; the median counts")
    parser.add_argument("--pairs", type=int, default=1_000_000, help="of the agreement")
    parser.add_argument("--only", nargs="+", choices=list(ROWS), metavar="NAME", help=str([*ROWS]))
    parser.add_argument("--triple", action="store_true", help="also three times as many persons")
    parser.add_argument("--mutants", action="store_true", help="also damaged files, for hours")
    parser.add_argument("--growth", action="store_true", help="also ten million persons, 3.6 GB")
    parser.add_argument("--measure", nargs="+", help=argparse.SUPPRESS)
    parser.add_argument("--write", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure or given.write:
        in_a_process(given)
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    DATA.mkdir(exist_ok=True)
    left_out = {name for name in ("triple", "growth", "mutants") if not getattr(given, name)}
    names = given.only or [name for name in ROWS if name not in left_out]
    if OF_THE_SCAN & set(names) and "scan" not in names:
        names = ["scan", *names]
    print(
        f"{machine()}, Python {platform.python_version()}, DuckDB {version('duckdb')}, "
        f"Arrow {version('pyarrow')}, numpy {version('numpy')}; median of {given.times}"
    )
    table = Table()
    table.head()
    bench = Bench(persons=given.persons, times=given.times, pairs=given.pairs, table=table)
    for name in (name for name in ROWS if name in names):
        ROWS[name](bench)
    print(table.summary())


if __name__ == "__main__":
    main()

"""Speed and memory, each beside a peer or a raw limit of the same run. `make bench` runs this.

Every row is a process of its own, so that its peak memory is its own. Figures depend on the
machine; quote the ratios.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "bench-data"
STUDY = "NCT05631717"

LABS = {
    "upcr": "1.0 g/g",
    "urine_protein_24h": "1.0 g/d",
    "creatinine": "1.2 mg/dL",
    "platelets": "100 10*9/L",
    "alt": "60 U/L",
    "ast": "60 U/L",
    "bilirubin_total": "2 mg/dL",
    "cholesterol_total": "300 mg/dL",
    "triglycerides": "300 mg/dL",
    "c3": "80 mg/dL",
    "c4": "15 mg/dL",
    "anti_dsdna": "30 [IU]/mL",
    "hemoglobin": "10 g/dL",
    "leukocytes": "3 10*9/L",
    "egfr": "30 mL/min/{1.73_m2}",
    "albumin_serum": "3 g/dL",
    "crp": "10 mg/L",
    "weight": "50 kg",
    "height": "150 cm",
    "sledai_2k": "6",
}
DRUGS = {
    "prednisone": 4,
    "prednisolone": 4,
    "methylprednisolone": 12,
    "glucocorticoid": 4,
    "mycophenolate_mofetil": 12,
    "azathioprine": 12,
    "methotrexate": 12,
    "tacrolimus": 12,
    "cyclophosphamide": 24,
    "immunosuppressant": 12,
    "rituximab": 24,
    "b_cell_depletion": 24,
    "belimumab": 4,
    "biologic_or_targeted": 4,
    "anti_infective": 2,
}


def _expressions() -> dict[str, str]:
    """20 laboratory windows and 15 drug windows: the shape measured in the design."""
    days = (14, 28, 90)
    labs = {
        name: f"latest {name} in [screening - {days[n % 3]} days, screening] > {limit}"
        for n, (name, limit) in enumerate(LABS.items())
    }
    drugs = {
        f"no_{name}": f"not any {name} in [screening - {weeks} weeks, screening]"
        for name, weeks in DRUGS.items()
    }
    return labs | drugs


# ---- what is measured; each runs in a process of its own and prints one JSON object -------------


def measure_scan(folder: Path) -> Mapping[str, float]:
    """DuckDB reads every value that the screening reads, and does nothing with them."""
    import duckdb

    columns = (
        "person_id measurement_id measurement_concept_id measurement_date measurement_datetime "
        "operator_concept_id value_as_number unit_concept_id unit_source_value"
    )
    connection = duckdb.connect()
    started = time.monotonic()
    connection.execute(
        f"select sum(hash({', '.join(columns.split())})) from '{folder}/measurement.parquet'"
    ).fetchall()
    return {"seconds": time.monotonic() - started}


def measure_criteria(folder: Path) -> Mapping[str, float]:
    """35 criteria over every person: bound, compiled, run, verdicts and reasons in memory."""
    from remit.criteria.binding import bind_expression
    from remit.criteria.compiling import Sources, compile_criteria
    from remit.criteria.environment import Environment
    from remit.facts.dictionary import packaged_dictionary
    from remit.facts.ibis_connection import connect
    from remit.facts.opened import open_facts
    from remit.facts.tables import TABLES

    started = time.monotonic()
    dataset = open_facts(folder)
    verified = time.monotonic() - started
    started = time.monotonic()
    backend = connect(dataset, memory_limit="1100MB")
    environment = Environment(packaged_dictionary(), frozenset({"screening"}))
    nodes = {name: bind_expression(text, environment) for name, text in _expressions().items()}
    compiled = compile_criteria(
        nodes,
        Sources(
            {name: backend.table(name) for name in TABLES},
            STUDY,
            dataset.data_cut,
            keep=lambda table: backend.create_table("people", table, temp=True),
        ),
    )
    codes = compiled.leaves.order_by("person_id").to_pyarrow()
    verdicts = compiled.verdicts(codes)
    seconds = time.monotonic() - started
    statuses = [verdict.statuses for verdict in verdicts.values()]
    known = sum(int((codes_ != 2).sum()) for codes_ in statuses)
    total = sum(len(codes_) for codes_ in statuses)
    return {
        "seconds": seconds,
        "verifying": verified,
        "criteria": len(nodes),
        "persons": codes.num_rows,
        "unknown": 1 - known / total,
    }


def measure_joins(folder: Path) -> Mapping[str, float]:
    """The peer: the same 35 windows as one join a criterion, hand-written, two-valued, no units."""
    import duckdb

    from remit.facts.dictionary import packaged_dictionary

    dictionary = packaged_dictionary()
    connection = duckdb.connect()
    connection.execute("set memory_limit = '4GB'")
    for table in ("person", "study_anchor", "measurement", "drug_exposure"):
        connection.execute(f"create view {table} as from '{folder}/{table}.parquet'")
    started = time.monotonic()
    connection.execute(
        "create temp table p as select person_id, max(anchor_date) as d from person left join "
        f"study_anchor using (person_id) where study = '{STUDY}' and anchor = 'screening' "
        "group by person_id"
    )
    columns, joins = [], []
    days = (14, 28, 90)
    for n, (name, limit) in enumerate(LABS.items()):
        ids = ", ".join(map(str, dictionary.omop_ids(name)))
        joins.append(
            f"left join (select m.person_id, value_as_number as v from measurement m join p "
            f"using (person_id) where measurement_concept_id in ({ids}) and measurement_date "
            f"between d - {days[n % 3]} and d qualify row_number() over (partition by m.person_id "
            f"order by measurement_date desc, measurement_datetime desc nulls last, "
            f"measurement_id desc) = 1) l{n} on l{n}.person_id = p.person_id"
        )
        columns.append(f"l{n}.v > {limit.split()[0]} as c{n}")
    for n, (name, weeks) in enumerate(DRUGS.items()):
        ids = ", ".join(map(str, dictionary.omop_ids(name)))
        joins.append(
            f"left join (select distinct e.person_id from drug_exposure e join p using (person_id) "
            f"where drug_concept_id in ({ids}) and drug_exposure_start_date <= d and "
            f"drug_exposure_end_date >= d - {weeks * 7}) e{n} on e{n}.person_id = p.person_id"
        )
        columns.append(f"e{n}.person_id is null as x{n}")
    query = f"select p.person_id, {', '.join(columns)} from p {' '.join(joins)}"
    rows = connection.execute(query).to_arrow_table().num_rows
    return {"seconds": time.monotonic() - started, "persons": rows}


def measure_studies(folder: Path) -> Mapping[str, float]:
    """All four studies, every criterion, with standings and attrition."""
    from remit.facts.opened import open_facts
    from remit.protocol import packaged_protocols, protocol_named
    from remit.screening import screen_dataset

    dataset = open_facts(folder)
    found = {}
    for name in packaged_protocols():
        started = time.monotonic()
        screen_dataset(protocol_named(name), dataset, memory_limit="1500MB")
        found[name] = time.monotonic() - started
    return {"seconds": sum(found.values()), **found}


VISITS = 1_000_000
RESPONSES = (
    "nanjing_registry",
    "access",
    "kdigo_2024",
    "kdigo_2012",
    "eular_2012",
    "acr_2024",
    "alms_primary",
    "alms_complete",
    "lunar",
    "bliss_ln_perr",
    "bliss_ln_crr",
    "aurora_crr",
    "nobility_crr",
    "regency_crr",
    "abatacept_phase_3",
    "sri_4",
    "bicla_tulip",
    "lldas",
    "doris_2021",
    "renal_flare",
)


def measure_sledai(folder: Path) -> Mapping[str, float]:
    """SLEDAI-2K over a million visits, in memory."""
    from visits import measure_score

    return measure_score("sledai_2k", VISITS)


def measure_bilag(folder: Path) -> Mapping[str, float]:
    """BILAG-2004, nine domains, over a million visits, in memory."""
    from visits import measure_score

    return measure_score("bilag_2004", VISITS)


def measure_definitions(folder: Path) -> Mapping[str, float]:
    """Twenty response definitions over a million visits, in memory."""
    from visits import measure_responses

    return measure_responses(RESPONSES, VISITS)


MEASURES: Mapping[str, Callable[[Path], Mapping[str, float]]] = {
    "scan": measure_scan,
    "criteria": measure_criteria,
    "joins": measure_joins,
    "studies": measure_studies,
    "sledai": measure_sledai,
    "bilag": measure_bilag,
    "definitions": measure_definitions,
}


# ---- the run ------------------------------------------------------------------------------------


def _process(command: list[str]) -> tuple[str, float, float]:
    """Output, seconds and peak memory (GiB) of a process."""
    started = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}")
    return output, time.monotonic() - started, usage.ru_maxrss / 2**20


def _measured(name: str, folder: Path, times: int) -> tuple[Mapping[str, float], float]:
    """The run with the median seconds of several, and its peak memory in GiB."""
    runs = []
    for _ in range(times):
        output, _, memory = _process([sys.executable, __file__, "--measure", name, str(folder)])
        runs.append((json.loads(output), memory))
    runs.sort(key=lambda run: run[0]["seconds"])
    return runs[len(runs) // 2]


def _row(what: str, seconds: float, memory: float, note: str = "") -> None:
    print(f"{what:58}{seconds:9.2f} s{memory:8.2f} GiB  {note}", flush=True)


def run(persons: int, times: int, pairs: int) -> None:
    """Print every row."""
    import duckdb
    import ibis

    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    print(
        f"{os.cpu_count()} cores, {total:.0f} GiB, Python {platform.python_version()}, "
        f"DuckDB {duckdb.__version__}, Ibis {ibis.__version__}; median of {times}"
    )
    remit = [sys.executable, "-m", "remit.cli"]
    folder = DATA / f"persons-{persons}"
    if not folder.exists():
        words = ["facts", "simulate", "--persons", str(persons), "--seed", "1", "--no-truth"]
        _, seconds, memory = _process([*remit, *words, "--out", str(folder)])
        _row(f"facts simulate, {persons:,} persons", seconds, memory)
    scan, memory = _measured("scan", folder, times)
    _row("raw limit: DuckDB reads the same columns", scan["seconds"], memory)
    found, memory = _measured("criteria", folder, times)
    note = f"{found['seconds'] / scan['seconds']:.1f} × the raw limit; "
    note += f"{found['unknown']:.0%} unknown; verifying hashes {found['verifying']:.2f} s more"
    _row(
        f"{found['criteria']:.0f} criteria × {found['persons']:,.0f} persons",
        found["seconds"],
        memory,
        note,
    )
    joins, memory = _measured("joins", folder, times)
    ratio = joins["seconds"] / found["seconds"]
    _row(
        "peer: one join a criterion, no units, no unknown",
        joins["seconds"],
        memory,
        f"{ratio:.1f} × ours",
    )
    studies, memory = _measured("studies", folder, 1)
    each = ", ".join(f"{name} {value:.1f}" for name, value in studies.items() if name != "seconds")
    _row("all four studies", studies["seconds"], memory, each)
    _visit_rows(times)
    small = DATA / "persons-2000"
    if not small.exists():
        words = ["facts", "simulate", "--persons", "2000", "--seed", "1", "--out", str(small)]
        _, seconds, memory = _process([*remit, *words])
        _row("facts simulate, 2,000 persons with truth", seconds, memory)
    whole = [_process([*remit, "screen", "nct05631717", "--facts", str(small)]) for _ in range(5)]
    seconds = statistics.median(item[1] for item in whole)
    _row("remit screen, 2,000 persons, whole process", seconds, max(item[2] for item in whole))
    if pairs:
        output, seconds, memory = _process(
            [sys.executable, "bench/agreement.py", "--pairs", str(pairs), "--seed", "7"]
        )
        _row(
            "both evaluators, generated expressions and data",
            seconds,
            memory,
            output.split("\n")[0],
        )


def _visit_rows(times: int) -> None:
    """Scores and responses, each beside one pass of numpy over the same columns."""
    for name, what in (("sledai", "SLEDAI-2K"), ("bilag", "BILAG-2004")):
        found, memory = _measured(name, DATA, times)
        note = f"{found['seconds'] / found['raw']:.0f} × adding {found['columns']:.0f} columns; "
        note += f"{found['complete']:.0%} of the totals complete"
        _row(f"{what} × {VISITS:,} visits", found["seconds"], memory, note)
    found, memory = _measured("definitions", DATA, times)
    note = f"{found['assessable']:.0%} assessable"
    what = f"{found['definitions']:.0f} response definitions × {VISITS:,} visits"
    _row(what, found["seconds"], memory, note)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=1_000_000)
    parser.add_argument(
        "--times", type=int, default=3, help="runs of each row; the median is shown"
    )
    parser.add_argument("--pairs", type=int, default=1_000_000, help="0 leaves the agreement out")
    parser.add_argument("--measure", nargs=2, metavar=("NAME", "FOLDER"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        name, folder = given.measure
        print(json.dumps(MEASURES[name](Path(folder))))
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    run(given.persons, given.times, given.pairs)


if __name__ == "__main__":
    main()

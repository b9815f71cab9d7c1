"""What is measured in a process of its own, so that its peak memory is its own.

Each measure gives `seconds` on the clock and `processor` seconds of the work without its imports.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

import visits
from circe_question import ask_remit as ask_circe
from circe_question import names as circe_names
from design_rows import measure_curves, measure_decisions, measure_designs
from phenex_question import answered, latest_alone
from pilot_rows import measure_pilot
from processor_time import processor_time
from thirty_five import STUDY, expressions, measure_joins
from trial_rows import measure_virtual_trials
from truth_rows import measure_coverage, measure_errors

if TYPE_CHECKING:
    from remit.facts.opened import Facts
    from remit.screening import Screening

Found = dict[str, float]
VISITS = 1_000_000
READ_OF_VERSION_1 = (
    "person_id measurement_id measurement_concept_id measurement_date measurement_datetime "
    "operator_concept_id value_as_number unit_concept_id unit_source_value"
)
READ_OF_VERSION_2 = "person_id measurement_concept_id measurement_date value_as_number place kind"
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


@contextmanager
def measured() -> Iterator[Found]:
    """The seconds of a block, on the clock and of all processors."""
    found: Found = {}
    wall, processor = time.perf_counter(), processor_time()
    yield found
    found["seconds"] = time.perf_counter() - wall
    found["processor"] = processor_time() - processor


def _scan(files: str, columns: str) -> Found:
    import duckdb

    with duckdb.connect() as connection, measured() as found:
        connection.execute(
            f"select sum(hash({', '.join(columns.split())})) from '{files}'"
        ).fetchall()
    return found


def measure_scan(folder: Path) -> Found:
    """DuckDB reads all that a screening of a version 1 file reads, and does nothing with it."""
    return _scan(f"{folder}-version-1/measurement.parquet", READ_OF_VERSION_1)


def measure_scan_2(folder: Path) -> Found:
    """The same of a dataset as it is kept today."""
    return _scan(f"{folder}/part-*/measurement.parquet", READ_OF_VERSION_2)


def measure_rounding(folder: Path) -> Found:
    """The counts of one page with four studies, rounded together; and how far they are off."""
    import remit
    from remit.screening import screen_studies
    from remit.screening.cohort_counts import shown_screenings
    from remit.study import packaged_studies

    screenings = screen_studies(packaged_studies(), remit.open_facts(folder))
    exact = shown_screenings(screenings, smallest=0)
    shown_screenings(screenings, smallest=5)  # imports and memory, once
    with measured() as found:
        shown = shown_screenings(screenings, smallest=5)
    off = [
        abs(_number(getattr(one, name)) - _number(getattr(other, name)))
        for page, true in zip(shown, exact, strict=True)
        for cohort, same in zip(page.cohorts, true.cohorts, strict=True)
        for one, other in zip(cohort.steps, same.steps, strict=True)
        for name in ("excluded", "passed", "unknown", "not_applicable", "remaining", "certain")
    ]
    near = sum(number < 5 for number in off) / len(off)
    return found | {"counts": len(off), "near": near, "most": max(off)}


def measure_toggle(folder: Path) -> Found:
    """Each criterion of each study left out in turn: standings and attrition, counted anew."""
    import remit
    from remit.screening import screen_studies
    from remit.screening.what_if import without_criteria
    from remit.study import packaged_studies

    screenings = screen_studies(packaged_studies(), remit.open_facts(folder))
    slowest = 0.0
    number = 0
    with measured() as found:
        for screening in screenings:
            for name in screening.statuses:
                begun = time.perf_counter()
                without_criteria(screening, (name,))
                slowest = max(slowest, time.perf_counter() - begun)
                number += 1
    each = {key: found[key] / number for key in ("seconds", "processor")}
    return each | {"slowest": slowest, "toggles": number}


def _number(text: str) -> int:
    return int(text.lstrip("≈").replace(",", ""))


def measure_criteria(folder: Path) -> Found:
    """35 criteria over every person: bound, read and worked out; verdicts and reasons in memory."""
    import numpy as np

    from remit.criteria.binder import bind_expression
    from remit.criteria.columns.logic import LeafCodes
    from remit.criteria.columns.subjects import study_subjects
    from remit.criteria.environment import Environment
    from remit.criteria.meanings import evaluate_columns
    from remit.facts.dictionary import packaged_dictionary
    from remit.facts.opened import open_facts
    from remit.facts.reading import Part
    from remit.screening.masks import Kinds, MaskKinds
    from remit.screening.screened_parts import for_each_part

    with measured() as opening:
        facts = open_facts(folder)
    with measured() as found:
        environment = Environment(
            packaged_dictionary(), frozenset({"screening"}), codes=facts.codes
        )
        nodes = {name: bind_expression(text, environment) for name, text in expressions().items()}

        kinds = MaskKinds()

        def work_out(part: Part) -> dict[str, tuple[LeafCodes, Kinds]]:
            subjects = study_subjects(part, study=STUDY, data_cut=facts.data_cut)
            verdicts = evaluate_columns(nodes, part, subjects, complete=facts.complete)
            return {
                name: (verdict.statuses, kinds.places(verdict.reasons))
                for name, verdict in verdicts.items()
            }

        # As a screening does it: two parts at a time, and no column twice in memory.
        parts = list(for_each_part(facts.parts, work_out))
        statuses, reasons = {}, {}
        for name in nodes:
            pieces = [part.pop(name) for part in parts]
            statuses[name] = np.concatenate([codes for codes, _ in pieces])
            reasons[name] = np.concatenate([places for _, places in pieces])
    assert len(reasons) == len(statuses), "each criterion has its reasons"
    joined = list(statuses.values())
    unknown = sum(int((codes == 2).sum()) for codes in joined)
    found["verifying"] = opening["seconds"]
    found["criteria"] = len(joined)
    found["persons"] = len(joined[0])
    found["unknown"] = unknown / sum(len(codes) for codes in joined)
    return found


def measure_studies(folder: Path) -> Found:
    """All four studies, every criterion, with standings and attrition."""
    from remit.facts.opened import open_facts
    from remit.screening import screen_studies
    from remit.study import packaged_studies

    with open_facts(folder) as facts, measured() as found:
        screenings = screen_studies(packaged_studies(), facts)
    found["persons"] = len(screenings[0].person_ids)
    found["cells"] = _check_of(screenings)
    return found


def measure_growth(folder: Path) -> Found:
    """All four studies to their counts: no column of persons is looked at again."""
    from remit.facts.opened import open_facts
    from remit.screening import screen_studies
    from remit.study import packaged_studies

    with measured() as opening:
        facts = open_facts(folder)
    with facts, measured() as found:
        screenings = screen_studies(packaged_studies(), facts)
    found["persons"] = screenings[0].cohorts[0].steps[0].entering + int(screenings[0].died.sum())
    found["verifying"] = opening["processor"]
    return found


def measure_duckdb(file: Path) -> Found:
    """Four studies over a DuckDB file; its snapshot stands beside it."""
    from live import live_cohort

    from remit.facts.live.duckdb_source import DuckdbSource

    return _live(partial(live_cohort, DuckdbSource(file), file.with_suffix("")))


def measure_postgresql(folder: Path) -> Found:
    """Four studies over a server that holds a cohort; loading it is not measured."""
    from live import live_cohort, server_with

    from remit.facts.live.postgresql_source import PostgresqlSource

    with server_with(folder) as address:
        return _live(partial(live_cohort, PostgresqlSource(address), folder))


def measure_spark(folder: Path) -> Found:
    """Four studies on two executors of Spark, once it has started."""
    from live import on_spark

    from remit.facts.opened import open_facts
    from remit.screening import screen_studies
    from remit.study import packaged_studies

    facts = on_spark(open_facts(folder))
    with measured() as starting:
        screen_studies(packaged_studies()[:1], facts, persons=None)
    with measured() as found:
        screen_studies(packaged_studies(), facts)
    return found | {"start": starting["seconds"]}


def _live(opening: Callable[[], Facts]) -> Found:
    """Four studies over a live source, and whether each cell is that of the snapshot."""
    from remit.screening import screen_studies
    from remit.study import packaged_studies

    with measured() as opened:
        facts = opening()
    with measured() as found, facts:
        screenings = screen_studies(packaged_studies(), facts)
    return found | {"opening": opened["seconds"], "cells": _check_of(screenings)}


def _check_of(screenings: Sequence[Screening]) -> int:
    """A check of every cell: its status and its reasons."""
    check = 0
    for screening in screenings:
        for name, statuses in screening.statuses.items():
            check = crc32(statuses.tobytes(), crc32(name.encode(), check))
            check = crc32(screening.reasons[name].masks.tobytes(), check)
    return check


def measure_answers(folder: Path) -> Found:
    """Opening, four studies, and every response of one: what a vocabulary could slow down."""
    from remit.endpoints.definition_choice import all_definitions
    from remit.endpoints.study_responses import adjudicate_study
    from remit.facts.opened import open_facts
    from remit.protocol import protocol_named
    from remit.screening import screen_studies
    from remit.study import packaged_studies

    with measured() as found, open_facts(folder) as facts:
        screenings = screen_studies(packaged_studies(), facts)
        study = adjudicate_study(protocol_named(STUDY), facts, all_definitions())
    check = 0
    for screening in screenings:
        for name, statuses in screening.statuses.items():
            check = crc32(statuses.tobytes(), crc32(name.encode(), check))
    for adjudication in study.adjudications:
        check = crc32(adjudication.places.tobytes(), check)
    found["answers"] = check
    return found


def measure_sledai(folder: Path) -> Found:
    """SLEDAI-2K over a million visits, in memory."""
    return dict(visits.measure_score("sledai_2k", VISITS))


def measure_bilag(folder: Path) -> Found:
    """BILAG-2004, nine domains, over a million visits, in memory."""
    return dict(visits.measure_score("bilag_2004", VISITS))


def measure_definitions(folder: Path) -> Found:
    """Twenty response definitions over a million visits, in memory."""
    return dict(visits.measure_responses(RESPONSES, VISITS))


def measure_import(folder: Path) -> Found:
    """An OMOP folder as a dataset, without the screening after it; its rows of measurements."""
    from tempfile import TemporaryDirectory

    import pyarrow as pa

    from remit.facts.intake.dataset.handed_over import IntakeChoices
    from remit.facts.intake.dataset.written_dataset import write_intake
    from remit.facts.intake.omop.omop_tables import read_omop
    from remit.facts.intake.rows.row_store import row_store

    pa.array([0])  # Arrow looks for pandas once, which Remit does without
    with TemporaryDirectory(dir=folder.parent) as beside:
        out = Path(beside) / "out"
        with measured() as found, row_store(out) as store:
            _, report = write_intake(out, read_omop(folder, store=store), IntakeChoices("bench"))
        found["rows"] = sum(item.kept for item in report.tables if item.table == "measurement")
    return found


def measure_results(folder: Path) -> Found:
    """Results in NDJSON as rows of the tables, before they are written; their bytes."""
    from tempfile import TemporaryDirectory

    from fhir_source import read_results, write_results

    with TemporaryDirectory(dir=folder) as beside:
        write_results(Path(beside) / "fhir")
        with measured() as found:
            read_results(Path(beside) / "fhir")
        found["bytes"] = sum(file.stat().st_size for file in Path(beside).rglob("*.ndjson"))
    return found


def measure_plain_read(folder: Path) -> Found:
    """The same measurements as Arrow reads them, into memory: nothing is typed, sorted or kept."""
    import pyarrow.csv as csv
    import pyarrow.parquet as pq

    parquet = folder / "measurement.parquet"
    with measured() as found:
        if parquet.exists():
            pq.read_table(parquet)
        else:
            csv.read_csv(folder / "measurement.csv")
    return found


def measure_six(folder: Path, out: Path | None = None) -> Mapping[str, float]:
    """Six definitions of OHDSI, imported, over a cohort with lupus codes; answers left in `out`."""
    from definitions import ask_six

    return ask_six(folder, out)


MEASURES: Mapping[str, Callable[..., Mapping[str, float]]] = {
    "scan": measure_scan,
    "scan_2": measure_scan_2,
    "pilot": measure_pilot,
    "coverage": measure_coverage,
    "errors": measure_errors,
    "virtual_trials": lambda folder: measure_virtual_trials(),
    "designs": measure_designs,
    "decisions": measure_decisions,
    "curves": measure_curves,
    "criteria": measure_criteria,
    "joins": measure_joins,
    "studies": measure_studies,
    "growth": measure_growth,
    "answers": measure_answers,
    "one_question": answered,
    "latest": latest_alone,
    "duckdb": measure_duckdb,
    "postgresql": measure_postgresql,
    "spark": measure_spark,
    "import": measure_import,
    "results": measure_results,
    "plain_read": measure_plain_read,
    "rounding": measure_rounding,
    "toggle": measure_toggle,
    "sledai": measure_sledai,
    "bilag": measure_bilag,
    "definitions": measure_definitions,
    "six": measure_six,
    **{f"circe_{name}": partial(ask_circe, name) for name in circe_names()},
}

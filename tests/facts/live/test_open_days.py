"""Rows without a day that can be stay in doubt over a live source, as they do in an import."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from facts.live.conftest import CUT, MAPPED
from facts.live.hospital import UNDATED, undated_tables, write_parquet
from facts.live.servers import load_duckdb, load_postgresql, require_spark
from facts.live.test_live_facts import differences
from remit.facts.imprecise_dates import NAME
from remit.facts.intake.dataset.handed_over import IntakeChoices
from remit.facts.intake.dataset.written_dataset import write_intake
from remit.facts.intake.omop.omop_tables import read_omop
from remit.facts.live.address import address_of
from remit.facts.live.live_facts import LiveChoices, open_live
from remit.facts.live.live_part import LivePart
from remit.facts.opened import Facts
from remit.facts.tables import TABLES
from remit.screening import screen_studies
from remit.screening.clusters import workers_of
from remit.screening.explanation import explain_in_dataset
from remit.study import packaged_studies
from remit.truth import Reason

Tables = Mapping[str, pa.Table]
COMPLETE = ("condition_occurrence", "drug_exposure", "measurement", "procedure_occurrence")


@pytest.fixture(scope="module")
def undated(cohort: Facts) -> Tables:
    """The tables of a cohort in which days of all kinds cannot be."""
    return undated_tables(cohort)


@pytest.fixture(scope="module")
def folder(undated: Tables, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_parquet(tmp_path_factory.mktemp("undated") / "omop", undated)


def _imported(folder: Path, out: Path, complete: tuple[str, ...]) -> Facts:
    choices = IntakeChoices(source="Parquet", data_cut=CUT, mapped=MAPPED, complete=complete)
    return write_intake(out, read_omop(folder), choices)[0]


@pytest.fixture(scope="module")
def imports(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[tuple[str, ...]], Facts]:
    """The import of the tables, under each declaration once."""
    made: dict[tuple[str, ...], Facts] = {}

    def imported(complete: tuple[str, ...]) -> Facts:
        if complete not in made:
            made[complete] = _imported(folder, tmp_path_factory.mktemp("undated") / "o", complete)
        return made[complete]

    return imported


@pytest.mark.parametrize("complete", [(), COMPLETE], ids=["covered", "complete"])
@pytest.mark.parametrize("kind", ["duckdb", "parquet", "postgresql"])
def test_every_cell_is_that_of_the_import(
    kind: str,
    complete: tuple[str, ...],
    undated: Tables,
    folder: Path,
    imports: Callable[[tuple[str, ...]], Facts],
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    where: Path | str = folder
    if kind == "duckdb":
        where = load_duckdb(tmp_path / "hospital.duckdb", undated)
    elif kind == "postgresql":
        where = load_postgresql(
            request.getfixturevalue("postgresql"), f"undated{len(complete)}", undated
        )
    monkeypatch.setattr("remit.facts.live.live_facts.PERSONS_A_PART", 23)
    monkeypatch.setattr("remit.facts.live.postgresql_source._FINE", 3)
    monkeypatch.setattr("remit.facts.live.postgresql_source.ROWS_AT_ONCE", 100)
    choices = LiveChoices(data_cut=CUT, mapped=MAPPED, complete=complete)
    with open_live(address_of(f"{kind}:{where}"), choices) as facts:
        imported = imports(complete)
        assert differences(facts, imported) == []
        for study in packaged_studies()[:2]:
            for person in (1, 3, 17):
                one = explain_in_dataset(study, facts, person)
                two = explain_in_dataset(study, imported, person)
                assert one.standings == two.standings
                assert one.findings == two.findings


def test_the_days_are_those_of_the_import(
    folder: Path, imports: Callable[[tuple[str, ...]], Facts]
) -> None:
    with open_live(address_of(f"parquet:{folder}"), LiveChoices(data_cut=CUT)) as facts:
        columns = [name for name in TABLES[NAME].schema.names if name != "imprecise_date_id"]
        order = [(name, "ascending") for name in columns]
        one, two = (f.rows(NAME, columns).sort_by(order) for f in (facts, imports(())))
        assert one.equals(two)
        told = set(one["fact_table"].to_pylist())
        assert told == {*UNDATED} - {"dose_era"}


def test_the_doubt_was_seen(imports: Callable[[tuple[str, ...]], Facts]) -> None:
    """Were no leaf open for its days, the cells above would be equal for nothing."""
    for screening in screen_studies(packaged_studies()[:2], imports(())):
        masks = [kinds.masks for kinds in screening.reasons.values()]
        assert any((mask & Reason.IMPRECISE_DATE.bit).any() for mask in masks)


def test_opening_looks_for_no_day(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[str]()
    read = LivePart._read

    def noted(part: LivePart, table: str, *given: Any, **named: Any) -> object:
        asked.append(table)
        return read(part, table, *given, **named)

    monkeypatch.setattr(LivePart, "_read", noted)
    choices = LiveChoices(data_cut=CUT, mapped=MAPPED, complete=COMPLETE)
    with open_live(address_of(f"parquet:{folder}"), choices) as facts:
        assert asked == []
        list(screen_studies(packaged_studies()[:1], facts))
        # No table is read for its days alone: each question is one of the study's.
        assert asked.count("measurement") <= 8


def test_workers_of_spark_find_the_same(
    folder: Path, imports: Callable[[tuple[str, ...]], Facts]
) -> None:
    require_spark()
    choices = LiveChoices(data_cut=CUT, mapped=MAPPED, complete=COMPLETE)
    opening = partial(open_live, address_of(f"parquet:{folder}"), choices)
    with opening() as facts:
        workers = workers_of("spark", "local[2]", opening)
        assert differences(replace(facts, workers=workers), imports(COMPLETE)) == []
    from pyspark.sql import SparkSession

    session = SparkSession.getActiveSession()
    if session is not None:
        session.stop()

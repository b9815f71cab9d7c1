"""Rows without a day that can be stay in doubt over a live source, as they do in an import."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from facts.live.conftest import CUT, MAPPED
from facts.live.hospital import OMOP, write_parquet
from facts.live.servers import load_duckdb, load_postgresql
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
from remit.screening.explanation import explain_in_dataset
from remit.study import packaged_studies
from remit.truth import Reason

Tables = Mapping[str, pa.Table]
COMPLETE = ("condition_occurrence", "drug_exposure", "measurement", "procedure_occurrence")
OPENED = (*COMPLETE, "visit_occurrence", "dose_era", "death")
# Every so many rows one has no day, one is of before birth, and one ends before it starts.
EACH = {"measurement": 61, "condition_occurrence": 5, "drug_exposure": 7, "visit_occurrence": 19,
        "procedure_occurrence": 4, "dose_era": 11, "death": 2}  # fmt: skip


def _without_days(rows: pa.Table, name: str) -> pa.Table:
    table, each = TABLES[name], EACH[name]
    assert table.start is not None
    starts, ends = rows[table.start].to_pylist(), rows[table.end or table.start].to_pylist()
    for at in range(0, rows.num_rows, each):
        kind = at // each % 3
        starts[at] = None if kind == 0 else date(1801, 2, 3) if kind == 1 else date(2024, 3, 1)
        if kind == 2:
            ends[at] = date(2023, 3, 1)
    changed = {table.start: starts}
    if table.end not in {None, table.start}:
        changed[str(table.end)] = ends
    rows = rows.cast(pa.schema([f.with_nullable(True) for f in rows.schema]))
    for column, days in changed.items():
        place = rows.schema.get_field_index(column)
        rows = rows.set_column(place, pa.field(column, pa.date32()), pa.array(days, pa.date32()))
    if "measurement_datetime" in rows.column_names:  # an empty day is that of its time
        rows = rows.drop_columns(["measurement_datetime"])
    return rows


@pytest.fixture(scope="module")
def undated(cohort: Facts) -> Tables:
    """The tables of a cohort in which days of all kinds cannot be."""
    tables = {name: cohort.rows(name) for name in (*OMOP, "study_anchor")}
    died = {"person_id": [3, 4, 5, 6], "death_date": [date(2024, 1, 1)] * 4}
    tables["death"] = pa.table(
        {"person_id": pa.array(died["person_id"], pa.int64()),
         "death_date": pa.array(died["death_date"], pa.date32())}
    )  # fmt: skip
    return {**tables, **{name: _without_days(tables[name], name) for name in OPENED}}


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
        assert told == {*OPENED} - {"dose_era"}


def test_the_doubt_was_seen(imports: Callable[[tuple[str, ...]], Facts]) -> None:
    """Were no leaf open for its days, the cells above would be equal for nothing."""
    for screening in screen_studies(packaged_studies()[:2], imports(())):
        masks = [kinds.masks for kinds in screening.reasons.values()]
        assert any((mask & Reason.IMPRECISE_DATE.bit).any() for mask in masks)


def test_opening_looks_for_no_day(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[str]()
    read = LivePart._read

    def noted(part: LivePart, table: str, *given: object, **named: object) -> object:
        asked.append(table)
        return read(part, table, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(LivePart, "_read", noted)
    choices = LiveChoices(data_cut=CUT, mapped=MAPPED, complete=COMPLETE)
    with open_live(address_of(f"parquet:{folder}"), choices) as facts:
        assert asked == []
        list(screen_studies(packaged_studies()[:1], facts))
        # No table is read for its days alone: each question is one of the study's.
        assert asked.count("measurement") <= 8

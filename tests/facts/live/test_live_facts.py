"""A live source answers as an import of the same tables does, cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from facts.live.conftest import CUT, MAPPED
from facts.live.hospital import write_parquet
from facts.live.servers import load_duckdb, load_postgresql
from remit.errors import DatasetError
from remit.facts.live import live_part
from remit.facts.live.address import address_of
from remit.facts.live.duckdb_source import DuckdbSource
from remit.facts.live.live_facts import LiveChoices, live_facts, open_live
from remit.facts.live.typed_rows import LiveRules
from remit.facts.opened import Facts
from remit.facts.tables import TABLES
from remit.screening import Screening, screen_studies
from remit.screening.explanation import explain_in_dataset
from remit.study import packaged_studies

CHOICES = LiveChoices(data_cut=CUT, mapped=MAPPED)
Open = Callable[[], Facts]


@pytest.fixture(scope="session")
def in_duckdb(hospital: Mapping[str, pa.Table], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return load_duckdb(tmp_path_factory.mktemp("live") / "hospital.duckdb", hospital)


@pytest.fixture(scope="session")
def in_postgresql(hospital: Mapping[str, pa.Table], postgresql: str) -> str:
    return load_postgresql(postgresql, "hospital", hospital)


@pytest.fixture(params=["duckdb", "parquet", "postgresql"])
def opened(request: pytest.FixtureRequest) -> Open:
    """Opens the source of each kind."""
    names = {"duckdb": "in_duckdb", "parquet": "parquet_folder", "postgresql": "in_postgresql"}
    where = request.getfixturevalue(names[request.param])
    address = address_of(f"{request.param}:{where}")
    return lambda: open_live(address, CHOICES)


# What an import answers, by its folder: each is held against several sources.
_ANSWERS: dict[Path, Sequence[Screening]] = {}


def differences(facts: Facts, other: Facts) -> list[str]:
    """Criteria of the packaged studies of which a cell differs from that of an import."""
    found = []
    if other.folder not in _ANSWERS:
        _ANSWERS[other.folder] = screen_studies(packaged_studies(), other)
    pairs = zip(screen_studies(packaged_studies(), facts), _ANSWERS[other.folder], strict=True)
    for one, two in pairs:
        assert one.person_ids.tolist() == two.person_ids.tolist()
        assert (one.died == two.died).all()
        for name, statuses in one.statuses.items():
            same = (statuses == two.statuses[name]) & (
                one.reasons[name].masks == two.reasons[name].masks
            )
            found += [] if same.all() else [f"{one.protocol.id} {name}: {np.flatnonzero(~same)}"]
    return found


def test_every_cell_is_that_of_the_import(opened: Open, imported: Facts) -> None:
    facts = opened()
    assert differences(facts, imported) == []
    # The same codes occur: none that only rows carry which cannot be.
    assert imported.manifest.codes is not None
    assert facts.codes.occurring is not None
    held = {name: codes for name, codes in facts.codes.occurring.items() if codes}
    assert held == {name: codes for name, codes in imported.manifest.codes.items() if codes}
    assert 0 in held["measurement"]
    assert 999000001 not in held["measurement"]
    assert 999000002 in held["measurement"]
    assert facts.codes.heads.tolist() == imported.codes.heads.tolist()


def test_ranges_of_persons_change_nothing(
    opened: Open, imported: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("remit.facts.live.live_facts.PERSONS_A_PART", 7)
    monkeypatch.setattr("remit.facts.live.postgresql_source._FINE", 3)
    monkeypatch.setattr("remit.facts.live.postgresql_source.ROWS_AT_ONCE", 100)
    monkeypatch.setattr("remit.facts.live.person_ranges.PERSONS", 3)
    facts = opened()
    assert len(facts.parts) > 5
    assert differences(facts, imported) == []


def test_one_person_is_explained_alike(opened: Open, imported: Facts) -> None:
    facts = opened()
    for study in packaged_studies():
        for person in (1, 2, 17):
            one = explain_in_dataset(study, facts, person)
            two = explain_in_dataset(study, imported, person)
            assert one.standings == two.standings
            assert one.findings == two.findings


def test_rows_and_places_are_those_of_the_import(opened: Open, imported: Facts) -> None:
    facts = opened()
    columns = ("person_id", "measurement_id", "measurement_concept_id", "value_as_number", "place")
    some = {3020876, 3000905}
    # Of one table and some codes alone, so that places are not those of all that a study reads.
    rows = facts.rows("measurement", columns, concepts=some)
    assert rows.equals(imported.rows("measurement", columns, concepts=some))
    assert rows.num_rows
    for name, table in TABLES.items():
        if name in {"concept_ancestor", "dose_era"} or name not in facts.manifest.tables:
            continue
        found = facts.rows(name, table.schema.names)
        assert found.equals(imported.rows(name, table.schema.names)), name


def test_a_source_says_that_it_is_live(opened: Open) -> None:
    manifest = opened().manifest
    assert manifest.live
    assert manifest.digest == ""
    assert manifest.source.startswith("live: ")
    assert "60 persons" in manifest.source


def test_the_latest_day_of_the_data_is_their_cut(cohort: Facts, tmp_path: Path) -> None:
    tables = {name: cohort.rows(name) for name in ("person", "measurement", "observation_period")}
    facts = live_facts(DuckdbSource(load_duckdb(tmp_path / "a.duckdb", tables)), LiveChoices())
    days = [
        cohort.rows("measurement")["measurement_date"],
        cohort.rows("observation_period")["observation_period_start_date"],
    ]
    assert facts.data_cut == max(max(column.to_pylist()) for column in days)


def test_a_declared_table_has_to_be_there(in_duckdb: Path) -> None:
    with pytest.raises(DatasetError, match="nothing can be declared of observation"):
        live_facts(DuckdbSource(in_duckdb), LiveChoices(mapped=("observation",)))


def test_two_rows_of_one_id_are_refused(cohort: Facts, tmp_path: Path) -> None:
    measured = cohort.rows("measurement")
    twice = measured.set_column(
        0, measured.schema.field(0), pa.array([5] * len(measured), pa.int64())
    )
    tables = {"person": cohort.rows("person"), "measurement": twice}
    with pytest.raises(DatasetError, match="measurement_id of measurement is empty or stands for"):
        live_facts(DuckdbSource(load_duckdb(tmp_path / "a.duckdb", tables)), LiveChoices())


@pytest.mark.parametrize(
    ("schemas", "said"),
    [((), "several schemas have a table person"), (("none",), "the schema none has no table")],
)
def test_a_schema_is_named_where_there_are_several(
    cohort: Facts, tmp_path: Path, schemas: tuple[str, ...], said: str
) -> None:
    path = load_duckdb(tmp_path / "a.duckdb", {"person": cohort.rows("person")}, schema="one")
    load_duckdb(path, {"person": cohort.rows("person")}, schema="two")
    with pytest.raises(DatasetError, match=said):
        DuckdbSource(path, schemas=schemas)
    assert DuckdbSource(path, schemas=("TWO",)).tables["person"].schema == "two"


def test_ids_that_are_texts_are_refused(tmp_path: Path) -> None:
    tables = {"person": pa.table({"person_id": ["LN-1"], "year_of_birth": [1990]})}
    with pytest.raises(DatasetError, match="person_id is no column of numbers"):
        DuckdbSource(load_duckdb(tmp_path / "a.duckdb", tables))


def test_ids_of_either_sign_are_persons(tmp_path: Path) -> None:
    tables = {
        "person": pa.table(
            {
                "person_id": pa.array([-9066117, 12, (1 << 62) + 1], pa.int64()),
                "gender_concept_id": [8532, 8507, 8532],
                "year_of_birth": [1990, 1980, 1970],
            }
        ),
        "visit_occurrence": pa.table(
            {
                "visit_occurrence_id": [1, 2],
                "person_id": pa.array([-9066117, 12], pa.int64()),
                "visit_concept_id": [9202, 9202],
                "visit_start_date": [date(2024, 1, 1), date(2024, 2, 1)],
            }
        ),
    }
    facts = live_facts(DuckdbSource(load_duckdb(tmp_path / "a.duckdb", tables)), LiveChoices())
    assert facts.rows("person")["person_id"].to_pylist() == [-9066117, 12, (1 << 62) + 1]
    assert facts.rows("visit_occurrence")["visit_end_date"].to_pylist()[1] == date(2024, 2, 1)


def test_persons_are_kept_while_they_are_worked_on_only() -> None:
    live = live_part.Live(None, LiveRules(CUT))  # type: ignore[arg-type]  # nothing is asked of it
    for key in range(20):
        live.people(key, lambda: TABLES["person"].schema.empty_table())
    assert len(live._people) == live_part._HELD


def test_a_folder_of_other_files_is_refused(
    hospital: Mapping[str, pa.Table], tmp_path: Path
) -> None:
    folder = write_parquet(tmp_path / "omop", {"person": hospital["PERSON"]})
    (folder / "measurement.csv").write_text("measurement_id\n1\n")
    with pytest.raises(DatasetError, match="measurement is no Parquet file"):
        open_live(address_of(f"parquet:{folder}"), CHOICES)


def test_own_codes_stay_where_they_are_declared(cohort: Facts, tmp_path: Path) -> None:
    # The cohort's laboratory carries codes of Remit's own, as its manifest says.
    tables = {
        name: cohort.rows(name)
        for name, table in TABLES.items()
        if name != "person_name" and (cohort.rows(name).num_rows or table.required)
    }
    said = cohort.manifest
    declared = LiveChoices(
        said.data_cut,
        said.complete & set(tables),
        said.mapped & set(tables),
        said.own_codes & set(tables),
    )
    facts = live_facts(DuckdbSource(load_duckdb(tmp_path / "a.duckdb", tables)), declared)
    assert differences(facts, cohort) == []


def test_ids_of_remits_own_range_are_no_codes_of_a_hospital(tmp_path: Path) -> None:
    own, day = 2_100_000_203, date(2024, 1, 1)
    tables = {
        "person": pa.table({"person_id": [1], "year_of_birth": [1990]}),
        "measurement": pa.table(
            {
                "measurement_id": [1, 2],
                "person_id": [1, 1],
                "measurement_concept_id": [own, 3020876],
                "measurement_date": [day, day],
                "value_as_concept_id": pa.array([1, own], pa.int64()),
            }
        ),
    }
    path = load_duckdb(tmp_path / "a.duckdb", tables)
    facts = live_facts(DuckdbSource(path), LiveChoices())
    assert facts.codes.occurring == {"measurement": frozenset({0, 3020876})}
    columns = ("measurement_id", "measurement_concept_id", "value_as_concept_id")
    rows = facts.rows("measurement", columns, concepts={0})
    assert rows.to_pylist() == [
        {"measurement_id": 1, "measurement_concept_id": 0, "value_as_concept_id": 1}
    ]
    facts = live_facts(DuckdbSource(path), LiveChoices(own_codes=("measurement",)))
    assert facts.codes.occurring == {"measurement": frozenset({own, 3020876})}

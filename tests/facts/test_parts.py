"""The same rows, in whatever way they are kept: in memory, in version 1, in one part or many."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from facts.rows import CUT, Row, person, rows_of, tables_with
from facts.version_1 import write_version_1
from remit.errors import DatasetError
from remit.facts.opened import Facts, facts_in_memory, open_facts
from remit.facts.part import SnapshotPart
from remit.facts.reading import ADDED, Kind
from remit.facts.snapshot import new_snapshot, write_dataset
from remit.facts.tables import TABLES
from remit.facts.upgrade import upgrade_dataset

PERSONS, CODES = 23, (4, 7, 9)
UNITS = ((0, None), (None, None), (8576, "mg"), (8576, "mg/dL"), (0, ""), (8840, None))


def _labs(draw: random.Random, count: int) -> pa.Table:
    rows: list[Row] = []
    for number in draw.sample(range(10 * count), count):
        day = date(2024, 1, 1) + timedelta(days=draw.randrange(4))
        unit, text = draw.choice(UNITS)
        at = datetime.combine(day, time(draw.randrange(3)))
        rows.append(
            {
                "measurement_id": number,
                "person_id": 1 + draw.randrange(PERSONS),
                "measurement_concept_id": draw.choice(CODES),
                "measurement_date": day,
                "measurement_datetime": draw.choice([None, at]),
                "value_as_number": draw.choice([None, Decimal(number) / 8]),
                "unit_concept_id": unit,
                "unit_source_value": text,
                "operator_concept_id": draw.choice([None, 0, 4171756]),
            }
        )
    return rows_of("measurement", *rows)


def _observed(draw: random.Random) -> list[Row]:
    return [
        {
            "observation_id": number,
            "person_id": 1 + draw.randrange(PERSONS),
            "observation_concept_id": draw.choice(CODES),
            "observation_date": date(2024, 1, 1 + draw.randrange(9)),
            "value_as_string": draw.choice([None, "never", "former"]),
        }
        for number in draw.sample(range(1000), 40)
    ]


def drawn_tables(seed: int) -> Mapping[str, pa.Table]:
    """Tables in no order, with ties of days and times, empty values, and a vocabulary."""
    draw = random.Random(seed)
    visits: list[Row] = [
        {
            "visit_occurrence_id": number,
            "person_id": 1 + draw.randrange(PERSONS),
            "visit_concept_id": draw.choice(CODES),
            "visit_start_date": date(2024, 1, 1 + draw.randrange(9)),
        }
        for number in draw.sample(range(1000), 60)
    ]
    signed: list[Row] = [
        {
            "attestation_id": number,
            "person_id": 1 + draw.randrange(PERSONS),
            "study": draw.choice("ab"),
            "item": draw.choice("cd"),
            "answer": draw.random() < 0.5,
        }
        for number in draw.sample(range(1000), 60)
    ]
    anchors: list[Row] = [
        {"person_id": who, "study": study, "anchor": anchor}
        for who in range(1, PERSONS + 1)
        for study in "ab"
        for anchor in ("consent", "screening")
    ]
    draw.shuffle(anchors)
    dead: list[Row] = [{"person_id": who} for who in draw.sample(range(1, PERSONS + 1), 5)]
    below: list[Row] = [
        {"ancestor_concept_id": above, "descendant_concept_id": code}
        for above, code in ((4, 7), (4, 9), (4, 1234), (9, 7))
    ]
    return tables_with(
        person=rows_of("person", *(person(number) for number in range(1, PERSONS + 1))),
        measurement=_labs(draw, 500),
        visit_occurrence=rows_of("visit_occurrence", *visits),
        attestation=rows_of("attestation", *signed),
        observation=rows_of("observation", *_observed(draw)),
        death=rows_of("death", *dead),
        study_anchor=rows_of("study_anchor", *anchors),
        concept_ancestor=rows_of("concept_ancestor", *below),
    )


def _columns(name: str) -> list[str]:
    return [*TABLES[name].schema.names, *ADDED.get(name, {})]


def _told(facts: Facts, name: str, rows: pa.Table) -> list[Row]:
    """Rows with the kind that a number stands for in place of the number."""
    found = rows.to_pylist()
    kinds = facts.parts[0].kinds if name == "measurement" else ()
    return [{**row, "kind": kinds[row["kind"]]} if kinds else row for row in found]


@pytest.fixture(params=["snapshot", "version 1", "version 1 in groups", "upgraded"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Facts, Facts]:
    """Facts in memory, and the same rows in files."""
    tables = drawn_tables(7)
    memory = facts_in_memory(tables, data_cut=CUT, complete=("drug_exposure",))
    match request.param:
        case "snapshot":
            write_dataset(
                tmp_path / "a", tables, source="test", data_cut=CUT, complete=("drug_exposure",)
            )
        case "version 1":
            write_version_1(tmp_path / "a", tables)
        case "version 1 in groups":
            write_version_1(tmp_path / "a", tables, row_group=60)
        case "upgraded":
            upgrade_dataset(write_version_1(tmp_path / "old", tables), tmp_path / "a").close()
    return memory, open_facts(tmp_path / "a")


@pytest.mark.parametrize("concepts", [None, (7,), (9, 4), (5,)])
@pytest.mark.parametrize("persons", [None, (3, 11), (99,)])
def test_files_give_the_rows_of_memory(
    kept: tuple[Facts, Facts], concepts: tuple[int, ...] | None, persons: tuple[int, ...] | None
) -> None:
    memory, files = kept
    for name in memory.manifest.tables:
        found = [
            _told(facts, name, facts.rows(name, _columns(name), concepts=concepts, persons=persons))
            for facts in kept
        ]
        assert found[0] == found[1], name
    assert files.data_cut == memory.data_cut
    assert files.complete == memory.complete
    assert files.codes.ids_of([4]) == memory.codes.ids_of([4]) == (4, 7, 9)
    assert list(files.rows("measurement").schema) == list(TABLES["measurement"].schema)


def test_columns_come_as_they_are_asked_for(kept: tuple[Facts, Facts]) -> None:
    for facts in kept:
        rows = facts.rows("measurement", ["place", "person_id"], concepts=[7], persons=[3])
        assert rows.column_names == ["place", "person_id"]
        assert facts.rows("dose_era", ["dose_value"]).num_rows == 0
        assert facts.rows("measurement", [], concepts=[]).num_rows == 0


def test_places_are_the_order_of_day_time_and_id() -> None:
    facts = facts_in_memory(drawn_tables(3), data_cut=CUT)
    rows = facts.rows("measurement", _columns("measurement")).to_pylist()
    never = datetime.combine(date(1900, 1, 1), time())
    for who in range(1, PERSONS + 1):
        own = sorted(
            (row for row in rows if row["person_id"] == who),
            key=lambda row: (
                row["measurement_date"],
                row["measurement_datetime"] or never,
                row["measurement_id"],
            ),
        )
        assert [row["place"] for row in own] == list(range(1, len(own) + 1))
    kinds = facts.parts[0].kinds
    for row in rows:
        told = (row["operator_concept_id"] or 0, row["unit_concept_id"] or 0)
        assert kinds[row["kind"]] == Kind(*told, row["unit_source_value"])


def test_ids_that_are_hashes_keep_their_order(tmp_path: Path) -> None:
    """They lie further apart than a signed number of 64 bits can say."""
    draw = random.Random(8)
    ids = [draw.randrange(-(1 << 63), 1 << 63) for _ in range(40)]
    people = sorted(ids[:5])
    rows: list[Row] = [
        {"measurement_id": number, "person_id": draw.choice(people)} for number in ids
    ]
    tables = tables_with(measurement=rows_of("measurement", *rows))
    memory = facts_in_memory(tables, data_cut=CUT)
    written = write_dataset(tmp_path / "a", tables, source="test", data_cut=CUT, check=False)
    expected = sorted((row["person_id"], row["measurement_id"]) for row in rows)
    for facts in (memory, written):
        found = facts.rows("measurement", ["person_id", "measurement_id", "place"]).to_pylist()
        assert [(row["person_id"], row["measurement_id"]) for row in found] == expected
        places = [row["place"] for row in found]
        before = [sum(p == who for p, _ in expected[:at]) for at, (who, _) in enumerate(expected)]
        assert places == [count + 1 for count in before]


def test_persons_are_cut_into_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("remit.facts.snapshot.PERSONS_A_PART", 10)
    tables = drawn_tables(5)
    facts = write_dataset(tmp_path / "a", tables, source="test", data_cut=CUT)
    ranges = [part.rows("person", ["person_id"])["person_id"].to_pylist() for part in facts.parts]
    assert ranges == [list(range(1, 11)), list(range(11, 21)), [21, 22, 23]]
    names = [file.file for file in facts.manifest.tables["measurement"].files]
    assert names == [f"part-000{number}/measurement.parquet" for number in range(3)]
    assert len(facts.manifest.tables["concept_ancestor"].files) == 1
    assert facts.manifest.codes is not None
    assert facts.manifest.codes["measurement"] == set(CODES)
    whole = facts_in_memory(tables, data_cut=CUT)
    for name, table in tables.items():
        key = [(column, "ascending") for column in TABLES[name].schema.names]
        assert facts.rows(name).sort_by(key).equals(table.sort_by(key)), name
        assert facts.rows(name, persons=[15]).equals(whole.rows(name, persons=[15])), name


def test_a_snapshot_is_written_part_by_part(tmp_path: Path) -> None:
    tables = tables_with()
    with new_snapshot(tmp_path / "a", source="test", data_cut=CUT) as snapshot:
        snapshot.write_part({**tables, "person": rows_of("person", person(2))})
        snapshot.write_part({**tables, "person": rows_of("person", person(9))})
        truth = pa.table({"person_id": [2, 9]})
        snapshot.write_extra("truth", truth.schema, truth.to_batches(max_chunksize=1))
    facts = open_facts(tmp_path / "a")
    assert facts.rows("person", ["person_id"])["person_id"].to_pylist() == [2, 9]
    assert facts.extra("truth").equals(truth)
    assert facts.path("truth") == tmp_path / "a" / "truth" / "truth.parquet"
    with pytest.raises(DatasetError, match="has no table 'arms'"):
        facts.extra("arms")


def test_an_upgrade_says_what_it_came_from(tmp_path: Path) -> None:
    truth = {"truth": pa.table({"person_id": [1]})}
    old = write_version_1(tmp_path / "old", drawn_tables(1), extras=truth)
    new = upgrade_dataset(old, tmp_path / "new")
    assert new.manifest.origin is not None
    assert new.manifest.origin.version == 1
    assert new.manifest.origin.created_with == "remit 0.1.0"
    assert new.extra("truth").equals(truth["truth"])
    before = open_facts(old).manifest
    for said in ("source", "data_cut", "seed", "complete", "checked"):
        assert getattr(new.manifest, said) == getattr(before, said)
    rows = {name: table.rows for name, table in before.tables.items()}
    assert {name: table.rows for name, table in new.manifest.tables.items()} == rows
    with pytest.raises(DatasetError, match="is of version 2 already"):
        upgrade_dataset(tmp_path / "new", tmp_path / "again")


def test_upgrades_are_the_same_bytes_as_writing(tmp_path: Path) -> None:
    tables = drawn_tables(2)
    new = upgrade_dataset(write_version_1(tmp_path / "old", tables), tmp_path / "new")
    written = write_dataset(tmp_path / "a", tables, source="test", data_cut=CUT)
    assert new.manifest.tables == written.manifest.tables
    assert new.manifest.codes == written.manifest.codes
    assert replace(new.manifest, origin=None, complete=frozenset()) == replace(
        written.manifest, created_with=new.manifest.created_with
    )


def test_too_many_units_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("remit.facts.reading.MOST_KINDS", 3)
    with pytest.raises(DatasetError, match="too many different units"):
        write_dataset(tmp_path / "a", drawn_tables(1), source="test", data_cut=CUT)
    assert not list(tmp_path.iterdir())


def test_what_the_footer_tells_is_as_what_the_pages_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("remit.facts.layout.ROW_GROUP", 10)
    write_dataset(tmp_path / "a", drawn_tables(3), source="test", data_cut=CUT)
    files = open_facts(tmp_path / "a").parts[0]
    assert isinstance(files, SnapshotPart)
    told = set[str]()
    for name, file in files._files.items():
        read = replace(file, same={}, decoded=None)
        every = range(file.footer.num_row_groups)
        chosen: list[Sequence[int] | None] = [[], every[:1], every[-1:], None]
        for groups in chosen:
            for column, held in file.same.items():
                asked = every if groups is None else groups
                if asked and all(held[group] is not None for group in asked):
                    told.add(column)
            columns = _columns(name)
            for coded in ((), {"study", "item", "anchor"} & set(columns)):
                found = file.read(columns, groups=groups, coded=coded)
                pages = read.read(columns, groups=groups, coded=coded)
                assert found.schema.equals(pages.schema), name
                assert found.to_pylist() == pages.to_pylist(), name
    assert {"measurement_concept_id", "study"} <= told


def test_a_study_alone_in_its_row_groups_is_read_as_among_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = drawn_tables(3)
    memory = facts_in_memory(tables, data_cut=CUT)
    monkeypatch.setattr("remit.facts.layout.ROW_GROUP", 5)
    write_dataset(tmp_path / "a", tables, source="test", data_cut=CUT)
    files = open_facts(tmp_path / "a")
    for name in ("attestation", "study_anchor"):
        columns = TABLES[name].schema.names
        for study in ("a", "b", "c"):
            rows = [facts.rows(name, columns, study=study).to_pylist() for facts in (memory, files)]
            assert rows[0] == rows[1]

"""An import with a vocabulary: rows under the codes that they mean, the account, the manifest."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from facts.vocabulary.small_vocabulary import concept, relationship, write_table, write_vocabulary
from remit.facts.dictionary import packaged_dictionary
from remit.facts.imprecise_dates import ImpreciseDate, imprecise_table
from remit.facts.intake.accounting.report import IntakeReport
from remit.facts.intake.dataset.handed_over import IntakeChoices
from remit.facts.intake.dataset.written_dataset import write_intake
from remit.facts.intake.deidentified.pseudonym_key import open_key
from remit.facts.intake.omop.omop_tables import read_omop
from remit.facts.intake.rows.resolved_store import resolve_store
from remit.facts.intake.rows.row_store import RowStore
from remit.facts.opened import Facts
from remit.facts.soundness import check_dataset
from remit.facts.tables import TABLES
from remit.facts.vocabulary.athena import AthenaVocabulary, open_vocabulary
from remit.facts.vocabulary.code_book import ListedCodes

DICTIONARY = packaged_dictionary()
LUPUS, NEPHRITIS, CREATININE = 257628, 9_000_001, 3016723
M3214, BOTH, R944, UNKNOWN = 9_000_010, 9_000_011, 9_000_012, 9_999_999
CUT = date(2024, 6, 30)


@pytest.fixture
def book(tmp_path: Path) -> AthenaVocabulary:
    concepts = [
        concept(LUPUS, "Systemic lupus erythematosus", "Condition", "SNOMED", "55464009"),
        concept(NEPHRITIS, "SLE glomerulonephritis", "Condition", "SNOMED", "68815009"),
        concept(M3214, "M32.14", "Condition", "ICD10CM", "M32.14", standard=""),
        concept(BOTH, "two", "Condition", "ICD10CM", "M99.99", standard=""),
        concept(R944, "R94.4", "Condition", "ICD10CM", "R94.4", standard=""),
        concept(CREATININE, "Creatinine", "Measurement", "LOINC", "2160-0"),
    ]
    steps = [
        relationship(M3214, "Maps to", NEPHRITIS),
        relationship(BOTH, "Maps to", NEPHRITIS),
        relationship(BOTH, "Maps to", CREATININE),
        relationship(R944, "Maps to", CREATININE),
        relationship(NEPHRITIS, "Is a", LUPUS),
    ]
    return open_vocabulary(write_vocabulary(tmp_path / "athena", concepts, steps), DICTIONARY)


def _omop(folder: Path) -> Path:
    folder.mkdir()
    people = ("person_id", "gender_concept_id", "year_of_birth", "race_concept_id")
    write_table(folder, "person.csv", people, [(1, 8532, 1990, 0)], separator=",")
    columns = (
        "condition_occurrence_id",
        "person_id",
        "condition_concept_id",
        "condition_start_date",
        "condition_source_value",
        "condition_source_concept_id",
    )
    day = "2024-03-01"
    rows = [
        (1, 1, 0, day, "M32.14", M3214),
        (2, 1, 0, day, "M99.99", BOTH),
        (3, 1, R944, day, "R94.4", R944),
        (4, 1, 0, day, "???", 0),
        (5, 1, LUPUS, day, "M32.1", UNKNOWN),
        (6, 1, 0, day, "XX", UNKNOWN),
    ]
    write_table(folder, "condition_occurrence.csv", columns, rows, separator=",")
    labs = ("measurement_id", "person_id", "measurement_concept_id", "measurement_date")
    write_table(folder, "measurement.csv", labs, [(7, 1, CREATININE, day)], separator=",")
    return folder


def _imported(tmp_path: Path, book: AthenaVocabulary | None) -> tuple[Facts, IntakeReport]:
    found = read_omop(_omop(tmp_path / "omop"), by_source=book is not None)
    choices = IntakeChoices(source="test", data_cut=CUT, book=book)
    return write_intake(tmp_path / "out", found, choices)


def test_rows_are_written_under_what_they_mean(tmp_path: Path, book: AthenaVocabulary) -> None:
    facts, report = _imported(tmp_path, book)
    rows = facts.rows("condition_occurrence", ["condition_occurrence_id", "condition_concept_id"])
    assert sorted(zip(*rows.to_pydict().values(), strict=True)) == [
        (1, NEPHRITIS),
        (2, NEPHRITIS),
        (4, 0),
        (5, LUPUS),
        (6, UNKNOWN),
    ]
    assert facts.rows("measurement").num_rows == 3
    manifest = facts.manifest
    assert manifest.vocabulary == "v5.0 27-FEB-26"
    assert manifest.resolved == manifest.mapped == {"condition_occurrence", "measurement"}
    assert facts.codes.ids_of([LUPUS]) == (LUPUS, NEPHRITIS)
    assert facts.codes.unresolved("condition_occurrence", DICTIONARY.listed, ()) == {0, UNKNOWN}
    assert [finding for finding in check_dataset(facts) if finding.severity == "error"] == []
    said = {
        (r["source_code"], r["concept_id"], r["how"]) for r in facts.rows("concept_map").to_pylist()
    }
    assert {("M32.14", NEPHRITIS, "maps_to"), ("R94.4", CREATININE, "maps_to")} <= said
    (notes,) = [note for note in report.notes if "codes were resolved" in note]
    assert notes.startswith("condition_occurrence: codes were resolved: 3 by another code")


def test_every_row_is_accounted_for(tmp_path: Path, book: AthenaVocabulary) -> None:
    facts, report = _imported(tmp_path, book)
    tables = {table.table: table for table in report.tables}
    conditions, labs = tables["condition_occurrence"], tables["measurement"]
    assert (conditions.read, conditions.kept, conditions.made) == (6, 5, 0)
    assert (labs.read, labs.kept, labs.made) == (1, 3, 2)
    (left,) = conditions.left_out
    assert (left.rows, left.fate) == (1, "merged")
    assert "measurement: written there" in left.reason
    assert conditions.unaccounted == labs.unaccounted == 0
    page = json.loads((facts.folder / "import_report.json").read_text(encoding="utf-8"))
    assert page["vocabulary"] == "v5.0 27-FEB-26"


def test_without_a_vocabulary_all_stays_as_it_was(tmp_path: Path) -> None:
    facts, report = _imported(tmp_path, None)
    rows = facts.rows("condition_occurrence", ["condition_concept_id"])
    assert sorted(rows["condition_concept_id"].to_pylist()) == [0, 0, 0, 0, LUPUS, R944]
    assert facts.manifest.vocabulary is None
    assert facts.manifest.mapped == facts.manifest.resolved == frozenset()
    assert "concept_map" not in facts.manifest.tables
    assert "source_record" not in facts.manifest.tables, "nor the text of a record that was moved"
    assert report.vocabulary is None
    store = RowStore()
    assert resolve_store(store, ListedCodes(DICTIONARY), DICTIONARY).resolution is None


def test_a_day_that_is_not_known_goes_with_its_record(book: AthenaVocabulary) -> None:
    store, first, last = RowStore(), date(2024, 1, 1), date(2024, 12, 31)
    rows = [
        {
            "condition_occurrence_id": number,
            "person_id": 1,
            "condition_concept_id": code,
            "condition_start_date": first,
            "condition_end_date": last,
            "condition_type_concept_id": 0,
            "condition_source_value": None,
        }
        for number, code in ((1, LUPUS), (2, BOTH), (3, R944))
    ]
    schema = TABLES["condition_occurrence"].schema
    store.add("condition_occurrence", pa.Table.from_pylist(rows, schema=schema))
    days = [
        ImpreciseDate(1, "condition_occurrence", number, f"condition_{end}_date", first, last)
        for number in (1, 2, 3)
        for end in ("start", "end")
    ]
    store.add("imprecise_date", imprecise_table(days))
    resolve_store(store, book, DICTIONARY)
    kept = store.table("imprecise_date").to_pylist()
    assert sorted((row["fact_table"], row["fact_id"], row["date_column"]) for row in kept) == [
        ("condition_occurrence", 1, "condition_end_date"),
        ("condition_occurrence", 1, "condition_start_date"),
        ("condition_occurrence", 2, "condition_end_date"),
        ("condition_occurrence", 2, "condition_start_date"),
        ("measurement", 1, "measurement_date"),
        ("measurement", 2, "measurement_date"),
    ]
    assert len({row["imprecise_date_id"] for row in kept}) == len(kept)


def test_under_pseudonyms_no_word_of_the_source_is_kept(
    tmp_path: Path, book: AthenaVocabulary
) -> None:
    found = read_omop(_omop(tmp_path / "omop"), by_source=True)
    key = open_key(tmp_path / "key.json", out=tmp_path / "out")
    choices = IntakeChoices(source="test", data_cut=CUT, book=book, pseudonyms=key)
    facts, _ = write_intake(tmp_path / "out", found, choices)
    assert "concept_map" not in facts.manifest.tables
    assert facts.codes.ids_of([LUPUS]) == (LUPUS, NEPHRITIS)


def test_a_record_moved_to_measurement_keeps_its_source_text(
    tmp_path: Path, book: AthenaVocabulary
) -> None:
    """Beside the row, under the name of its column: no text of a laboratory value."""
    facts, report = _imported(tmp_path, book)
    labs = {row["measurement_id"]: row for row in facts.rows("measurement").to_pylist()}
    told = facts.rows("source_record").to_pylist()
    assert {row["fact_table"] for row in told} == {"measurement"}
    assert [row["reference"] for row in sorted(told, key=lambda row: row["fact_id"])] == [
        "condition_source_value M99.99",
        "condition_source_value R94.4",
    ]
    for row in told:
        lab = labs[row["fact_id"]]
        assert lab["value_source_value"] is None
        assert lab["person_id"] == row["person_id"]
    assert 7 not in {row["fact_id"] for row in told}
    assert [finding for finding in check_dataset(facts) if finding.severity == "error"] == []
    assert all(table.unaccounted == 0 for table in report.tables)


def test_texts_lie_beside_what_a_source_calls_its_records(book: AthenaVocabulary) -> None:
    day = date(2024, 3, 1)
    row = {
        "condition_occurrence_id": 3,
        "person_id": 1,
        "condition_concept_id": R944,
        "condition_start_date": day,
        "condition_type_concept_id": 0,
        "condition_source_value": " R94.4 ",
    }
    rows = [row, {**row, "condition_occurrence_id": 4, "condition_source_value": "  "}]
    store = RowStore()
    bare = pa.schema([pa.field(f.name, f.type) for f in TABLES["condition_occurrence"].schema])
    store.add("condition_occurrence", pa.Table.from_pylist(rows, schema=bare))
    whose = {"person_id": 1, "fact_table": "condition_occurrence", "reference": "Condition/abc"}
    known = [{**whose, "source_record_id": 1, "fact_id": 3}]
    schema = TABLES["source_record"].schema
    store.add("source_record", pa.Table.from_pylist(known, schema=schema))
    resolve_store(store, book, DICTIONARY)
    moved = [
        row["reference"]
        for row in store.table("source_record").to_pylist()
        if row["fact_table"] == "measurement"
    ]
    assert moved == ["Condition/abc; condition_source_value R94.4"]

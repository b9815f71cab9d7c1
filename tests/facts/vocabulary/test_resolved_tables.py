"""Rows of OMOP tables under the codes that they mean: mapped, replaced, doubled, moved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from facts.vocabulary.small_vocabulary import concept, relationship, write_vocabulary
from remit.facts.dictionary import packaged_dictionary
from remit.facts.tables import TABLES
from remit.facts.vocabulary.athena import AthenaVocabulary, open_vocabulary
from remit.facts.vocabulary.code_book import ListedCodes
from remit.facts.vocabulary.code_resolution import Resolution, resolve_codes
from remit.facts.vocabulary.fresh_ids import FreshIds
from remit.facts.vocabulary.resolved_tables import (
    code_keys,
    new_rows,
    resolved_rows,
    resolved_tables,
)

DICTIONARY = packaged_dictionary()
LUPUS, NEPHRITIS, CREATININE, LOCAL = 257628, 9_000_001, 3016723, 2_000_003_069
M3214, BOTH, OLD, CREA_CONDITION = 9_000_010, 9_000_011, 9_000_012, 9_000_013
DAY = date(2024, 3, 1)


@pytest.fixture
def book(tmp_path: Path) -> AthenaVocabulary:
    concepts = [
        concept(LUPUS, "Systemic lupus erythematosus", "Condition", "SNOMED", "55464009"),
        concept(NEPHRITIS, "SLE glomerulonephritis", "Condition", "SNOMED", "68815009"),
        concept(M3214, "M32.14", "Condition", "ICD10CM", "M32.14", standard=""),
        concept(BOTH, "two", "Condition", "ICD10CM", "M99.99", standard=""),
        concept(OLD, "of old", "Condition", "SNOMED", "200936003", standard="", invalid="U"),
        concept(CREATININE, "Creatinine", "Measurement", "LOINC", "2160-0"),
        concept(CREA_CONDITION, "R94.4", "Condition", "ICD10CM", "R94.4", standard=""),
        concept(LOCAL, "our lupus", "Condition", "site", "OURS", standard=""),
    ]
    steps = [
        relationship(M3214, "Maps to", NEPHRITIS),
        relationship(BOTH, "Maps to", NEPHRITIS),
        relationship(BOTH, "Maps to", CREATININE),
        relationship(OLD, "Concept replaced by", LUPUS),
        relationship(CREA_CONDITION, "Maps to", CREATININE),
        relationship(LOCAL, "Maps to", LUPUS),
        relationship(NEPHRITIS, "Is a", LUPUS),
    ]
    return open_vocabulary(write_vocabulary(tmp_path / "athena", concepts, steps), DICTIONARY)


def _conditions(*codes: int, text: str = "M32.14") -> pa.Table:
    rows = [
        {
            "condition_occurrence_id": number,
            "person_id": 1,
            "condition_concept_id": code,
            "condition_start_date": DAY,
            "condition_end_date": None,
            "condition_type_concept_id": 32817,
            "condition_source_value": text,
        }
        for number, code in enumerate(codes, start=10)
    ]
    return pa.Table.from_pylist(rows, schema=TABLES["condition_occurrence"].schema)


def _tables(*codes: int) -> Mapping[str, pa.Table]:
    return {
        "condition_occurrence": _conditions(*codes),
        "measurement": TABLES["measurement"].schema.empty_table(),
    }


def _ids(
    found: Mapping[str, pa.Table], name: str = "condition_occurrence"
) -> list[tuple[int, int]]:
    table = TABLES[name]
    assert table.concept is not None
    columns = (found[name][column].to_pylist() for column in (table.key, table.concept))
    return sorted(zip(*columns, strict=True))


def test_each_code_is_what_it_means_now(book: AthenaVocabulary) -> None:
    found, resolution = resolved_tables(
        _tables(LUPUS, M3214, OLD, LOCAL, 9_999_999, 0), book, DICTIONARY
    )
    assert _ids(found) == [
        (10, LUPUS),
        (11, NEPHRITIS),
        (12, LUPUS),
        (13, LUPUS),
        (14, 9_999_999),
        (15, 0),
    ]
    assert resolution.rows["condition_occurrence"] == {
        "standard": 1,
        "maps_to": 1,
        "replaced": 1,
        "local": 1,
        "none": 2,
    }
    assert resolution.mapped == {"condition_occurrence", "measurement"}
    assert resolution.version == book.version


def test_a_row_without_an_id_takes_that_of_its_source(book: AthenaVocabulary) -> None:
    sources = {"condition_occurrence": pa.chunked_array([[M3214, None, 9_999_999, BOTH]])}
    found, _ = resolved_tables(_tables(0, 0, 0, LUPUS), book, DICTIONARY, sources=sources)
    # What the row itself says goes first, and what nobody knows is no code.
    assert _ids(found) == [(10, NEPHRITIS), (11, 0), (12, 0), (13, LUPUS)]
    rows = found["concept_map"].to_pylist()
    said = {(r["source_vocabulary"], r["source_code"]): (r["concept_id"], r["how"]) for r in rows}
    assert said["ICD10CM", "M32.14"] == (NEPHRITIS, "maps_to")
    assert said["ICD10CM", "M99.99"] == (LUPUS, "local"), "the site took it so"
    assert said["OMOP", "9999999"] == (0, "none")


def test_two_meanings_are_two_records_each_in_its_table(book: AthenaVocabulary) -> None:
    found, resolution = resolved_tables(_tables(LUPUS, BOTH), book, DICTIONARY)
    assert _ids(found) == [(10, LUPUS), (11, NEPHRITIS)]
    assert _ids(found, "measurement") == [(1, CREATININE)]
    assert resolution.moved == {("condition_occurrence", "measurement"): 1}


def test_a_record_of_another_domain_is_moved(book: AthenaVocabulary) -> None:
    tables = {**_tables(CREA_CONDITION, CREATININE), "measurement": _measurement(7)}
    found, resolution = resolved_tables(tables, book, DICTIONARY)
    assert found["condition_occurrence"].num_rows == 0
    # The ids of the table that it comes to are taken: it gets others.
    assert _ids(found, "measurement") == [(7, CREATININE), (8, CREATININE), (9, CREATININE)]
    row = next(r for r in found["measurement"].to_pylist() if r["measurement_id"] == 8)
    assert (row["person_id"], row["measurement_date"]) == (1, DAY)
    assert row["measurement_type_concept_id"] == 32817
    assert resolution.moved == {("condition_occurrence", "measurement"): 2}


def _measurement(number: int) -> pa.Table:
    row = dict.fromkeys(TABLES["measurement"].schema.names) | {
        "measurement_id": number,
        "person_id": 2,
        "measurement_concept_id": CREATININE,
        "measurement_date": DAY,
        "measurement_type_concept_id": 32817,
        "value_source_value": "1.2",
    }
    return pa.Table.from_pylist([row], schema=TABLES["measurement"].schema)


def test_what_the_dictionary_reads_in_a_table_stays_there(tmp_path: Path) -> None:
    """OMOP may count as an observation what Remit asks for among conditions, or under one."""
    concepts = [
        concept(LUPUS, "Systemic lupus erythematosus", "Observation", "SNOMED", "55464009"),
        concept(NEPHRITIS, "below it", "Observation", "SNOMED", "68815009"),
    ]
    steps = [relationship(NEPHRITIS, "Is a", LUPUS)]
    book = open_vocabulary(write_vocabulary(tmp_path / "a", concepts, steps), DICTIONARY)
    found, resolution = resolved_tables(_tables(LUPUS, NEPHRITIS), book, DICTIONARY)
    assert _ids(found) == [(10, LUPUS), (11, NEPHRITIS)]
    assert not resolution.moved


def test_without_a_vocabulary_nothing_is_moved_or_declared() -> None:
    tables = _tables(LUPUS, CREATININE, 9_999_999)
    found, resolution = resolved_tables(tables, ListedCodes(DICTIONARY), DICTIONARY)
    assert _ids(found) == _ids(tables)
    assert resolution.version is None
    assert resolution.mapped == frozenset()
    assert "concept_ancestor" not in found


def test_piece_by_piece_is_all_at_once(book: AthenaVocabulary) -> None:
    pieces = [_conditions(LUPUS, BOTH), _conditions(BOTH, 0, M3214).set_column(
        0, "condition_occurrence_id", pa.array([20, 21, 22], pa.int64())
    )]  # fmt: skip
    fresh, keys = FreshIds(), {"condition_occurrence": code_keys("condition_occurrence", pieces[0])}
    keys["condition_occurrence"] += code_keys("condition_occurrence", pieces[1])
    resolution: Resolution = resolve_codes(keys, book, DICTIONARY)
    fresh.highest["condition_occurrence"] = 22
    fresh.plan(
        "condition_occurrence",
        [new_rows("condition_occurrence", piece, resolution) for piece in pieces],
    )
    made = [resolved_rows("condition_occurrence", piece, resolution, fresh) for piece in pieces]
    assert [_ids(one) for one in made] == [
        [(10, LUPUS), (11, NEPHRITIS)],
        [(20, NEPHRITIS), (21, 0), (22, NEPHRITIS)],
    ]
    assert [_ids(one, "measurement") for one in made] == [[(1, CREATININE)], [(2, CREATININE)]]


def test_new_ids_rise_with_the_old_ones_in_any_order_of_rows(book: AthenaVocabulary) -> None:
    rows = _conditions(BOTH, CREA_CONDITION, LUPUS, BOTH).take([3, 0, 2, 1, 0])  # one stands twice
    found, _ = resolved_tables({**_tables(), "condition_occurrence": rows}, book, DICTIONARY)
    there = found["measurement"].select(["measurement_id"]).to_pydict()["measurement_id"]
    assert there == [3, 1, 2, 1]


def test_records_without_an_id_stay_apart(book: AthenaVocabulary) -> None:
    rows = _conditions(BOTH, BOTH)
    rows = rows.set_column(0, "condition_occurrence_id", pa.nulls(2, pa.int64()))
    found, _ = resolved_tables({**_tables(), "condition_occurrence": rows}, book, DICTIONARY)
    assert found["measurement"]["measurement_id"].to_pylist() == [1, 2]
    assert found["condition_occurrence"]["condition_occurrence_id"].to_pylist() == [None, None]


def test_no_row_of_a_dose_is_doubled(book: AthenaVocabulary) -> None:
    era = {
        "dose_era_id": 1,
        "person_id": 1,
        "drug_concept_id": BOTH,
        "unit_concept_id": None,
        "dose_value": None,
        "dose_era_start_date": DAY,
        "dose_era_end_date": DAY,
    }
    eras = pa.Table.from_pylist([era], schema=TABLES["dose_era"].schema)
    found, _ = resolved_tables({"dose_era": eras}, book, DICTIONARY)
    assert _ids(found, "dose_era") == [(1, BOTH)]


def test_a_condition_that_is_a_drug_ends_on_its_day(tmp_path: Path) -> None:
    concepts = [concept(9_000_060, "some drug", "Drug", "RxNorm", "1", kind="Ingredient")]
    book = open_vocabulary(write_vocabulary(tmp_path / "a", concepts, []), DICTIONARY)
    tables = _tables(9_000_060, 9_000_060)
    started = tables["condition_occurrence"]["condition_start_date"]
    days = pa.chunked_array([[started[0].as_py(), None]], pa.date32())
    rows = tables["condition_occurrence"].cast(
        pa.schema([pa.field(f.name, f.type) for f in TABLES["condition_occurrence"].schema])
    )
    rows = rows.set_column(3, "condition_start_date", days)
    found, _ = resolved_tables({"condition_occurrence": rows}, book, DICTIONARY)
    drugs = found["drug_exposure"]
    assert drugs["drug_exposure_end_date"].to_pylist() == [DAY, None], "an empty day stays empty"
    assert drugs["drug_source_value"].to_pylist() == ["M32.14", "M32.14"]

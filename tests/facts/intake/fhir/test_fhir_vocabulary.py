"""Codes of FHIR under a vocabulary: what they are mapped to, and where their records stand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from facts.intake.fhir.fhir_examples import (
    RXNORM,
    SNOMED,
    coded,
    condition,
    observation,
    quantity,
    read_here,
    request,
    rows_of,
)
from facts.vocabulary.small_vocabulary import (
    STRENGTH,
    concept,
    relationship,
    write_table,
    write_vocabulary,
)
from remit.facts.dictionary import packaged_dictionary
from remit.facts.intake.dataset.handed_over import IntakeChoices, SourceTables
from remit.facts.intake.dataset.written_dataset import write_intake
from remit.facts.vocabulary.athena import open_vocabulary
from remit.facts.vocabulary.code_book import CodeBook

# Ids and codes of OMOP: SLE, lupus nephritis, prednisone, full-time employment.
SLE, NEPHRITIS, PREDNISONE, EMPLOYED = 257628, 4032295, 1551099, 4053609
ICD = "http://hl7.org/fhir/sid/icd-10-cm"


@pytest.fixture
def book(tmp_path: Path) -> CodeBook:
    concepts = [
        concept(SLE, "Systemic lupus erythematosus", "Condition", "SNOMED", "55464009"),
        concept(9000001, "Lupus of the kidney", "Condition", "SNOMED", "68815009"),
        concept(9000002, "M32.14", "Condition", "ICD10CM", "M32.14", standard=""),
        concept(PREDNISONE, "prednisone", "Drug", "RxNorm", "8640", kind="Ingredient"),
        concept(EMPLOYED, "Full-time employment", "Observation", "SNOMED", "160903007"),
    ]
    links = [
        relationship(9000002, "Maps to", 9000001),
        relationship(9000001, "Is a", SLE),
        relationship(SLE, "Subsumes", 9000001),
    ]
    return open_vocabulary(
        write_vocabulary(tmp_path / "athena", concepts, links), packaged_dictionary()
    )


def column(found: SourceTables, table: str, name: str) -> list[object]:
    return [row[name] for row in rows_of(found, table)]


def written(folder: Path, found: SourceTables, book: CodeBook) -> Mapping[str, object]:
    facts, report = write_intake(folder / "out", found, IntakeChoices("x", book=book))
    with facts:
        assert [table.table for table in report.tables if table.unaccounted] == []
        return {
            "condition": facts.rows("condition_occurrence").num_rows,
            "drug": facts.rows("drug_exposure").num_rows,
            "observation": facts.rows("observation").num_rows,
            "mapped": sorted(facts.manifest.mapped),
        }


def test_a_code_is_what_it_is_mapped_to(tmp_path: Path, book: CodeBook) -> None:
    found = read_here(tmp_path, condition(code=coded(ICD, "M32.14")), book=book)
    assert column(found, "condition_occurrence", "condition_concept_id") == [9000001]
    assert found.vocabulary == book.version
    assert (SLE, 9000001) in {
        (row["ancestor_concept_id"], row["descendant_concept_id"])
        for row in rows_of(found, "concept_ancestor")
    }
    assert column(found, "concept_map", "source_code") == ["M32.14"]


def test_a_code_and_what_lies_below_it_do_not_contradict(tmp_path: Path, book: CodeBook) -> None:
    both = {"coding": [{"system": ICD, "code": "M32.14"}, {"system": SNOMED, "code": "55464009"}]}
    found = read_here(tmp_path, condition(code=both), book=book)
    assert column(found, "condition_occurrence", "condition_concept_id") == [SLE]


def test_a_record_stands_in_the_table_of_its_domain(tmp_path: Path, book: CodeBook) -> None:
    found = read_here(tmp_path, condition(code=coded(SNOMED, "160903007")), book=book)
    assert rows_of(found, "condition_occurrence") == []
    assert column(found, "observation", "observation_concept_id") == [EMPLOYED]


def test_what_is_denied_or_an_allergy_is_never_moved(tmp_path: Path, book: CodeBook) -> None:
    allergy = {
        "resourceType": "AllergyIntolerance",
        "id": "a1",
        "patient": {"reference": "Patient/p1"},
        "code": coded(RXNORM, "8640"),
        "recordedDate": "2021-01-01",
    }
    denied = observation(code=coded(SNOMED, "55464009"), valueBoolean=False)
    found = read_here(tmp_path, allergy, denied, book=book)
    made = written(tmp_path, found, book)
    assert (made["condition"], made["drug"], made["observation"]) == (0, 0, 2)
    mapped = made["mapped"]
    assert isinstance(mapped, list)
    assert "observation" in mapped


@pytest.mark.parametrize("strengths", [(), ((PREDNISONE, PREDNISONE, "5"), (1, PREDNISONE, "9"))])
def test_what_a_vocabulary_says_of_drugs_is_kept_where_it_says_something(
    tmp_path: Path, book: CodeBook, strengths: tuple[tuple[int, int, str], ...]
) -> None:
    rest = ("", "", "", "", "", "19700101", "20991231", "")
    rows = [(*row, 8576, *rest) for row in strengths]
    write_table(tmp_path / "athena", "DRUG_STRENGTH.csv", STRENGTH, rows)
    found = read_here(tmp_path, request(medicationCodeableConcept=coded(RXNORM, "8640")), book=book)
    facts, report = write_intake(tmp_path / "out", found, IntakeChoices("x", book=book))
    with facts:
        assert [table.table for table in report.tables if table.unaccounted] == []
        assert facts.rows("drug_exposure").num_rows == 1
        assert ("drug_strength" in facts.manifest.tables) == bool(strengths)
        assert facts.rows("drug_strength")["amount_value"].to_pylist() == [5][: len(strengths)]
        # Its doses are those of the resources.
        assert facts.rows("dose_basis").num_rows == 0
        origin = facts.manifest.strengths
        assert (origin is None) == (not strengths)


def test_without_a_vocabulary_nothing_is_declared(tmp_path: Path) -> None:
    found = read_here(tmp_path, observation(valueQuantity=quantity(1)))
    facts, _ = write_intake(tmp_path / "out", found, IntakeChoices("x"))
    with facts:
        assert sorted(facts.manifest.mapped) == []

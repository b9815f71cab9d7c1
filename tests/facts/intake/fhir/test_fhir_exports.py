"""Exports of other systems: every resource is accounted for. Expected: `shared/data/SOURCES.md`."""

from __future__ import annotations

from pathlib import Path

import pytest

from facts.intake.fhir.fhir_examples import rows_of
from remit.errors import DatasetError
from remit.facts.dictionary import packaged_dictionary
from remit.facts.intake.accounting.report import IntakeReport
from remit.facts.intake.dataset.handed_over import IntakeChoices, SourceTables
from remit.facts.intake.dataset.written_dataset import write_intake
from remit.facts.intake.fhir.fhir_tables import read_fhir
from remit.facts.screening_dates import screening_rule
from remit.facts.vocabulary.code_book import ListedCodes
from remit.protocol import read_protocol_text
from remit.screening import screen_dataset
from remit.screening.explanation import explain_person
from remit.testing import study_text

pytestmark = pytest.mark.shared
CLINICAL = "data/clinical"


def read(source: Path) -> SourceTables:
    dictionary = packaged_dictionary()
    return read_fhir([source], book=ListedCodes(dictionary), dictionary=dictionary)


def resources_of(found: SourceTables) -> int:
    """All that were read, and those of types that are not."""
    return sum(found.source_rows.values()) + sum(rows for _, rows in found.unread.values())


def reported(folder: Path, found: SourceTables) -> IntakeReport:
    facts, report = write_intake(folder, found, IntakeChoices("an export"))
    facts.close()
    assert [table.table for table in report.tables if table.unaccounted] == []
    return report


def test_a_patient_of_synthea_in_a_transaction(shared: Path, tmp_path: Path) -> None:
    found = read(shared / CLINICAL / "fhir_synthea_r4")
    assert resources_of(found) == 486
    assert found.unread["Claim"] == ("FHIR", 30)
    assert [str(row["death_date"])[:4] for row in rows_of(found, "death")] == ["1992"]
    conditions = rows_of(found, "condition_occurrence")
    assert "62479008" in {row["condition_source_value"] for row in conditions}  # AIDS
    assert len(conditions) == 22
    reported(tmp_path / "out", found)


def test_who_has_aids_does_not_pass_a_criterion_of_no_hiv(shared: Path, tmp_path: Path) -> None:
    study = read_protocol_text(
        study_text({"C": "any hiv_infection in [screening - 1 year, screening]"}), source="test"
    )
    rule = screening_rule("1992-01-05")
    choices = IntakeChoices("x", rule=rule, anchors={study.id: study.default_anchor})
    facts, _ = write_intake(tmp_path / "out", read(shared / CLINICAL / "fhir_synthea_r4"), choices)
    with facts:
        found = explain_person(screen_dataset(study, facts), 1)
    assert found.findings[0].status.word == "met"


def test_the_examples_of_us_core(shared: Path, tmp_path: Path) -> None:
    folder = shared / CLINICAL / "fhir_us_core"
    found = read(folder)
    assert len(list(folder.iterdir())) == 141
    # Two of the files are Bundles of two resources.
    assert resources_of(found) == 143
    oxygen = [
        row
        for row in rows_of(found, "measurement")
        if (row["value_as_number"], row["unit_source_value"]) in {(95, "%"), (6, "L/min")}
    ]
    assert len(oxygen) == 2, "a value and a component of one observation"
    drugs = {row["drug_source_value"] for row in rows_of(found, "drug_exposure")}
    assert "582620 Nizatidine 15 MG/ML Oral Solution [Axid]" in drugs, "a contained medication"
    assert "Medication/uscore-med2" in drugs, "one that is not among the files"
    reported(tmp_path / "out", found)


def test_stu3_is_refused_by_what_shows_it(shared: Path) -> None:
    with pytest.raises(DatasetError, match="Condition: verificationStatus is a string"):
        read(shared / CLINICAL / "fhir_synthea_stu3_paged")


def test_codes_under_the_wrong_system_are_no_codes(shared: Path, tmp_path: Path) -> None:
    found = read(shared / CLINICAL / "fhir_mislabelled_codes")
    assert resources_of(found) == 497
    padded = {one.written for one in found.not_understood if "AAAA" in one.written}
    assert len(padded) > 10
    for name, column in (
        ("measurement", "measurement_concept_id"),
        ("condition_occurrence", "condition_concept_id"),
    ):
        assert {row[column] for row in rows_of(found, name)} == {0}
    reported(tmp_path / "out", found)

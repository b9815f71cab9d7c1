"""What the source calls the record behind a row: kept, followed, refused, and shown beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from rich.console import Console

from facts.intake.fhir.fhir_examples import (
    LOINC,
    PATIENT,
    coded,
    condition,
    dosage,
    lines,
    observation,
    quantity,
    read_here,
    request,
    rows_of,
)
from facts.intake.sdtm.sdtm_rows_given import read_rows
from facts.rows import lab, person, tables_with, write
from facts.rows import rows_of as table_rows
from remit.facts.intake.dataset.handed_over import IntakeChoices, SourceTables
from remit.facts.intake.dataset.written_dataset import write_intake
from remit.facts.intake.deidentified.pseudonym_key import KeyFile, open_key
from remit.facts.intake.persons.person_ids import PersonNumbers
from remit.facts.opened import Facts
from remit.facts.soundness import check_dataset
from remit.facts.source_records import NAME, references_of, with_moved_rows
from remit.facts.tables import TABLES
from remit.protocol import read_protocol_text
from remit.screening.explanation import explain_in_dataset
from remit.testing import study_text
from remit.views.json.explanation_page import explanation_page
from remit.views.terminal.screenings import explanation_text

CUT = date(2024, 6, 30)
DAILY = [dosage(quantity(10, "mg"))]
PRESSURE = observation(
    "bp",
    code=coded(LOINC, "85354-9"),
    component=[
        {"code": coded(LOINC, "8480-6"), "valueQuantity": quantity(120, "mm[Hg]")},
        {"code": coded(LOINC, "8462-4"), "valueQuantity": quantity(80, "mm[Hg]")},
    ],
)


def imported(folder: Path, found: SourceTables, *, pseudonyms: KeyFile | None = None) -> Facts:
    choices = IntakeChoices("export", data_cut=CUT, pseudonyms=pseudonyms)
    facts, report = write_intake(folder / "out", found, choices)
    assert [table.table for table in report.tables if table.unaccounted] == []
    return facts


def references(facts: Facts) -> Mapping[tuple[str, int], str]:
    return references_of(facts.rows(NAME))


def given(folder: Path, *resources: Mapping[str, object]) -> Facts:
    folder.mkdir(exist_ok=True)
    return imported(folder, read_here(folder, *resources, data_cut=CUT))


def told(facts: Facts) -> list[tuple[str, str]]:
    """Table and reference of each row, which must be there."""
    assert [f for f in check_dataset(facts) if f.severity == "error"] == []
    return sorted((table, reference) for (table, _), reference in references(facts).items())


def test_each_row_tells_of_its_resource(tmp_path: Path) -> None:
    lab_test = observation(valueQuantity=quantity(0.8))
    facts = given(tmp_path, condition(), lab_test, PRESSURE)
    # A resource of two values is behind two rows.
    assert told(facts) == [
        ("condition_occurrence", "Condition/c1"),
        ("measurement", "Observation/bp"),
        ("measurement", "Observation/bp"),
        ("measurement", "Observation/o1"),
    ]


def test_an_entry_without_an_id_is_called_by_its_address(tmp_path: Path) -> None:
    nameless = {key: value for key, value in condition().items() if key != "id"}
    text = (
        b'{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:uuid:%s",'
        % (b"0b6b1d34-7f05-4f26-9a6c-1c7e8b7f0a11")
        + b'"resource":%s}]}' % lines(nameless).strip()
    )
    files = {"a.ndjson": lines(PATIENT, nameless), "b.json": text}
    facts = imported(tmp_path, read_here(tmp_path, files=files, data_cut=CUT))
    # Of two that say the same one has neither an id nor an address: nothing is told of it.
    assert facts.rows("condition_occurrence").num_rows == 2
    assert told(facts) == [
        ("condition_occurrence", "urn:uuid:0b6b1d34-7f05-4f26-9a6c-1c7e8b7f0a11")
    ]


def test_a_resource_that_is_left_out_is_told_of_nowhere(tmp_path: Path) -> None:
    early = condition("c2", onsetDateTime="1980-01-01")  # before birth: on an unknown day
    newer = condition("c3", meta={"versionId": "2"}, onsetDateTime="2021-01-01")
    older = condition("c3", meta={"versionId": "1"})
    facts = given(tmp_path, early, older, newer)
    assert told(facts) == [
        ("condition_occurrence", "Condition/c2"),
        ("condition_occurrence", "Condition/c3"),
    ]


def test_a_dose_tells_of_its_prescription_until_it_is_made_of_several(tmp_path: Path) -> None:
    one = request(dosageInstruction=DAILY)
    alone = given(tmp_path / "one", one)
    assert told(alone) == [
        ("dose_era", "MedicationRequest/m1"),
        ("drug_exposure", "MedicationRequest/m1"),
    ]
    # Two that overlap are cut into days and added up: no one resource says the sum.
    other = request("m2", dosageInstruction=[dosage(quantity(5, "mg"))], authoredOn="2023-01-20")
    both = given(tmp_path / "two", one, other)
    assert both.rows("dose_era").num_rows == 3
    assert [table for table, _ in told(both)] == ["drug_exposure", "drug_exposure"]
    # One that follows with another dose touches nothing of the one before.
    after = request("m3", dosageInstruction=[dosage(quantity(5, "mg"))], authoredOn="2023-02-09")
    taper = given(tmp_path / "next", one, after)
    assert [name for table, name in told(taper) if table == "dose_era"] == [
        "MedicationRequest/m1",
        "MedicationRequest/m3",
    ]


def test_under_pseudonyms_no_reference_is_kept(tmp_path: Path) -> None:
    found = read_here(tmp_path, condition(), data_cut=CUT)
    assert rows_of(found, NAME)
    key = open_key(tmp_path / "key.json", out=tmp_path / "out")
    facts = imported(tmp_path, found, pseudonyms=key)
    assert facts.rows("condition_occurrence").num_rows == 1
    assert NAME not in facts.manifest.tables
    files = [path.read_bytes() for path in facts.folder.rglob("*") if path.is_file()]
    assert not any(b"Condition/c1" in text for text in files)


def test_rows_that_are_moved_or_doubled_keep_their_reference() -> None:
    rows = pa.table(
        {
            "source_record_id": [1, 2, 3],
            "person_id": [7, 7, 8],
            "fact_table": ["condition_occurrence", "condition_occurrence", "measurement"],
            "fact_id": [10, 11, 10],
            "reference": ["a", "b", "c"],
        },
        schema=TABLES[NAME].schema,
    )
    old, new = np.array([11, 10], np.int64), np.array([50, 51], np.int64)
    found = with_moved_rows(rows, [("condition_occurrence", old, "measurement", new)])
    assert references_of(found) == {
        ("condition_occurrence", 10): "a",
        ("condition_occurrence", 11): "b",
        ("measurement", 10): "c",
        ("measurement", 50): "b",
        ("measurement", 51): "a",
    }
    assert found["source_record_id"].to_pylist() == [1, 2, 3, 4, 5]
    assert found["person_id"].to_pylist()[3:] == [7, 7]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"fact_id": 2}, "row unknown"),
        ({"person_id": 2}, "row unknown"),
        ({"fact_table": "study_anchor"}, "no table of records"),
        ({"reference": " "}, "empty reference"),
    ],
)
def test_a_reference_that_cannot_be_is_found(
    tmp_path: Path, change: Mapping[str, object], rule: str
) -> None:
    right = {
        "source_record_id": 1,
        "person_id": 1,
        "fact_table": "measurement",
        "fact_id": 1,
        "reference": "Observation/o1",
    }
    rows = {
        "measurement": table_rows("measurement", lab(1)),
        "person": table_rows("person", person(1, 1990), person(2, 1990)),
    }
    sound = write(tmp_path / "a", **rows, source_record=table_rows(NAME, right))
    assert not [f for f in check_dataset(sound) if f.table == NAME]
    wrong = write(tmp_path / "b", **rows, source_record=table_rows(NAME, {**right, **change}))
    assert [f.rule for f in check_dataset(wrong) if f.table == NAME] == [rule]
    twice = table_rows(NAME, right, {**right, "source_record_id": 2})
    several = write(tmp_path / "c", **rows, source_record=twice)
    assert [f.rule for f in check_dataset(several) if f.table == NAME] == [
        "two references for one row"
    ]


def test_an_explanation_names_the_resource(tmp_path: Path) -> None:
    lab_test = observation(valueQuantity=quantity(0.8))
    found = read_here(tmp_path, lab_test, data_cut=CUT)
    dated = {**found.tables, "study_anchor": _screened(found.persons)}
    facts = imported(tmp_path, replace(found, tables=dated))
    text = study_text({"A": "latest creatinine in [screening - 2 years, screening] > 5 mg/dL"})
    explained = explain_in_dataset(read_protocol_text(text, source="test"), facts, 1)
    console = Console(width=200, no_color=True)
    with console.capture() as capture:
        console.print(explanation_text(explained))
    assert "(Observation/o1)" in capture.get()
    (finding,) = explanation_page(explained).findings
    assert {item.reference for leaf in finding.leaves for item in leaf.evidence} == {
        "Observation/o1"
    }


def _screened(persons: PersonNumbers) -> pa.Table:
    (number,) = persons.numbers.values()
    return table_rows(
        "study_anchor",
        {
            "person_id": number,
            "study": "TEST",
            "anchor": "screening",
            "anchor_date": date(2024, 5, 1),
        },
    )


def test_a_dataset_without_the_table_has_no_file_of_it(tmp_path: Path) -> None:
    facts = write(tmp_path / "a", **tables_with())
    assert NAME not in facts.manifest.tables
    assert references(facts) == {}


def test_a_row_of_a_trial_is_called_by_its_domain_and_number(tmp_path: Path) -> None:
    result = {"LBORRES": "0.9", "LBORRESU": "mg/dL", "LBDTC": "2024-03-01", "LBSPEC": "SERUM"}
    test = {"LBTESTCD": "CREAT", "LBTEST": "Creatinine", **result}
    found = read_rows(
        {
            "LB": [{**test, "LBSEQ": "12"}, {**test, "LBDTC": "2024-03-02"}],
            "AE": [{"AETERM": "Headache", "AESTDTC": "2024-03-01", "AESEQ": "3"}],
        }
    )
    # A row without a number is called nothing; one of AE is a condition and an adverse event.
    assert told(imported(tmp_path, found)) == [
        ("adverse_event", "AE/3"),
        ("condition_occurrence", "AE/3"),
        ("measurement", "LB/12"),
    ]

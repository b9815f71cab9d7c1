"""Resources AdverseEvent: what each element says, and what leaves one out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from facts.intake.fhir.fhir_examples import PATIENT, condition, lines, read_here, rows_of, written
from remit.cli import main
from remit.facts.adverse_events import read_adverse_events
from remit.facts.dictionary import packaged_dictionary
from remit.facts.intake.fhir.fhir_tables import read_fhir
from remit.facts.opened import open_facts
from remit.facts.vocabulary.code_book import ListedCodes

EVENT: Mapping[str, object] = {
    "resourceType": "AdverseEvent",
    "id": "ae1",
    "actuality": "actual",
    "subject": {"reference": "Patient/p1"},
    "event": {
        "coding": [
            {"system": "http://snomed.info/sct", "code": "4740000", "display": "Herpes zoster"}
        ],
        "text": "shingles on the back",
    },
    "date": "2024-03-05T10:00:00+01:00",
    "seriousness": {"coding": [{"code": "non-serious"}]},
    "severity": {"coding": [{"code": "moderate"}]},
    "outcome": {"coding": [{"code": "resolved"}]},
    "suspectEntity": [
        {
            "instance": {"reference": "Medication/m1"},
            "causality": [{"assessment": {"coding": [{"code": "Possible"}]}}],
        }
    ],
}


def coded(code: str) -> dict[str, object]:
    return {"coding": [{"code": code}]}


def causes(*codes: str) -> list[dict[str, object]]:
    return [
        {"instance": {"reference": "Medication/m1"}, "causality": [{"assessment": coded(code)}]}
        for code in codes
    ]


def test_each_element_is_a_column(tmp_path: Path) -> None:
    found = read_here(tmp_path, EVENT)
    (row,) = rows_of(found, "adverse_event")
    said = {name: value for name, value in row.items() if name != "adverse_event_concept_id"}
    assert said == {
        "adverse_event_id": 1,
        "person_id": 1,
        "start_date": date(2024, 3, 5),
        "end_date": None,
        "term": "Herpes zoster",
        "body_system": None,
        "reported_term": "shingles on the back",
        "severity": "moderate",
        "grade": None,
        "serious": False,
        "related": True,
        "causality": "Possible",
        "action": None,
        "outcome": "resolved",
        "treatment_emergent": None,
    }
    assert found.reads["adverse_event"] == ("AdverseEvent", 1)
    told = [one for one in rows_of(found, "source_record") if one["fact_table"] == "adverse_event"]
    assert [one["reference"] for one in told] == ["AdverseEvent/ae1"]


# The value sets of R4: seriousness, outcome, and causality assessment (WHO-UMC).
@pytest.mark.parametrize(
    ("change", "column", "expected"),
    [
        ({"seriousness": coded("Serious")}, "serious", True),
        ({"seriousness": coded("unsure")}, "serious", None),
        ({"outcome": coded("fatal")}, "outcome", "fatal"),
        ({"suspectEntity": causes("Unlikely")}, "related", None),
        ({"suspectEntity": causes("Unlikely", "Certain")}, "related", True),
        ({"suspectEntity": causes("Unlikely", "Certain")}, "causality", "Unlikely; Certain"),
        ({"suspectEntity": causes("Probably-Likely")}, "related", True),
        ({"suspectEntity": causes("Not-Related")}, "related", False),
        ({"suspectEntity": causes("Not-Related", "Unassessable-Unclassifiable")}, "related", None),
        ({"suspectEntity": []}, "related", None),
        ({"event": {"text": "rash"}}, "term", None),
        ({"event": {"text": "rash"}}, "reported_term", "rash"),
        ({"event": {}, "description": "fell"}, "reported_term", "fell"),
        ({"date": "2024-13-40"}, "start_date", None),
        ({"date": None, "detected": "2024-03-09"}, "start_date", None),
    ],
)
def test_what_an_element_says(
    tmp_path: Path, change: Mapping[str, object], column: str, expected: object
) -> None:
    told = {name: value for name, value in {**EVENT, **change}.items() if value is not None}
    (row,) = rows_of(read_here(tmp_path, told), "adverse_event")
    assert row[column] == expected


def test_a_month_is_a_span_of_days(tmp_path: Path) -> None:
    found = read_here(tmp_path, {**EVENT, "date": "2024-02"}, data_cut=date(2024, 12, 31))
    (row,) = rows_of(found, "adverse_event")
    (span,) = [r for r in rows_of(found, "imprecise_date") if r["fact_table"] == "adverse_event"]
    assert (span["fact_id"], span["date_column"]) == (row["adverse_event_id"], "start_date")
    assert (span["first_date"], span["last_date"]) == (date(2024, 2, 1), date(2024, 2, 29))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"actuality": "potential"}, "it was only possible, as its actuality says"),
        ({"actuality": "perhaps"}, "an actuality that R4 does not have"),
        ({"event": {}}, "no event: nothing says what it was"),
        ({"subject": {"reference": "Patient/p2"}}, "its patient is not among the data"),
        ({"subject": {"reference": "Group/g"}}, "about no patient"),
        ({"event": "rash"}, "event is not an object"),
    ],
)
def test_what_is_left_out_is_counted(
    tmp_path: Path, change: Mapping[str, object], reason: str
) -> None:
    found = read_here(tmp_path, {**EVENT, **change})
    assert rows_of(found, "adverse_event") == []
    (left,) = found.left_out["adverse_event"]
    assert (left.rows, reason in left.reason) == (1, True)
    assert found.reads["adverse_event"][1] == 1


def test_the_newest_version_counts(tmp_path: Path) -> None:
    old = {**EVENT, "meta": {"versionId": "1"}, "severity": coded("mild")}
    new = {**EVENT, "meta": {"versionId": "2"}}
    found = read_here(tmp_path, new, old)
    (row,) = rows_of(found, "adverse_event")
    assert row["severity"] == "moderate"
    assert sum(left.rows for left in found.left_out["adverse_event"]) == 1


def test_other_processes_read_the_same(tmp_path: Path) -> None:
    dictionary = packaged_dictionary()
    files = {
        f"{number}.ndjson": lines(
            *([PATIENT] if number == 0 else []),
            condition(f"c{number}"),
            {**EVENT, "id": f"ae{number}", "date": f"2024-03-{number + 1:02}"},
        )
        for number in range(6)
    }
    folder = written(tmp_path / "export", files)
    alone, beside = (
        read_fhir([folder], book=ListedCodes(dictionary), dictionary=dictionary, readers=readers)
        for readers in (0, 2)
    )
    assert rows_of(beside, "adverse_event") == rows_of(alone, "adverse_event")
    assert len(rows_of(alone, "adverse_event")) == 6


def test_an_import_accounts_for_each_and_cuts_behind_the_last(tmp_path: Path) -> None:
    """The last record is an adverse event: the data reach up to it."""
    later = {**EVENT, "id": "ae2", "date": "2031-01-01"}
    undated = {name: value for name, value in {**EVENT, "id": "ae3"}.items() if name != "date"}
    folder = written(tmp_path / "e", {"all.ndjson": lines(PATIENT, EVENT, later, undated)})
    words = ["facts", "import", "fhir", str(folder), "--out", str(tmp_path / "out")]
    ran = CliRunner().invoke(main, words)
    assert ran.exit_code == 0, ran.output
    with open_facts(tmp_path / "out") as facts:
        assert facts.data_cut == date(2031, 1, 1)
        found = read_adverse_events(facts)
    assert found is not None
    assert sorted(map(str, found.start)) == ["2024-03-05", "2031-01-01", "NaT"]
    report = json.loads((tmp_path / "out" / "import_report.json").read_bytes())
    (told,) = [table for table in report["tables"] if table["table"] == "adverse_event"]
    assert (told["read"], told["written"], told["unaccounted"]) == (3, 3, 0)


def test_without_such_resources_nobody_says_that_there_were_none(tmp_path: Path) -> None:
    found = read_here(tmp_path, condition("c1"))
    assert "adverse_event" not in found.reads

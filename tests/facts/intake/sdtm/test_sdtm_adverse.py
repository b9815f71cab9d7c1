"""Rows of AE as adverse events: what is written, what is left out, and what pseudonyms leave."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from facts.intake.sdtm.sdtm_rows_given import PERSON, only_row, read_rows
from remit.cli import main
from remit.facts.adverse_events import NO, UNKNOWN, YES, AdverseEvents, read_adverse_events
from remit.facts.event_words import is_fatal
from remit.facts.intake.sdtm.sdtm_map import SdtmMap, TermUse
from remit.facts.opened import Facts, open_facts

ZOSTER = {
    "AESEQ": "1",
    "AETERM": "shingles on the back",
    "AEDECOD": "Herpes zoster",
    "AEBODSYS": "Infections and infestations",
    "AESTDTC": "2024-03-05",
    "AEENDTC": "2024-03-20",
    "AESEV": "MODERATE",
    "AETOXGR": "2",
    "AESER": "N",
    "AEREL": "POSSIBLE",
    "AEACN": "DRUG INTERRUPTED",
    "AEOUT": "RECOVERED/RESOLVED",
}
LAST = {"SVSTDTC": "2024-12-31"}  # the last day of the data
BESIDE = {"RDOMAIN": "AE", "IDVAR": "AESEQ", "IDVARVAL": "1"}


def test_a_row_is_an_event_and_a_condition() -> None:
    found = read_rows({"AE": [ZOSTER], "SV": [LAST]})
    row = only_row(found, "adverse_event")
    assert row == {
        "adverse_event_id": 1,
        "person_id": 1,
        "adverse_event_concept_id": 0,
        "start_date": date(2024, 3, 5),
        "end_date": date(2024, 3, 20),
        "term": "Herpes zoster",
        "body_system": "Infections and infestations",
        "reported_term": "shingles on the back",
        "severity": "MODERATE",
        "grade": 2,
        "serious": False,
        "related": True,
        "causality": "POSSIBLE",
        "action": "DRUG INTERRUPTED",
        "outcome": "RECOVERED/RESOLVED",
        "treatment_emergent": None,
    }
    assert only_row(found, "condition_occurrence")["condition_start_date"] == date(2024, 3, 5)
    assert found.reads["adverse_event"] == ("AE.xpt", 1)


@pytest.mark.parametrize(
    ("change", "column", "expected"),
    [
        ({"AESEV": "SEVERE", "AETOXGR": ""}, "grade", None),  # a severity is no grade
        ({"AETOXGR": "7"}, "grade", None),
        ({"AETOXGR": "GRADE 4"}, "grade", 4),
        ({"AESER": "U"}, "serious", None),
        ({"AEREL": "REMOTE"}, "related", None),
        ({"AEREL": "REMOTE"}, "causality", "REMOTE"),
        ({"AEREL": "NOT RELATED"}, "related", False),
        ({"AEDECOD": "UNCODED"}, "term", None),
        ({"AEBODSYS": "", "AESOC": "Investigations"}, "body_system", "Investigations"),
        ({"AEOUT": "", "AESDTH": "Y"}, "outcome", "FATAL"),
        ({"AEOUT": "UNKNOWN", "AESDTH": "Y"}, "outcome", "UNKNOWN; FATAL"),
        ({"AEENDTC": "", "AEENRTPT": "ONGOING", "AEENTPT": "2024-04-01"}, "end_date", None),
    ],
)
def test_what_a_variable_says(change: Mapping[str, str], column: str, expected: object) -> None:
    """SDTM Implementation Guide 3.4, AE, and the codelists NY, ACN and OUT."""
    found = read_rows({"AE": [{**ZOSTER, **change}], "SV": [LAST]})
    assert only_row(found, "adverse_event")[column] == expected


def test_qualifiers_of_the_supplement_are_read() -> None:
    rows = [{**ZOSTER, "AEACN": "MULTIPLE"}, {**ZOSTER, "AESEQ": "2"}]
    beside = [
        {**BESIDE, "QNAM": "AETRTEM", "QVAL": "Y"},
        {**BESIDE, "QNAM": "AEACN1", "QVAL": "DOSE REDUCED"},
        {**BESIDE, "QNAM": "AEACN2", "QVAL": "DRUG WITHDRAWN"},
        {**BESIDE, "IDVARVAL": "2", "QNAM": "AETRTEM", "QVAL": "N"},
    ]
    found = read_rows({"AE": rows, "SUPPAE": beside, "SV": [LAST]})
    first, second = found.tables["adverse_event"].to_pylist()
    assert (first["treatment_emergent"], second["treatment_emergent"]) == (True, False)
    assert first["action"] == "DOSE REDUCED; DRUG WITHDRAWN"


def test_rows_that_say_of_nothing_that_it_happened_are_left_out_and_counted() -> None:
    rows = [
        ZOSTER,
        ZOSTER,  # once more
        {**ZOSTER, "AESEQ": "2", "AEOCCUR": "N"},
        {**ZOSTER, "AESEQ": "3", "AEOCCUR": "U"},
        {**ZOSTER, "AESEQ": "4", "AESTAT": "NOT DONE"},
        {**ZOSTER, "AESEQ": "5", "USUBJID": "nobody"},
    ]
    found = read_rows({"AE": rows, "SV": [LAST]})
    assert found.tables["adverse_event"].num_rows == 1
    left = {item.reason: (item.rows, item.fate) for item in found.left_out["adverse_event"]}
    assert left == {
        "AE: says all of another row again": (1, "merged"),
        "AE: it did not occur, as its row says": (1, "not_read"),
        "AE: nobody says whether it occurred": (2, "refused"),
        "AE: the person is not in DM": (1, "refused"),
    }
    assert found.reads["adverse_event"][1] == len(rows)


def test_a_term_that_criteria_need_not_know_is_an_event_still() -> None:
    ignored = SdtmMap(terms={"AE": {"HERPES ZOSTER": TermUse(ignore=True)}})
    found = read_rows({"AE": [ZOSTER], "SV": [LAST]}, sdtm_map=ignored)
    assert found.tables["adverse_event"].num_rows == 1
    assert "condition_occurrence" not in found.tables


def written(folder: Path, rows: Sequence[Mapping[str, str]], *more: str) -> Facts:
    """The dataset that an import of some rows of AE writes."""
    source = folder / "study"
    source.mkdir()
    columns = list(dict.fromkeys(("USUBJID", *ZOSTER, *(name for row in rows for name in row))))
    for name, heads, content in (
        ("dm", [*PERSON], [PERSON]),
        ("ae", columns, [{"USUBJID": "P1", **row} for row in rows]),
        ("sv", ["USUBJID", *LAST], [{"USUBJID": "P1", **LAST}]),
    ):
        with (source / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, heads, restval="")
            writer.writeheader()
            writer.writerows(content)
    words = ["facts", "import", "sdtm", str(source), "--out", str(folder / "out"), *more]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    return open_facts(folder / "out")


def read(facts: Facts) -> AdverseEvents:
    found = read_adverse_events(facts)
    assert found is not None
    return found


def test_an_empty_dataset_of_events_says_that_nobody_had_one(tmp_path: Path) -> None:
    with written(tmp_path, []) as facts:
        assert len(read(facts)) == 0
        report = json.loads((tmp_path / "out" / "import_report.json").read_bytes())
    (told,) = [table for table in report["tables"] if table["table"] == "adverse_event"]
    assert (told["read"], told["written"], told["unaccounted"]) == (0, 0, 0)


def test_events_without_a_day_and_after_the_cut(tmp_path: Path) -> None:
    rows = [
        {**ZOSTER, "AESTDTC": "2024-13-40", "AEENDTC": ""},
        {**ZOSTER, "AESEQ": "2", "AESTDTC": "2024-03", "AEENDTC": ""},
        {**ZOSTER, "AESEQ": "3", "AESTDTC": "2025-03-01", "AEENDTC": ""},
    ]
    with written(tmp_path, rows, "--data-cut", "2024-12-31") as facts:
        found = read(facts)
        days = [
            (str(one), str(two)) for one, two in zip(found.first_day, found.last_day, strict=True)
        ]
        assert days == [("1980-01-15", "2024-12-31"), ("2024-03-01", "2024-03-31")]
        assert [str(day) for day in found.start] == ["NaT", "NaT"]
    report = json.loads((tmp_path / "out" / "import_report.json").read_bytes())
    (told,) = [table for table in report["tables"] if table["table"] == "adverse_event"]
    assert (told["read"], told["written"], told["unaccounted"]) == (3, 2, 0)


def test_pseudonyms_leave_codelists_and_terms_of_a_dictionary_alone(tmp_path: Path) -> None:
    rows = [
        ZOSTER,
        {**ZOSTER, "AESEQ": "2", "AEDECOD": "", "AETERM": "Mrs Miller fell at 3 Elm Street"},
        {**ZOSTER, "AESEQ": "3", "AEDECOD": "Mrs Miller fell", "AEBODSYS": "her own class"},
        {
            **ZOSTER,
            "AESEQ": "4",
            "AESEV": "as Dr Li said",
            "AEREL": "Dr Li doubts it",
            "AEACN": "DRUG WITHDRAWN; by Dr Li",
            "AEOUT": "moved to Dr Li",
        },
    ]
    key = tmp_path / "key.json"
    with written(tmp_path, rows, "--pseudonyms", str(key)) as facts:
        found = read(facts)
        said = repr(facts.rows("adverse_event").to_pylist())
    assert not any(word in said for word in ("shingles", "Miller", "Elm", "Dr Li", "her own"))
    assert sorted(found.term.tolist()) == ["(withheld)"] * 2 + ["Herpes zoster"] * 2
    assert sorted(found.body_system.tolist())[0] == "(withheld)"
    assert sorted(found.withdrawn.tolist()) == [NO, NO, NO, YES]
    # The answer was read of the word before that was withheld.
    assert sorted(found.related.tolist()) == [UNKNOWN, YES, YES, YES]
    moved = {str(day) for day in found.start} | {str(day) for day in found.end}
    assert "2024-03-05" not in moved
    assert {
        int((two - one).astype(int)) for one, two in zip(found.start, found.end, strict=True)
    } == {15}


@pytest.mark.parametrize(
    ("outcome", "fatal"),
    [("", YES), ("FATAL", YES), ("UNKNOWN", YES), ("NOT RECOVERED/NOT RESOLVED", UNKNOWN)],
)
def test_a_death_beside_another_outcome_is_not_a_no(outcome: str, fatal: int) -> None:
    """SDTMIG 3.4, AE: AESDTH says that the event resulted in death, whatever AEOUT says."""
    found = read_rows({"AE": [{**ZOSTER, "AEOUT": outcome, "AESDTH": "Y"}], "SV": [LAST]})
    word = only_row(found, "adverse_event")["outcome"]
    assert isinstance(word, str)
    assert is_fatal(word) is {YES: True, UNKNOWN: None}[fatal]

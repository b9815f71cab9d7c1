"""Answers of a REDCap project that say neither yes nor no, and what an export may lack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from facts.intake.clinic_rows import column
from facts.intake.imported_answers import answer
from facts.intake.redcap.redcap_project import (
    COLUMNS_OF_RECORDS,
    FIELDS,
    MAP,
    RECORDS,
    field,
    read_project,
)
from remit.errors import DatasetError
from remit.facts.intake.dataset.handed_over import SourceTables
from remit.facts.intake.redcap.redcap_sheets import NOT_SAID, OPEN

ASKED = (
    field("had_sle", "demographics", "radio", choices="1, Yes | 0, No | 9, Not known"),
    field("sle_day", "demographics", validation="date_ymd"),
)
SAID = '[fields.had_sle]\nconcept = "sle"\nyes = ["1"]\nno = ["0"]\ndate = "sle_day"\n'
# With each box mapped, so that the table hangs on the question alone.
WHOLE = MAP.replace(
    '"2" = { concept = "lupus', '"-9" = { ignore = true }\n"2" = { concept = "lupus'
)
TABLE = "condition_occurrence"
SLE = 257628  # OMOP: systemic lupus erythematosus


def _read(
    folder: Path,
    cells: Mapping[str, str],
    *,
    said: str = SAID,
    columns: Sequence[str] = COLUMNS_OF_RECORDS,
) -> SourceTables:
    named = (*columns, *(name for name in cells if name not in COLUMNS_OF_RECORDS))
    other = {**RECORDS[4], "had_sle": "0"}  # asked too
    records = ({**RECORDS[0], **cells}, *RECORDS[1:4], other, *RECORDS[5:])
    return read_project(
        folder, WHOLE + said, fields=(*FIELDS, *ASKED), records=records, columns=named
    )


@pytest.mark.parametrize(
    ("answer", "said", "word"),
    [
        ("1", SAID, "had_sle: had_sle"),
        ("0", SAID, None),
        ("9", SAID, "had_sle = 9 (Not known)"),
        ("0", SAID.replace('no = ["0"]\n', ""), "had_sle = 0 (No)"),
    ],
)
def test_an_answer_that_is_neither_yes_nor_no_is_a_record_that_nobody_understood(
    tmp_path: Path, answer: str, said: str, word: str | None
) -> None:
    found = _read(tmp_path, {"had_sle": answer, "sle_day": "2023-01-01"}, said=said)
    words = column(found.tables[TABLE], "condition_source_value")
    codes = column(found.tables[TABLE], "condition_concept_id")
    about = [(w, c) for w, c in zip(words, codes, strict=True) if str(w).startswith("had_sle")]
    is_open = word is not None and "=" in word
    assert len(about) == (word is not None)
    assert all((code == SLE) is not is_open for _, code in about)
    assert (TABLE in (found.resolved or ())) is not is_open


@pytest.mark.parametrize(("answer", "reason"), [("9", OPEN), ("0", NOT_SAID)])
def test_an_open_answer_without_a_day_keeps_its_table_open(
    tmp_path: Path, answer: str, reason: str
) -> None:
    found = _read(tmp_path, {"had_sle": answer, "sle_day": ""})
    assert [
        (item.reason, item.rows) for item in found.left_out[TABLE] if item.reason == reason
    ] == [(reason, 1 + (reason == NOT_SAID))]  # the other patient said no
    assert (TABLE in (found.resolved or ())) is (reason == NOT_SAID)
    _, read = found.reads[TABLE]
    words = column(found.tables[TABLE], "condition_source_value")
    in_doubt = words.count(None)  # beside the row that says it
    assert in_doubt == (reason == OPEN)
    rows = found.tables[TABLE].num_rows - in_doubt
    assert read == rows + sum(i.rows for i in found.left_out[TABLE])


def test_a_table_is_whole_only_where_the_export_has_each_field_of_it(tmp_path: Path) -> None:
    answered = {"had_sle": "0", "sle_day": ""}
    assert TABLE in (_read(tmp_path, answered).resolved or ())
    without = [name for name in COLUMNS_OF_RECORDS if name != "history___2"]
    found = _read(tmp_path, answered, columns=without)
    assert TABLE not in (found.resolved or ())
    assert any("fields of the map that the export lacks: history" in n for n in found.notes)
    assert TABLE not in (_read(tmp_path, {}).resolved or ())


@pytest.mark.parametrize(("tick", "is_whole"), [("1", False), ("0", True)])
def test_a_ticked_box_that_the_dictionary_does_not_know_is_in_doubt(
    tmp_path: Path, tick: str, is_whole: bool
) -> None:
    answered = {"had_sle": "0", "sle_day": "", "history____77": tick}
    assert (TABLE in (_read(tmp_path, answered).resolved or ())) is is_whole


def test_an_answer_is_not_yes_and_no(tmp_path: Path) -> None:
    with pytest.raises(DatasetError) as caught:
        _read(tmp_path, {"had_sle": "1", "sle_day": ""}, said=SAID.replace('["0"]', '["0", "1"]'))
    assert "an answer is yes or no: 1" in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "choices"),
    [
        ("checkbox", "A, definite | a, none"),
        ("checkbox", "1.5, half | 1-5, range"),
        ("radio", "1, Yes | 1, No"),
    ],
)
def test_choices_that_an_export_cannot_tell_apart_are_refused(
    tmp_path: Path, kind: str, choices: str
) -> None:
    fields = (*FIELDS, field("two", "demographics", kind, choices=choices))
    with pytest.raises(DatasetError, match="one code, or one column"):
        read_project(tmp_path, fields=fields)


# A code for missing data says that the answer is missing (REDCap, "Missing Data Codes").
@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        ({"had_sle": "0", "sle_day": ""}, "not_met"),
        ({"had_sle": "", "sle_day": ""}, "unknown(code_unresolved)"),
        ({"had_sle": "9", "sle_day": ""}, "unknown(code_unresolved)"),
        ({"had_sle": "-99", "sle_day": ""}, "unknown(code_unresolved)"),
        ({"had_sle": "9", "sle_day": "2023-12-01"}, "unknown(code_unresolved)"),
        ({"had_sle": "1", "sle_day": "2023-12-01"}, "met"),
    ],
)
def test_an_open_answer_is_no_absence(
    tmp_path: Path, cells: Mapping[str, str], wanted: str
) -> None:
    asked_one = {**RECORDS[0], "history___1": "0", "history___2": "0", **cells}
    other = {**RECORDS[4], "history___1": "1"}  # so that the code occurs
    found = read_project(
        tmp_path,
        WHOLE + SAID,
        fields=(*FIELDS, *ASKED),
        records=(asked_one, *RECORDS[1:4], other),
        columns=(*COLUMNS_OF_RECORDS, "had_sle", "sle_day"),
    )
    asked = "any sle in [screening - 1 year, screening]"
    first = found.persons.numbers[RECORDS[0]["record_id"]]
    assert answer(tmp_path, found, asked, complete=(TABLE,), person=first) == wanted


# "Checkboxes are never blank, they are not selected" (RDCRN, How do I reference checkbox fields in
# logic): 0 stands for what was not ticked, not shown, and not filled in.
FORM = (
    field("record_id", "entry"),
    field("dob", "entry", validation="date_ymd"),
    field("seen_from", "entry", validation="date_ymd"),
    field("seen_to", "entry", validation="date_ymd"),
    field("dx", "history", "checkbox", choices="1, SLE | 2, Other"),
    field("dx_day", "history", validation="date_ymd"),
    field("smoker", "history", "yesno"),
    field("drug", "drugs", "dropdown", choices="1, Prednisone"),
    field("drug_from", "drugs", validation="date_ymd"),
    field("drug_to", "drugs", validation="date_ymd"),
    field("drug_dose", "drugs", validation="number"),
)
FORM_MAP = """
kind = "remit.redcap_map"
version = 1
missing = ["UNK"]
[person]
birth = "dob"
[observed]
start = "seen_from"
end = { column = "seen_to", empty = "ongoing" }
[fields.dx]
date = "dx_day"
[fields.dx.names]
"1" = { concept = "sle" }
"2" = { ignore = true }
[fields.drug]
date = "drug_from"
end = { column = "drug_to", empty = "ongoing" }
dose = { column = "drug_dose", per = "day" }
dose_unit = "mg"
[fields.drug.names]
"1" = { concept = "prednisone" }
"""
ENTRY = {"dob": "1980-01-15", "seen_from": "2010-01-01"}
OPEN_BOXES = {"dx___1": "0", "dx___2": "0"}
SICK = {"record_id": "P2", **ENTRY, "dx___1": "1", "dx___2": "0", "dx_day": "2012-01-01"}
COLUMNS = (
    *("record_id", "redcap_repeat_instrument", "redcap_repeat_instance", "dob", "seen_from"),
    *("seen_to", "dx___1", "dx___2", "dx____99", "dx_day", "smoker", "history_complete"),
    *("drug", "drug_from", "drug_to", "drug_dose"),
)
OF_SLE = "any sle in [screening - 10 years, screening]"


def _asked(
    folder: Path, expression: str, *rows: Mapping[str, str], branching: str = ""
) -> tuple[str, SourceTables]:
    fields = [{**one, "branching_logic": branching * (one["field_name"] == "dx")} for one in FORM]
    records = [{"record_id": "P1", **row} for row in rows]
    found = read_project(folder, FORM_MAP, fields=fields, records=[*records, SICK], columns=COLUMNS)
    return answer(folder, found, expression), found


@pytest.mark.parametrize(
    ("cells", "branching", "wanted"),
    [
        ({**OPEN_BOXES, "smoker": "0"}, "", "not_met"),
        ({**OPEN_BOXES, "history_complete": "2"}, "", "not_met"),
        ({"dx___1": "1", "dx___2": "0", "dx_day": "2020-01-01"}, "[smoker] = '1'", "met"),
        ({"dx___1": "0", "dx___2": "1", "dx_day": "2020-01-01"}, "[smoker] = '1'", "not_met"),
        (OPEN_BOXES, "", "unknown(code_unresolved)"),
        ({**OPEN_BOXES, "history_complete": "0"}, "", "unknown(code_unresolved)"),
        ({**OPEN_BOXES, "smoker": "0"}, "[smoker] = '1'", "unknown(code_unresolved)"),
        ({**OPEN_BOXES, "smoker": "0", "dx____99": "1"}, "", "unknown(code_unresolved)"),
        ({"smoker": "0"}, "", "unknown(code_unresolved)"),  # an event without the boxes
    ],
)
def test_boxes_of_which_none_is_ticked_say_no_only_where_somebody_was_asked(
    tmp_path: Path, cells: Mapping[str, str], branching: str, wanted: str
) -> None:
    told, found = _asked(tmp_path, OF_SLE, {**ENTRY, **cells}, branching=branching)
    assert told == wanted
    said = "dx: 1 record without an answer"
    assert any(said in note for note in found.notes) is (wanted == "unknown(code_unresolved)")


FILLED = {**ENTRY, **OPEN_BOXES, "smoker": "0"}
DRUG = {
    "redcap_repeat_instrument": "drugs",
    "redcap_repeat_instance": "1",
    "drug": "1",
    "drug_from": "2012-01-01",
    "drug_dose": "20",
}


@pytest.mark.parametrize(
    ("end", "wanted"),
    [
        ("", "not_met"),  # it goes on, as the map says
        ("2013-01-01", "met"),
        ("UNK", "unknown"),
    ],
)
def test_a_last_day_that_is_a_code_for_missing_data_does_not_go_on(
    tmp_path: Path, end: str, wanted: str
) -> None:
    dose = "dose of prednisone at screening <= 7.5 mg/d"
    told, found = _asked(tmp_path, dose, FILLED, {**DRUG, "drug_to": end})
    assert told.startswith(wanted)
    said = "drug: 1 row with a code for missing data as the last day"
    assert any(said in note for note in found.notes) is (end == "UNK")


def test_who_was_watched_until_nobody_knows_when_is_not_watched(tmp_path: Path) -> None:
    told, _ = _asked(tmp_path, OF_SLE, {**FILLED, "seen_to": "UNK"})
    assert told == "unknown(not_covered)"

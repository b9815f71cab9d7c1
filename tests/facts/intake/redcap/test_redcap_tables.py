"""A REDCap project as tables of OMOP: what each part of it becomes, and what is refused.

What an export looks like is what REDCap writes: https://github.com/OuhscBbmc/REDCapR (its test
projects) for events, repeats, `___` and decimal commas; the names of checkbox columns with a minus
sign by https://github.com/CHOP-CGTInformatics/REDCapTidieR/issues/31.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from facts.intake.clinic_rows import column
from facts.intake.redcap.redcap_project import (
    COLUMNS_OF_RECORDS,
    FIELDS,
    MAP,
    RECORDS,
    Row,
    field,
    read_export,
    read_project,
    row,
    written_export,
)
from remit.errors import DatasetError
from remit.facts.concept import Concept
from remit.facts.dictionary import packaged_dictionary
from remit.facts.intake.dataset.handed_over import SourceTables
from remit.facts.intake.draft.draft_redcap import draft_redcap
from remit.facts.intake.redcap.redcap_map import redcap_map_of
from remit.facts.intake.redcap.redcap_sheets import NOT_SAID
from remit.facts.intake.redcap.redcap_tables import read_redcap_files
from remit.facts.tables import FEMALE, MALE


def _concept(name: str) -> Concept:
    return packaged_dictionary().concept(name)


def _rows(found: SourceTables, table: str, *names: str) -> list[tuple[object, ...]]:
    rows = found.tables[table]
    return list(zip(*(column(rows, name) for name in names), strict=True))


def _id(name: str) -> int:
    return next(c.omop for c in _concept(name).codes if c.omop is not None and c.is_verified)


def test_each_kind_of_field_becomes_its_fact(tmp_path: Path) -> None:
    found = read_project(tmp_path)
    assert dict(found.persons.numbers) == {"LN-001": 1, "LN-002": 2}
    assert _rows(
        found, "person", "gender_concept_id", "year_of_birth", "month_of_birth", "day_of_birth"
    ) == [(FEMALE, 1990, 6, 15), (MALE, 1985, 1, 2)]
    assert _rows(
        found, "measurement", "measurement_concept_id", "person_id", "value_as_number"
    ) == [
        (_id("upcr"), 1, Decimal("1.8")),
        (_id("c3"), 1, Decimal("0.62")),
        (_id("hemoglobin"), 1, Decimal("11.2")),
        (_id("slicc_2012"), 1, None),
        (_id("slicc_2012"), 2, None),
        (_id("sledai_2k"), 1, Decimal(8)),
    ]
    assert column(found.tables["measurement"], "value_as_concept_id")[3] == (
        _concept("slicc_2012").values["fulfilled"].omop
    )
    assert _rows(found, "drug_exposure", "drug_exposure_start_date", "drug_exposure_end_date") == [
        (date(2024, 1, 1), date(2024, 6, 30))
    ]
    assert column(found.tables["dose_era"], "dose_value") == [Decimal(20)]
    assert column(found.tables["visit_occurrence"], "visit_start_date") == [
        date(2024, 2, 2),
        date(2024, 3, 1),
    ]
    assert column(found.tables["observation_period"], "observation_period_end_date") == [
        date(2024, 6, 1),
        date(2024, 6, 30),
    ]


def test_a_ticked_box_is_a_record_and_an_open_one_is_none(tmp_path: Path) -> None:
    found = read_project(tmp_path)
    assert _rows(found, "condition_occurrence", "person_id", "condition_source_value") == [
        (1, "history = 1 (SLE)"),
        (1, "history = 2 (Lupus nephritis)"),
        (2, "history = -9 (Other)"),
    ]
    assert column(found.tables["condition_occurrence"], "condition_start_date")[0] == date(
        2021, 3, 4
    )
    # A box that the map does not mention is a record that nobody understood.
    assert "condition_occurrence" not in (found.resolved or ())
    assert [item.written for item in found.not_understood] == [
        "history = -9 (Other)",
        "slicc = 8 (Unsure)",
    ]


def test_named_dates_and_signatures_are_read(tmp_path: Path) -> None:
    found = read_project(tmp_path)
    assert _rows(found, "study_anchor", "person_id", "study", "anchor", "anchor_date") == [
        (1, "NCT06167174", "screening", date(2024, 2, 2)),
        (2, "NCT06167174", "screening", date(2024, 3, 1)),
    ]
    assert _rows(found, "attestation", "person_id", "item", "answer", "signed_by") == [
        (1, "consent", True, "Dr A")
    ]


def test_every_row_and_column_is_accounted_for(tmp_path: Path) -> None:
    records = (*RECORDS, row("LN-003 base"))
    found = read_project(tmp_path, records=records)
    notes = "\n".join(found.notes)
    assert "7 rows of 3 records; of 6 the map reads something, of 1 nothing (row 8)" in notes
    assert "not read, since the dictionary marks them as identifiers: 1 field" in notes
    assert "not read, as codes for missing data: 1 cell in 1 column" in notes
    assert "redcap_data_access_group, demographics_complete, visit_complete" in notes
    assert found.left_out["person"][0].reason == "no birth"
    for table, (_, read) in found.reads.items():
        left = sum(item.rows for item in found.left_out.get(table, ()))
        assert read == found.tables[table].num_rows + left, table
    unmapped = MAP.replace('[fields.c3]\nconcept = "c3"\nunit = "g/L"\n', "")
    said = "\n".join(read_project(tmp_path, unmapped).notes)
    assert "fields that the map does not mention: c3" in said


def test_an_identifier_is_in_no_table(tmp_path: Path) -> None:
    found = read_project(tmp_path)
    said = repr([table.to_pylist() for table in found.tables.values()]) + repr(found.notes)
    assert "Ada" not in said
    with pytest.raises(DatasetError, match="full_name is marked as an identifier"):
        read_project(tmp_path, MAP + '[fields.full_name]\nconcept = "upcr"\nunit = "g/g"\n')
    with pytest.raises(DatasetError, match="dob is marked as an identifier"):
        read_project(tmp_path, MAP.replace('days_marked_identifiers = ["dob"]', ""))
    with pytest.raises(DatasetError, match="full_name holds no days"):
        read_project(tmp_path, MAP.replace('["dob"]', '["dob", "full_name"]'))


def test_ids_that_identify_need_pseudonyms(tmp_path: Path) -> None:
    fields = (field("record_id", "demographics", identifier="y"), *FIELDS[1:])
    with pytest.raises(DatasetError, match="--pseudonyms"):
        read_project(tmp_path, fields=fields)
    export = read_redcap_files(*written_export(tmp_path, fields=fields))
    assert read_export(export, pseudonyms=True).tables["person"].num_rows == 2


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^"])
@pytest.mark.parametrize("web", [False, True])
def test_both_headers_and_every_delimiter_are_read(
    tmp_path: Path, web: bool, delimiter: str
) -> None:
    found = read_project(tmp_path, web=web, delimiter=delimiter)
    assert found.tables["measurement"].num_rows == 6


def test_a_field_stands_once_for_its_repeats(tmp_path: Path) -> None:
    # The blood pressure form repeats; its day stands on the visit's row of the same event.
    fields = (*FIELDS, field("weight", "pressure", validation="number", note="kg"))
    more = (
        row("LN-001 v1 pressure 1", weight="60"),
        row("LN-001 v1 pressure 2", weight="61"),
        row("LN-001 base pressure 1", weight="62"),
    )
    text = MAP + '[fields.weight]\nconcept = "weight"\nunit = "kg"\ndate = "visit_date"\n'
    columns = (*COLUMNS_OF_RECORDS, "weight")
    with pytest.raises(DatasetError) as refused:
        read_project(tmp_path, text, fields=fields, records=(*RECORDS, *more), columns=columns)
    assert "no day can be read in the column visit_date" in str(refused.value)
    assert str(refused.value.place) == "records.csv, weight:10"
    found = read_project(
        tmp_path, text, fields=fields, records=(*RECORDS, *more[:2]), columns=columns
    )
    assert column(found.tables["measurement"], "measurement_date")[-2:] == [date(2024, 2, 2)] * 2
    other = text.replace(
        'date = "visit_date"\n', 'date = { column = "visit_date", event = "v1" }\n', 2
    )
    other = other.replace(
        '[forms.visit]\ndate = { column = "visit_date", event = "v1" }',
        '[forms.visit]\ndate = "visit_date"',
    )
    found = read_project(tmp_path, other, fields=fields, records=(*RECORDS, *more), columns=columns)
    assert column(found.tables["measurement"], "measurement_date")[-1] == date(2024, 2, 2)


def test_an_event_gives_the_day_of_its_rows(tmp_path: Path) -> None:
    text = MAP.replace("[forms.visit]", "[events.v1]")
    assert read_project(tmp_path, text).tables["visit_occurrence"].num_rows == 2
    assert "events of the map of which no row is: v9" in "\n".join(
        read_project(
            tmp_path,
            text.replace("[fields.upcr]", '[events.v9]\ndate = "visit_date"\n[fields.upcr]'),
        ).notes
    )


def test_a_question_of_yes_and_no_is_a_record_only_for_yes(tmp_path: Path) -> None:
    fields = (*FIELDS, field("had_sle", "demographics", "radio", choices="1, Yes | 0, No | 9, ?"))
    records = tuple(
        {**one, "had_sle": answer}
        for one, answer in zip(RECORDS, ("1", "", "", "", "0", ""), strict=True)
    )
    columns = (*COLUMNS_OF_RECORDS, "had_sle")
    text = MAP + (
        '[fields.had_sle]\nconcept = "sle"\nyes = ["1"]\nno = ["0"]\ndate = "history_date"\n'
    )
    found = read_project(tmp_path, text, fields=fields, records=records, columns=columns)
    assert found.tables["condition_occurrence"].num_rows == 4
    (left,) = found.left_out["condition_occurrence"]
    assert (left.reason, left.rows, left.on_purpose) == (NOT_SAID, 1, True)
    with pytest.raises(DatasetError, match="which answers mean that it was there"):
        read_project(
            tmp_path,
            text.replace('yes = ["1"]\n', ""),
            fields=fields,
            records=records,
            columns=columns,
        )


def test_tests_whose_names_are_answers(tmp_path: Path) -> None:
    fields = (
        *FIELDS,
        field("lab", "labs", "dropdown", choices="p, Platelets | x, TSH"),
        field("conc", "labs"),
        field("lab_unit", "labs"),
        field("lab_day", "labs"),
    )
    columns = (*COLUMNS_OF_RECORDS, "lab", "conc", "lab_unit", "lab_day")
    more = (
        row("LN-001 v1 labs 1", lab="p", conc="<150", lab_unit="10^9/L", lab_day="02.02.2024"),
        row("LN-001 v1 labs 2", lab="x", conc="haemolysed", lab_day="02.02.2024"),
    )
    text = MAP + (
        '[fields.lab]\nvalue = "conc"\nunit = { column = "lab_unit" }\n'
        'date = { column = "lab_day", format = "%d.%m.%Y" }\n'
        '[fields.lab.names]\np = { concept = "platelets" }\n'
    )
    found = read_project(tmp_path, text, fields=fields, records=(*RECORDS, *more), columns=columns)
    assert _rows(
        found, "measurement", "value_as_number", "unit_source_value", "value_source_value"
    )[-2:] == [(Decimal(150), "10^9/L", "<150"), (None, None, "haemolysed")]
    with pytest.raises(DatasetError, match="lab_day is not validated as a date: add format"):
        read_project(
            tmp_path,
            text.replace(', format = "%d.%m.%Y"', ""),
            fields=fields,
            records=(*RECORDS, *more),
            columns=columns,
        )


def _changed(place: int, **cells: str) -> tuple[Row, ...]:
    return tuple({**one, **cells} if at == place else one for at, one in enumerate(RECORDS))


@pytest.mark.parametrize(
    ("records", "what"),
    [
        (_changed(0, sex="Female"), "the column sex holds labels in place of codes"),
        (_changed(0, history___1="Checked"), "the column history___1 holds labels"),
        (_changed(0, dob="15/06/1990"), "no day can be read in the column dob"),
        (_changed(0, dob="1990-02-30"), "no day can be read in the column dob"),
        (_changed(1, visit_date="02-02-2024 08:30"), "no day can be read"),
        (_changed(1, visit_date=""), "no day can be read"),
        (_changed(2, drug_start="-99"), "no day can be read in the column drug_start"),
        (_changed(2, drug_stop="2023-01-01"), "is before the start"),
        (_changed(0, consent_by=""), "nobody signed the answer in consented"),
        (_changed(0, consent_date="1"), "no day can be read in the field consent_date"),
        (_changed(1, record_id=""), "the row names no patient"),
        ((*RECORDS, RECORDS[1]), "two rows are of one record, event and instance"),
        (
            (*RECORDS, {**RECORDS[0], "redcap_event_name": "again", "dob": "1990-06-16"}),
            "two rows tell another birth of one person",
        ),
        (tuple({**one, "dob": ""} for one in RECORDS), "nobody has a birth"),
    ],
)
def test_rows_that_cannot_be_read_stop_the_import(
    tmp_path: Path, records: tuple[Row, ...], what: str
) -> None:
    with pytest.raises(DatasetError) as refused:
        read_project(tmp_path, records=records)
    error = refused.value
    assert what in f"{error.what}\n{error.excerpt}"
    assert error.expected
    assert error.next_step


def test_numbers_that_are_none_stay_texts(tmp_path: Path) -> None:
    for text in ("1e400", "neg", "1,8", "NaN", "９"):
        found = read_project(tmp_path, records=_changed(1, upcr=text))
        rows = _rows(found, "measurement", "value_as_number", "value_source_value")
        assert rows[0] == (None, text)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda text: text.replace("record_id,", "patient,", 1), "no column is record_id"),
        (lambda text: text.replace("upcr,c3", "upcr,upcr", 1), "the header 'upcr' stands twice"),
        (lambda text: text + "LN-009," * 60 + "\n", "has no header above it"),
        (lambda text: text + '"LN-009\n', "a quotation mark is not closed"),
        (lambda text: text.replace("LN-001", "LN\x00001", 1), "no text that can be read"),
        (lambda text: "\n", "the sheet has no headers"),
        (lambda text: "", "the sheet has no headers"),
    ],
)
def test_records_that_are_damaged_are_refused(
    tmp_path: Path, change: Callable[[str], str], what: str
) -> None:
    dictionary, records = written_export(tmp_path)
    records.write_text(change(records.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(DatasetError, match=what):
        read_export(read_redcap_files(dictionary, records))


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda text: text.replace("field_name", "name", 1), "no data dictionary of REDCap"),
        (lambda text: text.replace("upcr,visit,,text", "upcr,visit,,magic", 1), "nobody knows"),
        (lambda text: text.replace("\nupcr,", "\nc3,", 1), "the field 'c3' stands twice"),
        (lambda text: text.replace("\nupcr,", "\nU PCR,", 1), "a row names no field"),
        (lambda text: text.split("\n", 1)[0] + "\n", "the dictionary has no fields"),
    ],
)
def test_dictionaries_that_are_none_are_refused(
    tmp_path: Path, change: Callable[[str], str], what: str
) -> None:
    dictionary, records = written_export(tmp_path)
    dictionary.write_text(change(dictionary.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(DatasetError, match=what):
        read_export(read_redcap_files(dictionary, records))


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("remit.redcap_map", "remit.tidy_map", "no map of a REDCap project"),
        ("[person]", "[person", "the map is no TOML"),
        ("[fields.upcr]", "[fields.upccr]", "the dictionary has no field upccr; perhaps upcr"),
        ('concept = "upcr"', 'concept = "upccr"', "upccr"),
        ('unit = "g/g"', 'unit = "g/L"', "g/L is no unit of upcr"),
        ('concept = "upcr"', 'concept = "sle"', "which answers mean that it was there"),
        ('"2" = { concept = "lupus', '"3" = { concept = "lupus', "no choices of it: 3"),
        ('"2" = { concept = "lupus_nephritis" }', '"2" = { concept = "upcr" }', "several kinds"),
        ('[forms.visit]\ndate = "visit_date"', "[forms.visit]", "no field says its day"),
        ("[forms.visit]", "[forms.visits]", "forms.visits: the dictionary has demographics"),
        ('"1" = "fulfilled"', '"1" = "yes"', "slicc_2012 has fulfilled"),
        ('date = "drug_start"', 'begin = "drug_start"', "nobody knows this key"),
        ('column = "drug_stop"', 'always = "2024-01-01"', "say the field as `column`"),
    ],
)
def test_a_map_that_does_not_fit_is_refused(tmp_path: Path, old: str, new: str, what: str) -> None:
    assert MAP.count(old) >= 1
    with pytest.raises(DatasetError) as refused:
        read_project(tmp_path, MAP.replace(old, new, 1))
    assert what in f"{refused.value.what}\n{refused.value.excerpt}"


def test_a_draft_takes_what_the_dictionary_makes_certain(tmp_path: Path) -> None:
    export = read_redcap_files(*written_export(tmp_path))
    draft = draft_redcap(export, packaged_dictionary())
    found = redcap_map_of(draft.text, Path("map.toml"))
    assert found.person.sex == "sex"
    assert dict(found.person.sexes) == {"1": "female", "2": "male"}
    assert found.person.birth is None  # it is marked as an identifier: a person decides
    assert '# perhaps: days_marked_identifiers = ["dob"]' in draft.text
    assert found.forms["visit"].date == "visit_date"
    assert (found.fields["upcr"].concept, found.fields["upcr"].unit) == ("upcr", "g/g")
    assert (found.fields["c3"].concept, found.fields["c3"].unit) == ("c3", "g/L")
    assert found.fields["hb"].concept == "hemoglobin"
    assert dict(found.fields["history"].names) == {
        code: found.fields["history"].names[code] for code in ("1", "2")
    }
    assert {code: use.concept for code, use in found.fields["drug"].names.items()} == {
        "1": "prednisolone",
        "2": "mycophenolate_mofetil",
    }
    said = "\n".join(draft.questions)
    assert "hb: in which unit?" in said
    assert "history: not mapped: 1 choice (Other)" in said
    assert "drug: not mapped: 1 choice (Study product)" in said
    assert "slicc: which answers are" in said
    assert "which field says the day of its values: drug_start or drug_stop?" in said
    assert "full_name" in draft.text
    assert "Ada" not in draft.text


def test_a_draft_takes_no_hidden_field(tmp_path: Path) -> None:
    fields = [
        {**one, "field_annotation": "@HIDDEN"} if one["field_name"] == "upcr" else one
        for one in FIELDS
    ]
    export = read_redcap_files(*written_export(tmp_path, fields=fields))
    found = redcap_map_of(draft_redcap(export, packaged_dictionary()).text, Path("map.toml"))
    assert "upcr" not in found.fields

"""What stops an import: each refusal says what, expected, got, what to do, the file and the row."""

from __future__ import annotations

from pathlib import Path

import pytest

from facts.intake.clinic_rows import PERSONS, PERSONS_MAP, read_rows, written
from remit.errors import DatasetError
from remit.facts.dictionary import packaged_dictionary
from remit.facts.intake.tidy.tidy_map_file import read_tidy_map

LABS = """
[[table]]
file = "labs.csv"
holds = "tests"
[table.columns]
patient = "patient"
date = { column = "date", format = "%d.%m.%Y" }
test = "test"
value = "value"
[table.names]
Plt = { concept = "platelets" }
"""
DRUGS = """
[[table]]
file = "drugs.csv"
holds = "drugs"
[table.columns]
patient = "patient"
drug = "drug"
start = { column = "start", format = "%d.%m.%Y" }
end = { column = "end", format = "%d.%m.%Y" }
[table.names]
MMF = { concept = "mycophenolate_mofetil" }
"""
LAB, DRUG = "patient;date;test;value\n", "patient;drug;start;end\n"


def _refused(tmp_path: Path, files: dict[str, str], tables: str) -> DatasetError:
    with pytest.raises(DatasetError) as refused:
        read_rows(tmp_path, files, tables)
    error = refused.value
    assert error.expected, error
    assert error.next_step, error
    assert error.place is not None, error
    return error


# file, its text, what is wrong, its place, what such a cell looks like
@pytest.mark.parametrize(
    ("file", "text", "what", "row", "got"),
    [
        ("labs.csv", f"{LAB};04.03.2024;Plt;1\n", "the row names no patient", 2, "an empty cell"),
        ("labs.csv", f"{LAB}P1;04.03.2024;;1\n", "the row names no test", 2, "an empty cell"),
        (
            "labs.csv",
            f"{LAB}P1;04.03.2024;Plt;1\nP1;;Plt;1\n",
            "no day can be read in the column date",
            3,
            "an empty cell",
        ),
        (
            "labs.csv",
            f"{LAB}P1;30.02.2024;Plt;1\n",
            "no day can be read in the column date",
            2,
            "a text such as 99.99.9999",
        ),
        (
            "labs.csv",
            f"{LAB}P1;2024-03-04;Plt;1\n",
            "no day can be read in the column date",
            2,
            "a text such as 9999-99-99",
        ),
        (
            "labs.csv",
            f"{LAB}P1;04.03.24;Plt;1\n",
            "no day can be read in the column date",
            2,
            "a text such as 99.99.99",
        ),
        (
            "labs.csv",
            f"{LAB}P1;Anfang März;Plt;1\n",
            "no day can be read in the column date",
            2,
            "a text such as aaaaaa aaaa",
        ),
        (
            "labs.csv",
            f"{LAB}P2;04.03.1980;Plt;1\n",
            "the day is before the birth of the person",
            2,
            "a birth in row 3 of persons.csv that is later",
        ),
        (
            "drugs.csv",
            f"{DRUG}P1;MMF;04.03.2024;\n",
            "the end is empty, and the map does not say what that means",
            2,
            "an empty cell",
        ),
        (
            "drugs.csv",
            f"{DRUG}P1;MMF;04.03.2024;03.03.2024\n",
            "the end in the column end is before the start",
            2,
            None,
        ),
        (
            "drugs.csv",
            f"{DRUG}P1;MMF;04.03.2024;unklar\n",
            "no day can be read in the column end",
            2,
            "a text such as aaaaaa",
        ),
    ],
)
def test_a_row_that_cannot_be_read_is_refused(
    tmp_path: Path, file: str, text: str, what: str, row: int, got: str | None
) -> None:
    error = _refused(tmp_path, {file: text}, LABS if file == "labs.csv" else DRUGS)
    assert error.what == what
    assert str(error.place) == f"{file}:{row}"
    assert error.got == got


@pytest.mark.parametrize(
    ("persons", "what", "row"),
    [
        ("patient;birth;sex\n;15.06.1990;f\n", "the row names no patient", 2),
        ("patient;birth;sex\nP1;1990-06-15;f\n", "no day can be read in the column birth", 2),
        (f"{PERSONS}P1;16.06.1990;f\n", "two rows tell another birth of one person", 4),
        ("patient;birth;sex\nP1;;f\nP2;;m\n", "nobody has a birth", None),
    ],
)
def test_a_person_that_cannot_be_read_is_refused(
    tmp_path: Path, persons: str, what: str, row: int | None
) -> None:
    persons = persons.replace("1988", "01.02.1988")
    error = _refused(tmp_path, {"persons.csv": persons}, PERSONS_MAP)
    assert error.what == what
    if row is not None:
        assert str(error.place) == f"persons.csv:{row}"


def test_all_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    labs = LAB + "P1;04.03.24;Plt;1\n" * 7 + "P1;04.03.2024;;1\n"
    drugs = f"{DRUG}P1;MMF;04.03.2024;\n"
    error = _refused(tmp_path, {"labs.csv": labs, "drugs.csv": drugs}, LABS + DRUGS)
    assert error.what == "9 rows cannot be read"
    assert error.excerpt is not None
    said = error.excerpt.splitlines()
    assert said[0] == (
        "  labs.csv, rows 2, 3, 4, 5, 6 and 2 more: no day can be read in the column date"
    )
    assert "  labs.csv, row 9: the row names no test" in said
    assert any(line.startswith("  drugs.csv, row 2: the end is empty") for line in said)


def test_no_refusal_shows_what_a_cell_holds(tmp_path: Path) -> None:
    error = _refused(tmp_path, {"labs.csv": f"{LAB}P1;Frau Muster;Plt;1\n"}, LABS)
    assert "Muster" not in str(error)


def test_texts_without_a_declared_format_are_refused_with_the_key_to_write(tmp_path: Path) -> None:
    tables = LABS.replace('{ column = "date", format = "%d.%m.%Y" }', '"date"')
    error = _refused(tmp_path, {"labs.csv": f"{LAB}P1;04.03.2024;Plt;1\n"}, tables)
    assert error.next_step == (
        'declare it in the map: date = { column = "…", format = "%d.%m.%Y" }'
    )


@pytest.mark.parametrize(
    ("files", "tables", "what"),
    [
        ({"labs.csv": f"{LAB}P1;04.03.2024;Plt;1\n"}, "", "the map does not say what this sheet"),
        ({}, LABS, "the map names labs.csv, which was not given"),
        (
            {"labs.csv": "patient;day;test;value\nP1;04.03.2024;Plt;1\n"},
            LABS,
            "the map reads date from the column 'date', which the sheet lacks",
        ),
    ],
)
def test_files_and_map_must_agree(
    tmp_path: Path, files: dict[str, str], tables: str, what: str
) -> None:
    assert _refused(tmp_path, files, tables).what.startswith(what)


def test_a_sheet_may_hold_nothing_on_purpose(tmp_path: Path) -> None:
    tables = '[[table]]\nfile = "labs.csv"\nholds = "nothing"\n'
    found = read_rows(tmp_path, {"labs.csv": f"{LAB}P1;x;Plt;1\n"}, tables)
    assert "measurement" not in found.reads


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (("holds", "holdz"), "labs.csv.holds: this key is missing"),
        (("holds", "holdz"), "labs.csv.holdz: nobody knows this key"),
        (('"tests"', '"labs"'), "labs.csv.holds: Input should be 'tests', 'drugs'"),
        (('value = "value"', 'unit = "value"'), "labs.csv: columns.value is missing"),
        (('value = "value"', 'value = "value"\ndose = "x"'), "labs.csv: columns.dose: tests have"),
        (('"%d.%m.%Y"', '"%d.%m.%y"'), "years are written with four digits"),
        (('"%d.%m.%Y"', '"%m.%Y"'), "it does not tell one day"),
        (('"platelets"', '"thrombos"'), "labs.csv: names.'Plt': no concept 'thrombos'"),
        (('"platelets"', '"rituximab"'), "rituximab is a drug, which tests are not"),
        (('concept = "platelets"', ""), "say `concept`, or `ignore = true`"),
        (
            ('"platelets"', '"platelets", ignore = true'),
            "what is ignored means nothing else",
        ),
        (('"platelets"', '"platelets", unit = "g/L"'), "g/L is no unit of platelets: 10*9/L"),
        (('"platelets"', '"platelets", unit = "furlong"'), "no unit 'furlong'"),
        (
            ('"platelets"', '"platelets", answers = { pos = "positive" }'),
            "platelets has none: it is no coded test",
        ),
        (('"platelets"', '"platelets", of = "rituximab"'), "`of` names the procedure of a test"),
        (('value = "value"', 'value = { always = "1", column = "x" }'), "say either `column`"),
        (
            ('test = "test"', 'test = { column = "test", decimal = "," }'),
            "`decimal` is for numbers",
        ),
        (('test = "test"', 'test = { column = "test", per = "day" }'), "`per` is for doses"),
        (('test = "test"', 'test = { column = "test", empty = "ongoing" }'), "are for ends"),
        (
            ('test = "test"', 'test = { column = "test", imprecise = "first day" }'),
            "`imprecise` is for the start of a diagnosis",
        ),
        (("[table.names]", "[table.times]\nBID = 0\n[table.names]"), "labs.csv.times.BID: Input"),
        (("[table.names]", "[table.times]\nBID = 2\n[table.names]"), "times: tests have none"),
        (("[table.names]", '[table.sexes]\nf = "female"\n[table.names]'), "sexes: tests have none"),
    ],
)
def test_a_fault_of_the_map_is_told_with_its_key(
    tmp_path: Path, change: tuple[str, str], fault: str
) -> None:
    tables = LABS.replace(*change)
    assert tables != LABS
    _, place = written(tmp_path, {}, tables)
    with pytest.raises(DatasetError) as refused:
        read_tidy_map(place, packaged_dictionary())
    assert fault in str(refused.value)
    assert refused.value.next_step


def test_a_dose_is_of_a_time_or_taken_so_often(tmp_path: Path) -> None:
    columns = 'dose = { column = "dose", per = "day" }\nfrequency = "often"\n[table.names]'
    _, place = written(tmp_path, {}, DRUGS.replace("[table.names]", columns))
    with pytest.raises(DatasetError, match="`per` says the dose of a time"):
        read_tidy_map(place, packaged_dictionary())


def test_all_faults_of_a_map_are_told_at_once(tmp_path: Path) -> None:
    tables = LABS.replace("platelets", "thrombos").replace("%d.%m.%Y", "%d")
    _, place = written(tmp_path, {}, tables)
    with pytest.raises(DatasetError, match="the map has 2 faults"):
        read_tidy_map(place, packaged_dictionary())


def test_a_class_is_refused_with_its_members(tmp_path: Path) -> None:
    tables = DRUGS.replace("mycophenolate_mofetil", "mycophenolate")
    _, place = written(tmp_path, {}, tables)
    with pytest.raises(DatasetError, match="say one of mycophenolate_mofetil, mycophenolic_acid"):
        read_tidy_map(place, packaged_dictionary())


@pytest.mark.parametrize("text", ["kind = [", 'kind = "remit.facts"\n', ""])
def test_a_file_that_is_no_map_is_refused(tmp_path: Path, text: str) -> None:
    place = tmp_path / "map.toml"
    place.write_text(text, encoding="utf-8")
    with pytest.raises(DatasetError, match=r"the map is no TOML|this is no map"):
        read_tidy_map(place, packaged_dictionary())

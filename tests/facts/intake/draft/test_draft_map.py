"""What a draft of a map takes, and what it only asks."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from clinic_files import write_clinic_files
from remit.errors import DatasetError
from remit.facts.dictionary import packaged_dictionary
from remit.facts.intake.draft.draft_map import DraftMap, draft_map
from remit.facts.intake.sources.field_words import concept_names, field_words, folded
from remit.facts.intake.tidy.tidy_map import NAMED
from remit.facts.intake.tidy.tidy_map_file import read_tidy_map, tidy_map_of
from remit.facts.intake.tidy.tidy_tables import read_tidy


def _drafted(tmp_path: Path, **files: str) -> tuple[DraftMap, list[dict[str, Any]]]:
    """The draft of some files (name without its ending -> text), and its tables as TOML reads."""
    paths = []
    for name, text in files.items():
        paths.append(tmp_path / f"{name}.csv")
        paths[-1].write_text(text, encoding="utf-8")
    found = draft_map(paths, packaged_dictionary())
    return found, tomllib.loads(found.text)["table"]


HEAD = "patient;date;test;value;unit\n"


def _test_names(tmp_path: Path, *rows: str) -> tuple[DraftMap, dict[str, Any]]:
    text = HEAD + "".join(f"P1;04.03.2024;{row}\n" for row in rows)
    found, (table,) = _drafted(tmp_path, labs=text)
    return found, table.get("names", {})


# What laboratories print, and the concept that LOINC or CDISC's LBTESTCD means by it.
@pytest.mark.parametrize(
    ("word", "concept"),
    [
        ("Plt", "platelets"),
        ("PLT", "platelets"),
        ("plt.", "platelets"),
        ("Hb", "hemoglobin"),
        ("HGB", "hemoglobin"),
        ("uPCR", "upcr"),
        ("UPCR", "upcr"),
        ("C3", "c3"),
        ("C4", "c4"),
        ("anti-dsDNA", "anti_dsdna"),
        ("Anti dsDNA", "anti_dsdna"),
        ("creatinine", "creatinine"),
        ("CREAT", "creatinine"),
        ("WBC", "leukocytes"),
        ("LYM", "lymphocytes"),
        ("NEUT", "neutrophils"),
        ("ALT (GPT)", "alt"),
        ("777-3", "platelets"),
        ("Platelets [#/volume] in Blood", "platelets"),
        ("eGFR", "egfr"),
        ("CRP", "crp"),
        ("ANA", "ana_titre"),
    ],
)
def test_a_word_of_a_laboratory_is_taken(tmp_path: Path, word: str, concept: str) -> None:
    _, names = _test_names(tmp_path, f"{word};1;")
    assert names[word]["concept"] == concept


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("Thrombocyts", "platelets"),
        ("Creatinin i.S.", "creatinine"),
        ("Platelets (citrate)", "platelets"),
    ],
)
def test_a_word_that_looks_alike_is_never_taken(tmp_path: Path, word: str, near: str) -> None:
    found, names = _test_names(tmp_path, f"{word};1;")
    assert names == {}
    line = next(line for line in found.text.splitlines() if word in line)
    assert line.startswith("# perhaps: ")
    assert f'concept = "{near}"' in line
    assert any("not mapped: 1 name" in question for question in found.questions)


@pytest.mark.parametrize("word", ["TSH", "MCV", "Urea", "GFR"])
def test_a_word_that_nobody_knows_is_asked(tmp_path: Path, word: str) -> None:
    found, names = _test_names(tmp_path, f"{word};1;")
    assert names == {}
    assert found.taken == 0


def test_a_name_is_held_against_its_units(tmp_path: Path) -> None:
    # Leukocytes of a field of view are not the blood count; protein over mass is no creatinine.
    found, names = _test_names(tmp_path, "Leukocytes;3;/HPF", "Plt;150;10^9/L", "Neutrophils;60;%")
    assert list(names) == ["Plt"]
    assert "# perhaps: " in found.text
    assert "but its unit /HPF is none of 10*9/L" in found.text


def test_a_missing_unit_is_asked_with_the_ones_there_are(tmp_path: Path) -> None:
    found, _ = _test_names(tmp_path, "Hb;11;", "Hb;12;g/dL")
    assert any('Hb has 1 row without a unit; add unit = "g/dL"' in q for q in found.questions)


def test_a_unit_is_hinted_at_where_no_other_makes_the_values_possible(tmp_path: Path) -> None:
    # Nobody lives with 112 g of haemoglobin in a decilitre; 88 of creatinine may be µmol/L or mg/L.
    found, _ = _test_names(tmp_path, "Hb;112;", "Hb;98;", "Creatinine;88;")
    hinted = [q for q in found.questions if "could all of its values be" in q]
    assert len(hinted) == 1
    assert "Hb has 2 rows without a unit" in hinted[0]
    assert "only in g/L could all of its values be" in hinted[0]


# The days of a column, and the one format that reads them all, if there is one.
@pytest.mark.parametrize(
    ("days", "format_"),
    [
        (("04.03.2024", "1.12.2023"), "%d.%m.%Y"),
        (("2024-03-04",), "%Y-%m-%d"),
        (("2024-03-04 08:30",), "%Y-%m-%d %H:%M"),
        (("03/14/2024",), "%m/%d/%Y"),
        (("14/03/2024", "03/04/2024"), "%d/%m/%Y"),
        (("03/04/2024",), None),
        (("12-11-2023", "01-02-2024"), None),
        (("04.03.2024", "2024-03-05"), None),
        (("20240304",), "%Y%m%d"),
        (("4 Mar 2024",), "%d %b %Y"),
        (("04.03.24",), None),
        (("31.02.2024",), None),
    ],
)
def test_a_date_format_is_taken_only_where_it_alone_reads_every_day(
    tmp_path: Path, days: tuple[str, ...], format_: str | None
) -> None:
    text = HEAD + "".join(f"P1;{day};Plt;1;10^9/L\n" for day in days)
    found, (table,) = _drafted(tmp_path, labs=text)
    column = table["columns"]["date"]
    assert (column if isinstance(column, str) else column.get("format", "date")) == (
        format_ or "date"
    ) or (format_ is None and "format" not in column)
    assert bool([q for q in found.questions if "column date" in q]) == (format_ is None)


def test_two_readings_of_a_date_are_both_shown(tmp_path: Path) -> None:
    found, _ = _drafted(tmp_path, labs=f"{HEAD}P1;03/04/2024;Plt;1;10^9/L\n")
    assert (
        'labs.csv, column date: day and month cannot be told apart; add format = "%d/%m/%Y" or '
        'format = "%m/%d/%Y"'
    ) in found.questions


@pytest.mark.parametrize(
    ("values", "decimal", "asked"),
    [
        (("1,8", "150"), ",", False),
        (("1.8", "150"), None, False),
        (("<0,2",), ",", False),
        (("1,8", "1.8"), None, True),
        (("1.234",), None, True),
        (("1,234", "2,345"), None, True),
        (("1,234", "2,34"), ",", False),
        (("neg", "n/a"), None, False),
    ],
)
def test_a_decimal_comma_is_taken_only_where_no_number_could_be_another(
    tmp_path: Path, values: tuple[str, ...], decimal: str | None, asked: bool
) -> None:
    text = HEAD + "".join(f"P1;04.03.2024;Plt;{value};10^9/L\n" for value in values)
    found, (table,) = _drafted(tmp_path, labs=text)
    column = table["columns"]["value"]
    assert (None if isinstance(column, str) else column.get("decimal")) == decimal
    assert any("decimal" in question for question in found.questions) == asked


def test_a_decimal_mark_in_doubt_stops_the_import_until_a_person_decides(tmp_path: Path) -> None:
    found, (table,) = _drafted(tmp_path, labs=f"{HEAD}P1;04.03.2024;Plt;1.234;10^9/L\n")
    assert table["columns"]["value"] == {"column": "value", "undecided": ["decimal"]}
    dictionary = packaged_dictionary()
    with pytest.raises(DatasetError, match=r'say decimal = "," or decimal = "\."'):
        tidy_map_of(found.text, dictionary, Path("map.toml"))
    decided = found.text.replace('undecided = ["decimal"]', 'decimal = ","')
    mapped = tidy_map_of(decided, dictionary, Path("map.toml"))
    use = mapped.table[0].use("value")
    assert use is not None
    assert use.decimal == ","


def test_ends_doses_and_words_are_asked(tmp_path: Path) -> None:
    drugs = (
        "patient;drug;start;end;dose;unit;route\n"
        "P1;Prednisolone;2024-01-13;ongoing;20;mg;po\n"
        "P1;Benlysta;2024-01-13;;200;mg;s.c.\n"
        "P1;Plaquenil;2024-01-13;2024-02-01;20-0-10;;rectal\n"
    )
    found, (table,) = _drafted(tmp_path, drugs=drugs)
    assert table["columns"]["end"] == {
        "column": "end",
        "ongoing": ["ongoing"],
        "format": "%Y-%m-%d",
    }
    assert {name: use["concept"] for name, use in table["names"].items()} == {
        "Prednisolone": "prednisolone",
        "Benlysta": "belimumab",
        "Plaquenil": "hydroxychloroquine",
    }
    assert table["routes"] == {"po": "oral", "s.c.": "other"}
    said = "\n".join(found.questions)
    assert (
        '1 ends are empty: what does that mean? Add empty = "ongoing" or empty = "same day"' in said
    )
    assert '2 doses have a mass and no time; add per = "day" or per = "week"' in said
    assert "what does the route 'rectal' mean?" in said


def test_a_scale_that_has_sisters_is_asked(tmp_path: Path) -> None:
    # The physician's global assessment is drawn on lines of 3 and of 10.
    found, _ = _test_names(tmp_path, "PGA;1.5;")
    assert any("is PGA on the scale from 0 to 3" in question for question in found.questions)


def test_answers_and_sexes_are_taken_by_closed_words(tmp_path: Path) -> None:
    _, names = _test_names(tmp_path, "Urine hCG;neg;", "Urine hCG;POS;", "Urine hCG;maybe;")
    assert names["Urine hCG"]["answers"] == {"POS": "positive", "neg": "negative"}
    found, (table,) = _drafted(tmp_path, people="patient;birth;sex\nP1;1990;W\nP2;1980;2\n")
    assert table["columns"]["birth"] == {"column": "birth", "format": "%Y"}
    assert table["sexes"] == {"W": "female"}
    assert any("what does the sex '2' mean?" in question for question in found.questions)


def test_how_often_a_dose_is_taken_is_told_by_closed_words(tmp_path: Path) -> None:
    text = (
        "patient;drug;start;end;dose;unit;frequency\n"
        "P1;MMF;2024-01-13;2024-02-13;1000;mg;BID\n"
        "P1;Prednisone;2024-01-13;2024-02-13;10;mg;once daily\n"
        "P1;MTX;2024-01-13;2024-02-13;15;mg;weekly\n"
    )
    found, (table,) = _drafted(tmp_path, drugs=text)
    assert table["columns"]["frequency"] == "frequency"
    assert table["times"] == {"BID": 2, "once daily": 1}
    assert not any("add per" in question for question in found.questions)
    assert any("what does the frequency 'weekly' mean?" in q for q in found.questions)


def test_a_name_with_its_brand_behind_it_is_taken_where_both_are_one_drug(tmp_path: Path) -> None:
    words = ("Mycophenolate mofetil (CellCept)", "MMF/CellCept", "Prednisone (CellCept)")
    text = "patient;drug;start\n" + "".join(f"P1;{word};2024-01-13\n" for word in words)
    _, (table,) = _drafted(tmp_path, drugs=text)
    assert list(table["names"]) == ["MMF/CellCept", "Mycophenolate mofetil (CellCept)"]


def test_a_class_of_drugs_is_no_drug(tmp_path: Path) -> None:
    text = "patient;drug;start\nP1;Systemic glucocorticoid;2024-01-13\n"
    found, (table,) = _drafted(tmp_path, drugs=text)
    assert table["names"] == {}
    assert '= { concept = "prednisone" } or prednisolone, ' in found.text


def test_a_diagnosis_is_taken_by_name_or_code(tmp_path: Path) -> None:
    text = "patient;diagnosis;onset\n" + "".join(
        f"P1;{word};2020-01-13\n" for word in ("M32.14", "55464009", "Lupus nephritis", "M32.1")
    )
    found, (table,) = _drafted(tmp_path, diagnoses=text)
    assert {name: use["concept"] for name, use in table["names"].items()} == {
        "M32.14": "lupus_nephritis",  # ICD-10-CM: glomerular disease in SLE
        "55464009": "sle",  # SNOMED CT
        "Lupus nephritis": "lupus_nephritis",
    }
    assert "M32.1" in "".join(found.questions)


def test_a_sheet_with_a_column_for_each_test_becomes_one_entry_a_test(tmp_path: Path) -> None:
    text = "patient;date;Plt;Hb (g/dL);TSH\nP1;14.03.2024;150;11,2;1\n"
    _, tables = _drafted(tmp_path, wide=text)
    assert [table["columns"]["test"]["always"] for table in tables] == ["Plt", "Hb (g/dL)"]
    assert tables[1]["columns"]["value"] == {"column": "Hb (g/dL)", "decimal": ","}
    assert tables[1]["columns"]["unit"] == {"always": "g/dL"}
    assert tables[1]["names"]["Hb (g/dL)"] == {"concept": "hemoglobin"}


def test_other_words_for_an_id_count_only_where_there_is_no_better_one(tmp_path: Path) -> None:
    _, (table,) = _drafted(tmp_path, labs="id;patient;date;test;value\n1;P1;14.03.2024;Plt;1\n")
    assert table["columns"]["patient"] == "patient"
    _, (table,) = _drafted(tmp_path, labs="id;date;test;value\nP1;14.03.2024;Plt;1\n")
    assert table["columns"]["patient"] == "id"


def test_visits_without_a_kind_are_visits(tmp_path: Path) -> None:
    found, (table,) = _drafted(tmp_path, visits="patient_id,date\nP1,2024-03-14\n")
    assert table["holds"] == "visits"
    assert "visit" not in table["columns"]
    assert '# perhaps: visit = { always = "outpatient visit" }' in found.text
    assert [question for question in found.questions if "was born" not in question] == []


def test_a_diagnosis_with_its_code_beside_it_is_asked(tmp_path: Path) -> None:
    text = "patient;diagnosis;icd10;date\nP1;SLE;M32.9;2020-01-13\n"
    found, (table,) = _drafted(tmp_path, dx=text)
    assert table["holds"] == "diagnoses"
    assert any("which column is the diagnosis: diagnosis or icd10?" in q for q in found.questions)


def test_a_sheet_that_says_nothing_is_asked(tmp_path: Path) -> None:
    found, (table,) = _drafted(tmp_path, other="a;b\n1;2\n")
    assert table == {"file": "other.csv", "holds": "nothing"}
    assert found.questions[0].startswith("other.csv: what does it hold?")


def test_two_columns_for_one_field_are_left_to_a_person(tmp_path: Path) -> None:
    text = "patient;date;Datum;test;value\nP1;14.03.2024;15.03.2024;Plt;1\n"
    found, (table,) = _drafted(tmp_path, labs=text)
    assert "date" not in table["columns"]
    assert any("which column is the date: date or Datum?" in q for q in found.questions)
    assert "# not read: Datum" in found.text


def test_days_of_a_workbook_need_no_format(tmp_path: Path) -> None:
    book = Workbook()
    book.active.title = "Labor"
    book.active.append(["patient", "date", "test", "value", "unit"])
    book.active.append(["P1", date(2024, 3, 4), "Plt", 150, "10^9/L"])
    path = tmp_path / "clinic.xlsx"
    book.save(path)
    found = draft_map([path], packaged_dictionary())
    (table,) = tomllib.loads(found.text)["table"]
    assert (table["file"], table["sheet"]) == ("clinic.xlsx", "Labor")
    assert table["columns"]["date"] == "date"
    assert [question for question in found.questions if "was born" not in question] == []


def test_headers_and_names_with_quotes_survive(tmp_path: Path) -> None:
    text = 'patient;date;test;"va""lue"\nP1;14.03.2024;"a ""b"" \\ c";1\n'
    found, (table,) = _drafted(tmp_path, labs=text)
    assert table["columns"]["value"] == 'va"lue'
    assert r'"a \"b\" \\ c"' in found.text
    _, (table,) = _drafted(tmp_path, labs='patient;"a\\""b";c\nP1;1;2\n')
    assert table["holds"] == "nothing"


def test_what_acts_on_a_terminal_is_written_as_its_number(tmp_path: Path) -> None:
    strange = "a\x7f\x1b[2K\u202e\u2028\U000e0041b"
    found, names = _test_names(tmp_path, f'"{strange}";1;', "Plt;1;10^9/L")
    assert names == {"Plt": {"concept": "platelets"}}
    assert found.text.replace("\n", "").isprintable()
    line = next(line for line in found.text.splitlines() if "not known" in line)
    taken = tomllib.loads(line.removeprefix("# not known: "))
    assert list(taken) == ["a\x7f\x1b[2K\u202e \U000e0041b"]  # a break of lines is a space
    with_header, _ = _drafted(tmp_path, labs=f'patient;"{strange}";x\nP1;1;2\n')
    assert with_header.text.replace("\n", "").isprintable()


def test_empty_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="the files are empty"):
        _drafted(tmp_path, labs="")


def test_the_draft_of_a_tidy_clinic_is_a_whole_map(tmp_path: Path) -> None:
    files = write_clinic_files(tmp_path)
    dictionary = packaged_dictionary()
    found = draft_map(files, dictionary)
    assert (found.taken, found.names) == (26, 28)
    assert found.questions == (
        'labor.csv: SLICC 2012: not understood: 1 answer; add answers = { "…" = "fulfilled" } with '
        "one of fulfilled, not_fulfilled",
        "labor.csv: not mapped: 2 names (TSH, Aktivität); write a concept or ignore = true for "
        "each",
    )
    place = tmp_path / "map.toml"
    place.write_text(found.text, encoding="utf-8")
    read = read_tidy(files, read_tidy_map(place, dictionary), dictionary, place=place)
    assert {name: rows.num_rows for name, rows in read.tables.items()} == {
        "measurement": 620,
        "drug_exposure": 58,
        "dose_era": 58,
        "condition_occurrence": 43,
        "procedure_occurrence": 20,
        "visit_occurrence": 40,
        "person": 20,
        "observation_period": 20,
        "death": 0,
    }
    assert not read.left_out
    assert {item.written for item in read.not_understood} == {"TSH", "Aktivität", "erfüllt"}


@pytest.mark.parametrize("holds", NAMED)
def test_no_word_means_two_concepts(holds: str) -> None:
    names = concept_names(packaged_dictionary(), NAMED[holds][1])
    assert {word: found for word, found in names.exact.items() if len(found) > 1} == {}


def test_no_header_means_two_fields() -> None:
    for part in ("columns", "sexes", "routes", "answers", "words"):
        assert field_words(part)
    assert folded("Pat.-Nr.") in field_words("columns")


def test_an_alias_has_a_source_and_is_no_title_again() -> None:
    for concept in packaged_dictionary().concepts.values():
        words = [concept.label, *concept.aliases]
        assert len(words) == len(set(words)), concept.name
        assert not (concept.aliases and concept.members), concept.name


# What a laboratory prints in place of a number; only a person can tell what it says.
@pytest.mark.parametrize("text", ["neg", "60mg", "haemolysed", "++", "1e400", "see note", "n/a"])
def test_a_text_in_place_of_a_number_stops_the_import_until_a_person_decides(
    tmp_path: Path, text: str
) -> None:
    found, names = _test_names(tmp_path, f"Plt;{text};10^9/L", "Plt;150;10^9/L", "Plt;<5;10^9/L")
    assert names["Plt"] == {"concept": "platelets", "undecided": [text]}
    assert any("Plt: 1 text in place of a number" in question for question in found.questions)
    dictionary = packaged_dictionary()
    persons = tmp_path / "people.csv"
    persons.write_text("patient;birth\nP1;1990\n", encoding="utf-8")
    files = [tmp_path / "labs.csv", persons]
    drafted = draft_map(files, dictionary).text
    with pytest.raises(DatasetError, match="undecided texts: 1"):
        tidy_map_of(drafted, dictionary, Path("map.toml"))
    decided = tidy_map_of(drafted.replace("undecided", "comments"), dictionary, Path("map.toml"))
    read = read_tidy(files, decided, dictionary, place=Path("map.toml"))
    assert read.tables["measurement"]["value_source_value"].to_pylist() == [text, "150", "<5"]
    assert read.tables["measurement"]["value_as_number"].to_pylist()[0] is None


def test_a_titre_and_a_number_by_the_decimal_comma_are_decided(tmp_path: Path) -> None:
    _, names = _test_names(tmp_path, "ANA;1:80;", "CRP;1,8;mg/L", "CRP;<0,2;mg/L")
    assert names["ANA"] == {"concept": "ana_titre"}
    assert names["CRP"] == {"concept": "crp"}


def test_a_sheet_of_adverse_events_is_known_by_its_headers(tmp_path: Path) -> None:
    """Headers as SDTM names its variables (AE), and as clinics write them."""
    text = (
        "USUBJID;AETERM;AEDECOD;AEBODSYS;AESTDTC;AEENDTC;AESEV;AETOXGR;AESER;AEREL;AEACN;AEOUT\n"
        "P1;shingles;Herpes zoster;Infections and infestations;2024-03-25;;MILD;1;N;NONE;;\n"
    )
    found, (table,) = _drafted(tmp_path, ae=text)
    assert table["holds"] == "adverse_events"
    columns = {
        name: use if isinstance(use, str) else use["column"]
        for name, use in table["columns"].items()
    }
    assert columns == {
        "patient": "USUBJID",
        "event": "AETERM",
        "start": "AESTDTC",
        "end": "AEENDTC",
        "term": "AEDECOD",
        "system": "AEBODSYS",
        "severity": "AESEV",
        "grade": "AETOXGR",
        "serious": "AESER",
        "causality": "AEREL",
        "action": "AEACN",
        "outcome": "AEOUT",
    }
    # An empty end is not known, and nothing to ask for.
    assert not any("end" in question for question in found.questions)
    (clinic,) = _drafted(tmp_path, ue="Patient;Nebenwirkung;Beginn;SUE\nP1;x;2024-03-25;ja\n")[1]
    assert (clinic["holds"], clinic["columns"]["serious"]) == ("adverse_events", "SUE")

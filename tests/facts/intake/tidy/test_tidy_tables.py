"""Mapped sheets as tables of OMOP: what each cell becomes, and that no row is lost."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from facts.intake.clinic_rows import CUT, column, read_rows
from remit.errors import DatasetError
from remit.facts.tables import FEMALE, MALE

LESS, MORE = 4171756, 4172704  # OMOP: < and >
LABS = """
[[table]]
file = "labs.csv"
holds = "tests"
[table.columns]
patient = "patient"
date = { column = "date", format = "%d.%m.%Y" }
test = "test"
value = { column = "value", decimal = "," }
unit = "unit"
low = { column = "low", decimal = "," }
high = { column = "high", decimal = "," }
[table.names]
Plt = { concept = "platelets" }
Hb = { concept = "hemoglobin", unit = "g/dL" }
ANA = { concept = "ana_titre" }
UPCR = { concept = "upcr" }
hCG = { concept = "pregnancy_test_urine", answers = { neg = "negative" } }
Class = { concept = "ln_class", of = "renal_biopsy" }
TSH = { ignore = true }
"""
HEAD = "patient;date;test;value;unit;low;high\n"


def _lab(tmp_path: Path, *cells: str) -> dict[str, object]:
    """The row that one row of a laboratory becomes: test, value, unit, low, high."""
    row = ";".join(["P1", "04.03.2024", *cells, *[""] * (5 - len(cells))])
    found = read_rows(tmp_path, {"labs.csv": f"{HEAD}{row}\n"}, LABS)
    rows: list[dict[str, object]] = found.tables["measurement"].to_pylist()
    assert len(rows) == 1
    return rows[0]


# The number is that of the cell; UCUM names the units; nothing is converted.
@pytest.mark.parametrize(
    ("value", "number", "operator"),
    [
        ("150", Decimal(150), None),
        ("0,2", Decimal("0.2"), None),
        ("<0,2", Decimal("0.2"), LESS),
        ("> 400", Decimal(400), MORE),
        ("≤5", Decimal(5), 4171754),
        (">=5", Decimal(5), 4171755),
        ("neg", None, None),
        ("n/a", None, None),
        ("hemolysed", None, None),
        ("1.8", None, None),  # the point is no decimal mark here
        ("1.234,5", None, None),
        ("150 G/L", None, None),
        ("5-10", None, None),
        ("", None, None),
    ],
)
def test_a_value_is_a_number_or_a_text(
    tmp_path: Path, value: str, number: Decimal | None, operator: int | None
) -> None:
    row = _lab(tmp_path, "Plt", value, "10^9/L")
    assert row["value_as_number"] == number
    assert row["operator_concept_id"] == operator
    assert row["value_source_value"] == (value or None)
    assert row["unit_source_value"] == "10^9/L"
    assert row["unit_concept_id"] == 9444  # OMOP: UCUM 10*9/L
    assert row["measurement_concept_id"] == 3024929  # OMOP: LOINC 777-3


def test_limits_and_units_are_those_of_the_row(tmp_path: Path) -> None:
    row = _lab(tmp_path, "Plt", "150", "10^9/L", "150,5", "400")
    assert (row["range_low"], row["range_high"]) == (Decimal("150.5"), Decimal(400))
    row = _lab(tmp_path, "Plt", "150", "10^9/L", "<5", "x")
    assert (row["range_low"], row["range_high"]) == (None, None)
    assert _lab(tmp_path, "Hb", "11,5")["unit_concept_id"] == 8713  # g/dL by the map
    assert _lab(tmp_path, "Hb", "115", "g/L")["unit_concept_id"] == 8636  # its own goes before
    strange = _lab(tmp_path, "Hb", "115", "g/hL")
    assert (strange["unit_concept_id"], strange["unit_source_value"]) == (None, "g/hL")


@pytest.mark.parametrize(
    ("value", "unit", "number", "operator"),
    [
        ("1:80", "", Decimal(80), None),
        ("1 : 1280", "", Decimal(1280), None),
        ("<1:80", "", Decimal(80), LESS),
        ("80", "titer", Decimal(80), None),
        ("80", "", None, None),
        ("80", "U/mL", None, None),
        ("1:80 homogeneous", "", None, None),
    ],
)
def test_a_titre_is_its_reciprocal(
    tmp_path: Path, value: str, unit: str, number: Decimal | None, operator: int | None
) -> None:
    row = _lab(tmp_path, "ANA", value, unit)
    assert (row["value_as_number"], row["operator_concept_id"]) == (number, operator)
    assert row["value_source_value"] == value


def test_an_answer_is_coded_by_the_map_or_as_the_dictionary_writes_it(tmp_path: Path) -> None:
    assert _lab(tmp_path, "hCG", "neg")["value_as_concept_id"] == 9189
    assert _lab(tmp_path, "hCG", "positive")["value_as_concept_id"] == 9191
    assert _lab(tmp_path, "hCG", "grey")["value_as_concept_id"] is None
    found = read_rows(
        tmp_path, {"labs.csv": f"{HEAD}P1;04.03.2024;hCG;grey\nP2;04.03.2024;hCG;grey\n"}, LABS
    )
    (strange,) = found.not_understood
    assert (strange.kind, strange.written, strange.rows, strange.persons) == (
        "answer",
        "grey",
        2,
        2,
    )


def test_a_name_that_the_map_leaves_open_keeps_its_rows_under_a_code_that_nothing_resolves(
    tmp_path: Path,
) -> None:
    rows = "P1;04.03.2024;fT4;1;ng/L;;\nP1;04.03.2024;TSH;1,2;mU/L;;\nP2;04.03.2024;Plt;9;10^9/L\n"
    found = read_rows(tmp_path, {"labs.csv": HEAD + rows}, LABS)
    table = found.tables["measurement"]
    assert column(table, "measurement_concept_id") == [2_147_000_000, 3024929]
    assert found.open_names == {2_147_000_000: "fT4"}
    (strange,) = found.not_understood
    assert (strange.kind, strange.written, strange.rows) == ("name", "fT4", 1)
    (ignored,) = found.left_out["measurement"]
    assert (ignored.reason, ignored.examples) == (
        "its name is ignored by the map",
        ("labs.csv row 3",),
    )
    assert "measurement" not in (found.resolved or ())
    found = read_rows(tmp_path, {"labs.csv": HEAD + rows}, f"{LABS}fT4 = {{ ignore = true }}\n")
    assert "measurement" in (found.resolved or ())


def test_a_unit_of_another_quantity_is_said(tmp_path: Path) -> None:
    rows = f"{HEAD}P1;04.03.2024;UPCR;1,2;g/L\nP1;04.03.2024;Plt;150;\n"
    found = read_rows(tmp_path, {"labs.csv": rows}, LABS)
    (strange,) = found.not_understood
    assert (strange.kind, strange.written) == ("unit", "g/L of upcr")
    assert any("platelets: a value without a unit" in note for note in found.notes)


def test_a_number_is_never_guessed_of_two(tmp_path: Path) -> None:
    rows = f"{HEAD}P1;04.03.2024;UPCR;1.8;g/g\nP1;05.03.2024;UPCR;1.234,5;g/g\n"
    found = read_rows(tmp_path, {"labs.csv": rows}, LABS)
    said = "labs.csv, rows 2, 3: upcr: numbers with another decimal mark"
    assert any(note.startswith(said) for note in found.notes)


def test_more_decimals_than_the_tables_hold_are_rounded_and_said(tmp_path: Path) -> None:
    rows = f"{HEAD}P1;04.03.2024;UPCR;0,33333333333;g/g\n"
    found = read_rows(tmp_path, {"labs.csv": rows}, LABS)
    assert column(found.tables["measurement"], "value_as_number") == [Decimal("0.333333")]
    assert "labs.csv, row 2: numbers with more than six decimals were rounded to six" in found.notes


BIOPSIES = """
[[table]]
file = "biopsies.csv"
holds = "procedures"
[table.columns]
patient = "patient"
procedure = "procedure"
date = { column = "date", format = "%Y-%m-%d" }
[table.names]
Biopsy = { concept = "renal_biopsy" }
"""


def test_a_class_belongs_to_the_biopsy_of_its_day(tmp_path: Path) -> None:
    labs = f"{HEAD}P1;04.03.2024;Class;IV\nP2;05.03.2024;Class;III+V\nP1;06.03.2024;Class;V\n"
    biopsies = (
        "patient;procedure;date\nP2;Biopsy;2024-03-05\nP1;Biopsy;2024-03-04\nP1;Biopsy;2024-03-07\n"
    )
    files = {"labs.csv": labs, "biopsies.csv": biopsies}
    found = read_rows(tmp_path, files, LABS + BIOPSIES)
    assert column(found.tables["measurement"], "measurement_event_id") == [2, 1, None]
    assert "measurement: 1 findings have no renal_biopsy on their day: they belong to none" in (
        found.notes
    )


DRUGS = """
[[table]]
file = "drugs.csv"
holds = "drugs"
[table.columns]
patient = "patient"
drug = "drug"
start = { column = "start", format = "%Y-%m-%d" }
end = { column = "end", format = "%Y-%m-%d", empty = "ongoing", ongoing = ["laufend"] }
dose = { column = "dose" }
unit = "unit"
route = "route"
[table.names]
Prednisolone = { concept = "prednisolone" }
MMF = { concept = "mycophenolate_mofetil" }
RTX = { concept = "rituximab", empty = "same day" }
[table.routes]
iv = "intravenous"
"""
DRUG_HEAD = "patient;drug;start;end;dose;unit;route\n"


def _drug(tmp_path: Path, row: str) -> tuple[dict[str, object], dict[str, object]]:
    found = read_rows(tmp_path, {"drugs.csv": f"{DRUG_HEAD}P1;{row}\n"}, DRUGS)
    (exposure,) = found.tables["drug_exposure"].to_pylist()
    (era,) = found.tables["dose_era"].to_pylist()
    return exposure, era


def test_a_drug_ends_as_its_cell_says(tmp_path: Path) -> None:
    end = "drug_exposure_end_date"
    assert _drug(tmp_path, "MMF;2024-01-01;2024-02-01")[0][end] == date(2024, 2, 1)
    assert _drug(tmp_path, "MMF;2024-01-01;laufend")[0][end] == CUT
    assert _drug(tmp_path, "MMF;2024-01-01;")[0][end] == CUT
    exposure, era = _drug(tmp_path, "RTX;2024-01-01;;1000;mg;iv")
    assert exposure[end] == date(2024, 1, 1)
    assert exposure["route_concept_id"] == 4171047  # OMOP: Intravenous
    assert era["dose_value"] is None  # 1000 mg of one day are no dose a day that is declared


# UCUM: mg/d 8909, g/d 8807 of the OMOP vocabulary; mg a week has an id of Remit's own.
@pytest.mark.parametrize(
    ("dose", "unit", "number", "code"),
    [
        ("20", "mg/d", Decimal(20), 8909),
        ("20", "mg/day", Decimal(20), 8909),
        ("1.5", "g/d", Decimal("1.5"), 8807),
        ("15", "mg/week", Decimal(15), 2100000990),
        ("20 mg/d", "", Decimal(20), 8909),
        ("20 mg/d", "mg/d", Decimal(20), 8909),
        ("20 mg/d", "g/d", None, None),
        ("20", "mg", None, None),
        ("20", "", None, None),
        ("20 mg 2x/d", "", None, None),
        ("20-0-10", "mg", None, None),
        ("5-10", "mg/d", None, None),
        ("1,5", "g/d", None, None),
        ("", "", None, None),
    ],
)
def test_a_dose_is_one_of_a_day_or_week_or_unknown(
    tmp_path: Path, dose: str, unit: str, number: Decimal | None, code: int | None
) -> None:
    exposure, era = _drug(tmp_path, f"Prednisolone;2024-01-01;2024-02-01;{dose};{unit}")
    assert (era["dose_value"], era["unit_concept_id"]) == (number, code)
    said = " ".join(filter(None, ("Prednisolone", dose, unit)))
    assert exposure["drug_source_value"] == said


@pytest.mark.parametrize(
    ("route", "number"),
    [("", 20), ("po", 20), ("sc", 20), ("topisch", None), ("Inhalativ", None), ("nasal", None)],
)
def test_what_is_put_on_a_part_of_the_body_is_no_dose_of_the_whole(
    tmp_path: Path, route: str, number: int | None
) -> None:
    words = ", ".join(
        f'"{word}" = "other"' for word in ("po", "sc", "topisch", "Inhalativ", "nasal")
    )
    tables = DRUGS.replace("[table.routes]", f"[table.routes]\n{words}".replace(", ", "\n"))
    rows = f"{DRUG_HEAD}P1;Prednisolone;2024-01-01;2024-02-01;20;mg/d;{route}\n"
    found = read_rows(tmp_path, {"drugs.csv": rows}, tables)
    (era,) = found.tables["dose_era"].to_pylist()
    assert era["dose_value"] == number


def test_a_mass_alone_is_a_dose_where_the_map_says_of_what_time(tmp_path: Path) -> None:
    tables = DRUGS.replace('column = "dose"', 'column = "dose", per = "day"')
    rows = f"{DRUG_HEAD}P1;Prednisolone;2024-01-01;2024-02-01;20;mg\n"
    found = read_rows(tmp_path, {"drugs.csv": rows}, tables)
    (era,) = found.tables["dose_era"].to_pylist()
    assert (era["dose_value"], era["unit_concept_id"]) == (Decimal(20), 8909)


# Twice 20 mg a day are 40 mg/d; what the map does not say how often is unknown.
@pytest.mark.parametrize(
    ("dose", "unit", "often", "number"),
    [
        ("20", "mg", "BID", Decimal(40)),
        ("20", "mg", "daily", Decimal(20)),
        ("0.5", "g", "BID", Decimal(1)),
        ("20", "mg/d", "daily", Decimal(20)),
        ("20", "mg/d", "BID", None),
        ("20", "mg/d", "", Decimal(20)),
        ("20", "mg", "", None),
        ("20", "mg", "weekly", None),
        ("20", "mg/d", "as needed", None),
    ],
)
def test_a_dose_counts_as_often_as_the_map_says(
    tmp_path: Path, dose: str, unit: str, often: str, number: Decimal | None
) -> None:
    tables = DRUGS.replace('route = "route"', 'route = "route"\nfrequency = "often"')
    tables += "[table.times]\ndaily = 1\nBID = 2\n"
    head = "patient;drug;start;end;dose;unit;route;often\n"
    rows = f"{head}P1;MMF;2024-01-01;;{dose};{unit};;{often}\n"
    found = read_rows(tmp_path, {"drugs.csv": rows}, tables)
    (era,) = found.tables["dose_era"].to_pylist()
    assert era["dose_value"] == number
    strange = {item.written for item in found.not_understood}
    assert strange == ({often} if often in {"weekly", "as needed"} else set())


def test_a_dose_that_is_not_understood_is_said_with_its_row(tmp_path: Path) -> None:
    rows = f"{DRUG_HEAD}P1;Prednisolone;2024-01-01;2024-02-01;20 mg 2x/d;\n"
    found = read_rows(tmp_path, {"drugs.csv": rows}, DRUGS)
    said = "drugs.csv, row 2: Prednisolone: the dose is not told per day"
    assert any(note.startswith(said) for note in found.notes)


EVENTS = """
[[table]]
file = "diagnoses.csv"
holds = "diagnoses"
[table.columns]
patient = "patient"
diagnosis = "icd"
start = { column = "since", format = "%d/%m/%Y" }
end = { column = "to", format = "%d/%m/%Y" }
[table.names]
"M32.14" = { concept = "lupus_nephritis" }

[[table]]
file = "visits.csv"
holds = "visits"
[table.columns]
patient = "patient"
visit = { always = "clinic" }
start = { column = "day", format = "%Y-%m-%d %H:%M" }
[table.names]
clinic = { concept = "outpatient_visit" }

[[table]]
file = "watched.csv"
holds = "observed"
[table.columns]
patient = "patient"
start = { column = "from", format = "%Y-%m-%d" }
end = { column = "to", format = "%Y-%m-%d", empty = "ongoing" }

[[table]]
file = "deaths.csv"
holds = "deaths"
columns = { patient = "patient", date = { column = "day", format = "%Y-%m-%d" } }
"""


def test_diagnoses_visits_periods_and_deaths(tmp_path: Path) -> None:
    files = {
        "diagnoses.csv": "patient;icd;since;to\n"
        "P1;M32.14;03/04/2020;\nP2;M32.14;03/04/2020;05/04/2020\n",
        "visits.csv": "patient;day\nP1;2024-03-04 08:30\n",
        "watched.csv": "patient;from;to\nP1;2020-01-01;\nP2;2020-01-01;2030-01-01\n",
        "deaths.csv": "patient;day\nP2;2024-05-01\n",
    }
    found = read_rows(tmp_path, files, EVENTS)
    conditions = found.tables["condition_occurrence"]
    assert column(conditions, "condition_start_date") == [date(2020, 4, 3)] * 2
    assert column(conditions, "condition_end_date") == [None, date(2020, 4, 5)]
    assert column(conditions, "condition_source_value") == ["M32.14"] * 2
    visits = found.tables["visit_occurrence"]
    assert column(visits, "visit_end_date") == [date(2024, 3, 4)]
    assert column(visits, "visit_concept_id") == [9202]
    periods = found.tables["observation_period"]
    assert column(periods, "observation_period_end_date") == [CUT, date(2030, 1, 1)]
    assert column(found.tables["death"], "death_date") == [date(2024, 5, 1)]
    assert found.resolved == frozenset({"condition_occurrence", "visit_occurrence"})


def test_a_diagnosis_has_the_code_that_its_name_says(tmp_path: Path) -> None:
    tables = """
[[table]]
file = "dx.csv"
holds = "diagnoses"
[table.columns]
patient = "patient"
diagnosis = "dx"
start = { column = "since", format = "%Y-%m-%d" }
[table.names]
"Ulcerative colitis" = { concept = "inflammatory_bowel_disease" }
"Colitis" = { concept = "inflammatory_bowel_disease" }
"Riesenzellarteriitis" = { concept = "systemic_vasculitis" }
"""
    rows = "patient;dx;since\n" + "".join(
        f"P1;{dx};2024-01-01\n" for dx in ("Ulcerative colitis", "Colitis", "Riesenzellarteriitis")
    )
    found = read_rows(tmp_path, {"dx.csv": rows}, tables)
    # OMOP: 81893 ulcerative colitis; 201606 Crohn's disease, the concept's first; Remit's own code.
    first, second, third = column(found.tables["condition_occurrence"], "condition_concept_id")
    assert (first, second) == (81893, 201606)
    assert third in range(2_100_000_000, 2_101_000_000)


def test_a_year_stands_for_a_day_only_where_the_map_says_so(tmp_path: Path) -> None:
    tables = """
[[table]]
file = "dx.csv"
holds = "diagnoses"
[table.columns]
patient = "patient"
diagnosis = "dx"
start = { column = "since", format = "%d.%m.%Y", imprecise = "first day" }
[table.names]
SLE = { concept = "sle" }
"""
    days = ("2022", "03/2021", "3.2021", "2020-05", "17.06.2019")
    rows = "patient;dx;since\n" + "".join(f"P1;SLE;{day}\n" for day in days)
    found = read_rows(tmp_path, {"dx.csv": rows}, tables)
    assert column(found.tables["condition_occurrence"], "condition_start_date") == [
        date(2022, 1, 1),
        date(2021, 3, 1),
        date(2021, 3, 1),
        date(2020, 5, 1),
        date(2019, 6, 17),
    ]
    assert any(note.startswith("dx.csv: 4 days of which only the month") for note in found.notes)
    plain = tables.replace(', imprecise = "first day"', "")
    for text, told in (("13/2021", tables), ("2022", plain)):
        with pytest.raises(DatasetError, match="no day can be read in the column since"):
            read_rows(tmp_path, {"dx.csv": f"patient;dx;since\nP1;SLE;{text}\n"}, told)


def test_a_time_stands_beside_its_day(tmp_path: Path) -> None:
    tables = LABS.replace("%d.%m.%Y", "%d.%m.%Y %H:%M")
    rows = f"{HEAD}P1;04.03.2024 08:30;Plt;150;10^9/L\n"
    found = read_rows(tmp_path, {"labs.csv": rows}, tables)
    (row,) = found.tables["measurement"].to_pylist()
    assert row["measurement_date"] == date(2024, 3, 4)
    assert row["measurement_datetime"] == datetime.fromisoformat("2024-03-04T08:30:00")


def test_persons_have_the_sex_and_birth_that_the_sheet_says(tmp_path: Path) -> None:
    persons = "patient;birth;sex\nLN-010;15.06.1990;f\nLN-2;1988-01-02;x\n"
    tables = """
[[table]]
file = "persons.csv"
holds = "persons"
columns = { patient = "patient", birth = { column = "birth", format = "%d.%m.%Y" }, sex = "sex" }
sexes = { f = "female", m = "male" }
"""
    found = read_rows(
        tmp_path, {"persons.csv": persons.replace("1988-01-02", "02.01.1988")}, tables
    )
    rows = {row["person_id"]: row for row in found.tables["person"].to_pylist()}
    assert found.persons.numbers == {"LN-2": 1, "LN-010": 2}  # in natural order
    assert rows[2]["gender_concept_id"] == FEMALE
    assert (rows[2]["year_of_birth"], rows[2]["month_of_birth"], rows[2]["day_of_birth"]) == (
        1990,
        6,
        15,
    )
    assert rows[1]["gender_concept_id"] == 0  # x is not in the map: unknown, and said
    assert [(s.table, s.written) for s in found.not_understood] == [("person", "x")]
    assert MALE == 8507


def test_sex_and_birth_may_stand_each_in_a_sheet_of_its_own(tmp_path: Path) -> None:
    files = {
        "persons.csv": "patient;birth\nP1;1990\nP2;1988\n",
        "sexes.csv": "patient;sex\nP1;f\nP3;m\nP1;f\n",
    }
    tables = """
[[table]]
file = "persons.csv"
holds = "persons"
columns = { patient = "patient", birth = "birth" }
[[table]]
file = "sexes.csv"
holds = "persons"
columns = { patient = "patient", sex = "sex" }
sexes = { f = "female", m = "male" }
"""
    found = read_rows(tmp_path, files, tables)
    people = found.tables["person"]
    assert column(people, "gender_concept_id") == [FEMALE, 0]
    assert {(gone.reason, gone.examples) for gone in found.left_out["person"]} == {
        ("no birth", ("sexes.csv row 3",)),
        ("says more of the person of another row", ("sexes.csv row 2",)),
        ("says all of another row again", ("sexes.csv row 4",)),
    }
    assert any("1 of 2 persons have no sex" in note for note in found.notes)


def test_a_visit_of_a_kind_that_nobody_tells_is_one_of_none(tmp_path: Path) -> None:
    tables = """
[[table]]
file = "visits.csv"
holds = "visits"
columns = { patient = "patient", start = { column = "date", format = "%Y-%m-%d" } }
"""
    found = read_rows(tmp_path, {"visits.csv": "patient;date\nP1;2024-03-14\n"}, tables)
    assert column(found.tables["visit_occurrence"], "visit_concept_id") == [0]
    assert column(found.tables["visit_occurrence"], "visit_end_date") == [date(2024, 3, 14)]
    assert found.resolved == frozenset()


def test_a_year_alone_leaves_month_and_day_open(tmp_path: Path) -> None:
    found = read_rows(tmp_path, {}, "")
    assert column(found.tables["person"], "year_of_birth") == [1990, 1988]
    assert column(found.tables["person"], "month_of_birth") == [None, None]


def test_rows_of_somebody_without_a_birth_are_counted_and_left_out(tmp_path: Path) -> None:
    rows = f"{HEAD}P1;04.03.2024;Plt;150;10^9/L\nP9;04.03.2024;Plt;150;10^9/L\n"
    found = read_rows(tmp_path, {"labs.csv": rows}, LABS)
    assert found.tables["measurement"].num_rows == 1
    (gone,) = found.left_out["measurement"]
    assert (gone.reason, gone.rows, gone.examples) == (
        "the person is in no sheet of persons",
        1,
        ("labs.csv row 3",),
    )


def test_rows_after_the_data_cut_are_counted_and_left_out(tmp_path: Path) -> None:
    rows = (
        f"{HEAD}P1;01.07.2024;Plt;150;10^9/L\n"
        "P1;30.06.2024;Plt;150;10^9/L\nP1;01.01.1990;Plt;150;10^9/L\n"
    )
    found = read_rows(tmp_path, {"labs.csv": rows}, LABS)
    assert column(found.tables["measurement"], "measurement_date") == [CUT, date(1990, 1, 1)]
    assert {(gone.reason, gone.examples) for gone in found.left_out["measurement"]} == {
        ("after the data cut", ("labs.csv row 2",)),
    }


def test_a_sheet_with_a_column_for_each_test_is_read_once_for_each(tmp_path: Path) -> None:
    wide = "patient;date;Plt;Hb (g/dL)\nP1;04.03.2024;150;11,2\nP2;04.03.2024;;12\n"
    tables = "".join(
        f"""
[[table]]
file = "wide.csv"
holds = "tests"
[table.columns]
patient = "patient"
date = {{ column = "date", format = "%d.%m.%Y" }}
test = {{ always = "{test}" }}
value = {{ column = "{header}", decimal = "," }}
unit = {{ always = "{unit}" }}
[table.names]
{test} = {{ concept = "{concept}" }}
"""
        for test, header, unit, concept in (
            ("Plt", "Plt", "10^9/L", "platelets"),
            ("Hb", "Hb (g/dL)", "g/dL", "hemoglobin"),
        )
    )
    found = read_rows(tmp_path, {"wide.csv": wide}, tables)
    assert column(found.tables["measurement"], "value_as_number") == [
        Decimal(150),
        Decimal("11.2"),
        Decimal(12),
    ]
    (empty,) = found.left_out["measurement"]
    assert (empty.reason, empty.examples) == (
        "no value in the column of its test",
        ("wide.csv row 3",),
    )
    assert not any("not read" in note for note in found.notes)


def test_every_row_is_kept_or_counted(tmp_path: Path) -> None:
    rows = HEAD + "".join(
        f"{person};{day:02}.0{month}.{year};{test};{value};10^9/L;;\n"
        for person in ("P1", "P2", "P9")
        for day in (1, 28)
        for month in (1, 7)
        for year in (1990, 2024)
        for test in ("Plt", "TSH", "odd", "ANA")
        for value in ("1", "n/a")
    )
    found = read_rows(tmp_path, {"labs.csv": rows}, LABS)
    left = sum(gone.rows for gone in found.left_out["measurement"])
    assert found.reads["measurement"] == ("labs.csv", 3 * 2 * 2 * 2 * 4 * 2)
    assert found.tables["measurement"].num_rows + left == 3 * 2 * 2 * 2 * 4 * 2


def test_columns_that_no_field_comes_from_are_said(tmp_path: Path) -> None:
    rows = "patient;date;test;value;unit;low;high;Labor\nP1;04.03.2024;Plt;1;10^9/L;;;A\n"
    found = read_rows(tmp_path, {"labs.csv": rows}, LABS)
    assert "labs.csv: columns that were not read: Labor" in found.notes


def test_what_follows_from_nobody_being_watched_is_said(tmp_path: Path) -> None:
    found = read_rows(tmp_path, {}, "")
    assert any(note.startswith("2 of 2 persons have no observed period") for note in found.notes)


def test_a_row_of_an_id_like_that_of_a_person_is_told_apart_from_that_of_a_stranger(
    tmp_path: Path,
) -> None:
    rows = f"{HEAD}p1;04.03.2024;Plt;11;10^9/L\nQ7;04.03.2024;Plt;12;10^9/L\n"
    found = read_rows(tmp_path, {"labs.csv": rows}, LABS)
    reasons = {item.reason: item.rows for item in found.left_out["measurement"]}
    assert reasons == {
        "the person is in no sheet of persons": 1,
        "the person is in no sheet of persons, but one whose id differs only in case, spaces, "
        "zeros in front or the coding of a letter": 1,
    }


@pytest.mark.parametrize("cells", ["0,50000049;g/g;;", "0,5;g/g;;1,00000001"])
def test_a_value_or_a_limit_of_many_decimals_stays_above_the_number_beside_it(
    tmp_path: Path, cells: str
) -> None:
    rows = f"{HEAD}P1;04.03.2024;UPCR;{cells}\n"
    found = read_rows(tmp_path, {"labs.csv": rows}, LABS)
    row = found.tables["measurement"].to_pylist()[0]
    assert (row["value_as_number"] > Decimal("0.5")) != ((row["range_high"] or 0) > Decimal(1))
    assert "labs.csv, row 2: numbers with more than six decimals were rounded to six" in found.notes


def test_a_birth_of_which_only_the_year_is_known_may_stand_beside_whole_days(
    tmp_path: Path,
) -> None:
    persons = "patient;birth\nP1;15.06.1990\nP2;1988\n"
    tables = """
[[table]]
file = "persons.csv"
holds = "persons"
[table.columns]
patient = "patient"
birth = { column = "birth", format = "%d.%m.%Y" }
"""
    rows = read_rows(tmp_path, {"persons.csv": persons}, tables).tables["person"].to_pylist()
    born = [tuple(row[f"{part}_of_birth"] for part in ("year", "month", "day")) for row in rows]
    assert born == [(1990, 6, 15), (1988, None, None)]

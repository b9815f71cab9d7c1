"""DM: births that an age bounds, deaths, and named dates."""

from __future__ import annotations

from datetime import date

import pytest

from facts.intake.sdtm.sdtm_days_given import span
from facts.intake.sdtm.sdtm_rows_given import PERSON, only_row, read_rows
from remit.errors import DatasetError
from remit.facts.intake.sdtm.sdtm_days import DaySpan
from remit.facts.intake.sdtm.sdtm_subjects import birth_span
from remit.facts.intake.sdtm.sdtm_tables import SdtmChoices

VISIT = {"SVSTDTC": "2024-12-31"}


# Completed years on a day D: born after D minus (n+1) years, and by D minus n years.
@pytest.mark.parametrize(
    ("born", "age", "unit", "days", "expected"),
    [
        (None, "63", "YEARS", ["2014-01-02"], span("1950-01-03", "1951-01-02")),
        (None, "0", "YEARS", ["2014-01-02"], span("2013-01-03", "2014-01-02")),
        (None, "20", "YEARS", ["2024-02-29"], span("2003-03-01", "2004-02-29")),
        (None, "21", "YEARS", ["2024-02-29"], span("2002-03-01", "2003-02-28")),
        (None, "30", "MONTHS", ["2024-03-31"], span("2021-09-01", "2021-09-30")),
        (None, "10", "DAYS", ["2024-03-31"], span("2024-03-21", "2024-03-21")),
        (None, "2", "WEEKS", ["2024-03-31"], span("2024-03-11", "2024-03-17")),
        # the first reference that is told counts; a partial one widens the span
        (None, "63", "YEARS", [None, "2014-01-02"], span("1950-01-03", "1951-01-02")),
        (None, "63", "YEARS", ["2014"], span("1950-01-02", "1951-12-31")),
        ("1980-01-15", "44", "YEARS", ["2024-03-01"], span("1980-01-15", "1980-01-15")),
        ("1980", "44", "YEARS", ["2024-03-01"], span("1980-01-01", "1980-03-01")),
        ("1980-05", "43", "YEARS", ["2024-03-01"], span("1980-05-01", "1980-05-31")),
        # an age that contradicts the birth bounds nothing
        ("1980", "20", "YEARS", ["2024-03-01"], span("1980-01-01", "1980-12-31")),
        (None, None, "YEARS", ["2024-03-01"], None),
        (None, "63", "YEARS", [None], None),
        (None, "63", "DECADES", ["2024-03-01"], None),
        (None, "63.5", "YEARS", ["2024-03-01"], None),
        (None, "-1", "YEARS", ["2024-03-01"], None),
        (None, "900", "YEARS", ["2024-03-01"], None),
        ("--05-05", None, None, [None], None),
    ],
)
def test_a_birth_is_bounded_by_what_is_told(
    born: str | None,
    age: str | None,
    unit: str | None,
    days: list[str | None],
    expected: DaySpan | None,
) -> None:
    assert birth_span(born, age, unit, days) == expected


@pytest.mark.parametrize(
    ("cells", "year", "month", "day"),
    [
        ({}, 1980, 1, 15),
        ({"BRTHDTC": "1980-01"}, 1980, 1, None),
        ({"BRTHDTC": "1980"}, 1980, None, None),
        ({"BRTHDTC": "", "AGE": "44", "AGEU": "YEARS"}, 1979, None, None),
    ],
)
def test_a_person_has_what_is_known_of_the_birth(
    cells: dict[str, str], year: int, month: int | None, day: int | None
) -> None:
    got = only_row(read_rows({"DM": [{**PERSON, **cells}], "SV": [VISIT]}), "person")
    assert (got["year_of_birth"], got["month_of_birth"], got["day_of_birth"]) == (year, month, day)
    assert got["gender_concept_id"] == 8532


def test_the_days_on_which_somebody_may_be_born_stand_beside_the_year() -> None:
    cells = {"BRTHDTC": "", "AGE": "44", "AGEU": "YEARS"}
    found = read_rows({"DM": [{**PERSON, **cells}], "SV": [VISIT]})
    (row,) = found.tables["imprecise_date"].to_pylist()
    assert (row["fact_table"], row["date_column"], row["fact_id"]) == ("person", "birth_date", 1)
    assert (row["first_date"], row["last_date"]) == (date(1979, 3, 2), date(1980, 3, 1))
    # A year or a month alone needs none: the person says it.
    for born in ("1980", "1980-01", "1980-01-15"):
        found = read_rows({"DM": [{**PERSON, "BRTHDTC": born}], "SV": [VISIT]})
        assert "imprecise_date" not in found.tables


def test_persons_keep_the_ids_of_the_study() -> None:
    found = read_rows(
        {"DM": [PERSON, {**PERSON, "USUBJID": "S-10"}, {**PERSON, "USUBJID": "S-9"}], "SV": [VISIT]}
    )
    assert found.persons.numbers == {"P1": 1, "S-9": 2, "S-10": 3}


def test_rows_of_dm_that_name_nobody_or_tell_no_birth_are_left_out() -> None:
    rows = [PERSON, {**PERSON, "USUBJID": ""}, {**PERSON, "USUBJID": "P2", "BRTHDTC": ""}]
    found = read_rows({"DM": rows, "SV": [VISIT]})
    assert found.tables["person"].num_rows == 1
    assert sorted(item.reason for item in found.left_out["person"]) == [
        "DM: neither a birth nor an age",
        "DM: the row names no subject",
    ]


def test_two_stories_of_one_person_are_refused_and_one_told_twice_is_one() -> None:
    found = read_rows({"DM": [PERSON, PERSON], "SV": [VISIT]})
    assert found.tables["person"].num_rows == 1
    with pytest.raises(DatasetError, match="two stories"):
        read_rows({"DM": [PERSON, {**PERSON, "SEX": "M"}], "SV": [VISIT]})


def test_anchors_are_written_for_the_studies_that_are_named() -> None:
    rows = [{**PERSON, "RFICDTC": "2024-02-20"}, {**PERSON, "USUBJID": "P2", "RFICDTC": "2024-02"}]
    started = [
        {"DSTERM": "x", "DSDECOD": "RANDOMIZED", "DSSTDTC": "2024-02-29"},
        {
            "USUBJID": "P2",
            "DSTERM": "x",
            "DSDECOD": "INFORMED CONSENT OBTAINED",
            "DSSTDTC": "2024-02-21",
        },
    ]
    assert "study_anchor" not in read_rows({"DM": rows, "DS": started}).tables
    choices = SdtmChoices(
        studies={"A": ("consent", "screening"), "B": ("allocation",)},
        screening=("RFSTDTC", {"A": "screening"}),
    )
    found = read_rows({"DM": rows, "DS": started, "SV": [VISIT]}, choices=choices)
    told = {
        (row["person_id"], row["study"], row["anchor"]): row["anchor_date"]
        for row in found.tables["study_anchor"].to_pylist()
    }
    # P2's consent is a month in DM, which is no anchor, and a day in DS.
    assert told == {
        (1, "A", "consent"): date(2024, 2, 20),
        (2, "A", "consent"): date(2024, 2, 21),
        (1, "B", "allocation"): date(2024, 2, 29),
        (1, "A", "screening"): date(2024, 3, 1),
        (2, "A", "screening"): date(2024, 3, 1),
    }


def test_visits_that_did_not_take_place_are_no_visits() -> None:
    rows = [
        {"VISITNUM": "1", "SVSTDTC": "2024-03-01"},
        {"VISITNUM": "2", "SVSTDTC": "2024-03-08", "SVENDTC": "2024-03-09"},
        {"VISITNUM": "3", "SVPRESP": "Y", "SVOCCUR": "N"},
        {"VISITNUM": "4"},
    ]
    found = read_rows({"SV": rows})
    days = found.tables["visit_occurrence"].select(["visit_start_date", "visit_end_date"])
    assert days.to_pylist()[:2] == [
        {"visit_start_date": date(2024, 3, 1), "visit_end_date": date(2024, 3, 1)},
        {"visit_start_date": date(2024, 3, 8), "visit_end_date": date(2024, 3, 9)},
    ]
    # Of the fourth nobody tells when, nor that it did not take place.
    assert len(found.left_out["visit_occurrence"]) == 1
    (started, _) = found.tables["imprecise_date"].to_pylist()
    assert (started["first_date"], started["last_date"]) == (date(1980, 1, 15), date(2024, 3, 8))


def test_datasets_without_a_day_need_a_data_cut() -> None:
    with pytest.raises(DatasetError, match="--data-cut"):
        read_rows({"DM": [{"USUBJID": "P1", "BRTHDTC": "1980"}]})
    found = read_rows(
        {"DM": [{"USUBJID": "P1", "BRTHDTC": "1980"}]}, choices=SdtmChoices(date(2024, 1, 1))
    )
    assert found.tables["person"].num_rows == 1


def test_a_column_of_screening_that_tells_no_day_is_told() -> None:
    rows = [{**PERSON, "RFICDTC": "2024-02-20"}, {**PERSON, "USUBJID": "P2", "RFICDTC": "2024-02"}]
    choices = SdtmChoices(screening=("RFICDTC", {"A": "screening"}))
    found = read_rows({"DM": rows, "SV": [VISIT]}, choices=choices)
    assert found.tables["study_anchor"]["person_id"].to_pylist() == [1]
    assert "DM: persons of whom RFICDTC tells no whole day: not screened: 1" in found.notes

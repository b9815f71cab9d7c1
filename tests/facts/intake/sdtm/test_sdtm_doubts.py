"""What an SDTM row leaves open stays open: no event, sign, limit or day is made up for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from facts.intake.imported_answers import answer
from facts.intake.sdtm.sdtm_rows_given import PERSON, Row, only_row, read_rows
from remit.errors import DatasetError
from remit.facts.intake.dataset.handed_over import SourceTables
from remit.facts.intake.sdtm.files.sdtm_flat import read_sdtm_parquet
from remit.facts.intake.sdtm.sdtm_days import day_span
from remit.facts.intake.sdtm.sdtm_map import SdtmMap, TermUse
from remit.facts.intake.sdtm.sdtm_subjects import birth_span
from remit.facts.intake.sdtm.sdtm_tables import SdtmChoices

ALL = ("condition_occurrence", "drug_exposure", "dose_era", "measurement", "observation")
CUT = {"SVSTDTC": "2024-12-31"}  # the last day of the data
LESS = 4171756  # OMOP: <
MAP = SdtmMap(
    terms={
        "MH": {"PNEUMONIA": TermUse(concept="pneumonia")},
        "AE": {"PNEUMONIA": TermUse(concept="pneumonia")},
        "CM": {"PREDNISONE": TermUse(concept="prednisone")},
    }
)


def _code(found: SourceTables, table: str, column: str) -> object:
    return only_row(found, table)[column]


# SDTM Implementation Guide 3.4: --OCCUR of codelist NY (N, NA, U, Y); --PRESP: a form asked.
@pytest.mark.parametrize(
    ("row", "is_open"),
    [
        ({"MHOCCUR": "Y", "MHPRESP": "Y"}, False),
        ({"MHOCCUR": "U", "MHPRESP": "Y"}, True),
        ({"MHOCCUR": "u"}, True),
        ({"MHOCCUR": "NA"}, True),
        ({"MHPRESP": "Y"}, True),
        ({"MHPRESP": "Y", "MHSTDTC": "2020"}, False),
        ({}, False),
    ],
)
def test_a_history_that_nobody_answered_counts_for_neither(row: Row, is_open: bool) -> None:
    told = {"MHTERM": "Pneumonia", "MHDTC": "2024-03-01", **row}
    found = read_rows({"MH": [told], "SV": [CUT]}, sdtm_map=MAP)
    assert (_code(found, "condition_occurrence", "condition_concept_id") == 0) is is_open
    assert "condition_occurrence" not in (found.resolved or ()) or not is_open


def test_an_adverse_event_that_was_asked_for_occurred() -> None:
    told = {"AETERM": "Pneumonia", "AEPRESP": "Y", "AEDTC": "2024-03-01"}
    found = read_rows({"AE": [told], "SV": [CUT]}, sdtm_map=MAP)
    assert _code(found, "condition_occurrence", "condition_concept_id") != 0


def test_a_dose_of_nothing_is_no_sign_of_a_drug() -> None:
    told = {"CMTRT": "Prednisone", "CMDOSE": "0", "CMDOSU": "mg", "CMDOSFRQ": "QD"}
    found = read_rows({"CM": [{**told, "CMSTDTC": "2024-03-01"}], "SV": [CUT]}, sdtm_map=MAP)
    assert _code(found, "drug_exposure", "drug_concept_id") == 0
    assert _code(found, "dose_era", "dose_value") is None


@pytest.mark.parametrize("column", ["MHCAT", "MHSCAT"])
def test_a_disease_of_the_family_is_none_of_the_person(column: str) -> None:
    told = {"MHTERM": "Pneumonia", column: "Family History", "MHDTC": "2024-03-01"}
    found = read_rows({"MH": [told], "SV": [CUT]}, sdtm_map=MAP)
    assert "condition_occurrence" not in found.tables
    (left,) = found.left_out["condition_occurrence"]
    assert left.rows == 1
    assert "family" in left.reason


def test_a_visit_of_which_nobody_says_that_it_took_place_is_none() -> None:
    found = read_rows({"SV": [{**CUT, "SVOCCUR": "U"}]})
    assert "visit_occurrence" not in found.tables


# A standard result without an original one: --STRESC holds the sign, limits are in its own unit.
@pytest.mark.parametrize(
    ("words", "exact", "number", "sign"),
    [
        ("<3.42", "3.42", "3.42", LESS),
        ("<3.42", "1.71", "3.42", LESS),
        ("79.6", "79.56", "79.6", None),
        ("79.6", "0.9", None, None),
        ("79.6", "", "79.6", None),
        ("", "79.6", "79.6", None),
    ],
)
def test_a_standard_result_alone_keeps_its_sign_and_its_limits(
    words: str, exact: str, number: str | None, sign: int | None
) -> None:
    row = {
        "LBTESTCD": "CREAT",
        "LBSPEC": "SERUM",
        "LBDTC": "2024-03-01",
        "LBSTRESC": words,
        "LBSTRESN": exact,
        "LBSTRESU": "umol/L",
        "LBORNRHI": "1.1",
        "LBSTNRHI": "97.2",
    }
    found = only_row(read_rows({"LB": [row]}), "measurement")
    assert found["value_as_number"] == (None if number is None else Decimal(number))
    assert found["operator_concept_id"] == sign
    assert found["range_high"] == Decimal("97.2")


def test_an_original_number_and_a_standard_one_below_it_contradict_each_other() -> None:
    row = {"LBTESTCD": "CREAT", "LBSPEC": "SERUM", "LBDTC": "2024-03-01", "LBORRESU": "mg/dL"}
    row |= {"LBORRES": "0.9", "LBSTRESC": "<0.9", "LBSTRESU": "mg/dL"}
    assert only_row(read_rows({"LB": [row]}), "measurement")["value_as_number"] is None


@pytest.mark.parametrize(
    ("words", "exact", "is_read"),
    [
        ("0.9", "0.9", True),
        ("0.9", "", True),
        ("", "0.9", True),
        ("0.9", "1.9", False),
        ("HEMOLYZED", "", False),
    ],
)
@pytest.mark.parametrize("unit", ["mg/dL", ""])
def test_a_standard_result_that_is_a_word_or_two_numbers_contradicts(
    words: str, exact: str, is_read: bool, unit: str
) -> None:
    row = {"LBTESTCD": "CREAT", "LBSPEC": "SERUM", "LBDTC": "2024-03-01", "LBORRES": "0.9"}
    row |= {"LBORRESU": unit, "LBSTRESC": words, "LBSTRESN": exact, "LBSTRESU": "mg/dL"}
    found = read_rows({"LB": [row]})
    value = only_row(found, "measurement")["value_as_number"]
    assert value == (Decimal("0.9") if is_read else None)
    assert any("contradicts it in 1 " in note for note in found.notes) is not is_read


# --DRVFL: "records that represent the average of other records" (SDTM Implementation Guide 3.4).
@pytest.mark.parametrize(
    ("rows", "kept"),
    [
        (({"VSORRES": "150"}, {"VSORRES": "120"}, {"VSDRVFL": "Y"}), 2),
        (({"VSORRES": "150"}, {"VSDRVFL": "Y", "VSDTC": "2024-03-02"}), 2),
        (
            ({"VSORRES": "150", "VISITNUM": "2"}, {"VSDRVFL": "Y", "VSDTC": "", "VISITNUM": "2.0"}),
            1,
        ),
        (({"VSSTAT": "NOT DONE"}, {"VSDRVFL": "Y"}), 1),
        (({"VSORRES": "90", "VSTESTCD": "DIABP"}, {"VSDRVFL": "Y"}), 2),
        (({"VSDRVFL": "Y"},), 1),
    ],
)
def test_an_average_is_not_counted_beside_what_it_was_made_of(
    rows: tuple[Row, ...], kept: int
) -> None:
    sign = {"VSTESTCD": "SYSBP", "VSDTC": "2024-03-01T08:00", "VSORRESU": "mmHg"}
    told = [{**sign, "VSSEQ": str(at), **row} for at, row in enumerate(rows)]
    told = [
        {**row, "VSSTRESN": "135", "VSSTRESU": "mmHg"} if "VSDRVFL" in row else row for row in told
    ]
    found = read_rows({"VS": told, "SV": [CUT]})
    assert found.tables["measurement"].num_rows == kept
    left = sum(item.rows for item in found.left_out.get("measurement", ()))
    assert left == len(rows) - kept


def test_a_fatal_event_without_an_end_dates_a_death_no_closer_than_its_start() -> None:
    told = {"AETERM": "Pneumonia", "AESTDTC": "2024-03-10", "AEOUT": "FATAL"}
    found = read_rows({"AE": [told], "SV": [CUT]}, sdtm_map=MAP)
    (span,) = [
        (row["first_date"], row["last_date"])
        for row in found.tables["imprecise_date"].to_pylist()
        if row["fact_table"] == "death"
    ]
    assert span == (date(2024, 3, 10), date(2024, 12, 31))


@pytest.mark.parametrize(
    ("days", "consent"),
    [
        (("2024-05-01", "2024-02-20"), date(2024, 2, 20)),
        (("2024-02", "2024-05-01"), None),
        (("2024-06", "2024-05-01"), date(2024, 5, 1)),
        (("", "2024-05-01"), None),
    ],
)
def test_the_first_consent_counts_whatever_the_order_of_rows(
    days: tuple[str, ...], consent: date | None
) -> None:
    rows = [{"DSDECOD": "INFORMED CONSENT OBTAINED", "DSTERM": d, "DSSTDTC": d} for d in days]
    choices = SdtmChoices(studies={"NCT06167174": ("consent",)})
    found = read_rows({"DS": rows, "SV": [CUT]}, choices=choices)
    anchors = found.tables.get("study_anchor")
    told = [] if anchors is None else anchors["anchor_date"].to_pylist()
    assert told == ([] if consent is None else [consent])


def test_a_visit_is_the_same_however_its_number_is_written() -> None:
    lab = {"LBTESTCD": "CREAT", "LBSPEC": "SERUM", "VISITNUM": "2.0", "LBORRES": "1"}
    found = read_rows({"LB": [lab], "SV": [{**CUT, "VISITNUM": "2"}]})
    assert only_row(found, "measurement")["measurement_date"] == date(2024, 12, 31)


def test_an_age_of_whole_years_may_be_written_with_a_point() -> None:
    assert birth_span(None, "63.0", "YEARS", ["2014-01-02"]) == birth_span(
        None, "63", "YEARS", ["2014-01-02"]
    )
    assert birth_span(None, "63.5", "YEARS", ["2014-01-02"]) is None


def test_midnight_at_the_end_of_a_day_is_that_day() -> None:
    span = day_span("2024-03-01T24:00")
    assert span is not None
    assert (span.first, span.last, span.at) == (date(2024, 3, 1), date(2024, 3, 1), None)


SUPPLEMENT = {"RDOMAIN": "AE", "QNAM": "AEICD10", "QVAL": "J18.9", "IDVAR": "AESEQ"}


@pytest.mark.parametrize(
    ("numbers", "value"), [(("1", "1"), "1"), (("", ""), ""), (("1", "2"), "3")]
)
def test_a_code_that_may_belong_to_several_rows_belongs_to_none(
    numbers: tuple[str, str], value: str
) -> None:
    rows = [
        {"AETERM": f"Event {at}", "AESEQ": number, "AESTDTC": "2024-03-01"}
        for at, number in enumerate(numbers)
    ]
    found = read_rows({"AE": rows, "SUPPAE": [{**SUPPLEMENT, "IDVARVAL": value}]})
    codes = found.tables["condition_occurrence"]["condition_concept_id"].to_pylist()
    assert codes == [0, 0]
    assert any("1 to none" in note for note in found.notes)


@pytest.mark.parametrize(
    ("moments", "texts"),
    [
        (("2024-03-01T00:00:00", None), ["2024-03-01", None]),
        (
            ("2024-03-01T08:15:00", "2024-03-02T00:00:00"),
            ["2024-03-01T08:15:00", "2024-03-02T00:00:00"],
        ),
    ],
)
def test_days_of_parquet_are_days_of_sdtm(
    tmp_path: Path, moments: tuple[str | None, ...], texts: list[str | None]
) -> None:
    columns: Mapping[str, pa.Array] = {
        "USUBJID": pa.array(["P1", "P1"]),
        "LBDTC": pa.array(moments, pa.string()).cast(pa.timestamp("ns")),
    }
    pq.write_table(pa.table(columns), tmp_path / "lb.parquet")
    assert read_sdtm_parquet(tmp_path / "lb.parquet")["LBDTC"].to_pylist() == texts


@pytest.mark.parametrize("text", ["1.234,5", "0,9", "haemolysed", "5-10"])
def test_a_result_that_is_no_number_is_counted(text: str) -> None:
    row = {"LBTESTCD": "CREAT", "LBSPEC": "SERUM", "LBDTC": "2024-03-01", "LBORRESU": "mg/dL"}
    found = read_rows({"LB": [{**row, "LBORRES": text}, {**row, "LBORRES": "0.9"}]})
    assert found.tables["measurement"]["value_as_number"].to_pylist() == [None, Decimal("0.9")]
    assert "LB: results of a known test that are no number, kept as text: 1" in found.notes


def test_times_of_utc_are_no_days_of_sdtm(tmp_path: Path) -> None:
    moments = (
        pa.array(["2024-03-01T23:00:00"]).cast(pa.timestamp("us")).cast(pa.timestamp("us", "UTC"))
    )
    pq.write_table(pa.table({"USUBJID": ["P1"], "LBDTC": moments}), tmp_path / "lb.parquet")
    with pytest.raises(DatasetError, match="may be another day at the place"):
        read_sdtm_parquet(tmp_path / "lb.parquet")


# What cannot be dated was not absent: a site's own way of writing days is one of these.
@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        ({"MHSTDTC": "2010-05-01", "MHENDTC": "2010-06-01"}, "not_met"),
        ({"MHSTDTC": "2023-05-01", "MHENDTC": "2023-06-01"}, "met"),
        ({"MHSTDTC": "2023-02-30", "MHENDTC": "2023-06-01"}, "met"),
        ({"MHSTDTC": "2024-02-30", "MHENDTC": "2024-06-01"}, "unknown(imprecise_date)"),
        ({"MHSTDTC": "UNK"}, "unknown(imprecise_date)"),
        ({"MHSTDTC": "01MAY2023"}, "unknown(imprecise_date)"),
        ({"MHSTDTC": "2010-05-01", "MHENDTC": "ONGOING"}, "unknown(imprecise_date)"),
        ({"MHSTDTC": "UNK", "MHSTAT": "NOT DONE"}, "unknown(code_unresolved)"),
        ({"MHSTAT": "NOT DONE", "MHDTC": "2024-03-01"}, "unknown(code_unresolved)"),
        # days that cannot be, beside a day of which only the year is known
        ({"MHSTDTC": "1970-02-01", "MHENDTC": "1970-03-01"}, "unknown(imprecise_date)"),
        ({"MHSTDTC": "2024-06-01", "MHENDTC": "2024-02-01"}, "unknown(imprecise_date)"),
        ({"MHSTDTC": "UNK", "MHOCCUR": "N"}, "not_met"),
        ({"MHSTDTC": "UNK", "MHOCCUR": "U"}, "unknown(code_unresolved)"),
    ],
)
def test_a_history_without_a_day_is_no_absence(tmp_path: Path, row: Row, wanted: str) -> None:
    other = {"USUBJID": "P2", "MHTERM": "Pneumonia", "MHSTDTC": "2001-01-01", "MHENDTC": "2001"}
    people = [PERSON, {**PERSON, "USUBJID": "P2"}]
    told = {"MHTERM": "Pneumonia", **row}
    found = read_rows({"DM": people, "MH": [other, told], "SV": [CUT]}, sdtm_map=MAP)
    asked = "any pneumonia in [screening - 1 year, screening]"
    assert answer(tmp_path, found, asked, complete=ALL, mapped=ALL) == wanted


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        ({"CMSTDTC": "2010-05-01", "CMENDTC": "2010-06-01"}, "not_met"),
        ({"CMSTDTC": "2024-13-01", "CMENDTC": "2024-06-01"}, "unknown(imprecise_date)"),
        ({"CMSTDTC": "2010-05-01", "CMENDTC": "2010-31-12"}, "unknown(imprecise_date)"),
    ],
)
def test_a_drug_without_a_day_is_no_absence(tmp_path: Path, row: Row, wanted: str) -> None:
    told = {"CMTRT": "Prednisone", "CMDOSE": "5", "CMDOSU": "mg", "CMDOSFRQ": "QD", **row}
    found = read_rows({"CM": [told], "SV": [CUT]}, sdtm_map=MAP)
    asked = "any prednisone in [screening - 1 year, screening]"
    assert answer(tmp_path, found, asked, complete=ALL, mapped=ALL) == wanted
    dose = "dose of prednisone at screening <= 1 mg/d"
    of_dose = answer(tmp_path, found, dose, complete=ALL, mapped=ALL)
    assert (of_dose == "met") is (wanted == "not_met")


@pytest.mark.parametrize("when", ["", "2023-02-30", "2023-06-01"])
def test_a_finding_without_a_day_is_no_absence(tmp_path: Path, when: str) -> None:
    told = {"LBTESTCD": "CREAT", "LBSPEC": "SERUM", "LBORRES": "1", "LBORRESU": "mg/dL"}
    before = {**told, "LBDTC": "2010-01-01"}
    found = read_rows({"LB": [before, {**told, "LBDTC": when}], "SV": [CUT]}, sdtm_map=MAP)
    asked = "count of creatinine in [screening - 1 year, screening] >= 1"
    wanted = "met" if when == "2023-06-01" else "unknown(imprecise_date)"
    assert answer(tmp_path, found, asked, complete=ALL, mapped=ALL) == wanted
    nothing = read_rows({"LB": [before], "SV": [CUT]}, sdtm_map=MAP)
    assert answer(tmp_path, nothing, asked, complete=ALL, mapped=ALL) == "not_met"


def test_a_death_that_a_disposition_does_not_date_is_one() -> None:
    rows = [{"DSTERM": "Death", "DSDECOD": "DEATH", "DSSTDTC": "2024-02-31"}]
    found = read_rows({"DS": rows, "SV": [CUT]})
    assert only_row(found, "death")["person_id"] == 1
    # Alive at the last visit, which is the last day of the data.
    assert only_row(found, "death")["death_date"] == date(2024, 12, 31)


@pytest.mark.parametrize(
    ("when", "is_told"),
    [("2024-03-31T23:30Z", True), ("2024-03-31T23:30+02:00", False), ("2024-03-31", False)],
)
def test_times_of_utc_are_told(when: str, is_told: bool) -> None:
    found = read_rows({"LB": [{"LBTESTCD": "CREAT", "LBSPEC": "SERUM", "LBDTC": when}]})
    assert any("LB: 1 time of UTC" in note for note in found.notes) is is_told

"""AE, MH, CM, EX, PR and DS: what happened, when, and which rows say that nothing did."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from facts.intake.sdtm.sdtm_rows_given import PERSON, only_row, read_rows
from remit.facts.dictionary import packaged_dictionary
from remit.facts.intake.dataset.handed_over import SourceTables
from remit.facts.intake.sdtm.sdtm_doses import record_dose
from remit.facts.intake.sdtm.sdtm_map import SdtmMap, TermUse
from remit.facts.tables import TABLES
from remit.facts.vocabulary.code_book import CodeMeaning, SourceCode

CUT = {"SVSTDTC": "2024-12-31"}  # the last day of the data
DRUG = {"CMTRT": "Decortin", "CMDECOD": "PREDNISONE", "CMSTDTC": "2024-02-01"}
KNOWN = SdtmMap(
    terms={
        "CM": {"PREDNISONE": TermUse(concept="prednisone")},
        "EX": {"PREDNISONE": TermUse(concept="prednisone")},
        "MH": {
            "HYSTERECTOMY": TermUse(concept="hysterectomy"),
            "LUPUS": TermUse(proposed="sle"),
        },
        "AE": {"PNEUMONIA": TermUse(concept="pneumonia"), "PLACEBO": TermUse(ignore=True)},
    }
)


@dataclass(frozen=True)
class Known:
    """A book that knows a few codes."""

    found: Mapping[SourceCode, tuple[CodeMeaning, ...]]

    @property
    def version(self) -> str | None:
        return "test"

    def meanings(
        self, codes: Collection[SourceCode]
    ) -> Mapping[SourceCode, tuple[CodeMeaning, ...]]:
        return {code: self.found.get(code, (CodeMeaning(0, "none"),)) for code in codes}

    def meanings_of_ids(self, concepts: Collection[int]) -> Mapping[int, tuple[CodeMeaning, ...]]:
        return {code: (CodeMeaning(code, "standard"),) for code in concepts}

    def codes_of_ids(self, concepts: Collection[int]) -> Mapping[int, SourceCode]:
        return {}

    def ancestry(self, concepts: Collection[int]) -> pa.Table:
        rows = [{"ancestor_concept_id": c, "descendant_concept_id": c} for c in sorted(concepts)]
        return pa.Table.from_pylist(rows, schema=TABLES["concept_ancestor"].schema)

    def strengths(self, concepts: Collection[int]) -> Collection[pa.RecordBatch]:
        return ()


def test_an_unconfirmed_term_keeps_its_row_under_no_code() -> None:
    row = {"MHTERM": "lupus of the skin", "MHDECOD": "LUPUS", "MHSTDTC": "2019-06-03"}
    for use in (SdtmMap(), KNOWN):  # a proposal counts for nothing
        found = read_rows({"MH": [row]}, sdtm_map=use)
        got = only_row(found, "condition_occurrence")
        assert got["condition_concept_id"] == 0
        assert got["condition_source_value"] == "lupus of the skin"
        assert [item.written for item in found.not_understood] == ["LUPUS"]
        assert "condition_occurrence" not in (found.resolved or ())


def test_a_confirmed_term_goes_to_the_table_of_its_kind() -> None:
    row = {"MHTERM": "womb taken out", "MHDECOD": "Hysterectomy", "MHSTDTC": "2015-05-05"}
    found = read_rows({"MH": [row]}, sdtm_map=KNOWN)
    got = only_row(found, "procedure_occurrence")
    assert got["procedure_concept_id"] in packaged_dictionary().omop_ids("hysterectomy")
    assert found.resolved == frozenset({"procedure_occurrence"})


def test_what_did_not_occur_is_no_record() -> None:
    row = {"MHTERM": "hepatitis b", "MHSTDTC": "2020-01-01", "MHPRESP": "Y", "MHOCCUR": "N"}
    found = read_rows({"MH": [row], "SV": [CUT]})
    assert "condition_occurrence" not in found.tables
    (left,) = found.left_out["condition_occurrence"]
    assert "it did not occur" in left.reason
    assert left.on_purpose


# SDTM Implementation Guide 3.4: --STAT, "the pre-specified question was not asked or answered".
@pytest.mark.parametrize(
    ("domain", "topic", "term", "table", "code"),
    [
        ("MH", "MHTERM", "Lupus", "condition_occurrence", "condition_concept_id"),
        ("CM", "CMTRT", "Prednisone", "drug_exposure", "drug_concept_id"),
        ("PR", "PRTRT", "Biopsy", "procedure_occurrence", "procedure_concept_id"),
    ],
)
def test_what_was_not_asked_is_a_record_that_says_neither(
    domain: str, topic: str, term: str, table: str, code: str
) -> None:
    row = {topic: term, f"{domain}PRESP": "Y", f"{domain}STAT": "NOT DONE"}
    found = read_rows({domain: [row], "SV": [CUT]}, sdtm_map=KNOWN)
    assert only_row(found, table)[code] == 0
    assert not found.left_out
    assert [item.rows for item in found.not_understood] == [1]
    assert not found.resolved


def test_codes_in_supplements_are_asked_of_the_vocabulary() -> None:
    book = Known({SourceCode("ICD10CM", "J18.9"): (CodeMeaning(255848, "maps_to", "Condition"),)})
    rows = [
        {"AESEQ": "1", "AETERM": "lung infection", "AESTDTC": "2024-03-02"},
        {"AESEQ": "2", "AETERM": "cold", "AESTDTC": "2024-03-03"},
    ]
    beside = {"RDOMAIN": "AE", "IDVAR": "AESEQ", "IDVARVAL": " 1.0", "QNAM": "AEICD10CM"}
    found = read_rows({"AE": rows, "SUPPAE": [{**beside, "QVAL": "J18.9"}]}, book=book)
    first, second = found.tables["condition_occurrence"].to_pylist()
    assert (first["condition_concept_id"], second["condition_concept_id"]) == (255848, 0)
    assert found.tables["concept_ancestor"].num_rows == 1


def test_a_code_goes_before_the_map_and_to_the_table_of_its_domain() -> None:
    book = Known({SourceCode("RxNorm", "8640"): (CodeMeaning(1551099, "standard", "Drug"),)})
    use = SdtmMap(codes={"CMCODE": "RxNorm"}, terms=KNOWN.terms)
    found = read_rows({"CM": [{**DRUG, "CMCODE": "8640"}], "SV": [CUT]}, book=book, sdtm_map=use)
    assert only_row(found, "drug_exposure")["drug_concept_id"] == 1551099
    book = Known({SourceCode("ICD10CM", "Z90.71"): (CodeMeaning(4127886, "maps_to", "Procedure"),)})
    row = {"AETERM": "womb taken out", "AESTDTC": "2024-03-02", "AEICD10CM": "Z90.71"}
    found = read_rows({"AE": [row]}, book=book)
    assert only_row(found, "procedure_occurrence")["procedure_concept_id"] == 4127886


# Frequencies of the codelist FREQ; what is taken as needed or every other day has no dose a day.
@pytest.mark.parametrize(
    ("amount", "unit", "often", "dose"),
    [
        ("10", "mg", "QD", (Decimal(10), "mg/d")),
        ("10", "mg", "BID", (Decimal(20), "mg/d")),
        ("0.5", "g", "TID", (Decimal("1.5"), "g/d")),
        ("15", "mg", "EVERY WEEK", (Decimal(15), "mg/wk")),
        ("7.5", "mg", "2 TIMES PER WEEK", (Decimal(15), "mg/wk")),
        ("0", "mg", "QD", (Decimal(0), "mg/d")),
        ("10", "mg", "PRN", None),
        ("10", "mg", "QOD", None),
        ("10", "mg", "EVERY 4 WEEKS", None),
        ("10", "mg", "", None),
        ("1", "TABLET", "QD", None),
        ("10", "mg/kg", "QD", None),
        ("5-10", "mg", "QD", None),
        ("<10", "mg", "QD", None),
        ("-5", "mg", "QD", None),
        ("1e400", "mg", "QD", None),
    ],
)
def test_a_dose_a_day_is_told_by_amount_unit_and_frequency(
    amount: str, unit: str, often: str, dose: tuple[Decimal, str] | None
) -> None:
    found = record_dose(amount, unit, often)
    assert (None if found is None else (found.number, found.unit.code)) == dose


# --DOSTOT is the "total daily dose using the units in --DOSU"; codelist ROUTE (C66729).
@pytest.mark.parametrize(
    ("amount", "often", "total", "route", "dose"),
    [
        ("5", "BID", "10", None, Decimal(10)),
        ("5", "BID", "10.0", "ORAL", Decimal(10)),
        ("5", "QD", "20", None, None),
        ("5", "QD", "<20", None, None),
        ("15", "EVERY WEEK", "15", "SUBCUTANEOUS", Decimal(15)),
        ("5", "QD", None, "INTRAMUSCULAR", Decimal(5)),
        ("5", "QD", None, "Topical", None),
        ("5", "QD", None, "RESPIRATORY (INHALATION)", None),
        ("5", "QD", None, "INTRA-ARTICULAR", None),
        ("5", "QD", None, "UNKNOWN", None),
    ],
)
def test_a_dose_is_one_of_the_whole_body_that_its_total_does_not_contradict(
    amount: str, often: str, total: str | None, route: str | None, dose: Decimal | None
) -> None:
    found = record_dose(amount, "mg", often, total=total, route=route)
    assert (None if found is None else found.number) == dose


def test_exact_days_make_an_era_with_its_dose() -> None:
    row = {**DRUG, "CMENDTC": "2024-05-31", "CMDOSE": "10", "CMDOSU": "mg", "CMDOSFRQ": "BID"}
    found = read_rows({"CM": [{**row, "CMROUTE": "ORAL"}], "SV": [CUT]}, sdtm_map=KNOWN)
    era, exposure = only_row(found, "dose_era"), only_row(found, "drug_exposure")
    assert (era["dose_value"], era["unit_concept_id"]) == (Decimal(20), 8909)  # OMOP: mg/d
    assert (era["dose_era_start_date"], era["dose_era_end_date"]) == (
        date(2024, 2, 1),
        date(2024, 5, 31),
    )
    assert exposure["route_concept_id"] == 4132161  # OMOP: oral
    assert exposure["drug_source_value"] == "Decortin; 10 mg BID"


@pytest.mark.parametrize(
    ("change", "spans"),
    [
        ({"CMSTDTC": "2024-02"}, {("start", "2024-02-01", "2024-02-29")}),
        ({"CMENDTC": "2024"}, {("end", "2024-02-01", "2024-12-31")}),
        ({"CMENDTC": ""}, {("end", "2024-02-01", "2024-12-31")}),
        ({"CMDECOD": "OTHER", "CMSTDTC": "2024-02"}, set()),
    ],
)
def test_an_era_has_the_days_of_its_exposure_and_one_of_no_drug_has_no_dose(
    change: dict[str, str], spans: set[tuple[str, str, str]]
) -> None:
    row = {**DRUG, "CMENDTC": "2024-05-31", "CMDOSE": "10", "CMDOSU": "mg", "CMDOSFRQ": "QD"}
    found = read_rows({"CM": [{**row, **change}], "SV": [CUT]}, sdtm_map=KNOWN)
    era, exposure = only_row(found, "dose_era"), only_row(found, "drug_exposure")
    assert (era["dose_value"] is None) == (era["drug_concept_id"] == 0)
    assert era["dose_era_start_date"] == exposure["drug_exposure_start_date"]
    assert era["dose_era_end_date"] == exposure["drug_exposure_end_date"]
    assert _spans(found, "dose_era") == spans
    if spans:
        assert _spans(found, "drug_exposure") == spans


def _spans(found: SourceTables, table: str) -> set[tuple[str, str, str]]:
    """Which day of a table is open, and from when to when."""
    if "imprecise_date" not in found.tables:
        return set()
    return {
        (row["date_column"].split("_")[-2], str(row["first_date"]), str(row["last_date"]))
        for row in found.tables["imprecise_date"].to_pylist()
        if row["fact_table"] == table
    }


@pytest.mark.parametrize(
    ("cells", "start", "end"),
    [
        # a year: from its first to its last possible day
        (
            {"CMSTDTC": "2023", "CMENDTC": "2023"},
            ("2023-01-01", "2023-12-31"),
            ("2023-01-01", "2023-12-31"),
        ),
        (
            {"CMSTDTC": "2023-05", "CMENDTC": "2024-02-01"},
            ("2023-05-01", "2023-05-31"),
            ("2024-02-01",),
        ),
        # a start is not after the last possible end
        (
            {"CMSTDTC": "2024", "CMENDTC": "2024-02-01"},
            ("2024-01-01", "2024-02-01"),
            ("2024-02-01",),
        ),
        # no end: taken when it was told, and perhaps to the end of the data
        (
            {"CMSTDTC": "2023", "CMENDTC": "", "CMDTC": "2024-02-20"},
            ("2023-01-01", "2023-12-31"),
            ("2024-02-20", "2024-12-31"),
        ),
        (
            {"CMENDTC": "", "CMENRTPT": "ONGOING", "CMENTPT": "2024-05-01"},
            ("2024-02-01",),
            ("2024-05-01", "2024-12-31"),
        ),
        # ended before a day that is told
        (
            {"CMENDTC": "", "CMENRTPT": "BEFORE", "CMENTPT": "2024-02-20"},
            ("2024-02-01",),
            ("2024-02-01", "2024-02-20"),
        ),
        (
            {"CMSTDTC": "2020-05-01", "CMENDTC": "", "CMENRF": "BEFORE"},
            ("2020-05-01",),
            ("2020-05-01", "2024-03-01"),
        ),
        # no start: from birth to the end, or to the day on which it was told
        ({"CMSTDTC": "", "CMENDTC": "2024-02-20"}, ("1980-01-15", "2024-02-20"), ("2024-02-20",)),
        # no year: as no start
        (
            {"CMSTDTC": "--05-07", "CMENDTC": "2024-02-20"},
            ("1980-01-15", "2024-02-20"),
            ("2024-02-20",),
        ),
    ],
)
def test_a_drug_stands_on_all_days_on_which_it_may_have_been_taken(
    cells: dict[str, str], start: tuple[str, ...], end: tuple[str, ...]
) -> None:
    found = read_rows({"CM": [{**DRUG, **cells}], "SV": [CUT]}, sdtm_map=KNOWN)
    got = only_row(found, "drug_exposure")
    assert str(got["drug_exposure_start_date"]) == start[0]
    assert str(got["drug_exposure_end_date"]) == end[-1]
    open_days = [("start", *start)] * (len(start) > 1) + [("end", *end)] * (len(end) > 1)
    assert _spans(found, "drug_exposure") == set(open_days)


def test_an_event_without_an_end_goes_on() -> None:
    found = read_rows({"AE": [{"AETERM": "rash", "AESTDTC": "2024-03-05"}], "SV": [CUT]})
    got = only_row(found, "condition_occurrence")
    assert (got["condition_start_date"], got["condition_end_date"]) == (date(2024, 3, 5), None)


def test_a_history_without_a_start_began_by_the_day_on_which_it_was_told() -> None:
    row = {"MHTERM": "lupus", "MHDTC": "2024-02-20"}
    found = read_rows({"MH": [row], "SV": [CUT]})
    assert _spans(found, "condition_occurrence") == {("start", "1980-01-15", "2024-02-20")}
    assert only_row(found, "condition_occurrence")["condition_start_date"] == date(1980, 1, 15)


def test_a_grade_and_whether_it_was_serious_stand_beside_the_term() -> None:
    row = {"AETERM": "lung infection", "AEDECOD": "PNEUMONIA", "AESER": "Y", "AETOXGR": "3"}
    found = read_rows({"AE": [{**row, "AESTDTC": "2024-03-02"}]}, sdtm_map=KNOWN)
    got = only_row(found, "condition_occurrence")
    assert got["condition_source_value"] == "lung infection; grade 3; serious"
    assert got["condition_concept_id"] in packaged_dictionary().omop_ids("pneumonia")


@pytest.mark.parametrize(
    ("datasets", "day"),
    [
        ({"DM": [{**PERSON, "DTHDTC": "2024-06-02", "DTHFL": "Y"}]}, "2024-06-02"),
        ({"DS": [{"DSTERM": "x", "DSDECOD": "DEATH", "DSSTDTC": "2024-06-02"}]}, "2024-06-02"),
        (
            {
                "AE": [
                    {
                        "AETERM": "x",
                        "AEOUT": "FATAL",
                        "AESTDTC": "2024-06-01",
                        "AEENDTC": "2024-06-02",
                    }
                ]
            },
            "2024-06-02",
        ),
        # a fatal event of a term that the map ignores
        (
            {"AE": [{"AETERM": "placebo", "AEOUT": "FATAL", "AEENDTC": "2024-06-02"}]},
            "2024-06-02",
        ),
        # what DM says counts
        (
            {
                "DM": [{**PERSON, "DTHDTC": "2024-06-02"}],
                "DS": [{"DSTERM": "x", "DSDECOD": "DEATH", "DSSTDTC": "2024-06-03"}],
            },
            "2024-06-02",
        ),
    ],
)
def test_a_death_is_written_once(datasets: dict[str, list[dict[str, str]]], day: str) -> None:
    found = read_rows({**datasets, "SV": [CUT]}, sdtm_map=KNOWN)
    assert only_row(found, "death")["death_date"] == date.fromisoformat(day)


@pytest.mark.parametrize("days", [("2024-06-02", "2024-06-20"), ("2024-06-20", "2024-06-02")])
def test_dispositions_that_date_a_death_twice_leave_its_day_open(days: tuple[str, str]) -> None:
    rows = [{"DSTERM": day, "DSDECOD": "DEATH", "DSSTDTC": day} for day in days]
    found = read_rows({"DS": rows, "SV": [CUT]})
    assert only_row(found, "death")["death_date"] == date(2024, 6, 2)
    (span,) = found.tables["imprecise_date"].to_pylist()
    assert (span["fact_table"], span["last_date"]) == ("death", date(2024, 6, 20))


def test_a_death_without_a_day_lies_between_the_last_record_and_the_data_cut() -> None:
    rows = {"DM": [{**PERSON, "DTHFL": "Y"}, {**PERSON, "USUBJID": "P2"}]}
    lab = {"LBTESTCD": "CREAT", "LBDTC": "2024-05-01", "LBORRES": "1"}
    found = read_rows({**rows, "LB": [lab], "SV": [{**CUT, "USUBJID": "P2"}]})
    assert only_row(found, "death")["death_date"] == date(2024, 5, 1)
    assert any("deaths without a day" in note for note in found.notes)


def test_dispositions_are_observations_with_their_words() -> None:
    row = {"DSTERM": "moved away", "DSDECOD": "WITHDRAWAL BY SUBJECT", "DSSTDTC": "2024-05-06"}
    got = only_row(read_rows({"DS": [row]}), "observation")
    assert got["observation_source_value"] == "WITHDRAWAL BY SUBJECT"
    assert got["value_as_string"] == "moved away"
    assert got["observation_date"] == date(2024, 5, 6)


def test_rows_of_nobody_in_dm_are_left_out_and_told() -> None:
    rows = [{"AETERM": "rash", "AESTDTC": "2024-03-05"}]
    found = read_rows({"AE": [*rows, {**rows[0], "USUBJID": "P9"}]})
    assert found.tables["condition_occurrence"].num_rows == 1
    assert any("DM may have been cut" in note for note in found.notes)
    assert not any("of nobody" in note for note in found.notes)
    found = read_rows({"AE": [*rows, {**rows[0], "USUBJID": "p01"}]})
    assert any("1 id of nobody, but like that of a person" in note for note in found.notes)


def test_a_row_that_stands_twice_is_one() -> None:
    row = {"AESEQ": "1", "AETERM": "rash", "AESTDTC": "2024-03-05"}
    found = read_rows({"AE": [row, row]})
    assert found.tables["condition_occurrence"].num_rows == 1
    (left,) = found.left_out["condition_occurrence"]
    assert (left.fate, left.rows, left.examples) == ("merged", 1, ("AE.xpt row 2",))

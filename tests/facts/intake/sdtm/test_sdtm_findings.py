"""LB, VS and QS as measurements: the right test in its specimen, and values nobody guessed."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from facts.intake.sdtm.sdtm_rows_given import only_row, read_rows
from remit.facts.dictionary import packaged_dictionary
from remit.facts.intake.sdtm.sdtm_findings import FindingName, laboratory_concept
from remit.facts.intake.sdtm.sdtm_map import SdtmMap, TermUse
from remit.facts.intake.sdtm.sdtm_terms import cdisc_unit, sdtm_terms
from remit.units import unit_table

LB = {"LBTESTCD": "CREAT", "LBTEST": "Creatinine", "LBSPEC": "SERUM", "LBDTC": "2024-03-01"}
VALUE = {"LBORRES": "0.9", "LBORRESU": "mg/dL", "LBSTRESC": "79.6", "LBSTRESN": "79.6"}
CREATININE = 3016723  # OMOP: LOINC 2160-0
LESS = 4171756  # OMOP: <
OPEN_NAMES = range(2_147_000_000, 2_147_483_648)


def test_the_tables_name_concepts_and_units_that_are_there() -> None:
    terms, concepts = sdtm_terms(), packaged_dictionary().concepts
    meant = {test.concept for tests in terms.tests.values() for test in tests}
    assert meant | set(terms.vital_signs.values()) | set(terms.scores.values()) <= set(concepts)
    assert {test.specimen for tests in terms.tests.values() for test in tests} <= set(
        terms.specimens.values()
    )
    assert set(terms.units.values()) <= set(unit_table())


# CDISC submission values of the codelists UNIT and VSRESU, and their UCUM codes.
@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("10^9/L", "10*9/L"),
        ("GI/L", "10*9/L"),
        ("THOU/uL", "10*3/uL"),
        ("10^12/L", "10*12/L"),
        ("g/L", "g/L"),
        ("mg/dL", "mg/dL"),
        ("umol/L", "umol/L"),
        ("U/L", "U/L"),
        ("mmHg", "mm[Hg]"),
        ("beats/min", "/min"),
        ("BEATS/MIN", "/min"),
        ("LB", "[lb_av]"),
        ("in", "[in_i]"),
        ("C", "Cel"),
        ("F", "[degF]"),
        ("mL/min/1.73 m2", "mL/min/{1.73_m2}"),
        ("g/day", "g/d"),
        ("NO UNITS", None),
        ("fmol(Fe)", None),
    ],
)
def test_units_of_cdisc_are_read(written: str, code: str | None) -> None:
    found = cdisc_unit(written)
    assert (found.code if found else None) == code


# Codelists LBTESTCD and SPECTYPE; the specimen decides, and where it is told by nobody nothing is.
@pytest.mark.parametrize(
    ("test", "specimen", "category", "unit", "concept"),
    [
        ("CREAT", "SERUM", None, "mg/dL", "creatinine"),
        ("CREAT", "serum or plasma", None, "mg/dL", "creatinine"),
        ("CREAT", None, "CHEMISTRY", "mg/dL", "creatinine"),
        ("CREAT", "URINE", "CHEMISTRY", "mg/dL", None),
        ("CREAT", None, "URINALYSIS", "mg/dL", None),
        ("CREAT", None, None, "mg/dL", None),
        ("CREAT", "CEREBROSPINAL FLUID", "CHEMISTRY", "mg/dL", None),
        ("GLUC", "URINE", "URINALYSIS", "mg/dL", None),
        ("ALB", "SERUM", None, "g/dL", "albumin_serum"),
        ("ALB", "URINE", None, "mg/L", None),
        ("PROT", "SERUM", None, "g/dL", None),
        ("PROT", "URINE", None, "g/day", "urine_protein_24h"),
        ("PROT", "URINE", None, "mg/dL", None),
        ("PROTCRT", "URINE", None, "mg/g", "upcr"),
        ("WBC", "BLOOD", None, "10^9/L", "leukocytes"),
        ("WBC", "URINE SEDIMENT", None, "/HPF", "urine_wbc"),
        ("WBC", "URINE", None, "/uL", None),
        ("RBC", "BLOOD", None, "10^12/L", None),
        ("RBC", "URINE", None, "/HPF", "urine_rbc"),
        ("LYMLE", "BLOOD", None, "%", None),
        ("GFREI", "SERUM", None, "mL/min/1.73 m2", "egfr"),
        ("GFRE", "SERUM", None, "mL/min", None),
    ],
)
def test_a_laboratory_test_means_something_in_its_specimen_alone(
    test: str, specimen: str | None, category: str | None, unit: str, concept: str | None
) -> None:
    row = {**LB, "LBTESTCD": test, "LBSPEC": specimen or "", "LBCAT": category or ""}
    found = read_rows({"LB": [{**row, "LBORRES": "1", "LBORRESU": unit}]})
    code = only_row(found, "measurement")["measurement_concept_id"]
    assert isinstance(code, int)
    if concept is None:
        assert code in OPEN_NAMES
        assert [item.kind for item in found.not_understood] == ["name"]
    else:
        assert code in packaged_dictionary().omop_ids(concept)


def test_categories_that_contradict_one_another_tell_no_specimen() -> None:
    row = {**LB, "LBSPEC": "", "LBCAT": "CHEMISTRY", "LBSCAT": "URINALYSIS", **VALUE}
    found = read_rows({"LB": [row]})
    assert only_row(found, "measurement")["measurement_concept_id"] in OPEN_NAMES


def test_the_original_result_is_read() -> None:
    row = {**LB, **VALUE, "LBSTRESU": "umol/L", "LBDTC": "2024-03-01T08:15", "LBORNRLO": "0.5"}
    found = read_rows({"LB": [{**row, "LBORNRHI": "1.1"}]})
    got = only_row(found, "measurement")
    assert got["measurement_concept_id"] == CREATININE
    assert got["value_as_number"] == Decimal("0.9")
    assert got["unit_source_value"] == "mg/dL"
    assert (got["range_low"], got["range_high"]) == (Decimal("0.5"), Decimal("1.1"))
    assert got["measurement_date"] == date(2024, 3, 1)
    assert got["measurement_datetime"] == datetime.fromisoformat("2024-03-01T08:15")
    assert got["value_source_value"] == "0.9"


# 1 mg/dL of creatinine is 88.4017 umol/L (113.12 g/mol); laboratories convert by 88.4 and round.
@pytest.mark.parametrize(
    ("original", "unit", "standard", "standard_unit", "is_read"),
    [
        ("0.9", "mg/dL", "79.56", "umol/L", True),
        ("0.9", "mg/dL", "80", "umol/L", True),  # rounded to a whole number
        ("0.9", "mg/dL", "79.6", "umol/L", True),
        ("0.9", "mg/dL", "0.9", "mg/dL", True),
        ("0.9", "mg/dL", "0.91", "mg/dL", False),  # one unit: nothing is rounded
        ("0.9", "mg/dL", "86", "umol/L", False),
        ("0.9", "mg/dL", "796", "umol/L", False),
        ("0.9", "mg/dL", "9", "mg/L", True),
        ("0.9", "mg/dL", "0.9", "mg/L", False),
        ("0.9", "mg/dL", "79.6", "furlong", True),  # cannot be held against it
        ("<0.2", "mg/dL", "<17.7", "umol/L", True),
        ("<0.2", "mg/dL", ">17.7", "umol/L", False),
        ("<0.2", "mg/dL", "<1.77", "umol/L", False),
        ("<0.2", "mg/dL", "17.7", "umol/L", True),  # the sign was lost in a number
    ],
)
def test_a_standard_result_that_contradicts_leaves_no_value(
    original: str, unit: str, standard: str, standard_unit: str, is_read: bool
) -> None:
    number = standard if standard[0].isdigit() else ""
    row = {**LB, "LBORRES": original, "LBORRESU": unit, "LBSTRESC": standard}
    found = read_rows({"LB": [{**row, "LBSTRESN": number, "LBSTRESU": standard_unit}]})
    got = only_row(found, "measurement")
    assert (got["value_as_number"] is not None) == is_read
    assert got["value_source_value"] == original
    assert any("contradicts it in 1 " in note for note in found.notes) != is_read
    if is_read and original.startswith("<"):
        assert got["operator_concept_id"] == LESS


def test_a_contradiction_is_told_of_a_test_that_nobody_maps_too() -> None:
    row = {**LB, "LBTESTCD": "GLUC", "LBORRES": "5", "LBORRESU": "g/L", "LBSTRESC": "5"}
    found = read_rows({"LB": [{**row, "LBSTRESN": "5", "LBSTRESU": "g/dL"}]})
    assert only_row(found, "measurement")["value_as_number"] is None
    assert any("contradicts it in 1 " in note for note in found.notes)


def test_a_standard_result_alone_is_read_and_told() -> None:
    row = {**LB, "LBSTRESC": "79.6", "LBSTRESN": "79.6", "LBSTRESU": "umol/L"}
    found = read_rows({"LB": [row]})
    got = only_row(found, "measurement")
    assert (got["value_as_number"], got["unit_source_value"]) == (Decimal("79.6"), "umol/L")
    assert any("standard result alone" in note for note in found.notes)


def test_the_unit_of_the_same_number_beside_it_is_its_unit_and_no_other() -> None:
    same = {**LB, "LBORRES": "79.6", "LBSTRESC": "79.6", "LBSTRESU": "umol/L"}
    got = only_row(read_rows({"LB": [same]}), "measurement")
    assert got["unit_source_value"] == "umol/L"
    got = only_row(read_rows({"LB": [{**same, "LBORRES": "0.9"}]}), "measurement")
    assert got["unit_source_value"] is None
    assert got["unit_concept_id"] is None


@pytest.mark.parametrize("text", ["HEMOLYZED", "1,8", "5-10", "1.8.2", "1e400", "NaN", "trace"])
def test_what_is_no_number_stays_a_text(text: str) -> None:
    got = only_row(read_rows({"LB": [{**LB, "LBORRES": text, "LBORRESU": "mg/dL"}]}), "measurement")
    assert got["value_as_number"] is None
    assert got["value_source_value"] == text


def test_what_was_not_done_is_no_record() -> None:
    rows = [{**LB, "LBSTAT": "NOT DONE"}, {**LB, **VALUE, "LBSTRESU": "umol/L"}]
    found = read_rows({"LB": rows})
    assert found.tables["measurement"].num_rows == 1
    (left,) = found.left_out["measurement"]
    assert (left.rows, left.on_purpose) == (1, True)


def test_a_finding_without_a_day_takes_those_of_its_visit() -> None:
    row = {**LB, "LBDTC": "", "VISITNUM": "2", **VALUE, "LBSTRESU": "umol/L"}
    visit = {"VISITNUM": "2", "SVSTDTC": "2024-03-01", "SVENDTC": "2024-03-01"}
    found = read_rows({"LB": [row], "SV": [visit]})
    assert only_row(found, "measurement")["measurement_date"] == date(2024, 3, 1)


@pytest.mark.parametrize("when", ["", "2024-02-30", "FEB2024", "--02-03"])
def test_a_finding_without_a_day_that_can_be_read_is_of_any_day(when: str) -> None:
    found = read_rows({"LB": [{**LB, "LBDTC": when}, {**LB, "LBORRES": "1"}]})
    assert found.tables["measurement"].num_rows == 2
    assert not found.left_out
    (span,) = found.tables["imprecise_date"].to_pylist()
    assert span["first_date"] == date(1980, 1, 15)
    assert span["last_date"] == found.tables["measurement"].to_pylist()[1]["measurement_date"]


def test_a_loinc_code_goes_before_the_table_unless_they_contradict() -> None:
    # LOINC 38483-4: creatinine in blood, another code of the same concept.
    row = {**LB, **VALUE, "LBSTRESU": "umol/L", "LBLOINC": "38483-4"}
    assert only_row(read_rows({"LB": [row]}), "measurement")["measurement_concept_id"] == 3051825
    # LOINC 777-3 counts platelets.
    found = read_rows({"LB": [{**row, "LBLOINC": "777-3"}]})
    assert only_row(found, "measurement")["measurement_concept_id"] in OPEN_NAMES
    assert any("say different things" in note for note in found.notes)
    # A test that the tables do not know, by its code.
    row = {**row, "LBTESTCD": "PLT", "LBLOINC": "777-3"}
    assert only_row(read_rows({"LB": [row]}), "measurement")["measurement_concept_id"] == 3024929


@pytest.mark.parametrize(
    ("answer", "is_known"), [("NEGATIVE", True), ("Positive", True), ("UNCLEAR", False)]
)
def test_a_word_is_an_answer_of_a_coded_test(answer: str, is_known: bool) -> None:
    row = {**LB, "LBTESTCD": "HCG", "LBSPEC": "URINE", "LBORRES": answer}
    found = read_rows({"LB": [row]})
    got = only_row(found, "measurement")
    assert got["measurement_concept_id"] == 3018954  # OMOP: choriogonadotropin in urine, presence
    assert (got["value_as_concept_id"] is not None) == is_known
    assert [item.kind for item in found.not_understood] == ([] if is_known else ["answer"])


def test_an_amount_of_hcg_is_no_answer_of_a_pregnancy_test() -> None:
    row = {**LB, "LBTESTCD": "HCG", "LBORRES": "12.5", "LBORRESU": "IU/L"}
    assert only_row(read_rows({"LB": [row]}), "measurement")["measurement_concept_id"] in OPEN_NAMES


def test_the_words_of_a_form_have_the_points_of_the_standard_result() -> None:
    row = {"QSTESTCD": "ECOG101", "QSORRES": "Fully active", "QSSTRESC": "0", "QSSTRESN": "0"}
    found = read_rows({"QS": [{**row, "QSDTC": "2024-03-01"}]})
    got = only_row(found, "measurement")
    assert got["measurement_concept_id"] in packaged_dictionary().omop_ids("ecog")
    assert got["value_as_number"] == 0


def test_a_confirmed_test_means_what_a_person_said() -> None:
    use = {
        "LB": {
            "SDSDNA | SERUM": TermUse(concept="anti_dsdna"),
            "GLUC | SERUM": TermUse(ignore=True),
        }
    }
    rows = [
        {**LB, "LBTESTCD": "SDSDNA", "LBORRES": "188", "LBORRESU": "IU/mL"},
        {**LB, "LBTESTCD": "GLUC", "LBORRES": "5", "LBORRESU": "mmol/L"},
    ]
    found = read_rows({"LB": rows}, sdtm_map=SdtmMap(terms=use))
    got = only_row(found, "measurement")
    assert got["measurement_concept_id"] in packaged_dictionary().omop_ids("anti_dsdna")
    assert found.left_out["measurement"][0].on_purpose


def test_the_first_test_of_a_specimen_whose_unit_fits_is_taken() -> None:
    tests = sdtm_terms().tests["PROT"]
    assert laboratory_concept(FindingName("PROT", "URINE", "urine", "mg/day"), tests) is not None
    assert laboratory_concept(FindingName("PROT", "URINE", "urine", None), tests) is None


# Body temperatures: 98.6 F is 37 C; a pound is 0.45359237 kg, an inch 2.54 cm.
@pytest.mark.parametrize(
    ("test", "original", "unit", "standard", "standard_unit", "is_read"),
    [
        ("TEMP", "98.6", "F", "37", "C", True),
        ("TEMP", "98.6", "F", "36", "C", False),
        ("WEIGHT", "150", "LB", "68.04", "kg", True),
        ("WEIGHT", "150", "LB", "150", "kg", False),
        ("HEIGHT", "64", "in", "162.56", "cm", True),
        ("SYSBP", "128", "mmHg", "128", "mmHg", True),
    ],
)
def test_vital_signs_are_held_against_their_standard_results(
    test: str, original: str, unit: str, standard: str, standard_unit: str, is_read: bool
) -> None:
    row = {"VSTESTCD": test, "VSORRES": original, "VSORRESU": unit, "VSDTC": "2024-03-01"}
    row |= {"VSSTRESC": standard, "VSSTRESN": standard, "VSSTRESU": standard_unit}
    got = only_row(read_rows({"VS": [row]}), "measurement")
    assert (got["value_as_number"] is not None) == is_read
    assert got["unit_concept_id"] is not None
